"""Copies of models for viewers that read nothing but models, such as Netron."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from quantscope import documents
from quantscope.worker import protocol
from quantscope_gui.engine import decoding
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.jobs.board import JobBoard
from quantscope_gui.latency.measurer import Measurer
from quantscope_gui.models.data import Samples
from quantscope_gui.models.library import Library, Selection
from quantscope_gui.models.saver import would_overwrite


class Annotator(QObject):
    """`exported(path)`, or `failed(problem)`."""

    exported = Signal(object)
    failed = Signal(Problem)

    def __init__(
        self,
        client: EngineClient,
        library: Library,
        measurer: Measurer,
        board: JobBoard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._library = library
        self._measurer = measurer
        self._board = board

    def export(self, selection: Selection, samples: Samples | None, path: Path) -> None:
        """Writes a copy of what is selected to `path`; `samples` are those that a static recipe's plan was made on."""
        model, variant, plan = selection.model, selection.variant, selection.plan
        problem = would_overwrite(self._library, path)
        if problem is not None:
            self.failed.emit(problem)
        if problem is not None or plan is None:
            return
        given = None if variant is not None else samples
        asked, times = plan.document, self._measurer.own_times(selection)
        job = self._client.submit(
            lambda identity: protocol.Annotate(
                id=identity,
                path=str(model.path if variant is None else variant.path),
                output=str(path),
                recipe=asked.recipe_document,
                target=asked.target,
                calibration=None if given is None else str(given.path),
                calibration_samples=None if given is None else given.count,
                microseconds=tuple((subgraph, operator, time) for (subgraph, operator), time in times.items()),
            ),
            decoding.small(documents.File),
        )
        self._board.add(job, self.tr("Export {name}").format(name=path.name))
        job.succeeded.connect(lambda _: self.exported.emit(path))
        job.failed.connect(
            lambda failure: self.failed.emit(
                of_failure(failure, path.name, lambda: self.export(selection, samples, path))
            )
        )
