"""Integer arithmetic in whole models: the cheapest arrangement, grids that fit, borders, and what stays out."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl
from hypothesis import given, settings
from hypothesis import strategies as st

from quantscope import api
from quantscope.calibrate.run import calibrate
from quantscope.errors import DataError
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize.static.arrangement import FLOAT, INTEGER, Link, arranged
from quantscope.recipe import Change, Equalization, Match, Recipe, Rule, Setting
from tests.lab import Lab, operators_of, sqnr, unpacked
from tests.models import Array, Input, ModelBuilder, SubgraphBuilder, one_operator
from tests.operators import normal, uneven


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("statics"))
    yield lab
    lab.close()


# Arrangements --------------------------------------------------------------------------------------------------------


def cost(chosen: frozenset[int], preferences: dict[int, float], links: list[Link]) -> float:
    integer = {INTEGER, *chosen}
    total = sum(-gain for node, gain in preferences.items() if node in chosen)
    for link in links:
        maker = link.maker in integer
        total += link.cost * any((reader in integer) != maker for reader in link.readers)
    return total


NODE = st.one_of(st.integers(0, 5), st.sampled_from([INTEGER, FLOAT]))


@given(
    st.lists(st.integers(-9, 9), min_size=6, max_size=6),
    st.lists(st.tuples(NODE, st.lists(NODE, min_size=1, max_size=3), st.integers(1, 9)), max_size=9),
)
@settings(max_examples=150, deadline=None)
def test_no_arrangement_costs_less(gains: list[int], edges: list[tuple[int | str, list[int | str], int]]) -> None:
    """Against trying all."""
    preferences = {at: float(gain) for at, gain in enumerate(gains)}
    links = [Link(maker, tuple(readers), float(price)) for maker, readers, price in edges]
    found = arranged(preferences, links)
    subsets = itertools.chain.from_iterable(itertools.combinations(range(6), size) for size in range(7))
    best = min(cost(frozenset(each), preferences, links) for each in subsets)
    assert cost(frozenset(int(str(node)) for node in found), preferences, links) == pytest.approx(best)


def test_ties_go_to_float_and_large_graphs_take_no_time() -> None:
    assert arranged({0: 0.0}, []) == frozenset()
    chain = [Link(INTEGER, (0,), 5.0), *(Link(at, (at + 1,), 5.0) for at in range(4_999)), Link(4_999, (FLOAT,), 5.0)]
    assert arranged(dict.fromkeys(range(5_000), 0.001), chain) == frozenset(range(5_000))


# Whole models --------------------------------------------------------------------------------------------------------


def dense(graph: SubgraphBuilder, x: int, name: str, seed: int) -> int:
    shape = graph.graph.tensors[x].shape
    weight = graph.constant(f"{name} weight", normal(64, shape[-1], seed=seed, scale=0.1))
    bias = graph.constant(f"{name} bias", normal(64, seed=seed + 100, scale=0.3))
    y = graph.tensor(name, (*shape[:-1], 64))
    graph.operator("FULLY_CONNECTED", [x, weight, bias], [y], tfl.FullyConnectedOptionsT(keepNumDims=len(shape) > 2))
    return y


def result(graph: SubgraphBuilder, kind: str, inputs: list[int], options: object = None, *shape: int) -> int:
    y = graph.tensor(kind.lower(), shape or graph.graph.tensors[inputs[0]].shape)
    graph.operator(kind, inputs, [y], options)
    return y


def checked(
    lab: Lab, built: ModelBuilder, recipe: str | Recipe = "static-int8", target: str = "xnnpack", decibel: float = 30
) -> tuple[Any, list[str]]:
    """The written model, as true as it must be, and precisions by operator of the source."""
    path = lab.write(built)
    plan = lab.plan(path, recipe, target)
    output = Path(f"{path}.quantized")
    api.apply(plan, output)
    delegate = target == "xnnpack"
    assert sqnr(lab.float_outputs(path, delegate), lab.outputs(str(output), path, delegate)) >= decibel
    return unpacked(str(output)), [decision.precision.value for row in plan.decisions for decision in row]


def kinds(model: Any) -> list[str]:
    names = {code: name for name, code in vars(tfl.BuiltinOperator).items() if isinstance(code, int)}
    graph = model.subgraphs[0]
    return [names[model.operatorCodes[each.opcodeIndex].builtinCode] for each in graph.operators]


def test_integers_go_from_end_to_end_and_are_converted_once(lab: Lab) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (2, 64))
    one, two = dense(graph, x, "one", 1), dense(graph, x, "two", 2)
    graph.outputs = [dense(graph, result(graph, "ADD", [one, two], tfl.AddOptionsT()), "end", 3)]
    written, precisions = checked(lab, model)
    assert precisions == ["int8"] * 4
    assert kinds(written) == ["QUANTIZE", "FULLY_CONNECTED", "FULLY_CONNECTED", "ADD", "FULLY_CONNECTED", "DEQUANTIZE"]


def test_float_island_has_one_border_on_each_side(lab: Lab) -> None:
    """Two readers of one float value share its QUANTIZE; two float operators share a DEQUANTIZE."""
    model = ModelBuilder()
    graph = model.subgraph()
    first = dense(graph, graph.input("x", (2, 64)), "first", 1)
    island = result(graph, "ADD", [result(graph, "SIN", [first]), result(graph, "COS", [first])], tfl.AddOptionsT())
    graph.outputs = [dense(graph, island, "left", 2), dense(graph, island, "right", 3)]
    written, precisions = checked(lab, model)
    assert precisions == ["int8", "float32", "float32", "float32", "int8", "int8"]
    assert kinds(written) == [
        "QUANTIZE", "FULLY_CONNECTED", "DEQUANTIZE", "SIN", "COS", "ADD", "QUANTIZE", "FULLY_CONNECTED", "DEQUANTIZE",
        "FULLY_CONNECTED", "DEQUANTIZE",
    ]  # fmt: skip


def test_concatenation_shares_one_grid_without_requantizing(lab: Lab) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (2, 64))
    parts = [dense(graph, x, "one", 1), dense(graph, x, "two", 2)]
    joined = result(graph, "CONCATENATION", parts, tfl.ConcatenationOptionsT(axis=1), 2, 128)
    graph.outputs = [dense(graph, joined, "end", 3)]
    written, precisions = checked(lab, model)
    assert precisions == ["int8"] * 4
    assert kinds(written).count("QUANTIZE") == 1
    (operator,) = operators_of(written, "CONCATENATION")
    grids = {
        (float(quantization.scale[0]), int(quantization.zeroPoint[0]))
        for index in (*operator.inputs, *operator.outputs)
        if (quantization := written.subgraphs[0].tensors[index].quantization)
    }
    assert len(grids) == 1


def test_fixed_grid_that_is_too_narrow_is_requantized(lab: Lab) -> None:
    """TANH gives its own grid, and what it is joined with is ten times as wide."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (2, 64))
    wide = dense(graph, x, "wide", 1)
    scaled = result(graph, "MUL", [wide, graph.constant("ten", np.array(10, np.float32))], tfl.MulOptionsT())
    bounded = result(graph, "TANH", [dense(graph, x, "narrow", 2)])
    joined = result(graph, "CONCATENATION", [scaled, bounded], tfl.ConcatenationOptionsT(axis=1), 2, 128)
    graph.outputs = [dense(graph, joined, "end", 3)]
    written, precisions = checked(lab, model)
    assert precisions == ["int8"] * 6
    assert kinds(written).count("QUANTIZE") == 2
    (tanh,) = operators_of(written, "TANH")
    assert written.subgraphs[0].tensors[tanh.outputs[0]].quantization.scale[0] == 1 / 128


