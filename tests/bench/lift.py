"""Makes a SavedModel of a float .tflite, so that TensorFlow's own converter can quantize a model whose source is gone.

Covers the operators of the model zoo's nets; runs in a child process, since it needs TensorFlow.
"""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from ai_edge_litert import schema_py_generated as schema

Operands = list[Any]
NAMES = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
PADDING = {schema.Padding.SAME: "SAME", schema.Padding.VALID: "VALID"}
DTYPES = {schema.TensorType.FLOAT32: np.float32, schema.TensorType.INT32: np.int32}
ACTIVATIONS: Mapping[int, Callable[[Any], Any]] = {
    schema.ActivationFunctionType.NONE: lambda x: x,
    schema.ActivationFunctionType.RELU: tf.nn.relu,
    schema.ActivationFunctionType.RELU6: tf.nn.relu6,
}


def conv_2d(operands: Operands, options: Any) -> Any:
    x, filters, bias = operands
    strides, dilations = (options.strideH, options.strideW), (options.dilationHFactor, options.dilationWFactor)
    y = tf.nn.conv2d(x, np.transpose(filters, (1, 2, 3, 0)), strides, PADDING[options.padding], dilations=dilations)
    return tf.nn.bias_add(y, bias)


def depthwise_conv_2d(operands: Operands, options: Any) -> Any:
    x, filters, bias = operands
    _, height, width, channels = filters.shape
    kernel = filters.reshape(height, width, channels // options.depthMultiplier, options.depthMultiplier)
    y = tf.nn.depthwise_conv2d(x, kernel, (1, options.strideH, options.strideW, 1), PADDING[options.padding])
    return tf.nn.bias_add(y, bias)


def fully_connected(operands: Operands, options: Any) -> Any:
    x, weights, *bias = operands
    rows = x if options.keepNumDims else tf.reshape(x, (-1, weights.shape[1]))
    y = tf.matmul(rows, weights.T)
    return tf.nn.bias_add(y, bias[0]) if bias and bias[0] is not None else y


def pool(reduce: Callable[..., Any]) -> Callable[[Operands, Any], Any]:
    def pooled(operands: Operands, options: Any) -> Any:
        window, strides = (options.filterHeight, options.filterWidth), (options.strideH, options.strideW)
        return reduce(operands[0], window, strides, PADDING[options.padding])

    return pooled


def lstm(operands: Operands, options: Any) -> Any:
    """One Keras LSTM layer: TensorFlow's converter knows it again and writes the fused operator."""
    gates, recurrent, biases = operands[1:5], operands[5:9], operands[12:16]
    layer = tf_keras.layers.LSTM(gates[0].shape[0], return_sequences=True, time_major=options.timeMajor)
    y = layer(operands[0])
    layer.set_weights([np.concatenate(gates).T, np.concatenate(recurrent).T, np.concatenate(biases)])
    return y


def strided_slice(operands: Operands, options: Any) -> Any:
    masks = {
        "begin_mask": options.beginMask,
        "end_mask": options.endMask,
        "ellipsis_mask": options.ellipsisMask,
        "new_axis_mask": options.newAxisMask,
        "shrink_axis_mask": options.shrinkAxisMask,
    }
    return tf.strided_slice(*operands, **masks)


OPERATORS: Mapping[str, Callable[[Operands, Any], Any]] = {
    "ADD": lambda x, _: x[0] + x[1],
    "AVERAGE_POOL_2D": pool(tf.nn.avg_pool2d),
    "CONV_2D": conv_2d,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "FULLY_CONNECTED": fully_connected,
    "GATHER": lambda x, options: tf.gather(x[0], x[1], axis=options.axis),
    "L2_NORMALIZATION": lambda x, _: tf.math.l2_normalize(x[0], -1),
    "LOGISTIC": lambda x, _: tf.sigmoid(x[0]),
    "MAX_POOL_2D": pool(tf.nn.max_pool2d),
    "MEAN": lambda x, options: tf.reduce_mean(x[0], x[1], keepdims=options.keepDims),
    "MUL": lambda x, _: x[0] * x[1],
    "RESHAPE": lambda x, _: tf.reshape(x[0], x[1]),
    "SOFTMAX": lambda x, _: tf.nn.softmax(x[0]),
    "SPLIT": lambda x, options: tf.split(x[1], options.numSplits, int(x[0])),
    "SPLIT_V": lambda x, _: tf.split(x[0], x[1], int(x[2])),
    "STRIDED_SLICE": strided_slice,
    "SUB": lambda x, _: x[0] - x[1],
    "TANH": lambda x, _: tf.tanh(x[0]),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm,
}


def activation(options: Any) -> Callable[[Any], Any]:
    """The activation fused behind an operator; a recurrent operator's acts inside it and is the layer's own matter."""
    if options is None or isinstance(options, schema.UnidirectionalSequenceLSTMOptionsT):
        return ACTIVATIONS[schema.ActivationFunctionType.NONE]
    return ACTIVATIONS[getattr(options, "fusedActivationFunction", schema.ActivationFunctionType.NONE)]


class Lifted:
    """The first subgraph of a .tflite as a function of TensorFlow tensors."""

    def __init__(self, content: bytes) -> None:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
        self.subgraph = model.subgraphs[0]
        self.codes = [NAMES[max(c.builtinCode, c.deprecatedBuiltinCode)] for c in model.operatorCodes]
        self.constants = {
            index: np.frombuffer(model.buffers[tensor.buffer].data, DTYPES[tensor.type]).reshape(tensor.shape)
            for index, tensor in enumerate(self.subgraph.tensors)
            if model.buffers[tensor.buffer].data is not None
        }
        self.inputs, self.outputs = names(model, "inputs"), names(model, "outputs")

    def specs(self) -> list[tf.TensorSpec]:
        tensors = [(name, self.subgraph.tensors[index]) for name, index in self.inputs.items()]
        return [tf.TensorSpec(tensor.shape, DTYPES[tensor.type], name=name) for name, tensor in tensors]

    def __call__(self, *inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        values: dict[int, Any] = {**self.constants, **dict(zip(self.inputs.values(), inputs, strict=True))}
        for operator in self.subgraph.operators:
            options = operator.builtinOptions
            result = OPERATORS[self.codes[operator.opcodeIndex]]([values.get(i) for i in operator.inputs], options)
            results = result if isinstance(result, list) else [activation(options)(result)]
            values.update(zip(operator.outputs, results, strict=True))
        return {name: values[index] for name, index in self.outputs.items()}


def names(model: Any, side: str) -> dict[str, int]:
    """Tensor index by signature name, or by position (`inputs_0` ...) where the model has no signature."""
    if model.signatureDefs:
        return {entry.name.decode(): entry.tensorIndex for entry in getattr(model.signatureDefs[0], side)}
    return {f"{side}_{place}": index for place, index in enumerate(getattr(model.subgraphs[0], side))}


def lift(source: str, output: str) -> None:
    """Saves the float .tflite at `source` as the SavedModel `output`, with the names of its signature.

    Raises KeyError naming the operator, type or activation that is not covered.
    """
    lifted = Lifted(Path(source).read_bytes())
    specs = lifted.specs()
    if "UNIDIRECTIONAL_SEQUENCE_LSTM" in lifted.codes:
        layers = [tf_keras.Input(batch_shape=spec.shape, dtype=spec.dtype, name=spec.name) for spec in specs]
        network = tf_keras.Model(layers, lifted(*layers))
    else:
        network = lifted
    module = tf.Module()
    module.network = network
    served = tf.function(network, input_signature=specs)
    tf.saved_model.save(module, output, signatures={"serving_default": served.get_concrete_function()})
