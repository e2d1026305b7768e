"""Drawings: what is shown, grouped and named how; what they are as documents."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from quantscope import api, documents
from quantscope.documents import drawing
from quantscope.documents.drawing import GROUP, INPUT, OPERATOR, OUTPUT, Column, Drawing
from quantscope.draw import groups
from quantscope.draw.draw import draw
from quantscope.errors import UsageError
from quantscope.model.graph import Model
from quantscope.model.read import read
from tests.bench import graphs
from tests.models import ModelBuilder, tfl

ZOO = Path(__file__).resolve().parents[3] / "shared" / "zoo"


def chain(names: list[str]) -> ModelBuilder:
    """RELU after RELU, with results of these names."""
    model = ModelBuilder()
    graph = model.subgraph()
    tensor = graph.input("x", (1, 4))
    for name in names:
        result = graph.tensor(name, (1, 4))
        graph.operator("RELU", [tensor], [result])
        tensor = result
    graph.outputs = [tensor]
    return model


def made(builder: ModelBuilder, path: Path) -> Model:
    path.write_bytes(builder.build())
    return read(path)


@pytest.fixture(scope="module")
def layered(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A transformer of 2,000 operators with scopes."""
    path = tmp_path_factory.mktemp("draw") / "layers.tflite"
    graphs.layers(2000, path)
    return read(path)


def found_in(model: Model) -> tuple[groups.Group, ...]:
    return groups.find(model, model.subgraphs[0])


def texts(drawn: Drawing, column: Column) -> list[str]:
    return [drawn.texts[place] for place in column.values.tolist()]


def test_every_operator_input_and_output_is_there(tmp_path: Path) -> None:
    drawn = draw(made(chain(["a", "b", "c"]), tmp_path / "m.tflite"), 0)
    assert drawn.nodes.kind.values.tolist() == [INPUT, OPERATOR, OPERATOR, OPERATOR, OUTPUT]
    assert texts(drawn, drawn.nodes.label) == ["x", "RELU", "RELU", "RELU", "c"]
    assert texts(drawn, drawn.nodes.name)[1:4] == ["a", "b", "c"]
    assert set(texts(drawn, drawn.nodes.detail)) == {"1\u00d74"}
    assert list(zip(drawn.edges.source.values, drawn.edges.target.values, strict=True)) == [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 4),
    ]
    assert drawn.nodes.row.values.tolist() == [0, 1, 2, 3, 4]


def test_a_drawing_survives_the_wire(layered: Model) -> None:
    drawn = draw(layered, 0)
    again = drawing.decode(documents.to_json(drawn))
    assert again == drawn
    assert again.nodes.x.values.dtype == np.float64


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "<f4", "data": ""},
        {"dtype": "<i4", "data": "AAA="},
        {"dtype": "|u1", "data": ""},
    ],
)
def test_columns_are_checked(change: dict[str, str], tmp_path: Path) -> None:
    content = documents.to_builtins(draw(made(chain(["a"]), tmp_path / "m.tflite"), 0))
    content["nodes"]["kind"] = change
    with pytest.raises(msgspec.MsgspecError):
        drawing.decode(msgspec.json.encode(content))


def test_scopes_are_groups_and_big_graphs_start_closed(layered: Model) -> None:
    found = found_in(layered)
    labels = {group.label for group in found}
    assert {"layer_0", "layer_49", "attention", "head_3", "ffn"} <= labels
    outer = [group for group in found if group.parent < 0]
    assert all(group.end - group.start == 40 for group in outer)
    drawn = draw(layered, 0)
    assert {"norm", "attention", "ffn"} == set(texts(drawn, drawn.nodes.label)) - {
        "hidden",
        "mask",
        texts(drawn, drawn.nodes.label)[-1],
    }
    assert len(drawn.nodes) == 3 + 3 * 50
    closed = draw(layered, 0, [])
    assert (closed.nodes.kind.values == GROUP).sum() == 50
    first = next(place for place, group in enumerate(found) if group.label == "layer_1")
    opened = draw(layered, 0, [first])
    assert len(opened.nodes) == len(closed.nodes) + 2
    assert int((opened.groups.open.values == 1).sum()) == 1
    everything = draw(layered, 0, range(len(found)))
    assert (everything.nodes.kind.values == OPERATOR).sum() == 2000


