"""Deciding for one operator alone: what is asked of it, what its weights are, what the target's kernels can do.

Operators that share a weight agree on one form of it afterwards (`sharing`).
"""

from collections.abc import Mapping

from quantscope.model.graph import Operator, Subgraph
from quantscope.precision import Precision
from quantscope.quantize.asked import Asked
from quantscope.quantize.decision import Decision, Storage, keep
from quantscope.quantize.forms import DTYPES, Case, Forms
from quantscope.quantize.kernels import CONTROL_FLOW, FACTS, Inputs, WeightFacts
from quantscope.quantize.reasons import Reason, ReasonCode
from quantscope.quantize.survey import Survey
from quantscope.quantize.targets import Target


class Decider:
    """Decides for operators of one model on one target."""

    def __init__(self, survey: Survey, target: Target) -> None:
        self.survey = survey
        self.forms = Forms(survey, target)

    def decide(self, subgraph: Subgraph, operator: Operator, asked: Asked) -> Decision:
        """The decision for an operator as if it shared its weights with no other."""
        if operator.type in CONTROL_FLOW:
            return keep(operator, ReasonCode.CONTROL_FLOW, precision=Precision.NONE)
        if operator.custom:
            return keep(operator, ReasonCode.CUSTOM_OPERATOR)
        inputs = subgraph.inputs_of(operator)
        present = self.survey.present[subgraph.index][operator.index]
        facts = FACTS.get(operator.type)
        if facts is not None and not _complete(facts, inputs, operator):
            facts = None
        smaller = asked.setting.precision in (*DTYPES, Precision.INT8, Precision.INT16X8)
        if present is Precision.FLOAT16 and smaller and self._in_halves(subgraph, operator):
            present = Precision.FLOAT32
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
            return keep(operator, ReasonCode.NOT_REQUESTED)
        return self._small_weights(subgraph, operator, facts, asked)

    def _in_halves(self, subgraph: Subgraph, operator: Operator) -> bool:
        """True if weights that the source stores in float16 can be taken for the float ones they stand for."""
        return any(
            tensor is not None and tensor.dtype == "FLOAT16" and self.survey.is_weight(tensor)
            for tensor in self.survey.operands(subgraph, operator)
        )

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

    def _small_weights(self, subgraph: Subgraph, operator: Operator, facts: WeightFacts, asked: Asked) -> Decision:
        survey = self.survey
        inputs = survey.operands(subgraph, operator)
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
        activation = subgraph.inputs_of(operator)[facts.activation]
        if activation is not None and not facts.lookup and activation.dtype != "FLOAT32":
            return keep(operator, ReasonCode.NOT_FLOAT, fallback=True)
        decision = self.forms.decision(Case(subgraph, operator, facts, inputs, asked, weights))
        if decision.stored and all(form.shrinks(weights[at]) for at, form in decision.stored.items()):
            return decision
        return keep(operator, ReasonCode.NOT_SMALLER, fallback=True)

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
        return keep(operator, ReasonCode.NOT_REQUESTED)


def _kept_float(operator: Operator, asked: Asked) -> Decision:
    if asked.rule is None:
        return keep(operator, ReasonCode.KEPT_BY_DEFAULT)
    return keep(operator, ReasonCode.KEPT_BY_RULE, {"rule": asked.rule + 1})


def _sizes(elements: int, asked: Asked, saved: int) -> Mapping[str, str | int]:
    """`saved`: bytes that each element would have saved."""
    return {"elements": elements, "minimum": asked.setting.minimum_elements, "bytes": saved * elements}


def _complete(facts: WeightFacts, inputs: Inputs, operator: Operator) -> bool:
    """False for an operator of a broken model, without what all its kernels need."""
    if len(inputs) <= max(1, facts.activation) or not operator.outputs:
        return False
    needed = (inputs[facts.activation], inputs[facts.weights[0]], inputs[0])
    return all(tensor is None or tensor.shape for tensor in needed) and operator.outputs[0] >= 0
