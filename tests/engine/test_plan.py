"""Planning: every reason there is, sharing, pinning, what is already small, and models that are odd or broken."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope import api
from quantscope.errors import ModelUnsupportedError
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize.kernels import FACTS
from quantscope.quantize.plan import Plan, make_plan
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.reasons import SENTENCES, ReasonCode
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Change, Granularity, Match, Recipe, Rule, Setting
from tests.engine.specimens import loop
from tests.lab import Lab, check_size, constant_behind, operators_of, sqnr, stored, unpacked
from tests.models import Array, Input, ModelBuilder, SubgraphBuilder, one_operator
from tests.operators import conv, depthwise, embedding, fully_connected, gather, half_source, lstm, normal, uneven
from tests.static_operators import unary

FULLY = tfl.FullyConnectedOptionsT


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("plans"))
    yield lab
    lab.close()


WITHOUT_DATA = tuple(name for name, recipe in PRESETS.items() if not recipe.needs_calibration)


def planned(lab: Lab, built: ModelBuilder, recipe: str | Recipe = "dynamic-int8", target: str = "xnnpack") -> Plan:
    return make_plan(read(lab.write(built)), PRESETS[recipe] if isinstance(recipe, str) else recipe, TARGETS[target])


def hybrid_from(minimum: int) -> Recipe:
    return Recipe(name="mine", default=Setting(precision=Precision.HYBRID_INT8, minimum_elements=minimum))


def codes(plan: Plan) -> list[str]:
    return [decision.reason.code.value for row in plan.decisions for decision in row]


def precisions(plan: Plan) -> list[str]:
    return [decision.precision.value for row in plan.decisions for decision in row]


def check_runs(lab: Lab, path: str, recipe: str = "dynamic-int8", target: str = "xnnpack", decibel: float = 30) -> Any:
    """Quantizes the model at `path`, compares outputs on the interpreter; the result as the schema's objects."""
    plan, output = lab.quantized(path, recipe, target)
    delegate = TARGETS[target].delegate
    assert sqnr(lab.float_outputs(path, delegate), lab.outputs(output, path, delegate)) >= decibel
    check_size(plan, output)
    return unpacked(output)


def dense(graph: SubgraphBuilder, x: int, weight: int, name: str = "y") -> int:
    """A FULLY_CONNECTED without bias on a weight that is there already."""
    rows, units = graph.graph.tensors[x].shape[0], graph.graph.tensors[weight].shape[0]
    y = graph.tensor(name, (rows, units))
    graph.operator("FULLY_CONNECTED", [x, weight, -1], [y], FULLY())
    return y


# Models --------------------------------------------------------------------------------------------------------------


def computed_weight() -> ModelBuilder:
    return one_operator("FULLY_CONNECTED", [Input((2, 64)), Input((32, 64)), None], [(2, 32)], FULLY())


def relu() -> ModelBuilder:
    return one_operator("RELU", [Input((4,))], [(4,)])


