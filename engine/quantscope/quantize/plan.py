"""Planning: one decision with its reason for every operator, before anything is converted.

What the recipe asks for each operator is resolved first (`asked`), then each operator is decided alone (`decide`), then
those that share a weight settle on one form of it (`sharing`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from quantscope.model.graph import Model, Tensor
from quantscope.precision import Precision
from quantscope.quantize.asked import Asked, Resolved, Resolver
from quantscope.quantize.budget import BUDGET, Saving, affordable
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.decide import Decider
from quantscope.quantize.decision import Decision, Storage
from quantscope.quantize.findings import Finding, FindingCode
from quantscope.quantize.forms import decibel
from quantscope.quantize.reasons import Reason, ReasonCode
from quantscope.quantize.sharing import settle
from quantscope.quantize.static.ends import asked_ends
from quantscope.quantize.static.plan import NO_INTEGERS, PRECISIONS, IntegerPlanner, Integers
from quantscope.quantize.survey import Survey
from quantscope.quantize.targets import Target
from quantscope.recipe import Recipe

# Reasons that mean: what the recipe asks for exists on no kernel of the target.
NO_KERNEL: Final = frozenset({
    ReasonCode.NO_QUANTIZED_KERNEL, ReasonCode.HOLDS_PARTITION, ReasonCode.NO_INT4_KERNEL, ReasonCode.NO_SUCH_SCALES,
})  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What `apply` will do: decisions[subgraph][operator], and how each weight buffer is stored. `findings`: what the
    recipe asks for in vain; rules[subgraph][operator]: the indices of its rules that match;
    present[subgraph][operator]: the precision in the source model; `integers`: integer arithmetic by subgraph, on
    ranges from `calibration`."""

    model: Model
    recipe: Recipe
    target: Target
    decisions: tuple[tuple[Decision, ...], ...]
    storage: Mapping[int, Storage]
    findings: tuple[Finding, ...] = ()
    rules: tuple[tuple[tuple[int, ...], ...], ...] = ()
    present: tuple[tuple[Precision, ...], ...] = ()
    integers: Mapping[int, Integers] = field(default_factory=dict)
    calibration: Calibration | None = None

    @cached_property
    def changes_anything(self) -> bool:
        """False if the model would come out as it is."""
        return bool(self.storage or self.integers)


def make_plan(model: Model, recipe: Recipe, target: Target, calibration: Calibration | None = None) -> Plan:
    """Decides for every operator of `model`; reads only weights whose own values matter to the decision.

    Without a calibration no operator runs in integers. Raises DataError if it is another model's.
    """
    return Planner(Survey(model), target, calibration).plan(recipe)


