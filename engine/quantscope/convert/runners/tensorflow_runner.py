"""SavedModel, Keras, HDF5 and frozen graphs through TensorFlow's TFLiteConverter."""

import json
import os
import struct
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
# Frozen before TensorFlow is loaded; it finds no GPU here that a conversion could use.
os.environ |= {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}

import numpy as np
from agreement import paired, sample, sample_shape
from lite import run_signature
from serving import Progress, Refusal, Request, give_back_memory, serve

SERVING = "serving_default"
# Where UnidirectionalSequenceLSTMOptions (schema.fbs) keeps `cell_clip`, and what the converter writes there.
CELL_CLIP, CONVERTERS_CLIP = 6, 10.0
TENSORFLOW_1_LOOPS = frozenset({"Enter", "RefEnter", "Merge", "NextIteration", "Exit"})
NEEDS_STATIC = "requires element_shape to be static"


def versions() -> Mapping[str, str]:
    """What converts."""
    import tensorflow as tf

    return {"tensorflow": str(tf.__version__)}


def convert(request: Request, progress: Progress) -> Mapping[str, Any]:
    """Brings every kind to a SavedModel with the wanted shapes, runs that, converts it, and compares."""
    progress(0.15, "Reading the model")
    model = prepared(request)
    progress(0.4, "Converting")
    warnings: list[str] = []
    doubts: list[str] = []
    try:
        data, computed = converted(model, request, doubts)
    except Exception as error:
        # Loops over sequences, Keras 3's LSTM and GRU among them, need to know the batch size.
        if NEEDS_STATIC not in str(error) or not (single := one_at_a_time(model, request)):
            raise
        progress(0.5, "Converting for one sample at a time")
        model = prepared(single)
        doubts.clear()
        data, computed = converted(model, single, doubts)
        warnings.append("The batch size is fixed at 1: the loop over the sequence can't be converted with an open one.")
    progress(0.8, "Writing the model")
    made = bytearray(data)
    del data, model
    if unclipped(made):
        warnings.append("TensorFlow's converter limits the state of LSTMs to \u00b110, its source doesn't: taken back.")
    Path(request.output).write_bytes(made)
    del made
    give_back_memory()
    progress(0.85, "Comparing it with its source")
    checks = compared(request.output, computed, doubts)
    return {"checks": checks, "warnings": [*warnings, *doubts]}


@dataclass
class Prepared:
    """A SavedModel in `folder` and the signatures to convert. It is loaded when it is first asked for."""

    folder: str
    names: tuple[str, ...]

    @cached_property
    def loaded(self) -> Any:
        import tensorflow as tf

        return tf.saved_model.load(self.folder)


@dataclass(frozen=True)
class Computed:
    """Seeded inputs of a signature by name, and what the source makes of them."""

    signature: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


def prepared(request: Request) -> Prepared:
    """The source as a SavedModel with the wanted shapes."""
    from tensorflow.python.saved_model.loader_impl import parse_saved_model

    folder = TO_SAVED_MODEL[request.kind](request)
    graphs = parse_saved_model(folder).meta_graphs
    refuse_custom_operators(graphs)
    found = tuple(name for graph in graphs for name in graph.signature_def if not name.startswith("__"))
    names = request.signatures or default_signatures(found)
    if missing := [name for name in names if name not in found]:
        raise Refusal(
            "usage", f"There is no signature '{missing[0]}'.", f"The model has: {', '.join(found) or 'none'}."
        )
    model = Prepared(folder, names)
    return reshaped(model, request) if request.shapes and request.kind == "saved-model" else model


def converted(model: Prepared, request: Request, doubts: list[str]) -> tuple[bytes, Sequence[Computed]]:
    """The .tflite of a SavedModel, and what the SavedModel computes; where it can't be run, that is added to `doubts`.

    The source is run first: its memory is free again before the converter needs its own.
    """
    import tensorflow as tf

    # What TFLiteConverter.from_saved_model returns after it has loaded the model once more, to see its signatures: that
    # takes as long as all of the comparison.
    from tensorflow.lite.python.lite import TFLiteSavedModelConverterV2

    generator = np.random.default_rng(request.seed)
    computed = []
    for name in model.names:
        with doubting(name, doubts):
            computed.append(source_outputs(model, name, request, generator))
    vars(model).pop("loaded", None)
    converter = TFLiteSavedModelConverterV2(model.folder, {tf.saved_model.SERVING}, list(model.names))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if request.allow_select_ops:
        converter.target_spec.supported_ops.append(tf.lite.OpsSet.SELECT_TF_OPS)
    data: bytes = converter.convert()
    return data, computed


