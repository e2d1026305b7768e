"""Files: hashing without mapping, and writing so that nobody ever sees half a file."""

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator

from quantscope import documents
from quantscope.errors import ModelReadError, OutputError, UsageError
from quantscope.temporary import temporary_beside


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


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[str]:
    """Gives a temporary file beside `path` to write to; on success it is synced and takes the place of `path`.

    On any failure the temporary file is removed (after a kill, by the next run) and `path` is as it was. Raises
    OutputError where the folder is missing or not writable, or the disk is full.
    """
    target = os.path.realpath(path)  # a link stays; what it points at is replaced
    try:
        with temporary_beside(target) as temporary:
            yield temporary
            mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o666 & ~_umask()
            os.chmod(temporary, mode)
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
            os.replace(temporary, target)
            _sync_folder(os.path.dirname(target))
    except OSError as error:
        raise _output_error(error, target) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: str) -> None:
    if os.name == "posix":  # Windows can't open a folder, and needn't
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _output_error(error: OSError, target: str) -> OutputError:
    remedies = {
        errno.ENOSPC: ("the disk is full", "Free some space or choose another folder."),
        errno.EDQUOT: ("your disk quota is used up", "Free some space or choose another folder."),
        errno.EACCES: ("you may not write there", "Choose another folder."),
        errno.EPERM: ("you may not write there", "Choose another folder."),
        errno.EROFS: ("the file system is read-only", "Choose another folder."),
        errno.ENOENT: ("the folder doesn't exist", "Create it or choose another folder."),
        errno.ENOTDIR: ("the folder doesn't exist", "Create it or choose another folder."),
    }
    what, remedy = remedies.get(error.errno or 0, (error.strerror or str(error), None))
    return OutputError(f"'{target}' can't be written: {what}.", remedy)
