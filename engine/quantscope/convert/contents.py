"""What goes in and out of a source model, read from the file itself before any converter is installed.

Field numbers are those of onnx.proto, saved_model.proto, meta_graph.proto, graph.proto, attr_value.proto and
tensor_shape.proto.
"""

import json
import os
import pickletools
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from quantscope.convert import protobuf
from quantscope.convert.kinds import Kind
from quantscope.convert.protobuf import integer, message, messages, text
from quantscope.convert.recognise import mapped
from quantscope.errors import SourceError

MAX_JSON: Final = 64 << 20
UNKNOWN: Final = -1

# TensorFlow's DataType (types.proto) and ONNX's TensorProto.DataType by their numbers.
TENSORFLOW_TYPES: Final = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string", 9: "int64", 10: "bool",
    14: "bfloat16", 17: "uint16", 19: "float16", 22: "uint32", 23: "uint64",
}  # fmt: skip
ONNX_TYPES: Final = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 16: "bfloat16",
}  # fmt: skip
# torch._export.serde.schema.ScalarType.
TORCH_TYPES: Final = {
    1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32", 8: "float64", 12: "bool",
    13: "bfloat16",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Argument:
    """One input or output. -1 in `shape` is a size that is not fixed; None an unknown number of dimensions."""

    name: str
    dtype: str
    shape: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a model."""

    name: str
    inputs: tuple[Argument, ...]
    outputs: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a source says of itself. `runs_code`: a sentence if loading it would run code that came with it.

    `foreign` are operators outside the framework's own set. No signatures where only the converter can tell.
    """

    signatures: tuple[Signature, ...] = ()
    runs_code: str | None = None
    foreign: tuple[str, ...] = ()


NOTHING_KNOWN: Final = Contents()


def read_contents(path: str, kind: Kind) -> Contents:
    """What the source at `path` says of itself. Raises SourceError if it is damaged or can't be read."""
    try:
        return READERS[kind](path) if kind in READERS else NOTHING_KNOWN
    except OSError as error:
        raise SourceError(f"'{path}' can't be read: {error.strerror or error}.", "Check the path.") from error
    except (protobuf.NotProtobufError, zipfile.BadZipFile, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(f"'{path}' is damaged: {error}.", "Get the file again, or export the model anew.") from error


def _onnx(path: str) -> Contents:
    model = mapped(path)
    graph = message(model, 7)
    constants = {text(tensor, 8) for tensor in messages(graph, 5)}
    inputs = tuple(value for value in map(_onnx_value, messages(graph, 11)) if value.name not in constants)
    outputs = tuple(map(_onnx_value, messages(graph, 12)))
    domains = {"", "ai.onnx", "ai.onnx.ml"}
    foreign = {f"{text(node, 7)}::{text(node, 4)}" for node in messages(graph, 1) if text(node, 7) not in domains}
    return Contents((Signature(text(graph, 2) or "main", inputs, outputs),), foreign=tuple(sorted(foreign)))


def _onnx_value(value: memoryview) -> Argument:
    tensor = message(value, 2, 1)
    dims = tuple(integer(dim, 1, UNKNOWN) for dim in messages(message(tensor, 2), 1))
    known = any(field.number == 2 for field in protobuf.fields(tensor))
    return Argument(text(value, 1), ONNX_TYPES.get(integer(tensor, 1), "unknown"), _shape(dims) if known else None)


def _saved_model(path: str) -> Contents:
    file = os.path.join(path, "saved_model.pb")
    if not os.path.isfile(file):
        return NOTHING_KNOWN  # the text form, which only TensorFlow reads
    graph = message(mapped(file), 2)
    found = []
    for name, definition in _entries(graph, 5):
        if name.startswith("__"):  # TensorFlow's own, for loading and saving
            continue
        inputs = tuple(_tensor_info(key, info) for key, info in _entries(definition, 1))
        outputs = tuple(_tensor_info(key, info) for key, info in _entries(definition, 2))
        found.append(Signature(name, inputs, outputs))
    return Contents(tuple(sorted(found, key=lambda one: (one.name != "serving_default", one.name))))


def _entries(data: memoryview, number: int) -> Iterator[tuple[str, memoryview]]:
    """A map from strings to messages."""
    return ((text(entry, 1), message(entry, 2)) for entry in messages(data, number))


def _tensor_info(name: str, info: memoryview) -> Argument:
    return Argument(name, TENSORFLOW_TYPES.get(integer(info, 2), "unknown"), _tensor_shape(message(info, 3)))


def _tensor_shape(shape: memoryview) -> tuple[int, ...] | None:
    if any(field.number == 3 and field.value for field in protobuf.fields(shape)):
        return None
    return _shape(tuple(integer(dim, 1) for dim in messages(shape, 2)))


def _shape(dims: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(dim if dim > 0 else UNKNOWN for dim in dims)


def _graph_def(path: str) -> Contents:
    nodes = [(text(node, 1), text(node, 2), node) for node in messages(mapped(path), 1)]
    read = {
        reference.lstrip("^").split(":")[0]
        for _, _, node in nodes
        for reference in (bytes(data).decode("utf-8", "replace") for data in messages(node, 3))
    }
    inputs = tuple(_placeholder(name, node) for name, kind, node in nodes if kind == "Placeholder")
    idle = {"Placeholder", "Const", "NoOp", "Assert"}
    outputs = tuple(Argument(name, "unknown", None) for name, kind, _ in nodes if name not in read and kind not in idle)
    return Contents((Signature("main", inputs, outputs),))


def _placeholder(name: str, node: memoryview) -> Argument:
    attributes = dict(_entries(node, 5))
    shape = attributes.get("shape", protobuf.NO_BYTES)
    return Argument(
        name,
        TENSORFLOW_TYPES.get(integer(attributes.get("dtype", protobuf.NO_BYTES), 6), "unknown"),
        _tensor_shape(message(shape, 7)) if len(shape) else None,
    )


def _keras(path: str) -> Contents:
    config = _json(path, "config.json")
    lambdas = [name for kind, name in _keras_layers(config) if kind == "Lambda"]
    inputs = tuple(_keras_inputs(config))
    return Contents(
        (Signature("serving_default", inputs, ()),) if inputs else (),
        f"it has the Lambda layer '{lambdas[0]}', whose code came with the file" if lambdas else None,
    )


def _json(path: str, name: str) -> Any:
    with zipfile.ZipFile(path) as archive:
        return json.loads(_member(archive, name))


def _keras_layers(config: Any) -> Iterator[tuple[str, str]]:
    """Class and name of every layer in a Keras configuration, however deep."""
    if isinstance(config, Mapping):
        if isinstance(kind := config.get("class_name"), str):
            inner = config.get("config")
            yield kind, str(inner.get("name", "")) if isinstance(inner, Mapping) else ""
        for value in config.values():
            yield from _keras_layers(value)
    elif isinstance(config, list):
        for value in config:
            yield from _keras_layers(value)


def _keras_inputs(config: Any) -> Iterator[Argument]:
    inner = config.get("config", {})
    for layer in inner.get("layers", ()) if isinstance(inner, Mapping) else ():
        if layer.get("class_name") == "InputLayer":
            values = layer["config"]
            shape = values.get("batch_shape", values.get("batch_input_shape"))
            dims = _shape(tuple(size or UNKNOWN for size in shape)) if shape else None
            kind = values.get("dtype")
            yield Argument(str(values.get("name")), kind if isinstance(kind, str) else "float32", dims)


def _torch_pickle(path: str) -> Contents:
    return Contents(runs_code="it is a pickled Python object, and unpickling runs whatever code is in it")


def _torch_script(path: str) -> Contents:
    """The tensors that the main module's `forward` takes, as its code says; it says nothing of their shapes.

    The first class that data.pkl names is the main module's. The pickle is only looked at, never loaded.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        data = next((name for name in names if name.endswith("/data.pkl")), None)
        if data is None:
            return NOTHING_KNOWN
        said = (str(argument) for _, argument, _ in pickletools.genops(_member(archive, data)))
        module, _, name = next((one for one in said if one.startswith("__torch__")), "").partition(" ")
        code = f"{data.removesuffix('data.pkl')}code/{module.replace('.', '/')}.py"
        text = _member(archive, code).decode("utf-8", "replace") if code in names else ""
    found = re.search(rf"class {re.escape(name)}\(.*?def forward\(self[^,)]*(.*?)\) ->", text, re.DOTALL)
    tensors = re.findall(r"(\w+): Tensor(?=\s*(?:,|$))", found[1]) if found else []
    if not tensors:
        return NOTHING_KNOWN
    return Contents((Signature("forward", tuple(Argument(one, "unknown", None) for one in tensors), ()),))


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MAX_JSON:
        raise ValueError(f"its {name} is too large")
    return archive.read(name)


def _torch_export(path: str) -> Contents:
    """The archive's models/*.json: inputs of the user's with their shapes, symbols being sizes left open."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    pickles = [name for name in names if "constants/opaque_obj" in name or "constants/custom_obj" in name]
    configs = [name for name in names if name.endswith(("_weights_config.json", "_constants_config.json"))]
    pickled = bool(pickles) or any(
        entry.get("use_pickle") for name in configs for entry in _json(path, name).get("config", {}).values()
    )
    code = "it holds pickled Python objects, and unpickling runs whatever code is in them" if pickled else None
    found = [name for name in names if "/models/" in name and name.endswith(".json")]
    if not found:
        return Contents(runs_code=code)
    program = _json(path, found[0])
    graph = program["graph_module"]["graph"]
    wanted = [
        spec["user_input"]["arg"]["as_tensor"]["name"]
        for spec in program["graph_module"]["signature"]["input_specs"]
        if "user_input" in spec and "as_tensor" in spec["user_input"]["arg"]
    ]
    inputs = tuple(_torch_tensor(name, graph["tensor_values"][name]) for name in wanted)
    return Contents((Signature("serving_default", inputs, ()),), code)


def _torch_tensor(name: str, value: Mapping[str, Any]) -> Argument:
    sizes = tuple(int(size.get("as_int", UNKNOWN)) for size in value["sizes"])
    return Argument(name, TORCH_TYPES.get(value.get("dtype", 0), "unknown"), sizes)


READERS: Final[Mapping[Kind, Callable[[str], Contents]]] = {
    Kind.ONNX: _onnx,
    Kind.SAVED_MODEL: _saved_model,
    Kind.GRAPH_DEF: _graph_def,
    Kind.KERAS: _keras,
    Kind.TORCH_EXPORT: _torch_export,
    Kind.TORCH_SCRIPT: _torch_script,
    Kind.TORCH_PICKLE: _torch_pickle,
}
