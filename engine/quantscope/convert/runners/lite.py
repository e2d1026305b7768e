"""Running the converted model in the converter's environment."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def interpreter_of(path: str) -> Any:
    """An interpreter of the framework's own where it brings one, else LiteRT's."""
    if "tensorflow" in sys.modules:
        from tensorflow.lite.python.interpreter import Interpreter
    else:
        from ai_edge_litert.interpreter import Interpreter
    return Interpreter(model_path=path)


def run_in_order(path: str, inputs: Sequence[Any], indices: Sequence[int] | None = None) -> list[Any]:
    """Outputs of the main subgraph. Raises RuntimeError where the runtime refuses."""
    interpreter = interpreter_of(path)
    details = interpreter.get_input_details()
    chosen = [details[at] for at in indices] if indices is not None else details
    for detail, values in zip(chosen, inputs, strict=True):
        if tuple(detail["shape"]) != values.shape:
            interpreter.resize_tensor_input(detail["index"], values.shape)
    interpreter.allocate_tensors()
    for detail, values in zip(chosen, inputs, strict=True):
        interpreter.set_tensor(detail["index"], values.astype(detail["dtype"]))
    interpreter.invoke()
    return [np.asarray(interpreter.get_tensor(detail["index"])) for detail in interpreter.get_output_details()]


def run_signature(path: str, name: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Outputs of a signature by name. Raises RuntimeError or ValueError where the runtime refuses."""
    interpreter = interpreter_of(path)
    runner = interpreter.get_signature_runner(name)
    wanted = runner.get_input_details()
    outputs: Mapping[str, Any] = runner(**{key: inputs[key].astype(detail["dtype"]) for key, detail in wanted.items()})
    return outputs
