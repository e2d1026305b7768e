"""Overlays in the form of Model Explorer's node data: out, in again, and everything that is not quite that."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantscope_gui.colour import nodedata, schemes
from quantscope_gui.colour.nodedata import NodeDataError
from quantscope_gui.colour.schemes import Facts
from quantscope_gui.operators import plan as plans
from quantscope_gui.operators.plan import Plan
from quantscope_gui.theme.tokens import LIGHT
from tests.gui.conftest import Stage
from tests.gui.specimens import inspection, operator
from tests.gui.test_theme import contrast


@pytest.fixture(scope="module")
def plan() -> Plan:
    every = tuple(operator(index, name=name) for index, name in enumerate(("a", "b", "twice", "twice")))
    return plans.of(inspection(every, every[:1]))


def written(plan: Plan, key: str) -> dict[str, dict[str, dict[str, dict[str, object]]]]:
    scheme = next(scheme for scheme in schemes.SCHEMES if scheme.key == key)
    known = Facts({}, {}, {})
    found = json.loads(nodedata.write(plan, scheme.colour(plan, LIGHT, known), scheme.numbers(plan, known)))
    return found  # type: ignore[no-any-return]


def test_numbers_come_back_as_they_went_out(plan: Plan) -> None:
    data = written(plan, "weights")
    assert set(data) == {"graph_0", "graph_1"}
    assert set(data["graph_0"]["results"]) == {"a", "b", "2", "3"}, "names that occur twice give way to numbers"
    assert data["graph_0"]["results"]["a"]["value"] == 4096.0
    assert nodedata.read(json.dumps(data).encode(), plan.document) == {
        row.key: float(row.operator.weight_bytes) for row in plan.rows
    }


def test_names_that_are_numbers_and_graphs_without_names() -> None:
    """As converters from ONNX name tensors; Model Explorer takes a key for a name first, and names graphs itself."""
    every = tuple(operator(index, name=name) for index, name in enumerate(("2", "again", "again", "3")))
    document = inspection(every, every[:1])
    nameless = tuple(msgspec.structs.replace(subgraph, name="") for subgraph in document.subgraphs)
    plan = plans.of(msgspec.structs.replace(document, subgraphs=nameless))
    data = written(plan, "weights")
    assert set(data) == {"main", "subgraph_1"}
    assert set(data["main"]["results"]) == {"2", "1", "3"}, "what is called 2 is the first; the third has no key"
    found = nodedata.read(json.dumps(data).encode(), plan.document)
    assert set(found) == {(0, 0), (0, 1), (0, 3), (1, 0)}


@pytest.mark.parametrize("key", [scheme.key for scheme in schemes.SCHEMES])
def test_every_overlay_comes_back(plan: Plan, key: str) -> None:
    """Whatever operators are coloured by: numbers return, kinds are words that a viewer shows and we don't read."""
    numbers = {row.key: 0.5 + place for place, row in enumerate(plan.rows[:-1])}
    known = Facts(numbers, numbers, numbers, schemes.Overlay("mine", numbers), numbers)
    scheme = next(scheme for scheme in schemes.SCHEMES if scheme.key == key)
    shown = scheme.numbers(plan, known)
    data = nodedata.write(plan, scheme.colour(plan, LIGHT, known), shown)
    results = [entry for graph in json.loads(data).values() for entry in graph["results"].values()]
    assert all(set(entry) == {"value", "bgColor", "textColor"} for entry in results)
    assert all(contrast(entry["bgColor"], entry["textColor"]) >= 4.5 for entry in results)
    if shown:
        assert nodedata.read(data, plan.document) == shown
    else:
        assert all(isinstance(entry["value"], str) and entry["value"] for entry in results)
        assert len(results) == len(plan.rows)


def test_kinds_go_out_as_words_with_colours(plan: Plan) -> None:
    results = written(plan, "planned")["graph_0"]["results"]
    assert results["a"] == {"value": "hybrid int8", "bgColor": LIGHT.precision["hybrid-int8"], "textColor": "#ffffff"}


def test_one_graph_may_stand_alone(plan: Plan) -> None:
    data = {"results": {"a": {"value": 1}, "1": {"value": 2.5}, "elsewhere": {"value": 9}}, "thresholds": []}
    assert nodedata.read(json.dumps(data).encode(), plan.document) == {(0, 0): 1.0, (0, 1): 2.5}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"7", b"{", b"\xff\xfe", b'{"graph_0": 3}', b'{"graph_0": {"results": {"a": 1}}}',
        b'{"graph_0": {"results": {"a": {"value": "words"}}}}', b'{"graph_0": {"results": {"a": {"value": 1e999}}}}',
        b'{"other": {"results": {"a": {"value": 1}}}}', b'{"results": {"x": {"value": 1}}}', b"[" * 100_000,
        b'{"results": {"a": {"value": 1' + b"0" * 400 + b"}}}",
    ],
)  # fmt: skip
def test_what_is_no_overlay_of_this_model_is_said_in_a_sentence(plan: Plan, data: bytes) -> None:
    with pytest.raises(NodeDataError) as refusal:
        nodedata.read(data, plan.document)
    assert refusal.value.remedy


def test_a_file_that_is_too_large_is_refused(plan: Plan) -> None:
    with pytest.raises(NodeDataError, match="larger"):
        nodedata.read(b" " * (nodedata.MOST_BYTES + 1), plan.document)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["results", "a", "value"]), inner),
    max_leaves=12,
)


@given(json_values)
def test_any_json_gives_numbers_or_a_sentence(plan: Plan, value: object) -> None:
    try:
        found = nodedata.read(json.dumps(value).encode(), plan.document)
    except NodeDataError:
        return
    assert all(isinstance(number, float) for number in found.values())


def test_in_the_window(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    work, overlays = stage.window.work, stage.window.overlays
    stage.until(lambda: work.graph.view.scene is not None)
    stage.services.colours.choose("weights")
    path = tmp_path / "sizes.json"
    overlays.write(path)
    stage.until(path.exists)
    overlays.read(path)
    stage.until(lambda: stage.services.colours.scheme().key == "overlay")
    assert work.colour_by.shown() == "Imported overlay"
    plan = stage.current().plan
    assert plan is not None
    assert stage.services.colours.colour(plan, LIGHT).title == "sizes"
    path.write_text("[]")
    overlays.read(path)
    stage.until(lambda: bool(stage.window.tray.cards))
    overlays.read(tmp_path / "gone.json")
    stage.until(lambda: len(stage.window.tray.cards) == 2)
    overlays.write(tmp_path / "no folder" / "x.json")
    stage.until(lambda: len(stage.window.tray.cards) == 3)


def test_a_copy_for_netron_is_exported(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    selection = stage.open(model_file)
    copy = tmp_path / "copy.tflite"
    stage.services.annotator.export(selection, None, copy)
    stage.until(copy.exists)
    stage.until(lambda: not stage.services.board.entries)
    opened = stage.open(copy)
    assert all("[" in row.operator.name for row in opened.plan.rows)  # type: ignore[union-attr]
    stage.services.annotator.export(selection, None, model_file)
    stage.until(lambda: bool(stage.window.tray.cards))
    assert stage.window.tray.cards[0].problem.title == "The source model stays as it is"
