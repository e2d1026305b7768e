# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "ai-edge-litert==2.3.0", "flatbuffers==25.12.19", "numpy==2.4.6", "scikit-learn==1.9.1", "scipy==1.17.1",
#     "tensorflow-cpu==2.21.0", "tf_keras==2.21.0",
# ]
# ///
"""Train the sample models that ship with Quantscope and write them, their held-out data and index.json.

    uv run scripts/train_samples.py [--out resources/samples]

Data: Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak, UCI, CC BY 4.0,
https://doi.org/10.24432/C50P49), of which scikit-learn carries the 1797 test images.
"""

import os

# Read when TensorFlow is imported: only Keras 2 layers convert to the fused LSTM operator.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import flatbuffers
import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from scipy.ndimage import affine_transform
from sklearn.datasets import load_digits
from tf_keras import Model, layers, optimizers, utils

SEED = 7
HELD_OUT = 200
COPIES = 10
BATCH = 128
LICENCE = "Apache-2.0 (model); CC BY 4.0 (data: E. Alpaydin and C. Kaynak, UCI, doi.org/10.24432/C50P49)"

GATES = ("input", "forget", "cell", "output")
OPERAND_NAMES = {
    # Order of the inputs: tensorflow/lite/kernels/lstm_shared.h
    schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM: (
        "",
        *(f"{source}_to_{gate}_weights" for source in ("input", "recurrent") for gate in GATES),
        *(f"cell_to_{gate}_weights" for gate in ("input", "forget", "output")),
        *(f"{gate}_gate_bias" for gate in GATES),
        *("projection_weights", "projection_bias", "output_state", "cell_state"),
    ),
    schema.BuiltinOperator.STRIDED_SLICE: ("", "last_step_begin", "last_step_end", "last_step_strides"),
}
RESULT_NAMES = {
    schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM: "every_step",
    schema.BuiltinOperator.STRIDED_SLICE: "last_step",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One bundled model: how it is made and what the start page says about it.

    `prepare` makes the model's input from digits, float32 (n, 8, 8) in 0..1."""

    name: str
    title: str
    description: str
    build: Callable[[], Model]
    prepare: Callable[[np.ndarray], np.ndarray]
    epochs: int
    least_accuracy: float


def enlarged(digits: np.ndarray) -> np.ndarray:
    """Digits (n, 8, 8) as images (n, 16, 16, 1), bilinear."""
    return tf.image.resize(digits[..., np.newaxis], (16, 16)).numpy()


def normalized_relu6(x: tf.Tensor, convolution: layers.Layer) -> tf.Tensor:
    """A convolution, batch normalization (folded into it by the converter) and ReLU6."""
    # Training takes a few hundred steps; the usual momentum of 0.99 would still remember the first ones.
    x = layers.BatchNormalization(momentum=0.9, name=f"{convolution.name}_norm")(convolution(x))
    return layers.ReLU(6.0, name=f"{convolution.name}_relu6")(x)


def depthwise_cnn() -> Model:
    """MobileNet in small. Depthwise filters of up to 64 channels have fewer than the 1024 weights from
    which on dynamic range quantization takes a tensor, those of 128 channels have more."""
    image = layers.Input((16, 16, 1), name="image")
    x = normalized_relu6(image, layers.Conv2D(32, 3, padding="same", use_bias=False, name="stem"))
    for block, (channels, stride) in enumerate([(64, 1), (128, 2), (128, 1), (128, 2), (128, 1)], start=1):
        name = f"block{block}"
        depthwise = layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False, name=f"{name}/depthwise")
        x = normalized_relu6(x, depthwise)
        x = normalized_relu6(x, layers.Conv2D(channels, 1, use_bias=False, name=f"{name}/pointwise"))
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    return Model(image, layers.Dense(10, "softmax", name="probabilities")(x), name="digits_depthwise")


def lstm() -> Model:
    """Two LSTMs reading a digit from its top row to its bottom row. The input weights of the lower one
    have fewer than 1024 elements each (96 x 8), all other matrices more."""
    rows = layers.Input((8, 8), name="rows")
    x = layers.GaussianNoise(0.1, name="noise")(rows)
    x = layers.LSTM(96, return_sequences=True, name="lower_lstm")(x)
    x = layers.Dropout(0.3, name="lower_dropout")(x)
    x = layers.LSTM(96, name="upper_lstm")(x)
    x = layers.Dropout(0.3, name="upper_dropout")(x)
    return Model(rows, layers.Dense(10, "softmax", name="probabilities")(x), name="digits_lstm")


SAMPLES = (
    Sample(
        "digits_depthwise",
        "Digits, depthwise CNN",
        "A small MobileNet that reads handwritten digits from 16x16 images, with depthwise layers large and small.",
        depthwise_cnn,
        enlarged,
        epochs=4,
        least_accuracy=0.96,
    ),
    Sample(
        "digits_lstm",
        "Digits, LSTM",
        "Two fused LSTM operators that read a handwritten digit row by row, 8 rows of 8 pixels.",
        lstm,
        np.asarray,
        epochs=14,
        least_accuracy=0.95,
    ),
)