def heavy_tailed() -> ModelBuilder:
    """Five layers, whose weights lose so much in 4 bits that not all of them can have it."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (2, 64))
    for at in range(5):
        x = dense(graph, x, graph.constant(f"w{at}", normal(64, 64, seed=at) ** 3), f"y{at}")
    graph.outputs = [x]
    return model


def reshape() -> ModelBuilder:
    return one_operator("RESHAPE", [Input((4, 2)), np.array([8], np.int32)], [(8,)], tfl.ReshapeOptionsT(newShape=[8]))


def custom() -> ModelBuilder:
    return one_operator("CUSTOM:mine", [Input((4, 64)), normal(64, 64)], [(4, 64)], custom=b"options")


def half_lstm() -> ModelBuilder:
    """An LSTM one of whose matrices is an input of the model."""
    model = lstm()
    (graph,) = model.model.subgraphs
    graph.tensors[graph.operators[0].inputs[3]].buffer = 0
    graph.inputs.append(graph.operators[0].inputs[3])
    return model


def basic_lstm() -> ModelBuilder:
    operands = [Input((1, 24)), normal(1, 32), normal(128, 56), normal(128), normal(1, 32)]
    options = tfl.LSTMOptionsT(kernelType=tfl.LSTMKernelType.BASIC)
    return one_operator("LSTM", operands, [(1, 32), (1, 32), (1, 32), (1, 128)], options)


def float16_activations() -> ModelBuilder:
    return one_operator(
        "FULLY_CONNECTED", [Input((2, 64), "FLOAT16"), normal(32, 64), None], [(2, 32)], FULLY(), dtype="FLOAT16"
    )


def dequantized(dtype: str) -> ModelBuilder:
    """A weight that is stored small already, with a DEQUANTIZE in front of its operator."""
    model = ModelBuilder()
    graph = model.subgraph()
    x, weights = graph.input("x", (2, 64)), normal(32, 64)
    if dtype == "float16":
        small = graph.constant("w16", weights.astype(np.float16))
    else:
        small = graph.constant("w8", np.rint(weights * 20).astype(np.int8), scales=[0.05])
    w = graph.tensor("w", (32, 64))
    graph.operator("DEQUANTIZE", [small], [w], version=3 if dtype == "float16" else 2)
    graph.outputs = [dense(graph, x, w)]
    return model


def sparse_weight() -> ModelBuilder:
    """Every second row of the weight is zero and not stored; a DENSIFY brings it back."""
    model = ModelBuilder()
    graph = model.subgraph()
    x, kept = graph.input("x", (2, 64)), np.arange(0, 32, 2)
    packed = graph.tensor("sparse", (32, 64), buffer=model.buffer(normal(16, 64)))
    dense_dimension, sparse_dimension = tfl.DimensionType.DENSE, tfl.DimensionType.SPARSE_CSR
    graph.graph.tensors[packed].sparsity = tfl.SparsityParametersT(
        traversalOrder=[0, 1],
        dimMetadata=[
            tfl.DimensionMetadataT(
                format=sparse_dimension,
                arraySegmentsType=tfl.SparseIndexVector.Int32Vector,
                arraySegments=tfl.Int32VectorT(values=[0, len(kept)]),
                arrayIndicesType=tfl.SparseIndexVector.Int32Vector,
                arrayIndices=tfl.Int32VectorT(values=kept.tolist()),
            ),
            tfl.DimensionMetadataT(format=dense_dimension, denseSize=64),
        ],
    )
    w = graph.tensor("w", (32, 64))
    graph.operator("DENSIFY", [packed], [w])
    graph.outputs = [dense(graph, x, w)]
    return model


def integer() -> ModelBuilder:
    """A FULLY_CONNECTED in int8 throughout."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (2, 64), "INT8", scales=[0.1])
    w = graph.constant("w", np.ones((32, 64), np.int8), scales=[0.05])
    b = graph.constant("b", np.zeros(32, np.int32), scales=[0.005])
    graph.outputs = [graph.tensor("y", (2, 32), "INT8", scales=[0.1])]
    graph.operator("FULLY_CONNECTED", [x, w, b], graph.outputs, FULLY(), version=4)
    return model


def hybrid() -> ModelBuilder:
    model = one_operator("FULLY_CONNECTED", [Input((2, 64)), np.ones((32, 64), np.int8), None], [(2, 32)], FULLY())
    model.model.subgraphs[0].tensors[1].quantization = tfl.QuantizationParametersT(scale=[0.1], zeroPoint=[0])
    return model


def counting_loop() -> ModelBuilder:
    """WHILE: three times h = h @ own @ carried, where one weight is the body's own and the other an operand."""
    model = ModelBuilder()
    graph, condition, body = model.subgraph(), model.subgraph("condition"), model.subgraph("body")
    operands = [
        graph.constant("zero", np.zeros((), np.int32)),
        graph.input("h", (1, 96)),
        graph.constant("carried", normal(96, 96, seed=1, scale=0.1)),
    ]
    outputs = [graph.tensor("i_out", (), "INT32"), graph.tensor("y", (1, 96)), graph.tensor("carried_out", (96, 96))]
    graph.operator("WHILE", operands, outputs, tfl.WhileOptionsT(condSubgraphIndex=1, bodySubgraphIndex=2))
    graph.outputs = [outputs[1]]
    for part in (condition, body):
        part.input("i", (), "INT32")
        part.input("h", (1, 96))
        part.input("carried", (96, 96))
    condition.outputs = [condition.tensor("more", (), "BOOL")]
    condition.operator("LESS", [0, condition.constant("three", np.array(3, np.int32))], condition.outputs)
    next_i = body.tensor("next_i", (), "INT32")
    body.operator("ADD", [0, body.constant("one", np.array(1, np.int32))], [next_i], tfl.AddOptionsT())
    own = dense(body, 1, body.constant("own", normal(96, 96, seed=2, scale=0.1)), "mixed")
    body.outputs = [next_i, dense(body, own, 2, "next_h"), 2]
    return model


def tied(rows: int = 200) -> ModelBuilder:
    """An embedding that a GATHER looks up and a FULLY_CONNECTED at the end multiplies with."""
    model = ModelBuilder()
    graph = model.subgraph()
    ids, table = graph.input("ids", (1, 6), "INT32"), graph.constant("table", uneven(rows, 96))
    looked_up, flat = graph.tensor("rows", (1, 6, 96)), graph.tensor("flat", (6, 96))
    graph.operator("GATHER", [table, ids], [looked_up], tfl.GatherOptionsT())
    shape = graph.constant("shape", np.array([6, 96], np.int32))
    graph.operator("RESHAPE", [looked_up, shape], [flat], tfl.ReshapeOptionsT(newShape=[6, 96]))
    graph.outputs = [dense(graph, flat, table)]
    return model


