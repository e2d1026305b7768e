"""Weights, biases and other constants of integer operators, worked out when they are written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.model.edit import Scales
from quantscope.quantize.calibration import Moments
from quantscope.quantize.ranges import Grid
from quantscope.quantize.static.rounding import Codes, best, rounded
from quantscope.quantize.weights import Floats, absmax_bits, channels, scales_from

# A bias shall leave the accumulator, which is as wide, room for the products.
LARGEST_BIAS: Final[dict[str, float]] = {"INT32": 2.0**30, "INT64": 2.0**62}
# Of input scale times weight scale over output scale: below, kernels lose the multiplier. No weight this small matters.
SMALLEST_MULTIPLIER: Final = 2.0**-24


@dataclass(frozen=True, slots=True)
class Needs:
    """What an operator needs its weight's scales to be at least, by channel: for its bias, and for its multiplier."""

    input_scale: float
    output_scale: float
    bias: Floats | None
    bias_dtype: str

    def smallest(self, count: int) -> Floats:
        """The smallest scales: float32 [count]."""
        floor = np.full(count, SMALLEST_MULTIPLIER * self.output_scale / self.input_scale, np.float32)
        if self.bias is not None:
            bias = np.abs(self.bias.astype(np.float64)) / (self.input_scale * LARGEST_BIAS[self.bias_dtype])
            # With one scale for all channels the largest bias counts.
            floor = np.maximum(floor, bias if bias.size == count else bias.max(initial=0.0)).astype(np.float32)
        return floor


def without_factors(values: Callable[[], Floats], factors: Floats) -> Floats:
    """A weight for inputs whose channels, its last axis, are multiplied by `factors`."""
    result: Floats = values() / factors
    return result


@dataclass(slots=True)
class IntegerWeight:
    """A weight in int8 with scales along `axis` (the first or the last, None: one scale).

    Scales and codes are worked out once, when first asked for; `scales` (float32) is filled by then. `moments` are of
    what it is multiplied with, where they are known; `has_bias`: the error's mean goes into a bias. `release` is called
    when the codes have been written.
    """

    name: str
    values: Callable[[], Floats]
    size: int
    scales: Floats
    axis: int | None
    release: Callable[[], None]
    moments: Moments | None = None
    has_bias: bool = True
    needs: list[Needs] = field(default_factory=list)
    _codes: Codes | None = None
    _shift: npt.NDArray[np.float64] | None = None

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
        yield self._from_rows(self._codes).reshape(-1).view(np.uint8)
        self._codes = None
        self.release()

    def _settle(self) -> None:
        if self._shift is not None:
            return
        values = self.values()
        rows = self._as_rows(values)
        found = self.scales.reshape(-1)
        blocks = channels(values, self.axis)
        found[:] = scales_from(absmax_bits(blocks, (0, 2)), self.name)
        smallest = np.zeros_like(found)
        for need in self.needs:
            np.maximum(smallest, need.smallest(found.size), out=smallest)
        np.maximum(found, smallest, out=found)
        self._shift = np.zeros(len(rows))
        if self.moments is None or self.axis is None:
            self._codes = rounded(rows, np.broadcast_to(found, len(rows)))
            return
        mean, second = self.moments.mean, self.moments.second
        if self.has_bias:
            second = second - mean[:, :, None] * mean[:, None, :]
        repeats = len(rows) // len(mean) if len(mean) > 1 else 1
        mean, second = np.repeat(mean, repeats, axis=0), np.repeat(second, repeats, axis=0)
        found[:], self._codes = best(rows, found.copy(), smallest, second)
        if self.has_bias:
            errors = self._codes * found[:, None] - rows
            self._shift = np.einsum("rd,rd->r", errors, np.broadcast_to(mean, errors.shape), dtype=np.float64)

    def _as_rows(self, values: Floats) -> Floats:
        """[channels, depth]"""
        if self.axis == 0 or self.axis is None:
            return values.reshape(len(values), -1)
        return np.ascontiguousarray(values.reshape(-1, values.shape[-1]).T)

    def _from_rows(self, codes: Codes) -> Codes:
        return codes if self.axis == 0 or self.axis is None else np.ascontiguousarray(codes.T)


@dataclass(frozen=True, slots=True)
class BiasBlob:
    """A bias in units of input scale times weight scale: int32, or int64 with int16 activations.

    The mean error that rounding the weight makes is taken off it.
    """

    values: Callable[[], Floats]
    count: int
    dtype: str
    input_scale: float
    weight: IntegerWeight
    scales: Scales

    @property
    def size(self) -> int:
        """Bytes."""
        return self.count * (4 if self.dtype == "INT32" else 8)

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The codes as bytes."""
        self.scales.values[:] = np.float32(self.input_scale) * self.weight.found_scales()
        limit = np.iinfo(self.dtype.lower())
        corrected = self.values().astype(np.float64) - self.weight.found_shift()
        codes: npt.NDArray[Any] = np.rint(corrected / self.scales.values.astype(np.float64))
        yield np.clip(codes, limit.min, limit.max).astype(self.dtype.lower()).view(np.uint8)


@dataclass(frozen=True, slots=True)
class ConstantBlob:
    """A constant operand on a grid."""

    values: Floats
    grid: Grid

    @property
    def size(self) -> int:
        """Bytes."""
        return self.values.size * (1 if self.grid.dtype == "INT8" else 2)

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The codes as bytes."""
        limit = np.iinfo(self.grid.dtype.lower())
        codes = np.rint(self.values.astype(np.float64) / self.grid.scale) + self.grid.zero_point
        yield np.clip(codes, limit.min, limit.max).astype(self.grid.dtype.lower()).reshape(-1).view(np.uint8)
