"""Runs measurements in the engine, one at a time; what they give belongs to the models and variants measured."""

import msgspec
from PySide6.QtCore import QObject, Signal

from quantscope.documents import profile as profiles
from quantscope.worker import protocol
from quantscope_gui.engine import decoding
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.jobs.board import JobBoard
from quantscope_gui.latency import times
from quantscope_gui.latency.measurement import Measurement
from quantscope_gui.latency.times import NO_TIMES, OperatorTimes
from quantscope_gui.models.library import Library, Model, Selection, Variant
from quantscope_gui.operators.plan import Key

_decode_part = msgspec.json.Decoder(profiles.LivePart).decode


class Measurer(QObject):
    """`began(measurement)`; `grew(part)` with each thing that happens; `ended()` with or without a result, which is
    then in the measurement; `times_changed(model)` when its operators were timed anew; `failed(problem)` besides."""

    began = Signal(object)
    times_changed = Signal(object)
    grew = Signal(object)
    ended = Signal()
    failed = Signal(Problem)

    def __init__(self, client: EngineClient, library: Library, board: JobBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._library = library
        self._board = board
        self._job: Job | None = None
        self._times: dict[Model, OperatorTimes] = {}
        self._own: dict[Selection, dict[Key, float]] = {}
        self.measurement: Measurement | None = None
        self.stopping = False
        library.model_removed.connect(self._model_gone)
        library.variant_removed.connect(self._variant_gone)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def times(self, model: Model) -> OperatorTimes:
        """The time of each operator of `model`, as last measured."""
        return self._times.get(model, NO_TIMES)

    def own_times(self, selection: Selection) -> dict[Key, float]:
        """Microseconds of each operator of a source or a variant, by its own numbers, as last measured."""
        return self._own.get(selection, {})

    def measure(
        self,
        model: Model,
        variants: tuple[Variant | None, ...],
        devices: tuple[str, ...],
        settings: profiles.Settings,
    ) -> None:
        """Measures variants of a model (None is its source) in turns. Does nothing while a measurement runs."""
        if self._job is not None:
            return
        measurement = Measurement(model, variants, settings)
        paths = [str(path) for path in measurement.paths()]
        recipes = {
            path: variant.document.plan.recipe
            for path, variant in zip(paths, variants, strict=True)
            if variant is not None
        }
        job = self._client.submit(
            lambda identity: protocol.Profile(
                id=identity, models=tuple(paths), devices=devices, settings=settings, recipes=recipes
            ),
            decoding.small(profiles.Profile),
            heavy=True,
            decode_part=_decode_part,
        )
        self._job, self.measurement, self.stopping = job, measurement, False
        job.updated.connect(self._grew)
        job.succeeded.connect(self._succeeded)
        job.failed.connect(lambda failure: self._failed(measurement, devices, failure))
        job.ended.connect(self._over)
        self._board.add(job, self.tr("Measuring {model}").format(model=model.name))
        self.began.emit(measurement)

    def stop(self) -> None:
        """Ends the measurement with what it has."""
        if self._job is not None:
            self.stopping = True
            self._client.stop(self._job)

    def _grew(self, part: profiles.LivePart) -> None:
        if self.measurement is not None:
            self.measurement.take(part)
            self.grew.emit(part)

    def _succeeded(self, profile: profiles.Profile) -> None:
        measurement = self.measurement
        if measurement is None:
            return
        measurement.profile = profile
        found = times.of(profile, str(measurement.model.path))
        if found.of:
            self._times[measurement.model] = found
            self.times_changed.emit(measurement.model)
        speedups = {each.run: each.speedup for each in profile.comparisons}
        for place, run in enumerate(profile.runs):
            selection = measurement.selection(run.model.path)
            if selection is not None and (operators := times.own(profile, run.model.path)):
                self._own[selection] = operators
            if selection is not None and run.latency_us is not None:
                self._library.set_latency(selection, run.latency_us.median, speedups.get(place))

    def _failed(self, measurement: Measurement, devices: tuple[str, ...], failure: Failure) -> None:
        def again() -> None:
            alive = all(variant is None or variant in measurement.model.variants for variant in measurement.variants)
            if measurement.model in self._library.models and alive:
                self.measure(measurement.model, measurement.variants, devices, measurement.settings)

        self.failed.emit(of_failure(failure, measurement.model.path.name, again))

    def _over(self) -> None:
        self._job = None
        if self.measurement is not None:
            self.measurement.over = True
        self.ended.emit()

    def _model_gone(self, model: Model) -> None:
        self._times.pop(model, None)
        self._own = {selection: own for selection, own in self._own.items() if selection.model is not model}
        if self.measurement is not None and self.measurement.model is model:
            self._cancel()

    def _variant_gone(self, model: Model, variant: Variant) -> None:
        self._own.pop(Selection(model, variant), None)
        if self.measurement is not None and variant in self.measurement.variants:
            self._cancel()

    def _cancel(self) -> None:
        if self._job is not None:
            self._client.cancel(self._job)
