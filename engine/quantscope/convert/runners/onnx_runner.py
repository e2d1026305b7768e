"""ONNX models through onnx2tf's own flatbuffer writer, which needs no TensorFlow."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from agreement import check, sample, sample_shape
from lite import interpreter_of
from serving import Progress, Refusal, Request, give_back_memory, serve

SERVING = "serving_default"
ELEMENTS = {
    "tensor(float)": "float32", "tensor(double)": "float64", "tensor(float16)": "float16", "tensor(int64)": "int64",
    "tensor(int32)": "int32", "tensor(int16)": "int16", "tensor(int8)": "int8", "tensor(uint8)": "uint8",
    "tensor(bool)": "bool",
}  # fmt: skip


def versions() -> Mapping[str, str]:
    """What converts."""
    from importlib.metadata import version

    return {"onnx2tf": version("onnx2tf"), "onnx": version("onnx"), "onnxruntime": version("onnxruntime")}


def convert(request: Request, progress: Progress) -> Mapping[str, Any]:
    """Converts for one set of shapes and compares with ONNX Runtime."""
    import onnx2tf
    import onnxruntime

    progress(0.15, "Reading the model")
    session = onnxruntime.InferenceSession(request.source, providers=["CPUExecutionProvider"])
    generator = np.random.default_rng(request.seed)
    inputs, warnings = {}, []
    for argument in session.get_inputs():
        inputs[argument.name] = sample(generator, *wanted(argument, request.shapes.get(argument.name)))
        if not all(isinstance(size, int) for size in argument.shape):
            shape = "x".join(map(str, inputs[argument.name].shape))
            warnings.append(f"The input '{argument.name}' is fixed at {shape}; its source leaves sizes open.")
    expected = dict(zip([one.name for one in session.get_outputs()], session.run(None, inputs), strict=True))
    del session
    progress(0.3, "Folding constants")
    folded = fold(request, {name: values.shape for name, values in inputs.items()})
    progress(0.4, "Converting")
    folder = os.path.join(request.work, "onnx2tf")
    onnx2tf.convert(
        input_onnx_file_path=folded,
        output_folder_path=folder,
        # Pictures get their channels last, as TFLite's kernels want them; sequences stay as they are.
        keep_shape_absolutely_input_names=[name for name, values in inputs.items() if values.ndim != 4] or None,
        copy_onnx_input_output_names_to_tflite=True,
        not_use_onnxsim=True,
        tflite_backend="flatbuffer_direct",
        verbosity="warn",
    )
    made = sorted(Path(folder).glob("*_float32.tflite"))
    if not made:
        raise Refusal("converter", "The converter wrote no float32 model.")
    os.replace(made[0], request.output)
    give_back_memory()
    progress(0.85, "Comparing it with its source")
    checks, doubts = compared(request.output, inputs, expected)
    return {"checks": checks, "warnings": [*warnings, *doubts]}


def wanted(argument: Any, fixed: tuple[int, ...] | None) -> tuple[Any, tuple[int, ...]]:
    """Dtype and shape of one input; only the batch may be left to us."""
    if argument.type not in ELEMENTS:
        raise Refusal("unsupported", f"The input '{argument.name}' is a {argument.type}, which TFLite hasn't.")
    sizes = [size if isinstance(size, int) else None for size in argument.shape]
    if fixed is None and None in sizes[1:]:
        example = ",".join(str(size or (1 if at == 0 else 64)) for at, size in enumerate(sizes))
        raise Refusal(
            "shapes-needed",
            f"The input '{argument.name}' leaves the size of axis {sizes.index(None, 1)} open.",
            f"Give its shape (--shape {argument.name}={example}).",
        )
    return ELEMENTS[argument.type], sample_shape(sizes, fixed)


def fold(request: Request, shapes: Mapping[str, tuple[int, ...]]) -> str:
    """The model with fixed shapes and everything folded that they make constant, as a file of our own.

    onnx2tf needs the rank of every tensor, which files whose shapes are computed at run time (Paddle's, for one) don't
    say; ONNX Runtime's basic optimizations work it out. And it writes into the file it is given: never the source.
    """
    import onnx
    import onnxruntime

    model = onnx.load(request.source)
    for value in model.graph.input:
        for dim, size in zip(value.type.tensor_type.shape.dim, shapes.get(value.name, ()), strict=False):
            dim.dim_value = size
    del model.graph.value_info[:]
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    fixed, folded = os.path.join(request.work, "fixed.onnx"), os.path.join(request.work, "model.onnx")
    onnx.save(model, fixed)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = folded
    onnxruntime.InferenceSession(fixed, options, providers=["CPUExecutionProvider"])
    os.unlink(fixed)
    model = onnx.load(folded)
    read_last_steps(model.graph)
    onnx.save(onnx.shape_inference.infer_shapes(model, data_prop=True), folded)
    return folded


def read_last_steps(graph: Any) -> None:
    """Takes the last hidden state of recurrent layers from their sequence.

    onnx2tf reads it out of the fused operator's state, which in the graph depends on nothing: the runtime may read it
    before the operator has run, and then it is zero.
    """
    from onnx import helper, numpy_helper

    for node in list(graph.node):
        forward = all(at.name != "direction" or at.s == b"forward" for at in node.attribute)
        ragged = len(node.input) > 4 and node.input[4]
        if node.op_type not in ("LSTM", "GRU", "RNN") or not forward or ragged or not "".join(node.output[1:2]):
            continue
        last = node.output[1]
        node.output[0] = node.output[0] or f"{last}/sequence"
        node.output[1] = ""
        index = f"{last}/index"
        graph.initializer.append(numpy_helper.from_array(np.array(-1), index))
        graph.node.insert(
            list(graph.node).index(node) + 1,
            helper.make_node("Gather", [node.output[0], index], [last], f"{node.name}/last", axis=0),
        )


def compared(
    path: str, inputs: Mapping[str, Any], expected: Mapping[str, Any]
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Checks by name, else by order; where the converter moved the channels last, the values are moved alike."""
    interpreter = interpreter_of(path)
    interpreter.allocate_tensors()
    doubts = []
    details = interpreter.get_input_details()
    for detail, name in zip(details, matched([detail["name"] for detail in details], list(inputs)), strict=True):
        values = channels_moved(inputs[name], tuple(detail["shape"]))
        if values.shape != inputs[name].shape:
            doubts.append(f"The input '{name}' has its channels last now: {'x'.join(map(str, values.shape))}.")
        interpreter.set_tensor(detail["index"], values.astype(detail["dtype"]))
    interpreter.invoke()
    found = interpreter.get_output_details()
    checks: list[Mapping[str, Any]] = []
    for detail, name in zip(found, matched([detail["name"] for detail in found], list(expected)), strict=True):
        actual = np.asarray(interpreter.get_tensor(detail["index"]))
        checks.append({"signature": SERVING, **check(name, channels_moved(expected[name], actual.shape), actual)})
    return checks, doubts


def matched(names: list[str], wanted: list[str]) -> list[str]:
    """For each of the file's names the source's; by order where the converter has renamed them."""
    plain = [name.removeprefix(f"{SERVING}_").removesuffix(":0") for name in names]
    for candidate in (names, plain):
        if set(candidate) == set(wanted):
            return candidate
    return wanted


def channels_moved(values: Any, shape: tuple[int, ...]) -> Any:
    """The values with axis 1 moved to the end if that gives `shape`, else as they are."""
    if values.shape != shape and values.ndim > 2:
        moved = np.moveaxis(values, 1, -1)
        return moved if moved.shape == shape else values
    return values


if __name__ == "__main__":
    serve(versions, convert)
