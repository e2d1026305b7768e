"""Cutting the weights out of a model file while everything else in it stays byte for byte what it was.

What remains, the skeleton, is closed up: parts keep their alignment, and references across a cut are adjusted. So names,
options, signatures and metadata survive a rewrite even where they hold fields that the schema at hand doesn't know.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantscope.errors import ModelUnsupportedError
from quantscope.model.flatbuffer import Positions, References

ALIGNMENT = 16


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The remaining bytes, and how positions in the file map to positions in them."""

    data: bytearray
    starts: Positions
    shifts: Positions

    def place(self, positions: Positions) -> Positions:
        """Where the bytes at `positions` of the file are now."""
        return positions - self.shifts[np.searchsorted(self.starts, positions, side="right") - 1]


def cut(data: npt.NDArray[np.uint8], holes: Iterable[tuple[int, int]], references: Iterable[References]) -> Skeleton:
    """The skeleton of a file without the byte ranges `holes`, (start, end) each.

    Raises ModelUnsupportedError if holes overlap each other or hold something that is referred to.
    """
    ranges = sorted(set(holes))
    _check(ranges, references)
    parts: list[npt.NDArray[np.uint8]] = []
    starts, shifts = [], []
    length = position = 0
    for start, end in [*ranges, (data.size, data.size)]:
        gap = (position - length) % ALIGNMENT
        parts += [np.zeros(gap, np.uint8), data[position:start]]
        starts.append(position)
        shifts.append(position - length - gap)
        length += gap + start - position
        position = end
    parts.append(np.zeros(-length % ALIGNMENT, np.uint8))
    skeleton = Skeleton(bytearray(np.concatenate(parts).data), np.array(starts), np.array(shifts))
    words = np.frombuffer(skeleton.data, np.uint8)
    for each in references:
        _adjust(words, skeleton, each)
    return skeleton


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
        raise ModelUnsupportedError("Weights overlap other parts of the model file, so it can't be rewritten.")


def _adjust(words: npt.NDArray[np.uint8], skeleton: Skeleton, references: References) -> None:
    locations, targets = skeleton.place(references.locations), skeleton.place(references.targets)
    old = references.targets - references.locations
    moved = targets - locations != old
    values = (targets - locations)[moved]
    if references.backward:
        values = -values
    encoded = values.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :4]
    words[locations[moved][:, None] + np.arange(4)] = encoded
