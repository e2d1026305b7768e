"""Biases and other constants of integer operators, worked out when they are written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.model.edit import Scales
from quantscope.quantize.measured import MeasuredWeight
from quantscope.quantize.ranges import Grid
from quantscope.quantize.weights import Floats, channels, pieces

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


@dataclass(frozen=True, slots=True)
class BiasBlob:
    """A bias in units of input scale times weight scale: int32, or int64 with int16 activations.

    The mean error that rounding the weight makes is taken off it.
    """

    values: Callable[[], Floats]
    count: int
    dtype: str
    input_scale: float
    weight: MeasuredWeight
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
        return self.values.size * np.dtype(self.grid.dtype.lower()).itemsize

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The codes as bytes; tables of embeddings are constants, too, and large."""
        limit = np.iinfo(self.grid.dtype.lower())
        for piece, _ in pieces(channels(self.values, None)):
            codes = np.rint(piece.astype(np.float64) / self.grid.scale) + self.grid.zero_point
            yield np.clip(codes, limit.min, limit.max).astype(self.grid.dtype.lower()).reshape(-1).view(np.uint8)
