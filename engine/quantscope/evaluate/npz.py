"""Arrays of .npz and .npy files that needn't fit into memory: large ones are mapped, unpacked first if need be."""

import contextlib
import io
import math
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from quantscope.errors import DataError

# Smaller arrays are simply read.
MAPPED_FROM: Final = 64 << 20
LOCAL_HEADER: Final = 30
NAME_LENGTHS: Final = 26
# What numpy and the modules under it raise on damaged, encrypted or absurdly large archives.
UNREADABLE: Final = (
    OSError, ValueError, EOFError, RuntimeError, MemoryError, OverflowError, struct.error, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip


ZIP: Final = b"PK"
# What the array of an .npy file, which has no name, goes by.
ONLY: Final = "x"


class Archive(Protocol):
    """An open file of arrays; they are `named` unless it is an .npy file."""

    named: bool

    @property
    def names(self) -> Sequence[str]:
        """Names of its arrays."""

    def array(self, name: str) -> npt.NDArray[Any]:
        """An array, mapped if it is large; it outlives the archive."""

    def shape(self, name: str) -> tuple[int, ...] | None:
        """An array's shape, without reading the array; None for what isn't one."""


class _Single:
    """The one array of an .npy file."""

    named = False
    names = (ONLY,)

    def __init__(self, values: npt.NDArray[Any]) -> None:
        self.values = values

    def array(self, name: str) -> npt.NDArray[Any]:
        return self.values

    def shape(self, name: str) -> tuple[int, ...]:
        return self.values.shape


class _Packed:
    """An .npz file."""

    named = True

    def __init__(self, path: str, loaded: Any, mapped_from: int) -> None:
        self.path = path
        self.loaded = loaded
        self.mapped_from = mapped_from

    @property
    def names(self) -> Sequence[str]:
        names: list[str] = self.loaded.files
        return names

    def shape(self, name: str) -> tuple[int, ...] | None:
        try:
            with self.loaded.zip.open(self._info(name)) as entry:
                return _header(entry)[0]
        except UNREADABLE:  # other files may lie in the archive
            return None

    def _info(self, name: str) -> zipfile.ZipInfo:
        entry = f"{name}.npy" if f"{name}.npy" in self.loaded.zip.namelist() else name
        info: zipfile.ZipInfo = self.loaded.zip.getinfo(entry)
        return info

    def array(self, name: str) -> npt.NDArray[Any]:
        info = self._info(name)
        if info.file_size < self.mapped_from:
            small: npt.NDArray[Any] = self.loaded[name]
            return small
        if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
            with open(self.path, "rb") as file:
                file.seek(info.header_offset + NAME_LENGTHS)
                name_length, extra_length = struct.unpack("<HH", file.read(4))
                return _mapped(file, info.header_offset + LOCAL_HEADER + name_length + extra_length)
        if info.file_size > shutil.disk_usage(tempfile.gettempdir()).free:
            raise DataError(f"The array '{name}' in '{self.path}' takes more room than the disk has.")
        with tempfile.TemporaryFile(prefix="quantscope-") as file, self.loaded.zip.open(info) as packed:
            shutil.copyfileobj(packed, file, 1 << 20)
            file.flush()
            return _mapped(file, 0)


@contextlib.contextmanager
def opened(path: str, mapped_from: int = MAPPED_FROM) -> Iterator[Archive]:
    """The .npz or .npy file at `path`; arrays from `mapped_from` bytes up are mapped. Raises DataError whatever goes
    wrong with it."""
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe may never end
        raise DataError(f"'{path}' is not an ordinary file.", "Choose an .npz or .npy file.")
    try:
        if _begins(path, np.lib.format.MAGIC_PREFIX):
            with open(path, "rb") as file:
                yield _Single(_mapped(file, 0) if os.path.getsize(path) >= mapped_from else np.load(file))
            return
        if not _begins(path, ZIP):
            raise DataError(f"'{path}' is neither an .npz nor an .npy file.", "Save it with numpy.savez or numpy.save.")
        with np.load(path, allow_pickle=False) as loaded:
            yield _Packed(path, loaded, mapped_from)
    except (FileNotFoundError, PermissionError) as error:
        raise DataError(f"'{path}' can't be read: {error.strerror}.", "Check the path.") from error
    except UNREADABLE as error:
        raise DataError(
            f"'{path}' can't be read as .npz or .npy: {error}.", "Save it with numpy.savez or numpy.save."
        ) from error


def _begins(path: str, magic: bytes) -> bool:
    with open(path, "rb") as file:
        return file.read(len(magic)) == magic


def _mapped(file: IO[bytes], start: int) -> npt.NDArray[Any]:
    """The .npy array that begins at `start` in a file."""
    file.seek(start)
    shape, fortran, dtype, size = _header(file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects")
    offset = start + size
    if offset + math.prod(shape) * dtype.itemsize > os.fstat(file.fileno()).st_size:
        raise ValueError("it is cut off")
    return np.memmap(file, dtype, "r", offset, shape, "F" if fortran else "C")


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Shape, whether it is in Fortran's order, and dtype of the .npy array that begins here, and the header's size."""
    head = io.BytesIO(file.read(1 << 16))
    version = np.lib.format.read_magic(head)
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        raise ValueError(f"its format {version} isn't known")
    shape, fortran, dtype = readers[version](head)
    return shape, fortran, dtype, head.tell()
