"""Predicted delegation against the runtime's own, and the partitioning against TFLite's algorithm written plainly."""

import json
import math
import mmap
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import flatbuffers
import msgspec
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl
from hypothesis import given, settings
from hypothesis import strategies as st

from quantscope.calibrate.run import calibrate
from quantscope.errors import DataError, RunError
from quantscope.model.edit import ModelEdit, OperatorEdit, SubgraphEdit
from quantscope.model.graph import NUMPY_TYPES, Buffer, Model, Operator, Quantization, Subgraph, Tensor
from quantscope.model.options import OptionsReader, leading_elements
from quantscope.model.read import read
from quantscope.model.write import write
from quantscope.quantize import xnnpack
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.partition import partitions
from quantscope.quantize.plan import make_plan
from quantscope.quantize.planned_graph import UNCHANGED, PlannedGraph
from quantscope.quantize.predict import Delegation, delegate_partitions, delegation
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.rewrite import rewrite
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Interface
from tests.models import ModelBuilder, SubgraphBuilder

XNNPACK = TARGETS["xnnpack"]
ZOO = Path(os.environ.get("QUANTSCOPE_ZOO", Path(__file__).parents[3] / "shared" / "zoo"))
MODELS = sorted(ZOO.glob("*.tflite"))
ASKED = {**PRESETS, "integer": msgspec.structs.replace(PRESETS["static-int8"], interface=Interface.INTEGER)}
RECIPES = (None, *PRESETS)

Borders = list[tuple[list[int], list[int]]]


# What the runtime does ------------------------------------------------------------------------------------------------

CHILD = """
import json, sys
from ai_edge_litert.interpreter import Interpreter

for path in sys.argv[1:]:
    try:
        interpreter = Interpreter(path, num_threads=1)
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError):
        print("null")
        continue
    nodes = [node for node in interpreter._get_ops_details() if node["op_name"] == "DELEGATE"]
    print(json.dumps([[sorted({*map(int, node[end])}) for end in ("inputs", "outputs")] for node in nodes]))
"""


def actual_borders(*paths: Path) -> list[Borders | None]:
    """For each model what enters and leaves each partition of its first subgraph; None if it can't be loaded."""
    run = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, paths)], capture_output=True, text=True, check=True, timeout=120
    )
    return [
        None if found is None else sorted((entering, leaving) for entering, leaving in found)
        for found in map(json.loads, run.stdout.splitlines())
    ]


def predicted_borders(graph: PlannedGraph) -> Borders:
    operators = graph.operators
    parts = delegate_partitions(graph, xnnpack.taken(graph))
    assert parts is not None
    borders = []
    for part in parts:
        inside = {tensor for at in part for tensor in operators[at].outputs}
        read_outside = {tensor for at in set(range(len(operators))).difference(part) for tensor in operators[at].inputs}
        entering = {tensor for at in part for tensor in operators[at].inputs} - inside - {-1}
        borders.append((sorted(entering), sorted(inside & (read_outside | set(graph.subgraph.outputs)))))
    return sorted(borders)


CALLED = {
    "WhileOptionsT": ("condSubgraphIndex", "bodySubgraphIndex"),
    "IfOptionsT": ("thenSubgraphIndex", "elseSubgraphIndex"),
    "CallOnceOptionsT": ("initSubgraphIndex",),
}


