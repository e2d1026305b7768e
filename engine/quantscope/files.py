"""Files: what they are, without mapping them, and which may be written."""

import contextlib
import hashlib
import os

from quantscope import documents
from quantscope.errors import ModelReadError, UsageError


def describe(path: str | os.PathLike[str]) -> documents.File:
    """Absolute path, size and sha256 of a file. Raises ModelReadError if it can't be read."""
    try:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise ModelReadError(f"'{os.fspath(path)}' can't be read: {error.strerror}.") from error
    return documents.File(path=os.path.abspath(path), bytes=size, sha256=digest)


def refuse_overwriting(source: str | os.PathLike[str], output: str | os.PathLike[str]) -> None:
    """Raises UsageError if `output` is `source`, however it is spelled or linked, or is a folder or a device."""
    if os.path.exists(output) and not os.path.isfile(output):
        what = "a folder" if os.path.isdir(output) else "not an ordinary file"
        raise UsageError(f"The output '{os.fspath(output)}' is {what}.", "Give the name of a file.")
    with contextlib.suppress(OSError):  # what is wrong with the output will show when it is written
        if os.path.samefile(source, output):
            raise UsageError("The output is the input itself, which is never changed.", "Give another output file.")