def test_mask_of_minus_ten_thousand_sets_no_range(lab: Lab) -> None:
    """Attention scores with a mask added: the addition and what follows stay in float on every target."""
    for target in ("xnnpack", "builtin"):
        model = ModelBuilder()
        graph = model.subgraph()
        x = graph.input("x", (8, 64))
        mask = np.where(np.arange(64) % 4 == 3, -10000, 0).astype(np.float32)
        scores = dense(graph, x, "scores", 1)
        masked = result(graph, "ADD", [scores, graph.constant("mask", mask)], tfl.AddOptionsT())
        weights = result(graph, "SOFTMAX", [masked], tfl.SoftmaxOptionsT(beta=1.0))
        graph.outputs = [dense(graph, weights, "end", 2)]
        _, precisions = checked(lab, model, target=target)
        assert precisions == ["int8", "float32", "float32", "int8"]


def test_shared_constants_and_biases_stay_right(lab: Lab) -> None:
    """One bias for two operators on inputs of different scales, and one constant added in two places."""
    model = ModelBuilder()
    graph = model.subgraph()
    x, z = graph.input("x", (2, 64)), graph.input("z", (2, 64))
    large = result(graph, "MUL", [z, graph.constant("seven", np.array(7, np.float32))], tfl.MulOptionsT())
    bias, weight = graph.constant("bias", normal(64, seed=5)), graph.constant("weight", uneven(64, 64) / 8)
    made = []
    for at, operand in enumerate((x, large)):
        y = graph.tensor(f"y{at}", (2, 64))
        graph.operator("FULLY_CONNECTED", [operand, weight, bias], [y], tfl.FullyConnectedOptionsT())
        made.append(dense(graph, result(graph, "ADD", [y, bias], tfl.AddOptionsT()), f"end{at}", 7 + at))
    graph.outputs = made
    written, precisions = checked(lab, model)
    assert precisions[1:] == ["int8"] * 6
    products = operators_of(written, "FULLY_CONNECTED")
    assert len({product.inputs[1] for product in products}) == 3
    assert all(written.subgraphs[0].tensors[product.inputs[2]].type == tfl.TensorType.INT32 for product in products)