def promoted(path: Path, index: int) -> Path:
    """A copy of the model whose first subgraph is the one at `index`: the runtime tells only of the first."""
    content = path.read_bytes()
    model = tfl.ModelT.InitFromObj(tfl.Model.GetRootAs(content, 0))
    for buffer in model.buffers:
        if buffer.offset > 1:
            buffer.data = np.frombuffer(content, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    order = sorted(range(len(model.subgraphs)), key=lambda at: at != index)
    for graph in model.subgraphs:
        for operator in graph.operators:
            for field in CALLED.get(type(operator.builtinOptions).__name__, ()):
                setattr(operator.builtinOptions, field, order.index(getattr(operator.builtinOptions, field)))
    model.subgraphs = [model.subgraphs[at] for at in order]
    model.signatureDefs = None
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    copy = path.with_suffix(f".{index}.tflite")
    copy.write_bytes(builder.Output())
    return copy


def calibrated(model: Model) -> Calibration | None:
    """None for a model that the runtime doesn't run."""
    try:
        return calibrate(model, samples=1)
    except (RunError, DataError):
        return None


def check(
    source: Path, folder: Path, recipes: Sequence[str | None] = RECIPES
) -> dict[str | None, tuple[Delegation, ...]]:
    """Compares prediction and runtime on the model as it is and after each recipe, in every subgraph."""
    model = read(source)
    result, expected, files = {}, [], []
    calibration = calibrated(model)
    for recipe in recipes:
        written = folder / f"{source.stem}.{recipe}.tflite"
        plan = make_plan(model, ASKED[recipe], XNNPACK, calibration) if recipe else None
        edit = rewrite(plan) if plan else UNCHANGED
        graphs = [PlannedGraph(model, subgraph, edit) for subgraph in model.subgraphs]
        result[recipe] = delegation(model, edit, XNNPACK)
        expected += [predicted_borders(graph) for graph in graphs]
        assert [found.partitions for found in result[recipe]] == [len(borders) for borders in expected[-len(graphs) :]]
        for graph, found in zip(graphs, result[recipe], strict=True):
            sources = [operator.source for operator in graph.operators]
            parts = delegate_partitions(graph, xnnpack.taken(graph)) or []
            placed = {(sources[at], number) for number, part in enumerate(parts) for at in part}
            assert found.taken == {source.index: number for source, number in placed if source}
        if plan and plan.changes_anything:
            with written.open("wb") as file:
                write(model, edit, file)
            check_view(graphs, read(written))
        else:
            written.write_bytes(source.read_bytes())
        files += [written, *(promoted(written, index) for index in range(1, len(model.subgraphs)))]
    assert expected == actual_borders(*files)
    return result


def check_view(planned: Sequence[PlannedGraph], written: Model) -> None:
    """The view of the model to be written shows what then is in the file."""
    for view, subgraph in zip(planned, written.subgraphs, strict=True):
        file = PlannedGraph(written, subgraph)
        for left, right in zip(view.operators, file.operators, strict=True):
            assert (left.type, left.version, left.inputs) == (right.type, right.version, right.inputs)
            assert left.outputs == right.outputs
            if left.source:
                assert view.options(left) == file.options(right)
        for index in range(len(subgraph.tensors)):
            left, right = view.tensor(index), file.tensor(index)
            assert (left.name, left.dtype, left.shape) == (right.name, right.dtype, right.shape)
            assert view.is_constant(left) == file.is_constant(right)
            assert view.integers(left) == file.integers(right)
            assert (left.quantization is None) == (right.quantization is None)
            if left.quantization and right.quantization:
                assert len(left.quantization.scales) == len(right.quantization.scales)
                assert left.quantization.axis == right.quantization.axis


if MODELS:  # they aren't part of the repository

    @pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
    def test_zoo(path: Path, tmp_path: Path) -> None:
        check(path, tmp_path)

    @pytest.mark.parametrize("name", ["mnist_cnn", "fsdd_dscnn", "g2p_encoder_gru_while"])
    def test_zoo_with_integer_inputs_and_outputs(name: str, tmp_path: Path) -> None:
        check(ZOO / f"{name}.tflite", tmp_path, ["integer"])


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape, np.float32)


def save(model: ModelBuilder, folder: Path) -> Path:
    path = folder / "model.tflite"
    path.write_bytes(model.build())
    return path