def shared_by_different_kinds() -> ModelBuilder:
    """FULLY_CONNECTED wants a scale for each row, BATCH_MATMUL one for the tensor."""
    model = ModelBuilder()
    graph = model.subgraph()
    x, w = graph.input("x", (2, 64)), graph.constant("w", uneven(64, 64))
    y = graph.tensor("product", (2, 64))
    graph.operator("BATCH_MATMUL", [x, w], [y], tfl.BatchMatMulOptionsT(adjY=True))
    graph.outputs = [dense(graph, x, w), y]
    return model


def between(kinds: Sequence[str], constant: Array | None = None) -> ModelBuilder:
    """FULLY_CONNECTED, operators of these kinds with a constant, FULLY_CONNECTED."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = dense(graph, graph.input("x", (2, 64)), graph.constant("w", normal(64, 64)), "first")
    for kind in kinds:
        if constant is None:
            constant = np.array([2, 64], np.int32)
        operand = graph.constant("operand", constant)
        options = {"ADD": tfl.AddOptionsT(), "RESHAPE": tfl.ReshapeOptionsT(newShape=[2, 64])}[kind]
        between = graph.tensor(kind, (2, 64))
        graph.operator(kind, [x, operand], [between], options)
        x = between
    graph.outputs = [dense(graph, x, graph.constant("v", normal(64, 64, seed=1)))]
    return model


def recurrent_loop() -> ModelBuilder:
    """The loop with a TANH at its end."""
    model = loop()
    body = SubgraphBuilder(model, model.model.subgraphs[2])
    y = body.tensor("bounded", (1, 64))
    body.operator("TANH", [body.outputs[1]], [y])
    body.outputs = [body.outputs[0], y]
    return model


def never_taken() -> ModelBuilder:
    """IF of a constant, with a TANH in either branch."""
    model = ModelBuilder()
    graph = model.subgraph()
    operands = [graph.constant("always", np.array([True])), graph.input("x", (1, 64))]
    graph.outputs = [graph.tensor("y", (1, 64))]
    graph.operator("IF", operands, graph.outputs, tfl.IfOptionsT(thenSubgraphIndex=1, elseSubgraphIndex=2))
    for name in ("then", "else"):
        branch = model.subgraph(name)
        x = branch.input("x", (1, 64))
        branch.outputs = [branch.tensor("y", (1, 64))]
        branch.operator("TANH", [x], branch.outputs)
    return model


def masks() -> Array:
    return np.where(np.arange(64) % 3 == 0, -10000, 0).astype(np.float32)


def with_variable() -> ModelBuilder:
    model = ModelBuilder()
    graph = model.subgraph()
    x, state = graph.input("x", (2, 64)), graph.tensor("state", (2, 64), variable=True)
    graph.outputs = [graph.tensor("y", (2, 64))]
    graph.operator("ADD", [x, state], graph.outputs, tfl.AddOptionsT())
    return model


# Reasons -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    build: Callable[[], ModelBuilder]
    precision: str
    fallback: bool = False
    recipe: str = "dynamic-int8"
    target: str = "xnnpack"
    operator: int = 0
    subgraph: int = 0
    calibrated: bool = False


def integers(build: Callable[[], ModelBuilder], precision: str, fallback: bool = False, **more: Any) -> Expected:
    return Expected(build, precision, fallback, recipe="int8", calibrated=True, **more)


REASONS = {
    ReasonCode.HYBRID_KERNEL: Expected(fully_connected, "hybrid-int8"),
    ReasonCode.INT8_LOOKUP: Expected(embedding, "hybrid-int8"),
    ReasonCode.FLOAT16_WEIGHTS: Expected(fully_connected, "float16", recipe="float16"),
    ReasonCode.HOLDS_PARTITION: Expected(lambda: depthwise(normal(1, 3, 3, 128)), "weight-only-int8", True),
    ReasonCode.HYBRID_NOT_FASTER: Expected(lambda: conv(normal(64, 1, 1, 16), 16, size=8), "weight-only-int8", True),
    ReasonCode.PER_TENSOR_TOO_COARSE: Expected(lambda: lstm(outlier=9.0), "weight-only-int8", True),
    ReasonCode.NO_QUANTIZED_KERNEL: Expected(lambda: gather((7,), axis=1), "weight-only-int8", True),
    ReasonCode.INT4_KERNEL: Expected(fully_connected, "hybrid-int4", recipe="dynamic-int4"),
    ReasonCode.INT4_LOOKUP: Expected(embedding, "hybrid-int4", recipe="dynamic-int4"),
    ReasonCode.INT4_LEAVES_DELEGATE: Expected(fully_connected, "weight-only-int4", recipe="weight-only-int4"),
    ReasonCode.INT4_TOO_COARSE: Expected(heavy_tailed, "hybrid-int8", recipe="dynamic-int4", operator=4),
    ReasonCode.NO_INT4_KERNEL: Expected(lambda: conv(uneven(32, 3, 3, 64), 64), "hybrid-int8", recipe="dynamic-int4"),
    ReasonCode.NO_SUCH_SCALES: Expected(lambda: conv(uneven(32, 3, 3, 64), 64), "hybrid-int8", recipe="in blocks"),
    ReasonCode.DYNAMIC_SHAPE: Expected(lambda: gather((1, 7), signature=(-1, -1)), "weight-only-int8", True),
    ReasonCode.SHARED_WEIGHT: Expected(shared_by_different_kinds, "weight-only-int8", True, operator=1),
    ReasonCode.WEIGHT_NOT_CONSTANT: Expected(computed_weight, "float32", True),
    ReasonCode.TOO_FEW_ELEMENTS: Expected(lambda: fully_connected(units=8), "float32"),
    ReasonCode.NOT_SMALLER: Expected(lambda: depthwise(normal(1, 1, 1, 1024)), "float32", True),
    ReasonCode.RECURRENT_INCOMPLETE: Expected(half_lstm, "float32", True),
    ReasonCode.OUT_OF_FLOAT16_RANGE: Expected(
        lambda: conv(normal(32, 3, 3, 64) * np.float32(1e5), 64), "float32", True, recipe="float16"
    ),
    ReasonCode.SPARSE_WEIGHT: Expected(sparse_weight, "float32", True, operator=1),
    ReasonCode.NOT_FLOAT: Expected(float16_activations, "float32", True),
    ReasonCode.WEIGHT_ONLY: Expected(fully_connected, "weight-only-int8", recipe="weight-only-int8"),
    ReasonCode.NEEDS_CALIBRATION: Expected(relu, "float32", True, recipe="int8"),
    ReasonCode.INTEGER_KERNEL: integers(fully_connected, "int8"),
    ReasonCode.INTEGER_DATA: integers(lambda: between(["RESHAPE"]), "int8", operator=1),
    ReasonCode.NO_INTEGER_KERNEL: integers(unary("SIN"), "float32", True),
    ReasonCode.UNSOUND_INTEGER_KERNEL: integers(with_variable, "float32", True),
    ReasonCode.FASTER_IN_FLOAT: integers(unary("SOFTMAX", tfl.SoftmaxOptionsT(beta=1.0)), "float32", True),
    ReasonCode.BETWEEN_FLOAT: integers(unary("TANH"), "float32"),
    ReasonCode.SLOWER_IN_INTEGERS: integers(lstm, "hybrid-int8"),
    ReasonCode.LOOP_STATE: integers(lambda: recurrent_loop(), "float32", True, subgraph=2, operator=2),
    ReasonCode.LOOP_PRODUCT: integers(counting_loop, "hybrid-int8", subgraph=2, operator=1),
    ReasonCode.NOT_REACHED: integers(never_taken, "float32", True, subgraph=2),
    ReasonCode.FAR_APART_VALUES: integers(lambda: between(["ADD"], masks()), "float32", True, operator=1),
    ReasonCode.SCALES_TOO_FAR_APART: integers(
        lambda: between(["ADD"], np.full(64, 1e-6, np.float32)), "float32", True, operator=1
    ),
    ReasonCode.NOT_FINITE: integers(
        lambda: between(["ADD"], np.full(64, np.inf, np.float32)), "float32", True, operator=1
    ),
    ReasonCode.KEPT_BY_RULE: Expected(fully_connected, "float32", recipe="none of it"),
    ReasonCode.KEPT_BY_DEFAULT: Expected(fully_connected, "float32", recipe="float32"),
    ReasonCode.NOT_REQUESTED: Expected(relu, "float32"),
    ReasonCode.CONTROL_FLOW: Expected(counting_loop, "none"),
    ReasonCode.CUSTOM_OPERATOR: Expected(custom, "float32"),
    ReasonCode.ALREADY_QUANTIZED: Expected(integer, "int8"),
    ReasonCode.FLOAT16_SOURCE: Expected(lambda: dequantized("float16"), "float16", recipe="float16", operator=1),
    ReasonCode.DATA_MOVEMENT: Expected(reshape, "none"),
}


RECIPES = {
    **{each.value: Recipe(name="mine", default=Setting(precision=each)) for each in Precision if each != "none"},
    **PRESETS,
    "in blocks": Recipe(
        name="mine", default=Setting(precision=Precision.HYBRID_INT8, granularity=Granularity.BLOCK_32)
    ),
    "none of it": Recipe(
        name="mine",
        default=Setting(precision=Precision.HYBRID_INT8),
        rules=(Rule(match=Match(type="FULLY*"), set=Change(precision=Precision.FLOAT32)),),
    ),
}


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_is_given_where_it_holds(lab: Lab, code: ReasonCode) -> None:
    expected = REASONS[code]
    if expected.calibrated:
        plan = lab.plan(lab.write(expected.build()), RECIPES[expected.recipe], expected.target)
    else:
        plan = planned(lab, expected.build(), RECIPES[expected.recipe], expected.target)
    decision = plan.decisions[expected.subgraph][expected.operator]
    assert decision.reason.code is code
    assert decision.precision.value == expected.precision
    assert decision.fallback == expected.fallback
    text = decision.reason.text
    assert text[0].isupper()
    assert text.endswith(".")
    assert "{" not in text + (decision.reason.remedy or "")


def test_remedies_are_there_where_a_user_can_do_something(lab: Lab) -> None:
    with_remedy = {code.value for code, sentence in SENTENCES.items() if sentence.remedy}
    assert with_remedy == {
        "dynamic-shape", "float16-source", "int4-leaves-delegate", "int4-too-coarse", "hybrid-not-faster",
        "per-tensor-too-coarse", "kept-by-default",
        "kept-by-rule", "loop-product", "needs-calibration", "not-finite", "not-reached", "out-of-float16-range",
        "shared-weight", "slower-in-integers", "sparse-weight", "too-few-elements",
    }  # fmt: skip
    assert SENTENCES.keys() == set(ReasonCode)


def test_summary_counts(lab: Lab) -> None:
    path = lab.write(counting_loop())
    document = api.inspect(api.plan(api.load(path)))
    assert document.summary.operators == 5
    assert document.summary.by_precision == {"none": 3, "float32": 1, "hybrid-int8": 1}
    assert (document.summary.eight_bit, document.summary.fallback) == (1, 1)
    assert document.summary.bytes == Path(path).stat().st_size
    assert sum(len(subgraph.operators) for subgraph in document.subgraphs) == 5


@pytest.mark.parametrize(("build", "precision"), [
    (integer, "int8"), (hybrid, "hybrid-int8"),
])  # fmt: skip
def test_what_is_already_small_is_left_alone(lab: Lab, build: Any, precision: str) -> None:
    plan = planned(lab, build())
    assert precisions(plan)[-1] == precision
    assert codes(plan)[-1] == "already-quantized"
    assert not plan.changes_anything


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("recipe", ["dynamic-int8", "weight-only-int8", "dynamic-int4", "weight-only-int4"])
def test_float16_sources_are_quantized(lab: Lab, recipe: str, target: str) -> None:
    path = lab.write(half_source())
    model = check_runs(lab, path, recipe, target, decibel=12 if "int4" in recipe else 30)
    (conv_2d,) = operators_of(model, "CONV_2D")
    unpacked_from = {each.outputs[0]: each.inputs[0] for each in operators_of(model, "DEQUANTIZE")}
    index = unpacked_from.get(conv_2d.inputs[1], conv_2d.inputs[1])
    assert model.subgraphs[0].tensors[index].type in (tfl.TensorType.INT8, tfl.TensorType.INT4)
    made = [each.outputs[0] for each in operators_of(model, "DEQUANTIZE")]
    read = {index for graph in model.subgraphs for each in graph.operators for index in each.inputs}
    assert {*made} <= read  # none is left that nobody reads
    assert not lab.quantized(path, recipe, target)[0].model.subgraphs[0].tensors[0].quantization


def test_float16_weight_that_something_else_reads_stays(lab: Lab) -> None:
    """The unpacked weight is a model output too."""
    model = dequantized("float16")
    (graph,) = model.model.subgraphs
    graph.outputs = [*graph.outputs, graph.operators[0].outputs[0]]
    plan = planned(lab, model)
    assert codes(plan)[-1] == "shared-weight"
    assert not plan.changes_anything


def test_weight_only_source_is_recognized(lab: Lab) -> None:
    assert precisions(planned(lab, dequantized("int8"))) == ["none", "weight-only-int8"]


# Sharing -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS)
def test_tied_embedding_stays_one_buffer(lab: Lab, target: str) -> None:
    path = lab.write(tied())
    model = check_runs(lab, path, target=target)
    (lookup,), (product,) = operators_of(model, "EMBEDDING_LOOKUP"), operators_of(model, "FULLY_CONNECTED")
    assert lookup.inputs[1] == product.inputs[1]
    tensor, _ = stored(model, lookup.inputs[1])
    assert tensor.type == tfl.TensorType.INT8
    assert not operators_of(model, "GATHER")
    assert sum(len(buffer.data) for buffer in model.buffers if buffer.data is not None) < 200 * 96 + 100


@pytest.mark.parametrize("target", TARGETS)
def test_operators_that_want_different_forms_agree_on_one(lab: Lab, target: str) -> None:
    path = lab.write(shared_by_different_kinds())
    plan = make_plan(read(path), PRESETS["dynamic-int8"], TARGETS[target])
    assert precisions(plan) == ["hybrid-int8", "weight-only-int8"]
    model = check_runs(lab, path, target=target)
    (matmul,), (dense,) = operators_of(model, "BATCH_MATMUL"), operators_of(model, "FULLY_CONNECTED")
    assert {matmul.inputs[1], dense.inputs[1]} >= {constant_behind(model, dense.inputs[1])}


def test_operator_without_kernel_for_it_reads_a_shared_weight_through_dequantize(lab: Lab) -> None:
    """ADD shares FULLY_CONNECTED's weight: the weight is stored once, and ADD gets it in float."""
    model = ModelBuilder()
    graph = model.subgraph()
    x, w = graph.input("x", (256, 256)), graph.constant("w", normal(256, 256))
    summed = graph.tensor("sum", (256, 256))
    graph.operator("ADD", [x, w], [summed], tfl.AddOptionsT())
    graph.outputs = [dense(graph, summed, w)]
    path = lab.write(model)
    plan = make_plan(read(path), PRESETS["dynamic-int8"], TARGETS["xnnpack"])
    assert list(zip(precisions(plan), codes(plan), strict=True)) == [
        ("weight-only-int8", "shared-weight"), ("hybrid-int8", "hybrid-kernel"),
    ]  # fmt: skip
    assert plan.decisions[0][0].reason.text.startswith("The weight is shared with FULLY_CONNECTED #1")
    check_runs(lab, path)


