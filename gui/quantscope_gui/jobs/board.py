"""The jobs a user can see and cancel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

from quantscope_gui.engine import texts
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job


class Cancellable(Protocol):
    """What the board needs of a job: the signals of engine.job.Job."""

    progressed: SignalInstance
    cancelled: SignalInstance
    ended: SignalInstance


@dataclass(slots=True, eq=False)
class Entry:
    """`fraction` in [0, 1], `text` what it is doing; both as the engine last said."""

    job: Cancellable
    title: str
    cancel: Callable[[], None]
    fraction: float = 0.0
    text: str = ""
    cancelling: bool = False
    was_cancelled: bool = False


class JobBoard(QObject):
    """Entries in the order they were asked for, the first being the one that runs. `cancelled` after the user's
    cancelling has ended one."""

    changed = Signal()
    cancelled = Signal()

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self.entries: list[Entry] = []

    def add(self, job: Job, title: str) -> None:
        """Shows a job of an engine."""
        self.add_other(job, title, lambda: self._client.cancel(job))

    def add_other(self, job: Cancellable, title: str, cancel: Callable[[], None]) -> None:
        """Shows any other work that ends after `cancel`."""
        entry = Entry(job, title, cancel)
        self.entries.append(entry)
        job.progressed.connect(lambda fraction, text: self._progressed(entry, fraction, text))
        job.cancelled.connect(lambda: self._cancelled(entry))
        job.ended.connect(lambda: self._ended(entry))
        self.changed.emit()

    def cancel_first(self) -> None:
        if self.entries:
            entry = self.entries[0]
            entry.cancelling = True
            self.changed.emit()
            entry.cancel()

    def _progressed(self, entry: Entry, fraction: float, text: str) -> None:
        entry.fraction, entry.text = fraction, texts.phrase(text)
        self.changed.emit()

    def _cancelled(self, entry: Entry) -> None:
        entry.was_cancelled = entry.cancelling

    def _ended(self, entry: Entry) -> None:
        self.entries.remove(entry)
        self.changed.emit()
        if entry.was_cancelled:
            self.cancelled.emit()
