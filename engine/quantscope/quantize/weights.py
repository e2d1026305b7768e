"""Weight numerics: symmetric int8 and float16, block by block so that a block stays in the processor's cache.

The formula, in float32 throughout: scale = max(absmax, 1e-9) / 127, code = rint(weight / scale), zero point 0, so codes
lie in [-127, 127]. It is litert-quantizer's to the bit; TensorFlow divides in float64, which differs in about 2 codes
per million.
"""

import math
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.errors import ModelUnsupportedError
from quantscope.model.edit import Scales

Floats = npt.NDArray[np.float32]

BLOCK: Final = 512 << 10  # bytes of float32 that one step works on: fits the second-level cache
PIECE: Final = 4 << 20  # bytes of float32 that one thread takes at a time
SMALLEST: Final = np.float32(1e-9)
LEVELS: Final = 127
LARGEST_FLOAT16: Final = 65504.0
SMALLEST_FLOAT16: Final = 2.0**-12
NOT_FINITE: Final = 0x7F800000  # from this bit pattern on, sign aside, a float32 is infinite or NaN


def absmax_bits(block: Floats, axis: int | tuple[int, ...]) -> npt.NDArray[np.int32]:
    """Largest magnitude along `axis` as the bit pattern of a float32.

    Sign aside, floats order as their bit patterns do, and the integer maximum is several times faster on short rows.
    """
    bits = np.bitwise_and(block.view(np.int32), 0x7FFFFFFF)
    result: npt.NDArray[np.int32] = bits.max(axis=axis, initial=0)
    return result


def scales_from(bits: npt.NDArray[np.int32], name: str, levels: int = LEVELS) -> Floats:
    """Scales of magnitudes given as bit patterns. Raises ModelUnsupportedError if one of them is infinite or NaN."""
    if bits.size and bits.max() >= NOT_FINITE:
        raise ModelUnsupportedError(
            f"Weight '{name}' holds infinite or NaN values and can't be quantized.", "Check how the model was trained."
        )
    scales: Floats = np.divide(np.maximum(bits.view(np.float32), SMALLEST), np.float32(levels), dtype=np.float32)
    return scales


def channels(values: Floats, axis: int | None) -> Floats:
    """`values` of any shape seen as (outer, channels, inner), `axis` in the middle; per tensor is one channel."""
    if axis is None:
        return values.reshape(1, 1, -1)
    return values.reshape(math.prod(values.shape[:axis]), values.shape[axis], math.prod(values.shape[axis + 1 :]))


