"""The ZIP archive of associated files (labels, vocabularies) that TFLite Metadata appends to a model file.

Its records hold positions counted from the start of the file, so they change when the model in front changes its size.
Python's zipfile and unzip forgive wrong ones, other readers, Android's among them, don't.
"""

import struct
import zipfile
from typing import Final

from quantscope.model.graph import Model

END: Final = struct.Struct("<4s4H2LH")  # of the central directory: [5] is its size, [6] its position
ENTRY: Final = struct.Struct("<4s6H3L5H2L")  # of the central directory: [10:13] are lengths, [16] is a position
END_MARK: Final = b"PK\5\6"
ENTRY_MARK: Final = b"PK\1\2"
LONGEST_END: Final = END.size + 0xFFFF  # with a comment
IN_ZIP64: Final = 0xFFFFFFFF


def archive_start(model: Model) -> int:
    """Where an archive at the end of the file begins; the file's size if there is none."""
    size = model.bytes
    if END_MARK not in model.data[max(0, size - LONGEST_END) :].tobytes():
        return size
    try:
        with zipfile.ZipFile(model.path) as archive:
            start = min((entry.header_offset for entry in archive.infolist()), default=size)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return size
    known = max((each.targets.max(initial=0) for each in model.references), default=0)
    return start if known < start <= size else size


def moved(archive: bytes, before: int, now: int) -> bytes:
    """The bytes of an archive that began at `before` in its file, for beginning at `now`.

    An archive that counts from its own start, or can't be understood, comes back as it is.
    """
    result = bytearray(archive)
    end = result.rfind(END_MARK)
    if end < 0 or end + END.size > len(result):
        return archive
    *_, size, position, _ = END.unpack_from(result, end)
    at = end - size
    if at < 0 or position != before + at:
        return archive
    struct.pack_into("<L", result, end + 16, now + at)
    while at + ENTRY.size <= end and result[at : at + 4] == ENTRY_MARK:
        entry = ENTRY.unpack_from(result, at)
        if entry[16] != IN_ZIP64:
            struct.pack_into("<L", result, at + 42, entry[16] - before + now)
        at += ENTRY.size + sum(entry[10:13])
    return bytes(result)
