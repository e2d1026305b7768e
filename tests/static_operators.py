"""Small models, one for every operator that integer kernels are claimed for, in the forms that matter to scales."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from ai_edge_litert import schema_py_generated as tfl

from tests.models import Array, Input, ModelBuilder, Shape, one_operator
from tests.operators import bias, conv, depthwise, fully_connected, lstm, normal, svdf, transpose_conv, uneven

IMAGE: Final = (1, 8, 8, 16)

Build = Callable[[], ModelBuilder]


def unary(kind: str, options: Any = None, *, positive: bool = False, shape: Shape = IMAGE) -> Build:
    """`positive`: after an ABS and an addition, so that its operand is in [1, 5]."""

    def build() -> ModelBuilder:
        model = ModelBuilder()
        graph = model.subgraph()
        x = graph.input("x", shape)
        if positive:
            magnitude, shifted = graph.tensor("magnitude", shape), graph.tensor("shifted", shape)
            graph.operator("ABS", [x], [magnitude])
            one = graph.constant("one", np.array(1, np.float32))
            graph.operator("ADD", [magnitude, one], [shifted], tfl.AddOptionsT())
            x = shifted
        graph.outputs = [graph.tensor("y", shape)]
        graph.operator(kind, [x], graph.outputs, options)
        return model

    return build


def binary(kind: str, options: Any = None, *, other: Shape | Array = IMAGE, shape: Shape = IMAGE) -> Build:
    operand = Input(tuple(other)) if isinstance(other, tuple) else other
    return lambda: one_operator(kind, [Input(tuple(shape)), operand], [shape], options)


def moved(
    kind: str, result: Shape, *operands: Array, options: Any = None, shape: Shape = IMAGE, first: bool = True
) -> Build:
    """One input and int32 operands, after it or (`first` is False) before."""
    x: list[Any] = [Input(tuple(shape))]
    return lambda: one_operator(kind, [*x, *operands] if first else [*operands, *x], [result], options)


def several(kind: str, results: list[Shape], operands: list[Any], options: Any = None, dtype: str = "FLOAT32") -> Build:
    return lambda: one_operator(kind, operands, results, options, dtype=dtype)


def ints(*values: Any) -> Array:
    return np.array(values, np.int32)


def pool(kind: str) -> Build:
    options = tfl.Pool2DOptionsT(
        padding=tfl.Padding.SAME, strideH=2, strideW=2, filterHeight=3, filterWidth=3, fusedActivationFunction=1
    )
    return lambda: one_operator(kind, [Input(IMAGE)], [(1, 4, 4, 16)], options)


def reduction(kind: str, *axes: int, keep: bool = True) -> Build:
    kept = tuple(1 if at in axes else size for at, size in enumerate(IMAGE))
    shape = kept if keep else tuple(size for at, size in enumerate(IMAGE) if at not in axes)
    options = tfl.ReducerOptionsT(keepDims=keep)
    return lambda: one_operator(kind, [Input(IMAGE), ints(*axes)], [shape], options)


def batch_matmul(left: Shape, right: Shape, *, constant: bool = False, adjoint: bool = False) -> Build:
    columns = right[-2] if adjoint else right[-1]
    operand = normal(*right) if constant else Input(tuple(right))
    result = (*np.broadcast_shapes(tuple(left[:-2]), tuple(right[:-2])), left[-2], columns)
    return lambda: one_operator(
        "BATCH_MATMUL", [Input(tuple(left)), operand], [result], tfl.BatchMatMulOptionsT(adjY=adjoint)
    )


def selection(kind: str) -> Build:
    mask = np.random.default_rng(0).integers(0, 2, IMAGE).astype(bool)
    return lambda: one_operator(kind, [mask, Input(IMAGE), Input(IMAGE)], [IMAGE])


def top_k() -> ModelBuilder:
    model = ModelBuilder()
    graph = model.subgraph()
    x, count = graph.input("x", IMAGE), graph.constant("count", np.array(3, np.int32))
    graph.outputs = [graph.tensor("values", (1, 8, 8, 3)), graph.tensor("places", (1, 8, 8, 3), "INT32")]
    graph.operator("TOPK_V2", [x, count], graph.outputs)
    graph.outputs = graph.outputs[:1]
    return model


HALF: Final = (1, 8, 8, 8)
CASES: Final[Mapping[str, tuple[str, Build]]] = {
    "conv": ("CONV_2D", lambda: conv(uneven(24, 3, 3, 16), 16)),
    "conv relu6": ("CONV_2D", lambda: conv(uneven(24, 1, 1, 16), 16, activation=3)),
    "conv strided": ("CONV_2D", lambda: conv(uneven(24, 3, 3, 16), 16, stride=2)),
    "conv dilated": ("CONV_2D", lambda: conv(uneven(24, 3, 3, 16), 16, dilation=2)),
    "conv grouped": ("CONV_2D", lambda: conv(uneven(24, 3, 3, 8), 16)),
    "depthwise": ("DEPTHWISE_CONV_2D", lambda: depthwise(uneven(1, 3, 3, 16, axis=3))),
    "depthwise multiplied": ("DEPTHWISE_CONV_2D", lambda: depthwise(uneven(1, 3, 3, 32, axis=3), multiplier=2)),
    "fully connected": ("FULLY_CONNECTED", lambda: fully_connected((4,))),
    "fully connected no bias": ("FULLY_CONNECTED", lambda: fully_connected((4,), biased="absent")),
    "fully connected two inputs": ("FULLY_CONNECTED", lambda: fully_connected((4,), biased="none")),
    "fully connected ranks": ("FULLY_CONNECTED", lambda: fully_connected((2, 3), keep=True, activation=1)),
    "transpose conv": ("TRANSPOSE_CONV", lambda: transpose_conv(True, stride=2)),
    "transpose conv no bias": ("TRANSPOSE_CONV", lambda: transpose_conv(False)),
    "batch matmul": ("BATCH_MATMUL", batch_matmul((2, 6, 16), (2, 16, 8))),
    "batch matmul adjoint": ("BATCH_MATMUL", batch_matmul((2, 6, 16), (2, 8, 16), adjoint=True)),
    "batch matmul constant": ("BATCH_MATMUL", batch_matmul((2, 6, 16), (16, 8), constant=True)),
    "lstm": ("UNIDIRECTIONAL_SEQUENCE_LSTM", lambda: lstm()),
    "lstm coupled gates": ("UNIDIRECTIONAL_SEQUENCE_LSTM", lambda: lstm(cifg=True)),
    "lstm batch 3": ("UNIDIRECTIONAL_SEQUENCE_LSTM", lambda: lstm(batch=3)),
    "lstm peephole": ("UNIDIRECTIONAL_SEQUENCE_LSTM", lambda: lstm(peephole=True)),
    "lstm projection": ("UNIDIRECTIONAL_SEQUENCE_LSTM", lambda: lstm(project=True)),
    "lstm layer norm": ("UNIDIRECTIONAL_SEQUENCE_LSTM", lambda: lstm(normalize=True)),
    "lstm layer norm, projection": ("UNIDIRECTIONAL_SEQUENCE_LSTM", lambda: lstm(normalize=True, project=True)),
    "lstm everything": (
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        lambda: lstm(cifg=True, project=True, peephole=True, normalize=True),
    ),
    "single lstm": ("LSTM", lambda: lstm("LSTM", steps=1)),
    "single lstm peephole": ("LSTM", lambda: lstm("LSTM", steps=1, peephole=True, project=True)),
    "svdf": ("SVDF", lambda: svdf(activation=1)),
    "svdf rank 1": ("SVDF", lambda: svdf(rank=1, batch=3, activation=1)),
    "svdf no bias": ("SVDF", lambda: svdf(biased=False, activation=1)),
    "add": ("ADD", binary("ADD", tfl.AddOptionsT())),
    "add relu": ("ADD", binary("ADD", tfl.AddOptionsT(fusedActivationFunction=1))),
    "add constant": ("ADD", binary("ADD", tfl.AddOptionsT(), other=bias(16))),
    "add broadcast": ("ADD", binary("ADD", tfl.AddOptionsT(), other=(1, 1, 1, 16))),
    "sub": ("SUB", binary("SUB", tfl.SubOptionsT())),
    "sub constant": ("SUB", binary("SUB", tfl.SubOptionsT(), other=bias(16))),
    "mul": ("MUL", binary("MUL", tfl.MulOptionsT())),
    "mul constant": ("MUL", binary("MUL", tfl.MulOptionsT(), other=bias(16))),
    "squared difference": ("SQUARED_DIFFERENCE", binary("SQUARED_DIFFERENCE")),
    "div": ("DIV", binary("DIV", tfl.DivOptionsT(), other=np.array(3, np.float32))),
    "floor mod": ("FLOOR_MOD", binary("FLOOR_MOD", tfl.FloorModOptionsT(), other=np.array(2, np.float32))),
    "prelu": ("PRELU", binary("PRELU", other=np.abs(normal(1, 1, 16, scale=0.2)))),
    "mean": ("MEAN", reduction("MEAN", 1, 2)),
    "mean flat": ("MEAN", reduction("MEAN", 1, 2, keep=False)),
    "mean channels": ("MEAN", reduction("MEAN", 3)),
    "sum": ("SUM", reduction("SUM", 1, 2)),
    "reduce max": ("REDUCE_MAX", reduction("REDUCE_MAX", 3)),
    "reduce min": ("REDUCE_MIN", reduction("REDUCE_MIN", 1, 2)),
    "relu": ("RELU", unary("RELU")),
    "relu6": ("RELU6", unary("RELU6")),
    "relu n1 to 1": ("RELU_N1_TO_1", unary("RELU_N1_TO_1")),
    "relu 0 to 1": ("RELU_0_TO_1", unary("RELU_0_TO_1")),
    "leaky relu": ("LEAKY_RELU", unary("LEAKY_RELU", tfl.LeakyReluOptionsT(alpha=0.2))),
    "elu": ("ELU", unary("ELU")),
    "exp": ("EXP", unary("EXP")),
    "hard swish": ("HARD_SWISH", unary("HARD_SWISH")),
    "gelu": ("GELU", unary("GELU", tfl.GeluOptionsT())),
    "gelu approximated": ("GELU", unary("GELU", tfl.GeluOptionsT(approximate=True))),
    "rsqrt": ("RSQRT", unary("RSQRT", positive=True)),
    "sqrt": ("SQRT", unary("SQRT", positive=True)),
    "log": ("LOG", unary("LOG", positive=True)),
    "abs": ("ABS", unary("ABS")),
    "neg": ("NEG", unary("NEG")),
    "reduce prod": ("REDUCE_PROD", reduction("REDUCE_PROD", 1)),
    "softmax": ("SOFTMAX", unary("SOFTMAX", tfl.SoftmaxOptionsT(beta=1.0))),
    "softmax beta": ("SOFTMAX", unary("SOFTMAX", tfl.SoftmaxOptionsT(beta=0.5))),
    "logistic": ("LOGISTIC", unary("LOGISTIC")),
    "tanh": ("TANH", unary("TANH")),
    "l2 normalization": ("L2_NORMALIZATION", unary("L2_NORMALIZATION", tfl.L2NormOptionsT())),
    "log softmax": ("LOG_SOFTMAX", unary("LOG_SOFTMAX", tfl.LogSoftmaxOptionsT())),
    "max pool": ("MAX_POOL_2D", pool("MAX_POOL_2D")),
    "average pool": ("AVERAGE_POOL_2D", pool("AVERAGE_POOL_2D")),
    "maximum": ("MAXIMUM", binary("MAXIMUM", tfl.MaximumMinimumOptionsT())),
    "maximum constant": ("MAXIMUM", binary("MAXIMUM", tfl.MaximumMinimumOptionsT(), other=bias(16))),
    "minimum": ("MINIMUM", binary("MINIMUM", tfl.MaximumMinimumOptionsT())),
    "resize bilinear": (
        "RESIZE_BILINEAR",
        moved(
            "RESIZE_BILINEAR", (1, 16, 16, 16), ints(16, 16), options=tfl.ResizeBilinearOptionsT(halfPixelCenters=True)
        ),
    ),
    "resize nearest": (
        "RESIZE_NEAREST_NEIGHBOR",
        moved("RESIZE_NEAREST_NEIGHBOR", (1, 16, 16, 16), ints(16, 16), options=tfl.ResizeNearestNeighborOptionsT()),
    ),
    "reshape": ("RESHAPE", moved("RESHAPE", (8, 128), ints(8, 128), options=tfl.ReshapeOptionsT())),
    "squeeze": ("SQUEEZE", moved("SQUEEZE", (8, 8, 16), options=tfl.SqueezeOptionsT(squeezeDims=[0]))),
    "expand dims": ("EXPAND_DIMS", moved("EXPAND_DIMS", (1, 1, 8, 8, 16), ints(0), options=tfl.ExpandDimsOptionsT())),
    "transpose": ("TRANSPOSE", moved("TRANSPOSE", (1, 16, 8, 8), ints(0, 3, 1, 2), options=tfl.TransposeOptionsT())),
    "concatenation": (
        "CONCATENATION",
        several("CONCATENATION", [(1, 8, 8, 24)], [Input(IMAGE), Input(HALF)], tfl.ConcatenationOptionsT(axis=3)),
    ),
    "concatenation constant": (
        "CONCATENATION",
        several(
            "CONCATENATION", [(1, 8, 8, 24)], [Input(IMAGE), normal(*HALF, scale=3)], tfl.ConcatenationOptionsT(axis=3)
        ),
    ),
    "pack": (
        "PACK",
        several("PACK", [(2, *IMAGE)], [Input(IMAGE), Input(IMAGE)], tfl.PackOptionsT(valuesCount=2, axis=0)),
    ),
    "unpack": ("UNPACK", several("UNPACK", [(1, 8, 16)] * 8, [Input(IMAGE)], tfl.UnpackOptionsT(num=8, axis=1))),
    "split": (
        "SPLIT",
        several("SPLIT", [HALF, HALF], [np.array(3, np.int32), Input(IMAGE)], tfl.SplitOptionsT(numSplits=2)),
    ),
    "split v": (
        "SPLIT_V",
        several(
            "SPLIT_V",
            [(1, 8, 8, 4), (1, 8, 8, 12)],
            [Input(IMAGE), ints(4, 12), np.array(3, np.int32)],
            tfl.SplitVOptionsT(numSplits=2),
        ),
    ),
    "slice": ("SLICE", moved("SLICE", (1, 4, 4, 16), ints(0, 2, 2, 0), ints(1, 4, 4, 16), options=tfl.SliceOptionsT())),
    "strided slice": (
        "STRIDED_SLICE",
        moved(
            "STRIDED_SLICE",
            (1, 4, 4, 16),
            ints(0, 2, 2, 0),
            ints(1, 6, 6, 16),
            ints(1, 1, 1, 1),
            options=tfl.StridedSliceOptionsT(),
        ),
    ),
    "gather": ("GATHER", moved("GATHER", (1, 3, 8, 16), ints(5, 1, 7), options=tfl.GatherOptionsT(axis=1))),
    "gather nd": ("GATHER_ND", moved("GATHER_ND", (2, 16), ints([0, 1, 2], [0, 3, 4]), options=tfl.GatherNdOptionsT())),
    "pad": ("PAD", moved("PAD", (1, 10, 10, 16), ints([0, 0], [1, 1], [1, 1], [0, 0]), options=tfl.PadOptionsT())),
    "pad v2": (
        "PADV2",
        moved(
            "PADV2",
            (1, 10, 10, 16),
            ints([0, 0], [1, 1], [1, 1], [0, 0]),
            np.array(-1.5, np.float32),
            options=tfl.PadV2OptionsT(),
        ),
    ),
    "mirror pad": (
        "MIRROR_PAD",
        moved(
            "MIRROR_PAD", (1, 10, 10, 16), ints([0, 0], [1, 1], [1, 1], [0, 0]), options=tfl.MirrorPadOptionsT(mode=0)
        ),
    ),
    "tile": ("TILE", moved("TILE", (1, 16, 8, 16), ints(1, 2, 1, 1), options=tfl.TileOptionsT())),
    "broadcast to": (
        "BROADCAST_TO",
        lambda: one_operator(
            "BROADCAST_TO", [Input(IMAGE), ints(3, 8, 8, 16)], [(3, 8, 8, 16)], tfl.BroadcastToOptionsT(), version=2
        ),
    ),
    "reverse": ("REVERSE_V2", moved("REVERSE_V2", IMAGE, ints(1), options=tfl.ReverseV2OptionsT())),
    "space to depth": (
        "SPACE_TO_DEPTH",
        moved("SPACE_TO_DEPTH", (1, 4, 4, 64), options=tfl.SpaceToDepthOptionsT(blockSize=2)),
    ),
    "depth to space": (
        "DEPTH_TO_SPACE",
        moved("DEPTH_TO_SPACE", (1, 16, 16, 4), options=tfl.DepthToSpaceOptionsT(blockSize=2)),
    ),
    "space to batch": (
        "SPACE_TO_BATCH_ND",
        moved(
            "SPACE_TO_BATCH_ND", (4, 4, 4, 16), ints(2, 2), ints([0, 0], [0, 0]), options=tfl.SpaceToBatchNDOptionsT()
        ),
    ),
    "batch to space": (
        "BATCH_TO_SPACE_ND",
        moved(
            "BATCH_TO_SPACE_ND",
            (1, 8, 8, 16),
            ints(2, 2),
            ints([0, 0], [0, 0]),
            options=tfl.BatchToSpaceNDOptionsT(),
            shape=(4, 4, 4, 16),
        ),
    ),
    "select": ("SELECT", selection("SELECT")),
    "select v2": ("SELECT_V2", selection("SELECT_V2")),
    "dynamic update slice": (
        "DYNAMIC_UPDATE_SLICE",
        several("DYNAMIC_UPDATE_SLICE", [IMAGE], [Input(IMAGE), Input((1, 2, 8, 16)), ints(0, 3, 0, 0)]),
    ),
    "topk": ("TOPK_V2", top_k),
    "fill": ("FILL", several("FILL", [(2, 3)], [ints(2, 3), Input(())], tfl.FillOptionsT())),
    "dilate": ("DILATE", several("DILATE", [(7, 7)], [Input((4, 4)), ints(2, 2), np.array(-1.5, np.float32)])),
    "one hot": (
        "ONE_HOT",
        several(
            "ONE_HOT",
            [(3, 4)],
            [ints(1, 2, 0), np.array(4, np.int32), Input(()), Input(())],
            tfl.OneHotOptionsT(axis=-1),
        ),
    ),
    "sparse to dense": (
        "SPARSE_TO_DENSE",
        several("SPARSE_TO_DENSE", [(6,)], [ints(1, 3), ints(6), Input((2,)), np.array(-0.5, np.float32)]),
    ),
    "matrix diagonal": ("MATRIX_DIAG", several("MATRIX_DIAG", [(2, 5, 5)], [Input((2, 5))], tfl.MatrixDiagOptionsT())),
    "matrix set diagonal": (
        "MATRIX_SET_DIAG",
        several("MATRIX_SET_DIAG", [(2, 5, 5)], [Input((2, 5, 5)), Input((2, 5))], tfl.MatrixSetDiagOptionsT()),
    ),
    "shape": (
        "SHAPE",
        several("SHAPE", [(4,)], [Input(IMAGE)], tfl.ShapeOptionsT(outType=tfl.TensorType.INT32), "INT32"),
    ),
    "rank": ("RANK", several("RANK", [()], [Input(IMAGE)], tfl.RankOptionsT(), "INT32")),
    "reverse sequence": (
        "REVERSE_SEQUENCE",
        moved("REVERSE_SEQUENCE", IMAGE, ints(5), options=tfl.ReverseSequenceOptionsT(seqDim=1, batchDim=0)),
    ),
    "arg max": (
        "ARG_MAX",
        several(
            "ARG_MAX",
            [(1, 8, 8)],
            [Input(IMAGE), np.array(3, np.int32)],
            tfl.ArgMaxOptionsT(outputType=tfl.TensorType.INT32),
            "INT32",
        ),
    ),
    "arg min": (
        "ARG_MIN",
        several(
            "ARG_MIN",
            [(1, 8, 8)],
            [Input(IMAGE), np.array(3, np.int32)],
            tfl.ArgMinOptionsT(outputType=tfl.TensorType.INT32),
            "INT32",
        ),
    ),
    **{
        name.lower().replace("_", " "): (name, several(name, [IMAGE], [Input(IMAGE), Input(IMAGE)], None, "BOOL"))
        for name in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
    },
}

# Operators on real values that have no row at all, and the inputs that a kernel in integers would have to read.
ROWLESS: Final[Mapping[str, tuple[str, Build, tuple[int, ...]]]] = {
    **{
        kind.lower(): (kind, unary(kind), (0,))
        for kind in ("SIN", "COS", "FLOOR", "CEIL", "ROUND", "SIGN", "SQUARE", "ZEROS_LIKE")
    },
    "cumsum": ("CUMSUM", moved("CUMSUM", IMAGE, np.array(1, np.int32), options=tfl.CumsumOptionsT()), (0,)),
    "pow": ("POW", binary("POW", tfl.PowOptionsT(), other=np.array(2, np.float32)), (0, 1)),
    "floor div": ("FLOOR_DIV", binary("FLOOR_DIV", tfl.FloorDivOptionsT(), other=np.array(2, np.float32)), (0, 1)),
    "atan2": ("ATAN2", binary("ATAN2"), (0, 1)),
    "add n": ("ADD_N", binary("ADD_N", tfl.AddNOptionsT()), (0, 1)),
    "l2 pool": ("L2_POOL_2D", pool("L2_POOL_2D"), (0,)),
    "local response normalization": (
        "LOCAL_RESPONSE_NORMALIZATION",
        unary(
            "LOCAL_RESPONSE_NORMALIZATION",
            tfl.LocalResponseNormalizationOptionsT(radius=2, bias=1.0, alpha=0.1, beta=0.5),
        ),
        (0,),
    ),
    "scatter": (
        "SCATTER_ND",
        several("SCATTER_ND", [(5, 16)], [ints([0], [3]), Input((2, 16)), ints(5, 16)]),
        (1,),
    ),
}
