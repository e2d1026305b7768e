"""Weights as they are stored: the bytes of a weight in a form, computed piece by piece while the file is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from quantscope.model.edit import Scales
from quantscope.quantize.clipping import find_scales, noise
from quantscope.quantize.decision import Storage
from quantscope.quantize.rounding import Codes, packed, rounded
from quantscope.quantize.weights import PIECE, Floats, Int8Blob, in_order

# Elements that an estimate of a weight's error looks at.
SAMPLE: Final = 1 << 18


def shape_of_scales(shape: tuple[int, ...], form: Storage) -> tuple[int, ...]:
    """Shape of the scales of a weight of this shape: (1,), (channels,), or one for each block of the last axis."""
    if form.block:
        return (*shape[:-1], shape[-1] // form.block)
    return (1,) if form.axis is None else (shape[form.axis],)


@dataclass(frozen=True, slots=True)
class WeightBlob:
    """Codes of a weight in `form`, computed while they are written.

    `values` are float32 or float16; `scales` (float32, of `shape_of_scales`) is filled by the time the codes are
    written. `release` is called when the weight has been read, so that its pages need not stay in memory.
    """

    name: str
    values: Floats
    form: Storage
    scales: Floats
    release: Callable[[], None]

    @property
    def size(self) -> int:
        """Bytes."""
        return -(-self.values.size * self.form.bits // 8)

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The codes as bytes, in the weight's order."""
        if self.form.is_plain:
            yield from self._plain().chunks()
            return
        for codes in self._codes(self.values.astype(np.float32, copy=False)):
            yield packed(codes) if self.form.bits == 4 else codes.reshape(-1).view(np.uint8)
        self.release()

    def _plain(self) -> Int8Blob:
        per_tensor = self.form.axis is None
        values = self.values.astype(np.float32, copy=False)
        return Int8Blob(self.name, values, Scales(self.scales, self.form.axis or 0), per_tensor, self.release)

    def _codes(self, values: Floats) -> Iterator[Codes]:
        form, shape = self.form, values.shape
        if form.axis is None and not form.block:
            self.scales[:] = find_scales(values.reshape(1, -1), form.levels, form.algorithm, self.name)
        axis = form.rows
        if axis == 0:
            rows = values.reshape(shape[0], -1)
            # An even number of rows, so that no byte of 4-bit codes is shared between two pieces.
            step = 2 * max(1, PIECE // (8 * max(1, rows.shape[1])))
            starts = range(0, len(rows), step)
            yield from in_order(lambda low: self._piece(rows, low, low + step), starts)
        else:
            moved = np.moveaxis(values, axis, 0)
            codes = self._piece(np.ascontiguousarray(moved).reshape(shape[axis], -1), 0, shape[axis])
            yield np.ascontiguousarray(np.moveaxis(codes.reshape(moved.shape), 0, axis))

    def _piece(self, rows: Floats, low: int, high: int) -> Codes:
        part = rows[low:high]
        form = self.form
        if form.axis is None and not form.block:
            scales = np.broadcast_to(self.scales, (len(part), 1))
        else:
            blocks = self.scales.size // max(1, len(rows))
            scales = self.scales.reshape(len(rows), blocks)[low:high]
            width = form.block or rows.shape[1]
            found = find_scales(part.reshape(-1, width), form.levels, form.algorithm, self.name)
            scales[:] = (bfloat16(found) if form.block else found).reshape(scales.shape)
        return rounded(part, scales, form.levels, form.balanced)


@dataclass(frozen=True, slots=True)
class BlockScalesBlob:
    """The float16 tensor with the scales of a weight's blocks, written after the weight has filled `scales`."""

    scales: Floats

    @property
    def size(self) -> int:
        """Bytes: two a scale."""
        return 2 * self.scales.size

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The scales as bytes."""
        yield self.scales.reshape(-1).astype("<f2").view(np.uint8)


def bfloat16(values: Floats) -> Floats:
    """The nearest values with 8 significant bits that float16 holds: XNNPACK keeps no more of a block's scale."""
    bits = np.maximum(values, np.float32(2.0**-14)).view(np.uint32)
    result: Floats = (bits + 0x7FFF + (bits >> 16 & 1) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    return result


def relative_noise(values: Floats, form: Storage, name: str) -> float:
    """Share of a weight's power that storing it in `form` adds as noise, estimated on up to `SAMPLE` elements.

    Raises ModelUnsupportedError if a value is infinite or NaN.
    """
    width = form.block or (values.size if form.axis is None else values.size // max(1, values.shape[form.axis]))
    groups = values.reshape(-1, width) if form.block or form.axis in (0, None) else _channels(values, form.axis)
    if len(groups) > 1:
        groups = groups[:: max(1, groups.size // SAMPLE)]
    elif groups.size > SAMPLE:
        groups = groups[:, :: groups.size // SAMPLE]
    power = float(np.einsum("gc,gc->", groups, groups, dtype=np.float64))
    scales = find_scales(groups, form.levels, form.algorithm, name)
    lost = float(noise(groups, bfloat16(scales) if form.block else scales, form.levels).sum())
    return lost / power if power > 0 else 0.0


def _channels(values: Floats, axis: int) -> Floats:
    return np.ascontiguousarray(np.moveaxis(values, axis, 0)).reshape(values.shape[axis], -1)
