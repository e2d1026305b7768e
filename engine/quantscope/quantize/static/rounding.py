"""Rounding weights so that what comes out of their product, not the weights themselves, stays true.

The error of a row of codes q with scale s for weights w, on inputs x, is e^T H e on average, where e = q * s - w and H
is the mean of x * x^T (less the mean's part, where a bias takes that over). Columns are rounded one after the other,
and what each leaves is made up for by those still to come: Frantar et al., "GPTQ", arXiv 2210.17323, with H's inverse
by Cholesky.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from quantscope.quantize.weights import Floats

Codes = npt.NDArray[np.int8]

LEVELS: Final = 127.0
# Of H's mean diagonal, added to it: inputs hardly ever seen don't matter, but not at all is too bold.
DAMPING: Final = 0.01
SMALLEST_DAMPING: Final = 1e-20
FLOAT32_NOISE: Final = 1e-7
MOST_DAMPINGS: Final = 12  # each ten times the one before: more than all of float32's digits
BLOCK: Final = 128  # columns whose corrections are carried over at once
# Clipping the largest weights a little lets all others be rounded finer. Short rows gain most and are tried most often.
FEW_FACTORS: Final = (1.0, 0.97, 0.94, 0.91, 0.88)
MANY_FACTORS: Final = tuple(np.linspace(1.0, 0.7, 61).tolist())
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


def compensated(rows: Floats, scales: Floats, upper: Floats) -> Codes:
    """Codes of rows [rows, depth] with these scales; `upper` is of one group, or of one for each row."""
    work = rows.astype(np.float32, copy=True)
    codes = np.empty(rows.shape, np.int8)
    depth = rows.shape[1]
    shared = len(upper) == 1
    for low in range(0, depth, BLOCK):
        high = min(low + BLOCK, depth)
        errors = np.empty((len(rows), high - low), np.float32)
        for column in range(low, high):
            value = work[:, column]
            code = np.clip(np.rint(value / scales), -LEVELS, LEVELS)
            codes[:, column] = code
            error = (value - code * scales) / upper[:, column, column]
            errors[:, column - low] = error
            work[:, column + 1 : high] -= error[:, None] * upper[:, column, column + 1 : high]
        if high < depth:
            if shared:
                work[:, high:] -= errors @ upper[0, low:high, high:]
            else:
                work[:, high:] -= np.einsum("rc,rcd->rd", errors, upper[:, low:high, high:])
    return codes


def rounded(rows: Floats, scales: Floats) -> Codes:
    """Nearest codes."""
    codes: Codes = np.clip(np.rint(rows / scales[:, None]), -LEVELS, LEVELS).astype(np.int8)
    return codes


def best(rows: Floats, scales: Floats, smallest: Floats, second: Floats) -> tuple[Floats, Codes]:
    """Scales (at most `scales`, at least `smallest`) and codes with the least error for H `second`."""
    upper = corrections(second)
    if rows.shape[1] <= SHORT:
        factors, refine = MANY_FACTORS, True
    else:
        factors, refine = FEW_FACTORS, False
    chosen = scales
    codes = compensated(rows, scales, upper) if refine else rounded(rows, scales)
    least = _errors(rows, scales, codes, second, exact=refine)
    for factor in factors[1:]:
        tried = np.maximum(scales * np.float32(factor), smallest)
        found = compensated(rows, tried, upper) if refine else rounded(rows, tried)
        errors = _errors(rows, tried, found, second, exact=refine)
        better = errors < least
        least = np.where(better, errors, least)
        chosen = np.where(better, tried, chosen)
        if refine:
            codes[better] = found[better]
    return chosen, codes if refine else compensated(rows, chosen, upper)


def _errors(rows: Floats, scales: Floats, codes: Codes, second: Floats, exact: bool) -> Floats:
    """e^T H e of each row, or of H's diagonal alone."""
    errors = codes * scales[:, None] - rows
    if not exact:
        result: Floats = errors**2 @ np.ascontiguousarray(second[0].diagonal())
        return result
    if len(second) == 1:
        result = np.einsum("rd,rd->r", errors @ second[0], errors)
    else:
        result = np.einsum("rd,rde,re->r", errors, second, errors)
    return result
