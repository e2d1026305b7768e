"""Weights quantized as a whole when first asked for: by what they are multiplied with, where that was measured, and
before the bias that makes up for what is left."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from quantscope.quantize.calibration import Moments
from quantscope.quantize.clipping import find_scales
from quantscope.quantize.compensation import best, compensated, corrections
from quantscope.quantize.decision import Storage
from quantscope.quantize.rounding import Codes, packed, rounded
from quantscope.quantize.stored import bfloat16
from quantscope.quantize.weights import Floats
from quantscope.recipe import Algorithm


class Need(Protocol):
    """What an operator needs of its weight's scales."""

    def smallest(self, count: int) -> Floats:
        """The smallest scales: float32 [count]."""


@dataclass(slots=True)
class MeasuredWeight:
    """A weight of `elements` values in `form`.

    Scales and codes are worked out once, when first asked for; `scales` (float32, of `shape_of_scales`) is filled by
    then. `moments` are of what it is multiplied with, where they are known; `has_bias`: the error's mean goes into a
    bias. `release` is called when the codes have been written.
    """

    name: str
    values: Callable[[], Floats]
    elements: int
    form: Storage
    scales: Floats
    release: Callable[[], None]
    moments: Moments | None = None
    has_bias: bool = True
    needs: list[Need] = field(default_factory=list)
    _codes: Codes | None = None
    _shift: npt.NDArray[np.float64] | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return -(-self.elements * self.form.bits // 8)

    def found_scales(self) -> Floats:
        """The scales, float32 [channels]. Raises ModelUnsupportedError if the weight is not finite."""
        self._settle()
        return self.scales.reshape(-1)

    def found_shift(self) -> npt.NDArray[np.float64]:
        """By how much rounding raises each channel's results on average, float64 [channels]; 0 where it isn't known."""
        self._settle()
        assert self._shift is not None
        return self._shift

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The codes as bytes, in the weight's order."""
        self._settle()
        assert self._codes is not None
        yield packed(self._codes) if self.form.bits == 4 else self._codes.reshape(-1).view(np.uint8)
        self._codes = None
        self.release()

    def _settle(self) -> None:
        if self._shift is not None:
            return
        form, values = self.form, self.values().astype(np.float32, copy=False)
        moved = np.moveaxis(values, form.rows, 0)
        rows = np.ascontiguousarray(moved).reshape(len(moved), -1)
        one = form.axis is None and not form.block
        mean, second = self._moments(len(rows))
        searched = second is not None and form.algorithm is Algorithm.AUTO and not one
        groups = rows.reshape(1 if one else -1, form.block or (rows.size if one else rows.shape[1]))
        found = find_scales(groups, form.levels, Algorithm.MINMAX if searched else form.algorithm, self.name)
        smallest = np.zeros(self.scales.size, np.float32)
        for need in self.needs:
            np.maximum(smallest, need.smallest(smallest.size), out=smallest)
        found = bfloat16(found) if form.block else np.maximum(found, smallest)
        scales = np.broadcast_to(found, len(rows))[:, None] if one else found.reshape(len(rows), -1)
        compensates = second is not None and form.compensates
        codes: Codes | None = None
        if second is not None and searched:
            stored = bfloat16 if form.block else np.asarray
            floor = np.zeros(len(rows), np.float32) if form.block else smallest
            scales, codes = best(rows, scales, floor, second, form.levels, stored)
        elif second is not None and compensates:
            codes = compensated(rows, scales, corrections(second), form.levels)
        if codes is None or not compensates:
            codes = rounded(rows, scales, form.levels, form.balanced)
        self.scales.reshape(-1)[:] = scales[0] if one else scales.reshape(-1)
        self._shift = np.zeros(len(rows))
        if mean is not None and self.has_bias:
            errors = codes * np.repeat(scales, rows.shape[1] // scales.shape[1], axis=1) - rows
            self._shift = np.einsum("rd,rd->r", errors, np.broadcast_to(mean, errors.shape), dtype=np.float64)
        self._codes = np.ascontiguousarray(np.moveaxis(codes.reshape(moved.shape), 0, form.rows))

    def _moments(self, rows: int) -> tuple[Floats, Floats] | tuple[None, None]:
        """Mean of what rows are multiplied with, and H, each for all rows or for every row."""
        if self.moments is None:
            return None, None
        mean, second = self.moments.mean, self.moments.second
        if self.has_bias:
            second = second - mean[:, :, None] * mean[:, None, :]
        repeats = rows // len(mean) if len(mean) > 1 else 1
        return np.repeat(mean, repeats, axis=0), np.repeat(second, repeats, axis=0)


@dataclass(frozen=True, slots=True)
class CorrectedBias:
    """A float32 bias, with the mean error that rounding the weight makes taken off it."""

    values: Callable[[], Floats]
    count: int
    weight: MeasuredWeight

    @property
    def size(self) -> int:
        """Bytes."""
        return 4 * self.count

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The values as bytes."""
        yield (self.values().reshape(-1) - self.weight.found_shift()).astype("<f4").view(np.uint8)
