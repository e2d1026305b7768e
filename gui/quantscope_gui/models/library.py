"""What is open: models, each with its plan and its variants, and which of them is selected. State only, no work."""

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from quantscope import documents
from quantscope.documents.convert import Conversion
from quantscope.documents.sensitivity import Sensitivity
from quantscope.documents.tensors import TensorComparison
from quantscope_gui.models.data import Metric, Samples
from quantscope_gui.operators.plan import Key, Plan


@dataclass(frozen=True, slots=True)
class Latency:
    """As last measured: the median in microseconds, and how many times faster than the source it was beside it."""

    median: float
    speedup: float | None = None


@dataclass(slots=True, eq=False)
class Variant:
    """A result of Quantize. `path` is in the session's folder; `saved` is where the user put a copy; `calibration`
    are the samples it was made with, `data` those it was last compared on; None for generated inputs."""

    document: documents.Quantization
    plan: Plan
    path: Path
    saved: Path | None = None
    calibration: Samples | None = None
    data: Samples | None = None
    comparison: documents.Comparison | None = None
    sensitivity: Sensitivity | None = None
    values: dict[Key, TensorComparison] = field(default_factory=dict)
    latency: Latency | None = None

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of another kind that a model was made of; `changed` is when that was last changed, in nanoseconds."""

    path: Path
    conversion: Conversion
    changed: int


@dataclass(slots=True, eq=False)
class Model:
    """An open source file. `plan` is None until the engine has read it, `origin` where it wasn't converted here,
    `metric` where the user has none of their own."""

    path: Path
    origin: Origin | None = None
    plan: Plan | None = None
    latency: Latency | None = None
    metric: Metric | None = None
    variants: list[Variant] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Selection:
    """What the window shows: a model's source, or one of its variants."""

    model: Model
    variant: Variant | None = None

    @property
    def plan(self) -> Plan | None:
        return self.variant.plan if self.variant is not None else self.model.plan


class Library(QObject):
    """The open models. Every change is told by exactly one signal, after it has happened."""

    model_added = Signal(object)
    model_removed = Signal(object)
    plan_changed = Signal(object)
    latency_changed = Signal(object)
    origin_changed = Signal(object)
    variant_added = Signal(object, object)
    variant_changed = Signal(object, object)
    variant_removed = Signal(object, object)
    selection_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.models: list[Model] = []
        self.selection: Selection | None = None

    def find(self, path: Path) -> Model | None:
        return next((model for model in self.models if model.path == path), None)

    def open(self, path: Path) -> Model:
        """Adds and selects the model at `path`; one that is open already is only selected."""
        model = self.find(path)
        if model is None:
            model = Model(path)
            self.models.append(model)
            self.model_added.emit(model)
        self.select(Selection(model))
        return model

    def close(self, model: Model) -> None:
        place = self.models.index(model)
        self.models.remove(model)
        if self.selection is not None and self.selection.model is model:
            neighbours = self.models[place : place + 1] or self.models[place - 1 : place]
            self.select(Selection(neighbours[0]) if neighbours else None)
        self.model_removed.emit(model)

    def set_origin(self, model: Model, origin: Origin) -> None:
        """Notes what a model was made of, and says so."""
        model.origin = origin
        self.origin_changed.emit(model)

    def set_plan(self, model: Model, plan: Plan) -> None:
        model.plan = plan
        self.plan_changed.emit(model)

    def add_variant(self, model: Model, variant: Variant) -> None:
        model.variants.append(variant)
        self.variant_added.emit(model, variant)

    def change_variant(self, model: Model, variant: Variant) -> None:
        """Says that `variant` was saved or compared."""
        self.variant_changed.emit(model, variant)

    def set_latency(self, selection: Selection, median: float, speedup: float | None) -> None:
        """Notes what was measured, and says so."""
        latency = Latency(median, speedup)
        if selection.variant is not None:
            selection.variant.latency = latency
            self.variant_changed.emit(selection.model, selection.variant)
        else:
            selection.model.latency = latency
            self.latency_changed.emit(selection.model)

    def remove_variant(self, model: Model, variant: Variant) -> None:
        model.variants.remove(variant)
        if self.selection is not None and self.selection.variant is variant:
            self.select(Selection(model))
        self.variant_removed.emit(model, variant)

    def select(self, selection: Selection | None) -> None:
        if selection != self.selection:
            self.selection = selection
            self.selection_changed.emit(selection)

    def unsaved(self, model: Model | None = None) -> list[Variant]:
        """Variants that exist only in the session's folder, of one model or of all."""
        models = self.models if model is None else [model]
        return [variant for each in models for variant in each.variants if variant.saved is None]
