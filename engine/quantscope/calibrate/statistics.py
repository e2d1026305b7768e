"""Statistics of one tensor, gathered value by value in bounded memory. None depends on the order of the samples."""

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.quantize.calibration import Channels, Histogram, Moments, Observed, Patches

HALF: Final = 2048  # bins on either side of zero
SMALLEST_EXPONENT: Final = -150  # of a bin's width: below float32's smallest number
ROWS: Final = 128  # vectors of a sample that second moments are taken of, spread evenly
SPREAD: Final = 16384  # values of a sample whose magnitudes are looked at, spread evenly


@dataclass(slots=True)
class RunningHistogram:
    """Counts of values in bins of a power-of-two width that doubles whenever a value lies outside."""

    exponent: int = SMALLEST_EXPONENT
    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(2 * HALF, np.int64))

    def add(self, values: npt.NDArray[np.float32], largest: float) -> None:
        """Takes in finite values, none of a larger magnitude than `largest`."""
        if largest > 0:
            # The smallest width for which `largest` lies within the bins: largest < HALF * 2**exponent.
            self._widen(math.frexp(largest)[1] - HALF.bit_length() + 1)
        places = np.floor(np.multiply(values, math.ldexp(1.0, -self.exponent), dtype=np.float64)) + HALF
        self.counts += np.bincount(np.clip(places, 0, 2 * HALF - 1).astype(np.int32).ravel(), minlength=2 * HALF)

    def _widen(self, exponent: int) -> None:
        if exponent <= self.exponent:
            return
        seen = np.flatnonzero(self.counts)
        counts = np.zeros_like(self.counts)
        # Floor division: bin k of half the width lies in bin floor(k / 2).
        np.add.at(counts, ((seen - HALF) >> min(exponent - self.exponent, 62)) + HALF, self.counts[seen])
        self.counts, self.exponent = counts, exponent

    def result(self) -> Histogram | None:
        """The histogram without the empty bins at its ends; None if nothing was seen."""
        seen = np.flatnonzero(self.counts)
        if seen.size == 0:
            return None
        first, last = int(seen[0]), int(seen[-1])
        return Histogram(self.exponent, first - HALF, self.counts[first : last + 1].copy())


@dataclass(slots=True)
class RunningChannels:
    """Extremes and mean of each index along the last axis."""

    low: npt.NDArray[np.float32] | None = None
    high: npt.NDArray[np.float32] | None = None
    total: npt.NDArray[np.float64] | None = None
    rows: int = 0

    def add(self, rows: npt.NDArray[np.float32]) -> None:
        """Takes in [rows, channels]."""
        low, high, total = rows.min(axis=0), rows.max(axis=0), rows.sum(axis=0, dtype=np.float64)
        if self.low is None or self.high is None or self.total is None:
            self.low, self.high, self.total = low, high, total
        else:
            self.low, self.high = np.minimum(self.low, low), np.maximum(self.high, high)
            self.total = self.total + total
        self.rows += len(rows)

    def result(self) -> Channels | None:
        """None if nothing was seen."""
        if self.low is None or self.high is None or self.total is None:
            return None
        return Channels(self.low, self.high, (self.total / self.rows).astype(np.float32))


@dataclass(slots=True)
class RunningMoments:
    """Mean and second moments of what a weight is multiplied with."""

    patches: Patches
    total: npt.NDArray[np.float64] | None = None
    products: npt.NDArray[np.float32] | None = None
    rows: int = 0

    def add(self, values: npt.NDArray[np.float32]) -> None:
        """Takes in a tensor, at most ROWS vectors of it."""
        chosen = _windows(values, self.patches) if self.patches.height else _rows(values, self.patches)
        # [groups, rows, depth]
        groups = chosen.transpose(2, 0, 1) if self.patches.depthwise else chosen.reshape(1, len(chosen), -1)
        with np.errstate(over="ignore", invalid="ignore"):  # result() leaves out what isn't finite
            product = np.matmul(groups.transpose(0, 2, 1), groups)
            total = groups.sum(axis=1, dtype=np.float64)
            self.products = product if self.products is None else np.add(self.products, product, out=self.products)
            self.total = total if self.total is None else self.total + total
        self.rows += len(chosen)

    def result(self) -> Moments | None:
        """None if nothing was seen, or products were too large for float32."""
        if self.products is None or self.total is None or not np.isfinite(self.products).all():
            return None
        return Moments((self.total / self.rows).astype(np.float32), self.products / np.float32(self.rows))


