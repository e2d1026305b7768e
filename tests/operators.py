"""Small models, one for every form of every operator that has weights, with what quantizing them must give.

The forms are those of the runtime's kernels that matter to a quantizer: with and without bias, grouped, dilated, CIFG,
projection, peephole, layer normalization, auxiliary inputs, ranks, broadcasts, index types.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as tfl

from tests.models import Array, Input, ModelBuilder, Shape, SubgraphBuilder, one_operator

HYBRID, STORED, FLOAT = "hybrid-int8", "weight-only-int8", "float32"


@dataclass(frozen=True)
class Case:
    """A model and what `dynamic-int8` must make of its operators of type `kind`.

    `axes` are the scales' axes of the weights by input (None: one scale for the tensor) where the kernel reads int8
    itself, `stored_axes` where a DEQUANTIZE stands in front; `version` and `asymmetric` are the hybrid operator's.
    `xnnpack` and `builtin` are precision and reason by target. `decibel` bounds the output's SQNR from below.
    """

    name: str
    kind: str
    build: Callable[[], ModelBuilder]
    axes: Mapping[int, int | None]
    version: int
    asymmetric: bool | None = None
    stored_axes: Mapping[int, int | None] = field(default_factory=dict)
    xnnpack: tuple[str, str] = (HYBRID, "hybrid-kernel")
    builtin: tuple[str, str] = (HYBRID, "hybrid-kernel")
    decibel: float = 30.0

    def expected(self, target: str) -> tuple[str, str]:
        return self.xnnpack if target == "xnnpack" else self.builtin


def normal(*shape: int, seed: int = 0, scale: float = 1.0) -> Array:
    """Normal float32 values, the same for the same seed and shape."""
    values = np.random.default_rng((seed, *shape)).standard_normal(shape) * scale
    return values.astype(np.float32)


def uneven(*shape: int, axis: int = 0, seed: int = 0) -> Array:
    """Weights whose channels along `axis` differ in size: scales on another axis, or one for all, would show."""
    sizes = np.exp(1.5 * np.random.default_rng(seed + 1).standard_normal(shape[axis])).astype(np.float32)
    values = normal(*shape, seed=seed)
    return values * sizes.reshape([-1 if at == axis % len(shape) else 1 for at in range(len(shape))])


def bias(count: int) -> Array:
    return normal(count, seed=7, scale=0.3)


# Convolutions --------------------------------------------------------------------------------------------------------


def conv(
    weights: Array, channels: int, size: int = 6, *, stride: int = 1, dilation: int = 1, activation: int = 0
) -> ModelBuilder:
    filters, side = weights.shape[0], -(-size // stride)
    options = tfl.Conv2DOptionsT(
        padding=tfl.Padding.SAME, strideW=stride, strideH=stride, dilationWFactor=dilation, dilationHFactor=dilation,
        fusedActivationFunction=activation,
    )  # fmt: skip
    operands = [Input((1, size, size, channels)), weights, bias(filters)]
    return one_operator("CONV_2D", operands, [(1, side, side, filters)], options)


def depthwise(
    weights: Array, size: int = 8, *, multiplier: int = 1, stride: int = 1, dilation: int = 1
) -> ModelBuilder:
    channels, side = weights.shape[-1], -(-size // stride)
    options = tfl.DepthwiseConv2DOptionsT(
        padding=tfl.Padding.SAME, strideW=stride, strideH=stride, depthMultiplier=multiplier, dilationWFactor=dilation,
        dilationHFactor=dilation,
    )  # fmt: skip
    operands = [Input((1, size, size, channels // multiplier)), weights, bias(channels)]
    return one_operator("DEPTHWISE_CONV_2D", operands, [(1, side, side, channels)], options)


def conv_3d() -> ModelBuilder:
    options = tfl.Conv3DOptionsT(
        padding=0, strideD=1, strideW=1, strideH=1, dilationDFactor=1, dilationWFactor=1, dilationHFactor=1
    )
    weights = uneven(3, 3, 3, 16, 24, axis=4)
    return one_operator("CONV_3D", [Input((1, 4, 5, 6, 16)), weights, bias(24)], [(1, 4, 5, 6, 24)], options)


def transpose_conv(with_bias: bool, *, stride: int = 1, activation: int = 0) -> ModelBuilder:
    channels, size = 64 * stride, 5 * stride  # enough products for each output that it pays on XNNPACK
    weights = uneven(16, 3, 3, channels)
    operands = [np.array([1, size, size, 16], np.int32), weights, Input((1, 5, 5, channels)), *([bias(16)] * with_bias)]
    options = tfl.TransposeConvOptionsT(
        padding=tfl.Padding.SAME, strideW=stride, strideH=stride, fusedActivationFunction=activation
    )
    return one_operator("TRANSPOSE_CONV", operands, [(1, size, size, 16)], options, version=3 if with_bias else 1)


# Matrix products -----------------------------------------------------------------------------------------------------


def fully_connected(
    rows: Shape = (2,),
    *,
    biased: str = "bias",
    keep: bool = False,
    units: int = 24,
    activation: int = 0,
    depth: int = 96,
) -> ModelBuilder:
    """`biased`: "bias", "absent" (index -1) or "none" (two inputs)."""
    operands: list[Input | Array | None] = [Input((*rows, depth)), uneven(units, depth)]
    operands += {"bias": [bias(units)], "absent": [None], "none": []}[biased]
    options = tfl.FullyConnectedOptionsT(keepNumDims=keep, fusedActivationFunction=activation)
    shape = (*rows, units) if keep else (int(np.prod(rows)), units)
    return one_operator("FULLY_CONNECTED", operands, [shape], options, version=5 if keep else 1)


def batch_matmul(left: Shape, right: Shape, *, adj_y: bool = False) -> ModelBuilder:
    columns = right[-2] if adj_y else right[-1]
    batch = np.broadcast_shapes(left[:-2], right[:-2])
    options = tfl.BatchMatMulOptionsT(adjY=adj_y)
    return one_operator("BATCH_MATMUL", [Input(left), normal(*right)], [(*batch, left[-2], columns)], options)


def batch_matmul_left() -> ModelBuilder:
    return one_operator("BATCH_MATMUL", [uneven(64, 32, axis=1), Input((32, 8))], [(64, 8)], tfl.BatchMatMulOptionsT())


# Recurrent operators -------------------------------------------------------------------------------------------------


def gates(
    graph: SubgraphBuilder, depth: int, cells: int, width: int, *, first: int, cifg: bool, peephole: bool, project: bool
) -> dict[int, int]:
    """Tensors of one direction of an LSTM by input, counted from `first`: matrices, peepholes, biases, projection."""
    shapes: dict[int, tuple[int, ...]] = dict.fromkeys((1, 2, 3, 4), (cells, depth))
    shapes |= dict.fromkeys((5, 6, 7, 8), (cells, width))
    if peephole:
        shapes |= dict.fromkeys((9, 10, 11), (cells,))
    shapes |= dict.fromkeys((12, 13, 14, 15), (cells,))
    if project:
        shapes |= {16: (width, cells), 17: (width,)}
    left_out = {1, 5, 9, 12} if cifg else set()
    return {
        first + at: graph.constant(f"w{first + at}", normal(*shape, seed=first + at, scale=0.2))
        for at, shape in shapes.items()
        if at not in left_out
    }


def lstm_options(kind: str) -> Any:
    made = getattr(tfl, {"LSTM": "LSTMOptionsT"}.get(kind, "UnidirectionalSequenceLSTMOptionsT"))()
    made.fusedActivationFunction = tfl.ActivationFunctionType.TANH
    return made


def lstm(
    kind: str = "UNIDIRECTIONAL_SEQUENCE_LSTM",
    *,
    depth: int = 24,
    cells: int = 32,
    batch: int = 1,
    cifg: bool = False,
    peephole: bool = False,
    project: bool = False,
    normalize: bool = False,
    outlier: float = 0.0,
    steps: int = 5,
) -> ModelBuilder:
    """A sequence of some steps; an LSTM, which does one step at a time, stands there as often on the same weights."""
    model = ModelBuilder()
    graph = model.subgraph()
    width = 20 if project else cells
    at = gates(graph, depth, cells, width, first=0, cifg=cifg, peephole=peephole, project=project)
    if outlier:
        values = normal(cells, depth, seed=2, scale=0.2)
        values[3, 4] = outlier
        at[2] = graph.constant("outlier", values)
    at[18] = graph.tensor("h", (batch, width), variable=True)
    at[19] = graph.tensor("c", (batch, cells), variable=True)
    if normalize:
        for place in (20, 21, 22, 23)[cifg:]:
            at[place] = graph.constant(f"n{place}", 1 + normal(cells, seed=place, scale=0.1))
    operands = [at.get(place, -1) for place in range(24 if normalize else 20)]
    if kind == "LSTM":
        for step in range(steps):
            x, y = graph.input(f"x{step}", (batch, depth)), graph.tensor(f"y{step}", (batch, width))
            graph.operator(kind, [x, *operands[1:]], [y], lstm_options(kind))
            graph.outputs = [*graph.outputs, y]
    else:
        x = graph.input("x", (batch, steps, depth))
        graph.outputs = [graph.tensor("y", (batch, steps, width))]
        graph.operator(kind, [x, *operands[1:]], graph.outputs, lstm_options(kind))
    return model


def bidirectional_lstm(
    *, auxiliary: int = 0, time_major: bool = True, merge: bool = True, **more: bool
) -> ModelBuilder:
    model = ModelBuilder()
    graph = model.subgraph()
    depth, cells = 16, 24
    width = 20 if more.get("project") else cells
    parts = {"cifg": False, "peephole": False, "project": False} | more
    outer = (5, 2) if time_major else (2, 5)
    at = {0: graph.input("x", (*outer, depth))}
    for first in (0, 17):
        at |= gates(graph, depth, cells, width, first=first, **parts)
    for place, size in ((35, width), (36, cells), (37, width), (38, cells)):
        at[place] = graph.tensor(f"state{place}", (2, size), variable=True)
    if auxiliary:
        at[39] = graph.input("aux", (*outer, auxiliary))
        for place in range(40, 48):
            if not (parts["cifg"] and place in (40, 44)):
                at[place] = graph.constant(f"w{place}", normal(cells, auxiliary, seed=place, scale=0.2))
    if merge:
        graph.outputs = [graph.tensor("y", (*outer, 2 * width))]
    else:
        graph.outputs = [graph.tensor(name, (*outer, width)) for name in ("forward", "backward")]
    options = tfl.BidirectionalSequenceLSTMOptionsT(
        fusedActivationFunction=tfl.ActivationFunctionType.TANH, timeMajor=time_major, mergeOutputs=merge
    )
    operands = [at.get(place, -1) for place in range(48)]
    graph.operator("BIDIRECTIONAL_SEQUENCE_LSTM", operands, graph.outputs, options)
    return model


def rnn(*, sequence: bool, time_major: bool = False, batch: int = 1) -> ModelBuilder:
    """RNN stands there five times on the same weights and state, as LSTM does."""
    model = ModelBuilder()
    graph = model.subgraph()
    depth, units, tanh = 24, 32, tfl.ActivationFunctionType.TANH
    weights = [
        graph.constant(f"w{at}", normal(units, size, seed=at, scale=0.2)) for at, size in ((1, depth), (2, units))
    ]
    rest = [graph.constant("b", bias(units)), graph.tensor("h", (batch, units), variable=True)]
    if sequence:
        outer = (5, batch) if time_major else (batch, 5)
        graph.outputs = [graph.tensor("y", (*outer, units))]
        options = tfl.SequenceRNNOptionsT(timeMajor=time_major, fusedActivationFunction=tanh)
        x = graph.input("x", (*outer, depth))
        graph.operator("UNIDIRECTIONAL_SEQUENCE_RNN", [x, *weights, *rest], graph.outputs, options)
        return model
    for step in range(5):
        x, y = graph.input(f"x{step}", (batch, depth)), graph.tensor(f"y{step}", (batch, units))
        graph.operator("RNN", [x, *weights, *rest], [y], tfl.RNNOptionsT(fusedActivationFunction=tanh))
        graph.outputs = [*graph.outputs, y]
    return model


def bidirectional_rnn(*, time_major: bool = False, steps: int = 5, auxiliary: int = 0) -> ModelBuilder:
    model = ModelBuilder()
    graph = model.subgraph()
    depth, units = 24, 32
    outer = (steps, 1) if time_major else (1, steps)
    operands = [graph.input("x", (*outer, depth))]
    for way in ("forward", "backward"):
        operands += [
            graph.constant(f"{way}/w", normal(units, depth, seed=len(way), scale=0.2)),
            graph.constant(f"{way}/r", normal(units, units, seed=len(way), scale=0.2)),
            graph.constant(f"{way}/b", bias(units)),
            graph.tensor(f"{way}/h", (1, units), variable=True),
        ]
    if auxiliary:
        operands.append(graph.input("aux", (*outer, auxiliary)))
        operands += [graph.constant(f"aux{at}", normal(units, auxiliary, seed=at, scale=0.2)) for at in (10, 11)]
    else:
        operands += [-1, -1, -1]
    graph.outputs = [graph.tensor("y", (*outer, 2 * units))]
    options = tfl.BidirectionalSequenceRNNOptionsT(
        timeMajor=time_major, mergeOutputs=True, fusedActivationFunction=tfl.ActivationFunctionType.TANH
    )
    graph.operator("BIDIRECTIONAL_SEQUENCE_RNN", operands, graph.outputs, options)
    return model


def svdf(*, rank: int = 2, batch: int = 1, biased: bool = True, activation: int = 0) -> ModelBuilder:
    """Stands there five times on the same weights and state: its memory is what it is for."""
    model = ModelBuilder()
    graph = model.subgraph()
    depth, units, memory = 64, 16, 8
    filters = units * rank
    weights = [
        graph.constant("feature", normal(filters, depth, scale=0.2)),
        graph.constant("time", normal(filters, memory, scale=0.2)),
        graph.constant("b", bias(units)) if biased else -1,
        graph.tensor("state", (batch, memory * filters), variable=True),
    ]
    for step in range(5):
        x, y = graph.input(f"x{step}", (batch, depth)), graph.tensor(f"y{step}", (batch, units))
        graph.operator("SVDF", [x, *weights], [y], tfl.SVDFOptionsT(rank=rank, fusedActivationFunction=activation))
        graph.outputs = [*graph.outputs, y]
    return model


# Lookups -------------------------------------------------------------------------------------------------------------


def gather(
    indices: Shape,
    *,
    table: Shape = (50, 32),
    axis: int = 0,
    dtype: str = "INT32",
    signature: Shape | None = None,
) -> ModelBuilder:
    model = ModelBuilder()
    graph = model.subgraph()
    ids = graph.input("ids", indices, dtype, signature=signature)
    shape = (*table[:axis], *indices, *table[axis + 1 :])
    whole = None if signature is None else (*table[:axis], *signature, *table[axis + 1 :])
    rows = graph.constant("table", uneven(*table))
    graph.outputs = [graph.tensor("y", shape, signature=whole)]
    graph.operator("GATHER", [rows, ids], graph.outputs, tfl.GatherOptionsT(axis=axis))
    return model


def embedding(table: Shape = (50, 32)) -> ModelBuilder:
    return one_operator("EMBEDDING_LOOKUP", [Input((7,), "INT32"), uneven(*table)], [(7, *table[1:])])


# Stored in float16 ---------------------------------------------------------------------------------------------------


def half_source() -> ModelBuilder:
    """Two layers on one float16 weight, with a float16 bias; ADD reads the weight too, and a convolution its own."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (64, 64))
    weights = {"w": normal(64, 64), "b": normal(64, seed=7), "k": uneven(32, 3, 3, 64), "kb": normal(32, seed=8)}
    real = {}
    for name, values in weights.items():
        real[name] = graph.tensor(name, values.shape)
        half = graph.constant(f"{name}16", values.astype(np.float16))
        graph.operator("DEQUANTIZE", [half], [real[name]], version=3)
    hidden, y, z, image, k = (
        graph.tensor(name, shape)
        for name, shape in (
            ("hidden", (64, 64)), ("y", (64, 64)), ("z", (64, 64)), ("image", (1, 8, 8, 64)), ("k_out", (1, 8, 8, 32)),
        )
    )  # fmt: skip
    graph.operator("FULLY_CONNECTED", [x, real["w"], real["b"]], [hidden], tfl.FullyConnectedOptionsT())
    graph.operator("FULLY_CONNECTED", [hidden, real["w"], -1], [y], tfl.FullyConnectedOptionsT())
    graph.operator("ADD", [y, real["w"]], [z], tfl.AddOptionsT())
    shape = graph.constant("shape", np.array([1, 8, 8, 64], np.int32))
    graph.operator("RESHAPE", [z, shape], [image], tfl.ReshapeOptionsT(newShape=[1, 8, 8, 64]))
    options = tfl.Conv2DOptionsT(padding=0, strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1)
    graph.operator("CONV_2D", [image, real["k"], real["kb"]], [k], options)
    graph.outputs = [k, y]
    return model


