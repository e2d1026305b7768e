"""Quantize: a job in the engine whose result becomes a variant of its model."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from quantscope import documents
from quantscope.recipe import Recipe
from quantscope.worker import protocol
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.jobs.board import JobBoard
from quantscope_gui.models.data import Samples
from quantscope_gui.models.library import Library, Model, Variant
from quantscope_gui.models.results import Results
from quantscope_gui.operators import plan
from quantscope_gui.operators.plan import Plan


class Quantizer(QObject):
    """`finished(model, variant)`, `failed(problem)`; a cancelled job leaves nothing behind."""

    finished = Signal(object, object)
    failed = Signal(Problem)

    def __init__(
        self, client: EngineClient, library: Library, results: Results, board: JobBoard, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._library = library
        self._results = results
        self._board = board
        self._jobs: dict[Job, Model] = {}
        library.model_removed.connect(self._model_removed)

    def quantize(self, model: Model, recipe: Recipe, target: str, samples: Samples | None = None) -> None:
        if not recipe.needs_calibration:
            samples = None
        try:
            output = self._results.new_file(f"{model.name}.{recipe.name}.tflite")
        except OSError as error:
            self.failed.emit(
                Problem(
                    self.tr("There is no place for the result"),
                    self.tr("The folder for results can't be made: {reason}.").format(reason=error.strerror or error),
                    self.tr("Make room on the disk, then try again."),
                    str(error),
                    lambda: self._again(model, recipe, target, samples),
                )
            )
            return
        job = self._client.submit(
            lambda identity: protocol.Quantize(
                id=identity,
                path=str(model.path),
                output=str(output),
                recipe=recipe,
                target=target,
                calibration=None if samples is None else str(samples.path),
                calibration_samples=None if samples is None else samples.count,
            ),
            plan.decode_quantization,
            heavy=True,
        )
        self._jobs[job] = model
        job.succeeded.connect(lambda result: self._succeeded(model, output, samples, result))
        job.failed.connect(lambda failure: self._failed(model, recipe, target, samples, output, failure))
        job.cancelled.connect(lambda: self._results.discard(output))
        job.ended.connect(lambda: self._jobs.pop(job))
        self._board.add(job, self.tr("Quantizing {model}").format(model=model.name))

    def _again(self, model: Model, recipe: Recipe, target: str, samples: Samples | None = None) -> None:
        if model in self._library.models:
            self.quantize(model, recipe, target, samples)

    def _model_removed(self, model: Model) -> None:
        for job, owner in list(self._jobs.items()):
            if owner is model:
                self._client.cancel(job)

    def _succeeded(
        self, model: Model, output: Path, samples: Samples | None, result: tuple[documents.Quantization, Plan]
    ) -> None:
        document, planned = result
        variant = Variant(document, planned, output, calibration=samples)
        self._library.add_variant(model, variant)
        self.finished.emit(model, variant)

    def _failed(
        self, model: Model, recipe: Recipe, target: str, samples: Samples | None, output: Path, failure: Failure
    ) -> None:
        self._results.discard(output)
        self.failed.emit(of_failure(failure, model.path.name, lambda: self._again(model, recipe, target, samples)))
