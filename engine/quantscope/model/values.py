"""Stored values as real numbers, block by block, so that memory stays bounded whatever a weight's size."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.model.graph import NUMPY_TYPES, Quantization

Floats = npt.NDArray[np.float64]

BLOCK: Final = 1 << 20  # elements
FOUR_BITS: Final = frozenset({"INT4", "UINT4"})
NOT_NUMBERS: Final = frozenset({"BOOL", "COMPLEX64", "COMPLEX128"})


@dataclass(frozen=True, slots=True)
class Affine:
    """real = scale * (stored - zero point), one scale and zero point for all (`axis` None) or per index of `axis`; or,
    where `block` isn't 0, per so many elements in a row."""

    scales: Floats
    zero_points: Floats
    axis: int | None
    block: int = 0

    @classmethod
    def of(cls, quantization: Quantization, shape: tuple[int, ...]) -> "Affine | None":
        """What a tensor's parameters say; None where they don't fit its shape."""
        scales, zeros = quantization.scales, quantization.zero_points or (0,)
        if len(scales) == 1:
            return cls(np.array(scales), np.array(zeros[:1], np.float64), None)
        axis = quantization.axis
        if not 0 <= axis < len(shape) or shape[axis] != len(scales) or len(zeros) not in (1, len(scales)):
            return None
        return cls(np.array(scales), np.broadcast_to(np.array(zeros, np.float64), len(scales)), axis)


def readable(dtype: str) -> bool:
    """True for schema data types whose elements are plain numbers."""
    return dtype in FOUR_BITS or (dtype in NUMPY_TYPES and dtype not in NOT_NUMBERS)


def real(raw: npt.NDArray[np.uint8], dtype: str, shape: tuple[int, ...], affine: Affine | None) -> Iterator[Floats]:
    """The real numbers that a dense constant's bytes stand for, in order, up to `BLOCK` elements at a time.

    `dtype` is a `readable` schema name; without `affine` the stored numbers are the real ones.
    """
    stored = _stored(raw, dtype)[: math.prod(shape)]
    for start in range(0, stored.size, BLOCK):
        values = stored[start : start + BLOCK].astype(np.float64)
        if affine is not None:
            at: Any = 0
            if affine.axis is not None:
                inner = math.prod(shape[affine.axis + 1 :])
                at = np.arange(start, start + values.size) // inner % affine.scales.size
            elif affine.block:
                at = np.arange(start, start + values.size) // affine.block
            values -= affine.zero_points[at]
            values *= affine.scales[at]
        yield values


def _stored(raw: npt.NDArray[np.uint8], dtype: str) -> npt.NDArray[Any]:
    """Elements in a row. Two of four bits share a byte, the first one in its lower half."""
    if dtype not in FOUR_BITS:
        kind = np.dtype(NUMPY_TYPES[dtype])
        return raw[: raw.size // kind.itemsize * kind.itemsize].view(kind)
    halves = np.stack([raw & 15, raw >> 4], axis=1).reshape(-1)
    if dtype == "UINT4":
        return halves
    return halves.view(np.int8) - np.where(halves > 7, np.int8(16), np.int8(0))
