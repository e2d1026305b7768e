"""Unpacking archives that come from anywhere: nothing outside the folder, nothing larger than it says, no links."""

import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import PurePosixPath
from typing import IO, Final

from quantscope.convert.recognise import MAX_MEMBERS, Recognised
from quantscope.errors import SourceError

# A model's weights hardly shrink; an archive that promises to grow more than this is a bomb.
MAX_GROWTH: Final = 200
MAX_BYTES: Final = 64 << 30
CHUNK: Final = 1 << 20


def unpack(source: Recognised, folder: str) -> str:
    """Unpacks the model in an archive into `folder` and says where it is.

    Raises SourceError for a member that would land elsewhere, for an archive that grows out of proportion, for a
    damaged one, and where there isn't the room.
    """
    limit = min(MAX_BYTES, max(MAX_GROWTH * os.path.getsize(source.path), CHUNK), shutil.disk_usage(folder).free)
    written = 0
    try:
        for number, (name, stream) in enumerate(_members(source.path)):
            if number >= MAX_MEMBERS:
                raise SourceError(f"'{source.path}' holds too many files for a model.")
            target = _inside(folder, name, source.path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with closing(stream), open(target, "wb") as file:
                while chunk := stream.read(CHUNK):
                    written += len(chunk)
                    if written > limit:
                        raise SourceError(
                            f"'{source.path}' would unpack to more than {limit / 1e6:,.0f} MB, which no model does that"
                            " is packed so small, or there isn't the room.",
                            "Unpack it yourself if you trust it, and give the folder.",
                        )
                    file.write(chunk)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise SourceError(f"'{source.path}' is a damaged archive: {error}.", "Get the file again.") from error
    except OSError as error:
        raise SourceError(
            f"'{source.path}' can't be unpacked: {error.strerror or error}.", "Free some space."
        ) from error
    return os.path.join(folder, *PurePosixPath(source.member).parts)


def _members(path: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and content of every ordinary file; links, devices and folders are left out."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16):
                    yield info.filename, archive.open(info)
        return
    with tarfile.open(path) as tar:
        for member in tar:
            if member.isfile() and (stream := tar.extractfile(member)) is not None:
                yield member.name, stream


def _inside(folder: str, name: str, archive: str) -> str:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or any(":" in part or "\0" in part for part in parts) or not parts:
        raise SourceError(f"'{archive}' wants to write outside its folder ('{name}').", "Don't trust this file.")
    return os.path.join(folder, *parts)