def embedding_model(dynamic: bool = False) -> ModelBuilder:
    """Ids (1, 5) to rows of a table, a fully connected layer, a slice that XNNPACK leaves, and another such layer."""
    model = ModelBuilder()
    graph = model.subgraph()
    ids = graph.input("ids", (1, 5), "INT32", signature=(1, -1) if dynamic else None)
    rows, dense, first, scores = (
        graph.tensor("rows", (1, 5, 64), signature=(1, -1, 64) if dynamic else None),
        graph.tensor("dense", (1, 5, 128), signature=(1, -1, 128) if dynamic else None),
        graph.tensor("first", (1, 128)),
        graph.tensor("scores", (1, 32)),
    )
    graph.operator("GATHER", [graph.constant("table", noise(100, 64)), ids], [rows], tfl.GatherOptionsT())
    options = tfl.FullyConnectedOptionsT(keepNumDims=True)
    weights = graph.constant("weights", noise(128, 64))
    graph.operator("FULLY_CONNECTED", [rows, weights, -1], [dense], options, 5)
    bounds = [graph.constant(f"bounds{at}", np.array(values, np.int32)) for at, values in enumerate(SLICE)]
    shrinking = tfl.StridedSliceOptionsT(beginMask=5, endMask=5, shrinkAxisMask=2)
    graph.operator("STRIDED_SLICE", [dense, *bounds], [first], shrinking)
    last = [graph.constant("last", noise(32, 128)), graph.constant("bias", noise(32))]
    graph.operator("FULLY_CONNECTED", [first, *last], [scores], tfl.FullyConnectedOptionsT())
    graph.outputs = [scores]
    return model


SLICE = ((0, 0, 0), (0, 1, 0), (1, 1, 1))


