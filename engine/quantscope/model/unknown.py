"""References in fields that the schema at hand doesn't know, and in what they lead to.

Such a field may be a number or an offset, and the file doesn't say which. It is taken for an offset if it leads, past
its own table, to something that looks like a table, vector or string where nothing else is known to be. Without these
references fields of tomorrow would not survive a rewrite, which moves parts of the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from quantscope.model.flatbuffer import MAX_VTABLE, FlatBuffer, Positions, Ranges, References

DEEPEST: Final = 16  # tables within tables
LONGEST: Final = 1 << 16  # elements of a vector that may list tables; longer ones are data

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Found:
    """Which of some positions look like tables, with their vtables, slots and inline sizes; which look like vectors."""

    is_table: Booleans
    vtables: Positions
    slots: Positions
    inline: Positions
    counts: Positions
    is_vector: Booleans


def follow_unknown(file: FlatBuffer, known: Ranges) -> None:
    """Adds the references in unknown fields to the file's. `known` is where everything else is."""
    locations = _join(locations for locations, _ in file.unknown)
    targets = _join(targets for _, targets in file.unknown)
    seen = np.zeros(0, np.int64)
    for _ in range(DEEPEST):
        if not targets.size:
            return
        good = _acceptable(file, known, targets)
        locations, targets = locations[good], targets[good]
        file.references.append(References(locations, targets, backward=False))
        fresh = np.setdiff1d(targets, seen)
        seen = np.union1d(seen, fresh)
        found = _classify(file, fresh)
        tables = fresh[found.is_table]
        file.references.append(References(tables, found.vtables[found.is_table], backward=True))
        steps = [_fields(file, fresh, found), _elements(file, known, fresh, found)]
        locations = _join(locations for locations, _ in steps)
        targets = _join(targets for _, targets in steps)


def _join(parts: Iterable[Positions]) -> Positions:
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _acceptable(file: FlatBuffer, known: Ranges, targets: Positions) -> Booleans:
    """Which targets look like the start of something and lie in nothing known."""
    result: Booleans = (targets % 4 == 0) & (targets + 4 <= file.data.size)
    result[result] = ~known.touch(targets[result], targets[result] + 1)
    found = _classify(file, targets[result])
    result[result] = found.is_table | found.is_vector
    return result


def _classify(file: FlatBuffer, positions: Positions) -> _Found:
    """`positions` have room for a word."""
    size = file.data.size
    words = file.words(positions, "<i4").astype(np.int64)
    counts = words & 0xFFFFFFFF
    vtables = positions - words
    table = (vtables >= 0) & (vtables % 2 == 0) & (vtables + 4 <= size)
    slots, inline = np.zeros_like(positions), np.zeros_like(positions)
    sizes = file.words(vtables[table], "<u2").astype(np.int64)
    slots[table] = (sizes - 4) // 2
    inline[table] = file.words(vtables[table] + 2, "<u2")
    whole = (sizes % 2 == 0) & (sizes >= 4) & (sizes <= MAX_VTABLE) & (vtables[table] + sizes <= size)
    table[table] = whole & (inline[table] >= 4) & ((positions + inline)[table] <= size)
    for slot in range(int(slots[table].max(initial=0))):
        has = table & (slots > slot)
        offsets = file.words(vtables[has] + 4 + 2 * slot, "<u2")
        table[has] = (offsets == 0) | ((offsets >= 4) & (offsets < inline[has]))
    vector = ~table & (counts > 0) & (positions + 4 + counts <= size)
    return _Found(table, vtables, slots, inline, counts, vector)


def _fields(file: FlatBuffer, positions: Positions, found: _Found) -> tuple[Positions, Positions]:
    """Fields of tables that may be references, and what they'd refer to."""
    locations = []
    for slot in range(int(found.slots[found.is_table].max(initial=0))):
        has = found.is_table & (found.slots > slot)
        offsets = file.words(found.vtables[has] + 4 + 2 * slot, "<u2").astype(np.int64)
        wide = (offsets > 0) & (offsets % 4 == 0) & (offsets + 4 <= found.inline[has])
        locations.append((positions[has] + offsets)[wide])
    joined = _join(locations)
    return joined, joined + file.words(joined, "<u4").astype(np.int64)


def _elements(file: FlatBuffer, known: Ranges, positions: Positions, found: _Found) -> tuple[Positions, Positions]:
    """Elements of those vectors whose elements may all be references, and what they'd refer to."""
    fits = found.is_vector & (found.counts <= LONGEST) & (positions + 4 + 4 * found.counts <= file.data.size)
    starts, counts = positions[fits] + 4, found.counts[fits]
    if 4 * int(counts.sum()) > file.data.size:  # vectors that overlap so much are none
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    owners = np.repeat(np.arange(counts.size), counts)
    locations = starts[owners] + 4 * (np.arange(owners.size) - (np.cumsum(counts) - counts)[owners])
    targets = locations + file.words(locations, "<u4").astype(np.int64)
    good = (targets >= (starts + 4 * counts)[owners]) & _acceptable(file, known, targets)
    whole = np.bincount(owners[good], minlength=counts.size) == counts
    return locations[whole[owners]], targets[whole[owners]]