@pytest.mark.parametrize("recipe", WITHOUT_DATA)
def test_tensors_and_subgraphs_that_share_a_buffer_go_on_sharing_it(lab: Lab, recipe: str) -> None:
    model = ModelBuilder()
    buffer = model.buffer(normal(32, 64))
    for name in ("first", "second"):
        graph = model.subgraph(name)
        x = graph.input("x", (2, 64))
        y = [dense(graph, x, graph.tensor("same name", (32, 64), buffer=buffer), f"y{at}") for at in range(2)]
        graph.outputs = y
        model.signature(name, {"x": x}, {"a": y[0], "b": y[1]}, subgraph=len(model.model.subgraphs) - 1)
    result = check_runs(lab, lab.write(model), recipe, decibel=18 if "int4" in recipe else 30)
    kind = getattr(tfl.TensorType, recipe.split("-")[-1].upper())
    weights = [tensor for graph in result.subgraphs for tensor in graph.tensors if tensor.name == b"same name"]
    assert [tensor.type for tensor in weights] == [kind] * 4
    assert len({tensor.buffer for tensor in weights}) == 1
    assert [signature.signatureKey for signature in result.signatureDefs] == [b"first", b"second"]


def test_buffer_used_in_two_shapes_stays_float(lab: Lab) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    buffer = model.buffer(normal(32, 64))
    x, z = graph.input("x", (2, 64)), graph.input("z", (2, 32))
    one, two = (graph.tensor(name, shape, buffer=buffer) for name, shape in (("a", (32, 64)), ("b", (64, 32))))
    graph.outputs = [dense(graph, x, one, "p"), dense(graph, z, two, "q")]
    plan = planned(lab, model)
    assert codes(plan) == ["shared-weight"] * 2
    assert precisions(plan) == ["float32"] * 2
    assert "another shape" in plan.decisions[0][0].reason.text


