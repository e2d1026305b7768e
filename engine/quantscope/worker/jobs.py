"""What the engine can be asked to do, and the models it keeps at hand."""

import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from quantscope import api, documents
from quantscope.errors import ModelReadError
from quantscope.files import describe
from quantscope.inspection import inspection
from quantscope.live import Live
from quantscope.model.graph import Model
from quantscope.progress import Progress
from quantscope.worker import protocol

KEPT_MODELS: Final = 8


class Jobs:
    """Runs requests. Models stay mapped, so that planning again after a change of recipe is immediate."""

    def __init__(self) -> None:
        self.models: OrderedDict[tuple[str, int, int], tuple[Model, documents.File]] = OrderedDict()
        self.handlers: Mapping[type, Callable[[Any, Live], documents.Document]] = {
            protocol.Catalogue: self._catalogue,
            protocol.Inspect: self._inspect,
            protocol.Quantize: self._quantize,
            protocol.Compare: self._compare,
        }

    def run(self, request: protocol.Request, progress: Live) -> documents.Document:
        """The document that answers `request`; raises QuantscopeError as the library does."""
        return self.handlers[type(request)](request, progress)

    def _catalogue(self, request: protocol.Catalogue, progress: Progress) -> documents.Document:
        return api.catalogue()

    def _inspect(self, request: protocol.Inspect, progress: Progress) -> documents.Document:
        model, file = self._model(request.path)
        return inspection(api.plan(model, request.recipe, request.target), file)

    def _quantize(self, request: protocol.Quantize, progress: Progress) -> documents.Document:
        model, _ = self._model(request.path)
        return api.apply(api.plan(model, request.recipe, request.target), request.output, progress)

    def _compare(self, request: protocol.Compare, progress: Progress) -> documents.Document:
        return api.compare(request.path, request.quantized, request.data, request.samples, progress)

    def _model(self, path: str) -> tuple[Model, documents.File]:
        """The model at `path`, read again only if the file has changed."""
        try:
            status = os.stat(path)
        except OSError as error:
            raise ModelReadError(f"'{path}' can't be read: {error.strerror}.", "Check the path.") from error
        key = (os.path.abspath(path), status.st_size, status.st_mtime_ns)
        if key not in self.models:
            self.models[key] = (api.load(path), describe(path))
        self.models.move_to_end(key)
        while len(self.models) > KEPT_MODELS:
            self.models.popitem(last=False)
        return self.models[key]
