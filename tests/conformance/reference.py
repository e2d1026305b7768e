"""A numpy interpreter: what operators are defined to compute, in float64; those without weights are in `plain`.

Works on the schema's objects (ModelT), so that neither the engine nor the runtime has a part in it. Quantized constants
are read as the real numbers they stand for. Only what the conformance models use is here: one subgraph, SAME padding.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as tfl

from tests.conformance.plain import ACTIVATIONS, DEFINITIONS
from tests.models import Array

NUMPY = {
    tfl.TensorType.FLOAT32: np.float32, tfl.TensorType.FLOAT16: np.float16, tfl.TensorType.INT8: np.int8,
    tfl.TensorType.INT32: np.int32, tfl.TensorType.INT64: np.int64, tfl.TensorType.UINT8: np.uint8,
    tfl.TensorType.BOOL: np.bool_,
}  # fmt: skip
KINDS = {value: name for name, value in vars(tfl.BuiltinOperator).items() if not name.startswith("_")}


def unpacked_int4(data: Array, count: int) -> Array:
    """Codes of 4 bits, two a byte, the lower half first."""
    low, high = data.view(np.int8) << 4 >> 4, data.view(np.int8) >> 4
    return np.stack([low, high], 1).reshape(-1)[:count]


def constant(model: Any, graph: Any, index: int) -> Array | None:
    """The real numbers that a constant tensor stands for, None if it isn't one."""
    tensor = graph.tensors[index]
    data = model.buffers[tensor.buffer].data
    if data is None or len(data) == 0:
        return None
    shape = tuple(tensor.shape)
    data = np.frombuffer(np.asarray(data).tobytes(), np.uint8)
    if tensor.type == tfl.TensorType.INT4:
        codes = unpacked_int4(data, math.prod(shape)).reshape(shape)
    else:
        codes = data.view(NUMPY[tensor.type]).reshape(shape)
    quantization = tensor.quantization
    if quantization is None or (quantization.scale is None and quantization.details is None):
        return codes if codes.dtype.kind in "iu" else codes.astype(np.float64)
    if quantization.details is not None:
        scales = constant(model, graph, quantization.details.scales)
        assert scales is not None
        return codes * np.repeat(scales, quantization.details.blockSize, -1).reshape(shape)
    scales = np.asarray(quantization.scale, np.float64)
    if scales.size > 1:
        at = quantization.quantizedDimension
        scales = scales.reshape([-1 if axis == at else 1 for axis in range(len(shape))])
    return codes * scales


def run(model: Any, inputs: Sequence[Array]) -> list[Array]:
    """Outputs of a model's first subgraph."""
    (graph,) = model.subgraphs
    values: dict[int, Array] = {}
    for index, tensor in enumerate(graph.tensors):
        if tensor.isVariable:
            values[index] = np.zeros(tensor.shape)
        elif (found := constant(model, graph, index)) is not None:
            values[index] = found
    values |= dict(zip(graph.inputs, inputs, strict=True))
    for operator in graph.operators:
        kind = KINDS[model.operatorCodes[operator.opcodeIndex].builtinCode]
        operands = [values[index] if index >= 0 else None for index in operator.inputs]
        if kind in STATEFUL:
            results, states = STATEFUL[kind](operands, operator.builtinOptions)
            values |= {operator.inputs[at]: state for at, state in states.items()}
        elif kind in OPERATORS:
            results = [OPERATORS[kind](operands, operator.builtinOptions)]
        else:
            options = operator.builtinOptions or operator.builtinOptions2
            results = DEFINITIONS[kind]([operand for operand in operands if operand is not None], options)
        for index, result in zip(operator.outputs, results, strict=True):
            values[index] = np.asarray(result).reshape(graph.tensors[index].shape)
    return [values[index] for index in graph.outputs]


# Convolutions ---------------------------------------------------------------------------------------------------------


