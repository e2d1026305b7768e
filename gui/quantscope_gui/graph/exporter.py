"""Exports in the background, as jobs that can be seen and cancelled."""

from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from quantscope.errors import CancelledError, QuantscopeError
from quantscope_gui.background import Background
from quantscope_gui.errors.problem import Problem
from quantscope_gui.jobs.board import JobBoard

if TYPE_CHECKING:
    from quantscope_gui.graph.export import Format, Picture


class ExportJob(QObject):
    """One export under way, with the signals of an engine's job."""

    progressed = Signal(float, str)
    cancelled = Signal()
    ended = Signal()
    _reported = Signal(float)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._stop = Event()
        self._last = 0.0
        self._reported.connect(lambda fraction: self.progressed.emit(fraction, ""), Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        self._stop.set()

    def report(self, fraction: float) -> None:
        """In the worker thread: passes on every hundredth, and stops what was cancelled."""
        if self._stop.is_set():
            raise CancelledError("Cancelled.")
        if fraction - self._last >= 0.01 or fraction >= 1:
            self._last = fraction
            self._reported.emit(fraction)


class Exporter(QObject):
    """`exported(path)`, or `failed(problem)`."""

    exported = Signal(object)
    failed = Signal(Problem)

    def __init__(self, background: Background, board: JobBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._board = board

    def export(self, picture: "Picture", path: Path, form: "Format", scale: float = 1.0) -> None:
        job = ExportJob(self)
        self._board.add_other(job, self.tr("Export {name}").format(name=path.name), job.cancel)

        def done(_: object) -> None:
            job.ended.emit()
            job.deleteLater()
            self.exported.emit(path)

        def failed(error: Exception) -> None:
            if isinstance(error, CancelledError):
                job.cancelled.emit()
            job.ended.emit()
            job.deleteLater()
            if not isinstance(error, CancelledError):
                self._report(picture, path, form, scale, error)

        def write() -> None:
            from quantscope_gui.graph import export  # numpy comes after the first paint

            export.write(picture, path, form, scale, job.report)

        self._background.run(write, done, failed)

    def _report(self, picture: "Picture", path: Path, form: "Format", scale: float, error: Exception) -> None:
        remedy = error.remedy if isinstance(error, QuantscopeError) else None
        self.failed.emit(
            Problem(
                self.tr("The graph was not exported"),
                str(error),
                remedy or "",
                f"{type(error).__name__}: {error}",
                lambda: self.export(picture, path, form, scale),
            )
        )