def test_closing_groups_never_makes_a_circle(layered: Model) -> None:
    random = np.random.default_rng(0)
    count = len(found_in(layered))
    for _ in range(10):
        drawn = draw(layered, 0, np.nonzero(random.random(count) < 0.5)[0].tolist())
        rows, edges = drawn.nodes.row.values, drawn.edges
        assert (rows[edges.target.values] > rows[edges.source.values]).all()


def test_interleaved_scopes_are_several_groups(tmp_path: Path) -> None:
    names = ["a/1", "a/2", "b/1", "b/2", "a/3", "a/4"]
    found = found_in(made(chain(names), tmp_path / "m.tflite"))
    assert [(group.start, group.end, group.label) for group in found] == [(0, 2, "a"), (2, 4, "b"), (4, 6, "a")]


def test_flat_names_are_grouped_by_what_repeats(tmp_path: Path) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    tensor = graph.input("x", (1, 4))
    for repeat in range(30):
        for kind in ("RELU", "TANH", "ABS", "NEG"):
            result = graph.tensor(f"t{repeat}{kind}", (1, 4))
            graph.operator(kind, [tensor], [result])
            tensor = result
    graph.outputs = [tensor]
    found = found_in(made(model, tmp_path / "m.tflite"))
    assert [(group.start, group.end, group.repeat) for group in found] == [(4 * n, 4 * n + 4, n + 1) for n in range(30)]


def test_structure_is_found_without_any_names(tmp_path: Path) -> None:
    """Blocks with a residual branch, every tensor nameless; and the same blocks inside one scope."""
    for scope in ("", "model/"):
        model = ModelBuilder()
        graph = model.subgraph()
        tensor = graph.input("", (1, 4))
        for block in range(6):
            wide = (1, 8 if block % 2 else 16)
            inner = graph.tensor(f"{scope}a" if scope else "", wide)
            graph.operator("RELU", [tensor], [inner])
            middle = graph.tensor(f"{scope}b" if scope else "", wide)
            graph.operator("TANH", [inner], [middle])
            result = graph.tensor(f"{scope}c" if scope else "", (1, 4))
            graph.operator("ADD", [middle, tensor], [result])
            tensor = result
        last = graph.tensor("y", (1, 4))
        graph.operator("NEG", [tensor], [last])
        graph.outputs = [last]
        found = found_in(made(model, tmp_path / f"m{len(scope)}.tflite"))
        repeats = [group for group in found if group.repeat]
        assert [(group.start, group.end) for group in repeats] == [(0, 6), (6, 12), (12, 18)]
        assert len({group.structure for group in repeats}) == 1
        assert repeats[0].structure > 0
        assert {group.parent for group in repeats} == ({0} if scope else {-1})
    assert [group.structure for group in found if not group.repeat] == [0]


@pytest.mark.parametrize("other", ["options", "custom options", "wiring", "storage"])
def test_blocks_are_alike_only_if_they_compute_alike(other: str, tmp_path: Path) -> None:
    """Two scopes of the same types and shapes; the second differs in nothing, or in one thing that is computed."""
    model = ModelBuilder()
    graph = model.subgraph()
    tensor = graph.input("x", (1, 4))
    kernel = graph.constant("kernel", np.eye(4, dtype=np.float32))
    for block in range(2):
        second = block == 1
        names = [graph.tensor(f"block_{block}/{letter}", (1, 4)) for letter in "abcd"]
        active = tfl.ActivationFunctionType.RELU if second and other == "options" else 0
        quantized = second and other == "storage"
        dense = tfl.FullyConnectedOptionsT(fusedActivationFunction=active, asymmetricQuantizeInputs=quantized)
        graph.operator("FULLY_CONNECTED", [tensor, kernel, -1], names[:1], dense)
        custom = b"two" if second and other == "custom options" else b"one"
        graph.operator("CUSTOM:thing", names[:1], names[1:2], custom=custom)
        graph.operator("NEG", names[1:2], names[2:3])
        short = names[1] if second and other == "wiring" else names[0]
        graph.operator("ADD", [names[2], short], names[3:], tfl.AddOptionsT())
        tensor = names[3]
    graph.outputs = [tensor]
    found = found_in(made(model, tmp_path / "m.tflite"))
    assert [(group.start, group.end, group.label) for group in found] == [(0, 4, "block_0"), (4, 8, "block_1")]
    assert (found[0].structure == found[1].structure != 0) == (other == "storage")