def _patches(x: Array, size: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> Array:
    """(batch, down, across, height, width, channels) of an image with SAME padding."""
    starts, padding = [], [(0, 0)]
    for axis, (extent, step, spread) in enumerate(zip(size, stride, dilation, strict=True), 1):
        count = -(-x.shape[axis] // step)
        total = max(0, (count - 1) * step + (extent - 1) * spread + 1 - x.shape[axis])
        padding.append((total // 2, total - total // 2))
        starts.append(np.arange(count)[:, None] * step + np.arange(extent) * spread)
    x = np.pad(x, [*padding, (0, 0)])
    rows = x[:, starts[0]]
    return rows[:, :, :, starts[1]].transpose(0, 1, 3, 2, 4, 5)


def _steps(options: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    return (options.strideH, options.strideW), (options.dilationHFactor, options.dilationWFactor)


def _conv_2d(operands: Sequence[Any], options: Any) -> Array:
    x, weights, bias = operands
    patches = _patches(x, weights.shape[1:3], *_steps(options))
    groups = x.shape[3] // weights.shape[3]
    parts = zip(np.split(patches, groups, -1), np.split(weights, groups, 0), strict=True)
    y = np.concatenate([np.einsum("bijhwc,ohwc->bijo", part, some) for part, some in parts], -1)
    return ACTIVATIONS[options.fusedActivationFunction](y + bias)


def _depthwise_conv_2d(operands: Sequence[Any], options: Any) -> Array:
    x, weights, bias = operands
    repeated = np.repeat(x, weights.shape[3] // x.shape[3], -1)
    patches = _patches(repeated, weights.shape[1:3], *_steps(options))
    return ACTIVATIONS[options.fusedActivationFunction](np.einsum("bijhwc,hwc->bijc", patches, weights[0]) + bias)


def _conv_3d(operands: Sequence[Any], options: Any) -> Array:
    """Of stride 1."""
    x, weights, bias = operands
    sizes = weights.shape[:3]
    padded = np.pad(x, [(0, 0), *(((size - 1) // 2, size // 2) for size in sizes), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, sizes, (1, 2, 3))
    return ACTIVATIONS[options.fusedActivationFunction](np.einsum("bdhwcxyz,xyzco->bdhwo", windows, weights) + bias)


def _transpose_conv(operands: Sequence[Any], options: Any) -> Array:
    shape, weights, x, *bias = operands
    high, wide = weights.shape[1:3]
    full = np.zeros((x.shape[0], shape[1] + high, shape[2] + wide, shape[3]))
    for row in range(x.shape[1]):
        for column in range(x.shape[2]):
            down, across = row * options.strideH, column * options.strideW
            full[:, down : down + high, across : across + wide] += np.einsum(
                "bc,ohwc->bhwo", x[:, row, column], weights
            )
    top = max(0, (x.shape[1] - 1) * options.strideH + high - shape[1]) // 2
    left = max(0, (x.shape[2] - 1) * options.strideW + wide - shape[2]) // 2
    y = full[:, top : top + shape[1], left : left + shape[2]]
    return ACTIVATIONS[options.fusedActivationFunction](y + (bias[0] if bias and bias[0] is not None else 0))


# Matrix products and lookups ------------------------------------------------------------------------------------------


def _fully_connected(operands: Sequence[Any], options: Any) -> Array:
    x, weights, bias = (*operands, None)[:3]
    y = x.reshape(-1, weights.shape[1]) @ weights.T
    return ACTIVATIONS[options.fusedActivationFunction](y if bias is None else y + bias)


def _batch_matmul(operands: Sequence[Any], options: Any) -> Array:
    left, right = operands
    left = np.swapaxes(left, -1, -2) if options.adjX else left
    product: Array = left @ (np.swapaxes(right, -1, -2) if options.adjY else right)
    return product


def _gather(operands: Sequence[Any], options: Any) -> Array:
    return np.take(operands[0], operands[1], options.axis)


# Recurrent operators --------------------------------------------------------------------------------------------------


def _sigmoid(x: Array) -> Array:
    y: Array = 1 / (1 + np.exp(-x))
    return y


def _normalized(x: Array, weights: Array) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    y: Array = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-8) * weights
    return y


def _lstm_step(x: Array, h: Array, c: Array, w: Sequence[Any], auxiliary: Sequence[Any] = ()) -> tuple[Array, Array]:
    """One step; `w` are the operands by their places in UNIDIRECTIONAL_SEQUENCE_LSTM, `auxiliary` an input with its
    four matrices."""

    def gate(at: int, peek: Array | None) -> Array:
        y = x @ w[1 + at].T + h @ w[5 + at].T
        if auxiliary:
            y = y + auxiliary[0] @ auxiliary[1 + at].T
        if peek is not None:
            y = y + peek * w[{0: 9, 1: 10, 3: 11}[at]]
        if len(w) > 20 and w[20 + at] is not None:
            y = _normalized(y, w[20 + at])
        biased: Array = y + w[12 + at]
        return biased

    peephole = w[10] is not None
    forget = _sigmoid(gate(1, c if peephole else None))
    into = 1 - forget if w[2 - 1] is None else _sigmoid(gate(0, c if peephole else None))
    c = forget * c + into * np.tanh(gate(2, None))
    h = _sigmoid(gate(3, c if peephole else None)) * np.tanh(c)
    if w[16] is not None:
        h = h @ w[16].T + (0 if w[17] is None else w[17])
    return h, c


def _lstm(operands: Sequence[Any], options: Any) -> tuple[list[Array], dict[int, Array]]:
    h, c = _lstm_step(operands[0], operands[18], operands[19], operands)
    return [h], {18: h, 19: c}


def _sequence_lstm(operands: Sequence[Any], options: Any) -> tuple[list[Array], dict[int, Array]]:
    axis = 0 if options.timeMajor else 1
    h, c, ys = operands[18], operands[19], []
    for x in np.moveaxis(operands[0], axis, 0):
        h, c = _lstm_step(x, h, c, operands)
        ys.append(h)
    return [np.stack(ys, axis)], {18: h, 19: c}


def _bidirectional_lstm(operands: Sequence[Any], options: Any) -> tuple[list[Array], dict[int, Array]]:
    axis = 0 if options.timeMajor else 1
    results, states = [], {}
    for way, (first, state) in enumerate(((0, 35), (17, 37))):
        w = [None, *operands[first + 1 : first + 18]]
        h, c, ys = operands[state], operands[state + 1], []
        steps = [np.moveaxis(operands[0], axis, 0)]
        if operands[39] is not None:
            steps.append(np.moveaxis(operands[39], axis, 0))
        extra = operands[40 + 4 * way : 44 + 4 * way]
        for x, *auxiliary in zip(*(step[:: 1 - 2 * way] for step in steps), strict=True):
            h, c = _lstm_step(x, h, c, w, [*auxiliary, *extra] if auxiliary else ())
            ys.append(h)
        results.append(np.stack(ys[:: 1 - 2 * way], axis))
        states |= {state: h, state + 1: c}
    return ([np.concatenate(results, -1)] if options.mergeOutputs else results), states


def _rnn(operands: Sequence[Any], options: Any) -> tuple[list[Array], dict[int, Array]]:
    x, w, r, b, h = operands
    h = ACTIVATIONS[options.fusedActivationFunction](x @ w.T + h @ r.T + b)
    return [h], {4: h}


def _sequence_rnn(operands: Sequence[Any], options: Any) -> tuple[list[Array], dict[int, Array]]:
    x, w, r, b, h = operands
    axis, ys = 0 if options.timeMajor else 1, []
    for step in np.moveaxis(x, axis, 0):
        h = ACTIVATIONS[options.fusedActivationFunction](step @ w.T + h @ r.T + b)
        ys.append(h)
    return [np.stack(ys, axis)], {4: h}


def _bidirectional_rnn(operands: Sequence[Any], options: Any) -> tuple[list[Array], dict[int, Array]]:
    x, auxiliary = operands[0], operands[9]
    axis, results, states = 0 if options.timeMajor else 1, [], {}
    for way in (0, 1):
        w, r, b, h = operands[1 + 4 * way : 5 + 4 * way]
        ys = []
        for at in range(x.shape[axis])[:: 1 - 2 * way]:
            y = np.take(x, at, axis) @ w.T + h @ r.T + b
            if auxiliary is not None:
                y = y + np.take(auxiliary, at, axis) @ operands[10 + way].T
            h = ACTIVATIONS[options.fusedActivationFunction](y)
            ys.append(h)
        results.append(np.stack(ys[:: 1 - 2 * way], axis))
        states[4 + 4 * way] = h
    return ([np.concatenate(results, -1)] if options.mergeOutputs else results), states


def _svdf(operands: Sequence[Any], options: Any) -> tuple[list[Array], dict[int, Array]]:
    x, feature, time, bias, state = operands
    filters, memory = time.shape
    state = state.reshape(len(x), filters, memory)
    state = np.concatenate([state[:, :, 1:], (x @ feature.T)[:, :, None]], -1)
    y = (state * time).sum(-1).reshape(len(x), -1, options.rank).sum(-1)
    y = ACTIVATIONS[options.fusedActivationFunction](y if bias is None else y + bias)
    return [y], {4: state.reshape(len(x), -1)}


OPERATORS: Mapping[str, Callable[[Sequence[Any], Any], Array]] = {
    "CONV_2D": _conv_2d,
    "DEPTHWISE_CONV_2D": _depthwise_conv_2d,
    "CONV_3D": _conv_3d,
    "TRANSPOSE_CONV": _transpose_conv,
    "FULLY_CONNECTED": _fully_connected,
    "BATCH_MATMUL": _batch_matmul,
    "EMBEDDING_LOOKUP": lambda operands, options: operands[1][operands[0]],
    "GATHER": _gather,
}
STATEFUL: Mapping[str, Callable[[Sequence[Any], Any], tuple[list[Array], dict[int, Array]]]] = {
    "LSTM": _lstm,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _sequence_lstm,
    "BIDIRECTIONAL_SEQUENCE_LSTM": _bidirectional_lstm,
    "RNN": _rnn,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _sequence_rnn,
    "BIDIRECTIONAL_SEQUENCE_RNN": _bidirectional_rnn,
    "SVDF": _svdf,
}
