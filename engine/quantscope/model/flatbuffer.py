"""Checked, columnar reading of a flatbuffer: many tables of one kind at once, in numpy.

Every offset, vtable and vector is checked against the file before it is followed, so the rest of the package may trust
what comes out. Each reference that was followed is remembered: `splice` needs them all to move parts of the file.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.errors import ModelReadError, ModelUnsupportedError
from quantscope.model.schema import Field

# The largest table of the schema has 17 fields; this leaves room for the future and none for a file made to waste time.
SURE_WIDTH: Final = 4  # of a field, as far as its alignment allows; the few of 8 bytes may be taken for shorter
MAX_VTABLE: Final = 4 + 2 * 128
# How many field offsets are gathered at a time: bounds the memory that positions of eight bytes each take.
GATHERED: Final = 1 << 20
# Far more than any model has: one of 10,000 operators has about 150,000 tables, one with seven billion parameters and a
# scale for each channel about 20 MB of lists. It is what a hostile file can at most make us spend time and memory on.
MAX_TABLES: Final = 1_000_000
MAX_LISTS: Final = 32 << 20
# Bytes that a table takes in the file at least, its place in a list of tables included; vtables are shared.
SMALLEST_TABLE: Final = 8

Positions = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


def broken(what: str) -> ModelReadError:
    """The error for a file whose structure does not hold together."""
    return ModelReadError(f"The model file is damaged: {what}.", "Get a fresh copy of the file or convert it again.")


@dataclass(frozen=True, slots=True)
class References:
    """Where the file points and to what: `targets[i]` is the position that the word at `locations[i]` refers to.

    A forward reference stores target - location (unsigned); a vtable reference stores location - target (signed).
    """

    locations: Positions
    targets: Positions
    backward: bool


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors in the file: position of the first element (0 where absent) and number of elements."""

    starts: Positions
    counts: Positions

    @property
    def total(self) -> int:
        """Elements of all of them together."""
        return int(self.counts.sum())

    def ranges(self, itemsize: int) -> "Ranges":
        """Where those that are present lie, their lengths included."""
        present = self.starts > 0
        starts = self.starts[present]
        return Ranges(starts - 4, starts + self.counts[present] * itemsize)


