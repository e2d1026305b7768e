"""Scales for groups of weights that share one: by the largest magnitude, or clipped for a smaller error.

A group is a row of a (groups, size) float32 matrix: a channel, a block, or a whole tensor. Codes are symmetric,
[-levels, levels], zero point 0. Everything here is exact arithmetic on the weights alone; no data is needed.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from quantscope.quantize.rounding import CACHED
from quantscope.quantize.weights import Floats, absmax_bits, scales_from
from quantscope.recipe import Algorithm

# Thresholds that the search tries, as shares of the largest magnitude. Below a third nothing was ever best, at 4 bits
# on any weight of the zoo; between neighbours the error differs by less than 0.2 dB, which the refinement makes up for.
SHARES: Final = np.linspace(0.34, 1.0, 15, dtype=np.float32)
REFINEMENTS: Final = 2
OCTAV_STEPS: Final = 8


def find_scales(groups: Floats, levels: int, algorithm: Algorithm, name: str) -> Floats:
    """A scale for each row of `groups`, (n,) float32.

    Raises ModelUnsupportedError, naming the weight, if a value is infinite or NaN.
    """
    result = np.empty(len(groups), np.float32)
    step = max(1, CACHED // max(1, groups.shape[1]))
    for low in range(0, len(groups), step):
        part = np.ascontiguousarray(groups[low : low + step])
        result[low : low + step] = _find(part, levels, algorithm, name)
    return result


def noise(groups: Floats, scales: Floats, levels: int) -> npt.NDArray[np.float64]:
    """Sum of squared errors of each row at these scales."""
    step = max(1, CACHED // max(1, groups.shape[1]))
    parts = [
        _errors(np.ascontiguousarray(groups[low : low + step]), scales[low : low + step], levels)
        for low in range(0, len(groups), step)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def codes(groups: Floats, scales: Floats, levels: int) -> npt.NDArray[np.int8]:
    """The nearest codes of every row at its scale."""
    work = groups / scales[:, None]
    np.rint(work, out=work)
    np.clip(work, -levels, levels, out=work)
    result: npt.NDArray[np.int8] = work.astype(np.int8)
    return result


def _find(groups: Floats, levels: int, algorithm: Algorithm, name: str) -> Floats:
    largest = scales_from(absmax_bits(groups, 1), name, levels)
    if algorithm is Algorithm.MINMAX or groups.shape[1] == 0:
        return largest
    candidates = [largest]
    if algorithm in (Algorithm.MSE, Algorithm.AUTO):
        candidates.append(_searched(groups, largest, levels))
    if algorithm in (Algorithm.OCTAV, Algorithm.AUTO):
        candidates.append(_octav(groups, largest, levels))
    if algorithm is Algorithm.OCTAV:
        return candidates[-1]
    errors = np.stack([_errors(groups, scales, levels) for scales in candidates])
    best: Floats = np.stack(candidates)[errors.argmin(0), np.arange(len(groups))]
    return best


def _searched(groups: Floats, largest: Floats, levels: int) -> Floats:
    """The best of the thresholds tried, then made the least squares fit of the codes it gives."""
    best, least = largest, np.full(len(groups), np.inf)
    for share in SHARES:
        scales = largest * share
        errors = _errors(groups, scales, levels)
        better = errors < least
        best, least = np.where(better, scales, best), np.where(better, errors, least)
    for _ in range(REFINEMENTS):
        rounded = codes(groups, best, levels).astype(np.float32)
        over = np.einsum("gc,gc->g", rounded, rounded, dtype=np.float64)
        fitted = np.einsum("gc,gc->g", groups, rounded, dtype=np.float64) / np.maximum(over, 1)
        scales = np.where(over > 0, fitted, best).astype(np.float32)
        better = (scales > 0) & (_errors(groups, np.where(scales > 0, scales, best), levels) <= least)
        best = np.where(better, scales, best)
        least = np.minimum(least, _errors(groups, best, levels))
    return best


def _octav(groups: Floats, largest: Floats, levels: int) -> Floats:
    """Thresholds by Newton's method on the mean squared error (Sakr et al., "Optimal Clipping and Magnitude-aware
    Differentiation for Improved Quantization-aware Training", ICML 2022, equation 6), as scales."""
    magnitudes = np.abs(groups)
    rounding = 1 / (12 * levels**2)  # noise power within a threshold of one, of 2 * levels steps
    threshold = magnitudes.mean(1, dtype=np.float64)
    for _ in range(OCTAV_STEPS):
        outside = magnitudes > threshold[:, None]
        beyond = np.where(outside, magnitudes, 0).sum(1, dtype=np.float64)
        count = outside.sum(1)
        threshold = beyond / np.maximum(rounding * (groups.shape[1] - count) + count, 1e-30)
    result: Floats = np.where(threshold > 0, threshold / levels, largest).astype(np.float32)
    return np.minimum(np.maximum(result, largest / 100), largest)


def _errors(groups: Floats, scales: Floats, levels: int) -> npt.NDArray[np.float64]:
    work = groups * (1 / scales)[:, None]
    np.rint(work, out=work)
    np.clip(work, -levels, levels, out=work)
    work *= scales[:, None]
    work -= groups
    result: npt.NDArray[np.float64] = np.einsum("gc,gc->g", work, work).astype(np.float64)
    return result
