"""Cutting the weights out of a model file while everything else in it stays byte for byte what it was.

What remains, the skeleton, is closed up: parts keep their alignment, and references across a cut are adjusted. So
names, options, signatures and metadata survive a rewrite even where they hold fields that the schema at hand doesn't
know.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from quantscope.errors import ModelUnsupportedError
from quantscope.model.flatbuffer import Positions, References

ALIGNMENT = 16
# Steps from table to table in which what is still needed is looked for. A model has fewer; in a file that was made to
# have more, everything is kept, which is never wrong.
DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The remaining bytes, and how positions in the file map to positions in them."""

    data: bytearray
    starts: list[int]
    shifts: list[int]

    def place(self, positions: Positions) -> Positions:
        """Where the bytes at `positions` of the file are now."""
        moved: Positions = positions - np.array(self.shifts)[np.searchsorted(self.starts, positions, side="right") - 1]
        return moved

    def place_one(self, position: int) -> int:
        """The same for one byte."""
        return position - self.shifts[bisect_right(self.starts, position) - 1]


Range = tuple[int, int]


def cut(
    data: npt.NDArray[np.uint8],
    holes: Iterable[Range],
    references: Sequence[References],
    replaced: Iterable[Range] = (),
) -> Skeleton:
    """The skeleton of a file without the byte ranges `holes`, (start, end) each.

    `replaced` are ranges of tables and vectors that will be written anew: they go too, unless something that stays
    refers to them. Raises ModelUnsupportedError if ranges overlap or a hole holds something that is referred to.
    """
    weights = sorted(set(holes))
    references = _gathered(references)
    _check(weights, references)
    unused, left = _unused(sorted(set(replaced)), references)
    ranges = sorted([*weights, *unused])
    if any(end > start for (_, end), (start, _) in pairwise(ranges)):
        raise _overlap()
    # A table that is written anew goes on referring to what it keeps: an empty list looks just like padding.
    ranges = _with_padding(data, ranges, references)
    parts: list[bytes | memoryview] = []
    starts, shifts = [], []
    length = position = 0
    source = data.data
    for start, end in [*ranges, (data.size, data.size)]:
        gap = (position - length) % ALIGNMENT
        parts += [bytes(gap), source[position:start]]
        starts.append(position)
        shifts.append(position - length - gap)
        length += gap + start - position
        position = end
    parts.append(bytes(-length % ALIGNMENT))
    skeleton = Skeleton(bytearray().join(parts), starts, shifts)
    words = np.frombuffer(skeleton.data, np.uint8)
    for each in left:
        _adjust(words, skeleton, each)
    return skeleton


def _gathered(references: Sequence[References]) -> Sequence[References]:
    """The references of each direction in one piece: a few calls of numpy on all of them instead of many on a few."""
    return [
        References(
            np.concatenate([each.locations for each in same]), np.concatenate([each.targets for each in same]), backward
        )
        for backward in (False, True)
        if (same := [each for each in references if each.backward is backward])
    ]


def _check(ranges: list[tuple[int, int]], references: Iterable[References]) -> None:
    starts = np.array([start for start, _ in ranges], np.int64)
    ends = np.array([end for _, end in ranges], np.int64)
    overlap = bool(np.any(ends[:-1] > starts[1:]))
    for each in references:
        for positions, width in ((each.locations, 4), (each.targets, 4)):
            before = np.searchsorted(starts, positions + width, side="left") - 1
            inside = (before >= 0) & (ends[before] > positions) if ranges else np.zeros(0, bool)
            # The reference from a buffer to its own weights is the one that may point at the start of a hole.
            if positions is each.targets and ranges:
                inside &= positions != starts[before]
            overlap = overlap or bool(np.any(inside))
    if overlap:
        raise _overlap()


def _overlap() -> ModelUnsupportedError:
    return ModelUnsupportedError("Weights overlap other parts of the model file, so it can't be rewritten.")


def _unused(ranges: list[Range], references: Sequence[References]) -> tuple[list[Range], Sequence[References]]:
    """The ranges that nothing outside of them refers to, and the references that lie in none of these."""
    if not ranges:
        return [], references
    starts, ends = np.array(ranges, np.int64).T
    sources = [_containing(starts, ends, each.locations) for each in references]
    targets = [_containing(starts, ends, each.targets) for each in references]
    needed = np.zeros(len(ranges) + 1, bool)
    needed[-1] = True  # what lies in no range has index -1 and stays
    for _ in range(DEEPEST):
        before = int(needed.sum())
        for source, target in zip(sources, targets, strict=True):
            needed[target[needed[source]]] = True
        if int(needed.sum()) == before:
            break
    else:
        needed[:] = True
    kept = [
        References(each.locations[needed[source]], each.targets[needed[source]], each.backward)
        for each, source in zip(references, sources, strict=True)
    ]
    return [span for span, used in zip(ranges, needed.tolist(), strict=False) if not used], kept


def _with_padding(data: npt.NDArray[np.uint8], ranges: list[Range], references: Sequence[References]) -> list[Range]:
    """The ranges, each with the alignment bytes between it and the next: zeros that nothing refers to."""
    if not ranges or not references:
        return ranges
    used = np.sort(np.concatenate([side for each in references for side in (each.locations, each.targets)]))
    ends = np.array([end for _, end in ranges], np.int64)
    following = np.array([*(start for start, _ in ranges[1:]), data.size], np.int64)
    unused = (following - ends < ALIGNMENT) & (used.searchsorted(ends) == used.searchsorted(following))
    return [
        (start, after if padding and not data[end:after].any() else end)
        for (start, end), after, padding in zip(ranges, following.tolist(), unused.tolist(), strict=True)
    ]


def _containing(starts: Positions, ends: Positions, positions: Positions) -> Positions:
    """Index of the range that each position lies in, -1 for none."""
    index = np.searchsorted(starts, positions, side="right") - 1
    return np.where((index >= 0) & (positions < ends[index]), index, -1)


def _adjust(words: npt.NDArray[np.uint8], skeleton: Skeleton, references: References) -> None:
    locations, targets = skeleton.place(references.locations), skeleton.place(references.targets)
    old = references.targets - references.locations
    moved = targets - locations != old
    values = (targets - locations)[moved]
    if references.backward:
        values = -values
    encoded = values.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :4]
    words[locations[moved][:, None] + np.arange(4)] = encoded
