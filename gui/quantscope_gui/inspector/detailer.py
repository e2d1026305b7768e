"""Fetches everything about the selected operator from the engine, shortly after it was selected."""

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from quantscope.documents.details import Details
from quantscope.worker import protocol
from quantscope_gui.engine import decoding, failures
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.models.library import Library
from quantscope_gui.operators.plan import Row
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.recipe.desk import RecipeDesk

DELAY_MILLISECONDS: Final = 50


class Detailer(QObject):
    """`arrived(row, details)` for the operator that is selected; `failed(row, sentence)` where there are none. An
    operator that is left before its details are here is forgotten."""

    arrived = Signal(object, object)
    failed = Signal(object, str)

    def __init__(
        self,
        client: EngineClient,
        library: Library,
        selection: OperatorSelection,
        desk: RecipeDesk,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._client = client
        self._library = library
        self._selection = selection
        self._job: Job | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY_MILLISECONDS)
        self._delay.timeout.connect(self._ask)
        selection.changed.connect(self._selected)

    def _selected(self) -> None:
        self._drop()
        if self._selection.row is not None:
            self._delay.start()
        else:
            self._delay.stop()

    def _drop(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            self._client.cancel(job)

    def _ask(self) -> None:
        selected, row = self._library.selection, self._selection.row
        if selected is None or selected.plan is None or row is None:
            return
        path, document = str(selected.model.path), selected.plan.document
        samples = self._desk.samples(selected.model) if document.recipe_document.needs_calibration else None
        job = self._client.submit(
            lambda identity: protocol.Details(
                id=identity,
                path=path,
                recipe=document.recipe_document,
                target=document.target,
                subgraph=row.key[0],
                operator=row.key[1],
                calibration=None if samples is None else str(samples.path),
                calibration_samples=None if samples is None else samples.count,
            ),
            decoding.small(Details),
        )
        self._job = job
        job.succeeded.connect(lambda details: self._succeeded(job, row, details))
        job.failed.connect(lambda failure: self._failed(job, row, failure))

    def _succeeded(self, job: Job, row: Row, details: Details) -> None:
        if self._job is job:
            self._job = None
            self.arrived.emit(row, details)

    def _failed(self, job: Job, row: Row, failure: Failure) -> None:
        if self._job is job:
            self._job = None
            self.failed.emit(row, failures.said(failure.message))
