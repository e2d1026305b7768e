"""Every operator in integers on the real interpreter: what the table claims is right there, what it denies isn't."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import pytest

from quantscope.calibrate.run import calibrate
from quantscope.errors import RunError
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize.apply import write_quantized
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.plan import Plan, make_plan
from quantscope.quantize.ranges import Grid
from quantscope.quantize.static import kernels
from quantscope.quantize.static.kernels import INTEGER_FACTS
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Change, Match, Recipe, Rule, Setting
from tests.lab import Lab, sqnr
from tests.models import Array
from tests.static_operators import CASES

PRECISIONS: Final = {"INT8": Precision.INT8, "INT16": Precision.INT16X8}
# What eight bits of activation and weight leave of normal values; sixteen leave what the weights do.
DECIBEL: Final[Mapping[str, float]] = {"INT8": 29.0, "INT16": 40.0}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("integers"))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def calibrated(lab: Lab) -> Mapping[str, tuple[str, Calibration]]:
    """Every case's file and calibration, made when first asked for."""

    class Known(dict[str, tuple[str, Calibration]]):
        def __missing__(self, name: str) -> tuple[str, Calibration]:
            path = lab.write(CASES[name][1]())
            self[name] = path, calibrate(read(path), samples=3)
            return self[name]

    return Known()


def in_integers(kind: str, dtype: str) -> Recipe:
    """Only operators of one type, named by a rule so that it is done wherever it can be."""
    return Recipe(
        name="named",
        default=Setting(precision=Precision.FLOAT32),
        rules=(Rule(match=Match(type=kind), set=Change(precision=PRECISIONS[dtype])),),
    )


def quantized(lab: Lab, path: str, calibration: Calibration, kind: str, dtype: str, target: str) -> tuple[Plan, str]:
    plan = make_plan(read(path), in_integers(kind, dtype), TARGETS[target], calibration)
    output = f"{path}.{dtype}.{target}"
    with open(output, "wb") as file:
        write_quantized(plan, file)
    return plan, output


def agreement(expected: list[list[Array]], found: list[list[Array]]) -> float:
    pairs = [(a, b) for one, two in zip(expected, found, strict=True) for a, b in zip(one, two, strict=True)]
    return sum(float((a == b).mean()) for a, b in pairs) / len(pairs)


CLAIMED = [
    (name, dtype, target)
    for name, (kind, _) in CASES.items()
    for dtype in PRECISIONS
    if INTEGER_FACTS[kind].has_kernel(dtype)
    for target in TARGETS
]


@pytest.mark.parametrize(("name", "dtype", "target"), CLAIMED, ids=lambda value: str(value))
def test_claimed_kernels_compute_what_float_does(
    lab: Lab, calibrated: Mapping[str, tuple[str, Calibration]], name: str, dtype: str, target: str
) -> None:
    kind = CASES[name][0]
    path, calibration = calibrated[name]
    plan, output = quantized(lab, path, calibration, kind, dtype, target)
    decisions = [d for o, d in zip(plan.model.subgraphs[0].operators, plan.decisions[0], strict=True) if o.type == kind]
    assert {decision.precision for decision in decisions} == {PRECISIONS[dtype]}
    assert {decision.reason.code.value for decision in decisions} <= {"integer-kernel", "integer-data"}
    delegate = TARGETS[target].delegate
    expected, found = lab.float_outputs(path, delegate), lab.outputs(output, path, delegate)
    if expected[0][0].dtype.kind == "f":
        assert sqnr(expected, found) > DECIBEL[dtype]
    else:
        # Places and comparisons: values that are nearly equal may change places.
        assert agreement(expected, found) > 0.95


DENIED = [(kind, dtype) for kind, facts in INTEGER_FACTS.items() for dtype in PRECISIONS if not facts.has_kernel(dtype)]


@pytest.mark.parametrize(("kind", "dtype"), DENIED)
def test_denied_kernels_are_refused_by_the_runtime(
    lab: Lab,
    calibrated: Mapping[str, tuple[str, Calibration]],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    dtype: str,
) -> None:
    name = next(name for name, (each, _) in CASES.items() if each == kind)
    path, calibration = calibrated[name]
    plan = make_plan(read(path), in_integers(kind, dtype), TARGETS["builtin"], calibration)
    reasons = {d.reason.code.value for o, d in zip(plan.model.subgraphs[0].operators, plan.decisions[0], strict=True)
               if o.type == kind}  # fmt: skip
    assert reasons <= {"no-integer-kernel", "data-movement", "hybrid-kernel"}
    facts = INTEGER_FACTS[kind]
    claimed = replace(facts, version=1, version16=1, fixed16=facts.fixed16 or Grid("INT16", 1 / 32768, 0))
    monkeypatch.setitem(kernels.INTEGER_FACTS, kind, claimed)  # type: ignore[arg-type]
    try:
        _, output = quantized(lab, path, calibration, kind, dtype, "builtin")
        found = lab.outputs(output, path, False)
    except RunError:
        return
    expected = lab.float_outputs(path, False)
    # A runtime that runs it nevertheless computes nonsense, or hasn't got the operator's version of that type.
    wrong = sqnr(expected, found) < 20 if expected[0][0].dtype.kind == "f" else agreement(expected, found) < 0.9
    assert wrong


def test_every_operator_of_the_table_has_a_case() -> None:
    assert {kind for kind, _ in CASES.values()} == INTEGER_FACTS.keys()


def test_operators_without_integer_kernels_say_so(lab: Lab) -> None:
    from tests.static_operators import unary

    path = lab.write(unary("SIN")())
    plan = make_plan(read(path), in_integers("SIN", "INT8"), TARGETS["xnnpack"], calibrate(read(path), samples=1))
    (decision,) = plan.decisions[0]
    assert (decision.precision.value, decision.reason.code.value) == ("float32", "no-integer-kernel")
    assert decision.fallback
