"""Deciding for one operator alone: what is asked of it, what its weights are, what the target's kernels can do.

Operators that share a weight agree on one form of it afterwards (`sharing`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from quantscope.model.graph import Operator, Subgraph, Tensor
from quantscope.precision import Precision
from quantscope.quantize.asked import Asked
from quantscope.quantize.decision import Decision, Storage, keep
from quantscope.quantize.kernels import CONTROL_FLOW, FACTS, Inputs, WeightFacts
from quantscope.quantize.reasons import Reason, ReasonCode
from quantscope.quantize.survey import Survey
from quantscope.quantize.targets import Target, Work
from quantscope.recipe import Granularity

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


@dataclass(frozen=True, slots=True)
class _Case:
    """An operator with weights, and what is asked of it. `weights` are its float constants by input."""

    subgraph: Subgraph
    operator: Operator
    facts: WeightFacts
    inputs: Inputs
    asked: Asked
    weights: Mapping[int, Tensor]

    @property
    def output(self) -> Tensor:
        return self.subgraph.tensors[self.operator.outputs[0]]


class Decider:
    """Decides for operators of one model on one target."""

    def __init__(self, survey: Survey, target: Target) -> None:
        self.survey = survey
        self.target = target

    def decide(self, subgraph: Subgraph, operator: Operator, asked: Asked) -> Decision:
        """The decision for an operator as if it shared its weights with no other."""
        if operator.type in CONTROL_FLOW:
            return keep(operator, ReasonCode.CONTROL_FLOW, precision=Precision.NONE)
        if operator.custom:
            return keep(operator, ReasonCode.CUSTOM_OPERATOR)
        inputs = subgraph.inputs_of(operator)
        present = self.survey.precision_now(subgraph, operator)
        facts = FACTS.get(operator.type)
        if facts is not None and not _complete(facts, inputs, operator):
            facts = None
        if present not in (Precision.FLOAT32, Precision.NONE):
            return keep(operator, self._why_already(subgraph, facts, inputs, present), precision=present)
        has_weights = facts is not None and self._has_weights(facts, inputs)
        if present is Precision.NONE and not has_weights:
            return keep(operator, ReasonCode.DATA_MOVEMENT, precision=Precision.NONE)
        match asked.setting.precision:
            case Precision.FLOAT32:
                return _kept_float(operator, asked)
            case Precision.INT8 | Precision.INT16X8:
                precision = asked.setting.precision.value
                return keep(operator, ReasonCode.NEEDS_CALIBRATION, {"precision": precision}, fallback=True)
            case Precision.FLOAT16:
                return self._float16(operator, inputs, asked)
        if facts is None or not has_weights:
            return keep(operator, ReasonCode.NOT_REQUESTED, {"recipe": asked.recipe})
        return self._small_weights(subgraph, operator, facts, inputs, asked)

    def _why_already(
        self, subgraph: Subgraph, facts: WeightFacts | None, inputs: Inputs, present: Precision
    ) -> ReasonCode:
        """Why an operator that isn't float32 in the source stays as it is."""
        places = [tensor for at in (facts.weights if facts else ()) if at < len(inputs) and (tensor := inputs[at])]
        if any(self.survey.is_sparse(subgraph, tensor) for tensor in places):
            return ReasonCode.SPARSE_WEIGHT
        return ReasonCode.FLOAT16_SOURCE if present is Precision.FLOAT16 else ReasonCode.ALREADY_QUANTIZED

    def _has_weights(self, facts: WeightFacts, inputs: Inputs) -> bool:
        """True if the operator has something in a weight's place."""
        operands = [at for at in (*facts.weights, *facts.only_stored) if at < len(inputs)]
        places = [tensor for at in operands if (tensor := inputs[at]) is not None]
        if facts.optional:
            return any(self.survey.model.is_constant(tensor) for tensor in places)
        return bool(places)

    # Weights in 8 bits or fewer -------------------------------------------------------------------------------------

    def _small_weights(
        self, subgraph: Subgraph, operator: Operator, facts: WeightFacts, inputs: Inputs, asked: Asked
    ) -> Decision:
        survey = self.survey
        places = [at for at in facts.weights if at < len(inputs) and inputs[at] is not None]
        if others := [at for at in facts.only_stored if survey.is_weight(inputs[at])]:
            places = [at for at in places if survey.is_weight(inputs[at])] or others
        tensors = {at: tensor for at in places if (tensor := inputs[at]) is not None}
        weights = {at: tensor for at, tensor in tensors.items() if survey.is_weight(tensor)}
        if any(survey.is_sparse(subgraph, tensor) for tensor in tensors.values()):
            return keep(operator, ReasonCode.SPARSE_WEIGHT, fallback=True)
        if len(weights) < len(places):
            code = ReasonCode.RECURRENT_INCOMPLETE if weights else ReasonCode.WEIGHT_NOT_CONSTANT
            return keep(operator, code, fallback=True)
        if pins := [survey.pinned[tensor.buffer] for tensor in weights.values() if tensor.buffer in survey.pinned]:
            return keep(operator, ReasonCode.SHARED_WEIGHT, {"other": pins[0]}, fallback=True)
        elements = sum(tensor.elements for tensor in weights.values())
        if elements < asked.setting.minimum_elements:
            return keep(operator, ReasonCode.TOO_FEW_ELEMENTS, _sizes(elements, asked, 3))
        activation = inputs[facts.activation]
        if activation is not None and not facts.lookup and activation.dtype != "FLOAT32":
            return keep(operator, ReasonCode.NOT_FLOAT, fallback=True)
        decision = self._form(_Case(subgraph, operator, facts, inputs, asked, weights))
        if decision.stored and all(form.shrinks(weights[at]) for at, form in decision.stored.items()):
            return decision
        return keep(operator, ReasonCode.NOT_SMALLER, fallback=True)

    def _form(self, case: _Case) -> Decision:
        """How the operator's weights are stored and read."""
        asked = case.asked.setting.precision
        decision = self._eight_bits(case)
        if asked in (Precision.HYBRID_INT4, Precision.WEIGHT_ONLY_INT4):
            return replace(decision, reason=Reason(ReasonCode.NO_INT4_KERNEL, self._arguments(case)))
        return decision

    def _eight_bits(self, case: _Case) -> Decision:
        asked = case.asked.setting.precision
        if asked in (Precision.WEIGHT_ONLY_INT8, Precision.WEIGHT_ONLY_INT4):
            if case.facts.lookup:
                return self._lookup(case)
            return self._weight_only(case, Reason(ReasonCode.WEIGHT_ONLY), fallback=False)
        if case.facts.lookup:
            return self._lookup(case)
        obstacle = self._obstacle(case)
        if obstacle is not None:
            return self._weight_only(case, obstacle, fallback=True)
        axis = case.facts.axis
        stored = {
            at: Storage("INT8", None if axis is None else axis % len(tensor.shape))
            for at, tensor in case.weights.items()
        }
        reason = Reason(ReasonCode.HYBRID_KERNEL, {"target": self.target.short})
        return Decision(case.operator.index, Precision.HYBRID_INT8, reason, stored, direct=True)

    def _obstacle(self, case: _Case) -> Reason | None:
        """Why the operator had better not, or can't, run in 8 bits on the target; None if it should."""
        facts, kind = case.facts, case.operator.type
        what = facts.unsound(case.inputs, self.survey.options(case.operator))
        if not case.weights.keys() <= {*facts.weights}:
            what = "constant on the left"
        arguments = self._arguments(case)
        if what is not None:
            return Reason(ReasonCode.NO_QUANTIZED_KERNEL, {**arguments, "what": what})
        if kind not in self.target.hybrid:
            return Reason(ReasonCode.HOLDS_PARTITION, arguments)
        if facts.all_or_none:
            decibel = self.survey.coarsest_db(case.weights.values())
            if decibel < COARSEST_RECURRENT_DB:
                return Reason(ReasonCode.PER_TENSOR_TOO_COARSE, {**arguments, "decibel": round(decibel)})
            return None
        cost, activation = self.target.hybrid_cost, case.inputs[facts.activation]
        if cost is not None and activation is not None:
            (weight,) = case.weights.values()
            work = _work(kind, weight, activation, case.output)
            if not cost.pays(work):
                sizes = {"depth": work.depth, "outputs": work.outputs, "inputs": work.inputs}
                return Reason(ReasonCode.HYBRID_NOT_FASTER, sizes)
        return None

    def _arguments(self, case: _Case) -> dict[str, str | int]:
        return {"target": self.target.short, "operator": case.operator.type}

    def _weight_only(self, case: _Case, reason: Reason, fallback: bool) -> Decision:
        per_tensor = case.asked.setting.granularity is Granularity.TENSOR
        stored = {
            at: Storage("INT8", None if per_tensor else case.facts.storage_axis % len(tensor.shape))
            for at, tensor in case.weights.items()
            if not case.facts.all_or_none or (len(tensor.shape) > 1 and tensor.elements >= SMALLEST_STORED)
        }
        return Decision(case.operator.index, Precision.WEIGHT_ONLY_INT8, reason, stored, fallback=fallback)

    def _lookup(self, case: _Case) -> Decision:
        operator, indices = case.operator, case.inputs[1]
        ((at, table),) = case.weights.items()
        stored = {at: Storage("INT8", self._table_axis(case, table))}
        reason = Reason(ReasonCode.INT8_LOOKUP)
        if operator.type == "EMBEDDING_LOOKUP":
            return Decision(operator.index, Precision.HYBRID_INT8, reason, stored, direct=True, lookup=True)
        options = self.survey.options(operator)
        rows_first = options.get("Axis", 0) == 0 and options.get("BatchDims", 0) == 0 and len(table.shape) > 1
        known = indices is not None and case.output.shape.count(-1) <= 1 and indices.shape.count(-1) <= 1
        countable = indices is not None and indices.elements < 2**31
        if rows_first and known and countable and indices is not None and indices.dtype in ("INT32", "INT64"):
            return Decision(operator.index, Precision.HYBRID_INT8, reason, stored, direct=True, lookup=True)
        what = "indices along another axis than the rows"
        why = (
            Reason(ReasonCode.DYNAMIC_SHAPE)
            if rows_first
            else Reason(ReasonCode.NO_QUANTIZED_KERNEL, {**self._arguments(case), "what": what})
        )
        return Decision(operator.index, Precision.WEIGHT_ONLY_INT8, why, stored, fallback=True)

    def _table_axis(self, case: _Case, table: Tensor) -> int | None:
        """0 for a scale for each row of a lookup table, None for one scale where that is asked for, or where rows are
        too short to be worth their own."""
        if case.asked.setting.granularity is not Granularity.AUTO:
            return None if case.asked.setting.granularity is Granularity.TENSOR else 0
        width = table.elements // max(1, table.shape[0])
        if width >= SHORTEST_SCALED_ROW or len(self.survey.uses[table.buffer]) > 1:
            return 0
        return 0 if self.survey.one_scale_loss_db(table) > ONE_SCALE_LOSS_DB else None

    # Weights in 16 bits ---------------------------------------------------------------------------------------------

    def _float16(self, operator: Operator, inputs: Inputs, asked: Asked) -> Decision:
        """Every float constant of some size in 16 bits."""
        survey = self.survey
        constants = {at: tensor for at, tensor in enumerate(inputs) if tensor is not None and survey.is_weight(tensor)}
        free = {at: tensor for at, tensor in constants.items() if tensor.buffer not in survey.pinned}
        large = {at: tensor for at, tensor in free.items() if tensor.elements >= asked.setting.minimum_elements}
        fitting = {at for at, tensor in large.items() if survey.fits_float16(tensor)}
        if fitting:
            stored = {at: Storage("FLOAT16", None) for at in fitting}
            return Decision(operator.index, Precision.FLOAT16, Reason(ReasonCode.FLOAT16_WEIGHTS), stored)
        if large:
            return keep(operator, ReasonCode.OUT_OF_FLOAT16_RANGE, fallback=True)
        if len(free) < len(constants):
            pin = next(survey.pinned[tensor.buffer] for at, tensor in constants.items() if at not in free)
            return keep(operator, ReasonCode.SHARED_WEIGHT, {"other": pin}, fallback=True)
        if free:
            elements = max(tensor.elements for tensor in free.values())
            return keep(operator, ReasonCode.TOO_FEW_ELEMENTS, _sizes(elements, asked, 2))
        return keep(operator, ReasonCode.NOT_REQUESTED, {"recipe": asked.recipe})


