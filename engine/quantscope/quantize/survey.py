"""What a model is before anything is asked of it: what reads which weight, what must stay, what is small already.

Nothing here depends on a recipe or a target, so one survey serves any number of plans; what is costly to know (the
weights' own errors) is worked out when first asked for and kept.
"""

import contextlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from quantscope.errors import ModelUnsupportedError
from quantscope.model.graph import Model, Operator, Subgraph, Tensor
from quantscope.model.options import OptionsReader
from quantscope.precision import Precision
from quantscope.quantize.decision import Storage
from quantscope.quantize.halves import half_weights, unpacked_view
from quantscope.quantize.kernels import CONTROL_FLOW, DATA_MOVEMENT, FACTS, Inputs, Options
from quantscope.quantize.stored import relative_noise
from quantscope.quantize.weights import Floats, fits_float16, one_scale_loss_db, per_tensor_error_db

# DENSIFY and DEQUANTIZE between a constant and its user; more than both only a broken model has, or one that goes in
# circles.
LONGEST_CHAIN: Final = 4

_WEIGHT_ONLY: Final = {
    "FLOAT16": Precision.FLOAT16,
    "INT4": Precision.WEIGHT_ONLY_INT4,
    "INT8": Precision.WEIGHT_ONLY_INT8,
}


@dataclass(frozen=True, slots=True)
class Use:
    """An operator's input that reads a weight."""

    subgraph: int
    operator: int
    input: int


