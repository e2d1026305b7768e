"""Work off the UI thread, delivered on it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal


class Task(QObject):
    """One piece of work under way. `forget` drops the callbacks; the work itself runs to its end."""

    _ended = Signal(object, object)

    def __init__(
        self,
        parent: QObject,
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        finished: Callable[["Task"], None],
    ) -> None:
        super().__init__(parent)
        self._done: Callable[[Any], None] | None = done
        self._failed: Callable[[Exception], None] | None = failed
        self._finished = finished
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def forget(self) -> None:
        self._done = self._failed = None

    def run(self, work: Callable[[], Any]) -> None:
        """Called in a thread of the pool."""
        try:
            result = work()
        except Exception as error:
            self._ended.emit(None, error)
        else:
            self._ended.emit(result, None)

    def _deliver(self, result: Any, error: Exception | None) -> None:
        self._finished(self)
        if error is None and self._done is not None:
            self._done(result)
        elif error is not None and self._failed is not None:
            self._failed(error)


def unexpected(error: Exception) -> None:
    """For work that can't fail: if it does, the fault is ours and is told as such."""
    raise error


class Background(QObject):
    """A small thread pool whose results arrive as calls on the UI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(2)
        self._tasks: set[Task] = set()

    def run(self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None]) -> Task:
        """Runs `work` in a thread, then `done(result)` or `failed(exception)` on the UI thread."""
        task = Task(self, done, failed, self._remove)
        self._tasks.add(task)
        self._pool.start(lambda: task.run(work))
        return task

    def shutdown(self, milliseconds: int) -> bool:
        """Forgets every task and waits for their threads, at most `milliseconds`; True if all ended."""
        for task in self._tasks:
            task.forget()
        return self._pool.waitForDone(milliseconds)

    def _remove(self, task: Task) -> None:
        self._tasks.discard(task)
        task.deleteLater()
