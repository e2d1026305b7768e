"""Planning integer arithmetic: which operators can and shall run in integers, and on which grids."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import msgspec
import numpy as np

from quantscope.model.graph import Operator, Subgraph, Tensor
from quantscope.precision import Precision
from quantscope.quantize import xnnpack
from quantscope.quantize.asked import Asked
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.decision import Decision, Storage
from quantscope.quantize.halves import unpacked_view
from quantscope.quantize.kernels import CONTROL_FLOW
from quantscope.quantize.planned_graph import PlannedGraph
from quantscope.quantize.ranges import estimate, has_far_apart_values
from quantscope.quantize.reasons import Reason, ReasonCode
from quantscope.quantize.static.arrangement import FLOAT, INTEGER, Link, Node, arranged
from quantscope.quantize.static.ends import asked_ends, types_of_ends
from quantscope.quantize.static.equalization import equalization
from quantscope.quantize.static.kernels import INTEGER_FACTS, IntegerFacts, Kind
from quantscope.quantize.static.recurrent import MATRICES, OTHERS, STATEFUL, given, state_grid, unsupported
from quantscope.quantize.static.scales import Range, Scales, real_inputs, real_outputs
from quantscope.quantize.static.smoothing import smoothed_range, smoothing
from quantscope.quantize.survey import Survey, buffer_readers
from quantscope.quantize.targets import Target
from quantscope.quantize.weights import Floats, is_finite
from quantscope.recipe import Algorithm, Equalization, Ranges, Recipe, Setting

DTYPES: Final[Mapping[Precision, str]] = {Precision.INT8: "INT8", Precision.INT16X8: "INT16"}
PRECISIONS: Final = {dtype: precision for precision, dtype in DTYPES.items()}
LEVELS: Final[Mapping[str, int]] = {"INT8": 256, "INT16": 65536}
# Costs of an operator that is there at all, in elements: what setting one up takes.
CALL: Final = 500.0
# What an operator gains by integers per element of its results, in units of converting one. Arithmetic value by value
# is hardly faster in integers and adds an error of its own, so it follows its neighbours: one operator between matrix
# products runs in integers, a whole normalization does not (MiniLM: 11.8 dB so, 5.3 dB with all in integers).
GAINS: Final[Mapping[Kind, float]] = {Kind.ARITHMETIC: -0.7, Kind.MOVEMENT: 0.1}

# Reasons that prefer quantizing activations on the fly to integers.
ON_THE_FLY: Final = frozenset({ReasonCode.SLOWER_IN_INTEGERS, ReasonCode.LOOP_PRODUCT})


@dataclass(frozen=True, slots=True)
class Integers:
    """Integer arithmetic of one subgraph: the type of each operator in integers by its index, grids, and the factors
    of tensors that are evened out before they are quantized. `ends` are the subgraph's inputs and outputs that are
    integers, with their types; `equalization` gives the factors of tensors that are made evened out."""

    dtypes: Mapping[int, str]
    scales: Scales
    smoothing: Mapping[int, Floats] = field(default_factory=dict)
    ends: Mapping[int, str] = field(default_factory=dict)
    equalization: Mapping[int, Floats] = field(default_factory=dict)


NO_INTEGERS: Final = Integers({}, Scales.none())
Redraft = Callable[[Subgraph, Operator, Asked], Decision]


class IntegerPlanner:
    """Plans for one model, target and calibration. `redraft` decides for an operator that integers can't be had for."""

    def __init__(
        self, survey: Survey, target: Target, calibration: Calibration, recipe: Recipe, redraft: Redraft
    ) -> None:
        self.survey = survey
        self.model = survey.model
        self.target = target
        self.calibration = calibration
        self.recipe = recipe
        self.ranges = calibration.ranges if recipe.ranges is Ranges.AUTO else recipe.ranges
        self.equalizes = recipe.equalization is Equalization.ON
        self.redraft = redraft
        self._loops = _loop_bodies(survey)
        self._ranges: dict[tuple[int, int, int], Range] = {}

    def subgraph(
        self, subgraph: Subgraph, asked: tuple[Asked, ...], drafts: list[Decision], excluded: Mapping[int, Reason]
    ) -> Integers | None:
        """Changes `drafts` of the operators that integers are asked for. `excluded` can't have them, for the reasons
        given."""
        source, subgraph = subgraph, unpacked_view(self.model, subgraph)
        wanted = {
            operator.index: DTYPES[asked[operator.index].setting.precision]
            for operator in subgraph.operators
            if asked[operator.index].setting.precision in DTYPES and self._is_float(subgraph, operator, drafts)
        }
        if not wanted:
            return None
        delegated = self._delegated(source)
        obstacles = dict(excluded)
        for index, dtype in wanted.items():
            if index not in obstacles:
                by_rule = asked[index].rule is not None
                reason = self._obstacle(subgraph, subgraph.operators[index], dtype, index in delegated, by_rule)
                if reason is not None:
                    obstacles[index] = reason
        named = {index for index in wanted if asked[index].rule is not None}
        able_ends = self._ends(subgraph)
        constants = self._constants(subgraph)
        while True:
            able = {index: dtype for index, dtype in wanted.items() if index not in obstacles}
            chosen = self._arranged(subgraph, able, named, able_ends)
            dtypes = {index: dtype for index, dtype in able.items() if index in chosen}
            ends = types_of_ends(subgraph, able_ends, dtypes, DTYPES.get(self.recipe.default.precision, "INT8"))
            factors = smoothing(subgraph, dtypes, constants | ends.keys(), self.calibration)
            equalized = self._equalization(subgraph, dtypes)
            finder = self._range_finder(subgraph, dtypes, {**factors, **equalized})
            scales = Scales(subgraph, dtypes, finder, constants, ends)
            unfit = self._unfit(subgraph, dtypes, scales)
            if not unfit:
                break
            obstacles.update(unfit)
        for index, dtype in wanted.items():
            operator = subgraph.operators[index]
            if index in dtypes:
                drafts[index] = self._decision(subgraph, operator, dtype, asked[index].setting)
            else:
                reason = obstacles.get(index) or Reason(ReasonCode.BETWEEN_FLOAT)
                drafts[index] = self._fallback(source, source.operators[index], asked[index], reason)
        return Integers(dtypes, scales, factors, ends, equalized) if dtypes else None

    # One operator ---------------------------------------------------------------------------------------------------

    def _is_float(self, subgraph: Subgraph, operator: Operator, drafts: list[Decision]) -> bool:
        """True for an operator on float32 that integers could be asked for."""
        if operator.type in CONTROL_FLOW or operator.custom:
            return False
        if drafts[operator.index].reason.code not in (ReasonCode.NEEDS_CALIBRATION, ReasonCode.DATA_MOVEMENT):
            return False
        tensors = (*subgraph.inputs_of(operator), *subgraph.outputs_of(operator))
        return any(tensor is not None and tensor.dtype == "FLOAT32" for tensor in tensors)

    def _obstacle(
        self, subgraph: Subgraph, operator: Operator, dtype: str, delegated: bool, by_rule: bool
    ) -> Reason | None:
        """Why the operator can't, or (unless a rule names it) had better not, run in integers; None if it may."""
        facts = INTEGER_FACTS.get(operator.type)
        arguments: dict[str, str | int] = {
            "target": self.target.short, "operator": operator.type, "precision": PRECISIONS[dtype].value
        }  # fmt: skip
        if facts is None or not facts.has_kernel(dtype):
            return Reason(ReasonCode.NO_INTEGER_KERNEL, arguments)
        inputs, options = subgraph.inputs_of(operator), self.survey.options(operator)
        if operator.type in STATEFUL:
            return self._recurrent_obstacle(subgraph, operator, arguments, by_rule)
        what = facts.unsound(inputs, options) or self._unusual(subgraph, operator, facts)
        if what is not None:
            return Reason(ReasonCode.UNSOUND_INTEGER_KERNEL, {**arguments, "what": what})
        if facts.weight is not None:
            reason = self._weight_obstacle(inputs, facts)
            if reason is not None:
                return reason
        if delegated and dtype == "INT8" and operator.type not in self.target.integer and not by_rule:
            return Reason(ReasonCode.FASTER_IN_FLOAT, arguments)
        if subgraph.index in self._loops and not by_rule:
            if facts.kind is Kind.ARITHMETIC:
                return Reason(ReasonCode.LOOP_STATE)
            # Measured on a GRU: 43 dB and 105 us quantized on the fly, 34 dB and 115 us in integers.
            if dtype == "INT8" and operator.type in self.target.kernels[Precision.HYBRID_INT8]:
                return Reason(ReasonCode.LOOP_PRODUCT, arguments)
        return self._range_obstacle(subgraph, operator, facts)

    def _recurrent_obstacle(
        self, subgraph: Subgraph, operator: Operator, arguments: dict[str, str | int], by_rule: bool
    ) -> Reason | None:
        if not by_rule:
            return Reason(ReasonCode.SLOWER_IN_INTEGERS, arguments)
        what = unsupported(subgraph, operator, self.survey.options(operator))
        if what is not None:
            return Reason(ReasonCode.UNSOUND_INTEGER_KERNEL, {**arguments, "what": what})
        slots = given(operator, (*MATRICES[operator.type], *OTHERS[operator.type]))
        weights = [subgraph.tensors[operator.inputs[slot]] for slot in slots]
        if not all(self.survey.is_weight(tensor) for tensor in weights):
            return Reason(ReasonCode.WEIGHT_NOT_CONSTANT)
        if pins := [self.survey.pinned[each.buffer] for each in weights if each.buffer in self.survey.pinned]:
            return Reason(ReasonCode.SHARED_WEIGHT, {"other": pins[0]})
        if state_grid(subgraph, operator, self.calibration) is None:
            return Reason(ReasonCode.NOT_REACHED)
        return self._range_obstacle(subgraph, operator, INTEGER_FACTS[operator.type])

    def _unusual(self, subgraph: Subgraph, operator: Operator, facts: IntegerFacts) -> str | None:
        """What is there that the facts don't speak of."""
        known = {*real_inputs(subgraph, operator, facts), facts.weight, facts.bias}
        for slot, tensor in enumerate(subgraph.inputs_of(operator)):
            if tensor is not None and tensor.dtype == "FLOAT32" and slot not in known:
                return "a further float operand"
            if tensor is not None and (tensor.variable or tensor.sparse):
                return "a variable or sparse operand"
        if not real_inputs(subgraph, operator, facts):
            return "operands that are not float32"
        return None

    def _weight_obstacle(self, inputs: tuple[Tensor | None, ...], facts: IntegerFacts) -> Reason | None:
        for slot in (facts.weight, facts.bias):
            tensor = inputs[slot] if slot is not None and slot < len(inputs) else None
            if tensor is None:
                if slot == facts.weight:
                    return Reason(ReasonCode.WEIGHT_NOT_CONSTANT)
            elif not self.survey.is_weight(tensor):
                return Reason(ReasonCode.WEIGHT_NOT_CONSTANT)
            elif tensor.buffer in self.survey.pinned:
                return Reason(ReasonCode.SHARED_WEIGHT, {"other": self.survey.pinned[tensor.buffer]})
        return None

    def _range_obstacle(self, subgraph: Subgraph, operator: Operator, facts: IntegerFacts) -> Reason | None:
        """Ranges that are missing, or that 8 bits can't hold."""
        places = [operator.inputs[slot] for slot in real_inputs(subgraph, operator, facts)]
        for index in (*places, *real_outputs(subgraph, operator)):
            tensor = subgraph.tensors[index]
            if self.model.is_constant(tensor):
                if not is_finite(self.model.values(tensor)):
                    return Reason(ReasonCode.NOT_FINITE, {"tensor": tensor.name})
                continue
            seen = self.calibration.tensors.get((subgraph.index, index))
            if seen is None:
                return Reason(ReasonCode.NOT_REACHED)
            if has_far_apart_values(seen):
                largest = max(-seen.low, seen.high)
                return Reason(ReasonCode.FAR_APART_VALUES, {"largest": f"{largest:.3g}"})
        return None

    def _decision(self, subgraph: Subgraph, operator: Operator, dtype: str, setting: Setting) -> Decision:
        facts = INTEGER_FACTS[operator.type]
        precision = PRECISIONS[dtype]
        arguments: dict[str, str | int] = {"target": self.target.short, "precision": precision.value}
        code = ReasonCode.INTEGER_DATA if facts.kind is Kind.MOVEMENT else ReasonCode.INTEGER_KERNEL
        stored = {}
        if facts.weight is not None:
            weight = subgraph.tensors[operator.inputs[facts.weight]]
            axis = None if facts.axis is None else facts.axis % len(weight.shape)
            stored[facts.weight] = Storage(
                "INT8", axis, algorithm=setting.algorithm, rows=axis or 0, rounding=setting.rounding
            )
        if operator.type in STATEFUL:
            clips = setting.algorithm is not Algorithm.AUTO  # as in `forms`
            form = Storage(
                "INT8", None, algorithm=setting.algorithm if clips else Algorithm.MINMAX, rounding=setting.rounding
            )
            stored = dict.fromkeys(given(operator, MATRICES[operator.type]), form)
        return Decision(operator.index, precision, Reason(code, arguments), stored, direct=True)

    def _fallback(self, subgraph: Subgraph, operator: Operator, asked: Asked, reason: Reason) -> Decision:
        """Weights are small all the same, and arithmetic runs in 8 bits where that needs no ranges."""
        setting = msgspec.structs.replace(asked.setting, precision=Precision.HYBRID_INT8)
        draft = self.redraft(subgraph, operator, replace(asked, setting=setting))
        if draft.precision is Precision.NONE:
            return draft
        if reason.code in ON_THE_FLY and draft.precision is Precision.HYBRID_INT8:
            return replace(draft, reason=reason)
        fallback = reason.code is not ReasonCode.BETWEEN_FLOAT
        return draft if draft.stored else replace(draft, reason=reason, fallback=fallback)

    # The whole graph ------------------------------------------------------------------------------------------------

    def _ends(self, subgraph: Subgraph) -> frozenset[int]:
        """The subgraph's inputs and outputs that shall be integers, and can be."""
        asked = asked_ends(self.model, subgraph, self.recipe.interface)
        return frozenset(index for index in asked if (subgraph.index, index) in self.calibration.tensors)

    def _arranged(
        self, subgraph: Subgraph, able: Mapping[int, str], named: Collection[int], ends: Collection[int]
    ) -> frozenset[int]:
        """The operators of `able` that run in integers. Those that multiply matrices or that rules name always do.
        `ends` are inputs and outputs that are integers."""
        fixed: dict[int, Node] = {}
        preferences: dict[Node, float] = {}
        for index in able:
            operator = subgraph.operators[index]
            facts = INTEGER_FACTS[operator.type]
            if facts.kind is Kind.MATRIX or index in named:
                fixed[index] = INTEGER
            else:
                elements = sum(tensor.elements for tensor in subgraph.outputs_of(operator))
                preferences[index] = GAINS[facts.kind] * elements
        makers: dict[int, Node] = dict.fromkeys(ends, INTEGER)
        readers: dict[int, list[Node]] = {}
        for operator in subgraph.operators:
            node = fixed.get(operator.index, operator.index if operator.index in able else FLOAT)
            for index in operator.outputs:
                makers[index] = node
            for index in operator.inputs:
                readers.setdefault(index, []).append(node)
        for index in subgraph.outputs:
            readers.setdefault(index, []).append(INTEGER if index in ends else FLOAT)
        links = [
            Link(makers.get(tensor.index, FLOAT), tuple(readers[tensor.index]), CALL + tensor.elements)
            for tensor in subgraph.tensors
            if tensor.dtype == "FLOAT32" and tensor.index in readers and not self.model.is_constant(tensor)
        ]
        chosen = arranged(preferences, links)
        return frozenset(index for index in able if index in fixed or index in chosen)

    def _range_finder(
        self, subgraph: Subgraph, dtypes: Mapping[int, str], factors: Mapping[int, Floats]
    ) -> Callable[[Tensor], Range]:
        levels = LEVELS["INT16"] if "INT16" in dtypes.values() else LEVELS["INT8"]

        def find(tensor: Tensor) -> Range:
            if tensor.index in factors:
                return smoothed_range(self.calibration, (subgraph.index, tensor.index), factors[tensor.index])
            key = (subgraph.index, tensor.index, levels)
            if key not in self._ranges:
                if self.model.is_constant(tensor):
                    values = self.model.values(tensor)
                    self._ranges[key] = float(values.min(initial=0.0)), float(values.max(initial=0.0))
                else:
                    seen = self.calibration.tensors[subgraph.index, tensor.index]
                    self._ranges[key] = estimate(seen, self.ranges, levels)
            return self._ranges[key]

        return find

    def _equalization(self, subgraph: Subgraph, dtypes: Mapping[int, str]) -> Mapping[int, Floats]:
        if not self.equalizes:
            return {}
        return equalization(subgraph, dtypes, self.calibration, self._readers, self.survey.options)

    @cached_property
    def _readers(self) -> Mapping[int, int]:
        return buffer_readers(self.model)

    def _constants(self, subgraph: Subgraph) -> frozenset[int]:
        return frozenset(tensor.index for tensor in subgraph.tensors if self.model.is_constant(tensor))

    def _unfit(self, subgraph: Subgraph, dtypes: Mapping[int, str], scales: Scales) -> Mapping[int, Reason]:
        """Operators whose scales are so far apart that a kernel can't go from one to the other."""
        unfit = {}
        for index in dtypes:
            operator = subgraph.operators[index]
            facts = INTEGER_FACTS[operator.type]
            results = real_outputs(subgraph, operator)
            bounds = SCALE_RATIOS.get(operator.type)
            if bounds is None or not results:
                continue
            out = scales.grid(results[0], dtypes[index]).scale
            into = [scales.input_grid(operator, slot).scale for slot in real_inputs(subgraph, operator, facts)]
            ratios = [float(np.prod(into)) / out] if operator.type == "MUL" else [scale / out for scale in into]
            if not all(bounds[0] <= ratio < bounds[1] for ratio in ratios):
                unfit[index] = Reason(ReasonCode.SCALES_TOO_FAR_APART, {"operator": operator.type})
        return unfit

    def _delegated(self, subgraph: Subgraph) -> frozenset[int]:
        """The operators that the delegate takes in float."""
        if not self.target.delegate:
            return frozenset()
        graph = PlannedGraph(self.model, subgraph)
        return frozenset(
            source.index for at in xnnpack.taken(graph) if (source := graph.operators[at].source) is not None
        )


# What XNNPACK's operators accept as input scale over output scale (the product of both over it for MUL).
SCALE_RATIOS: Final[Mapping[str, tuple[float, float]]] = {
    "ADD": (2.0**-10, 2.0**8),
    "SUB": (2.0**-10, 2.0**8),
    "MUL": (2.0**-16, 2.0**8),
    "LEAKY_RELU": (2.0**-8, 2.0**7),
    "MEAN": (2.0**-8, 2.0**8),
}


def _loop_bodies(survey: Survey) -> frozenset[int]:
    return frozenset(
        int(survey.options(operator).get("BodySubgraphIndex", -1))
        for subgraph in survey.model.subgraphs
        for operator in subgraph.operators
        if operator.type == "WHILE"
    )
