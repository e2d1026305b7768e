"""Whether the converted model computes what the source does: both run on the same seeded inputs."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

# Where the source leaves a size open: one sample; along other axes enough for most windows and sequences.
OPEN_BATCH, OPEN_SIZE = 1, 16
# Ids that even a small vocabulary has.
HIGHEST_ID = 8


def sample_shape(shape: Sequence[int | None], fixed: Sequence[int] | None = None) -> tuple[int, ...]:
    """A shape to try: `fixed`, or the source's with its open sizes (None or below 1) filled in."""
    if fixed is not None:
        return tuple(fixed)
    open_sizes = [OPEN_BATCH] + [OPEN_SIZE] * len(shape)
    return tuple(size if size is not None and size > 0 else open_sizes[at] for at, size in enumerate(shape))


def sample(generator: np.random.Generator, dtype: Any, shape: tuple[int, ...]) -> Any:
    """Seeded values of a kind that models take: floats in [-1, 1), small whole numbers, truth values."""
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return generator.random(shape) < 0.5
    if kind.kind in "iu":
        return generator.integers(0, HIGHEST_ID, shape).astype(kind)
    return generator.uniform(-1, 1, shape).astype(kind)


def check(name: str, expected: Any, actual: Any) -> Mapping[str, Any]:
    """How far one output is from the source's: SQNR in dB (None: identical, or nothing to compare), and max abs."""
    left, right = np.asarray(expected), np.asarray(actual)
    if left.shape != right.shape:
        return {"output": name, "max_abs": None, "sqnr_db": None, "note": f"shape {right.shape}, not {left.shape}"}
    left, right = left.astype(np.float64), right.astype(np.float64)
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        same = bool(np.array_equal(left, right, equal_nan=True))
        note = None if same else "values that are not finite"
        return {"output": name, "max_abs": None, "sqnr_db": None, "note": note}
    error = left - right
    noise, signal = float(np.square(error).sum()), float(np.square(left).sum())
    decibel = 10 * math.log10(signal / noise) if noise > 0 and signal > 0 else None
    largest = float(np.abs(error).max()) if error.size else 0.0
    return {"output": name, "max_abs": largest, "sqnr_db": decibel, "note": None}


def paired(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Checks of outputs by name; by order where the converter has renamed them."""
    if expected.keys() == actual.keys():
        return [check(name, expected[name], actual[name]) for name in expected]
    pairs = zip(expected.values(), actual.values(), strict=True)
    return [check(name, *pair) for name, pair in zip(expected, pairs, strict=False)]