@pytest.mark.parametrize("recipe", WITHOUT_DATA)
def test_weight_that_is_a_model_output_stays_float(lab: Lab, recipe: str) -> None:
    model = fully_connected()
    graph = model.model.subgraphs[0]
    graph.outputs = [*graph.outputs, 1]
    plan = planned(lab, model, recipe)
    assert (codes(plan), precisions(plan)) == (["shared-weight"], ["float32"])
    assert "a model output" in plan.decisions[0][0].reason.text


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("recipe", WITHOUT_DATA)
def test_loop_body_is_quantized_and_its_operands_stay_float(lab: Lab, recipe: str, target: str) -> None:
    path = lab.write(counting_loop())
    plan = make_plan(read(path), PRESETS[recipe], TARGETS[target])
    assert [decision.precision.value for decision in plan.decisions[2]][1:] == [
        PRESETS[recipe].default.precision.value, "float32",
    ]  # fmt: skip
    model = check_runs(lab, path, recipe, target, decibel=8 if "int4" in recipe else 30)
    (loop,) = operators_of(model, "WHILE")
    assert model.subgraphs[0].tensors[loop.inputs[2]].type == tfl.TensorType.FLOAT32


# Odd but ordinary models ---------------------------------------------------------------------------------------------


def test_only_deprecated_operator_codes(lab: Lab) -> None:
    """Files of 2019 have the code in `deprecated_builtin_code` alone."""
    model = depthwise(normal(1, 3, 3, 128))
    for code in model.model.operatorCodes:
        code.builtinCode = 0
    path = lab.write(model)
    result = check_runs(lab, path, target="builtin")
    (operator,) = operators_of(result, "DEPTHWISE_CONV_2D")
    assert result.subgraphs[0].tensors[operator.inputs[1]].type == tfl.TensorType.INT8