class Planner:
    """Plans for one model and target. Decisions are remembered, so a plan after a small change of the recipe costs
    little."""

    def __init__(self, survey: Survey, target: Target, calibration: Calibration | None = None) -> None:
        if calibration is not None:
            calibration.check(survey.model)
        self.survey = survey
        self.target = target
        self.calibration = calibration
        self._resolver = Resolver(survey.model)
        self._decider = Decider(survey, target)
        self._asked: frozenset[Asked] = frozenset()
        self._known: dict[Asked, dict[tuple[int, int], Decision]] = {}

    def plan(self, recipe: Recipe) -> Plan:
        """The plan for `recipe`."""
        model = self.survey.model
        resolved = self._resolver.resolve(recipe)
        drafts = self._drafts(resolved)
        self._within_budget(resolved, drafts)
        decisions, storage, integers = self._settled(recipe, resolved, drafts)
        findings = (
            *resolved.findings,
            *_unfulfilled(recipe, self.target, resolved, decisions),
            *self._too_coarse(decisions),
            *self._ends_in_float(recipe, integers),
        )
        return Plan(
            model,
            recipe,
            self.target,
            decisions,
            storage,
            findings,
            resolved.rules,
            self.survey.present,
            integers,
            self.calibration,
        )

    def _settled(
        self, recipe: Recipe, resolved: Resolved, drafts: list[list[Decision]]
    ) -> tuple[tuple[tuple[Decision, ...], ...], Mapping[int, Storage], Mapping[int, Integers]]:
        """Decisions, forms of weights, and integer arithmetic that agree with each other."""
        if self.calibration is None:
            return *settle(self.survey, drafts), {}
        planner = IntegerPlanner(self.survey, self.target, self.calibration, recipe, self._decider.decide)
        excluded: dict[int, dict[int, Reason]] = {subgraph.index: {} for subgraph in self.survey.model.subgraphs}
        while True:
            changed = [list(row) for row in drafts]
            found = {
                subgraph.index: planner.subgraph(
                    subgraph, resolved.operators[subgraph.index], changed[subgraph.index], excluded[subgraph.index]
                )
                for subgraph in self.survey.model.subgraphs
            }
            integers = {index: each for index, each in found.items() if each is not None}
            decisions, storage = settle(self.survey, changed)
            # An operator that had to give way over a shared weight can't have integers after all.
            losers = [
                (index, at)
                for index, each in integers.items()
                for at in each.dtypes
                if decisions[index][at].precision is not PRECISIONS[each.dtypes[at]]
            ]
            if not losers:
                return decisions, storage, integers
            for index, at in losers:
                excluded[index][at] = decisions[index][at].reason

    def _drafts(self, resolved: Resolved) -> list[list[Decision]]:
        """The decisions for each operator alone; what was decided for this recipe and the one before is remembered."""
        asked = frozenset(each for row in resolved.operators for each in row)
        self._known = {each: self._known.get(each, {}) for each in asked | self._asked}
        self._asked = asked
        drafts = []
        for graph, row in zip(self.survey.model.subgraphs, resolved.operators, strict=True):
            decided = []
            for operator, each in zip(graph.operators, row, strict=True):
                known, place = self._known[each], (graph.index, operator.index)
                if place not in known:
                    known[place] = self._decider.decide(graph, operator, each)
                decided.append(known[place])
            drafts.append(decided)
        return drafts

    def _within_budget(self, resolved: Resolved, drafts: list[list[Decision]]) -> None:
        """Puts operators that can't afford the recipe's 4 bits into 8. What a rule asks for is done, but counts."""
        groups: dict[frozenset[int], list[tuple[int, int]]] = {}
        savings: dict[frozenset[int], Saving] = {}
        spent = 0.0
        for subgraph, row in enumerate(drafts):
            for at, decision in enumerate(row):
                if decision.precision is not Precision.HYBRID_INT4:
                    continue
                weights = self._weights(subgraph, at, decision)
                saving = Saving(
                    sum(self.survey.noise(weight, form) for weight, form in weights),
                    sum(weight.elements // 2 for weight, _ in weights),
                )
                if resolved.operators[subgraph][at].rule is not None:
                    spent += saving.noise
                    continue
                key = frozenset(weight.buffer for weight, _ in weights)
                groups.setdefault(key, []).append((subgraph, at))
                savings[key] = saving
        for key in savings.keys() - affordable(savings, spent):
            for subgraph, at in groups[key]:
                drafts[subgraph][at] = self._in_eight_bits(subgraph, at, resolved, savings[key].noise)

    def _too_coarse(self, decisions: tuple[tuple[Decision, ...], ...]) -> list[Finding]:
        """A finding where what is asked to be in 4 bits loses too much."""
        noises = [
            self.survey.noise(weight, form)
            for subgraph, row in enumerate(decisions)
            for at, decision in enumerate(row)
            if any(form.bits == 4 for form in decision.stored.values())
            for weight, form in self._weights(subgraph, at, decision)
            if form.bits == 4
        ]
        if sum(noises) <= BUDGET:
            return []
        arguments: dict[str, str | int] = {"count": len(noises), "decibel": round(decibel(sum(noises)))}
        return [Finding(FindingCode.INT4_TOO_COARSE, None, arguments)]

    def _ends_in_float(self, recipe: Recipe, integers: Mapping[int, Integers]) -> list[Finding]:
        """A finding where inputs or outputs can't be the integers that they are asked to be."""
        model = self.survey.model
        left = [
            subgraph.tensors[index].name
            for subgraph in model.subgraphs
            for index in sorted(asked_ends(model, subgraph, recipe.interface))
            if index not in integers.get(subgraph.index, NO_INTEGERS).ends
        ]
        if not left or self.calibration is None:
            return []
        return [Finding(FindingCode.INTERFACE_IN_FLOAT, None, {"count": len(left), "name": left[0]})]

    def _weights(self, subgraph: int, operator: int, decision: Decision) -> list[tuple[Tensor, Storage]]:
        graph = self.survey.model.subgraphs[subgraph]
        operands = self.survey.operands(graph, graph.operators[operator])
        return [(weight, form) for at, form in decision.stored.items() if (weight := operands[at]) is not None]

    def _in_eight_bits(self, subgraph: int, operator: int, resolved: Resolved, noise: float) -> Decision:
        graph = self.survey.model.subgraphs[subgraph]
        asked = resolved.operators[subgraph][operator].asking(Precision.HYBRID_INT8)
        decision = self._decider.decide(graph, graph.operators[operator], asked)
        if decision.precision is not Precision.HYBRID_INT8:
            return decision
        arguments: dict[str, str | int] = {"decibel": round(decibel(noise))}
        return replace(decision, reason=Reason(ReasonCode.INT4_TOO_COARSE, arguments))


def _unfulfilled(
    recipe: Recipe, target: Target, resolved: Resolved, decisions: tuple[tuple[Decision, ...], ...]
) -> list[Finding]:
    """Findings on precisions that are asked for in vain."""
    asked_for: dict[Asked, list[Decision]] = {}
    for row, decided in zip(resolved.operators, decisions, strict=True):
        for asked, decision in zip(row, decided, strict=True):
            asked_for.setdefault(asked, []).append(decision)
    findings = []
    for asked, group in asked_for.items():
        rule = asked.rule
        missing = sum(decision.reason.code in NO_KERNEL for decision in group)
        unmeasured = sum(decision.reason.code is ReasonCode.NEEDS_CALIBRATION for decision in group)
        arguments: dict[str, str | int] = {
            "precision": asked.setting.precision.value,
            "granularity": asked.setting.granularity.value,
            "target": target.short,
        }
        if rule is not None:
            arguments["number"] = rule + 1
        if unmeasured:
            findings.append(Finding(FindingCode.NEEDS_CALIBRATION, rule, {**arguments, "count": unmeasured}))
        if missing and rule is not None:
            counts = {"count": missing, "matched": len(group)}
            findings.append(Finding(FindingCode.NO_KERNEL, rule, {**arguments, **counts}))
        elif missing and all(decision.reason.code in NO_KERNEL for decision in group if decision.stored):
            findings.append(Finding(FindingCode.DEFAULT_NO_KERNEL, None, arguments))
    return findings
