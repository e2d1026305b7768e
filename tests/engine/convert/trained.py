"""Two trained networks of the zoo as plain arrays, for the scripts that write them down in each framework's own form.

`speaker` is resemblyzer's encoder (three LSTMs), `digits` the MNIST network; what the zoo's .tflite computes on real
samples is what every conversion has to compute again.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from quantscope.model.read import read

Arrays = dict[str, npt.NDArray[np.float32]]


def write_trained(zoo: Path, path: Path) -> None:
    """Writes both networks, samples (`mel`, `image`) and results (`embedding`, `scores`) to an .npz file."""
    mel = np.load(zoo / "data" / "fsdd_speaker_mel.npz")["x"][:1].astype(np.float32)
    image = (np.load(zoo / "data" / "mnist_mlxtend5k.npz")["x"][:1].reshape(1, 28, 28, 1) / 255).astype(np.float32)
    speaker = computed(zoo / "resemblyzer_lstm3x256.tflite", mel)
    digits = computed(zoo / "mnist_cnn.tflite", image)
    arrays = speaker_arrays(zoo / "resemblyzer_lstm3x256.tflite") | digits_arrays(zoo / "mnist_cnn.tflite")
    np.savez(path, **arrays, mel=mel, image=image, embedding=speaker, scores=digits)


def computed(path: Path, sample: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    interpreter = Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sample)
    interpreter.invoke()
    return np.asarray(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))


def operators(path: Path, kind: str) -> list[list[npt.NDArray[np.float32] | None]]:
    """The inputs of each operator of a kind, None where it isn't constant."""
    model = read(path)
    interpreter = Interpreter(model_path=str(path))
    graph = model.subgraphs[0]

    def constant(tensor: int) -> npt.NDArray[np.float32] | None:
        known = tensor >= 0 and model.is_constant(graph.tensors[tensor])
        return np.array(interpreter.get_tensor(tensor)) if known else None

    return [[constant(one) for one in operator.inputs] for operator in graph.operators if operator.type == kind]


def joined(tensors: list[npt.NDArray[np.float32] | None]) -> npt.NDArray[np.float32]:
    """The gates' arrays one above the other, in the order of the operator: input, forget, cell, output."""
    return np.concatenate([tensor for tensor in tensors if tensor is not None])


def speaker_arrays(path: Path) -> Arrays:
    """Of each LSTM `kernel` [4 units, inputs], `recurrent` [4 units, units], `bias` [4 units]; then a dense layer."""
    arrays: Arrays = {}
    for number, inputs in enumerate(operators(path, "UNIDIRECTIONAL_SEQUENCE_LSTM")):
        arrays[f"kernel{number}"] = joined(inputs[1:5])
        arrays[f"recurrent{number}"] = joined(inputs[5:9])
        arrays[f"bias{number}"] = joined(inputs[12:16])
    ((_, kernel, bias),) = operators(path, "FULLY_CONNECTED")
    return arrays | {"dense": joined([kernel]), "dense_bias": joined([bias])}


def digits_arrays(path: Path) -> Arrays:
    """`conv*` [outputs, 3, 3, inputs], `full*` [outputs, inputs], with their biases."""
    arrays: Arrays = {}
    for name, kind in (("conv", "CONV_2D"), ("full", "FULLY_CONNECTED")):
        for number, (_, kernel, bias) in enumerate(operators(path, kind)):
            arrays |= {f"{name}{number}": joined([kernel]), f"{name}{number}_bias": joined([bias])}
    return arrays
