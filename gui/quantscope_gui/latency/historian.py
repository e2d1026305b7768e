"""The history of measurements, as the engine keeps it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from quantscope.documents import history
from quantscope.worker import protocol
from quantscope_gui.engine import decoding
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import Problem, of_failure


class Historian(QObject):
    """`changed()` when `history` is another one; `compared(HistoryComparison)`, `exported(Exported)`,
    `failed(problem)`."""

    changed = Signal()
    compared = Signal(object)
    exported = Signal(object)
    failed = Signal(Problem)

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self.history: history.History | None = None

    def load(self) -> None:
        """Asks for what is kept now."""
        self._ask(lambda identity: protocol.History(id=identity), history.History, self._loaded, self.load)

    def forget(self, runs: Sequence[int]) -> None:
        wanted = tuple(runs)
        self._ask(
            lambda identity: protocol.History(id=identity, delete=wanted),
            history.History,
            self._loaded,
            lambda: self.forget(wanted),
        )

    def set_baseline(self, run: int | None) -> None:
        """Makes a kept run what others are held to, or none."""
        self._ask(
            lambda identity: protocol.History(id=identity, baseline=run, clear_baseline=run is None),
            history.History,
            self._loaded,
            lambda: self.set_baseline(run),
        )

    def set_limit(self, most_bytes: int) -> None:
        """Lets kept runs take so much, from the next measurement on."""
        self._ask(
            lambda identity: protocol.History(id=identity, most_bytes=most_bytes),
            history.History,
            self._loaded,
            lambda: self.set_limit(most_bytes),
        )

    def compare(self, baseline: int, run: int) -> None:
        self._ask(
            lambda identity: protocol.HistoryCompare(id=identity, baseline=baseline, run=run),
            history.HistoryComparison,
            self.compared.emit,
            lambda: self.compare(baseline, run),
        )

    def export(self, runs: Sequence[int], path: Path) -> None:
        wanted = tuple(runs)
        self._ask(
            lambda identity: protocol.HistoryExport(id=identity, runs=wanted, path=str(path)),
            history.Exported,
            self.exported.emit,
            lambda: self.export(wanted, path),
        )

    def _ask(
        self,
        make: Callable[[int], protocol.Request],
        kind: type[Any],
        done: Callable[[Any], object],
        again: Callable[[], None],
    ) -> None:
        job: Job = self._client.submit(make, decoding.small(kind))
        job.succeeded.connect(done)
        job.failed.connect(lambda failure: self._failed(failure, again))

    def _loaded(self, document: history.History) -> None:
        self.history = document
        self.changed.emit()

    def _failed(self, failure: Failure, again: Callable[[], None]) -> None:
        self.failed.emit(of_failure(failure, self.tr("the history"), again))
