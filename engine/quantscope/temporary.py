"""Writing so that nobody ever sees half a file: to temporary ones beside the files they will become.

A later run removes them should this one be killed. Each is locked as long as its process lives, so one that can be
locked has no owner any more. Where there are no such locks (Windows) one that is a day old is taken for abandoned.
"""

import contextlib
import errno
import os
import re
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Final

from quantscope.errors import OutputError

if sys.platform != "win32":
    import fcntl

DAY: Final = 86400.0
_RANDOM: Final = re.compile(r"[a-z0-9_]{8}\.tmp")  # what tempfile puts between our prefix and suffix, and that suffix


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


def replace_with(path: str | os.PathLike[str], data: bytes) -> None:
    """Gives the file at `path` other content, or makes it; raises as `replacing`."""
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(data)


@contextlib.contextmanager
def temporary_beside(target: str) -> Iterator[str]:
    """A new empty file in the folder of `target`, removed at the end unless it was renamed; raises OSError.

    Those that earlier runs which were killed left for the same target are removed too.
    """
    folder, name = os.path.split(target)
    prefix = f".{name[:40]}."
    _remove_abandoned(folder, prefix)
    descriptor, temporary = _locked(folder, prefix)
    try:
        if sys.platform == "win32":
            os.close(descriptor)  # there an open file can't be renamed
        yield temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        if sys.platform != "win32":
            os.close(descriptor)


def _locked(folder: str, prefix: str) -> tuple[int, str]:
    while True:
        descriptor, temporary = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=folder)
        # Between creating and locking it, another run may have taken it for abandoned.
        if _lock(descriptor) is not False and os.path.exists(temporary):
            return descriptor, temporary
        os.close(descriptor)


def _lock(descriptor: int) -> bool | None:
    """True if the file is ours now, False if it is another's, None if that can't be told."""
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network file systems
        return None
    return True


def _remove_abandoned(folder: str, prefix: str) -> None:
    with contextlib.suppress(OSError):  # creating one will tell what is wrong
        for name in os.listdir(folder or os.curdir):
            if name.startswith(prefix) and _RANDOM.fullmatch(name, len(prefix)):
                with contextlib.suppress(OSError):  # it was removed meanwhile, or isn't ours
                    _remove_if_abandoned(os.path.join(folder, name))


def _remove_if_abandoned(path: str) -> None:
    found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode):
        return
    if sys.platform == "win32":
        if time.time() - found.st_mtime > DAY:
            os.unlink(path)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if os.fstat(descriptor).st_uid == os.geteuid() and _lock(descriptor):
            os.unlink(path)
    finally:
        os.close(descriptor)


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