# The table -----------------------------------------------------------------------------------------------------------

SLOW = (STORED, "hybrid-not-faster")
HELD = (STORED, "holds-partition")
COARSE = (STORED, "per-tensor-too-coarse")
UNSOUND = (STORED, "no-quantized-kernel")
DYNAMIC = (STORED, "dynamic-shape")
LOOKUP = (HYBRID, "int8-lookup")

Build = Callable[[], ModelBuilder]
Axes = Mapping[int, int | None]
EIGHT: Axes = dict.fromkeys(range(1, 9))


def convolved(name: str, build: Build, version: int = 5) -> Case:
    return Case(f"conv {name}", "CONV_2D", build, {1: 0}, version)


def held(name: str, build: Build) -> Case:
    """XNNPACK has no hybrid kernel for depthwise convolutions."""
    kind = "DEPTHWISE_CONV_2D"
    return Case(f"depthwise {name}", kind, build, {1: 3}, 6, stored_axes={1: 3}, xnnpack=HELD)


def dense(name: str, build: Build) -> Case:
    return Case(f"fully connected {name}", "FULLY_CONNECTED", build, {1: 0}, 12, True)


def product(name: str, left: Shape, right: Shape, adj_y: bool = False) -> Case:
    return Case(
        f"batch matmul {name}", "BATCH_MATMUL", lambda: batch_matmul(left, right, adj_y=adj_y), {1: None}, 4, True
    )


