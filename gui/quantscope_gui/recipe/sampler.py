"""Chooses the samples that a model's ranges are measured on: only once the engine has looked at them."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from quantscope.documents.data import DataCheck
from quantscope.worker import protocol
from quantscope_gui.engine import decoding, failures, texts
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.models.data import Samples
from quantscope_gui.models.library import Library, Model
from quantscope_gui.recipe.desk import RecipeDesk

# More make measuring slow without making ranges better; the user may ask for them.
MOST_AT_FIRST: Final = 512


class Sampler(QObject):
    """`checking(model, path)`, then `checked(model)` when samples fit and are in use, or `refused(model, path,
    sentence)`. The last file asked for wins."""

    checking = Signal(object, object)
    checked = Signal(object)
    refused = Signal(object, object, str)

    def __init__(self, client: EngineClient, library: Library, desk: RecipeDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._desk = desk
        self._checks: dict[Model, dict[Samples, DataCheck]] = {}
        self._jobs: dict[Model, Job] = {}
        library.model_removed.connect(self._forget)

    def check(self, model: Model) -> DataCheck | None:
        """What was found in the samples that `model` has."""
        samples = self._desk.samples(model)
        return self._checks.get(model, {}).get(samples) if samples is not None else None

    def busy(self, model: Model) -> bool:
        return model in self._jobs

    def choose(self, model: Model, path: Path, count: int | None = MOST_AT_FIRST) -> None:
        """Measures ranges on (at most `count` of) the samples in a file from now on, if they fit."""
        self._drop(model)
        job = self._client.submit(
            lambda identity: protocol.CheckData(id=identity, path=str(model.path), data=str(path), samples=count),
            decoding.small(DataCheck),
        )
        self._jobs[model] = job
        job.succeeded.connect(lambda check: self._fits(model, job, path, check))
        job.failed.connect(lambda failure: self._does_not_fit(model, job, path, failure))
        self.checking.emit(model, path)

    def clear(self, model: Model) -> None:
        """No samples: made-up ones are used."""
        self._drop(model)
        self._desk.set_samples(model, None, self.tr("no samples"))

    def _fits(self, model: Model, job: Job, path: Path, check: DataCheck) -> None:
        if self._jobs.get(model) is not job:
            return
        del self._jobs[model]
        samples = Samples(path, check.samples if check.samples < check.available else None)
        self._checks.setdefault(model, {})[samples] = check
        text = self.tr("%n sample(s) of {name}", "", check.samples).format(name=path.name)
        self._desk.set_samples(model, samples, text)
        self.checked.emit(model)

    def _does_not_fit(self, model: Model, job: Job, path: Path, failure: Failure) -> None:
        if self._jobs.get(model) is job:
            del self._jobs[model]
            remedy = texts.problem_remedy(failure.code, failure.remedy)
            self.refused.emit(model, path, " ".join(filter(None, (failures.said(failure.message), remedy))))

    def _drop(self, model: Model) -> None:
        job = self._jobs.pop(model, None)
        if job is not None:
            self._client.cancel(job)

    def _forget(self, model: Model) -> None:
        self._drop(model)
        self._checks.pop(model, None)
