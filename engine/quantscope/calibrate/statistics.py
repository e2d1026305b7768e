"""Statistics of one tensor, gathered value by value in bounded memory. None depends on the order of the samples."""

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.quantize.calibration import Channels, Histogram, Observed

HALF: Final = 2048  # bins on either side of zero
SMALLEST_EXPONENT: Final = -150  # of a bin's width: below float32's smallest number
ROWS: Final = 512  # rows of a sample that second moments are taken of, spread evenly
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
    """Mean of x * x^T over rows."""

    total: npt.NDArray[np.float32] | None = None
    rows: int = 0

    def add(self, rows: npt.NDArray[np.float32]) -> None:
        """Takes in [rows, channels], at most ROWS of them."""
        chosen = rows[:: -(-len(rows) // ROWS)]
        with np.errstate(over="ignore", invalid="ignore"):  # result() leaves out what isn't finite
            product = chosen.T @ chosen
            self.total = product if self.total is None else np.add(self.total, product, out=self.total)
        self.rows += len(chosen)

    def result(self) -> npt.NDArray[np.float32] | None:
        """None if nothing was seen, or products were too large for float32."""
        if self.total is None or not np.isfinite(self.total).all():
            return None
        return self.total / np.float32(self.rows)


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
    """All statistics of one tensor; by channel and of second order only where asked for."""

    by_channel: bool = False
    second_order: bool = False
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    histogram: RunningHistogram = field(default_factory=RunningHistogram)
    octaves: RunningOctaves = field(default_factory=RunningOctaves)
    channels: RunningChannels = field(default_factory=RunningChannels)
    moments: RunningMoments = field(default_factory=RunningMoments)

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
            if self.second_order:
                self.moments.add(rows)
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
            self.moments.result(),
        )