@pytest.mark.parametrize("recipe", WITHOUT_DATA)
def test_sparse_source_keeps_its_weight(lab: Lab, recipe: str) -> None:
    plan = planned(lab, sparse_weight(), recipe)
    assert not plan.changes_anything
    assert precisions(plan) == ["none", "float32"]


def test_no_float_weights_at_all(lab: Lab, tmp_path: Path) -> None:
    plan = planned(lab, relu())
    with pytest.raises(ModelUnsupportedError, match="finds nothing to do"):
        api.apply(plan, tmp_path / "out.tflite")
    assert list(tmp_path.iterdir()) == []


def test_already_quantized_model_is_refused_in_words(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(ModelUnsupportedError, match="already quantized"):
        api.apply(planned(lab, integer()), tmp_path / "out.tflite")


def test_zero_operators(lab: Lab, tmp_path: Path) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    graph.outputs = [graph.input("x", (2,))]
    plan = planned(lab, model)
    assert api.inspect(plan).summary.operators == 0
    with pytest.raises(ModelUnsupportedError, match="no operators"):
        api.apply(plan, tmp_path / "out.tflite")


def test_dynamic_batch(lab: Lab) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 96), signature=(-1, 96))
    y = graph.tensor("y", (1, 24), signature=(-1, 24))
    graph.operator("FULLY_CONNECTED", [x, graph.constant("w", uneven(24, 96)), -1], [y], FULLY())
    graph.outputs = [y]
    path = lab.write(model)
    assert precisions(make_plan(read(path), PRESETS["dynamic-int8"], TARGETS["xnnpack"])) == ["hybrid-int8"]
    result = check_runs(lab, path)
    assert list(result.subgraphs[0].tensors[0].shapeSignature) == [-1, 96]
    inspected = api.inspect(api.plan(api.load(path))).subgraphs[0].operators[0]
    assert [tensor.shape for tensor in inspected.inputs] == [(-1, 96), (24, 96), ()]
    assert [tensor.index for tensor in inspected.inputs] == [0, 2, -1]


