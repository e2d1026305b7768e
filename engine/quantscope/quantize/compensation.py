"""Rounding weights so that what comes out of their product, not the weights themselves, stays true.

The error of a row of codes q with scale s for weights w, on inputs x, is e^T H e on average, where e = q * s - w and H
is the mean of x * x^T (less the mean's part, where a bias takes that over). Columns are rounded one after the other,
and what each leaves is made up for by those still to come: Frantar et al., "GPTQ", arXiv 2210.17323, with H's inverse
by Cholesky. Scales, one for each row or for each block of it, are given or searched by the same error.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from quantscope.quantize.rounding import Codes, rounded
from quantscope.quantize.weights import Floats

# Of H's mean diagonal, added to it: inputs hardly ever seen don't matter, but not at all is too bold.
DAMPING: Final = 0.01
SMALLEST_DAMPING: Final = 1e-20
FLOAT32_NOISE: Final = 1e-7
MOST_DAMPINGS: Final = 12  # each ten times the one before: more than all of float32's digits
BLOCK: Final = 128  # columns whose corrections are carried over at once
# Clipping the largest weights a little lets all others be rounded finer: shares of the scale that are tried, by the
# largest code. Short rows gain most and are tried most often.
FEW_SHARES: Final[Mapping[int, tuple[float, ...]]] = {
    127: (1.0, 0.97, 0.94, 0.91, 0.88),
    7: tuple(np.linspace(1.0, 0.4, 21).tolist()),
}
MANY_SHARES: Final[Mapping[int, tuple[float, ...]]] = {
    127: tuple(np.linspace(1.0, 0.7, 61).tolist()),
    7: tuple(np.linspace(1.0, 0.4, 61).tolist()),
}
SHORT: Final = 64


def corrections(second: Floats) -> Floats:
    """For H in [groups, depth, depth] the upper triangular U with H^-1 = U^T U, from which each column's corrections
    come.

    Of inputs that hardly vary, one sample's say, rounding in float32 leaves an H that is not positive definite; it is
    damped until it is.
    """
    depth = second.shape[-1]
    places = np.arange(depth)
    exact = second.astype(np.float64)
    damping = np.maximum(DAMPING * exact[:, places, places].mean(axis=1), SMALLEST_DAMPING)
    noise = FLOAT32_NOISE * np.abs(exact).max(axis=(1, 2))
    for _ in range(MOST_DAMPINGS):
        damped = exact.copy()
        damped[:, places, places] += damping[:, None]
        try:
            lower = np.linalg.cholesky(np.linalg.inv(damped))
        except np.linalg.LinAlgError:
            damping = np.maximum(10 * damping, noise)
            continue
        upper: Floats = np.ascontiguousarray(lower.transpose(0, 2, 1)).astype(np.float32)
        return upper
    return np.broadcast_to(np.eye(depth, dtype=np.float32), exact.shape)  # nothing to go by: plain rounding


def compensated(rows: Floats, scales: Floats, upper: Floats, levels: int) -> Codes:
    """Codes in [-levels, levels] of rows [rows, depth]. `scales` is [rows, blocks], one block being depth / blocks
    neighbours; `upper` is of one group, or of one for each row."""
    work = rows.astype(np.float32, copy=True)
    codes = np.empty(rows.shape, np.int8)
    depth = rows.shape[1]
    width = depth // scales.shape[1]
    shared = len(upper) == 1
    for low in range(0, depth, BLOCK):
        high = min(low + BLOCK, depth)
        errors = np.empty((len(rows), high - low), np.float32)
        for column in range(low, high):
            value, scale = work[:, column], scales[:, column // width]
            code = np.clip(np.rint(value / scale), -levels, levels)
            codes[:, column] = code
            error = (value - code * scale) / upper[:, column, column]
            errors[:, column - low] = error
            work[:, column + 1 : high] -= error[:, None] * upper[:, column, column + 1 : high]
        if high < depth:
            if shared:
                work[:, high:] -= errors @ upper[0, low:high, high:]
            else:
                work[:, high:] -= np.einsum("rc,rcd->rd", errors, upper[:, low:high, high:])
    return codes


def best(
    rows: Floats,
    scales: Floats,
    smallest: Floats,
    second: Floats,
    levels: int,
    stored: Callable[[Floats], Floats] = lambda scales: scales,
) -> tuple[Floats, Codes]:
    """Scales [rows, blocks] (at most `scales`, at least `smallest` [rows]) and codes with the least error for H
    `second`. `stored` gives scales as they will be kept."""
    upper = corrections(second)
    exact = rows.shape[1] <= SHORT and scales.shape[1] == 1
    shares = (MANY_SHARES if exact else FEW_SHARES)[levels]

    def tried(candidate: Floats) -> tuple[Codes, Floats]:
        if exact:
            found = compensated(rows, candidate, upper, levels)
            return found, product_errors(rows, candidate, found, second)[:, None]
        found = rounded(rows, candidate, levels, balanced=False)
        return found, _independent_errors(rows, candidate, found, second)

    chosen = scales
    codes, least = tried(scales)
    nearest = codes
    for share in shares[1:]:
        candidate = np.maximum(stored(scales * np.float32(share)), smallest[:, None])
        found, errors = tried(candidate)
        better = errors < least
        least = np.where(better, errors, least)
        chosen = np.where(better, candidate, chosen)
        if exact:
            codes = np.where(better, found, codes)
    if exact:
        return chosen, codes
    codes = compensated(rows, chosen, upper, levels)
    # What is made up for by damped moments may come out worse by the real ones.
    worse = product_errors(rows, chosen, codes, second) > product_errors(rows, scales, nearest, second)
    return np.where(worse[:, None], scales, chosen), np.where(worse[:, None], nearest, codes)


def product_errors(rows: Floats, scales: Floats, codes: Codes, second: Floats) -> Floats:
    """e^T H e of each row."""
    errors = _errors(rows, scales, codes)
    if len(second) == 1:
        result: Floats = np.einsum("rd,rd->r", errors @ second[0], errors)
    else:
        result = np.einsum("rd,rde,re->r", errors, second, errors)
    return result


def _independent_errors(rows: Floats, scales: Floats, codes: Codes, second: Floats) -> Floats:
    """The same of each block, [rows, blocks], with H's diagonal alone."""
    diagonal = second.diagonal(axis1=1, axis2=2)
    result: Floats = (_errors(rows, scales, codes) ** 2 * diagonal).reshape(*scales.shape, -1).sum(axis=2)
    return result


def _errors(rows: Floats, scales: Floats, codes: Codes) -> Floats:
    result: Floats = codes * np.repeat(scales, rows.shape[1] // scales.shape[1], axis=1) - rows
    return result
