"""Hundreds of one-operator models, written by TensorFlow's converter as its own test suite writes them.

    python -m tests.bench.singles FOLDER && python -m tests.bench.peers FOLDER

Needs TensorFlow. Each row is one operation on float (or integer) inputs of several ranks and options, with constant or
computed operands. What the converter doesn't convert is said and left out.
"""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
import tf_keras

SEED = 2026
Operation = Callable[..., Any]
SHAPES = ((1, 24), (2, 6, 24), (1, 8, 8, 16), (1, 4, 6, 5, 8))


class Single(NamedTuple):
    """An operation to be converted, the shapes of its inputs, and their dtype."""

    name: str
    operation: Operation
    shapes: tuple[tuple[int, ...], ...]
    dtype: tf.DType = tf.float32


UNARY: dict[str, Operation] = {
    "abs": tf.abs,
    "ceil": tf.math.ceil,
    "cos": tf.cos,
    "elu": tf.nn.elu,
    "exp": tf.exp,
    "floor": tf.floor,
    "gelu": tf.nn.gelu,
    "gelu_tanh": lambda x: tf.nn.gelu(x, approximate=True),
    "hard_swish": lambda x: x * tf.nn.relu6(x + 3) / 6,
    "l2_normalize": lambda x: tf.math.l2_normalize(x, -1),
    "leaky_relu": lambda x: tf.nn.leaky_relu(x, 0.1),
    "log": lambda x: tf.math.log(tf.abs(x) + 0.1),
    "log_softmax": tf.nn.log_softmax,
    "logistic": tf.sigmoid,
    "neg": tf.negative,
    "relu": tf.nn.relu,
    "relu6": tf.nn.relu6,
    "relu_n1_to_1": lambda x: tf.maximum(-1.0, tf.minimum(x, 1.0)),
    "round": tf.round,
    "rsqrt": lambda x: tf.math.rsqrt(tf.abs(x) + 0.1),
    "sign": tf.sign,
    "sin": tf.sin,
    "softmax": tf.nn.softmax,
    "sqrt": lambda x: tf.sqrt(tf.abs(x)),
    "square": tf.square,
    "tanh": tf.tanh,
    "argmax": lambda x: tf.argmax(x, -1),
    "argmin": lambda x: tf.argmin(x, -1),
    "cast": lambda x: tf.cast(x, tf.int32),
    "cumsum": lambda x: tf.cumsum(x, -1),
    "cumsum_exclusive": lambda x: tf.cumsum(x, -1, exclusive=True, reverse=True),
    "expand_dims": lambda x: tf.expand_dims(x, 1),
    "fill": lambda x: tf.fill(tf.shape(x), 2.0) + x,
    "shape": tf.shape,
    "rank": lambda x: tf.rank(x) + tf.shape(x)[0],
    "split": lambda x: tf.split(x, 2, -1),
    "split_v": lambda x: tf.split(x, [1, x.shape[-1] - 1], -1),
    "squeeze": lambda x: tf.squeeze(x, [0]) if x.shape[0] == 1 else x + 1,
    "strided_slice": lambda x: x[..., 1:-1:2],
    "strided_slice_negative": lambda x: x[..., ::-1],
    "slice": lambda x: tf.slice(x, [0] * x.shape.rank, [-1] * (x.shape.rank - 1) + [3]),
    "top_k": lambda x: tf.math.top_k(x, 3),
    "unstack": lambda x: tf.unstack(x, axis=1)[:3],
    "pack": lambda x: tf.stack([x, x * 2], 1),
    "reshape": lambda x: tf.reshape(x, [-1]),
    "transpose": lambda x: tf.transpose(x, list(range(x.shape.rank))[::-1]),
    "tile": lambda x: tf.tile(x, [1] * (x.shape.rank - 1) + [2]),
    "reverse": lambda x: tf.reverse(x, [-1]),
    "where": lambda x: tf.where(x > 0, x, tf.zeros_like(x)),
    "where_indices": lambda x: tf.where(x > 0),
    "zeros_like": lambda x: tf.zeros_like(x) + x,
    "pad": lambda x: tf.pad(x, [[0, 0]] * (x.shape.rank - 1) + [[1, 2]]),
    "pad_v2": lambda x: tf.pad(x, [[0, 0]] * (x.shape.rank - 1) + [[1, 2]], constant_values=-1.5),
    "mirror_pad": lambda x: tf.pad(x, [[0, 0]] * (x.shape.rank - 1) + [[1, 2]], mode="REFLECT"),
    "gather": lambda x: tf.gather(x, [0, 2, 1], axis=-1),
    "gather_nd": lambda x: tf.gather_nd(x, [[0, 1]]),
    "one_hot": lambda x: tf.one_hot(tf.cast(x, tf.int32), 5),
    "range": lambda x: tf.range(tf.shape(x)[1]),
    "bitcast": lambda x: tf.bitcast(x, tf.int32),
    "fake_quant": lambda x: tf.quantization.fake_quant_with_min_max_args(x, -3, 3),
    "broadcast_to": lambda x: tf.broadcast_to(tf.reduce_sum(x, -1, keepdims=True), x.shape),
    "reduce_all": lambda x: tf.reduce_all(x > -9, -1),
    "reduce_any": lambda x: tf.reduce_any(x > 0, -1),
    "segment_sum": lambda x: tf.math.segment_sum(tf.reshape(x, [4, -1]), [0, 0, 1, 1]),
    "unique": lambda x: tf.unique(tf.reshape(x, [-1])),
    "random_plus": lambda x: x + tf.random.uniform([1]),
}
BINARY: dict[str, Operation] = {
    "add": tf.add,
    "sub": tf.subtract,
    "mul": tf.multiply,
    "div": lambda x, y: x / (tf.abs(y) + 0.5),
    "floor_div": lambda x, y: tf.math.floordiv(x, tf.abs(y) + 0.5),
    "floor_mod": lambda x, y: tf.math.floormod(x, tf.abs(y) + 0.5),
    "maximum": tf.maximum,
    "minimum": tf.minimum,
    "pow": lambda x, y: tf.pow(tf.abs(x) + 0.1, y),
    "squared_difference": tf.math.squared_difference,
    "atan2": tf.atan2,
    "equal": tf.equal,
    "not_equal": tf.not_equal,
    "greater": tf.greater,
    "greater_equal": tf.greater_equal,
    "less": tf.less,
    "less_equal": tf.less_equal,
    "logical": lambda x, y: tf.logical_or(tf.logical_not(x > 0), tf.logical_and(y > 0, x > y)),
    "select": lambda x, y: tf.where(x > y, x, y),
    "concat": lambda x, y: tf.concat([x, y], -1),
    "concat_relu": lambda x, y: tf.concat([tf.nn.relu(x), y * 30], -1),
    "add_n": lambda x, y: tf.add_n([x, y, x]),
    "add_relu6": lambda x, y: tf.nn.relu6(x + y),
    "matmul": lambda x, y: tf.matmul(x, y, transpose_b=True),
}
REDUCTIONS = {
    "sum": tf.reduce_sum,
    "mean": tf.reduce_mean,
    "max": tf.reduce_max,
    "min": tf.reduce_min,
    "prod": tf.reduce_prod,
}
AXES = {(-1,): "last", (1, 2): "image", (0,): "batch", (1,): "rows"}
LAYERS = tf_keras.layers
IMAGE, SERIES, VOLUME = (1, 8, 8, 128), (1, 16, 24), (1, 6, 6, 6, 16)
LAYER: dict[str, tuple[tuple[int, ...], Callable[[], Any]]] = {
    "average_pool": (IMAGE, lambda: LAYERS.AveragePooling2D(2)),
    "average_pool_same": (IMAGE, lambda: LAYERS.AveragePooling2D(3, 1, "same")),
    "max_pool": (IMAGE, lambda: LAYERS.MaxPooling2D(2)),
    "max_pool_same": (IMAGE, lambda: LAYERS.MaxPooling2D(3, 2, "same")),
    "global_average": (IMAGE, lambda: LAYERS.GlobalAveragePooling2D()),
    "global_max": (IMAGE, lambda: LAYERS.GlobalMaxPooling2D()),
    "upsample_nearest": (IMAGE, lambda: LAYERS.UpSampling2D(2)),
    "upsample_bilinear": (IMAGE, lambda: LAYERS.UpSampling2D(2, interpolation="bilinear")),
    "batch_norm": (IMAGE, lambda: LAYERS.BatchNormalization()),
    "layer_norm": (SERIES, lambda: LAYERS.LayerNormalization()),
    "prelu": (IMAGE, lambda: LAYERS.PReLU(shared_axes=[1, 2], alpha_initializer="random_normal")),
    "embedding": ((1, 16), lambda: LAYERS.Embedding(300, 48)),
    "attention": (SERIES, lambda: Attention()),
    "lstm": (SERIES, lambda: LAYERS.LSTM(48)),
    "lstm_sequences": (SERIES, lambda: LAYERS.LSTM(48, return_sequences=True)),
    "lstm_backwards": (SERIES, lambda: LAYERS.LSTM(48, go_backwards=True)),
    "lstm_both": (SERIES, lambda: LAYERS.Bidirectional(LAYERS.LSTM(40))),
    "gru": (SERIES, lambda: LAYERS.GRU(48)),
    "gru_sequences": (SERIES, lambda: LAYERS.GRU(48, return_sequences=True)),
    "simple_rnn": (SERIES, lambda: LAYERS.SimpleRNN(48)),
    "conv_lstm": ((1, 3, 8, 8, 4), lambda: LAYERS.ConvLSTM2D(16, 3)),
    "conv1d": (SERIES, lambda: LAYERS.Conv1D(48, 3)),
    "conv1d_dilated": (SERIES, lambda: LAYERS.Conv1D(48, 3, dilation_rate=2)),
    "conv1d_causal": (SERIES, lambda: LAYERS.Conv1D(48, 3, padding="causal")),
    "conv1d_transpose": (SERIES, lambda: LAYERS.Conv1DTranspose(48, 3, 2)),
    "separable1d": (SERIES, lambda: LAYERS.SeparableConv1D(64, 3)),
    "conv3d": (VOLUME, lambda: LAYERS.Conv3D(16, 3)),
    "conv3d_transpose": (VOLUME, lambda: LAYERS.Conv3DTranspose(16, 3)),
    "separable": (IMAGE, lambda: LAYERS.SeparableConv2D(64, 3)),
    "dense_rank_3": (SERIES, lambda: LAYERS.Dense(96, "relu")),
    "dense_rank_4": (IMAGE, lambda: LAYERS.Dense(96, "tanh")),
    "einsum": (SERIES, lambda: LAYERS.EinsumDense("abc,cde->abde", (None, 4, 16), bias_axes="de")),
    "locally_connected": ((1, 8, 8, 4), lambda: LAYERS.LocallyConnected2D(8, 3)),
    "group_conv": (IMAGE, lambda: LAYERS.Conv2D(64, 3, groups=4)),
}
IMAGE_FUNCTION: dict[str, Operation] = {
    "depth_to_space": lambda x: tf.nn.depth_to_space(x, 2),
    "space_to_depth": lambda x: tf.nn.space_to_depth(x, 2),
    "batch_to_space": lambda x: tf.batch_to_space(tf.space_to_batch(x, [2, 2], [[0, 0], [0, 0]]), [2, 2], [[0, 0]] * 2),
    "resize_bilinear": lambda x: tf.image.resize(x, (20, 20)),
    "resize_nearest": lambda x: tf.image.resize(x, (20, 20), "nearest"),
    "resize_align": lambda x: tf.compat.v1.image.resize_bilinear(x, (20, 20), align_corners=True),
    "lrn": lambda x: tf.nn.local_response_normalization(x, 3),
    "extract_patches": lambda x: tf.image.extract_patches(x, [1, 3, 3, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID"),
    "rfft": lambda x: tf.abs(tf.signal.rfft(tf.reshape(x, [-1, 64]))),
    "rfft2d": lambda x: tf.abs(tf.signal.rfft2d(x[..., 0], [8, 8])),
    "space_to_batch": lambda x: tf.space_to_batch(x, [2, 2], [[0, 0], [0, 0]]),
    "scatter_nd": lambda x: tf.scatter_nd([[1], [3]], x[0, :2, 0], [6, 128]),
    "matrix_diag": lambda x: tf.linalg.diag(x[0, 0]),
    "matrix_set_diag": lambda x: tf.linalg.set_diag(x[0, ..., 0], x[0, 0, :, 1]),
    "reverse_sequence": lambda x: tf.reverse_sequence(x[0], [3] * 8, 1),
    "unsorted_segment_max": lambda x: tf.math.unsorted_segment_max(x[0], [0, 1] * 4, 2),
    "while": lambda x: tf.while_loop(
        lambda step, y: step < 3, lambda step, y: (step + 1, tf.nn.relu(y * 0.7 + 0.1)), (0, x), maximum_iterations=3
    )[1],
    "if": lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2.0, lambda: tf.tanh(x)),
    "complex": lambda x: tf.math.real(tf.complex(x, x * 2)) + tf.math.imag(tf.complex(x, x * 3)),
    "softplus": tf.nn.softplus,
    "swish": tf.nn.swish,
    "selu": tf.nn.selu,
    "mish": lambda x: x * tf.tanh(tf.nn.softplus(x)),
    "erf": tf.math.erf,
    "clip": lambda x: tf.clip_by_value(x, -0.5, 0.7),
    "moments": lambda x: tf.nn.moments(x, [1, 2]),
}


class Attention(tf_keras.layers.Layer):  # type: ignore[misc]  # TensorFlow has no types
    """Self-attention with two heads, as Keras builds it."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = LAYERS.MultiHeadAttention(2, 16)

    def call(self, x: Any) -> Any:
        return self.inner(x, x)


def singles() -> Iterator[Single]:
    """Every row: unary and binary operations on each rank, reductions of each axis, and convolutions in all options."""
    for name, operation in UNARY.items():
        for shape in SHAPES:
            yield Single(f"{name}_{len(shape)}d", operation, (shape,))
    for name, operation in BINARY.items():
        for shape in SHAPES:
            yield Single(f"{name}_{len(shape)}d", operation, (shape, shape))
            yield Single(f"{name}_{len(shape)}d_constant", _with_constant(operation, shape), (shape,))
        if name not in ("concat", "concat_relu", "add_n", "matmul"):
            yield Single(f"{name}_broadcast", operation, ((1, 8, 8, 16), (1, 1, 1, 16)))
    for name, reduction in REDUCTIONS.items():
        for axes in AXES:
            for keep in (False, True):
                yield Single(f"reduce_{name}_{AXES[axes]}_{keep}", _reduced(reduction, axes, keep), (IMAGE,))
    for name, (shape, make) in LAYER.items():
        yield Single(name, make(), (shape,), tf.int32 if name == "embedding" else tf.float32)
    for name, operation in IMAGE_FUNCTION.items():
        yield Single(name, operation, (IMAGE,))
    yield from convolutions()


def convolutions() -> Iterator[Single]:
    for kind in (LAYERS.Conv2D, LAYERS.DepthwiseConv2D, LAYERS.Conv2DTranspose):
        for kernel in (1, 3, 5):
            for strides, dilation, padding in ((1, 1, "same"), (2, 1, "same"), (1, 2, "valid"), (2, 1, "valid")):
                for activation, bias in ((None, True), ("relu", False), ("relu6", True)):
                    shown = activation and getattr(tf.nn, activation)
                    options = {"strides": strides, "dilation_rate": dilation, "padding": padding, "use_bias": bias}
                    sizes = (kernel,) if kind is LAYERS.DepthwiseConv2D else (40, kernel)
                    layer = kind(*sizes, activation=shown, bias_initializer="random_normal", **options)
                    name = f"{kind.__name__}_{kernel}_{strides}_{dilation}_{padding}_{activation}_{bias}"
                    yield Single(name, layer, (IMAGE,))
    for units in (1, 7, 64):
        for activation in (None, "relu", "relu6", "softmax", "tanh", "sigmoid"):
            shown = activation and getattr(tf.nn, activation)
            yield Single(f"Dense_{units}_{activation}", LAYERS.Dense(units, shown), ((3, 1200),))


def _with_constant(operation: Operation, shape: tuple[int, ...]) -> Operation:
    constant = tf.constant(np.random.default_rng(SEED).normal(size=shape).astype(np.float32))
    return lambda x: operation(x, constant)


def _reduced(reduction: Operation, axes: tuple[int, ...], keep: bool) -> Operation:
    return lambda x: reduction(x, axes, keepdims=keep)


def converted(single: Single) -> bytes:
    """The .tflite file of one operation. Raises whatever TensorFlow raises where it can't be converted."""
    specs = [tf.TensorSpec(shape, single.dtype) for shape in single.shapes]
    function = tf.function(lambda *arguments: single.operation(*arguments), input_signature=specs)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()], function)
    return converter.convert()  # type: ignore[no-any-return]


def write_all(folder: Path, wanted: Iterable[Single]) -> Counter[str]:
    """Writes each to `folder`; how many were written and how many the converter refused."""
    folder.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    for single in wanted:
        try:
            content = converted(single)
        except Exception as error:
            counts["left out"] += 1
            print(f"{single.name:45} left out: {str(error).strip().partition(chr(10))[0][:120]}", flush=True)
            continue
        counts["written"] += 1
        (folder / f"{re.sub(r'[^A-Za-z0-9_]+', '_', single.name)}.tflite").write_bytes(content)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.bench.singles", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    tf_keras.utils.set_random_seed(SEED)
    counts = write_all(parser.parse_args().folder, singles())
    print(dict(counts))
    return 0 if counts["written"] else 1


if __name__ == "__main__":
    sys.exit(main())