def varied(digits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each digit slightly turned, slanted, stretched and moved."""
    centre = np.full(2, 3.5)
    copies = np.empty_like(digits)
    for digit, copy in zip(digits, copies, strict=True):
        matrix = np.eye(2) + rng.normal(0.0, 0.15, (2, 2))
        offset = centre - matrix @ centre + rng.normal(0.0, 0.5, 2)
        affine_transform(digit, matrix, offset, output=copy, order=1)
    return copies


def trained(sample: Sample, digits: np.ndarray, labels: np.ndarray) -> Model:
    """The sample's network, fitted to the digits and to COPIES variations of each."""
    utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    x = sample.prepare(np.concatenate([digits, *(varied(digits, rng) for _ in range(COPIES))]))
    y = np.tile(labels, 1 + COPIES)
    model = sample.build()
    rate = optimizers.schedules.CosineDecay(3e-3, sample.epochs * -(-len(x) // BATCH))
    model.compile(optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=BATCH, epochs=sample.epochs, verbose=2)
    return model


def converted(model: Model) -> bytes:
    """The model as float .tflite for batches of one, with the signature `serving_default`."""
    (source,) = model.inputs
    spec = tf.TensorSpec((1, *source.shape[1:]), tf.float32, name=source.name)
    serve = tf.function(lambda batch: {model.output_names[0]: model(batch, training=False)}, input_signature=[spec])
    with TemporaryDirectory() as folder:
        tf.saved_model.save(model, folder, signatures=serve.get_concrete_function())
        return tf.lite.TFLiteConverter.from_saved_model(folder).convert()


class AlignedBuilder(flatbuffers.Builder):
    """Aligns vectors to 16 bytes, as the schema asks of weights and the Python object API forgets."""

    def StartVector(self, elemSize: int, numElems: int, alignment: int) -> int:
        return super().StartVector(elemSize, numElems, max(alignment, 16))


def named(tflite: bytes, model: Model) -> bytes:
    """The same .tflite with names a reader understands where the converter invents some
    (`arith.constant7`, `StatefulPartitionedCall:0`): inputs, outputs, and all that belongs to an LSTM."""
    content = schema.ModelT.InitFromObj(schema.Model.GetRootAs(tflite))
    (graph,) = content.subgraphs
    lstms = iter([layer.name for layer in model.layers if isinstance(layer, layers.LSTM)])
    scope = ""
    for operator in graph.operators:
        code = content.operatorCodes[operator.opcodeIndex].builtinCode
        if code == schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM:
            scope = f"{model.name}/{next(lstms)}"
        if code in OPERAND_NAMES:
            graph.tensors[operator.outputs[0]].name = f"{scope}/{RESULT_NAMES[code]}"
            for tensor, name in zip(operator.inputs, OPERAND_NAMES[code], strict=False):
                if name and tensor >= 0:
                    graph.tensors[tensor].name = f"{scope}/{name}"
    for tensor in (*content.signatureDefs[0].inputs, *content.signatureDefs[0].outputs):
        graph.tensors[tensor.tensorIndex].name = tensor.name
    builder = AlignedBuilder(len(tflite))
    builder.Finish(content.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def accuracy(tflite: bytes, x: np.ndarray, y: np.ndarray) -> float:
    """Share of right answers of a .tflite, run as users run it."""
    interpreter = Interpreter(model_content=tflite)
    interpreter.allocate_tensors()
    (source,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
    hits = 0
    for one, label in zip(x, y, strict=True):
        # Recurrent state outlives invoke().
        interpreter.reset_all_variables()
        interpreter.set_tensor(source["index"], one[np.newaxis])
        interpreter.invoke()
        hits += int(interpreter.get_tensor(result["index"]).argmax() == label)
    return hits / len(y)


def main() -> None:
    """Build every sample into the folder given with --out; RuntimeError if one is not accurate enough to ship."""
    parser = argparse.ArgumentParser(description="Train the sample models that ship with Quantscope.")
    samples = Path(__file__).resolve().parent.parent / "resources" / "samples"
    parser.add_argument("--out", type=Path, default=samples, help="folder to write to (default: %(default)s)")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    tf.config.experimental.enable_op_determinism()

    bunch = load_digits()
    digits, labels = (bunch.images / 16).astype(np.float32), bunch.target.astype(np.int64)
    index = []
    for sample in SAMPLES:
        # A writer's digits follow one another in the data: holding out its end tests on unseen hands.
        model = trained(sample, digits[:-HELD_OUT], labels[:-HELD_OUT])
        tflite = named(converted(model), model)
        x, y = sample.prepare(digits[-HELD_OUT:]), labels[-HELD_OUT:]
        measured = accuracy(tflite, x, y)
        print(f"{sample.name}: {len(tflite)} bytes, accuracy {measured:.3f} on {len(y)} held-out digits")
        if measured < sample.least_accuracy:
            raise RuntimeError(f"{sample.name} reached {measured:.3f}, less than {sample.least_accuracy}: not written.")
        file, data = f"{sample.name}.tflite", f"{sample.name}.npz"
        (out / file).write_bytes(tflite)
        np.savez_compressed(out / data, x=x, y=y)
        entry = {"file": file, "data": data, "title": sample.title, "description": sample.description}
        index.append(entry | {"licence": LICENCE})
    (out / "index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
