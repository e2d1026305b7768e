"""Reasons are true: operators of real models run as decided, and the other way, which is worse as the reason says."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from quantscope import api
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize.apply import write_quantized
from quantscope.quantize.plan import Plan, make_plan
from quantscope.quantize.predict import delegation
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.rewrite import rewrite
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Change, Granularity, Match, Recipe, Rule
from tests.engine.test_delegation import actual_borders
from tests.lab import Lab, sqnr

ZOO = Path(os.environ.get("QUANTSCOPE_ZOO", Path(__file__).parents[3] / "shared" / "zoo"))

pytestmark = pytest.mark.skipif(not ZOO.is_dir(), reason=f"the zoo of real models is not at {ZOO}")


@dataclass(frozen=True)
class Spot:
    """A model that a recipe gives some operators of a reason in, and what a rule for them asks for instead."""

    model: str
    recipe: str
    reason: str
    instead: Change
    target: str = "xnnpack"


@dataclass(frozen=True)
class Both:
    """The model as decided and the other way."""

    lab: Lab
    source: str
    decided: Plan
    other: Plan
    places: tuple[tuple[int, int], ...]

    def written(self) -> tuple[str, str]:
        paths = []
        for name, plan in (("decided", self.decided), ("other", self.other)):
            path = self.lab.folder / f"{Path(self.source).stem}.{self.decided.recipe.name}.{name}.tflite"
            with path.open("wb") as file:
                write_quantized(plan, file)
            paths.append(str(path))
        return paths[0], paths[1]

    def decibels(self) -> list[float]:
        """Of both against float."""
        delegate = self.decided.target.delegate
        expected = self.lab.float_outputs(self.source, delegate)
        return [sqnr(expected, self.lab.outputs(path, self.source, delegate)) for path in self.written()]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("spots"))
    yield lab
    lab.close()


def both(lab: Lab, spot: Spot) -> Both:
    source = str(ZOO / f"{spot.model}.tflite")
    model, preset = read(source), PRESETS[spot.recipe]
    calibration = lab.calibrations[source] if preset.needs_calibration else None
    decided = make_plan(model, preset, TARGETS[spot.target], calibration)
    places = tuple(
        (subgraph, at)
        for subgraph, row in enumerate(decided.decisions)
        for at, decision in enumerate(row)
        if decision.reason.code.value == spot.reason
    )
    assert places, "no operator of the model has this reason"
    rules = tuple(Rule(match=Match(operators=(at,), subgraph=subgraph), set=spot.instead) for subgraph, at in places)
    other = Recipe(name=f"not-{spot.reason}", default=preset.default, rules=rules)
    plan = make_plan(model, other, TARGETS[spot.target], calibration)
    assert any(plan.decisions[s][at].precision is not decided.decisions[s][at].precision for s, at in places)
    return Both(lab, source, decided, plan, places)


def microseconds(path: str) -> float:
    """Of one run on one thread, the least of several."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(path, num_threads=1)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], np.zeros(detail["shape"], detail["dtype"]))
    times = []
    for _ in range(8):
        np.zeros(64).sum()  # clears the vector registers (design: vector-state trap)
        start = time.process_time()
        interpreter.invoke()
        times.append(time.process_time() - start)
    return min(times) * 1e6


INTEGERS = Change(precision=Precision.INT8)
PER_TENSOR = Change(precision=Precision.HYBRID_INT8, granularity=Granularity.TENSOR)


@pytest.mark.parametrize("spot", [
    Spot("g2p_encoder_gru_while", "static-int8", "loop-product", INTEGERS),
    Spot("g2p_encoder_gru_while", "static-int8", "loop-state", INTEGERS),
    Spot("fsdd_lstm", "static-int8", "slower-in-integers", INTEGERS),
    Spot("resemblyzer_lstm3x256", "dynamic-int8", "per-tensor-too-coarse", PER_TENSOR),
], ids=lambda spot: spot.reason)  # fmt: skip
def test_the_other_way_is_less_exact(lab: Lab, spot: Spot) -> None:
    decided, other = both(lab, spot).decibels()
    assert other < decided - 1


def test_the_integer_lstm_is_slower(lab: Lab) -> None:
    found = both(lab, Spot("fsdd_lstm", "static-int8", "slower-in-integers", INTEGERS))
    decided, other = map(microseconds, found.written())
    assert other > 1.5 * decided


def test_integers_that_the_delegate_does_not_have_leave_it(lab: Lab) -> None:
    found = both(lab, Spot("mnist_cnn", "static-int8", "faster-in-float", INTEGERS))
    before, after = map(actual_borders, map(Path, found.written()))
    assert before is not None
    assert after is not None
    (taken,) = delegation(found.other.model, rewrite(found.other), found.other.target)
    assert {at for _, at in found.places}.isdisjoint(taken.taken)
    # What they made within the partition now leaves or enters one.
    assert after != before


def test_hybrid_depthwise_convolutions_would_tear_the_partition(lab: Lab) -> None:
    """What is decided for built-in kernels, which have them, on the delegate, which has not."""
    source = str(ZOO / "mlperf_vww_mobilenet_v1_025_96.tflite")
    model = api.load(source)
    counts = []
    for target in ("xnnpack", "builtin"):
        plan = make_plan(model, PRESETS["dynamic-int8"], TARGETS[target])
        path = lab.folder / f"vww.{target}.tflite"
        with path.open("wb") as file:
            write_quantized(plan, file)
        if target == "xnnpack":
            reasons = {decision.reason.code.value for decision in plan.decisions[0]}
            assert "holds-partition" in reasons
        (borders,) = actual_borders(path)
        assert borders is not None
        counts.append(len(borders))
    assert counts[0] < counts[1]


def test_small_weights_would_save_as_little_as_is_said(lab: Lab) -> None:
    found = both(lab, Spot("mnist_cnn", "dynamic-int8", "too-few-elements", Change(minimum_elements=1)))
    said = sum(int(found.decided.decisions[s][at].reason.arguments["bytes"]) for s, at in found.places)
    before, after = map(os.path.getsize, found.written())
    assert said > 0
    assert before - after <= said
