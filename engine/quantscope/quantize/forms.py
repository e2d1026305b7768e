"""How an operator's weights are stored, and who reads them: its own kernel, or a float kernel behind a DEQUANTIZE.

What the target's kernels can do is in `targets`, what operators are like in `kernels`; here is which of it to choose.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from quantscope.model.graph import Operator, Subgraph, Tensor
from quantscope.precision import Precision
from quantscope.quantize.asked import Asked
from quantscope.quantize.decision import Decision, Storage
from quantscope.quantize.kernels import Inputs, WeightFacts, unsound_scales
from quantscope.quantize.reasons import Reason, ReasonCode
from quantscope.quantize.survey import Survey
from quantscope.quantize.targets import STORED, Target, Work
from quantscope.recipe import Algorithm, Granularity, Rounding

# Below this signal to noise ratio of a recurrent weight's rows under one scale, the errors that add up over the steps
# ruin the result. Measured: resemblyzer's first LSTM has a weight of 13.6 dB; with it hybrid, speaker accuracy is .74,
# with it stored by rows 1.00, while its other two (from 26.7 dB up) and fsdd_lstm's (from 35.0 dB up) do no harm when
# hybrid.
COARSEST_RECURRENT_DB: Final = 20.0
# Their scales are never clipped unless asked for: the smallest error of the weights isn't that of the result after many
# steps (fsdd_lstm: 38.6 dB by the largest weight, 35.5 dB by the least squared error).
# In a recurrent operator that is only stored in 8 bits, smaller vectors are left in float: they'd gain nothing.
SMALLEST_STORED: Final = 256
# In a table with shorter rows the scales take more than 4 % of its float size. One scale does for all rows unless it
# costs more than a bit (6 dB).
SHORTEST_SCALED_ROW: Final = 300
ONE_SCALE_LOSS_DB: Final = 6.0
# A weight that keeps less than this in 4 bits with a scale for each channel gets one for each block where that helps.
FINE_INT4_DB: Final = 20.0
BLOCKS_GAIN_DB: Final = 1.0

DTYPES: Final[Mapping[Precision, str]] = {
    Precision.HYBRID_INT8: "INT8",
    Precision.HYBRID_INT4: "INT4",
    Precision.WEIGHT_ONLY_INT8: "INT8",
    Precision.WEIGHT_ONLY_INT4: "INT4",
}
WEIGHT_ONLY: Final[Mapping[str, Precision]] = {
    "INT8": Precision.WEIGHT_ONLY_INT8,
    "INT4": Precision.WEIGHT_ONLY_INT4,
}
LOOKUP_REASONS: Final[Mapping[str, ReasonCode]] = {"INT8": ReasonCode.INT8_LOOKUP, "INT4": ReasonCode.INT4_LOOKUP}


@dataclass(frozen=True, slots=True)
class Case:
    """An operator with weights, and what is asked of it. `weights` are its float constants by input."""

    subgraph: Subgraph
    operator: Operator
    facts: WeightFacts
    inputs: Inputs
    asked: Asked
    weights: Mapping[int, Tensor]

    @property
    def output(self) -> Tensor:
        """The first output."""
        return self.subgraph.tensors[self.operator.outputs[0]]

    def asking(self, precision: Precision) -> "Case":
        """The same with another precision asked for."""
        return replace(self, asked=self.asked.asking(precision))


class Forms:
    """Chooses for operators of one model on one target."""

    def __init__(self, survey: Survey, target: Target) -> None:
        self.survey = survey
        self.target = target

    def decision(self, case: Case) -> Decision:
        """The decision for an operator whose weights can be quantized."""
        precision = case.asked.setting.precision
        if case.facts.lookup:
            return self._lookup(case)
        if precision in STORED:
            return self._as_asked_weight_only(case)
        if precision is Precision.HYBRID_INT4 and case.operator.type not in self.target.kernels[precision]:
            decision = self.decision(case.asking(Precision.HYBRID_INT8))
            if decision.precision is Precision.HYBRID_INT8:
                return replace(decision, reason=Reason(ReasonCode.NO_INT4_KERNEL, self._arguments(case)))
            return decision
        obstacle = self._obstacle(case)
        if obstacle is not None:
            return self._weight_only(case, "INT8", obstacle, fallback=True)
        granularity, as_asked = self._granularity(case, self.target.kernels[precision][case.operator.type])
        stored = {at: self._storage(case, at, granularity) for at in case.weights}
        code = ReasonCode.INT4_KERNEL if precision is Precision.HYBRID_INT4 else ReasonCode.HYBRID_KERNEL
        reason = Reason(code, {"target": self.target.short, "scales": granularity.value})
        if not as_asked:
            reason = self._other_scales(case, granularity)
        return Decision(case.operator.index, precision, reason, stored, direct=True)

    def _obstacle(self, case: Case) -> Reason | None:
        """Why the operator had better not, or can't, run with quantized weights on the target; None if it should."""
        facts, kind = case.facts, case.operator.type
        what = facts.unsound(case.inputs, self.survey.options(case.operator))
        if not case.weights.keys() <= {*facts.weights}:
            what = "constant on the left"
        arguments = self._arguments(case)
        if what is not None:
            return Reason(ReasonCode.NO_QUANTIZED_KERNEL, {**arguments, "what": what})
        if kind not in self.target.kernels[Precision.HYBRID_INT8]:
            return Reason(ReasonCode.HOLDS_PARTITION, arguments)
        if case.asked.rule is not None:
            return None  # what a rule asks for is done wherever it can be
        if facts.all_or_none:
            coarsest = self.survey.coarsest_db(case.weights.values(), COARSEST_RECURRENT_DB)
            if coarsest < COARSEST_RECURRENT_DB:
                return Reason(ReasonCode.PER_TENSOR_TOO_COARSE, {**arguments, "decibel": round(coarsest)})
            return None
        cost, activation = self.target.hybrid_cost, case.inputs[facts.activation]
        if cost is not None and activation is not None:
            (weight,) = case.weights.values()
            work = _work(kind, weight, activation, case.output)
            if not cost.pays(work):
                sizes = {"depth": work.depth, "outputs": work.outputs, "inputs": work.inputs}
                return Reason(ReasonCode.HYBRID_NOT_FASTER, sizes)
        return None

    # Granularity ----------------------------------------------------------------------------------------------------

    def _granularity(self, case: Case, kernels: frozenset[Granularity]) -> tuple[Granularity, bool]:
        """The granularity to use of those that `kernels` read, and whether it is what is asked for."""
        asked = case.asked.setting.granularity
        possible = {each for each in kernels if self._fits(case, each)}
        if asked in possible:
            return asked, True
        if Granularity.CHANNEL not in possible or (case.facts.axis is None and not self._is_int4(case)):
            return Granularity.TENSOR, asked is Granularity.AUTO
        if asked is Granularity.AUTO and self._is_int4(case):
            return self._fine_enough(case, possible), True
        return Granularity.CHANNEL, asked is Granularity.AUTO

    def _fits(self, case: Case, granularity: Granularity) -> bool:
        options = self.survey.options(case.operator)
        if unsound_scales(case.operator.type, granularity, case.inputs, options, self.target.delegate):
            return False
        if granularity.block:
            return all(
                len(tensor.shape) == 2 and tensor.shape[1] % granularity.block == 0 for tensor in case.weights.values()
            )
        return True

    def _is_int4(self, case: Case) -> bool:
        return DTYPES[case.asked.setting.precision] == "INT4"

    def _fine_enough(self, case: Case, possible: set[Granularity]) -> Granularity:
        """For 4 bits: scales for each channel unless those for each block are plainly better."""
        blocks = Granularity.BLOCK_32
        if blocks not in possible:
            return Granularity.CHANNEL
        ((at, weight),) = case.weights.items()
        channel, block = (
            decibel(self.survey.noise(weight, self._storage(case, at, each))) for each in (Granularity.CHANNEL, blocks)
        )
        return blocks if channel < FINE_INT4_DB and block >= channel + BLOCKS_GAIN_DB else Granularity.CHANNEL

    def _storage(self, case: Case, at: int, granularity: Granularity) -> Storage:
        """The form of the weight at input `at` with scales of this granularity."""
        setting, weight = case.asked.setting, case.weights[at]
        rows = case.facts.output_axis(at, weight, self.survey.options(case.operator))
        sums = not case.facts.lookup and len(weight.shape) > 1
        recurrent = case.facts.all_or_none and setting.algorithm is Algorithm.AUTO
        return Storage(
            DTYPES[setting.precision],
            rows if granularity is Granularity.CHANNEL else None,
            granularity.block,
            Algorithm.MINMAX if recurrent else setting.algorithm,
            rows,
            setting.rounding if sums else Rounding.NEAREST,
        )

    # Only stored ----------------------------------------------------------------------------------------------------

    def _as_asked_weight_only(self, case: Case) -> Decision:
        dtype = DTYPES[case.asked.setting.precision]
        granularity, as_asked = self._stored_granularity(case)
        reason = Reason(ReasonCode.WEIGHT_ONLY)
        if self.target.delegate and dtype not in self.target.unpacks:
            reason = Reason(ReasonCode.INT4_LEAVES_DELEGATE, self._arguments(case))
        if not as_asked:
            reason = self._other_scales(case, granularity)
        return self._weight_only(case, dtype, reason, fallback=False)

    def _stored_granularity(self, case: Case) -> tuple[Granularity, bool]:
        asked = case.asked.setting.granularity
        if asked is Granularity.TENSOR:
            return asked, True
        return Granularity.CHANNEL, not asked.block

    def _weight_only(self, case: Case, dtype: str, reason: Reason, fallback: bool) -> Decision:
        """A DEQUANTIZE in front of the float kernel."""
        precision = WEIGHT_ONLY[dtype]
        granularity, _ = self._stored_granularity(case)
        stored = {
            at: self._storage(case.asking(precision), at, granularity)
            for at, tensor in case.weights.items()
            if not case.facts.all_or_none or (len(tensor.shape) > 1 and tensor.elements >= SMALLEST_STORED)
        }
        return Decision(case.operator.index, precision, reason, stored, fallback=fallback)

    # Lookups --------------------------------------------------------------------------------------------------------

    def _lookup(self, case: Case) -> Decision:
        operator, precision = case.operator, case.asked.setting.precision
        dtype = DTYPES[precision]
        obstacle = self._lookup_obstacle(case)
        if obstacle is not None:
            return self._weight_only(case, dtype, obstacle, fallback=precision not in STORED)
        kernel = Precision.HYBRID_INT4 if dtype == "INT4" else Precision.HYBRID_INT8
        ((at, table),) = case.weights.items()
        granularity, as_asked = self._granularity(case, self.target.kernels[kernel][operator.type])
        if case.asked.setting.granularity is Granularity.AUTO and dtype == "INT8":
            granularity = self._table_granularity(table)
        stored = {at: self._storage(case, at, granularity)}
        reason = Reason(LOOKUP_REASONS[dtype], {"scales": granularity.value})
        if not as_asked:
            reason = self._other_scales(case, granularity)
        return Decision(operator.index, precision, reason, stored, direct=True, lookup=True)

    def _lookup_obstacle(self, case: Case) -> Reason | None:
        """Why a GATHER can't become an EMBEDDING_LOOKUP; None if it can, or is one."""
        if case.operator.type == "EMBEDDING_LOOKUP":
            return None
        (table,) = case.weights.values()
        options, indices = self.survey.options(case.operator), case.inputs[1]
        if options.get("Axis", 0) != 0 or options.get("BatchDims", 0) != 0 or len(table.shape) < 2:
            what = "indices along another axis than the rows"
            return Reason(ReasonCode.NO_QUANTIZED_KERNEL, {**self._arguments(case), "what": what})
        known = indices is not None and case.output.shape.count(-1) <= 1 and indices.shape.count(-1) <= 1
        if known and indices is not None and indices.elements < 2**31 and indices.dtype in ("INT32", "INT64"):
            return None
        return Reason(ReasonCode.DYNAMIC_SHAPE)

    def _table_granularity(self, table: Tensor) -> Granularity:
        """A scale for each row of an int8 table, or one where rows are too short to be worth their own."""
        width = table.elements // max(1, table.shape[0])
        if width >= SHORTEST_SCALED_ROW or len(self.survey.uses[table.buffer]) > 1:
            return Granularity.CHANNEL
        coarse = self.survey.one_scale_loss_db(table) > ONE_SCALE_LOSS_DB
        return Granularity.CHANNEL if coarse else Granularity.TENSOR

    # Sentences ------------------------------------------------------------------------------------------------------

    def _arguments(self, case: Case) -> dict[str, str | int]:
        return {"target": self.target.short, "operator": case.operator.type}

    def _other_scales(self, case: Case, granularity: Granularity) -> Reason:
        scales = {"asked": case.asked.setting.granularity.value, "scales": granularity.value}
        return Reason(ReasonCode.NO_SUCH_SCALES, {**self._arguments(case), **scales})


def decibel(noise: float) -> float:
    """A share of noise as signal to noise ratio in dB."""
    return -10 * math.log10(noise) if noise > 0 else math.inf


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
