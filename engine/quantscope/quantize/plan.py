"""Planning: one decision with its reason for every operator, before anything is converted.

`make_plan` looks at each operator alone first (`_draft`), then settles what operators that share a weight can agree on
(`_settle`), and last predicts the delegate's partitions of the graph as it would be written.
"""

import contextlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from quantscope.errors import ModelUnsupportedError
from quantscope.model.graph import Model, Operator, Subgraph, Tensor
from quantscope.model.options import OptionsReader
from quantscope.quantize.kernels import CONTROL_FLOW, DATA_MOVEMENT, FACTS, Inputs, Options, WeightFacts
from quantscope.quantize.precision import EIGHT_BIT, Precision
from quantscope.quantize.reasons import Reason, ReasonCode
from quantscope.quantize.recipe import Recipe, Weights
from quantscope.quantize.targets import Target
from quantscope.quantize.weights import fits_float16, one_scale_loss_db, per_tensor_error_db

# Below this signal to noise ratio of a recurrent weight's rows under one scale, the errors that add up over the steps
# ruin the result. Measured: resemblyzer's first LSTM has a weight of 13.6 dB; with it hybrid, speaker accuracy is .74,
# with it stored by rows 1.00, while its other two (from 26.7 dB up) and fsdd_lstm's (from 35.0 dB up) do no harm when
# hybrid.
COARSEST_RECURRENT_DB: Final = 20.0
# In a recurrent operator that is only stored in 8 bits, smaller vectors are left in float: they'd gain nothing.
SMALLEST_STORED: Final = 256
# In a table with shorter rows the scales take more than 4 % of its float size. One scale does for all rows unless it
# costs more than a bit (6 dB).
SHORTEST_SCALED_ROW: Final = 300
ONE_SCALE_LOSS_DB: Final = 6.0
# A float32 scale and an int64 zero point.
SCALE_BYTES: Final = 12
# DENSIFY and DEQUANTIZE between a constant and its user; more than both only a broken model has, or one that goes in
# circles.
LONGEST_CHAIN: Final = 4


@dataclass(frozen=True, slots=True)
class Storage:
    """How a weight is stored: schema data type and, for int8, the axis that has its own scales (None: one scale)."""

    dtype: str
    axis: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for one operator, and why.

    `stored` says for each input that is to be stored small how; `direct` tells whether the kernel reads the stored
    values itself (else a DEQUANTIZE stands in front), `lookup` that a GATHER becomes an EMBEDDING_LOOKUP. `fallback`:
    it runs in float although the recipe asked for less.
    """

    operator: int
    precision: Precision
    reason: Reason
    stored: Mapping[int, Storage]
    direct: bool = False
    lookup: bool = False
    fallback: bool = False


@dataclass(frozen=True)
class Plan:
    """What `apply` will do: decisions[subgraph][operator], and how each weight buffer is stored."""

    model: Model
    recipe: Recipe
    target: Target
    decisions: tuple[tuple[Decision, ...], ...]
    storage: Mapping[int, Storage]

    @cached_property
    def changes_anything(self) -> bool:
        """False if the model would come out as it is."""
        return bool(self.storage)


def make_plan(model: Model, recipe: Recipe, target: Target) -> Plan:
    """Decides for every operator of `model`; reads no weights but those of recurrent operators and float16 ranges."""
    planner = _Planner(model, recipe, target)
    decisions, storage = planner.settled()
    return Plan(model, recipe, target, decisions, storage)


@dataclass(frozen=True, slots=True)
class _Use:
    """An operator's input that reads a weight."""

    subgraph: int
    operator: int
    input: int