def _rows(values: npt.NDArray[np.float32], patches: Patches) -> npt.NDArray[np.float32]:
    rows = values.reshape(-1, patches.width_of_rows)
    return rows[:: -(-len(rows) // ROWS)]


def _windows(values: npt.NDArray[np.float32], patches: Patches) -> npt.NDArray[np.float32]:
    """[windows, height * width, channels] at places spread evenly over the convolution's output."""
    count, *sides, channels = values.shape
    kernel, stride = (patches.height, patches.width), (patches.stride_h, patches.stride_w)
    dilation = (patches.dilation_h, patches.dilation_w)
    extent = [(size - 1) * step + 1 for size, step in zip(kernel, dilation, strict=True)]
    if patches.same:
        outputs = [-(-side // step) for side, step in zip(sides, stride, strict=True)]
        padding = [
            max(0, (out - 1) * step + reach - side) // 2
            for out, step, reach, side in zip(outputs, stride, extent, sides, strict=True)
        ]
    else:
        outputs = [(side - reach) // step + 1 for side, reach, step in zip(sides, extent, stride, strict=True)]
        padding = [0, 0]
    total = count * math.prod(outputs)
    places = np.linspace(0, total - 1, min(total, ROWS)).astype(np.int64)
    image, *corners = np.unravel_index(places, (count, *outputs))
    result = np.zeros((len(places), *kernel, channels), np.float32)
    for row, column in np.ndindex(*kernel):
        at = [
            corner * step - before + offset * spread
            for corner, step, before, offset, spread in zip(
                corners, stride, padding, (row, column), dilation, strict=True
            )
        ]
        inside = (at[0] >= 0) & (at[0] < sides[0]) & (at[1] >= 0) & (at[1] < sides[1])
        result[inside, row, column] = values[image[inside], at[0][inside], at[1][inside]]
    return result.reshape(len(places), -1, channels)


@dataclass(slots=True)
class RunningOctaves:
    """Counts of magnitudes by their float32 exponent: tells groups of values that lie far apart."""

    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))

    def add(self, values: npt.NDArray[np.float32]) -> None:
        """Takes in finite values, some thousands of them."""
        flat = values.reshape(-1)
        chosen = np.ascontiguousarray(flat[:: -(-flat.size // SPREAD)])
        self.counts += np.bincount((chosen.view(np.int32) >> 23) & 0xFF, minlength=256)


@dataclass(slots=True)
class RunningTensor:
    """All statistics of one tensor; by channel, and of what weights are multiplied with, only where asked for."""

    by_channel: bool = False
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    histogram: RunningHistogram = field(default_factory=RunningHistogram)
    octaves: RunningOctaves = field(default_factory=RunningOctaves)
    channels: RunningChannels = field(default_factory=RunningChannels)
    moments: list[RunningMoments] = field(default_factory=list)

    def add(self, values: npt.NDArray[Any]) -> None:
        """Takes in one sample's values; those that aren't finite don't count."""
        numbers = np.asarray(values, np.float32)
        if numbers.size == 0:
            return
        low, high = float(numbers.min()), float(numbers.max())
        if not math.isfinite(low) or not math.isfinite(high):
            numbers = numbers[np.isfinite(numbers)]
            if numbers.size == 0:
                return
            low, high = float(numbers.min()), float(numbers.max())
        elif numbers.ndim:
            rows = numbers.reshape(-1, numbers.shape[-1])
            if self.by_channel:
                self.channels.add(rows)
            for moments in self.moments:
                moments.add(numbers)
        self.histogram.add(numbers, max(-low, high))
        self.octaves.add(numbers)
        self.add_extremes(low, high)

    def add_extremes(self, low: float, high: float) -> None:
        """Takes in a sample of which only the extremes are known, if they are finite."""
        if math.isfinite(low) and math.isfinite(high) and low <= high:
            self.lows.append(low)
            self.highs.append(high)

    def result(self) -> Observed | None:
        """None if nothing was seen."""
        if not self.lows:
            return None
        return Observed(
            np.array(self.lows, np.float32),
            np.array(self.highs, np.float32),
            self.histogram.result(),
            self.octaves.counts if self.octaves.counts.any() else None,
            self.channels.result(),
        )