def test_rules_keep_operators_in_float_or_name_them(lab: Lab) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    first = dense(graph, graph.input("x", (2, 64)), "first", 1)
    graph.outputs = [result(graph, "TANH", [dense(graph, first, "second", 2)])]
    kept = Recipe(
        name="mine",
        default=Setting(precision=Precision.INT8),
        rules=(Rule(match=Match(name="first"), set=Change(precision=Precision.FLOAT32)),),
    )
    _, precisions = checked(lab, model, kept)
    assert precisions[:2] == ["float32", "int8"]
    mixed = Recipe(
        name="mine",
        default=Setting(precision=Precision.INT8),
        rules=(Rule(match=Match(name="second"), set=Change(precision=Precision.INT16X8)),),
    )
    written, precisions = checked(lab, model, mixed, target="builtin")
    assert precisions[:2] == ["int8", "int16x8"]
    assert {tfl.TensorType.INT8, tfl.TensorType.INT16} <= {each.type for each in written.subgraphs[0].tensors}


def test_open_dimensions_stay_open(lab: Lab, tmp_path: Path) -> None:
    built = one_operator(
        "FULLY_CONNECTED",
        [Input((1, 64), signature=(-1, 64)), normal(32, 64), normal(32)],
        [(1, 32)],
        tfl.FullyConnectedOptionsT(),
    )
    built.model.subgraphs[0].tensors[built.model.subgraphs[0].outputs[0]].shapeSignature = [-1, 32]
    path = lab.write(built)
    output = tmp_path / "out.tflite"
    np.savez(tmp_path / "x.npz", x=normal(40, 64))
    calibration = api.calibrate(api.load(path), tmp_path / "x.npz")
    api.apply(api.plan(api.load(path), "static-int8", calibration=calibration), output)
    for rows in (1, 5):
        x = normal(rows, 64, seed=rows)
        found: list[Array] = []
        for file in (path, str(output)):
            lab.runner.load(file)
            found.append(lab.runner.run([x])[0])
        assert found[1].shape == (rows, 32)
        assert sqnr([[found[0]]], [[found[1]]]) > 30


