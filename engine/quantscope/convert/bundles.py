"""Bundles that hold .tflite models as they are: .task files (ZIP) and LiteRT-LM's (sections at 16 KiB borders).

LiteRT-LM's layout is that of litert_lm_builder 0.18: 'LITERTLM', three version numbers, at byte 24 where the header
ends, at byte 32 the header, a flatbuffer with a list of sections, each with its first and last byte and its type.
"""

import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Final

from quantscope.convert.kinds import Kind
from quantscope.convert.recognise import Recognised
from quantscope.errors import SourceError
from quantscope.temporary import replacing

TFLITE_MAGIC: Final = b"TFL3"
TFLITE_SECTION: Final = 3
HEADER_START: Final = 32
MAX_HEADER: Final = 64 << 20
CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A model in a bundle."""

    name: str
    bytes: int
    offset: int = 0


def entries(bundle: Recognised) -> tuple[Entry, ...]:
    """The .tflite models in a bundle. Raises SourceError if it is damaged."""
    try:
        found = tuple(_zipped(bundle.path) if bundle.kind is Kind.TASK else _sections(bundle.path))
    except (OSError, zipfile.BadZipFile, struct.error, ValueError, IndexError, TypeError) as error:
        raise SourceError(f"'{bundle.path}' is damaged: {error}.", "Get the file again.") from error
    if not found:
        raise SourceError(f"'{bundle.path}' holds no .tflite model.")
    return found


def extract(bundle: Recognised, name: str, output: str) -> None:
    """Writes the model called `name` to `output`. Raises SourceError if there is none, OutputError."""
    chosen = next((entry for entry in entries(bundle) if entry.name == name), None)
    if chosen is None:
        names = ", ".join(entry.name for entry in entries(bundle))
        raise SourceError(f"'{bundle.path}' holds no model '{name}'.", f"It holds: {names}.")
    with replacing(output) as temporary, closing(_open(bundle, chosen)) as source, open(temporary, "wb") as target:
        left = chosen.bytes
        while left > 0 and (chunk := source.read(min(CHUNK, left))):
            target.write(chunk)
            left -= len(chunk)


def _open(bundle: Recognised, entry: Entry) -> IO[bytes]:
    if bundle.kind is Kind.TASK:
        return zipfile.ZipFile(bundle.path).open(entry.name)
    file = open(bundle.path, "rb")  # noqa: SIM115 - closed by the caller
    file.seek(entry.offset)
    return file


def _zipped(path: str) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            with archive.open(info) as member:
                if member.read(8)[4:] == TFLITE_MAGIC:
                    yield Entry(info.filename, info.file_size)


def _sections(path: str) -> Iterator[Entry]:
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        head = file.read(HEADER_START)
        (end,) = struct.unpack_from("<Q", head, 24)
        if not HEADER_START < end <= min(size, MAX_HEADER):
            raise ValueError("its header ends nowhere")
        header = file.read(end - HEADER_START)
        for number, (first, last, kind) in enumerate(_listed(header)):
            if kind != TFLITE_SECTION:
                continue
            if not 0 <= first < last <= size:
                raise ValueError(f"section {number} lies outside the file")
            file.seek(first)
            if file.read(8)[4:] == TFLITE_MAGIC:
                yield Entry(f"section {number}", last - first, first)


def _listed(header: bytes) -> Iterator[tuple[int, int, int]]:
    metadata = _child(header, _word(header, 0), 1)
    objects = _child(header, metadata, 0) if metadata is not None else None
    if objects is None:
        return
    for number in range(_word(header, objects)):
        at = objects + 4 + 4 * number
        section = at + _word(header, at)
        yield _field(header, section, 1, "<Q"), _field(header, section, 2, "<Q"), _field(header, section, 3, "<B")


# A flatbuffer by hand: its package would bring numpy, and with it more memory than all of this.
def _word(header: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", header, at)[0])


def _slot(header: bytes, table: int, number: int) -> int | None:
    """Where field `number` of a table lies, None if it hasn't got it."""
    vtable = table - struct.unpack_from("<i", header, table)[0]
    if vtable < 0 or 4 + 2 * number >= struct.unpack_from("<H", header, vtable)[0]:
        return None
    offset = struct.unpack_from("<H", header, vtable + 4 + 2 * number)[0]
    return table + offset if offset else None


def _child(header: bytes, table: int, number: int) -> int | None:
    place = _slot(header, table, number)
    return place + _word(header, place) if place is not None else None


def _field(header: bytes, table: int, number: int, form: str) -> int:
    place = _slot(header, table, number)
    return int(struct.unpack_from(form, header, place)[0]) if place is not None else 0
