"""One request to the engine, from the caller's side."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, Signal

from quantscope.worker import protocol
from quantscope_gui.engine.outcome import Failure


class Stage(Enum):
    QUEUED = 0
    RUNNING = 1
    READING = 2
    ENDED = 3


class Job(QObject):
    """Emits `progressed(fraction, text)` and `updated(part of the result)` any number of times, then exactly one of
    `succeeded(result)`, `failed(Failure)` and `cancelled()`, then `ended()`."""

    started = Signal()
    progressed = Signal(float, str)
    updated = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()

    def __init__(
        self,
        identity: int,
        make: Callable[[int], protocol.Request],
        decode: Callable[[bytes], Any],
        heavy: bool,
        parent: QObject,
        decode_part: Callable[[bytes], Any] | None = None,
    ) -> None:
        super().__init__(parent)
        self.id = identity
        self.request = make(identity)
        self.decode = decode
        self.decode_part = decode_part
        self.heavy = heavy
        self.stage = Stage.QUEUED
        self.unwanted = False

    @property
    def path(self) -> str:
        """The model it is about; empty where it is about none."""
        return getattr(self.request, "path", "")

    def finish(self, result: Any) -> None:
        self._end(lambda: self.succeeded.emit(result))

    def fail(self, failure: Failure) -> None:
        self._end(lambda: self.failed.emit(failure))

    def stop(self) -> None:
        self._end(self.cancelled.emit)

    def _end(self, tell: Callable[[], None]) -> None:
        if self.stage is Stage.ENDED:
            return
        self.stage = Stage.ENDED
        tell() if not self.unwanted else self.cancelled.emit()
        self.ended.emit()
        self.deleteLater()
