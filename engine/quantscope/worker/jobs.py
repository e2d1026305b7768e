"""What the engine can be asked to do, and the models it keeps at hand."""

import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from quantscope import api, documents
from quantscope.calibrate.check import check_data
from quantscope.details import details
from quantscope.documents.planned import Planned
from quantscope.draw.draw import draw
from quantscope.errors import DataError, ModelReadError
from quantscope.evaluate.functions import metric_functions
from quantscope.evaluate.metrics import Function
from quantscope.files import describe
from quantscope.history import use as history
from quantscope.inspection import Inspector
from quantscope.live import Live
from quantscope.model.graph import Model
from quantscope.progress import Progress, part
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.litert_recipe import write_litert
from quantscope.quantize.plan import Plan, Planner
from quantscope.quantize.presets import find_recipe
from quantscope.quantize.survey import Survey
from quantscope.quantize.targets import find_target
from quantscope.recipe import Recipe
from quantscope.worker import phones, protocol, sources

KEPT_MODELS: Final = 8


@dataclass(frozen=True, slots=True)
class _Samples:
    """A file of samples as it was, and how many of them; no file: made-up ones."""

    path: str | None
    count: int | None
    changed: int

    @classmethod
    def of(cls, path: str | None, count: int | None) -> "_Samples":
        """Raises DataError if the file isn't there."""
        try:
            return cls(path, count, 0 if path is None else os.stat(path).st_mtime_ns)
        except OSError as error:
            raise DataError(f"'{path}' can't be read: {error.strerror}.", "Check the path.") from error


@dataclass(frozen=True, slots=True)
class _Inspected:
    """A plan with its document and who made that."""

    plan: Plan
    inspector: Inspector
    planned: Planned


class _Kept:
    """A model with what planning has learned of it."""

    def __init__(self, model: Model, file: documents.File) -> None:
        self.file = file
        self.survey = Survey(model)
        self.planners: dict[tuple[str, _Samples | None], Planner] = {}
        self._inspectors: dict[str, Inspector] = {}
        self._calibration: tuple[_Samples, Calibration] | None = None
        self._last: tuple[tuple[Recipe, str, _Samples | None], _Inspected] | None = None

    def plan(self, request: protocol.OfPlan, progress: Progress, generate: bool = False) -> Plan:
        """The plan; raises RecipeError if there is no such recipe or target, and what calibrating raises.

        `generate`: a recipe that needs a calibration gets one on made-up samples if there are no others.
        """
        return self._plan(*self._asked(request, generate), progress)

    def inspect(self, request: protocol.OfPlan, progress: Progress) -> "_Inspected":
        """The plan and its document, at once if they are those of the last call; raises as `plan`."""
        asked = self._asked(request, generate=False)
        if self._last is None or self._last[0] != asked:
            plan = self._plan(*asked, progress)
            if request.target not in self._inspectors:
                self._inspectors[request.target] = Inspector(plan.model, plan.target, self.file)
            inspector = self._inspectors[request.target]
            self._last = asked, _Inspected(plan, inspector, inspector.planned(plan))
        return self._last[1]

    def _asked(self, request: protocol.OfPlan, generate: bool) -> tuple[Recipe, str, _Samples | None]:
        recipe = find_recipe(request.recipe) if isinstance(request.recipe, str) else request.recipe
        given = request.calibration is not None
        wanted = recipe.reads_calibration if given else recipe.needs_calibration and generate
        samples = _Samples.of(request.calibration, request.calibration_samples) if wanted else None
        return recipe, request.target, samples

    def _plan(self, recipe: Recipe, target: str, samples: _Samples | None, progress: Progress) -> Plan:
        found = find_target(target)
        if samples is not None and (self._calibration is None or self._calibration[0] != samples):
            # Ranges are costly to know and large: those of one set of samples are kept, and plans made with others not.
            model = self.survey.model
            self._calibration = samples, api.calibrate(model, samples.path, samples.count, progress)
            self.planners = {key: planner for key, planner in self.planners.items() if key[1] is None}
        key = target, samples
        if key not in self.planners:
            calibration = self._calibration[1] if samples is not None and self._calibration is not None else None
            self.planners[key] = Planner(self.survey, found, calibration)
        return self.planners[key].plan(recipe)


