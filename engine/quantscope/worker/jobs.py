"""What the engine can be asked to do, and the models it keeps at hand."""

import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from quantscope import api, documents
from quantscope.details import details
from quantscope.draw.draw import draw
from quantscope.errors import ModelReadError
from quantscope.files import describe
from quantscope.history import use as history
from quantscope.inspection import inspection
from quantscope.live import Live
from quantscope.model.graph import Model
from quantscope.progress import Progress
from quantscope.quantize.plan import Plan, Planner
from quantscope.quantize.presets import find_recipe
from quantscope.quantize.survey import Survey
from quantscope.quantize.targets import find_target
from quantscope.recipe import Recipe
from quantscope.worker import phones, protocol

KEPT_MODELS: Final = 8


class _Kept:
    """A model with what planning has learned of it."""

    def __init__(self, model: Model, file: documents.File) -> None:
        self.file = file
        self.survey = Survey(model)
        self.planners: dict[str, Planner] = {}
        self._last: tuple[tuple[Recipe, str], Plan, documents.Inspection] | None = None

    def plan(self, recipe: str | Recipe, target: str) -> Plan:
        """The plan; raises RecipeError if there is no such recipe or target."""
        if target not in self.planners:
            self.planners[target] = Planner(self.survey, find_target(target))
        return self.planners[target].plan(find_recipe(recipe) if isinstance(recipe, str) else recipe)

    def inspect(self, recipe: str | Recipe, target: str) -> tuple[Plan, documents.Inspection]:
        """The plan and its document, at once if they are those of the last call; raises as `plan`."""
        asked = find_recipe(recipe) if isinstance(recipe, str) else recipe, target
        if self._last is None or self._last[0] != asked:
            plan = self.plan(*asked)
            self._last = asked, plan, inspection(plan, self.file)
        return self._last[1:]


class Jobs:
    """Runs requests. Models stay mapped, so that planning again after a change of recipe is immediate."""

    def __init__(self) -> None:
        self.models: OrderedDict[tuple[str, int, int], _Kept] = OrderedDict()
        self.handlers: Mapping[type, Callable[[Any, Live], documents.Document]] = {
            protocol.Catalogue: self._catalogue,
            protocol.Inspect: self._inspect,
            protocol.Details: self._details,
            protocol.Draw: self._draw,
            protocol.Quantize: self._quantize,
            protocol.Compare: self._compare,
            protocol.CompareTensor: self._compare_tensor,
            protocol.Sensitivity: self._sensitivity,
            protocol.Profile: self._profile,
            protocol.History: self._history,
            protocol.HistoryCompare: self._history_compare,
            protocol.HistoryExport: self._history_export,
            **phones.HANDLERS,
        }

    def run(self, request: protocol.Request, progress: Live) -> documents.Document:
        """The document that answers `request`; raises QuantscopeError as the library does."""
        return self.handlers[type(request)](request, progress)

    def _catalogue(self, request: protocol.Catalogue, progress: Progress) -> documents.Document:
        return api.catalogue()

    def _inspect(self, request: protocol.Inspect, progress: Progress) -> documents.Document:
        return self._model(request.path).inspect(request.recipe, request.target)[1]

    def _details(self, request: protocol.Details, progress: Progress) -> documents.Document:
        plan, document = self._model(request.path).inspect(request.recipe, request.target)
        return details(plan, document, request.subgraph, request.operator, progress)

    def _draw(self, request: protocol.Draw, progress: Progress) -> documents.Document:
        model = self._model(request.path).survey.model
        return draw(model, request.subgraph, request.opened, lambda: progress(0.5, "Arranging the graph"))

    def _quantize(self, request: protocol.Quantize, progress: Progress) -> documents.Document:
        plan = self._model(request.path).plan(request.recipe, request.target)
        return api.apply(plan, request.output, progress)

    def _compare(self, request: protocol.Compare, progress: Progress) -> documents.Document:
        return api.compare(request.path, request.quantized, request.data, request.samples, progress)

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
        plan = self._model(request.path).plan(request.recipe, request.target)
        return api.sensitivity(plan, request.data, request.samples, request.worst, progress)

    def _profile(self, request: protocol.Profile, live: Live) -> documents.Document:
        return history.keep(api.measure(request.models, request.devices, request.settings, live, request.recipes))

    def _history(self, request: protocol.History, progress: Progress) -> documents.Document:
        return history.change(request.delete, request.baseline, request.clear_baseline)

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
