"""One operator in full, as a document: attributes, operands with their scales, weights before and after quantizing."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from quantscope import documents
from quantscope.documents.details import Details, Form, Histogram, Scales, TensorDetails
from quantscope.documents.planned import Planned
from quantscope.errors import ModelUnsupportedError, UsageError
from quantscope.inspection import Inspector
from quantscope.model.attributes import attributes
from quantscope.model.edit import Blocks, ModelEdit, TensorEdit
from quantscope.model.graph import Model, Tensor
from quantscope.model.values import Affine, Floats, readable, real
from quantscope.progress import Progress, part, silent
from quantscope.quantize.halves import half_weights
from quantscope.quantize.plan import Plan
from quantscope.quantize.rewrite import rewrite

BINS: Final = 64


def details(
    plan: Plan, inspector: Inspector, planned: Planned, subgraph: int, operator: int, progress: Progress = silent
) -> Details:
    """Everything about one operator under `plan`, of which `planned` is the document that `inspector` made.

    Weights are quantized as `apply` would do it. Raises UsageError if there is no such operator, CancelledError when
    `progress` asks to stop.
    """
    subgraphs = plan.model.subgraphs
    if not 0 <= subgraph < len(subgraphs) or not 0 <= operator < len(subgraphs[subgraph].operators):
        raise UsageError(
            f"The model has no operator {operator} in subgraph {subgraph}.", "'quantscope inspect' lists what there is."
        )
    graph = subgraphs[subgraph]
    source = graph.operators[operator]
    shown = inspector.operator(plan, planned, subgraph, operator)
    change = rewrite(plan, plan.model.forget)
    halves = half_weights(plan.model, graph)  # shown in the place of what is unpacked from them
    places = (*source.inputs, *source.outputs)
    found = []
    for at, (index, document) in enumerate(zip(places, (*shown.inputs, *shown.outputs), strict=True)):
        step = part(progress, at / len(places), (at + 1) / len(places))
        found.append(
            _Operand(plan.model, change, subgraph, halves.get(index, graph.tensors[index]), step).document(
                document if index not in halves else replace(document, constant=True, dtype="float16")
            )
            if index >= 0
            else TensorDetails(tensor=document, now=Form(dtype="", bytes=None))
        )
    return Details(
        model=planned.model,
        recipe=planned.recipe,
        target=planned.target,
        subgraph=subgraph,
        operator=shown,
        attributes=attributes(plan.model, source),
        inputs=tuple(found[: len(source.inputs)]),
        outputs=tuple(found[len(source.inputs) :]),
    )


class _Bins:
    """Counts finite values in equal parts of a range."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        self.counts = np.zeros(BINS, np.int64)

    def add(self, values: Floats) -> None:
        width = self.high - self.low
        places = (values[np.isfinite(values)] - self.low) * (BINS / width if width > 0 else 0.0)
        self.counts += np.bincount(np.clip(places, 0, BINS - 1).astype(np.int64), minlength=BINS)

    def document(self) -> Histogram:
        return Histogram(low=self.low, high=self.high, counts=tuple(self.counts.tolist()))