def test_without_calibration_nothing_runs_in_integers(lab: Lab) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    graph.outputs = [dense(graph, graph.input("x", (2, 64)), "y", 1)]
    path = lab.write(model)
    plan = api.plan(api.load(path), "static-int8")
    assert [decision.reason.code.value for decision in plan.decisions[0]] == ["needs-calibration"]
    assert api.inspect(plan).calibration is None
    other = calibrate(read(lab.write(one_operator("RELU", [Input((4,))], [(4,)]))), samples=1)
    with pytest.raises(DataError, match="another model"):
        api.plan(api.load(path), "static-int8", calibration=other)


def test_result_says_what_ranges_were_measured_on(lab: Lab, tmp_path: Path) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    graph.outputs = [dense(graph, graph.input("x", (2, 64)), "y", 1)]
    path = lab.write(model)
    np.savez(tmp_path / "data.npz", x=normal(9, 2, 64))
    said: list[str] = []
    document = api.quantize_file(
        path,
        tmp_path / "out.tflite",
        "static-int8",
        progress=lambda fraction, text: said.append(text),
        calibration=tmp_path / "data.npz",
        calibration_samples=5,
    )
    calibration = document.plan.calibration
    assert calibration is not None
    assert (calibration.source, calibration.samples, calibration.generated) == ("data.npz", 5, False)
    assert calibration.warning is None
    assert "Calibrating on sample 5 of 5" in said
    seen = api.calibrate(api.load(path), tmp_path / "data.npz")
    seen.save(tmp_path / "ranges.npz")
    again = api.quantize_file(path, tmp_path / "again.tflite", "static-int8", calibration=tmp_path / "ranges.npz")
    assert again.plan.calibration is not None
    assert again.plan.calibration.samples == 9
    unmeasured = api.quantize_file(path, tmp_path / "third.tflite", "static-int8")
    assert unmeasured.plan.calibration is not None
    assert unmeasured.plan.calibration.generated
    assert "generated samples" in (unmeasured.plan.calibration.warning or "")


def test_uneven_channels_are_evened_out_on_their_way_to_integers(lab: Lab, tmp_path: Path) -> None:
    """A few channels a hundred times as large as the rest, as transformers have them, leave the rest its precision."""
    sizes = np.where(np.arange(64) % 16 == 5, 100, 1).astype(np.float32)
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (8, 64))
    wave = result(graph, "MUL", [result(graph, "SIN", [x]), graph.constant("sizes", sizes)], tfl.MulOptionsT())
    y = graph.tensor("y", (8, 24))
    weights = normal(24, 64, seed=3) / sizes
    graph.operator("FULLY_CONNECTED", [wave, graph.constant("w", weights), -1], [y], tfl.FullyConnectedOptionsT())
    graph.outputs = [y]
    path = lab.write(model)
    np.savez(tmp_path / "x.npz", x=normal(20, 8, 64))
    calibration = api.calibrate(api.load(path), tmp_path / "x.npz")
    plan = api.plan(api.load(path), "static-int8", calibration=calibration)
    assert [decision.precision.value for decision in plan.decisions[0]] == ["float32", "float32", "int8"]
    output = tmp_path / "out.tflite"
    api.apply(plan, output)
    assert kinds(unpacked(str(output))) == ["SIN", "MUL", "MUL", "QUANTIZE", "FULLY_CONNECTED", "DEQUANTIZE"]
    assert sqnr(lab.float_outputs(path, True), lab.outputs(str(output), path, True)) > 30
    compared = api.compare(path, output, tmp_path / "x.npz")
    assert compared.outputs[0].sqnr_db is not None
    assert compared.outputs[0].sqnr_db > 30


# Equalization --------------------------------------------------------------------------------------------------------


