"""What operators without weights are defined to compute, in numpy and float64; see `reference`.

Each function is given the operands by place and the operator's options, and returns its outputs.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tests.models import Array

Operands = Sequence[Any]
Definition = Callable[[Operands, Any], Sequence[Array]]

ACTIVATIONS: Mapping[int, Callable[[Array], Array]] = {
    0: lambda x: x,
    1: lambda x: np.maximum(x, 0),
    3: lambda x: np.clip(x, 0, 6),
    4: np.tanh,
}
_ERF = np.vectorize(math.erf, otypes=[np.float64])


def _unary(compute: Callable[[Array], Array]) -> Definition:
    return lambda operands, options: [compute(operands[0])]


def _binary(compute: Callable[[Array, Array], Array]) -> Definition:
    """With the fused activation that some of them have."""

    def definition(operands: Operands, options: Any) -> Sequence[Array]:
        fused = getattr(options, "fusedActivationFunction", 0)
        return [ACTIVATIONS[fused](compute(operands[0], operands[1]))]

    return definition


def _reduction(compute: Callable[..., Array]) -> Definition:
    return lambda operands, options: [compute(operands[0], axis=tuple(operands[1]), keepdims=options.keepDims)]


def _softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(-1, keepdims=True))
    shares: Array = powers / powers.sum(-1, keepdims=True)
    return shares


def _gelu(operands: Operands, options: Any) -> Sequence[Array]:
    (x,) = operands
    if options.approximate:
        return [x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))]
    return [x / 2 * (1 + _ERF(x / math.sqrt(2)))]


def _pool(reduce: Callable[[Array], Array]) -> Definition:
    """With SAME padding, which counts for nothing."""

    def definition(operands: Operands, options: Any) -> Sequence[Array]:
        (x,) = operands
        sides = []
        for axis, (size, step) in enumerate(
            ((options.filterHeight, options.strideH), (options.filterWidth, options.strideW)), 1
        ):
            count = -(-x.shape[axis] // step)
            before = max(0, (count - 1) * step + size - x.shape[axis]) // 2
            sides.append([(max(0, at * step - before), at * step - before + size) for at in range(count)])
        rows = [[reduce(x[:, a:b, c:d]) for c, d in sides[1]] for a, b in sides[0]]
        return [ACTIVATIONS[options.fusedActivationFunction](np.stack([np.stack(row, 1) for row in rows], 1))]

    return definition


def _resize_bilinear(operands: Operands, options: Any) -> Sequence[Array]:
    x, sizes = operands
    for axis, size in enumerate(sizes, 1):
        scale = x.shape[axis] / size
        at = (np.arange(size) + 0.5) * scale - 0.5 if options.halfPixelCenters else np.arange(size) * scale
        at = np.maximum(at, 0)
        low = np.minimum(at.astype(int), x.shape[axis] - 1)
        high = np.minimum(low + 1, x.shape[axis] - 1)
        share = (at - low).reshape([-1 if each == axis else 1 for each in range(4)])
        x = np.take(x, low, axis) * (1 - share) + np.take(x, high, axis) * share
    return [x]


def _resize_nearest(operands: Operands, options: Any) -> Sequence[Array]:
    x, sizes = operands
    for axis, size in enumerate(sizes, 1):
        x = np.take(x, np.arange(size) * x.shape[axis] // size, axis)
    return [x]


def _blocks(x: Array, size: int) -> Array:
    """SPACE_TO_DEPTH."""
    batch, height, width, depth = x.shape
    cells = x.reshape(batch, height // size, size, width // size, size, depth).transpose(0, 1, 3, 2, 4, 5)
    return cells.reshape(batch, height // size, width // size, -1)


def _unblocked(x: Array, size: int) -> Array:
    """DEPTH_TO_SPACE."""
    batch, height, width, depth = x.shape
    cells = x.reshape(batch, height, width, size, size, -1).transpose(0, 1, 3, 2, 4, 5)
    return cells.reshape(batch, height * size, width * size, depth // size**2)


def _space_to_batch(operands: Operands, options: Any) -> Sequence[Array]:
    x, (size, _), _ = operands
    batch, height, width, depth = x.shape
    cells = x.reshape(batch, height // size, size, width // size, size, depth).transpose(2, 4, 0, 1, 3, 5)
    return [cells.reshape(-1, height // size, width // size, depth)]


def _batch_to_space(operands: Operands, options: Any) -> Sequence[Array]:
    x, (size, _), _ = operands
    _, height, width, depth = x.shape
    cells = x.reshape(size, size, -1, height, width, depth).transpose(2, 3, 0, 4, 1, 5)
    return [cells.reshape(-1, height * size, width * size, depth)]


def _strided_slice(operands: Operands, options: Any) -> Sequence[Array]:
    x, begins, ends, steps = operands
    return [x[tuple(slice(*each) for each in zip(begins, ends, steps, strict=True))]]


def _slice(operands: Operands, options: Any) -> Sequence[Array]:
    x, begins, sizes = operands
    return [x[tuple(slice(begin, begin + size) for begin, size in zip(begins, sizes, strict=True))]]


def _update(operands: Operands, options: Any) -> Sequence[Array]:
    x, update, starts = operands
    y = x.copy()
    y[tuple(slice(start, start + size) for start, size in zip(starts, update.shape, strict=True))] = update
    return [y]


def _reverse_sequence(operands: Operands, options: Any) -> Sequence[Array]:
    x, lengths = operands
    y = x.copy()
    for at, length in enumerate(lengths):
        y[at, :length] = x[at, :length][::-1]
    return [y]


def _top(operands: Operands, options: Any) -> Sequence[Array]:
    x, count = operands
    places = np.argsort(-x, -1, kind="stable")[..., : int(count)]
    return [np.take_along_axis(x, places, -1), places]


def _padded(operands: Operands, options: Any) -> Sequence[Array]:
    return [np.pad(operands[0], operands[1], constant_values=float(operands[2]) if len(operands) > 2 else 0.0)]


def _split(operands: Operands, options: Any) -> Sequence[Array]:
    return np.split(operands[1], options.numSplits, int(operands[0]))


def _split_v(operands: Operands, options: Any) -> Sequence[Array]:
    return np.split(operands[0], np.cumsum(operands[1])[:-1], int(operands[2]))


def _dilated(operands: Operands, options: Any) -> Sequence[Array]:
    x, steps, between = operands
    y = np.full([(size - 1) * step + 1 for size, step in zip(x.shape, steps, strict=True)], float(between))
    y[tuple(slice(None, None, step) for step in steps)] = x
    return [y]


def _one_hot(operands: Operands, options: Any) -> Sequence[Array]:
    places, depth, on, off = operands
    return [np.where(np.arange(depth) == places[..., None], on, off)]


def _sparse_to_dense(operands: Operands, options: Any) -> Sequence[Array]:
    places, shape, values, rest = operands
    y = np.full(shape, float(rest))
    y[places] = values
    return [y]


def _scattered(operands: Operands, options: Any) -> Sequence[Array]:
    places, updates, shape = operands
    y = np.zeros(shape)
    np.add.at(y, tuple(places.T), updates)
    return [y]


def _diagonal(operands: Operands, options: Any) -> Sequence[Array]:
    return [operands[0][..., None] * np.eye(operands[0].shape[-1])]


def _with_diagonal(operands: Operands, options: Any) -> Sequence[Array]:
    x, diagonal = operands
    return [np.where(np.eye(x.shape[-1]) > 0, diagonal[..., None], x)]


def _prelu(operands: Operands, options: Any) -> Sequence[Array]:
    x, slopes = operands
    return [np.where(x > 0, x, x * slopes)]


def _l2_pool(x: Array) -> Array:
    y: Array = np.sqrt((x**2).mean((1, 2)))
    return y


def _normalized_locally(operands: Operands, options: Any) -> Sequence[Array]:
    (x,) = operands
    width = x.shape[-1]
    near = np.abs(np.subtract.outer(np.arange(width), np.arange(width))) <= options.radius
    return [x / (options.bias + options.alpha * (x**2 @ near)) ** options.beta]


DEFINITIONS: Mapping[str, Definition] = {
    "ADD": _binary(np.add),
    "SUB": _binary(np.subtract),
    "MUL": _binary(np.multiply),
    "DIV": _binary(np.divide),
    "SQUARED_DIFFERENCE": _binary(lambda x, y: (x - y) ** 2),
    "MAXIMUM": _binary(np.maximum),
    "MINIMUM": _binary(np.minimum),
    "POW": _binary(np.power),
    "FLOOR_DIV": _binary(np.floor_divide),
    "FLOOR_MOD": _binary(np.mod),
    "ATAN2": _binary(np.arctan2),
    "ADD_N": lambda operands, options: [sum(operands)],
    "EQUAL": _binary(np.equal),
    "NOT_EQUAL": _binary(np.not_equal),
    "LESS": _binary(np.less),
    "LESS_EQUAL": _binary(np.less_equal),
    "GREATER": _binary(np.greater),
    "GREATER_EQUAL": _binary(np.greater_equal),
    "PRELU": _prelu,
    "MEAN": _reduction(np.mean),
    "SUM": _reduction(np.sum),
    "REDUCE_MAX": _reduction(np.max),
    "REDUCE_MIN": _reduction(np.min),
    "REDUCE_PROD": _reduction(np.prod),
    "RELU": _unary(lambda x: np.maximum(x, 0)),
    "RELU6": _unary(lambda x: np.clip(x, 0, 6)),
    "RELU_N1_TO_1": _unary(lambda x: np.clip(x, -1, 1)),
    "RELU_0_TO_1": _unary(lambda x: np.clip(x, 0, 1)),
    "LEAKY_RELU": lambda operands, options: [np.where(operands[0] > 0, operands[0], operands[0] * options.alpha)],
    "ELU": _unary(lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
    "EXP": _unary(np.exp),
    "HARD_SWISH": _unary(lambda x: x * np.clip(x + 3, 0, 6) / 6),
    "GELU": _gelu,
    "RSQRT": _unary(lambda x: 1 / np.sqrt(x)),
    "SQRT": _unary(np.sqrt),
    "LOG": _unary(np.log),
    "ABS": _unary(np.abs),
    "NEG": _unary(np.negative),
    "SIN": _unary(np.sin),
    "COS": _unary(np.cos),
    "FLOOR": _unary(np.floor),
    "CEIL": _unary(np.ceil),
    "ROUND": _unary(np.round),
    "SIGN": _unary(np.sign),
    "SQUARE": _unary(np.square),
    "ZEROS_LIKE": _unary(np.zeros_like),
    "CUMSUM": lambda operands, options: [np.cumsum(operands[0], int(operands[1]))],
    "SOFTMAX": lambda operands, options: [_softmax(operands[0] * options.beta)],
    "LOG_SOFTMAX": _unary(lambda x: np.log(_softmax(x))),
    "LOGISTIC": _unary(lambda x: 1 / (1 + np.exp(-x))),
    "TANH": _unary(np.tanh),
    "L2_NORMALIZATION": _unary(lambda x: x / np.sqrt((x**2).sum(-1, keepdims=True))),
    "LOCAL_RESPONSE_NORMALIZATION": _normalized_locally,
    "MAX_POOL_2D": _pool(lambda x: x.max((1, 2))),
    "AVERAGE_POOL_2D": _pool(lambda x: x.mean((1, 2))),
    "L2_POOL_2D": _pool(_l2_pool),
    "RESIZE_BILINEAR": _resize_bilinear,
    "RESIZE_NEAREST_NEIGHBOR": _resize_nearest,
    "RESHAPE": _unary(lambda x: x),
    "SQUEEZE": _unary(lambda x: x),
    "EXPAND_DIMS": _unary(lambda x: x),
    "SHAPE": _unary(lambda x: np.array(x.shape)),
    "RANK": _unary(lambda x: np.array(x.ndim)),
    "TRANSPOSE": lambda operands, options: [operands[0].transpose(operands[1])],
    "CONCATENATION": lambda operands, options: [np.concatenate(operands, options.axis)],
    "PACK": lambda operands, options: [np.stack(operands, options.axis)],
    "UNPACK": lambda operands, options: [*np.moveaxis(operands[0], options.axis, 0)],
    "SPLIT": _split,
    "SPLIT_V": _split_v,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "GATHER_ND": lambda operands, options: [operands[0][tuple(operands[1].T)]],
    "PAD": _padded,
    "PADV2": _padded,
    "MIRROR_PAD": lambda operands, options: [
        np.pad(operands[0], operands[1], "symmetric" if options.mode else "reflect")
    ],
    "TILE": lambda operands, options: [np.tile(operands[0], operands[1])],
    "BROADCAST_TO": lambda operands, options: [np.broadcast_to(operands[0], operands[1])],
    "FILL": lambda operands, options: [np.full(operands[0], operands[1])],
    "REVERSE_V2": lambda operands, options: [np.flip(operands[0], tuple(operands[1]))],
    "REVERSE_SEQUENCE": _reverse_sequence,
    "SPACE_TO_DEPTH": lambda operands, options: [_blocks(operands[0], options.blockSize)],
    "DEPTH_TO_SPACE": lambda operands, options: [_unblocked(operands[0], options.blockSize)],
    "SPACE_TO_BATCH_ND": _space_to_batch,
    "BATCH_TO_SPACE_ND": _batch_to_space,
    "SELECT": lambda operands, options: [np.where(operands[0], operands[1], operands[2])],
    "SELECT_V2": lambda operands, options: [np.where(operands[0], operands[1], operands[2])],
    "DYNAMIC_UPDATE_SLICE": _update,
    "TOPK_V2": _top,
    "DILATE": _dilated,
    "ONE_HOT": _one_hot,
    "SPARSE_TO_DENSE": _sparse_to_dense,
    "SCATTER_ND": _scattered,
    "MATRIX_DIAG": _diagonal,
    "MATRIX_SET_DIAG": _with_diagonal,
    "ARG_MAX": lambda operands, options: [operands[0].argmax(int(operands[1]))],
    "ARG_MIN": lambda operands, options: [operands[0].argmin(int(operands[1]))],
    "DEQUANTIZE": _unary(lambda x: x),
}