class _Planner:
    def __init__(self, model: Model, recipe: Recipe, target: Target) -> None:
        self.model = model
        self.recipe = recipe
        self.target = target
        self.options = OptionsReader(model)
        self.uses = self._uses()
        self.pinned = self._pinned()
        self.coarseness: dict[int, float] = {}
        self.producers: dict[int, dict[int, Operator]] = {}

    # What reads what ------------------------------------------------------------------------------------------------

    def _is_weight(self, tensor: Tensor | None) -> bool:
        return (
            tensor is not None
            and tensor.dtype == "FLOAT32"
            and not tensor.sparse
            and not tensor.variable
            and self.model.is_constant(tensor)
        )

    def _uses(self) -> Mapping[int, list[_Use]]:
        """All uses of each float constant's buffer."""
        uses: dict[int, list[_Use]] = defaultdict(list)
        for subgraph in self.model.subgraphs:
            for operator in subgraph.operators:
                for position, tensor in enumerate(subgraph.inputs_of(operator)):
                    if tensor is not None and self._is_weight(tensor):
                        uses[tensor.buffer].append(_Use(subgraph.index, operator.index, position))
        return uses

    def _pinned(self) -> Mapping[int, str]:
        """Buffers that must stay float, with who else needs them: what leaves a subgraph, or has two shapes or
        types."""
        pinned: dict[int, str] = {}
        shapes: dict[int, tuple[tuple[int, ...], str]] = {}
        for buffer in self.model.metadata_buffers | set(self.model.metadata.values()):
            pinned[buffer] = "the model's metadata"
        for subgraph in self.model.subgraphs:
            for index in (*subgraph.outputs, *subgraph.inputs):
                pinned[subgraph.tensors[index].buffer] = "a model output"
            for operator in subgraph.operators:
                if operator.type in CONTROL_FLOW or operator.custom:
                    for tensor in subgraph.inputs_of(operator):
                        if tensor is not None:
                            pinned[tensor.buffer] = operator.type
            for tensor in subgraph.tensors:
                if self.model.is_constant(tensor):
                    form = shapes.setdefault(tensor.buffer, (tensor.shape, tensor.dtype))
                    if form != (tensor.shape, tensor.dtype) or tensor.variable:
                        pinned[tensor.buffer] = "a tensor of another shape"
        return pinned

    # Sharing --------------------------------------------------------------------------------------------------------

    def settled(self) -> tuple[tuple[tuple[Decision, ...], ...], Mapping[int, Storage]]:
        """Decisions on which all users of every weight agree."""
        decisions = [
            [self._draft(subgraph, operator) for operator in subgraph.operators] for subgraph in self.model.subgraphs
        ]
        while True:
            storage = self._chosen(decisions)
            changed = False
            for buffer, form in storage.items():
                for use in self.uses[buffer]:
                    before = decisions[use.subgraph][use.operator]
                    after = self._conforming(before, use, form, buffer)
                    if after != before:
                        decisions[use.subgraph][use.operator] = after
                        changed = True
            if not changed:
                return tuple(tuple(row) for row in decisions), storage

    def _chosen(self, decisions: list[list[Decision]]) -> Mapping[int, Storage]:
        """The storage of each weight: what a kernel reads directly comes first, for the others can dequantize."""
        storage: dict[int, Storage] = {}
        for buffer, uses in self.uses.items():
            wishes = [
                (not decision.direct, decision.stored[use.input])
                for use in uses
                if use.input in (decision := decisions[use.subgraph][use.operator]).stored
            ]
            if wishes:
                storage[buffer] = min(wishes, key=lambda wish: wish[0])[1]
        return storage

    def _conforming(self, decision: Decision, use: _Use, form: Storage, buffer: int) -> Decision:
        """The decision, changed if its operator can't read the weight directly in the form it is stored in."""
        if decision.stored.get(use.input) == form:
            return decision
        other = next((other for other in self.uses[buffer] if other != use), None)
        if decision.lookup and form.dtype == "INT8" and form.axis in (0, None):
            return replace(decision, stored={**decision.stored, use.input: form})
        reason = decision.reason
        if decision.stored.get(use.input) is None or decision.direct:
            reason = Reason(ReasonCode.SHARED_WEIGHT, {"other": self._name(other) if other else "another tensor"})
        precision = Precision.FLOAT16 if form.dtype == "FLOAT16" else Precision.WEIGHT_ONLY_INT8
        return replace(
            decision,
            precision=Precision.NONE if decision.precision is Precision.NONE else precision,
            reason=reason,
            stored={**decision.stored, use.input: form},
            direct=False,
            lookup=False,
            fallback=decision.fallback or decision.direct,
        )

    def _name(self, use: _Use) -> str:
        return f"{self.model.subgraphs[use.subgraph].operators[use.operator].type} #{use.operator}"

    # One operator ---------------------------------------------------------------------------------------------------

    def _draft(self, subgraph: Subgraph, operator: Operator) -> Decision:
        if operator.type in CONTROL_FLOW:
            return _keep(operator, ReasonCode.CONTROL_FLOW, precision=Precision.NONE)
        if operator.custom:
            return _keep(operator, ReasonCode.CUSTOM_OPERATOR)
        inputs = subgraph.inputs_of(operator)
        present = self.precision_now(subgraph, operator)
        facts = FACTS.get(operator.type)
        if facts is not None and not _complete(facts, inputs, operator):
            facts = None
        if present not in (Precision.FLOAT32, Precision.NONE):
            return _keep(operator, self._why_already(subgraph, facts, inputs, present), precision=present)
        if facts is None or not self._asked(facts, inputs):
            if self.recipe.weights is Weights.FLOAT16 and present is Precision.FLOAT32:
                return self._float16(operator, inputs, range(len(inputs)))
            if present is Precision.NONE:
                return _keep(operator, ReasonCode.DATA_MOVEMENT, precision=Precision.NONE)
            return _keep(operator, ReasonCode.NOT_REQUESTED, {"recipe": self.recipe.name})
        if self.recipe.weights is Weights.FLOAT16:
            return self._float16(operator, inputs, range(len(inputs)))
        return self._int8(subgraph, operator, facts, inputs)

    def _why_already(
        self, subgraph: Subgraph, facts: WeightFacts | None, inputs: Inputs, present: Precision
    ) -> ReasonCode:
        """Why an operator that isn't float32 in the source stays as it is."""
        places = [tensor for at in (facts.weights if facts else ()) if at < len(inputs) and (tensor := inputs[at])]
        if any(self._sparse(subgraph, tensor) for tensor in places):
            return ReasonCode.SPARSE_WEIGHT
        return ReasonCode.FLOAT16_SOURCE if present is Precision.FLOAT16 else ReasonCode.ALREADY_QUANTIZED

    def _asked(self, facts: WeightFacts, inputs: Inputs) -> bool:
        """True if the recipe speaks of this operator: it has something in a weight's place."""
        operands = [at for at in (*facts.weights, *facts.only_stored) if at < len(inputs)]
        places = [tensor for at in operands if (tensor := inputs[at]) is not None]
        return any(self.model.is_constant(tensor) for tensor in places) if facts.optional else bool(places)

    def _int8(self, subgraph: Subgraph, operator: Operator, facts: WeightFacts, inputs: Inputs) -> Decision:
        places = [at for at in facts.weights if at < len(inputs) and inputs[at] is not None]
        if others := [at for at in facts.only_stored if self._is_weight(inputs[at])]:
            places = [at for at in places if self._is_weight(inputs[at])] or others
        weights = {at: tensor for at in places if (tensor := inputs[at]) is not None and self._is_weight(tensor)}
        if any(self._sparse(subgraph, tensor) for at in places if (tensor := inputs[at]) is not None):
            return _keep(operator, ReasonCode.SPARSE_WEIGHT, fallback=True)
        if len(weights) < len(places):
            code = ReasonCode.RECURRENT_INCOMPLETE if weights else ReasonCode.WEIGHT_NOT_CONSTANT
            return _keep(operator, code, fallback=True)
        if pins := [self.pinned[tensor.buffer] for tensor in weights.values() if tensor.buffer in self.pinned]:
            return _keep(operator, ReasonCode.SHARED_WEIGHT, {"other": pins[0]}, fallback=True)
        elements = sum(tensor.elements for tensor in weights.values())
        if elements < self.recipe.minimum_elements:
            sizes: dict[str, str | int] = {
                "elements": elements,
                "minimum": self.recipe.minimum_elements,
                "bytes": 3 * elements,
            }
            return _keep(operator, ReasonCode.TOO_FEW_ELEMENTS, sizes)
        activation = inputs[facts.activation]
        if activation is not None and not facts.lookup and activation.dtype != "FLOAT32":
            return _keep(operator, ReasonCode.NOT_FLOAT, fallback=True)
        options = self.options.scalars(operator)
        if facts.lookup:
            decision = self._lookup(subgraph, operator, facts, inputs, options)
        else:
            obstacle = self._obstacle(subgraph, operator, facts, inputs, options, weights)
            if obstacle is None:
                axis = {at: None if facts.axis is None else facts.axis % len(weights[at].shape) for at in weights}
                stored = {at: Storage("INT8", axis[at]) for at in weights}
                reason = Reason(ReasonCode.HYBRID_KERNEL, {"target": self.target.short})
                decision = Decision(operator.index, Precision.HYBRID_INT8, reason, stored, direct=True)
            else:
                decision = self._weight_only(operator, facts, weights, obstacle)
        if decision.stored and all(_shrinks(weights[at], form) for at, form in decision.stored.items()):
            return decision
        return _keep(operator, ReasonCode.NOT_SMALLER, fallback=True)

    def _obstacle(
        self,
        subgraph: Subgraph,
        operator: Operator,
        facts: WeightFacts,
        inputs: Inputs,
        options: Options,
        weights: Mapping[int, Tensor],
    ) -> Reason | None:
        """Why the operator had better not, or can't, run in 8 bits on the target; None if it should."""
        what = facts.unsound(inputs, options)
        if not weights.keys() <= {*facts.weights}:
            what = "constant on the left"
        arguments: dict[str, str | int] = {"target": self.target.short, "operator": operator.type}
        if what is not None:
            return Reason(ReasonCode.NO_QUANTIZED_KERNEL, {**arguments, "what": what})
        if operator.type not in self.target.hybrid:
            return Reason(ReasonCode.HOLDS_PARTITION, arguments)
        if facts.all_or_none:
            decibel = self._coarsest(weights.values())
            if decibel < COARSEST_RECURRENT_DB:
                return Reason(ReasonCode.PER_TENSOR_TOO_COARSE, {**arguments, "decibel": round(decibel)})
            return None
        cost = self.target.hybrid_cost.get(operator.type)
        if cost is not None:
            (weight,) = weights.values()
            activation, output = inputs[facts.activation], subgraph.outputs_of(operator)[0]
            if activation is not None:
                depth, rows = _work(operator.type, weight, activation, output)
                if not cost.pays(depth, rows, activation.elements, max(1, output.elements)):
                    return Reason(ReasonCode.HYBRID_NOT_FASTER, _cost_arguments(depth, activation, output))
        return None

    def _weight_only(
        self, operator: Operator, facts: WeightFacts, weights: Mapping[int, Tensor], reason: Reason
    ) -> Decision:
        stored = {
            at: Storage("INT8", facts.storage_axis % len(tensor.shape))
            for at, tensor in weights.items()
            if not facts.all_or_none or (len(tensor.shape) > 1 and tensor.elements >= SMALLEST_STORED)
        }
        return Decision(operator.index, Precision.WEIGHT_ONLY_INT8, reason, stored, fallback=True)

    def _lookup(
        self, subgraph: Subgraph, operator: Operator, facts: WeightFacts, inputs: Inputs, options: Options
    ) -> Decision:
        (at,) = facts.weights
        table, output = inputs[at], subgraph.outputs_of(operator)[0]
        assert table is not None
        stored = {at: Storage("INT8", self._table_axis(table))}
        reason = Reason(ReasonCode.INT8_LOOKUP)
        if operator.type == "EMBEDDING_LOOKUP":
            return Decision(operator.index, Precision.HYBRID_INT8, reason, stored, direct=True, lookup=True)
        indices = inputs[1]
        rows_first = options.get("Axis", 0) == 0 and options.get("BatchDims", 0) == 0 and len(table.shape) > 1
        known = indices is not None and output.shape.count(-1) <= 1 and indices.shape.count(-1) <= 1
        countable = indices is not None and indices.elements < 2**31
        if rows_first and known and countable and indices is not None and indices.dtype in ("INT32", "INT64"):
            return Decision(operator.index, Precision.HYBRID_INT8, reason, stored, direct=True, lookup=True)
        arguments: dict[str, str | int] = {
            "target": self.target.short,
            "operator": operator.type,
            "what": "indices along another axis than the rows",
        }
        why = Reason(ReasonCode.NO_QUANTIZED_KERNEL, arguments) if not rows_first else Reason(ReasonCode.DYNAMIC_SHAPE)
        return Decision(operator.index, Precision.WEIGHT_ONLY_INT8, why, stored, fallback=True)

    def _table_axis(self, table: Tensor) -> int | None:
        """0 for a scale for each row of a lookup table, None for one scale where rows are too short to be worth their
        own."""
        width = table.elements // max(1, table.shape[0])
        if width >= SHORTEST_SCALED_ROW or len(self.uses[table.buffer]) > 1:
            return 0
        if table.buffer not in self.coarseness:
            self.coarseness[table.buffer] = one_scale_loss_db(self.model.values(table).reshape(-1, max(1, width)))
            self.model.forget(table.buffer)
        return 0 if self.coarseness[table.buffer] > ONE_SCALE_LOSS_DB else None

    def _float16(self, operator: Operator, inputs: Inputs, places: Iterable[int]) -> Decision:
        """Every float constant of some size in 16 bits."""
        constants = {at: tensor for at in places if (tensor := inputs[at]) is not None and self._is_weight(tensor)}
        free = {at: tensor for at, tensor in constants.items() if tensor.buffer not in self.pinned}
        large = {at: tensor for at, tensor in free.items() if tensor.elements >= self.recipe.minimum_elements}
        fitting = {at for at, tensor in large.items() if fits_float16(self.model.values(tensor))}
        if fitting:
            stored = {at: Storage("FLOAT16", None) for at in fitting}
            return Decision(operator.index, Precision.FLOAT16, Reason(ReasonCode.FLOAT16_WEIGHTS), stored)
        if large:
            return _keep(operator, ReasonCode.OUT_OF_FLOAT16_RANGE, fallback=True)
        if len(free) < len(constants):
            pin = next(self.pinned[tensor.buffer] for at, tensor in constants.items() if at not in free)
            return _keep(operator, ReasonCode.SHARED_WEIGHT, {"other": pin}, fallback=True)
        if free:
            elements = max(tensor.elements for tensor in free.values())
            sizes: dict[str, str | int] = {
                "elements": elements,
                "minimum": self.recipe.minimum_elements,
                "bytes": 2 * elements,
            }
            return _keep(operator, ReasonCode.TOO_FEW_ELEMENTS, sizes)
        return _keep(operator, ReasonCode.NOT_REQUESTED, {"recipe": self.recipe.name})

    def _coarsest(self, weights: Iterable[Tensor]) -> float:
        """The worst signal to noise ratio in dB among matrices stored with one scale each."""
        worst = math.inf
        for tensor in weights:
            if len(tensor.shape) > 1:
                if tensor.buffer not in self.coarseness:
                    # Of infinite or NaN weights, applying the plan will complain.
                    with contextlib.suppress(ModelUnsupportedError):
                        values = self.model.values(tensor)
                        self.coarseness[tensor.buffer] = per_tensor_error_db(values, tensor.name)
                        self.model.forget(tensor.buffer)
                worst = min(worst, self.coarseness.get(tensor.buffer, math.inf))
        return worst

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
        behind = {self._origin(subgraph, tensor).dtype for tensor in places if tensor is not None} & _WEIGHT_ONLY.keys()
        if behind:
            return _WEIGHT_ONLY[min(behind)]
        if operator.type in DATA_MOVEMENT or "FLOAT32" not in kinds:
            return Precision.NONE
        return Precision.FLOAT32

    def _origin(self, subgraph: Subgraph, tensor: Tensor) -> Tensor:
        """The constant that DEQUANTIZE and DENSIFY in the source turn into `tensor`; `tensor` itself if there is
        none."""
        origin = tensor
        for _ in range(LONGEST_CHAIN):
            producer = self._producers(subgraph).get(origin.index)
            if producer is None or producer.type not in ("DEQUANTIZE", "DENSIFY"):
                break
            (source, *_) = (*subgraph.inputs_of(producer), None)
            if source is None:
                break
            origin = source
        return origin if self.model.is_constant(origin) else tensor

    def _sparse(self, subgraph: Subgraph, tensor: Tensor) -> bool:
        return self._origin(subgraph, tensor).sparse

    def _producers(self, subgraph: Subgraph) -> Mapping[int, Operator]:
        """The operator that makes each tensor."""
        if subgraph.index not in self.producers:
            self.producers[subgraph.index] = {
                output: operator for operator in subgraph.operators for output in operator.outputs
            }
        return self.producers[subgraph.index]