@dataclass(frozen=True, slots=True)
class Ranges:
    """Byte ranges of the file, from `starts[i]` to before `ends[i]`."""

    starts: Positions
    ends: Positions

    @classmethod
    def of(cls, parts: Iterable["Ranges"]) -> "Ranges":
        """All of `parts` as one."""
        every = tuple(parts)
        return cls(np.concatenate([part.starts for part in every]), np.concatenate([part.ends for part in every]))

    def touch(self, starts: Positions, ends: Positions) -> npt.NDArray[np.bool_]:
        """Which of the ranges from `starts` to `ends` have a byte in common with one of these."""
        began = np.searchsorted(np.sort(self.starts), ends, side="left")
        over = np.searchsorted(np.sort(self.ends), starts, side="right")
        return began > over

    @property
    def overlap(self) -> bool:
        """True if two of them have a byte in common. They must be in order of their starts."""
        return bool((self.ends[:-1] > self.starts[1:]).any())

    def starting_at(self, positions: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Those that start at one of these positions. They must be in order of their starts."""
        wanted = np.array(list(positions), np.int64)
        found = self.starts.searchsorted(wanted)
        found = found[self.starts.take(found, mode="clip") == wanted]
        return zip(self.starts[found].tolist(), self.ends[found].tolist(), strict=True)


class Parts:
    """Where the tables, vtables and lists are that were read, by what they were read as."""

    def __init__(self) -> None:
        self._ranges: list[Ranges] = []
        self._cores: dict[str, list[Ranges]] = {}

    def add(self, kind: str, ranges: Ranges, core: Ranges | None = None) -> None:
        """Notes that bytes were read as something of this kind; `core` are those that can't be anything else's."""
        if ranges.starts.size:
            self._ranges.append(ranges)
            self._cores.setdefault(kind, []).append(core or ranges)

    @property
    def ranges(self) -> Ranges:
        """All of them."""
        return Ranges.of(self._ranges)

    def disjoint(self) -> Ranges | None:
        """The cores of all of them in order of their starts; None if some have a byte in common.

        What was read more than once as the same kind of thing is one part.
        """
        parts = Ranges.of(itertools.chain.from_iterable(self._cores.values()))
        counts = [sum(some.starts.size for some in found) for found in self._cores.values()]
        kinds = np.arange(len(counts)).repeat(counts)
        order = np.lexsort((kinds, parts.ends, parts.starts))
        kinds, starts, ends = kinds[order], parts.starts[order], parts.ends[order]
        new = np.ones(order.size, bool)
        new[1:] = (starts[1:] != starts[:-1]) | (ends[1:] != ends[:-1]) | (kinds[1:] != kinds[:-1])
        ordered = Ranges(starts[new], ends[new])
        return None if ordered.overlap else ordered


def core_sizes(positions: Positions, inline: Positions, last: npt.NDArray[Any]) -> Positions:
    """Bytes that tables at `positions` surely take, whose last fields start at `last` (0: there is none).

    Some writers (MediaPipe's models are from one) round the inline size up, over the beginning of the next table.
    """
    places = positions + last
    return np.where(last > 0, np.minimum(inline, last + np.minimum(places & -places, SURE_WIDTH)), 4)


@dataclass(slots=True)
class FlatBuffer:
    """The bytes of a file and the references followed so far.

    `unknown` are the locations of fields that the schema doesn't know and that may be references, and what they'd refer
    to.
    """

    data: Bytes
    references: list[References] = field(default_factory=list)
    parts: Parts = field(default_factory=Parts)
    unknown: list[tuple[Positions, Positions]] = field(default_factory=list)
    claimed: int = 0
    counted: int = 0
    _views: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    def claim(self, size: int, what: str) -> None:
        """Counts `size` bytes of tables and vectors that will be turned into Python values.

        Those of an honest file hardly overlap, so together they can't be much larger than the file. Without this bound
        a small hostile file could ask for endless memory by naming the same bytes again and again.
        """
        self.claimed += size
        if self.claimed > 2 * self.data.size:
            raise broken(f"the lists of {what} overlap")
        if self.claimed > MAX_LISTS:
            raise ModelUnsupportedError(f"The model's lists are too long to be read ({what}).")

    def count(self, tables: int, what: str) -> None:
        """Counts tables that will be turned into Python values, for the same reason."""
        self.counted += tables
        self.claim(tables * SMALLEST_TABLE, what)
        if self.counted > MAX_TABLES:
            raise ModelUnsupportedError(f"The model has more parts than can be read ({what}).")

    def words(self, positions: Positions, dtype: str) -> npt.NDArray[Any]:
        """Scalars of `dtype` at `positions`, which may be unaligned."""
        kind = np.dtype(dtype)
        size = kind.itemsize
        # The bits of all positions together tell whether one of them is negative, or isn't aligned.
        bits = int(np.bitwise_or.reduce(positions))
        words: npt.NDArray[Any]
        try:
            if bits < 0:
                raise IndexError
            if bits % size == 0:
                words = self._view(dtype, size).take(positions >> (size.bit_length() - 1))
                return words
            found = np.empty((positions.size, size), np.uint8)
            for at in range(size):  # byte by byte, for a matrix of positions would take 64 bytes a word
                found[:, at] = self.data.take(positions + at)
        except IndexError:
            raise broken("an offset points outside the file") from None
        words = found.view(kind)[:, 0]
        return words

    def _view(self, dtype: str, size: int) -> npt.NDArray[Any]:
        """The file as an array of `dtype`."""
        if dtype not in self._views:
            self._views[dtype] = self.data[: self.data.size // size * size].view(dtype)
        return self._views[dtype]

    def offsets(self, locations: Positions, what: str) -> Positions:
        """Targets of the forward references at `locations`."""
        words = self.words(locations, "<u4")
        targets: Positions = locations + words
        if targets.size and (not words.all() or int(targets.max()) + 4 > self.data.size):
            raise broken(f"the offset of {what} points outside the file")
        self.references.append(References(locations, targets, backward=False))
        return targets

    def tables(self, positions: Positions, what: str) -> "Tables":
        """Tables at `positions` (0 means absent), with their vtables checked."""
        present = positions if positions.all() else positions[positions > 0]
        if not present.size:
            return Tables(self, positions, np.zeros((0, positions.size), np.uint16), positions, what)
        self.count(present.size, what)
        if np.bitwise_or.reduce(present) % 4:
            raise broken(f"a {what} is not aligned")
        vtables: Positions = present - self.words(present, "<i4")
        self.references.append(References(present, vtables, backward=True))
        if np.bitwise_or.reduce(vtables) % 2:
            raise broken(f"a {what} has a misplaced vtable")
        sizes = self.words(vtables, "<u2").astype(np.int64)
        if ((vtables + sizes > self.data.size) | (sizes < 4) | (sizes > MAX_VTABLE) | (sizes % 2 == 1)).any():
            raise broken(f"a {what} has a broken vtable")
        self.parts.add("vtable", Ranges(vtables, vtables + sizes))
        entries = self._entries(vtables, sizes // 2 - 1, what)
        inline, offsets = entries[0].astype(np.int64), entries[1:]
        last = offsets.max(axis=0, initial=0)
        if ((inline < 4) | (present + inline > self.data.size)).any():
            raise broken(f"a {what} has a broken vtable")
        if (last >= entries[0]).any() or (offsets - np.uint16(1) < 3).any():  # 0 is an absent field
            raise broken(f"a {what} has a field outside itself")
        cores = core_sizes(present, inline, last)
        self.parts.add(what, Ranges(present, present + inline), Ranges(present, present + cores))
        if present is positions:
            return Tables(self, positions, offsets, inline, what)
        everywhere = np.zeros((len(entries), positions.size), np.uint16)
        everywhere[:, positions > 0] = entries
        return Tables(self, positions, everywhere[1:], everywhere[0].astype(np.int64), what)

    def _entries(self, vtables: Positions, counts: Positions, what: str) -> npt.NDArray[np.uint16]:
        """The `counts` entries of each vtable behind its size, the table's inline size and the offsets of its fields: a
        row for each place in a vtable (0: absent)."""
        most = int(counts.max())
        self.claim(2 * most * vtables.size, what)
        entries = np.zeros((most, vtables.size), np.uint16)
        step = max(1, GATHERED // vtables.size)
        for low in range(0, most, step):
            rows = np.arange(low, min(low + step, most))[:, None]
            has = rows < counts
            entries[low : low + step][has] = self.words((vtables + 2 + 2 * rows)[has], "<u2")
        return entries

    def vectors(self, positions: Positions, itemsize: int, what: str) -> Vectors:
        """Vectors at `positions` (0 means absent) of elements of `itemsize` bytes."""
        present = positions > 0
        counts = np.zeros(positions.size, np.int64)
        if not present.any():
            return Vectors(counts, counts)
        counts[present] = self.words(positions[present], "<u4")
        starts = np.where(present, positions + 4, 0)
        if int((starts + counts * itemsize).max()) > self.data.size:
            raise broken(f"the list of {what} is longer than the file")
        return Vectors(starts, counts)

    def flatten(self, vectors: Vectors, dtype: str, what: str) -> npt.NDArray[Any]:
        """All elements of `vectors`, one after the other."""
        kind = np.dtype(dtype)
        if not vectors.total:
            return np.zeros(0, kind)
        self.claim(vectors.total * kind.itemsize, what)
        self.parts.add("numbers", vectors.ranges(kind.itemsize))
        return self.words(self.element_positions(vectors, kind.itemsize), dtype)

    def element_positions(self, vectors: Vectors, itemsize: int) -> Positions:
        """File position of every element of `vectors`, one vector after the other."""
        counts = vectors.counts
        before = (counts.cumsum() - counts) * itemsize
        return (vectors.starts - before).repeat(counts) + np.arange(0, vectors.total * itemsize, itemsize)

    def table_vector(self, position: int, what: str) -> "Tables":
        """The tables that the vector at `position` (0: absent) lists."""
        return self.table_vectors(np.array([position], np.int64), what)[0]

    def table_vectors(self, positions: Positions, what: str) -> tuple["Tables", Positions]:
        """The tables that the vectors at `positions` (0: absent) list, one vector after the other; how many each."""
        vectors = self.vectors(positions, 4, what)
        return self.tables(self._listed(vectors, what), what), vectors.counts

    def listed(self, positions: Positions, what: str) -> Positions:
        """Positions of the tables that the vectors at `positions` (0 where absent) list."""
        return self._listed(self.vectors(positions, 4, what), what)

    def _listed(self, vectors: Vectors, what: str) -> Positions:
        total = vectors.total
        if not total:
            return np.zeros(0, np.int64)
        self.claim(total * 4, what)
        self.parts.add(f"list of {what}", vectors.ranges(4))
        return self.offsets(self.element_positions(vectors, 4), what)


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables of one kind: their positions (0 where absent), the offsets of their fields by slot, their inline size.

    `followed` keeps what was found behind an offset field, so that it is looked up and noted once.
    """

    file: FlatBuffer
    positions: Positions
    offsets: npt.NDArray[np.uint16]
    inline: Positions
    what: str
    followed: dict[int, Positions] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.positions.size

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Tables":
        """Some of these tables, of which none must have been followed yet."""
        return Tables(self.file, self.positions[chosen], self.offsets[:, chosen], self.inline[chosen], self.what)

    def scalars(self, schema_field: Field) -> npt.NDArray[Any]:
        """A scalar field of every table, its default where absent."""
        assert schema_field.dtype is not None
        result = np.full(len(self), schema_field.default, schema_field.dtype)
        if schema_field.slot >= len(self.offsets):
            return result
        offsets = self.offsets[schema_field.slot].astype(np.int64)
        present = offsets > 0
        if (offsets[present] + schema_field.dtype.itemsize > self.inline[present]).any():
            raise broken(f"a {self.what} has a field outside itself")
        result[present] = self.file.words((self.positions + offsets)[present], schema_field.dtype.str)
        return result

    def targets(self, schema_field: Field) -> Positions:
        """What an offset field of every table refers to, 0 where absent."""
        if schema_field.slot >= len(self.offsets):
            return np.zeros(len(self), np.int64)
        if schema_field.slot not in self.followed:
            self._follow([schema_field.slot])
        return self.followed[schema_field.slot]

    def _follow(self, slots: list[int]) -> None:
        """Looks up what the offset fields in `slots` refer to: many fields of few tables at once, few of many."""
        step = max(1, GATHERED // max(1, len(self)))
        for low in range(0, len(slots), step):
            some = slots[low : low + step]
            offsets = self.offsets[some].astype(np.int64)
            present = offsets > 0
            if ((offsets + 4 > self.inline) & present).any():
                raise broken(f"a {self.what} has a field outside itself")
            targets = np.zeros(offsets.shape, np.int64)
            locations = (self.positions + offsets)[present]
            targets[present] = self.file.offsets(locations, f"a field of a {self.what}")
            self.followed.update(zip(some, targets, strict=True))

    def follow(self, fields: dict[str, Field]) -> None:
        """Follows every reference these tables hold, and notes the fields that the schema doesn't know.

        Those are looked into once everything else is known, see `unknown`.
        """
        known = {schema_field.slot for schema_field in fields.values()}
        slots = [schema_field.slot for schema_field in fields.values() if schema_field.is_offset]
        self._follow([slot for slot in slots if slot < len(self.offsets) and slot not in self.followed])
        for slot in range(len(self.offsets)):
            if slot not in known and self.offsets[slot].any():
                offsets = self.offsets[slot].astype(np.int64)
                wide = (offsets > 0) & (offsets % 4 == 0) & (offsets + 4 <= self.inline)
                locations = (self.positions + offsets)[wide]
                targets = locations + self.file.words(locations, "<u4")
                past = targets >= (self.positions + self.inline)[wide]
                if past.any():
                    self.file.unknown.append((locations[past], targets[past]))

    def vectors(self, schema_field: Field, itemsize: int) -> Vectors:
        """A vector field of every table."""
        return self.file.vectors(self.targets(schema_field), itemsize, f"a {self.what}'s elements")

    def lists(self, schema_field: Field, dtype: str) -> list[list[Any]]:
        """A vector-of-scalars field of every table as Python lists, empty where absent."""
        vectors = self.vectors(schema_field, np.dtype(dtype).itemsize)
        if not vectors.total:
            return [[] for _ in range(len(self))]
        flat = self.file.flatten(vectors, dtype, f"a {self.what}").tolist()
        ends = vectors.counts.cumsum().tolist()
        return [flat[end - count : end] for end, count in zip(ends, vectors.counts.tolist(), strict=True)]

    def strings(self, schema_field: Field) -> list[str]:
        """A string field of every table; bytes that aren't UTF-8 are replaced, absent is the empty string."""
        vectors = self.vectors(schema_field, 1)
        if not vectors.total:
            return [""] * len(self)
        self.file.claim(vectors.total, f"{self.what} names")
        self.file.parts.add("string", vectors.ranges(1))
        data = self.file.data
        return [
            data[start : start + count].tobytes().decode("utf-8", "replace")
            for start, count in zip(vectors.starts.tolist(), vectors.counts.tolist(), strict=True)
        ]