def transposed(name: str, version: int, build: Build) -> Case:
    return Case(f"transpose conv {name}", "TRANSPOSE_CONV", build, {1: 0}, version)


def recurrent(name: str, kind: str, build: Build, axes: Axes, version: int = 3) -> Case:
    return Case(name, kind, build, axes, version, asymmetric=True, decibel=25.0)


def lstms(name: str, *more: int, **form: bool) -> tuple[Case, Case]:
    """LSTM and UNIDIRECTIONAL_SEQUENCE_LSTM in a form; `more` are the weights beyond the eight matrices."""
    left_out = (1, 5, 9) if form.get("cifg") else ()
    axes = {at: None for at in (*range(1, 9), *more) if at not in left_out}
    sequence = "UNIDIRECTIONAL_SEQUENCE_LSTM"
    return (
        recurrent(f"lstm {name}", "LSTM", lambda: lstm("LSTM", **form), axes, 4),
        recurrent(f"sequence lstm {name}", sequence, lambda: lstm(sequence, **form), axes),
    )


def bidirectional(name: str, build: Build, *more: int, left_out: Sequence[int] = ()) -> Case:
    axes = {at: None for at in (*range(1, 9), *range(18, 26), *more) if at not in left_out}
    return recurrent(f"bidirectional lstm {name}", "BIDIRECTIONAL_SEQUENCE_LSTM", build, axes)


