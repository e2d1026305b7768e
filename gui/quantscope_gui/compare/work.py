"""Work of the engine on a variant, one job at a time for each; what it gives belongs to the variant."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from quantscope.worker import protocol
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.jobs.board import JobBoard
from quantscope_gui.models.library import Library, Model, Selection, Variant


class VariantWork(QObject):
    """`started(selection)`, then `finished(selection)` with or without a new result; `failed(problem)` besides."""

    started = Signal(object)
    finished = Signal(object)
    failed = Signal(Problem)

    def __init__(self, client: EngineClient, library: Library, board: JobBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._library = library
        self._board = board
        self._jobs: dict[Job, Variant] = {}
        library.variant_removed.connect(lambda model, variant: self.cancel(variant))
        library.model_removed.connect(self._model_gone)

    def busy(self, variant: Variant) -> bool:
        return variant in self._jobs.values()

    def cancel(self, variant: Variant) -> None:
        for job, worked_on in list(self._jobs.items()):
            if worked_on is variant:
                self._client.cancel(job)

    @abstractmethod
    def _keep(self, selection: Selection, variant: Variant, document: Any) -> None:
        """Gives the variant its result."""

    def _start(
        self,
        selection: Selection,
        variant: Variant,
        request: Callable[[int], protocol.Request],
        decode: Callable[[bytes], Any],
        title: str,
        again: Callable[[], None],
    ) -> None:
        """Starts a job; one on the same variant that is still under way is dropped. `again` is what Retry does."""
        self.cancel(variant)
        job = self._client.submit(request, decode, heavy=True)
        self._jobs[job] = variant
        job.succeeded.connect(lambda document: self._succeeded(selection, variant, document))
        job.failed.connect(lambda failure: self._failed(selection, failure, again))
        job.ended.connect(lambda: self._ended(job, selection))
        self._board.add(job, title)
        self.started.emit(selection)

    def _ended(self, job: Job, selection: Selection) -> None:
        del self._jobs[job]
        self.finished.emit(selection)

    def _succeeded(self, selection: Selection, variant: Variant, document: Any) -> None:
        self._keep(selection, variant, document)
        self._library.change_variant(selection.model, variant)

    def _failed(self, selection: Selection, failure: Failure, again: Callable[[], None]) -> None:
        def retry() -> None:
            if selection.model in self._library.models and selection.variant in selection.model.variants:
                again()

        self.failed.emit(of_failure(failure, selection.model.path.name, retry))

    def _model_gone(self, model: Model) -> None:
        for variant in model.variants:
            self.cancel(variant)
