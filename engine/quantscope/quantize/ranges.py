"""From what was seen of a tensor to the grid of integers that it is stored on."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from quantscope.quantize.calibration import Histogram, Observed
from quantscope.recipe import Ranges

Doubles = npt.NDArray[np.float64]

INT8_LEVELS: Final = 256
# Per side, as shares of what was seen. MSE-optimal ranges of 8 bits lie far above the smallest of them.
CLIPPINGS: Final = np.linspace(0.05, 1.0, 96)
PERCENTILE: Final = 0.9999
# Kernels count the 6 of a fused RELU6 in units of the scale, in 32 bits.
SMALLEST_SCALE: Final = np.float32(1e-8)
# Two groups of magnitudes with this many octaves of nothing between them don't fit into 8 bits together.
FAR_APART: Final = 5


@dataclass(frozen=True, slots=True)
class Grid:
    """real = scale * (stored - zero_point), one scale for the tensor; `dtype` is the schema's, INT8 or INT16."""

    dtype: str
    scale: float
    zero_point: int


def estimate(observed: Observed, ranges: Ranges, levels: int = INT8_LEVELS) -> tuple[float, float]:
    """The range to store a tensor in, zero always within it. Without a histogram only extremes count."""
    low, high = min(observed.low, 0.0), max(observed.high, 0.0)
    if ranges is Ranges.MOVING_AVERAGE:
        # Sorted first, so that the sum's rounding doesn't depend on the order either.
        low = min(float(np.sort(observed.lows).astype(np.float64).mean()), 0.0)
        high = max(float(np.sort(observed.highs).astype(np.float64).mean()), 0.0)
    elif observed.histogram is not None and ranges is Ranges.PERCENTILE:
        shares = np.cumsum(observed.histogram.counts) / observed.histogram.counts.sum()
        centres = observed.histogram.centres
        low = max(low, min(float(centres[np.searchsorted(shares, 1 - PERCENTILE)]), 0.0))
        high = min(high, max(float(centres[np.searchsorted(shares[:-1], PERCENTILE)]), 0.0))
    elif observed.histogram is not None and ranges is Ranges.MSE:
        low, high = _least_error(observed.histogram, low, high, levels)
    return low, high


def _least_error(histogram: Histogram, low: float, high: float, levels: int) -> tuple[float, float]:
    """The range within [low, high] with the least squared error: rounding inside, clipping outside.

    Rounding leaves scale^2 / 12 of each value that isn't zero (zero is exact). Sums of the counts' powers up to each
    bin give the clipped part of every candidate at once.
    """
    centres, counts = histogram.centres, histogram.counts.astype(np.float64)
    zeros = np.abs(centres) < np.ldexp(1.0, histogram.exponent)
    below = _clipped(-centres[::-1], counts[::-1], -low * CLIPPINGS)
    above = _clipped(centres, counts, high * CLIPPINGS)
    scales = (high * CLIPPINGS[None, :] - low * CLIPPINGS[:, None]) / (levels - 1)
    errors = below[:, None] + above[None, :] + scales**2 / 12 * counts[~zeros].sum()
    at_low, at_high = np.unravel_index(int(np.argmin(errors)), errors.shape)
    return float(low * CLIPPINGS[at_low]), float(high * CLIPPINGS[at_high])


def _clipped(
    centres: Doubles,
    counts: Doubles,
    thresholds: Doubles,
) -> Doubles:
    """Sum of (x - t)^2 over all x > t for each threshold t; `centres` ascend."""
    sums = [np.append(np.cumsum((counts * centres**power)[::-1])[::-1], 0.0) for power in (0, 1, 2)]
    start = np.searchsorted(centres, thresholds, side="right")
    zeroth, first, second = (each[start] for each in sums)
    result: Doubles = second - 2 * thresholds * first + thresholds**2 * zeroth
    return np.maximum(result, 0.0)


def grid_of(low: float, high: float, dtype: str) -> Grid:
    """The grid that holds [low, high], of which zero is a point. INT8 is asymmetric, INT16 symmetric."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0  # nothing but zeros was seen, and any grid holds those
    if dtype == "INT16":
        return Grid(dtype, float(np.maximum(np.float32(max(-low, high) / 32767), SMALLEST_SCALE)), 0)
    scale = np.maximum(np.float32((high - low) / (INT8_LEVELS - 1)), SMALLEST_SCALE)
    zero_point = int(np.clip(np.rint(-128 - low / float(scale)), -128, 127))
    return Grid(dtype, float(scale), zero_point)


def has_far_apart_values(observed: Observed) -> bool:
    """True if values lie in two groups of magnitudes so far apart that 8 bits can't hold both: a mask's -10000 among
    scores around 1, say. Zeros don't count, they always fit."""
    if observed.octaves is None:
        return False
    top = int(np.frexp(np.float32(max(-observed.low, observed.high)))[1]) + 126
    occupied = np.flatnonzero(observed.octaves[1 : max(1, top)]) + 1
    # The upper group is as wide as a factor of four.
    lower = occupied[occupied < top - 1]
    return bool(lower.size and top - 1 - int(lower.max()) > FAR_APART)
