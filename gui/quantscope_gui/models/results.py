"""The session's folder: where results wait until they are saved, and how they are saved.

It lies in the user's cache folder rather than in /tmp, which is often memory. A lock file tells a living session's
folder from one that a crash left behind; those are removed.
"""

import shutil
import tempfile
from itertools import count
from pathlib import Path

from PySide6.QtCore import QLockFile, QStandardPaths

from quantscope.temporary import replacing

LOCK = "session.lock"
PREFIX = "session-"


def default_root() -> Path:
    """Where sessions keep their folders."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)) / "quantscope"


class Results:
    """One session's folder, made when it is first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder: Path | None = None
        self._lock: QLockFile | None = None
        self._numbers = count(1)

    def new_file(self, name: str) -> Path:
        """A path for a file `name` in a folder of its own, so that it keeps its plain name when it is dragged out."""
        if self._folder is None:
            self._root.mkdir(parents=True, exist_ok=True)
            self._folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._root))
            self._lock = QLockFile(str(self._folder / LOCK))
            self._lock.setStaleLockTime(0)
            self._lock.tryLock(0)
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        return folder / name

    def discard(self, path: Path) -> None:
        """Removes a file made for `new_file`; one that is gone already is fine."""
        if self._folder is not None and self._folder in path.parents:
            shutil.rmtree(path.parent, ignore_errors=True)

    def remove_left_behind(self) -> None:
        """Removes folders of sessions that are no more. For a worker thread."""
        for folder in self._root.glob(f"{PREFIX}*"):
            if folder == self._folder:
                continue
            lock = QLockFile(str(folder / LOCK))
            lock.setStaleLockTime(0)
            if lock.tryLock(0):
                shutil.rmtree(folder, ignore_errors=True)
                lock.unlock()

    def close(self) -> None:
        if self._lock is not None:
            self._lock.unlock()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def copy_atomically(source: Path, destination: Path) -> None:
    """Copies a file so that `destination` is either the old one or the complete new one.

    Raises quantscope.errors.OutputError. For a worker thread.
    """
    with replacing(destination) as temporary:
        shutil.copyfile(source, temporary)
