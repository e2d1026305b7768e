"""What the targets' tables claim of a form of weights, and whether what the runtime did bears it out."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quantscope.model.options import OptionsReader
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize import xnnpack
from quantscope.quantize.kernels import FACTS, INT4_VERSIONS, unsound_scales
from quantscope.quantize.planned_graph import PlannedGraph
from quantscope.quantize.targets import STORED, Target
from quantscope.recipe import Granularity
from tests.conformance.forms import FORMS, Form, quantized
from tests.conformance.trial import Laboratory, Outcome
from tests.operators import Case

HYBRID = {"INT8": Precision.HYBRID_INT8, "INT4": Precision.HYBRID_INT4}
WEIGHT_ONLY = {"INT8": Precision.WEIGHT_ONLY_INT8, "INT4": Precision.WEIGHT_ONLY_INT4}


@dataclass(frozen=True)
class Row:
    """One form of one operator on one target.

    `claimed` is what the table says, `outcome` what happened, `undelegated` what happens without a delegate;
    `float_delegated` whether the delegate takes the float operator, `predicted` whether it is said to take this one.
    """

    case: Case
    form: Form
    target: Target
    claimed: bool
    outcome: Outcome
    undelegated: Outcome
    float_delegated: bool
    predicted: bool

    @property
    def stays(self) -> bool:
        """True if the operator is with the delegate wherever its float form is."""
        return self.outcome.delegated or not self.float_delegated

    @property
    def holds(self) -> bool:
        """What the table claims works, and where the table says that the delegate keeps it, it does. What the table
        denies fails, computes garbage or leaves the delegate, or would without the delegate, whose refusals end up
        there."""
        kept = self.form.direct or self.form.dtype in self.target.unpacks
        if self.claimed:
            return self.outcome.sound and (self.stays or not kept)
        return not self.outcome.sound or not self.stays or not self.undelegated.sound

    @property
    def foreseen(self) -> bool:
        """True if the delegate takes the operator as predicted; nothing is known of what crashes or is refused."""
        return self.outcome.kind != "ran" or self.outcome.delegated == self.predicted

    def __str__(self) -> str:
        said = "claimed" if self.claimed else "denied"
        wrong = ("" if self.holds else " WRONG") + ("" if self.foreseen else " NOT FORESEEN")
        return f"{self.case.name:44} {self.form!s:28} {self.target.id:8} {said:8} {self.outcome!s:18}{wrong}"


def rows(laboratory: Laboratory, case: Case, targets: Sequence[Target]) -> Iterator[Row]:
    """A case in all forms on all targets."""
    floats = laboratory.outcomes(case.build())
    for form in FORMS:
        version = max(case.version, INT4_VERSIONS.get(case.kind, 1) if form.dtype == "INT4" else 1)
        built = quantized(case.build(), case.kind, form, version)
        if built is None:
            continue
        outcomes = laboratory.outcomes(built)
        if any(outcome.kind == "ran" and math.isnan(outcome.decibel) for outcome in outcomes):
            continue
        path = laboratory.path
        for target in targets:
            at = 0 if target.delegate else 1
            claimed = _direct(path, case, form, target) if form.direct else _stored(form)
            delegated = target.delegate and floats[0].delegated
            yield Row(
                case, form, target, claimed, outcomes[at], outcomes[1], delegated, target.delegate and _predicted(path)
            )


def _stored(form: Form) -> bool:
    return Granularity(form.granularity) in STORED[WEIGHT_ONLY[form.dtype]]


def _direct(path: str, case: Case, form: Form, target: Target) -> bool:
    """True if the target's table says that its kernel reads weights in this form."""
    model = read(path)
    (graph,) = model.subgraphs
    operator = next(each for each in graph.operators if each.type == case.kind)
    options, inputs = OptionsReader(model).scalars(operator), graph.inputs_of(operator)
    facts, granularity = FACTS[case.kind], Granularity(form.granularity)
    if case.kind == "GATHER":  # reads no quantized weights itself: it is made an EMBEDDING_LOOKUP
        return False
    if not any(tensor and model.is_constant(tensor) for at in facts.weights for tensor in [inputs[at]]):
        return False
    if facts.unsound(inputs, options) or unsound_scales(case.kind, granularity, inputs, options, target.delegate):
        return False
    return granularity in target.kernels[HYBRID[form.dtype]].get(case.kind, frozenset())


def _predicted(path: str) -> bool:
    """True if the delegate is said to take what makes the model's outputs."""
    model = read(path)
    (subgraph,) = model.subgraphs
    graph = PlannedGraph(model, subgraph)
    taken = xnnpack.taken(graph)
    made = {index for position in taken for index in graph.operators[position].outputs}
    return made.issuperset(subgraph.outputs)
