"""What the table of integer kernels claims and denies, and whether what the runtime did bears it out."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from quantscope.calibrate.run import calibrate
from quantscope.evaluate.inputs import generated
from quantscope.evaluate.runner import running
from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize import xnnpack
from quantscope.quantize.apply import write_quantized
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.plan import Plan, make_plan
from quantscope.quantize.planned_graph import PlannedGraph
from quantscope.quantize.ranges import Grid
from quantscope.quantize.rewrite import rewrite
from quantscope.quantize.static import kernels
from quantscope.quantize.static.kernels import INTEGER_FACTS, IntegerFacts, Kind, Scaling
from quantscope.quantize.targets import Target
from quantscope.recipe import Change, Match, Recipe, Rule, Setting
from tests.conformance import reference
from tests.conformance.trial import Laboratory, Outcome
from tests.models import Array
from tests.static_operators import CASES, ROWLESS, Build

PRECISIONS: Final = {"INT8": Precision.INT8, "INT16": Precision.INT16X8}
# What eight bits of activation and weight leave of normal values; sixteen leave what the weights do.
SOUND: Final[Mapping[str, float]] = {"INT8": 27.0, "INT16": 40.0}
# Versions that a kernel in integers might have, where the table knows of none.
VERSIONS: Final = (1, 2, 3)
SAMPLES: Final = 3
UNTRIED: Final = "not planned"


@dataclass(frozen=True)
class IntegerRow:
    """One operator with activations of one type on one target.

    `claimed` is what the table says, `outcome` what happened; `expected` whether the delegate is said to take the
    operator, and `foreseen` whether it does what the prediction says.
    """

    name: str
    kind: str
    dtype: str
    target: Target
    claimed: bool
    outcome: Outcome
    expected: bool
    foreseen: bool

    @property
    def sound(self) -> bool:
        return self.outcome.kind == "ran" and self.outcome.decibel >= SOUND[self.dtype]

    @property
    def holds(self) -> bool:
        """What the table claims works, by the delegate if it says so; what it denies fails or computes nonsense."""
        if not self.claimed:
            return not self.sound and self.outcome.kind != UNTRIED
        return self.sound and (self.outcome.delegated or not self.expected)

    def __str__(self) -> str:
        said = "claimed" if self.claimed else "denied"
        wrong = ("" if self.holds else " WRONG") + ("" if self.foreseen else " NOT FORESEEN")
        return f"{self.name:30} {self.dtype.lower():6} {self.target.id:8} {said:8} {self.outcome!s:18}{wrong}"


def in_integers(kind: str, dtype: str) -> Recipe:
    """Only operators of one type, named by a rule so that it is done wherever it can be."""
    return Recipe(
        name="named",
        default=Setting(precision=Precision.FLOAT32),
        rules=(Rule(match=Match(type=kind), set=Change(precision=PRECISIONS[dtype])),),
    )


@dataclass(frozen=True)
class Specimen:
    """A float model of one operator, seen on generated samples, of which the first is tried."""

    name: str
    kind: str
    model: Model
    calibration: Calibration
    inputs: Sequence[Array]
    expected: Sequence[Array]


def specimen(laboratory: Laboratory, name: str, kind: str, build: Build) -> Specimen:
    """Writes a case's model and works out what it is defined to compute."""
    built = build()
    model = read(laboratory.write(built))
    with running(model.path, delegate=False) as (_, loaded):
        inputs = generated(model, loaded.inputs, SAMPLES).sample(0)
    return Specimen(name, kind, model, calibrate(model, samples=SAMPLES), inputs, reference.run(built.model, inputs))


def integer_rows(laboratory: Laboratory, name: str, targets: Sequence[Target]) -> Iterator[IntegerRow]:
    """A case of the table with both types of activation on all targets."""
    kind, build = CASES[name]
    found = specimen(laboratory, name, kind, build)
    for dtype in PRECISIONS:
        if INTEGER_FACTS[kind].has_kernel(dtype):
            for target in targets:
                yield _row(laboratory, found, dtype, target, True)
        else:
            yield denied(laboratory, found, dtype, INTEGER_FACTS[kind], targets[-1])


def rowless_rows(laboratory: Laboratory, name: str, target: Target) -> Iterator[IntegerRow]:
    """An operator without a row, with both types of activation, as if it had one."""
    kind, build, activations = ROWLESS[name]
    found = specimen(laboratory, name, kind, build)
    for dtype in PRECISIONS:
        yield denied(
            laboratory, found, dtype, IntegerFacts(None, None, Kind.ARITHMETIC, activations=activations), target
        )


def denied(laboratory: Laboratory, found: Specimen, dtype: str, facts: IntegerFacts, target: Target) -> IntegerRow:
    """The best that comes of claiming a kernel that the table denies, in any version and with one scale or several."""
    rows = []
    for version in VERSIONS:
        for scaling in dict.fromkeys((facts.scaling, Scaling.SAME)):
            fixed = facts.fixed16 or Grid("INT16", 1 / 32768, 0)
            claim = replace(facts, version=version, version16=version, scaling=scaling, fixed16=fixed)
            with _claiming(found.kind, claim):
                rows.append(_row(laboratory, found, dtype, target, False))
    return max(rows, key=lambda row: row.outcome.decibel if row.outcome.kind == "ran" else float("-inf"))


@contextlib.contextmanager
def _claiming(kind: str, facts: IntegerFacts) -> Iterator[None]:
    table: dict[str, IntegerFacts] = kernels.INTEGER_FACTS  # type: ignore[assignment]
    before = table.get(kind)
    table[kind] = facts
    try:
        yield
    finally:
        if before is None:
            del table[kind]
        else:
            table[kind] = before


def _row(laboratory: Laboratory, found: Specimen, dtype: str, target: Target, claimed: bool) -> IntegerRow:
    plan = make_plan(found.model, in_integers(found.kind, dtype), target, found.calibration)
    if not plan.integers:
        return IntegerRow(found.name, found.kind, dtype, target, claimed, Outcome(UNTRIED), False, True)
    path = laboratory.next_path()
    with path.open("wb") as file:
        write_quantized(plan, file)
    outcome = laboratory.outcome(str(path), found.inputs, found.expected, target.delegate, _results(plan))
    predicted = target.delegate and _predicted(read(str(path)), _results(plan))
    expected = target.delegate and dtype == "INT8" and found.kind in target.integer
    return IntegerRow(
        found.name, found.kind, dtype, target, claimed, outcome, expected,
        outcome.kind != "ran" or outcome.delegated == predicted,
    )  # fmt: skip


def _results(plan: Plan) -> frozenset[int]:
    """The tensors that the operators in integers make."""
    graph = PlannedGraph(plan.model, plan.model.subgraphs[0], rewrite(plan))
    chosen = plan.integers[0].dtypes
    return frozenset(
        index for each in graph.operators if each.source and each.source.index in chosen for index in each.outputs
    )


def _predicted(model: Model, results: frozenset[int]) -> bool:
    """True if the delegate is said to take what makes these tensors."""
    graph = PlannedGraph(model, model.subgraphs[0])
    made = {index for position in xnnpack.taken(graph) for index in graph.operators[position].outputs}
    return made >= results