# Recurrent operators -------------------------------------------------------------------------------------------------


def test_recurrent_operator_is_judged_by_all_its_weights_together(lab: Lab) -> None:
    """A narrow input makes matrices of 6 x 32 = 192 elements; together with the others they are well above 1024."""
    plan = planned(lab, lstm(depth=6))
    assert (codes(plan), precisions(plan)) == (["hybrid-kernel"], ["hybrid-int8"])
    assert len(plan.decisions[0][0].stored) == 8
    small = planned(lab, lstm(depth=4, cells=8))
    assert codes(small) == ["too-few-elements"]
    assert small.decisions[0][0].reason.arguments["elements"] == 4 * (4 + 8) * 8


def test_basic_lstm_is_never_hybrid(lab: Lab) -> None:
    assert codes(planned(lab, basic_lstm())) == ["no-quantized-kernel"]


def test_coarse_recurrent_operator_too_small_to_store_stays_float(lab: Lab) -> None:
    """Each matrix has fewer than 256 elements, all together 1456."""
    plan = planned(lab, lstm(depth=12, cells=14, outlier=9.0))
    assert (codes(plan), precisions(plan)) == (["not-smaller"], ["float32"])
    assert not plan.changes_anything


@pytest.mark.parametrize("outlier", [9.0, 1e3, 1e6])
def test_an_outlier_that_drowns_the_other_rows_is_noticed(lab: Lab, outlier: float) -> None:
    """However large it is: over the whole matrix the noise would look the smaller, the more the outlier weighs."""
    path = lab.write(lstm(outlier=outlier))
    assert codes(make_plan(read(path), PRESETS["dynamic-int8"], TARGETS["builtin"])) == ["per-tensor-too-coarse"]
    check_runs(lab, path, target="builtin")


def test_recurrent_operator_that_shares_one_weight(lab: Lab) -> None:
    """FULLY_CONNECTED wants the matrix by rows: one of them then reads it in float, but never only some of the LSTM."""
    model = lstm()
    (graph,) = model.model.subgraphs
    builder = SubgraphBuilder(model, graph)
    z = builder.input("z", (2, 32))
    builder.outputs = [*builder.outputs, dense(builder, z, graph.operators[0].inputs[6], "shared")]
    result = check_runs(lab, lab.write(model), target="builtin", decibel=25)
    (operator,) = operators_of(result, "UNIDIRECTIONAL_SEQUENCE_LSTM")
    kinds = {result.subgraphs[0].tensors[operator.inputs[at]].type for at in range(1, 9)}
    assert len(kinds) == 1


# Sizes and values ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minimum", "code"), [(2304, "hybrid-kernel"), (2305, "too-few-elements")])
def test_minimum_elements(lab: Lab, minimum: int, code: str) -> None:
    recipe = hybrid_from(minimum)
    plan = planned(lab, fully_connected(units=24), recipe)
    assert codes(plan) == [code]
    if code == "too-few-elements":
        assert plan.decisions[0][0].reason.arguments == {"elements": 2304, "minimum": 2305, "bytes": 3 * 2304}


