"""Runs comparisons in the engine."""

from typing import Any

from quantscope.worker import protocol
from quantscope_gui.compare.metric import request
from quantscope_gui.compare.work import VariantWork
from quantscope_gui.engine import decoding
from quantscope_gui.models.data import Samples
from quantscope_gui.models.library import Selection, Variant
from quantscope_gui.operators.plan import with_errors


class Comparer(VariantWork):
    """How far a variant is from its source, operator by operator."""

    def compare(self, selection: Selection, data: Samples | None = None) -> None:
        """On `data`, or on generated samples."""
        model, variant = selection.model, selection.variant
        if variant is None:
            return
        metric = request(model.metric) if data is not None else None  # made-up inputs have no right results
        self._start(
            selection,
            variant,
            lambda identity: protocol.Compare(
                id=identity,
                path=str(model.path),
                quantized=str(variant.path),
                data=None if data is None else str(data.path),
                samples=None if data is None else data.count,
                labels=None if data is None else data.labels,
                metric=metric,
            ),
            lambda content: (decoding.comparison(content), data),
            self.tr("Comparing {model}").format(model=variant.name),
            lambda: self.compare(selection, data),
        )

    def _keep(self, selection: Selection, variant: Variant, document: Any) -> None:
        variant.comparison, variant.data = document
        variant.sensitivity = None
        variant.values.clear()
        variant.plan = with_errors(variant.plan, document[0])
