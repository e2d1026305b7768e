"""Runs comparisons in the engine; the result belongs to the variant."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from quantscope import documents
from quantscope.worker import protocol
from quantscope_gui.engine import decoding
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.jobs.board import JobBoard
from quantscope_gui.models.library import Library, Model, Selection, Variant


class Comparer(QObject):
    """`started(selection)`, then `finished(selection)` with or without a new comparison; `failed(problem)` besides."""

    started = Signal(object)
    finished = Signal(object)
    failed = Signal(Problem)

    def __init__(self, client: EngineClient, library: Library, board: JobBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._library = library
        self._board = board
        self._jobs: dict[Job, Variant] = {}
        library.variant_removed.connect(lambda model, variant: self._gone(variant))
        library.model_removed.connect(self._model_gone)

    def busy(self, variant: Variant) -> bool:
        return variant in self._jobs.values()

    def compare(self, selection: Selection, data: Path | None = None) -> None:
        """On the samples in `data` (an .npz file), or on generated ones. A comparison of the same variant that is
        still under way is dropped."""
        model, variant = selection.model, selection.variant
        if variant is None:
            return
        self._gone(variant)
        job = self._client.submit(
            lambda identity: protocol.Compare(
                id=identity,
                path=str(model.path),
                quantized=str(variant.path),
                data=None if data is None else str(data),
            ),
            decoding.small(documents.Comparison),
            heavy=True,
        )
        self._jobs[job] = variant
        job.succeeded.connect(lambda document: self._succeeded(selection, document))
        job.failed.connect(lambda failure: self._failed(selection, data, failure))
        job.ended.connect(lambda: self._ended(job, selection))
        self._board.add(job, self.tr("Comparing {model}").format(model=variant.name))
        self.started.emit(selection)

    def _ended(self, job: Job, selection: Selection) -> None:
        del self._jobs[job]
        self.finished.emit(selection)

    def _succeeded(self, selection: Selection, document: documents.Comparison) -> None:
        assert selection.variant is not None
        selection.variant.comparison = document
        self._library.change_variant(selection.model, selection.variant)

    def _failed(self, selection: Selection, data: Path | None, failure: Failure) -> None:
        self.failed.emit(of_failure(failure, selection.model.path.name, lambda: self._again(selection, data)))

    def _again(self, selection: Selection, data: Path | None) -> None:
        if selection.variant in selection.model.variants and selection.model in self._library.models:
            self.compare(selection, data)

    def _gone(self, variant: Variant) -> None:
        for job, compared in list(self._jobs.items()):
            if compared is variant:
                self._client.cancel(job)

    def _model_gone(self, model: Model) -> None:
        for variant in model.variants:
            self._gone(variant)