def unclipped(model: bytearray) -> bool:
    """Takes out the limits that are the converter's own: it gives every LSTM of Keras's `cell_clip` 10 (lstm_utils.cc),
    and where a cell goes beyond, the fused operator computes something else than its source. True if there were any.
    """
    from tensorflow.lite.python import schema_py_generated as schema

    found = False
    root = schema.Model.GetRootAs(model, 0)
    for graph in (root.Subgraphs(at) for at in range(root.SubgraphsLength())):
        for operator in (graph.Operators(at) for at in range(graph.OperatorsLength())):
            if operator.BuiltinOptionsType() != schema.BuiltinOptions.UnidirectionalSequenceLSTMOptions:
                continue
            table = operator.BuiltinOptions()
            if place := table.Offset(CELL_CLIP):
                found |= struct.unpack_from("<f", model, table.Pos + place)[0] == CONVERTERS_CLIP
                struct.pack_into("<f", model, table.Pos + place, 0.0)
    return found


def one_at_a_time(model: Prepared, request: Request) -> Request | None:
    """The request with every open batch size fixed at 1; None if there is none."""
    shapes = {}
    for name in model.names:
        for key, spec in model.loaded.signatures[name].structured_input_signature[1].items():
            dims = spec.shape.as_list() if spec.shape.rank else []
            if key not in request.shapes and dims and dims[0] is None and None not in dims[1:]:
                shapes[key] = (1, *dims[1:])
    return replace(request, shapes={**request.shapes, **shapes}) if shapes else None


def compared(path: str, computed: Sequence[Computed], doubts: list[str]) -> list[Mapping[str, Any]]:
    """Checks of the converted model on the inputs its source was run on."""
    checks: list[Mapping[str, Any]] = []
    for one in computed:
        with doubting(one.signature, doubts):
            actual = run_signature(path, one.signature, one.inputs)
            checks += [{"signature": one.signature, **check} for check in paired(one.outputs, dict(actual))]
    return checks


@contextmanager
def doubting(name: str, doubts: list[str]) -> Iterator[None]:
    """That a model can't be compared is said, and no reason not to convert it."""
    try:
        yield
    except Refusal:
        raise
    except Exception as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        doubts.append(f"The signature '{name}' could not be compared with its source: {first}")


def source_outputs(model: Prepared, name: str, request: Request, generator: np.random.Generator) -> Computed:
    """Runs one signature of the source."""
    import tensorflow as tf

    function = model.loaded.signatures[name]
    inputs = {
        key: sample(generator, spec.dtype.as_numpy_dtype, open_shape(spec, request.shapes.get(key)))
        for key, spec in function.structured_input_signature[1].items()
        if spec.dtype.name != "string"
    }
    outputs = function(**{key: tf.constant(values) for key, values in inputs.items()})
    return Computed(name, inputs, {key: value.numpy() for key, value in outputs.items()})


def open_shape(spec: Any, fixed: tuple[int, ...] | None) -> tuple[int, ...]:
    """A shape to try for one input."""
    if spec.shape.rank is None and fixed is None:
        raise Refusal("usage", f"The input '{spec.name}' has no shape.", "Give it one (--shape NAME=1,224).")
    shape: tuple[int, ...] = sample_shape(spec.shape.as_list() if spec.shape.rank is not None else (), fixed)
    return shape


def default_signatures(names: tuple[str, ...]) -> tuple[str, ...]:
    """The one that is meant for serving, or all."""
    if not names:
        raise Refusal(
            "unsupported", "The SavedModel has no signature, so nobody can call it.", "Save it again with signatures."
        )
    return (SERVING,) if SERVING in names else names


def reshaped(model: Prepared, request: Request) -> Prepared:
    """The same signatures with fixed input shapes, saved again."""
    import tensorflow as tf

    signatures = {}
    for name in model.names:
        function = model.loaded.signatures[name]
        specs = {
            key: tf.TensorSpec(request.shapes.get(key, spec.shape), spec.dtype, name=key)
            for key, spec in function.structured_input_signature[1].items()
        }
        call = tf.function(lambda function=function, **inputs: function(**inputs))
        signatures[name] = call.get_concrete_function(**specs)
    folder: str = tempfile.mkdtemp(dir=request.work)
    tf.saved_model.save(model.loaded, folder, signatures=signatures)
    return Prepared(folder, model.names)


def refuse_custom_operators(graphs: Any) -> None:
    """Lists operators that TensorFlow doesn't know before it stumbles over the first."""
    from tensorflow.python.framework import op_def_registry

    kinds = set()
    for graph in (meta.graph_def for meta in graphs):
        functions = {function.signature.name for function in graph.library.function}
        kinds |= {node.op for node in graph.node} - functions
        kinds |= {node.op for function in graph.library.function for node in function.node_def} - functions
    if foreign := sorted(kind for kind in kinds if op_def_registry.get(kind) is None):
        raise Refusal(
            "custom-operators",
            f"The model uses operators that TensorFlow doesn't have: {', '.join(foreign)}.",
            "Export the model without them.",
        )


def keras_model(request: Request) -> Any:
    """The model of a Keras file, by the Keras that wrote it. Code in the file is not run unless that is allowed."""
    refuse_code(request, json.dumps(stored_config(request)))
    if keras_of(request) == 2:
        import tf_keras

        return tf_keras.models.load_model(request.source, compile=False)
    import keras

    return keras.models.load_model(request.source, compile=False, safe_mode=not request.allow_code)