def _kept_float(operator: Operator, asked: Asked) -> Decision:
    if asked.rule is None:
        return keep(operator, ReasonCode.KEPT_BY_DEFAULT, {"recipe": asked.recipe})
    return keep(operator, ReasonCode.KEPT_BY_RULE, {"recipe": asked.recipe, "rule": asked.rule + 1})


def _sizes(elements: int, asked: Asked, saved: int) -> Mapping[str, str | int]:
    """`saved`: bytes that each element would have saved."""
    return {"elements": elements, "minimum": asked.setting.minimum_elements, "bytes": saved * elements}


def _complete(facts: WeightFacts, inputs: Inputs, operator: Operator) -> bool:
    """False for an operator of a broken model, without what all its kernels need."""
    if len(inputs) <= max(1, facts.activation) or not operator.outputs:
        return False
    needed = (inputs[facts.activation], inputs[facts.weights[0]], inputs[0])
    return all(tensor is None or tensor.shape for tensor in needed) and operator.outputs[0] >= 0


def _work(kind: str, weight: Tensor, activation: Tensor, output: Tensor) -> Work:
    """What the operator has to do."""
    channels, taps = max(1, weight.shape[-1]), 1.0
    if kind == "CONV_2D":
        taps = weight.elements / max(1, weight.shape[0] * channels)
    elif kind == "TRANSPOSE_CONV":  # each position of the input adds the whole filter
        taps = weight.elements / channels * (activation.elements / channels) / max(1, output.elements)
    elif kind == "BATCH_MATMUL":
        channels = math.prod(weight.shape[-2:]) // max(1, math.prod(output.shape[-1:]))
    return Work(taps, channels, weight.elements, activation.elements, output.elements)