class Survey:
    """Facts about one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._options = OptionsReader(model)
        self._known_options: dict[int, Options] = {}
        self._per_tensor_db: dict[int, float] = {}
        self._one_scale_loss_db: dict[int, float] = {}
        self._noise: dict[tuple[int, Storage], float] = {}
        self._fits_float16: dict[int, bool] = {}
        self._producers: dict[int, Mapping[int, Operator]] = {}
        self._halves = tuple(half_weights(model, subgraph) for subgraph in model.subgraphs)
        self._half_buffers = {constant.buffer for halves in self._halves for constant in halves.values()}

    def options(self, operator: Operator) -> Options:
        """The operator's scalar options by their schema names."""
        if operator.position not in self._known_options:
            self._known_options[operator.position] = self._options.scalars(operator)
        return self._known_options[operator.position]

    def operands(self, subgraph: Subgraph, operator: Operator) -> Inputs:
        """The operator's inputs, and in the place of what is unpacked from float16 the constant it is unpacked from."""
        halves = self._halves[subgraph.index]
        inputs = subgraph.inputs_of(operator)
        if not halves:
            return inputs
        return tuple(tensor and halves.get(tensor.index, tensor) for tensor in inputs)

    def is_weight(self, tensor: Tensor | None) -> bool:
        """True for a dense float32 constant, or one of float16 that is only ever read as float32."""
        return (
            tensor is not None
            and (tensor.dtype == "FLOAT32" or (tensor.dtype == "FLOAT16" and tensor.buffer in self._half_buffers))
            and not tensor.sparse
            and not tensor.variable
            and self.model.is_constant(tensor)
        )

    @cached_property
    def uses(self) -> Mapping[int, list[Use]]:
        """All uses of each float constant's buffer."""
        uses: dict[int, list[Use]] = defaultdict(list)
        for subgraph in self.model.subgraphs:
            for operator in subgraph.operators:
                if operator.type == "DEQUANTIZE":
                    continue  # what it unpacks is used by those that read its result
                for position, tensor in enumerate(self.operands(subgraph, operator)):
                    if tensor is not None and self.is_weight(tensor):
                        uses[tensor.buffer].append(Use(subgraph.index, operator.index, position))
        return uses

    @cached_property
    def pinned(self) -> Mapping[int, str]:
        """Buffers that must stay float, with who else needs them: what leaves a subgraph, or has two shapes or
        types."""
        pinned: dict[int, str] = {}
        shapes: dict[int, tuple[tuple[int, ...], str]] = {}
        for buffer in self.model.metadata_buffers | set(self.model.metadata.values()):
            pinned[buffer] = "the model's metadata"
        for subgraph in self.model.subgraphs:
            halves = self._halves[subgraph.index]
            for index in (*subgraph.outputs, *subgraph.inputs):
                pinned[halves.get(index, subgraph.tensors[index]).buffer] = "a model output"
            for operator in subgraph.operators:
                if operator.type in CONTROL_FLOW or operator.custom:
                    for tensor in self.operands(subgraph, operator):
                        if tensor is not None:
                            pinned[tensor.buffer] = operator.type
            for tensor in subgraph.tensors:
                if self.model.is_constant(tensor):
                    form = shapes.setdefault(tensor.buffer, (tensor.shape, tensor.dtype))
                    if form != (tensor.shape, tensor.dtype) or tensor.variable:
                        pinned[tensor.buffer] = "a tensor of another shape"
        return pinned

    def name(self, use: Use) -> str:
        """How sentences call an operator."""
        return f"{self.model.subgraphs[use.subgraph].operators[use.operator].type} #{use.operator}"

    # What the operators are now -------------------------------------------------------------------------------------

    @cached_property
    def present(self) -> tuple[tuple[Precision, ...], ...]:
        """present[subgraph][operator] is the precision that the operator has in the source model."""
        return tuple(
            tuple(self.precision_now(subgraph, operator) for operator in subgraph.operators)
            for subgraph in self.model.subgraphs
        )

    def precision_now(self, subgraph: Subgraph, operator: Operator) -> Precision:
        """The precision that the operator has in the source model."""
        inputs = [tensor for tensor in subgraph.inputs_of(operator) if tensor is not None]
        outputs = subgraph.outputs_of(operator)
        facts = FACTS.get(operator.type)
        kinds = {tensor.dtype for tensor in (*inputs, *outputs)}
        if operator.type in ("QUANTIZE", "DEQUANTIZE", "DENSIFY"):
            return Precision.NONE
        results = {tensor.dtype for tensor in outputs}
        quantized = any(tensor.quantization is not None for tensor in outputs)
        if results & {"INT8", "UINT8"} and quantized:
            return Precision.INT8
        if "INT16" in results and quantized:
            return Precision.INT16X8
        places = (
            [subgraph.inputs_of(operator)[at] for at in facts.weights if at < len(operator.inputs)] if facts else []
        )
        stored = {tensor.dtype for tensor in places if tensor is not None}
        if stored & {"INT8", "UINT8"}:
            return Precision.HYBRID_INT8
        if "INT4" in stored:
            return Precision.HYBRID_INT4
        behind = {self.origin(subgraph, tensor).dtype for tensor in places if tensor is not None} & _WEIGHT_ONLY.keys()
        if behind:
            return _WEIGHT_ONLY[min(behind)]
        if operator.type in DATA_MOVEMENT or "FLOAT32" not in kinds:
            return Precision.NONE
        return Precision.FLOAT32

    def origin(self, subgraph: Subgraph, tensor: Tensor) -> Tensor:
        """The constant that DEQUANTIZE and DENSIFY in the source turn into `tensor`; `tensor` itself if there is
        none."""
        origin = tensor
        for _ in range(LONGEST_CHAIN):
            producer = self._producers_in(subgraph).get(origin.index)
            if producer is None or producer.type not in ("DEQUANTIZE", "DENSIFY"):
                break
            (source, *_) = (*subgraph.inputs_of(producer), None)
            if source is None:
                break
            origin = source
        return origin if self.model.is_constant(origin) else tensor

    def is_sparse(self, subgraph: Subgraph, tensor: Tensor) -> bool:
        """True if the tensor's values are stored sparse."""
        return self.origin(subgraph, tensor).sparse

    def _producers_in(self, subgraph: Subgraph) -> Mapping[int, Operator]:
        """The operator that makes each tensor."""
        if subgraph.index not in self._producers:
            self._producers[subgraph.index] = {
                output: operator for operator in subgraph.operators for output in operator.outputs
            }
        return self._producers[subgraph.index]

    # What the weights stand -----------------------------------------------------------------------------------------

    def coarsest_db(self, weights: Iterable[Tensor], enough: float) -> float:
        """The worst signal to noise ratio in dB among matrices stored in int8 with one scale each; above `enough` not
        exactly."""
        worst = math.inf
        for tensor in weights:
            if len(tensor.shape) > 1:
                if tensor.buffer not in self._per_tensor_db:
                    # Of infinite or NaN weights, applying the plan will complain.
                    with contextlib.suppress(ModelUnsupportedError):
                        values = self._values(tensor)
                        self._per_tensor_db[tensor.buffer] = per_tensor_error_db(values, tensor.name, enough)
                        self.model.forget(tensor.buffer)
                worst = min(worst, self._per_tensor_db.get(tensor.buffer, math.inf))
        return worst

    def one_scale_loss_db(self, table: Tensor) -> float:
        """How many dB one scale for all rows of a table costs against a scale for each."""
        if table.buffer not in self._one_scale_loss_db:
            width = table.elements // max(1, table.shape[0])
            rows = self._values(table).reshape(-1, max(1, width))
            self._one_scale_loss_db[table.buffer] = one_scale_loss_db(rows)
            self.model.forget(table.buffer)
        return self._one_scale_loss_db[table.buffer]

    def noise(self, weight: Tensor, form: Storage) -> float:
        """Share of a weight's power that storing it in `form` adds as noise, estimated."""
        key = (weight.buffer, form)
        if key not in self._noise:
            self._noise[key] = 0.0
            with contextlib.suppress(ModelUnsupportedError):  # as above
                self._noise[key] = relative_noise(self._values(weight), form, weight.name)
            self.model.forget(weight.buffer)
        return self._noise[key]

    def _values(self, weight: Tensor) -> Floats:
        return self.model.values(weight).astype(np.float32, copy=False)

    def fits_float16(self, tensor: Tensor) -> bool:
        """True if float16 holds the tensor's values."""
        if tensor.buffer not in self._fits_float16:
            self._fits_float16[tensor.buffer] = fits_float16(self.model.values(tensor))
            self.model.forget(tensor.buffer)
        return self._fits_float16[tensor.buffer]


def buffer_readers(model: Model) -> Mapping[int, int]:
    """How many operands and tensors stand for each buffer, whichever is more."""
    operands: Counter[int] = Counter()
    tensors: Counter[int] = Counter()
    for source in model.subgraphs:
        subgraph, halves = unpacked_view(model, source), half_weights(model, source)
        tensors.update(tensor.buffer for tensor in subgraph.tensors)
        for operator in subgraph.operators:
            if operator.type == "DEQUANTIZE" and halves.keys() & set(operator.outputs):
                continue  # what it unpacks is read by those that read its result
            operands.update(tensor.buffer for tensor in subgraph.inputs_of(operator) if tensor is not None)
        operands.update(subgraph.tensors[index].buffer for index in subgraph.outputs)
    return {buffer: max(count, operands[buffer]) for buffer, count in tensors.items()}
