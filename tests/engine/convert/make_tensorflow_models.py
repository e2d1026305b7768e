"""Run by the tests in TensorFlow's environment: small models of every kind it takes, with inputs and outputs."""

import os
import sys
from typing import Any

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


def speaker(library: Any, trained: Any, batch: int | None) -> Any:
    given = library.Input((160, 40), batch_size=batch, name="mel")
    x = given
    for number in range(3):
        x = library.layers.LSTM(256, return_sequences=number < 2, name=f"encoder_{number}")(x)
    x = library.layers.Dense(256, activation="relu", name="embedding")(x)
    model = library.Model(given, library.layers.UnitNormalization(name="unit")(x))
    weights = [trained[f"{kind}{number}"].T for number in range(3) for kind in ("kernel", "recurrent", "bias")]
    model.set_weights([*weights, trained["dense"].T, trained["dense_bias"]])
    return model


def digits(library: Any, trained: Any) -> Any:
    given = library.Input((28, 28, 1), name="image")
    x = given
    for number, filters in enumerate((16, 32)):
        x = library.layers.Conv2D(filters, 3, activation="relu", name=f"conv_{number}")(x)
        x = library.layers.MaxPool2D(name=f"pool_{number}")(x)
    x = library.layers.Dense(64, activation="relu", name="hidden")(library.layers.Flatten(name="flat")(x))
    model = library.Model(given, library.layers.Dense(10, activation="softmax", name="scores")(x))
    kernels = [
        array for n in range(2) for array in (trained[f"conv{n}"].transpose(1, 2, 3, 0), trained[f"conv{n}_bias"])
    ]
    model.set_weights(
        kernels + [array for n in range(2) for array in (trained[f"full{n}"].T, trained[f"full{n}_bias"])]
    )
    return model


def freeze(model: Any, shape: tuple[int, ...], name: str, lower: bool = False) -> None:
    """`lower`: loops as TensorFlow 1 wrote them."""
    spec = tf.TensorSpec(shape, tf.float32, name="given")
    frozen = convert_variables_to_constants_v2(tf.function(model).get_concrete_function(spec), lower_control_flow=lower)
    tf.io.write_graph(frozen.graph.as_graph_def(), ".", name, as_text=False)


if len(sys.argv) > 2:
    trained = np.load(sys.argv[2])
    voice = speaker(tf_keras, trained, 1)
    voice.save("speaker.h5")
    tf.saved_model.save(voice, "speaker")
    freeze(voice, (1, 160, 40), "speaker.pb")
    freeze(voice, (1, 160, 40), "speaker_v1.pb", lower=True)
    speaker(keras, trained, None).save("speaker.keras")
    digits(keras, trained).save("digits.keras")
    digits(keras, trained).save("digits.h5")
    freeze(digits(tf_keras, trained), (1, 28, 28, 1), "digits.pb")