def bidirectional_simple(name: str, build: Build, *more: int) -> Case:
    axes = dict.fromkeys((1, 2, 5, 6, *more))
    return recurrent(f"bidirectional rnn {name}", "BIDIRECTIONAL_SEQUENCE_RNN", build, axes)


def simple(name: str, kind: str, build: Build, version: int = 3) -> Case:
    return recurrent(name, kind, build, {1: None, 2: None}, version)


def looked_up(name: str, kind: str, build: Build) -> Case:
    at = 0 if kind == "GATHER" else 1
    return Case(name, kind, build, {at: 0}, 4, xnnpack=LOOKUP, builtin=LOOKUP)


def never_hybrid(name: str, kind: str, build: Build, why: tuple[str, str], stored_axes: Axes) -> Case:
    return Case(name, kind, build, {}, 1, stored_axes=stored_axes, xnnpack=why, builtin=why)


CASES: Sequence[Case] = (
    convolved("3x3", lambda: conv(uneven(32, 3, 3, 64), 64)),
    convolved("1x1 on one pixel", lambda: conv(uneven(16, 1, 1, 128), 128, size=1)),
    convolved("strided relu6", lambda: conv(uneven(32, 3, 3, 64), 64, stride=2, activation=3)),
    convolved("dilated", lambda: conv(uneven(32, 3, 3, 64), 64, dilation=2)),
    convolved("grouped", lambda: conv(uneven(32, 3, 3, 64), 128, size=3), 6),
    convolved("of one filter", lambda: conv(uneven(1, 3, 3, 128), 128, size=3)),
    Case(
        "conv too shallow to pay", "CONV_2D", lambda: conv(uneven(64, 1, 1, 16), 16, size=8), {1: 0}, 5,
        stored_axes={1: 0}, xnnpack=SLOW,
    ),
    held("3x3", lambda: depthwise(uneven(1, 3, 3, 128, axis=3))),
    held("5x5 strided", lambda: depthwise(uneven(1, 5, 5, 64, axis=3), stride=2)),
    held("dilated", lambda: depthwise(uneven(1, 3, 3, 128, axis=3), dilation=2)),
    held("multiplier 2", lambda: depthwise(uneven(1, 3, 3, 128, axis=3), multiplier=2)),
    dense("biased", fully_connected),
    dense("absent bias", lambda: fully_connected(biased="absent")),
    dense("two inputs", lambda: fully_connected(biased="none")),
    dense("relu", lambda: fully_connected(activation=1)),
    dense("256 deep", lambda: fully_connected(depth=256)),
    dense("256 deep, relu", lambda: fully_connected(depth=256, activation=1)),
    dense("256 deep, one row", lambda: fully_connected((1,), depth=256, units=13)),
    dense("rank 3", lambda: fully_connected((2, 3))),
    dense("keeping dimensions", lambda: fully_connected((2, 3), keep=True)),
    product("rank 2", (4, 96), (96, 32)),
    product("rank 3", (2, 4, 96), (2, 96, 32)),
    product("rank 4", (1, 2, 3, 96), (1, 2, 96, 16)),
    product("rank 5", (1, 2, 1, 3, 96), (1, 1, 1, 96, 48)),
    product("transposed", (2, 4, 96), (2, 32, 96), adj_y=True),
    product("broadcast", (3, 4, 96), (96, 32)),
    *(
        never_hybrid(f"batch matmul {name}", "BATCH_MATMUL", build, UNSOUND, {1: axis})
        for name, build, axis in (
            ("partly broadcast", lambda: batch_matmul((3, 2, 4, 64), (1, 2, 64, 48)), 3),
            ("of two batch dimensions", lambda: batch_matmul((2, 2, 3, 96), (2, 2, 96, 16)), 3),
            ("of two batch dimensions by one matrix", lambda: batch_matmul((2, 2, 3, 96), (96, 16)), 1),
        )
    ),
    never_hybrid("batch matmul from the left", "BATCH_MATMUL", batch_matmul_left, UNSOUND, {0: 0}),
    never_hybrid("conv 3d", "CONV_3D", conv_3d, UNSOUND, {1: 4}),
    transposed("unbiased", 2, lambda: transpose_conv(False)),
    transposed("biased", 3, lambda: transpose_conv(True)),
    transposed("relu", 4, lambda: transpose_conv(True, activation=1)),
    transposed("strided", 3, lambda: transpose_conv(True, stride=2)),
    *lstms("basic"),
    *lstms("cifg", cifg=True),
    *lstms("projection", 16, project=True),
    *lstms("peephole", 9, 10, 11, peephole=True),
    *lstms("layer norm", normalize=True),
    *lstms("everything", 10, 11, 16, cifg=True, project=True, peephole=True, normalize=True),
    recurrent("sequence lstm batch 3", "UNIDIRECTIONAL_SEQUENCE_LSTM", lambda: lstm(batch=3), EIGHT),
    recurrent("sequence lstm odd", "UNIDIRECTIONAL_SEQUENCE_LSTM", lambda: lstm(depth=13, cells=17), EIGHT),
    never_hybrid(
        "sequence lstm too coarse", "UNIDIRECTIONAL_SEQUENCE_LSTM", lambda: lstm(peephole=True, outlier=9.0), COARSE,
        dict.fromkeys(range(1, 9), 0),
    ),
    bidirectional("basic", bidirectional_lstm),
    bidirectional("batch major, split", lambda: bidirectional_lstm(time_major=False, merge=False)),
    bidirectional("cifg", lambda: bidirectional_lstm(cifg=True), left_out=(1, 5, 18, 22)),
    bidirectional(
        "peephole, projection", lambda: bidirectional_lstm(peephole=True, project=True), 9, 10, 11, 16, 26, 27, 28, 33
    ),
    bidirectional("auxiliary", lambda: bidirectional_lstm(auxiliary=12), *range(40, 48)),
    bidirectional(
        "auxiliary cifg", lambda: bidirectional_lstm(auxiliary=16, cifg=True), *range(40, 48),
        left_out=(1, 5, 18, 22, 40, 44),
    ),
    simple("rnn", "RNN", lambda: rnn(sequence=False)),
    simple("sequence rnn", "UNIDIRECTIONAL_SEQUENCE_RNN", lambda: rnn(sequence=True, batch=2)),
    simple("sequence rnn time major", "UNIDIRECTIONAL_SEQUENCE_RNN", lambda: rnn(sequence=True, time_major=True)),
    bidirectional_simple("basic", bidirectional_rnn),
    bidirectional_simple("auxiliary", lambda: bidirectional_rnn(auxiliary=24), 10, 11),
    bidirectional_simple("time major, one step", lambda: bidirectional_rnn(time_major=True, steps=1)),
    never_hybrid(
        "bidirectional rnn time major", "BIDIRECTIONAL_SEQUENCE_RNN", lambda: bidirectional_rnn(time_major=True),
        UNSOUND, dict.fromkeys((1, 2, 5, 6), 0),
    ),
    never_hybrid(
        "bidirectional rnn narrow auxiliary", "BIDIRECTIONAL_SEQUENCE_RNN", lambda: bidirectional_rnn(auxiliary=10),
        UNSOUND, dict.fromkeys((1, 2, 5, 6, 10, 11), 0),
    ),
    simple("svdf", "SVDF", svdf, 4),
    simple("svdf rank 1", "SVDF", lambda: svdf(rank=1), 4),
    simple("svdf batch 3 without bias", "SVDF", lambda: svdf(batch=3, biased=False), 4),
    looked_up("embedding lookup", "EMBEDDING_LOOKUP", embedding),
    looked_up("embedding lookup of 256", "EMBEDDING_LOOKUP", lambda: embedding((50, 256))),
    looked_up("embedding lookup rank 3", "EMBEDDING_LOOKUP", lambda: embedding((50, 4, 8))),
    looked_up("gather of 256", "GATHER", lambda: gather((2, 7), table=(50, 256))),
    looked_up("gather scalar", "GATHER", lambda: gather(())),
    looked_up("gather list", "GATHER", lambda: gather((7,))),
    looked_up("gather matrix", "GATHER", lambda: gather((2, 7))),
    looked_up("gather int64 list", "GATHER", lambda: gather((7,), dtype="INT64")),
    looked_up("gather int64 matrix", "GATHER", lambda: gather((2, 7), dtype="INT64")),
    looked_up("gather rank 3 table", "GATHER", lambda: gather((2, 7), table=(50, 4, 8))),
    looked_up("gather dynamic list", "GATHER", lambda: gather((1,), signature=(-1,))),
    looked_up("gather dynamic matrix", "GATHER", lambda: gather((1, 7), signature=(-1, 7))),
    never_hybrid("gather of columns", "GATHER", lambda: gather((7,), axis=1), UNSOUND, {0: 0}),
    never_hybrid("gather twice dynamic", "GATHER", lambda: gather((1, 7), signature=(-1, -1)), DYNAMIC, {0: 0}),
)  # fmt: skip
