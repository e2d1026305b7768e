"""Planning again after edits, with all that is remembered, comes to what planning from scratch comes to."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from msgspec import structs

from quantscope import documents
from quantscope.calibrate.run import calibrate
from quantscope.documents import planned as planning
from quantscope.inspection import Inspector, inspection
from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize import xnnpack
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.plan import Planner, make_plan
from quantscope.quantize.planned_graph import PlannedGraph
from quantscope.quantize.predict import Predictor, delegation
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.rewrite import rewrite
from quantscope.quantize.survey import Survey
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Change, Granularity, Match, Recipe, Rule
from tests.bench import graphs
from tests.engine.specimens import zoo_models
from tests.engine.test_odd_models import ODD

EDITS: Final = 12
FILE: Final = documents.File(path="model.tflite", bytes=1, sha256="0" * 64)
ASKED: Final = [precision for precision in Precision if precision is not Precision.NONE]
LARGEST: Final = 30_000_000


def edits(model: Model, recipe: Recipe, choice: random.Random, count: int = EDITS) -> Iterator[Recipe]:
    """What clicking at random makes of a recipe: rules for operators, scopes and types, undone and redone at times."""
    history = [recipe]
    for number in range(count):
        if len(history) > 1 and choice.random() < 0.25:
            history.pop()
        elif choice.random() < 0.1:
            history.append(structs.replace(PRESETS[choice.choice([*PRESETS])], rules=history[-1].rules))
        else:
            rule = Rule(match=match(model, choice), set=change(choice))
            history.append(structs.replace(history[-1], rules=(*history[-1].rules, rule), name=f"edited-{number}"))
        yield history[-1]
        if choice.random() < 0.2:
            yield choice.choice(history)


def match(model: Model, choice: random.Random) -> Match:
    subgraph = choice.choice(model.subgraphs)
    if not subgraph.operators or choice.random() < 0.1:
        return Match()
    operator = choice.choice(subgraph.operators)
    name = subgraph.tensors[operator.outputs[0]].name if operator.outputs and operator.outputs[0] >= 0 else "x"
    some = choice.sample(range(len(subgraph.operators)), choice.randint(1, len(subgraph.operators)))
    return choice.choice([
        Match(operators=(operator.index,), subgraph=subgraph.index),
        Match(operators=tuple(some), subgraph=subgraph.index),
        Match(operators=(operator.index, 10**6)),
        Match(type=operator.type),
        Match(type=f"{operator.type[:3]}*", scope=name.rpartition("/")[0] or None),
        Match(scope=name.rpartition("/")[0] or name or "x"),
        Match(name=name or "*"),
    ])  # fmt: skip


def change(choice: random.Random) -> Change:
    return Change(
        precision=choice.choice([*ASKED, Precision.FLOAT32]),
        granularity=choice.choice([None, None, None, *Granularity]),
        minimum_elements=choice.choice([None, 1, 5000]),
    )


def hold(model: Model, target: str, recipes: Iterator[Recipe], calibration: Calibration | None = None) -> None:
    """Plans, documents and predictions of one who remembers equal those of one who doesn't, and what a window makes of
    one document after the other is each time the whole document."""
    planner = Planner(Survey(model), TARGETS[target], calibration)
    inspector = Inspector(model, TARGETS[target], FILE)
    predictor = Predictor(model, TARGETS[target])
    shown: documents.Inspection | None = None
    for recipe in recipes:
        plan, anew = planner.plan(recipe), make_plan(model, recipe, TARGETS[target], calibration)
        assert replace(plan, integers={}) == replace(anew, integers={})
        expected = inspection(anew, FILE)
        sent = documents.to_json(inspector.planned(plan))
        if shown is None:
            shown = inspector.inspection(plan, inspector.planned(plan))
        shown = planning.applied(planning.decode(sent), shown)
        assert shown == expected
        assert shown == documents.from_json(documents.to_json(expected), documents.Inspection)
        for subgraph, row in enumerate(expected.subgraphs):
            if row.operators:
                at = len(row.operators) // 2
                assert inspector.operator(plan, inspector.planned(plan), subgraph, at) == row.operators[at]
        edit = rewrite(plan)
        for graph, known in zip(predictor.graphs(edit), predictor.known, strict=True):
            assert xnnpack.taken(graph, known) == xnnpack.taken(PlannedGraph(model, graph.subgraph, edit))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ODD)
def test_odd_models(name: str, target: str, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(ODD[name].build().build())
    model = read(path)
    for seed in range(3):
        choice = random.Random(f"{name} {seed}")
        hold(model, target, edits(model, PRESETS[choice.choice([*PRESETS])], choice))


@pytest.mark.parametrize(
    "path", [path for path in zoo_models() if path.stat().st_size < LARGEST], ids=lambda path: path.stem
)
def test_real_models(path: Path) -> None:
    model, choice = read(path), random.Random(path.stem)
    hold(model, "xnnpack", edits(model, PRESETS["dynamic-int8"], choice))


@pytest.mark.parametrize("shares", [False, True])
def test_large_models(shares: bool, tmp_path: Path) -> None:
    graphs.layers(400, tmp_path / "layers.tflite", shares)
    model, choice = read(tmp_path / "layers.tflite"), random.Random(1)
    hold(model, "xnnpack", edits(model, PRESETS["dynamic-int8"], choice, 2 * EDITS))


def test_cells_drawn_at_random(tmp_path: Path) -> None:
    graphs.cells(400, tmp_path / "cells.tflite")
    model, choice = read(tmp_path / "cells.tflite"), random.Random(2)
    hold(model, "xnnpack", edits(model, PRESETS["weight-only-int8"], choice, 2 * EDITS))


def test_with_a_calibration(tmp_path: Path) -> None:
    """Integers have grids of their own, which a rule moves from afar."""
    graphs.layers(80, tmp_path / "layers.tflite", shares=False)
    model, choice = read(tmp_path / "layers.tflite"), random.Random(3)
    hold(model, "xnnpack", edits(model, PRESETS["static-int8"], choice), calibrate(model, samples=2))


@pytest.mark.parametrize(
    "change",
    [{"dtype": "INT16"}, {"scales": None}],
    ids=str,
)
def test_what_becomes_of_an_operator_depends_on_the_form_of_its_weights(change: dict[str, Any], tmp_path: Path) -> None:
    graphs.layers(40, tmp_path / "layers.tflite", shares=False)
    model, target = read(tmp_path / "layers.tflite"), TARGETS["xnnpack"]
    edit = rewrite(make_plan(model, PRESETS["dynamic-int8"], target))
    main = edit.subgraphs[0]
    tensors = {at: replace(each, **change) if each.dtype == "INT8" else each for at, each in main.tensors.items()}
    other = replace(edit, subgraphs={**edit.subgraphs, 0: replace(main, tensors=tensors)})
    predictor = Predictor(model, target)
    before = predictor.delegation(predictor.graphs(edit))
    after = predictor.delegation(predictor.graphs(other))
    assert before == delegation(model, edit, target)
    assert after == delegation(model, other, target)
    assert after != before


def test_what_does_not_change_is_the_same_object(tmp_path: Path) -> None:
    graphs.layers(80, tmp_path / "layers.tflite", shares=False)
    model = read(tmp_path / "layers.tflite")
    planner, inspector = Planner(Survey(model), TARGETS["xnnpack"]), Inspector(model, TARGETS["xnnpack"], FILE)
    plan = planner.plan(PRESETS["dynamic-int8"])
    before = inspector.inspection(plan, inspector.planned(plan))
    kept = Rule(match=Match(operators=(2,), subgraph=0), set=Change(precision=Precision.FLOAT32))
    plan = planner.plan(structs.replace(PRESETS["dynamic-int8"], rules=(kept,)))
    after = planning.applied(planning.decode(documents.to_json(inspector.planned(plan))), before)
    pairs = zip(before.subgraphs[0].operators, after.subgraphs[0].operators, strict=True)
    assert [place for place, (one, other) in enumerate(pairs) if one is not other] == [2]


def test_a_plan_of_another_model_is_refused(tmp_path: Path) -> None:
    graphs.layers(40, tmp_path / "layers.tflite")
    plan = make_plan(read(tmp_path / "layers.tflite"), PRESETS["dynamic-int8"], TARGETS["xnnpack"])
    inspector = Inspector(plan.model, plan.target, FILE)
    sent, whole = inspector.planned(plan), inspector.inspection(plan, inspector.planned(plan))
    with pytest.raises(ValueError, match="another model"):
        planning.applied(sent, structs.replace(whole, model=structs.replace(FILE, sha256="1" * 64)))
    with pytest.raises(ValueError, match="another model"):
        planning.applied(sent, structs.replace(whole, subgraphs=()))


@pytest.mark.parametrize("table", ["precisions", "reasons", "rules"])
def test_an_index_beyond_its_table_is_refused(table: str, tmp_path: Path) -> None:
    graphs.layers(40, tmp_path / "layers.tflite")
    plan = make_plan(read(tmp_path / "layers.tflite"), PRESETS["dynamic-int8"], TARGETS["xnnpack"])
    document = documents.to_builtins(Inspector(plan.model, plan.target, FILE).planned(plan))
    document[table] = []
    with pytest.raises(msgspec.ValidationError, match="beyond its table"):
        planning.decode(msgspec.json.encode(document))