@pytest.mark.parametrize("build", [
    lambda: gather((7,), table=(4096,)),
    lambda: one_operator("FULLY_CONNECTED", [Input((2, 1)), normal(2048, 1), None], [(2, 2048)], FULLY()),
    lambda: depthwise(normal(1, 1, 2, 1024)), lambda: embedding((4096, 2)), lambda: depthwise(normal(1, 3, 3, 1024)),
])  # fmt: skip
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_becomes_larger(lab: Lab, build: Callable[[], ModelBuilder], target: str) -> None:
    path = lab.write(build())
    plan = make_plan(read(path), PRESETS["dynamic-int8"], TARGETS[target])
    if plan.changes_anything:
        check_runs(lab, path, target=target)
    else:
        assert codes(plan) == ["not-smaller"]


def test_batch_matmul_of_two_activations_has_no_weights(lab: Lab) -> None:
    model = one_operator("BATCH_MATMUL", [Input((32, 64)), Input((64, 8))], [(32, 8)], tfl.BatchMatMulOptionsT())
    assert codes(planned(lab, model)) == ["not-requested"]


def test_values_beyond_float16_stay_float_and_the_rest_does_not(lab: Lab) -> None:
    big = normal(32, 64)
    big[0, 0] = 65505
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (2, 64))
    fits = normal(64, 32)
    fits[0, 0] = 65504
    middle = dense(graph, x, graph.constant("big", big), "middle")
    graph.outputs = [dense(graph, middle, graph.constant("fits", fits))]
    path = lab.write(model)
    plan = make_plan(read(path), PRESETS["float16"], TARGETS["xnnpack"])
    assert codes(plan) == ["out-of-float16-range", "float16-weights"]
    assert [decision.fallback for decision in plan.decisions[0]] == [True, False]
    check_runs(lab, path, "float16", decibel=55)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("recurrent", [False, True])
def test_weights_that_are_not_finite_are_refused_by_name(
    lab: Lab, tmp_path: Path, value: float, recurrent: bool
) -> None:
    model = lstm() if recurrent else fully_connected()
    (graph,) = model.model.subgraphs
    index = graph.operators[0].inputs[1]
    model.model.buffers[graph.tensors[index].buffer].data.view(np.float32)
    broken = model.model.buffers[graph.tensors[index].buffer].data.view(np.float32).copy()
    broken[5] = value
    model.model.buffers[graph.tensors[index].buffer].data = broken.view(np.uint8)
    plan = planned(lab, model)
    assert api.inspect(plan).summary.operators == 1
    with pytest.raises(ModelUnsupportedError, match=f"'{graph.tensors[index].name}' holds infinite or NaN"):
        api.apply(plan, tmp_path / "out.tflite")
    assert list(tmp_path.iterdir()) == []
    assert not planned(lab, model, "float16").decisions[0][0].stored.keys() & {1}


def test_all_zero_weights(lab: Lab) -> None:
    """The scale of a channel of zeros must be a normal float, or the runtime refuses the whole model."""
    weights = normal(32, 64)
    weights[3] = 0
    model = one_operator("FULLY_CONNECTED", [Input((2, 64)), weights, None], [(2, 32)], FULLY())
    result = check_runs(lab, lab.write(model))
    tensor, found = stored(result, operators_of(result, "FULLY_CONNECTED")[0].inputs[1])
    assert tensor.quantization.scale.min() > np.finfo(np.float32).tiny
    assert not found[3].any()


# Broken models -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", [*WITHOUT_DATA, hybrid_from(1)], ids=str)
@pytest.mark.parametrize("kind", FACTS)
def test_operators_of_broken_models_never_break_the_planner(lab: Lab, kind: str, recipe: str | Recipe) -> None:
    """Operands and results too few, too many, absent, of rank 0 and 1: the runtime will refuse them, we don't crash."""
    model = ModelBuilder()
    graph = model.subgraph()
    shapes: tuple[tuple[int, ...], ...] = ((), (1,), (2048,), (2, 1024), (4, 2, 2, 128))
    constants = [graph.constant("c", normal(*shape)) for shape in shapes]
    inputs = [graph.input("x", shape) for shape in shapes]
    graph.outputs = [graph.tensor("y", (2, 2))]
    pairs = [
        *zip(inputs, constants, strict=True),
        *zip(constants, inputs, strict=True),
        (inputs[3], constants[3]),
        (-1, -1),
    ]
    for (first, second), count in itertools.product(pairs, (0, 1, 2, 3, 12, 48)):
        for outputs in ([], graph.outputs, [-1]):
            graph.operator(kind, [first, *[second] * 47][:count], outputs)
    for target in TARGETS:
        plan = planned(lab, model, recipe, target)
        assert api.inspect(plan).summary.operators == len(plan.decisions[0])