def depthwise_model() -> ModelBuilder:
    """A convolution, a depthwise one (which has no hybrid kernel on XNNPACK), and a convolution."""
    model = ModelBuilder()
    graph = model.subgraph()
    tensor = graph.input("image", (1, 8, 8, 64))
    steps = {"padding": 0, "strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
    for at in range(3):
        output = graph.tensor(f"output{at}", (1, 8, 8, 64))
        depthwise = at == 1
        weights = graph.constant(f"weights{at}", noise(1, 7, 7, 64) if depthwise else noise(64, 3, 3, 64))
        operands = [tensor, weights, graph.constant(f"bias{at}", noise(64))]
        if depthwise:
            graph.operator(
                "DEPTHWISE_CONV_2D", operands, [output], tfl.DepthwiseConv2DOptionsT(depthMultiplier=1, **steps)
            )
        else:
            graph.operator("CONV_2D", operands, [output], tfl.Conv2DOptionsT(**steps))
        tensor = output
    graph.outputs = [tensor]
    return model


def loop_model() -> ModelBuilder:
    """WHILE over a body that multiplies with a weight."""
    model = ModelBuilder()
    main, condition, body = model.subgraph(), model.subgraph("condition"), model.subgraph("body")
    for graph in (main, condition, body):
        graph.input("count", (), "INT32")
        graph.input("state", (1, 64))
    main.outputs = [main.tensor("steps", (), "INT32"), main.tensor("result", (1, 64))]
    main.operator("WHILE", [0, 1], main.outputs, tfl.WhileOptionsT(condSubgraphIndex=1, bodySubgraphIndex=2))
    condition.outputs = [condition.tensor("again", (), "BOOL")]
    limit = condition.constant("limit", np.array(3, np.int32))
    condition.operator("LESS", [0, limit], condition.outputs, tfl.LessOptionsT())
    body.outputs = [body.tensor("next", (), "INT32"), body.tensor("changed", (1, 64))]
    one = body.constant("one", np.array(1, np.int32))
    body.operator("ADD", [0, one], body.outputs[:1], tfl.AddOptionsT())
    product = body.tensor("product", (1, 64))
    weights = body.constant("weights", noise(64, 64))
    body.operator("FULLY_CONNECTED", [1, weights, -1], [product], tfl.FullyConnectedOptionsT())
    body.operator("TANH", [product], body.outputs[1:])
    return model


def reshaping_model(*target: int) -> ModelBuilder:
    """RESHAPE by its options alone."""
    model = ModelBuilder()
    graph = model.subgraph()
    graph.input("x", (2, 4))
    graph.outputs = [graph.tensor("y", (8,) if len(target) == 1 else (4, 2))]
    graph.operator("RESHAPE", [0], graph.outputs, tfl.ReshapeOptionsT(newShape=target))
    return model


def pooling_model(padding: int, filter_width: int) -> ModelBuilder:
    """MediaPipe's custom pooling, which XNNPACK takes where filter and stride are alike, and the built-in reader."""
    model = ModelBuilder()
    graph = model.subgraph()
    graph.input("x", (1, 4, 4, 2))
    graph.outputs = [graph.tensor("y", (1, 2, 2, 2)), graph.tensor("indices", (1, 2, 2, 2))]
    options = np.array([padding, 2, 2, filter_width, 2], "<i4").tobytes()
    graph.operator("CUSTOM:MaxPoolingWithArgmax2D", [0], graph.outputs, custom=options)
    return model


@pytest.mark.parametrize(
    ("make", "source", "quantized"),
    [
        (embedding_model, [2], [2]),
        (lambda: embedding_model(dynamic=True), [2], [2]),
        (depthwise_model, [1], [1]),
        (loop_model, [0, 0, 1], [0, 0, 1]),
        (lambda: reshaping_model(8), [1], [1]),
        (lambda: reshaping_model(-1), [0], [0]),
        (lambda: reshaping_model(-1, 2), [1], [1]),
    ],
    ids=["embedding", "dynamic", "depthwise", "loop", "reshape", "flatten", "half-open"],
)
def test_runtime_agrees(
    make: Callable[[], ModelBuilder], source: list[int], quantized: list[int], tmp_path: Path
) -> None:
    found = check(save(make(), tmp_path), tmp_path)
    assert [part.partitions for part in found[None]] == source
    assert [part.partitions for part in found["dynamic-int8"]] == quantized


def test_custom_options(tmp_path: Path) -> None:
    for padding, width, taken in ((1, 2, {0}), (2, 2, {0}), (1, 3, set()), (0, 2, set())):
        model = read(save(pooling_model(padding, width), tmp_path))
        assert delegation(model, UNCHANGED, XNNPACK)[0].taken.keys() == taken


def test_target_without_delegate(tmp_path: Path) -> None:
    model = read(save(loop_model(), tmp_path))
    assert delegation(model, UNCHANGED, TARGETS["builtin"]) == (Delegation({}, 0),) * 3


def test_validation_subgraphs_are_left_alone(tmp_path: Path) -> None:
    model = ModelBuilder()
    for name in ("main", "VALIDATION:main"):
        graph = model.subgraph(name)
        graph.input("x", (2, 4))
        graph.outputs = [graph.tensor("y", (2, 4))]
        graph.operator("ABS", [0], graph.outputs)
    found = delegation(read(save(model, tmp_path)), UNCHANGED, XNNPACK)
    assert found == (Delegation({0: 0}, 1), Delegation({}, 0))


def circle(graph: SubgraphBuilder) -> None:
    """ABS beside two ADD that read each other's result."""
    x, apart, one, other = graph.input("x", (2, 4)), *(graph.tensor(name, (2, 4)) for name in "abc")
    graph.operator("ABS", [x], [apart])
    graph.operator("ADD", [x, other], [one], tfl.AddOptionsT())
    graph.operator("ADD", [x, one], [other], tfl.AddOptionsT())
    graph.outputs = [apart, other]


def test_a_circle_is_not_delegated(tmp_path: Path) -> None:
    model = ModelBuilder()
    circle(model.subgraph())
    path = save(model, tmp_path)
    assert delegation(read(path), UNCHANGED, XNNPACK) == (Delegation({}, 0),)
    (borders,) = actual_borders(path)
    assert not borders


# Options --------------------------------------------------------------------------------------------------------------


def test_options_are_those_that_the_schemas_own_accessors_give(tmp_path: Path) -> None:
    compared = 0
    for make in (embedding_model, depthwise_model, loop_model):
        model = read(save(make(), tmp_path))
        reader = OptionsReader(model)
        for operator in (
            operator for subgraph in model.subgraphs for operator in subgraph.operators if operator.options
        ):
            accessor = getattr(tfl, operator.options_type)()
            accessor.Init(model.mapping, operator.options)
            for name, value in reader.scalars(operator).items():
                assert value == getattr(accessor, name)()
                compared += 1
    assert compared


def test_an_option_that_the_end_of_the_file_cuts_off_has_its_default(tmp_path: Path) -> None:
    """The reader checks that a field starts inside its table, not that it ends there."""
    vtable, table = np.array([0, 0, 0, 0, 8, 10, 4, 8], "<u2").tobytes(), np.array([8, 3], "<i4").tobytes() + b"\7\0"
    mapping = mmap.mmap(-1, len(vtable + table))
    mapping.write(vtable + table)
    model = replace(read(save(loop_model(), tmp_path)), mapping=mapping, data=np.frombuffer(mapping, np.uint8))
    operator = Operator(0, 0, "GATHER", 1, 0, (), (), (), "GatherOptions", len(vtable))
    assert OptionsReader(model).scalars(operator) == {"Axis": 3, "BatchDims": 0}


def test_leading_elements_of_a_vector_that_leaves_the_file(tmp_path: Path) -> None:
    path = save(reshaping_model(-1, 2), tmp_path)
    content = path.read_bytes()
    target = np.array([2, -1, 2], "<i4").tobytes()
    assert content.count(target) == 1
    position = read(path).subgraphs[0].operators[0].options
    for count, expected in ((2, (-1, 2)), (1, (-1,)), (1 << 31, ()), ((1 << 32) - 1, ())):
        path.write_bytes(content.replace(target, np.array([count], "<u4").tobytes() + target[4:]))
        assert leading_elements(read(path), "ReshapeOptions", position, "NewShape", 8) == expected
    assert leading_elements(read(path), "ReshapeOptions", 0, "NewShape", 8) == ()


# Partitioning ---------------------------------------------------------------------------------------------------------


def swept(
    inputs: Sequence[Sequence[int]],
    outputs: Sequence[Sequence[int]],
    delegated: Sequence[bool],
    side_effects: Sequence[int],
) -> list[list[int]] | None:
    """TFLite's algorithm as it stands in graph_info.cc: sweep after sweep over all operators."""
    waiting = {tensor for written in outputs for tensor in written if tensor >= 0}
    chain = list(side_effects)
    pending = list(range(len(inputs)))
    result = []
    while pending:
        subset: list[int] = []
        progress = True
        while progress:
            progress = False
            for operator in tuple(pending):
                blocked = waiting.intersection(inputs[operator]) or operator in chain[1:]
                if blocked or (subset and delegated[subset[0]] != delegated[operator]):
                    continue
                subset.append(operator)
                pending.remove(operator)
                waiting.difference_update(outputs[operator])
                if operator in chain:
                    chain.remove(operator)
                progress = True
        if not subset:
            return None
        if delegated[subset[0]]:
            result.append(sorted(subset))
    return result


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[list[int]], list[list[int]], list[bool], list[int]]:
    """Operators in no particular order, some in circles, some writing the same tensor, some with side effects."""
    count = draw(st.integers(0, 14))
    tensors = st.lists(st.integers(-1, draw(st.integers(0, 24))), max_size=3)
    forwards = draw(st.booleans())  # else nearly every graph has a circle
    outputs = [[at + 5] if forwards else draw(tensors) for at in range(count)]
    inputs = [draw(st.lists(st.integers(-1, at + 4), max_size=3)) if forwards else draw(tensors) for at in range(count)]
    order = draw(st.permutations(range(count))) if draw(st.booleans()) else range(count)
    delegated = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    effects = draw(st.lists(st.booleans(), min_size=count, max_size=count)) if draw(st.booleans()) else [False] * count
    chain = [at for at, effect in enumerate(effects) if effect]
    return [inputs[at] for at in order], [outputs[at] for at in order], delegated, chain


