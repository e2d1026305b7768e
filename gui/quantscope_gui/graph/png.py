"""Writes a PNG row by row, so that its size is bounded by the disk alone. Knows no Qt."""

import struct
import zlib
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST: Final = 2**31 - 1
"""Most pixels in either direction that the format can say."""
_RGB: Final = 2
_UP: Final = 2


class PngWriter:
    """An RGB picture of `width` x `height` pixels; rows are written from the top, then `close`."""

    def __init__(self, file: BinaryIO, width: int, height: int) -> None:
        if not (0 < width <= MOST and 0 < height <= MOST):
            raise ValueError(f"a PNG can't have {width} x {height} pixels")
        self._file = file
        self._above = np.zeros(width * 3, np.uint8)
        self._compressor = zlib.compressobj(6)
        file.write(SIGNATURE)
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _RGB, 0, 0, 0))

    def write(self, rows: npt.NDArray[np.uint8]) -> None:
        """Appends rows, (rows, width, 3)."""
        flat = rows.reshape(rows.shape[0], -1)
        filtered = np.empty((flat.shape[0], flat.shape[1] + 1), np.uint8)
        filtered[:, 0] = _UP
        filtered[0, 1:] = flat[0] - self._above
        filtered[1:, 1:] = flat[1:] - flat[:-1]
        self._above = flat[-1].copy()
        data = self._compressor.compress(filtered.data)
        if data:
            self._chunk(b"IDAT", data)

    def close(self) -> None:
        """Writes what remains; the file itself stays open."""
        self._chunk(b"IDAT", self._compressor.flush())
        self._chunk(b"IEND", b"")

    def _chunk(self, kind: bytes, data: bytes) -> None:
        self._file.write(struct.pack(">I", len(data)) + kind + data)
        self._file.write(struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))))