def pieces(blocks: Floats) -> Iterator[tuple[Floats, slice]]:
    """(outer, channels, inner) weights in their order, a few MB at a time, each piece with its channels."""
    outer, count, inner = blocks.shape
    if outer > 1:
        step = max(1, PIECE // max(1, 4 * count * inner))
        yield from ((blocks[low : low + step], slice(None)) for low in range(0, outer, step))
    elif count > 1:
        step = max(1, PIECE // max(1, 4 * inner))
        yield from ((blocks[:, low : low + step], slice(low, low + step)) for low in range(0, count, step))
    else:
        step = PIECE // 4
        yield from ((blocks[:, :, low : low + step], slice(None)) for low in range(0, inner, step))


def is_finite(values: Floats) -> bool:
    """True if no value is infinite or NaN."""
    return all(np.isfinite(piece).all() for piece, _ in pieces(channels(values, None)))


def per_tensor_error_db(values: Floats, name: str, enough: float = math.inf) -> float:
    """Signal to noise ratio in dB that int8 with one scale for the tensor leaves of a matrix's rows.

    Noise to signal is averaged over rows, as each makes an output of its own: over the whole matrix, large rows would
    hide that small ones are lost. Rows of zeros don't count. Where the matrix can't have less than `enough` dB, a lower
    bound: no rounding costs more than half a step for each value.
    """
    rows = values.reshape(-1, values.shape[-1])
    (scale,) = scales_from(absmax_bits(rows, (0, 1)).reshape(1), name)
    exact = rows / scale  # of at most 127, so that float32 holds the squares
    power = np.einsum("rc,rc->r", exact, exact)
    kept = power > 0
    power = power[kept].astype(np.float64)
    bound = _decibel(rows.shape[1] / 4 / power)
    if bound >= enough:
        return bound
    noise = np.rint(exact)
    np.subtract(exact, noise, out=noise)
    return _decibel(np.einsum("rc,rc->r", noise, noise)[kept] / power)


def _decibel(noise: npt.NDArray[np.float64]) -> float:
    """The mean of rows' shares of noise as signal to noise ratio in dB."""
    share = float(noise.mean()) if noise.size else 0.0
    return -10 * math.log10(share) if share > 0 else math.inf


def one_scale_loss_db(rows: Floats) -> float:
    """How many dB one scale for all rows costs against a scale for each.

    Rounding noise has a power of scale^2 / 12, so the loss is the largest row's squared magnitude over the rows' mean
    one.
    """
    step = max(1, BLOCK // (4 * max(1, rows.shape[1])))
    blocks = (absmax_bits(rows[low : low + step], 1) for low in range(0, len(rows), step))
    squares = np.concatenate([block.view(np.float32) for block in blocks]).astype(np.float64) ** 2
    mean = float(squares.mean())
    return 10 * math.log10(float(squares.max()) / mean) if 0 < mean < math.inf else 0.0


@dataclass(frozen=True, slots=True)
class Int8Blob:
    """Codes of a weight, computed while they are written; `scales.values` is filled by then.

    `release` is called when the weight has been read, so that its pages need not stay in memory.
    """

    name: str
    values: Floats
    scales: Scales
    per_tensor: bool
    release: Callable[[], None]

    @property
    def size(self) -> int:
        """Bytes: one a code."""
        return self.values.size

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The codes as bytes, in the weight's order."""
        blocks = channels(self.values, None if self.per_tensor else self.scales.axis)
        if blocks.shape[0] == 1 and blocks.shape[2] * 4 <= PIECE:
            pieces = _in_rows(blocks[0], self.scales.values, self.name)
        else:
            pieces = _in_two_passes(blocks, self.scales.values, self.name)
        for piece in pieces:
            yield piece.reshape(-1).view(np.uint8)
        self.release()


@dataclass(frozen=True, slots=True)
class Float16Blob:
    """A weight rounded to float16 while it is written."""

    name: str
    values: Floats
    release: Callable[[], None]

    @property
    def size(self) -> int:
        """Bytes: two a value."""
        return 2 * self.values.size

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The values as bytes, in the weight's order."""
        flat = self.values.reshape(-1)
        for start in range(0, flat.size, PIECE // 4):
            yield flat[start : start + PIECE // 4].astype("<f2").view(np.uint8)
        self.release()


def fits_float16(values: Floats) -> bool:
    """True if float16 holds the values well: none beyond 65504, its largest finite number, and not all so small that
    they'd lose their precision (its numbers below 2^-14 are 6e-8 apart)."""
    flat = values.reshape(-1)
    blocks = range(0, flat.size, BLOCK // 4)
    largest = max((int(absmax_bits(flat[start : start + BLOCK // 4], 0)) for start in blocks), default=0)
    magnitude = np.int32(largest).view(np.float32)
    return bool(magnitude == 0 or SMALLEST_FLOAT16 <= magnitude <= LARGEST_FLOAT16)


def _in_rows(rows: Floats, scales: Floats, name: str) -> Iterator[npt.NDArray[np.int8]]:
    """Codes of a matrix with a scale for each row: absmax and rounding while the block is in the cache."""
    width = max(1, rows.shape[1])
    step = max(1, BLOCK // (4 * width))
    piece = step * max(1, PIECE // (4 * width * step))

    def quantize(start: int) -> npt.NDArray[np.int8]:
        part = rows[start : start + piece]
        codes = np.empty(part.shape, np.int8)
        scratch = np.empty((min(step, len(part)), rows.shape[1]), np.float32)
        for low in range(0, len(part), step):
            block = part[low : low + step]
            work = scratch[: len(block)]
            np.bitwise_and(block.view(np.int32), 0x7FFFFFFF, out=work.view(np.int32))
            bits = work.view(np.int32).max(axis=1, initial=0)
            scale = scales_from(bits, name)
            scales[start + low : start + low + len(block)] = scale
            np.divide(block, scale[:, None], out=work)
            np.rint(work, out=work)
            np.copyto(codes[low : low + len(block)], work, casting="unsafe")
        return codes

    yield from in_order(quantize, range(0, len(rows), piece))


def _in_two_passes(blocks: Floats, scales: Floats, name: str) -> Iterator[npt.NDArray[np.int8]]:
    """Codes of (outer, channels, inner) weights: first the scales, then the rounding."""
    outer, count, inner = blocks.shape
    if count == 1:
        flat = blocks.reshape(1, -1)
        step = BLOCK // 4
        slices = [flat[:, low : low + step] for low in range(0, flat.shape[1], step)]
    else:
        step = max(1, BLOCK // max(1, 4 * count * inner))
        slices = [blocks[low : low + step] for low in range(0, outer, step)]
    axes = 1 if count == 1 else (0, 2)
    bits = np.zeros(count, np.int32)
    for found in in_order(lambda at: absmax_bits(slices[at], axes), range(len(slices))):
        np.maximum(bits, found, out=bits)
    scales[:] = scales_from(bits, name)
    factor: Any = scales[0] if count == 1 else scales[:, None]

    def quantize(at: int) -> npt.NDArray[np.int8]:
        work = slices[at] / factor
        np.rint(work, out=work)
        codes: npt.NDArray[np.int8] = work.astype(np.int8)
        return codes

    yield from in_order(quantize, range(len(slices)))


def in_order(work: Callable[[int], npt.NDArray[Any]], items: range) -> Iterator[npt.NDArray[Any]]:
    """Results of `work` for each item in order, computed by a few threads a little ahead of their use.

    numpy lets go of the interpreter lock, so threads help; on one item they'd only cost.
    """
    threads = min(4, os.cpu_count() or 1, len(items)) if len(items) > 1 else 1
    if threads == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        ahead = deque(pool.submit(work, item) for item in items[: threads + 1])
        for item in items[threads + 1 :]:
            yield ahead.popleft().result()
            ahead.append(pool.submit(work, item))
        while ahead:
            yield ahead.popleft().result()