def test_repeats_that_alternate_in_their_options_repeat_in_twos(tmp_path: Path) -> None:
    """Blocks whose convolutions have another stride each second time."""
    model = ModelBuilder()
    graph = model.subgraph()
    tensor = graph.input("x", (1, 4))
    for block in range(12):
        for kind in ("RELU", "SOFTMAX", "ABS"):
            result = graph.tensor(f"t{block}{kind}", (1, 4))
            beta = 1.0 + block % 2
            graph.operator(kind, [tensor], [result], tfl.SoftmaxOptionsT(beta=beta) if kind == "SOFTMAX" else None)
            tensor = result
    graph.outputs = [tensor]
    found = found_in(made(model, tmp_path / "m.tflite"))
    assert [(group.start, group.end) for group in found] == [(6 * n, 6 * n + 6) for n in range(6)]
    assert len({group.structure for group in found}) == 1


def test_what_has_no_structure_has_no_groups(tmp_path: Path) -> None:
    path = tmp_path / "cells.tflite"
    graphs.cells(1000, path)
    assert found_in(read(path)) == ()


def test_loops_name_their_pages(tmp_path: Path) -> None:
    path = ZOO / "g2p_encoder_gru_while.tflite"
    if not path.exists():
        pytest.skip("the zoo is not there")
    drawn = draw(read(path), 0)
    assert [(page.operator, page.subgraph, page.role) for page in drawn.pages] == [(2, 1, "cond"), (2, 2, "body")]


def test_composites_name_their_page(tmp_path: Path) -> None:
    model = ModelBuilder()
    main, body = model.subgraph("main"), model.subgraph("decomposition")
    x = main.input("x", (1, 4))
    main.outputs = [main.tensor("y", (1, 4))]
    options = tfl.StableHLOCompositeOptionsT(name="odml.thing", decompositionSubgraphIndex=1)
    main.operator("STABLEHLO_COMPOSITE", [x], main.outputs, options)
    inner = body.input("a", (1, 4))
    body.outputs = [body.tensor("b", (1, 4))]
    body.operator("RELU", [inner], body.outputs)
    drawn = draw(made(model, tmp_path / "m.tflite"), 0)
    assert [(page.operator, page.subgraph, page.role) for page in drawn.pages] == [(0, 1, "decomposition")]


def test_a_subgraph_that_is_not_there(layered: Model) -> None:
    with pytest.raises(UsageError):
        draw(layered, 7)


@pytest.mark.parametrize("name", ["bert_tiny_tied", "efficientnet_lite0", "mlperf_resnet8_cifar10"])
def test_a_quantized_variant_keeps_the_arrangement(name: str, tmp_path: Path) -> None:
    source, output = ZOO / f"{name}.tflite", tmp_path / "quantized.tflite"
    if not source.exists():
        pytest.skip("the zoo is not there")
    api.apply(api.plan(api.load(source)), output)
    before, after = draw(read(source), 0), draw(read(output), 0)
    places = dict(zip(texts(before, before.nodes.name), before.nodes.x.values.tolist(), strict=True))
    moved = [
        text
        for text, x in zip(texts(after, after.nodes.name), after.nodes.x.values.tolist(), strict=True)
        if text in places and abs(places[text] - x) > 1
    ]
    assert len(moved) <= 0.1 * len(before.nodes), moved