def mobile(activation: int) -> ModelBuilder:
    """1x1, depthwise and 1x1 convolution, whose channels between differ a lot in size."""
    sizes = np.exp2(np.arange(32) % 8 - 6).astype(np.float32)
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 8, 8, 16))
    first, second, third = (graph.tensor(name, (1, 8, 8, count)) for name, count in (("a", 32), ("b", 32), ("c", 24)))
    options = {"padding": tfl.Padding.SAME, "strideH": 1, "strideW": 1, "fusedActivationFunction": activation}
    weights = normal(32, 1, 1, 16, seed=1) * sizes[:, None, None, None]
    constants = [graph.constant("w1", weights), graph.constant("b1", normal(32, seed=2) * sizes)]
    graph.operator("CONV_2D", [x, *constants], [first], tfl.Conv2DOptionsT(**options))
    constants = [graph.constant("w2", normal(1, 3, 3, 32, seed=3)), graph.constant("b2", normal(32, seed=4) * sizes)]
    depthwise = tfl.DepthwiseConv2DOptionsT(depthMultiplier=1, **options)
    graph.operator("DEPTHWISE_CONV_2D", [first, *constants], [second], depthwise)
    weights = normal(24, 1, 1, 32, seed=5) / sizes
    constants = [graph.constant("w3", weights), graph.constant("b3", normal(24, seed=6))]
    options["fusedActivationFunction"] = 0
    graph.operator("CONV_2D", [second, *constants], [third], tfl.Conv2DOptionsT(**options))
    graph.outputs = [third]
    return model


@pytest.mark.parametrize("activation", [0, 1, 3])
def test_channels_are_equalized_when_asked(lab: Lab, tmp_path: Path, activation: int) -> None:
    path = lab.write(mobile(activation))
    np.savez(tmp_path / "x.npz", x=normal(32, 8, 8, 16, seed=9))
    calibration = api.calibrate(api.load(path), tmp_path / "x.npz")
    found = {}
    for equalization in Equalization:
        recipe = Recipe(name="mine", default=Setting(precision=Precision.INT8), equalization=equalization)
        output = tmp_path / f"{equalization.value}.tflite"
        plan = api.plan(api.load(path), recipe, calibration=calibration)
        assert bool(plan.integers[0].equalization) is (equalization is Equalization.ON)
        api.apply(plan, output)
        compared = api.compare(path, output, tmp_path / "x.npz")
        assert compared.outputs[0].sqnr_db is not None
        found[equalization] = compared.outputs[0].sqnr_db
        assert kinds(unpacked(str(output))) == ["QUANTIZE", "CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "DEQUANTIZE"]
        # What is compared within the model is what the float one has there, not the multiples.
        own = [each.own.sqnr_db for each in compared.operators if each.own and each.own.sqnr_db]
        assert len(own) == 3
        assert equalization is Equalization.OFF or min(own) > 20
    assert found[Equalization.ON] > found[Equalization.OFF] + 2
    shown = api.compare_tensor(path, tmp_path / "on.tflite", 1, data=tmp_path / "x.npz")
    assert shown.clipped is not None
    assert shown.clipped < 0.01


def test_channels_stay_where_others_need_them(lab: Lab) -> None:
    """What a further operator reads, or the model gives out, isn't multiplied, nor beyond the bound of a ReLU6."""
    calibration = api.calibrate(api.load(lab.write(mobile(3))))
    recipe = Recipe(name="mine", default=Setting(precision=Precision.INT8), equalization=Equalization.ON)
    built = mobile(3)
    built.model.subgraphs[0].outputs.append(1)
    plan = api.plan(api.load(lab.write(built)), recipe, calibration=calibration)
    assert set(plan.integers[0].equalization) <= {2}
    plan = api.plan(api.load(lab.write(mobile(3))), recipe, calibration=calibration)
    for tensor, factors in plan.integers[0].equalization.items():
        seen = calibration.tensors[0, tensor].channels
        assert seen is not None
        assert (np.where(factors > 1, 2, 1) * seen.high * factors <= 6).all()