@dataclass(frozen=True, slots=True)
class _Operand:
    """One operand of the operator, now and after `change`."""

    model: Model
    change: ModelEdit
    subgraph: int
    tensor: Tensor
    progress: Progress

    def document(self, shown: documents.Tensor) -> TensorDetails:
        tensor = self.tensor
        affine = Affine.of(tensor.quantization, tensor.shape) if tensor.quantization is not None else None
        now = Form(
            dtype=shown.dtype,
            bytes=self.model.buffers[tensor.buffer].size if shown.constant else None,
            scales=_scales(affine),
        )
        if not shown.constant or tensor.sparse or not readable(tensor.dtype):
            return TensorDetails(tensor=shown, now=now)
        blocks = partial(real, self.model.raw(tensor.buffer), tensor.dtype, tensor.shape, affine)
        low, high = _range(blocks(), part(self.progress, 0.0, 0.2), tensor.elements)
        bins = _Bins(low, high)
        planned, problem = None, None
        try:
            planned = self._planned()
        except ModelUnsupportedError as refusal:
            problem = str(refusal)
        if planned is None:
            for block in self._watched(blocks()):
                bins.add(block)
            return TensorDetails(tensor=shown, now=replace(now, histogram=bins.document()), problem=problem)
        after = _Bins(low, high)
        error = _Error()
        for block, rounded in zip(self._watched(blocks()), planned.blocks(tensor.shape), strict=True):
            bins.add(block)
            after.add(rounded)
            error.add(block, rounded)
        return TensorDetails(
            tensor=shown,
            now=replace(now, histogram=bins.document()),
            planned=planned.form(after.document()),
            sqnr_db=error.decibel,
        )

    def _watched(self, blocks: Iterator[Floats]) -> Iterator[Floats]:
        done = 0
        for block in blocks:
            yield block
            done += block.size
            self.progress(0.4 + 0.6 * done / max(1, self.tensor.elements), "Counting values")

    def _planned(self) -> "_Planned | None":
        """The weight as it will be written; None where it stays as it is."""
        graph = self.change.subgraphs.get(self.subgraph)
        changed = graph.tensors.get(self.tensor.index) if graph is not None else None
        if changed is None or changed.buffer not in self.change.buffers:
            return None
        pieces = []
        size = max(1, self.change.buffers[changed.buffer].size)
        done = 0
        for piece in self.change.buffers[changed.buffer].chunks():
            pieces.append(piece)
            done += piece.size
            self.progress(0.2 + 0.2 * done / size, "Quantizing weights")
        return _Planned(changed, np.concatenate(pieces))


@dataclass(frozen=True, slots=True)
class _Planned:
    """A weight as it will be written."""

    edit: TensorEdit
    raw: npt.NDArray[np.uint8]

    @property
    def affine(self) -> Affine | None:
        scales = self.edit.scales
        if scales is None:
            return None
        values = scales.values.reshape(-1).astype(np.float64)
        if isinstance(scales, Blocks):
            return Affine(values, np.zeros_like(values), None, scales.size)
        return Affine(values, np.zeros_like(values), scales.axis if values.size > 1 else None)

    def blocks(self, shape: tuple[int, ...]) -> Iterator[Floats]:
        return real(self.raw, self.edit.dtype, shape, self.affine)

    def form(self, histogram: Histogram) -> Form:
        return Form(
            dtype=self.edit.dtype.lower(), bytes=self.raw.size, scales=_scales(self.affine), histogram=histogram
        )


class _Error:
    """Adds up signal and noise."""

    def __init__(self) -> None:
        self.signal = self.noise = 0.0

    def add(self, values: Floats, rounded: Floats) -> None:
        self.signal += float(np.vdot(values, values))
        difference = values - rounded
        self.noise += float(np.vdot(difference, difference))

    @property
    def decibel(self) -> float | None:
        """Signal to noise ratio in dB; None where there is no noise or no signal."""
        found = 10 * np.log10(self.signal / self.noise) if self.signal > 0 and self.noise > 0 else np.nan
        return float(found) if np.isfinite(found) else None


def _range(blocks: Iterator[Floats], progress: Progress, elements: int) -> tuple[float, float]:
    """Least and largest finite value; zeros where there is none."""
    low, high, done = np.inf, -np.inf, 0
    for block in blocks:
        finite = block[np.isfinite(block)]
        low, high = min(low, finite.min(initial=np.inf)), max(high, finite.max(initial=-np.inf))
        done += block.size
        progress(done / max(1, elements), "Counting values")
    return (float(low), float(high)) if low <= high else (0.0, 0.0)


def _scales(affine: Affine | None) -> Scales | None:
    if affine is None:
        return None
    zeros = affine.zero_points.astype(np.int64)
    same = zeros.size > 0 and bool(np.all(zeros == zeros[0]))
    return Scales(
        values=tuple(affine.scales.tolist()),
        zero_points=tuple(zeros[:1].tolist() if same else zeros.tolist()),
        axis=affine.axis,
        block=affine.block or None,
    )