class Jobs:
    """Runs requests. Models stay mapped, so that planning again after a change of recipe is immediate."""

    def __init__(self) -> None:
        self.models: OrderedDict[tuple[str, int, int], _Kept] = OrderedDict()
        self.handlers: Mapping[type, Callable[[Any, Live], documents.Document]] = {
            protocol.Catalogue: self._catalogue,
            protocol.Inspect: self._inspect,
            protocol.Replan: self._replan,
            protocol.Details: self._details,
            protocol.CheckData: self._check_data,
            protocol.ExportRecipe: self._export_recipe,
            protocol.Draw: self._draw,
            protocol.Annotate: self._annotate,
            protocol.Quantize: self._quantize,
            protocol.Compare: self._compare,
            protocol.ListMetrics: self._list_metrics,
            protocol.CompareTensor: self._compare_tensor,
            protocol.Sensitivity: self._sensitivity,
            protocol.Profile: self._profile,
            protocol.History: self._history,
            protocol.HistoryCompare: self._history_compare,
            protocol.HistoryExport: self._history_export,
            **phones.HANDLERS,
            **sources.HANDLERS,
        }

    def run(self, request: protocol.Request, progress: Live) -> documents.Document:
        """The document that answers `request`; raises QuantscopeError as the library does."""
        return self.handlers[type(request)](request, progress)

    def _catalogue(self, request: protocol.Catalogue, progress: Progress) -> documents.Document:
        return api.catalogue()

    def _inspect(self, request: protocol.Inspect, progress: Progress) -> documents.Document:
        found = self._model(request.path).inspect(request, progress)
        return found.inspector.inspection(found.plan, found.planned)

    def _replan(self, request: protocol.Replan, progress: Progress) -> documents.Document:
        return self._model(request.path).inspect(request, progress).planned

    def _details(self, request: protocol.Details, progress: Progress) -> documents.Document:
        found = self._model(request.path).inspect(request, progress)
        return details(found.plan, found.inspector, found.planned, request.subgraph, request.operator, progress)

    def _check_data(self, request: protocol.CheckData, progress: Progress) -> documents.Document:
        return check_data(self._model(request.path).survey.model, request.data, request.samples, progress)

    def _export_recipe(self, request: protocol.ExportRecipe, progress: Progress) -> documents.Document:
        return documents.ExportedRecipe(tool="litert-quantizer", text=write_litert(request.recipe).decode())

    def _draw(self, request: protocol.Draw, progress: Progress) -> documents.Document:
        model = self._model(request.path).survey.model
        return draw(model, request.subgraph, request.opened, lambda: progress(0.5, "Arranging the graph"))

    def _annotate(self, request: protocol.Annotate, progress: Progress) -> documents.Document:
        plan = self._model(request.path).plan(request, progress)
        times = {(subgraph, operator): time for subgraph, operator, time in request.microseconds}
        return api.annotate(plan, request.output, times)

    def _quantize(self, request: protocol.Quantize, progress: Progress) -> documents.Document:
        plan = self._model(request.path).plan(request, part(progress, 0.0, 0.5), generate=True)
        return api.apply(plan, request.output, part(progress, 0.5, 1.0) if plan.calibration else progress)

    def _compare(self, request: protocol.Compare, progress: Progress) -> documents.Document:
        asked = request.metric
        metric = None if asked is None else Function(asked.path, asked.function, asked.seconds)
        return api.compare(
            request.path,
            request.quantized,
            request.data,
            request.samples,
            progress,
            labels=request.labels,
            metric=metric,
        )

    def _list_metrics(self, request: protocol.ListMetrics, progress: Progress) -> documents.Document:
        return metric_functions(request.path)

    def _compare_tensor(self, request: protocol.CompareTensor, progress: Progress) -> documents.Document:
        return api.compare_tensor(
            request.path,
            request.quantized,
            request.tensor,
            request.subgraph,
            request.data,
            request.samples,
            progress,
        )

    def _sensitivity(self, request: protocol.Sensitivity, progress: Progress) -> documents.Document:
        plan = self._model(request.path).plan(request, progress, generate=True)
        return api.sensitivity(plan, request.data, request.samples, request.worst, progress)

    def _profile(self, request: protocol.Profile, live: Live) -> documents.Document:
        return history.keep(api.measure(request.models, request.devices, request.settings, live, request.recipes))

    def _history(self, request: protocol.History, progress: Progress) -> documents.Document:
        return history.change(request.delete, request.baseline, request.clear_baseline, request.most_bytes)

    def _history_compare(self, request: protocol.HistoryCompare, progress: Progress) -> documents.Document:
        return history.compare(request.baseline, request.run)

    def _history_export(self, request: protocol.HistoryExport, progress: Progress) -> documents.Document:
        return history.export(request.runs, request.path)

    def _model(self, path: str) -> _Kept:
        """The model at `path`, read again only if the file has changed."""
        try:
            status = os.stat(path)
        except OSError as error:
            raise ModelReadError(f"'{path}' can't be read: {error.strerror}.", "Check the path.") from error
        key = (os.path.abspath(path), status.st_size, status.st_mtime_ns)
        if key not in self.models:
            self.models[key] = _Kept(api.load(path), describe(path))
        self.models.move_to_end(key)
        while len(self.models) > KEPT_MODELS:
            self.models.popitem(last=False)
        return self.models[key]
