"""Run by the tests in TensorFlow's environment: small models of every kind it takes, with inputs and outputs."""

import os
import sys

os.environ |= {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}

import keras
import numpy as np
import tensorflow as tf
import tf_keras

os.chdir(sys.argv[1])
random = np.random.default_rng(0)
keras.utils.set_random_seed(0)
tf_keras.utils.set_random_seed(0)
mel = random.normal(size=(1, 16, 12)).astype(np.float32)
image = random.normal(size=(1, 16, 16, 3)).astype(np.float32)

given = keras.Input((16, 12), name="mel")
lstm = keras.Model(given, keras.layers.Dense(4, name="words")(keras.layers.LSTM(32, name="lstm")(given)))
lstm.save("keras3_lstm.keras")

given = keras.Input((16, 16, 3), name="image")
features = keras.layers.Conv2D(8, 3, activation="relu", name="stem")(given)
logits = keras.layers.Dense(4, name="logits")(keras.layers.GlobalAveragePooling2D(name="pool")(features))
network = keras.Model(given, logits, name="network")
network.save("keras3_conv.keras")
network.save("keras3_conv.h5")
keras.Model(given, keras.layers.Lambda(lambda value: value * 2, name="twice")(logits)).save("lambda.keras")

given = tf_keras.Input((16, 12), batch_size=1, name="mel")
legacy = tf_keras.Model(given, tf_keras.layers.Dense(4, name="words")(tf_keras.layers.LSTM(32, name="lstm")(given)))
legacy.save("keras2_lstm.h5")
legacy.save_weights("weights_only.h5")

function = tf.function(lambda image: network(image)).get_concrete_function(
    tf.TensorSpec((None, 16, 16, 3), tf.float32, name="image")
)
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2  # noqa: E402

frozen = convert_variables_to_constants_v2(function)
tf.io.write_graph(frozen.graph.as_graph_def(), ".", "frozen.pb", as_text=False)


class Several(tf.Module):
    """Two signatures, and a loop."""

    @tf.function(input_signature=[tf.TensorSpec((1, 4), tf.float32, name="x")])
    def double(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"twice": 2 * x}

    @tf.function(input_signature=[tf.TensorSpec((1, 4), tf.float32, name="x"), tf.TensorSpec((), tf.int32, name="n")])
    def power(self, x: tf.Tensor, n: tf.Tensor) -> dict[str, tf.Tensor]:
        result = tf.ones_like(x)
        for _ in tf.range(n):
            result = result * x
        return {"power": result}

    @tf.function(input_signature=[tf.TensorSpec((1, 4), tf.float32, name="x")])
    def exotic(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"y": tf.linalg.inv(tf.reshape(x, (1, 2, 2)) + 3 * tf.eye(2))}


module = Several()
tf.saved_model.save(module, "several", signatures={"double": module.double, "power": module.power})
tf.saved_model.save(module, "exotic", signatures=module.exotic)

np.savez(
    "expected.npz",
    mel=mel,
    image=image,
    keras3_lstm=np.asarray(lstm(mel)),
    keras3_conv=np.asarray(network(image)),
    keras2_lstm=np.asarray(legacy(mel)),
)
