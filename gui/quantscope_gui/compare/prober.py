"""Measures in the engine what keeping single operators in float would gain."""

from typing import Any, Final

from quantscope.documents.sensitivity import Sensitivity
from quantscope.worker import protocol
from quantscope_gui.compare.work import VariantWork
from quantscope_gui.engine import decoding
from quantscope_gui.models.library import Selection, Variant

# Each try runs the model on all of them.
SAMPLES: Final = 64


class Prober(VariantWork):
    """Tries the operators of a variant with the largest errors of their own."""

    def measure(self, selection: Selection) -> None:
        """On the data that the variant was last compared on."""
        model, variant = selection.model, selection.variant
        if variant is None:
            return
        plan, data, calibration = variant.plan.document, variant.data, variant.calibration
        self._start(
            selection,
            variant,
            lambda identity: protocol.Sensitivity(
                id=identity,
                path=str(model.path),
                recipe=plan.recipe_document,
                target=plan.target,
                calibration=None if calibration is None else str(calibration.path),
                calibration_samples=None if calibration is None else calibration.count,
                data=None if data is None else str(data.path),
                samples=SAMPLES,
            ),
            decoding.small(Sensitivity),
            self.tr("Trying operators of {model} in float").format(model=variant.name),
            lambda: self.measure(selection),
        )

    def _keep(self, selection: Selection, variant: Variant, document: Any) -> None:
        variant.sensitivity = document
