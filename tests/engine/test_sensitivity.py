"""Sensitivity: what is measured is what a recipe with that rule gives."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope import api
from quantscope.cli.main import main
from quantscope.documents import OutputError, from_json, to_json
from quantscope.documents.sensitivity import Sensitivity
from quantscope.errors import CancelledError, ModelUnsupportedError, UsageError
from quantscope.precision import Precision
from quantscope.quantize.presets import PRESETS
from quantscope.recipe import Change, Match, Recipe, Rule
from quantscope.sensitivity import decibel, pooled
from tests.engine.specimens import looked_up, weights
from tests.lab import Lab
from tests.models import ModelBuilder, fully_connected


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("sensitivities"))
    yield lab
    lab.close()


def uneven() -> ModelBuilder:
    """Three matrices, of which the second has in each row one weight that leaves the others hardly any codes."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 64))
    for seed in range(3):
        matrix = weights(64, 64, seed=seed)
        if seed == 1:
            matrix[np.arange(64), np.arange(64)] = 60
        w, y = graph.constant("w", matrix), graph.tensor("y", (1, 64))
        graph.operator("FULLY_CONNECTED", [x, w, -1], [y], tfl.FullyConnectedOptionsT())
        x = y
    graph.outputs = [x]
    return model


def test_the_culprit_gains_most_and_the_figures_are_those_of_its_recipe(lab: Lab, tmp_path: Path) -> None:
    source = lab.write(uneven())
    plan = api.plan(api.load(source), "float16")
    document = api.sensitivity(plan, samples=4, worst=3)
    sizes = {"before": api.apply(plan, tmp_path / "a.tflite").output.bytes}
    (before,) = api.compare(source, tmp_path / "a.tflite", samples=4, operators=False).outputs
    assert before.sqnr_db is not None
    assert document.sqnr_db == pytest.approx(before.sqnr_db)
    assert document.bytes == sizes["before"]
    assert {kept.index for kept in document.operators} == {0, 1, 2}
    gains = [kept.gain_db for kept in document.operators]
    assert gains == sorted(gains, key=lambda gain: -(gain or 0))
    for kept in document.operators:
        rule = Rule(match=Match(operators=(kept.index,)), set=Change(precision=Precision.FLOAT32))
        base = PRESETS["float16"]
        recipe = Recipe(name="mine", default=base.default, rules=(rule,))
        output = tmp_path / f"{kept.index}.tflite"
        size = api.quantize_file(source, output, recipe).output.bytes
        (after,) = api.compare(source, output, samples=4, operators=False).outputs
        assert after.sqnr_db is not None
        assert kept.sqnr_db == pytest.approx(after.sqnr_db)
        assert kept.gain_db == pytest.approx(after.sqnr_db - before.sqnr_db)
        assert kept.extra_bytes == size - sizes["before"]
    assert from_json(to_json(document), Sensitivity) == document


def test_only_as_many_as_asked_the_worst_first_then_the_others_together(lab: Lab, tmp_path: Path) -> None:
    source = lab.write(uneven())
    plan = api.plan(api.load(source))
    errors = {}
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    for error in api.compare(source, quantized, samples=3).operators:
        assert error.own is not None
        assert error.own.sqnr_db is not None
        errors[error.index] = error.own.sqnr_db
    document = api.sensitivity(plan, samples=3, worst=1)
    (kept,) = document.operators
    assert document.candidates == len(errors)
    assert document.rest is not None
    assert document.rest.operators == len(errors) - 1
    rule = Rule(
        match=Match(operators=tuple(sorted(set(errors) - {kept.index}))), set=Change(precision=Precision.FLOAT32)
    )
    others = msgspec.structs.replace(PRESETS["dynamic-int8"], rules=(*PRESETS["dynamic-int8"].rules, rule))
    output = tmp_path / "others.tflite"
    api.quantize_file(source, output, others)
    (after,) = api.compare(source, output, samples=3, operators=False).outputs
    assert document.rest.sqnr_db == pytest.approx(after.sqnr_db)
    assert errors[kept.index] == min(errors.values()) == pytest.approx(kept.own_sqnr_db)


def test_nothing_left_quantized_is_identical(lab: Lab) -> None:
    source = lab.write(fully_connected(weights(64, 64)))
    (kept,) = api.sensitivity(api.plan(api.load(source)), samples=2).operators
    assert kept.identical
    assert (kept.sqnr_db, kept.gain_db) == (None, None)
    assert kept.extra_bytes == os.path.getsize(source) - api.sensitivity(api.plan(api.load(source)), samples=2).bytes


def test_tied_weights_go_to_float_together(lab: Lab) -> None:
    source = lab.write(looked_up())
    document = api.sensitivity(api.plan(api.load(source)), samples=2)
    assert all(kept.identical for kept in document.operators)


def test_static_recipes_keep_their_calibration(lab: Lab, tmp_path: Path) -> None:
    """What is tried has the ranges of the plan."""
    source = lab.write(uneven())
    model = api.load(source)
    calibration = api.calibrate(model, samples=4)
    plan = api.plan(model, "static-int8", calibration=calibration)
    document = api.sensitivity(plan, samples=4, worst=3)
    assert {kept.precision for kept in document.operators} == {"int8"}
    best = document.operators[0]
    rule = Rule(match=Match(operators=(best.index,)), set=Change(precision=Precision.FLOAT32))
    recipe = msgspec.structs.replace(PRESETS["static-int8"], rules=(rule,))
    api.apply(api.plan(model, recipe, calibration=calibration), tmp_path / "kept.tflite")
    (after,) = api.compare(source, tmp_path / "kept.tflite", samples=4, operators=False).outputs
    assert best.sqnr_db == pytest.approx(after.sqnr_db)


def test_what_can_not_be_measured(lab: Lab) -> None:
    plan = api.plan(api.load(lab.write(uneven())))
    with pytest.raises(UsageError, match="operators"):
        api.sensitivity(plan, worst=0)
    with pytest.raises(ModelUnsupportedError):
        api.sensitivity(api.plan(api.load(lab.write(fully_connected(weights(4, 4))))))

    def cancel(fraction: float, text: str) -> None:
        if fraction > 0.5:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        api.sensitivity(plan, samples=2, progress=cancel)


def test_outputs_are_pooled_with_the_same_say() -> None:
    def output(sqnr_db: float | None, identical: bool = False) -> OutputError:
        return OutputError(name="", sqnr_db=sqnr_db, max_abs=0, cosine=1, top1_agreement=None, identical=identical)

    assert decibel(pooled([output(20), output(20)])) == pytest.approx(20)
    assert decibel(pooled([output(20), output(None, True)])) == pytest.approx(20 + 10 * np.log10(2))
    assert pooled([output(None, True)]) == 0
    assert decibel(pooled([output(20), output(None)])) is None
    assert decibel(0) is None


def test_command_line(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    source = lab.write(uneven())
    assert main(["sensitivity", source, "--samples", "2", "--worst", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "quantscope.sensitivity/1"
    assert len(found["operators"]) == 2
    assert main(["sensitivity", source, "--samples", "2", "--worst", "1"]) == 0
    assert "FULLY_CONNECTED #" in capsys.readouterr().err
    assert main(["sensitivity", source, "--samples", "2", "--worst", "1", "--recipe", "static-int8"]) == 0
    assert "int8" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["sensitivity", source, "--worst", "0"])
