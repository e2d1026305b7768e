"""The networks that the benchmarks build themselves, as SavedModels; runs in a child process, as it needs TensorFlow.

Random weights are seeded, so that every machine measures the same files; they serve size and speed, never fidelity.
"""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import importlib.util
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras

SEED = 2025


class Bert(tf.Module):
    """A BERT-like encoder: word, position and type embeddings, post-norm layers, tanh pooler.

    Ids int32 [1, tokens] in, `sequence` float32 [1, tokens, width] and `pooled` float32 [1, width] out.
    """

    def __init__(self, *, vocabulary: int, tokens: int, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.tokens, self.width, self.layers, self.heads = tokens, width, layers, heads
        rng = np.random.default_rng(SEED)

        def normal(*shape: int) -> tf.Variable:
            return tf.Variable(rng.normal(0, 0.05, shape).astype(np.float32))

        self.words, self.positions = normal(vocabulary, width), normal(tokens, width)
        shapes = {"query": (width, width), "key": (width, width), "value": (width, width), "attended": (width, width)}
        shapes |= {"wide": (width, 4 * width), "narrow": (4 * width, width)}
        self.kernels = {f"{layer}_{name}": normal(*shape) for layer in range(layers) for name, shape in shapes.items()}
        self.kernels["pooler"] = normal(width, width)
        self.biases = {name: normal(kernel.shape[1]) for name, kernel in self.kernels.items()}

    def dense(self, x: tf.Tensor, name: str) -> tf.Tensor:
        return tf.matmul(x, self.kernels[name]) + self.biases[name]

    def split(self, x: tf.Tensor) -> tf.Tensor:
        return tf.transpose(tf.reshape(x, (self.tokens, self.heads, self.width // self.heads)), (1, 0, 2))

    def layer(self, x: tf.Tensor, layer: int) -> tf.Tensor:
        query, key, value = (self.split(self.dense(x, f"{layer}_{name}")) for name in ("query", "key", "value"))
        scores = tf.matmul(query, key, transpose_b=True) / math.sqrt(self.width / self.heads)
        context = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), (1, 0, 2))
        x = normalized(x + self.dense(tf.reshape(context, (self.tokens, self.width)), f"{layer}_attended"))
        wide = tf.nn.gelu(self.dense(x, f"{layer}_wide"), approximate=False)
        return normalized(x + self.dense(wide, f"{layer}_narrow"))

    def __call__(self, ids: tf.Tensor) -> dict[str, tf.Tensor]:
        x = normalized(tf.gather(self.words, ids[0]) + self.positions)
        for layer in range(self.layers):
            x = self.layer(x, layer)
        return {"sequence": x[None], "pooled": tf.tanh(self.dense(x[:1], "pooler"))}


def normalized(x: tf.Tensor) -> tf.Tensor:
    centred = x - tf.reduce_mean(x, -1, keepdims=True)
    return centred * tf.math.rsqrt(tf.reduce_mean(centred * centred, -1, keepdims=True) + 1e-12)


def save(module: tf.Module, function: Callable[..., Any], output: str, **inputs: tf.TensorSpec) -> None:
    """Saves `function` of `module` with one signature `serving_default` whose inputs carry their keywords as names."""
    specs = [tf.TensorSpec(spec.shape, spec.dtype, name=name) for name, spec in inputs.items()]
    served = tf.function(function, input_signature=specs)
    tf.saved_model.save(module, output, signatures={"serving_default": served.get_concrete_function()})


def keras_application(output: str, *, network: str, size: int) -> None:
    """Saves `tf_keras.applications.<network>` with random weights for one `size` x `size` RGB image."""
    tf_keras.utils.set_random_seed(SEED)
    model = getattr(tf_keras.applications, network)(weights=None, input_shape=(size, size, 3))
    save(model, lambda image: {"scores": model(image, training=False)}, output, image=tf.TensorSpec((1, size, size, 3)))


def bert(output: str, *, vocabulary: int, tokens: int, width: int, layers: int, heads: int) -> None:
    """Saves a BERT-like encoder with random weights."""
    encoder = Bert(vocabulary=vocabulary, tokens=tokens, width=width, layers=layers, heads=heads)
    save(encoder, encoder, output, ids=tf.TensorSpec((1, tokens), tf.int32))


def zoo_encoder(output: str, *, script: str) -> None:
    """Saves the network that the model zoo's `script` describes by its class `Encoder`, with its trained weights."""
    spec = importlib.util.spec_from_file_location(Path(script).stem, script)
    assert spec is not None
    assert spec.loader is not None
    recipe = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recipe)
    encoder = recipe.Encoder()
    tf.saved_model.save(encoder, output, signatures={"serving_default": encoder.__call__.get_concrete_function()})