def stored_config(request: Request) -> Any:
    """The configuration of layers that a Keras file carries."""
    if request.kind == "keras":
        with zipfile.ZipFile(request.source) as archive:
            return json.loads(archive.read("config.json"))
    import h5py

    with h5py.File(request.source) as file:
        if "model_config" not in file.attrs:
            raise Refusal(
                "unsupported",
                "The HDF5 file holds weights only, not a model.",
                "Save the whole model with model.save('model.keras').",
            )
        return json.loads(file.attrs["model_config"])


def refuse_code(request: Request, config: str) -> None:
    """Lambda layers carry Python code that loading would run."""
    if '"Lambda"' in config and not request.allow_code:
        raise Refusal("source-runs-code", "The model has a Lambda layer, whose code came with the file.")


def keras_of(request: Request) -> int:
    """The major version of Keras that wrote the file; 2 where it doesn't say."""
    if request.kind == "keras":
        with zipfile.ZipFile(request.source) as archive:
            version = json.loads(archive.read("metadata.json")).get("keras_version", "3")
    else:
        import h5py

        with h5py.File(request.source) as file:
            version = file.attrs.get("keras_version", "2")
    text = version.decode() if isinstance(version, bytes) else str(version)
    return 3 if text.split(".")[0] == "3" else 2


def from_keras(request: Request) -> str:
    """Exports the model with the wanted input shapes as its signature."""
    import tensorflow as tf

    model = keras_model(request)
    inputs = tf.nest.flatten(model.inputs)
    names = [tensor.name.split(":")[0] for tensor in inputs]
    outputs = output_names(model)
    specs = [
        tf.TensorSpec(request.shapes.get(name, tensor.shape), tensor.dtype, name=name)
        for name, tensor in zip(names, inputs, strict=True)
    ]

    def call(*values: Any) -> Any:
        result = model(tf.nest.pack_sequence_as(model.inputs, values) if len(values) > 1 else values[0], training=False)
        return dict(zip(outputs, tf.nest.flatten(result), strict=True))

    folder: str = tempfile.mkdtemp(dir=request.work)
    if keras_of(request) == 2:
        holder = tf.Module()
        holder.model = model
        function = tf.function(call, input_signature=specs)
        tf.saved_model.save(holder, folder, signatures={SERVING: function.get_concrete_function()})
        return folder
    # Only Keras 3's own export tracks its variables; saved otherwise they come out empty, and the result is garbage.
    import keras

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint(SERVING, call, input_signature=specs)
    archive.write_out(folder, verbose=False)
    return folder


def output_names(model: Any) -> list[str]:
    """The names of the layers that make the outputs; numbered where they repeat."""
    import tensorflow as tf

    names: list[str] = []
    for at, tensor in enumerate(tf.nest.flatten(model.outputs)):
        history = getattr(tensor, "_keras_history", None)
        operation = getattr(history, "operation", None) or getattr(history, "layer", None)
        name = getattr(operation, "name", None) or f"output_{at}"
        names.append(name if name not in names else f"{name}_{at}")
    return names


def from_graph(request: Request) -> str:
    """Wraps a frozen graph, its placeholders as inputs and what nobody reads as outputs."""
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef.FromString(Path(request.source).read_bytes())
    if {node.op for node in graph.node} & TENSORFLOW_1_LOOPS:
        raise Refusal(
            "unsupported-operators",
            "The graph has loops in the form of TensorFlow 1 (Enter, Merge, Exit), which the converter can't read.",
            "Give the SavedModel that it was frozen from, or freeze that with lower_control_flow=False.",
        )
    placeholders = [node for node in graph.node if node.op == "Placeholder"]
    read = {name.lstrip("^").split(":")[0] for node in graph.node for name in node.input}
    idle = ("Placeholder", "Const", "NoOp", "Assert")
    outputs = [node.name for node in graph.node if node.name not in read and node.op not in idle]
    if not placeholders or not outputs:
        raise Refusal("unsupported", "The graph has no inputs or no outputs.", "Freeze it from its SavedModel again.")
    specs = []
    for node in placeholders:
        stored = node.attr["shape"].shape
        shape = None if stored.unknown_rank else [dim.size if dim.size > 0 else None for dim in stored.dim]
        specs.append(tf.TensorSpec(request.shapes.get(node.name, shape), node.attr["dtype"].type, name=node.name))

    def main(*values: Any) -> Any:
        feeds = {f"{node.name}:0": value for node, value in zip(placeholders, values, strict=True)}
        wanted = [f"{name}:0" for name in outputs]
        results = tf.graph_util.import_graph_def(graph, input_map=feeds, return_elements=wanted, name="")
        return {name.replace("/", "_"): value for name, value in zip(outputs, results, strict=True)}

    function = tf.function(main, input_signature=specs)
    folder: str = tempfile.mkdtemp(dir=request.work)
    tf.saved_model.save(tf.Module(), folder, signatures={SERVING: function.get_concrete_function()})
    return folder


TO_SAVED_MODEL = {
    "saved-model": lambda request: request.source,
    "keras": from_keras,
    "keras-hdf5": from_keras,
    "graph-def": from_graph,
}

if __name__ == "__main__":
    serve(versions, convert)