_WEIGHT_ONLY: Final = {
    "FLOAT16": Precision.FLOAT16,
    "INT4": Precision.WEIGHT_ONLY_INT4,
    "INT8": Precision.WEIGHT_ONLY_INT8,
}


def _keep(
    operator: Operator,
    code: ReasonCode,
    arguments: Mapping[str, str | int] | None = None,
    precision: Precision = Precision.FLOAT32,
    fallback: bool = False,
) -> Decision:
    """The operator stays as it is."""
    return Decision(operator.index, precision, Reason(code, arguments or {}), {}, fallback=fallback)


def _complete(facts: WeightFacts, inputs: Inputs, operator: Operator) -> bool:
    """False for an operator of a broken model, without what all its kernels need."""
    if len(inputs) <= max(1, facts.activation) or not operator.outputs:
        return False
    needed = (inputs[facts.activation], inputs[facts.weights[0]], inputs[0])
    return all(tensor is None or tensor.shape for tensor in needed) and operator.outputs[0] >= 0


def _shrinks(weight: Tensor, form: Storage) -> bool:
    """True if the weight takes less room in this form, scales included, than in float32."""
    scales = 1 if form.axis is None else weight.shape[form.axis]
    return weight.elements + SCALE_BYTES * scales < 4 * weight.elements


def _cost_arguments(depth: int, activation: Tensor, output: Tensor) -> Mapping[str, str | int]:
    return {"depth": depth, "outputs": output.elements, "inputs": activation.elements}


def _work(kind: str, weight: Tensor, activation: Tensor, output: Tensor) -> tuple[int, int]:
    """Products summed for each output element, and rows of the matrix product that the operator comes down to."""
    if kind in ("CONV_2D", "FULLY_CONNECTED"):
        columns = weight.shape[0]
        return weight.elements // max(1, columns), output.elements // max(1, columns)
    if kind == "TRANSPOSE_CONV":
        rows = activation.elements // max(1, weight.shape[-1])
        return weight.elements * rows // max(1, output.elements), rows
    depth = activation.shape[-1] if activation.shape else 1
    return depth, activation.elements // max(1, depth)


def runs_in_eight_bits(decision: Decision) -> bool:
    """True if the operator's arithmetic runs in 8 (or fewer) bits."""
    return decision.precision in EIGHT_BIT