@settings(max_examples=400, deadline=None)
@given(graphs())
def test_partitions_are_those_of_the_sweeps(
    graph: tuple[list[list[int]], list[list[int]], list[bool], list[int]],
) -> None:
    assert partitions(*graph) == swept(*graph)


@pytest.mark.parametrize("backwards", [False, True])
def test_partitions_of_a_long_chain(backwards: bool) -> None:
    """Written backwards each sweep finds one operator: 20,000 sweeps."""
    count = 20_000
    order = range(count)[::-1] if backwards else range(count)
    started = time.process_time()
    found = partitions([[at] for at in order], [[at + 1] for at in order], [at % 2 == 0 for at in order])
    assert time.process_time() - started < 2
    assert found is not None
    assert [part for [part] in found] == [at for at in range(count)[:: -1 if backwards else 1] if order[at] % 2 == 0]


# Hostile graphs -------------------------------------------------------------------------------------------------------

OPTIONS = (
    "AdjY", "Alpha", "Beta", "BlockSize", "DepthMultiplier", "DilationHFactor", "DilationWFactor", "EllipsisMask",
    "FilterHeight", "FilterWidth", "FusedActivationFunction", "NewAxisMask", "Padding", "ShrinkAxisMask", "StrideH",
    "StrideW", "WeightsFormat",
)  # fmt: skip
KINDS = (*xnnpack.RULES, "DENSIFY", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "WHILE", "GATHER", "CUSTOM:x")
DTYPES = ("FLOAT16", "INT8", "UINT8", "INT64", "INT4", "RESOURCE", "STRING")
DATA = np.arange(4096, dtype=np.uint32).astype(np.uint8)


