"""Recipes: their form, which operators rules match, which rule wins, and what is said of rules that come to nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope import api, documents
from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize.asked import Resolver
from quantscope.quantize.plan import Planner, make_plan
from quantscope.quantize.presets import PRESETS, find_recipe, from_json, to_json
from quantscope.quantize.survey import Survey
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Algorithm, Change, Granularity, Match, Recipe, Rule, Setting
from quantscope.worker import protocol
from tests.lab import Lab
from tests.models import ModelBuilder
from tests.operators import conv, lstm, normal

INT8 = Setting(precision=Precision.HYBRID_INT8)
FLOAT = Change(precision=Precision.FLOAT32)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("recipes"))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def model(lab: Lab) -> Model:
    """Two subgraphs of three layers each, with names as converters give them, brackets and all."""
    built = ModelBuilder()
    for graph_name in ("first", "second"):
        graph = built.subgraph(graph_name)
        x = graph.input("x", (2, 64))
        for name in ("net/layer_1/dense[0]", "net/layer_10/dense;net/add", "head/logits"):
            weight, y = graph.constant("w", normal(64, 64)), graph.tensor(name, (2, 64))
            graph.operator("FULLY_CONNECTED", [x, weight, -1], [y], tfl.FullyConnectedOptionsT())
            x = y
        z = graph.tensor("net/layer_1x/out", (2, 64))
        graph.operator("TANH", [x], [z])
        graph.outputs = [z]
        built.signature(graph_name, {"x": 0}, {"z": z}, subgraph=len(built.model.subgraphs) - 1)
    return read(lab.write(built))


def mine(*rules: tuple[Match, Change], default: Setting = INT8) -> Recipe:
    return Recipe(name="mine", default=default, rules=tuple(Rule(match=match, set=change) for match, change in rules))


def matched(model: Model, match: Match) -> list[tuple[int, int]]:
    """(subgraph, operator) that a rule with this condition changes."""
    rows = Resolver(model).resolve(mine((match, FLOAT))).operators
    return [(at, index) for at, row in enumerate(rows) for index, asked in enumerate(row) if asked.rule == 0]


@pytest.mark.parametrize(("match", "operators"), [
    (Match(), (0, 1, 2, 3)), (Match(type="FULLY_CONNECTED"), (0, 1, 2)), (Match(type="*CONNECTED"), (0, 1, 2)),
    (Match(type="T?NH"), (3,)), (Match(type="tanh"), ()), (Match(name="net/layer_1/dense[0]"), (0,)),
    (Match(name="net/*"), (0, 1, 3)), (Match(name="net"), ()), (Match(regex="layer_1."), (0, 1, 3)),
    (Match(regex="^head|add$"), (1, 2)), (Match(scope="net/layer_1"), (0,)), (Match(scope="net/layer_1/"), (0,)),
    (Match(scope="net"), (0, 1, 3)), (Match(scope="net/add"), (1,)), (Match(operators=(2, 3, 17)), (2, 3)),
    (Match(type="FULLY_CONNECTED", scope="net", operators=(1, 2)), (1,)),
], ids=str)  # fmt: skip
def test_what_a_rule_matches(model: Model, match: Match, operators: tuple[int, ...]) -> None:
    assert matched(model, match) == [(graph, operator) for graph in (0, 1) for operator in operators]
    one = msgspec.structs.replace(match, subgraph=1)
    assert matched(model, one) == [(1, operator) for operator in operators]


def test_later_rules_win_setting_by_setting(model: Model) -> None:
    recipe = mine(
        (Match(type="FULLY_CONNECTED"), Change(precision=Precision.FLOAT16, minimum_elements=7)),
        (Match(scope="head"), Change(precision=Precision.WEIGHT_ONLY_INT8, algorithm=Algorithm.MSE)),
        (Match(operators=(0,)), Change(granularity=Granularity.BLOCK_32)),
    )
    dense, _, head, tanh = Resolver(model).resolve(recipe).operators[0]
    assert dense.setting == Setting(precision=Precision.FLOAT16, granularity=Granularity.BLOCK_32, minimum_elements=7)
    assert head.setting == Setting(precision=Precision.WEIGHT_ONLY_INT8, algorithm=Algorithm.MSE, minimum_elements=7)
    assert tanh.setting == INT8
    assert [asked.rule for asked in (dense, head, tanh)] == [0, 1, None]


def test_rules_that_come_to_nothing_are_found(model: Model) -> None:
    recipe = mine(
        (Match(type="CONV_2D"), FLOAT),
        (Match(operators=(1,)), FLOAT),
        (Match(type="FULLY_CONNECTED"), Change(precision=Precision.FLOAT16)),
        (Match(type="TANH"), Change()),
    )
    findings = make_plan(model, recipe, TARGETS["xnnpack"]).findings
    assert [(finding.code.value, finding.rule) for finding in findings] == [
        ("rule-matches-nothing", 0), ("rule-overridden", 1), ("rule-overridden", 3),
    ]  # fmt: skip
    assert findings[0].text == "Rule 1 matches no operator of this model."


def test_what_needs_calibration_is_said(model: Model) -> None:
    recipe = mine((Match(scope="head"), Change(precision=Precision.INT16X8)))
    plan = make_plan(model, recipe, TARGETS["xnnpack"])
    (finding,) = plan.findings
    assert (finding.code.value, finding.rule, finding.arguments["count"]) == ("needs-calibration", 0, 2)
    assert plan.decisions[0][2].reason.code.value == "needs-calibration"
    assert plan.decisions[0][1].precision is Precision.HYBRID_INT8


def test_operator_kept_by_a_rule_says_which(model: Model) -> None:
    recipe = mine((Match(type="TANH"), Change(precision=Precision.FLOAT16)), (Match(scope="head"), FLOAT))
    reason = make_plan(model, recipe, TARGETS["xnnpack"]).decisions[1][2].reason
    assert reason.text == "Rule 2 of the recipe chosen keeps it in float."
    assert reason.in_recipe(recipe.name).text == "Rule 2 of the recipe mine keeps it in float."


@pytest.mark.parametrize("kept", [0, 1])
def test_weight_of_an_operator_that_is_kept_in_float_stays_float_for_all(lab: Lab, kept: int) -> None:
    built = ModelBuilder()
    graph = built.subgraph()
    x, w = graph.input("x", (2, 64)), graph.constant("w", normal(64, 64))
    for name in ("a", "b"):
        y = graph.tensor(name, (2, 64))
        graph.operator("FULLY_CONNECTED", [x, w, -1], [y], tfl.FullyConnectedOptionsT())
        x = y
    graph.outputs = [x]
    plan = make_plan(read(lab.write(built)), mine((Match(operators=(kept,)), FLOAT)), TARGETS["xnnpack"])
    reasons = [decision.reason for decision in plan.decisions[0]]
    assert reasons[kept].code.value == "kept-by-rule"
    assert reasons[1 - kept].text.startswith(f"The weight is shared with FULLY_CONNECTED #{kept}")
    assert not plan.changes_anything


def test_planning_again_gives_what_planning_anew_gives(model: Model) -> None:
    planner = Planner(Survey(model), TARGETS["xnnpack"])
    recipes = [mine(), mine((Match(operators=(1,)), FLOAT)), PRESETS["float16"], mine((Match(scope="net"), FLOAT))]
    for recipe in (*recipes, *reversed(recipes)):
        anew = make_plan(model, recipe, TARGETS["xnnpack"])
        again = planner.plan(recipe)
        assert (again.decisions, again.storage, again.findings) == (anew.decisions, anew.storage, anew.findings)


def test_what_a_rule_asks_for_is_done_though_the_default_had_better_not(lab: Lab) -> None:
    """A convolution too shallow to be faster, an LSTM too coarse for one scale, weights too coarse for 4 bits."""
    for build, reason, kernel in (
        (lambda: conv(normal(64, 1, 1, 16), 16, size=8), "hybrid-not-faster", Precision.HYBRID_INT8),
        (lambda: lstm(outlier=9.0), "per-tensor-too-coarse", Precision.HYBRID_INT8),
    ):
        read_again = read(lab.write(build()))
        asked = Setting(precision=kernel)
        (plain,) = make_plan(read_again, mine(default=asked), TARGETS["xnnpack"]).decisions[0]
        assert plain.reason.code.value == reason
        edit = plain.reason.edit
        assert edit is not None
        (forced,) = make_plan(
            read_again, mine((Match(operators=(0,)), edit), default=asked), TARGETS["xnnpack"]
        ).decisions[0]
        assert forced.precision is kernel


# The JSON form --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", [*PRESETS.values(), mine((Match(regex="a", operators=(1,)), FLOAT))], ids=str)
def test_recipe_there_and_back(recipe: Recipe) -> None:
    assert from_json(to_json(recipe)) == recipe
    assert json.loads(to_json(recipe))["schema"] == "quantscope.recipe/2"


@pytest.mark.parametrize(("weights", "precision"), [("int8", "hybrid-int8"), ("float16", "float16")])
def test_recipe_files_of_the_first_version_are_read(tmp_path: Path, weights: str, precision: str) -> None:
    content: dict[str, Any] = {"name": "old", "weights": weights, "minimum_elements": 500}
    for extra in ({}, {"schema": "quantscope.recipe/1", "title": "Old"}):
        path = tmp_path / "old.json"
        path.write_text(json.dumps({**content, **extra}))
        found = find_recipe(str(path))
        assert (found.name, found.default.precision.value, found.default.minimum_elements) == ("old", precision, 500)
        assert found.schema == "quantscope.recipe/2"


def test_whole_recipe_travels_in_requests_and_documents(model: Model) -> None:
    recipe = mine((Match(type="CONV_2D"), FLOAT))
    request = protocol.Inspect(id=1, path="m", recipe=recipe, target="xnnpack")
    assert protocol.decode_request(protocol.encode(request)) == request
    document = api.inspect(api.plan(model, recipe))
    assert (document.recipe, document.recipe_document) == ("mine", recipe)
    assert [(finding.code, finding.rule) for finding in document.findings] == [("rule-matches-nothing", 0)]
    assert documents.from_json(documents.to_json(document), documents.Inspection) == document


def test_values_that_contradict_themselves_are_refused() -> None:
    for wrong in ('{"precision": "none"}', '{"precision": "int8", "minimum_elements": 0}'):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(wrong, type=Setting)
    assert [each.block for each in Granularity] == [0, 0, 0, 32, 64, 128, 256]
    assert np.all([PRESETS[name].name == name for name in PRESETS])