def hostile(base: Model, seed: int) -> tuple[Model, ModelEdit]:
    """`base` with operators whose operands are of any number, type and shape, as far as the reader lets them pass."""
    random = Random(seed)
    buffers = [Buffer(0, 0, 0, 0, False)]
    tensors = []
    for index in range(random.randint(1, 8)):
        shape = tuple(random.choices([0, 1, 2, 4], [1, 20, 20, 20], k=random.choice([0, 1, 1, 1, 2, 2, 4, 4, 4, 4, 7])))
        dtype = random.choices(["FLOAT32", "INT32", *DTYPES], [10, 4, *(1 for _ in DTYPES)])[0]
        scales = tuple(random.choices([1.0, 0.0, math.nan], [20, 1, 1], k=random.choice([0, 1, 1, 2, 4])))
        quantization = Quantization(scales, (0,) * len(scales), random.randint(-1, 4)) if scales else None
        size = math.prod(shape) * (np.dtype(NUMPY_TYPES[dtype]).itemsize if dtype in NUMPY_TYPES else 1)
        constant = 0 < size <= DATA.size and random.random() < 0.6
        if constant:
            buffers.append(Buffer(len(buffers), 0, 0, size, False))
            axis = quantization.axis if quantization and quantization.per_channel else None
            if axis is not None and (axis not in range(len(shape)) or shape[axis] != len(scales)):
                quantization = None
        buffer = len(buffers) - 1 if constant else 0
        sparse = random.random() < 0.1
        tensors.append(Tensor(index, 0, str(index), shape, dtype, buffer, False, quantization, sparse))
    operators, entries = [], []
    for index in range(random.randint(1, 4)):
        inputs, outputs = (
            tuple(random.choices(range(-1, len(tensors)), k=random.choice(counts)))
            for counts in ((0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 6), (0, 1, 1, 1, 1, 2))
        )
        operators.append(Operator(index, 0, random.choice(KINDS), 1, 0, inputs, outputs, (), "NONE", 0))
        overrides = {name: random.choices([-1, 0, 1, 2], [1, 5, 20, 5])[0] for name in OPTIONS}
        entries.append(OperatorEdit(index, random.randint(1, 12), inputs, overrides))
    subgraph = Subgraph(0, 0, "main", tuple(tensors), tuple(operators), (), ())
    model = replace(base, data=DATA, subgraphs=(subgraph,), buffers=tuple(buffers))
    return model, ModelEdit({0: SubgraphEdit({}, (), tuple(entries))}, {}, ())


def test_hostile_operators_are_judged_and_never_fail(tmp_path: Path) -> None:
    base = read(save(loop_model(), tmp_path))
    judged: dict[bool, set[str]] = {False: set(), True: set()}
    for seed in range(4000):
        model, edit = hostile(base, seed)
        (found,) = delegation(model, edit, XNNPACK)
        assert found.partitions > 0 or not found.taken
        for operator in model.subgraphs[0].operators:
            judged[operator.index in found.taken].add(operator.type)
    assert judged[False] == set(KINDS)
    assert len(judged[True]) > 20  # else the models are too wild to get far into the rules
