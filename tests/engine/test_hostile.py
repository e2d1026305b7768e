"""Files that are broken, by accident or on purpose: each kind is refused in words, quickly, and that is all."""

import os
import re
import resource
import socket
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest

import quantscope
from quantscope.errors import ModelReadError, ModelUnsupportedError, QuantscopeError
from quantscope.model.edit import ModelEdit
from quantscope.model.flatbuffer import References
from quantscope.model.metadata import input_ranges
from quantscope.model.read import read
from quantscope.model.splice import cut
from quantscope.model.write import write
from tests.engine.conftest import Load, written
from tests.engine.flatfile import FlatFile
from tests.engine.specimens import fully_connected, looked_up, loop, several, sparse, weights
from tests.models import Input, ModelBuilder, one_operator, tfl

Change = Callable[[FlatFile], Any]


def refused(path: str | os.PathLike[str], words: str) -> QuantscopeError:
    """Checks that reading fails with these words, in one plain sentence."""
    with pytest.raises((ModelReadError, ModelUnsupportedError), match=words) as caught:
        read(path)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert not re.search(r"Error|Traceback|numpy|None\b", message)
    return caught.value


# Files that are no models ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds only 0 bytes"),
        (b"TFL3", "holds only 4 bytes"),
        (b"\x1c\0\0\0TFL", "holds only 7 bytes"),
        (b"\0" * 8, "not a TensorFlow Lite model"),
        (b"Dear Sir or Madam,\n" * 100, "not a TensorFlow Lite model"),
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "not a TensorFlow Lite model"),
        (b"PK\3\4" + bytes(1000), "not a TensorFlow Lite model"),
        (b"\x89HDF\r\n\x1a\n" + bytes(1000), "not a TensorFlow Lite model"),
        (b"\x1c\0\0\0TFL2" + bytes(1000), "not a TensorFlow Lite model"),
        (b"\0\0\0\0TFL3" + bytes(1000), "the offset of the model points outside"),
        (b"\xff\xff\xff\xffTFL3" + bytes(1000), "the offset of the model points outside"),
        (b"\x08\0\0\0TFL3", "the offset of the model points outside"),
        (b"\x1c\0\0\0TFL3" + b"\xff" * 1000, "damaged"),
        (b"\x1c\0\0\0TFL3" + b"\0" * 1000, "damaged"),
    ],
)
def test_not_a_model(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    refused(path, words)


def test_missing_file_folder_and_pipe(tmp_path: Path) -> None:
    assert refused(tmp_path / "nothing.tflite", "There is no file").remedy
    assert refused(tmp_path, "is a folder").remedy
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe", "is a pipe").remedy
    refused(tmp_path / "nothing.tflite" / "model.tflite", "There is no file")
    (tmp_path / "file").write_bytes(b"x")
    refused(tmp_path / "file" / "model.tflite", "can't be read")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
        refused(tmp_path / "socket", "can't be read")
    refused("/dev/null", "holds only 0 bytes")
    (tmp_path / "circle").symlink_to("circle")
    refused(tmp_path / "circle", "can't be read")
    refused("a" * 300, "can't be read")
    refused("nul\0byte.tflite", "can't be read")


def test_no_permission() -> None:
    """In a child that gives up its rights, for the superuser may read everything."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "secret.tflite")
        Path(path).write_bytes(fully_connected(weights(4, 4)).build())
        os.chmod(path, 0)
        receiver, sender = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                if os.getuid() == 0:
                    os.setuid(65534)
                read(path)
                os.write(sender, b"it could be read")
            except BaseException as error:
                os.write(sender, f"{type(error).__name__}: {error}".encode())
            finally:
                os._exit(0)
        os.close(sender)
        with open(receiver, encoding="utf-8") as said:
            message = said.read()
        os.waitpid(child, 0)
        assert message == f"ModelReadError: '{path}' may not be read by you."


# Structure ------------------------------------------------------------------------------------------------------------


def test_truncated_everywhere(tmp_path: Path) -> None:
    content = several_small().build()
    path = tmp_path / "short.tflite"
    accepted = []
    for length in [*range(200), *range(200, len(content), 5)]:
        path.write_bytes(content[:length])
        try:
            read(path)
            accepted.append(length)
        except ModelReadError:
            pass
    assert all(not any(content[length:]) for length in accepted), "only zeros at the end may be missing"


def test_every_offset_out_of_range(tmp_path: Path) -> None:
    content = several_small().build()
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    for each in read(path).references:
        for at in each.locations.tolist():
            for value in (0xFFFFFFFF, len(content) - at - 3):
                FlatFile(content).put(at, value).save(path)
                with pytest.raises(ModelReadError):
                    read(path)


def test_every_offset_to_a_wrong_place(tmp_path: Path) -> None:
    """References that lead to the wrong thing, to themselves, to their own table: refused or read, nothing else."""
    content = several_small().build()
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    references = [each for each in read(path).references if not each.backward]
    root = FlatFile(content).model
    wrong = 0
    for each in references:
        for at, other in zip(each.locations.tolist()[::2], np.roll(each.targets, 1).tolist()[::2], strict=True):
            for aim in {at, root, other}:
                FlatFile(content).put(at, (aim - at) & 0xFFFFFFFF).save(path)
                try:
                    read(path)
                except (ModelReadError, ModelUnsupportedError):
                    wrong += 1
    assert wrong > len(references)


def several_small() -> ModelBuilder:
    """`several`, in few bytes."""
    model = ModelBuilder()
    shared = model.buffer(weights(2, 2))
    for name in ("first", "second"):
        graph = model.subgraph(name)
        x, w = graph.input("x", (1, 2)), graph.tensor("w", (2, 2), buffer=shared, scales=[0.5, 0.25])
        graph.outputs = [graph.tensor("y", (1, 2))]
        graph.operator("FULLY_CONNECTED", [x, w, -1], graph.outputs, tfl.FullyConnectedOptionsT())
        model.signature(name, {"x": x}, {"y": 2}, subgraph=len(model.model.subgraphs) - 1)
    model.metadata("note", b"1")
    return model


FIELDS = [
    ("Model", "Subgraphs"), ("Model", "OperatorCodes"), ("Model", "Buffers"), ("Model", "SignatureDefs"),
    ("Model", "Metadata"), ("Model", "MetadataBuffer"), ("SubGraph", "Tensors"), ("SubGraph", "Operators"),
    ("SubGraph", "Inputs"), ("SubGraph", "Outputs"), ("SubGraph", "Name"), ("Tensor", "Shape"), ("Tensor", "Name"),
    ("Operator", "Inputs"), ("Operator", "Outputs"),
]  # fmt: skip


@pytest.mark.parametrize("count", [2**32 - 1, 2**31, 2**30, 100_000])
@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_lists_longer_than_the_file(tmp_path: Path, kind: str, name: str, count: int) -> None:
    file = FlatFile(several_small().build())
    table = {"Model": file.model, "SubGraph": file.subgraph(), "Tensor": file.tensor(0), "Operator": file.operator(0)}
    refused(file.put(file.vector(table[kind], kind, name), count).save(tmp_path / "m"), "longer than the file")


def _vtable_of_itself(file: FlatFile) -> None:
    file.put(file.model, 0, "<i")


def _vtable_outside(file: FlatFile) -> None:
    file.put(file.model, file.model - len(file.data) - 1000, "<i")


def _vtable_odd(file: FlatFile) -> None:
    file.put(file.model, file.get(file.model, "<i") + 1, "<i")


def _vtable_huge(file: FlatFile) -> None:
    file.put(file.vtable(file.model), 0xFFFE, "<H")


def _vtable_tiny(file: FlatFile) -> None:
    file.put(file.vtable(file.model), 2, "<H")


def _field_outside(file: FlatFile) -> None:
    file.put(file.vtable(file.model) + 4, 0x7FF0, "<H")


def _field_in_vtable_offset(file: FlatFile) -> None:
    file.put(file.vtable(file.model) + 4, 2, "<H")


def _table_unaligned(file: FlatFile) -> None:
    at = file.field(file.model, "Model", "Buffers")
    start = file.target(at)
    file.put(start + 4, file.get(start + 4) + 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_vtable_of_itself, "vtable"),
        (_vtable_outside, "outside the file"),
        (_vtable_odd, "misplaced vtable"),
        (_vtable_huge, "broken vtable"),
        (_vtable_tiny, "broken vtable"),
        (_field_outside, "field outside itself"),
        (_field_in_vtable_offset, "field outside itself"),
        (_table_unaligned, "not aligned"),
    ],
)
def test_broken_tables(tmp_path: Path, change: Change, words: str) -> None:
    file = FlatFile(several_small().build())
    change(file)
    refused(file.save(tmp_path / "m"), words)


# Meaning --------------------------------------------------------------------------------------------------------------


def _graph(model: ModelBuilder) -> Any:
    return model.model.subgraphs[0]


def _set(name: str, value: Any) -> Callable[[Any], None]:
    return lambda thing: setattr(thing, name, value)


def _on(what: Callable[[ModelBuilder], Any], **values: Any) -> Callable[[ModelBuilder], None]:
    def change(model: ModelBuilder) -> None:
        for name, value in values.items():
            setattr(what(model), name, value)

    return change


def _tensor(model: ModelBuilder) -> Any:
    return _graph(model).tensors[1]


def _operator(model: ModelBuilder) -> Any:
    return _graph(model).operators[0]


def _signature(model: ModelBuilder) -> Any:
    return model.model.signatureDefs[0]


def _scaled(count: int, axis: int) -> Callable[[ModelBuilder], None]:
    parameters = tfl.QuantizationParametersT(scale=[0.5] * count, zeroPoint=[0] * count, quantizedDimension=axis)
    return _on(_tensor, quantization=parameters)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_on(lambda model: model.model, version=2), "schema version 2; only version 3"),
        (_on(lambda model: model.model, version=4), "schema version 4; only version 3"),
        (_on(lambda model: model.model, version=0), "schema version 0; only version 3"),
        (_on(lambda model: model.model, subgraphs=[]), "holds no subgraph"),
        (_on(lambda model: model.model, subgraphs=None), "holds no subgraph"),
        (_on(lambda model: model.model, buffers=None), "buffer that doesn't exist"),
        (_on(lambda model: model.model, operatorCodes=None), "operator code that doesn't exist"),
        (_on(lambda model: model.model, metadataBuffer=[99]), "metadata buffers names one that doesn't exist"),
        (_on(lambda model: model.model, metadataBuffer=[-1]), "metadata buffers names one that doesn't exist"),
        (_on(lambda model: model.model.metadata[0], buffer=99), "metadata entry names a buffer"),
        (_on(_graph, inputs=[77]), "subgraph 0 names an input or output"),
        (_on(_graph, inputs=[-1]), "subgraph 0 names an input or output"),
        (_on(_graph, outputs=[5]), "subgraph 0 names an input or output"),
        (_on(_graph, tensors=None), "tensor that doesn't exist"),
        (_on(_operator, opcodeIndex=9), "operator code that doesn't exist"),
        (_on(_operator, inputs=[0, 5]), "tensor that doesn't exist"),
        (_on(_operator, inputs=[-2]), "tensor that doesn't exist"),
        (_on(_operator, outputs=[2**31 - 1]), "tensor that doesn't exist"),
        (_on(_operator, intermediates=[1000]), "tensor that doesn't exist"),
        (_on(_operator, largeCustomOptionsOffset=4096, largeCustomOptionsSize=64), "outside the flatbuffer"),
        (_on(_signature, subgraphIndex=2), "signature 'first' names a subgraph"),
        (_on(_signature, inputs=[tfl.TensorMapT(name="x", tensorIndex=50)]), "signature 'first' names a tensor"),
        (_on(_tensor, buffer=50), "buffer that doesn't exist"),
        (_on(_tensor, shape=[64, 63]), r"shape \[64, 63\] has 16384 bytes"),
        (_on(_tensor, shape=[64, 64, 2]), "has 16384 bytes"),
        (_on(_tensor, shape=[2**31 - 1] * 16), "has 16384 bytes"),
        (_on(_tensor, shape=[]), "has 16384 bytes"),
        (_on(_tensor, shape=[-64, -64]), "impossible shape"),
        (_on(_tensor, shape=[1] * 15 + [64, 64]), "impossible shape"),
        (_on(_tensor, shapeSignature=[64]), "two shapes of different rank"),
        (_on(_tensor, type=tfl.TensorType.INT8), "has 16384 bytes"),
        (_on(_tensor, type=100), "data type 100"),
        (_on(_tensor, externalBuffer=3), "keeps weights in other files"),
        (_on(lambda model: model.model, externalBufferGroups=[tfl.ExternalBufferGroupT()]), "in other files"),
        (_scaled(63, 0), "scales that don't fit"),
        (_scaled(64, 2), "scales that don't fit"),
        (_scaled(64, -1), "scales that don't fit"),
        (_on(lambda model: model.model.buffers[1], data=np.zeros(16380, np.uint8)), "has 16380 bytes"),
        (_on(lambda model: model.model.buffers[1], data=np.zeros(1, np.uint8)), "has 1 bytes"),
    ],
)
def test_indices_shapes_and_sizes(tmp_path: Path, change: Callable[[ModelBuilder], None], words: str) -> None:
    model = several()
    change(model)
    path = tmp_path / "m.tflite"
    path.write_bytes(model.build())
    refused(path, words)


@pytest.mark.parametrize(
    ("offset", "size"),
    [
        (10**9, 16384),
        (2**63, 16384),
        (2**64 - 1, 16384),
        (4096, 2**64 - 1),
        (4096, 2**63),
        (2**63, 2**63),
        (4096, 10**6),
    ],
)
def test_buffers_outside_the_file(tmp_path: Path, offset: int, size: int) -> None:
    model = fully_connected(weights(64, 64))
    model.model.buffers[1] = tfl.BufferT(offset=offset, size=size)
    path = tmp_path / "m.tflite"
    path.write_bytes(model.build() + bytes(20_000))
    refused(path, "a buffer lies outside the file")


# What is odd but allowed, and what must not confuse what follows ------------------------------------------------------


def test_no_operators_at_all(load: Load) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    graph.outputs = [graph.input("x", (1,))]
    loaded = load(model.build())
    assert loaded.operators == 0
    with pytest.raises(ModelUnsupportedError, match="no operators"):
        written(loaded, "dynamic-int8")
    assert load(ModelBuilder(_without_lists()).build()).operators == 0


def _without_lists() -> Any:
    return tfl.ModelT(version=3, subgraphs=[tfl.SubGraphT()])


def test_repeated_names_are_told_apart_by_number(load: Load) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    x, y = graph.input("t", (1, 64)), graph.tensor("t", (1, 64))
    graph.operator("FULLY_CONNECTED", [x, graph.constant("t", weights(64, 64)), -1], [y], tfl.FullyConnectedOptionsT())
    graph.outputs = [graph.tensor("t", (1, 64))]
    second = graph.constant("t", weights(64, 64, seed=1))
    graph.operator("FULLY_CONNECTED", [y, second, -1], graph.outputs, tfl.FullyConnectedOptionsT())
    result = load(written(load(model.build()), "dynamic-int8"))
    tensors = result.subgraphs[0].tensors
    for index, seed in ((2, 0), (4, 1)):
        quantization = tensors[index].quantization
        assert quantization is not None
        scales = np.abs(weights(64, 64, seed=seed)).max(axis=1) / np.float32(127)
        assert np.array_equal(np.array(quantization.scales, np.float32), scales)


def _dequantize_of_itself() -> ModelBuilder:
    model = fully_connected(weights(64, 64))
    graph = model.model.subgraphs[0]
    graph.tensors[1].buffer = 0
    graph.operators.append(
        tfl.OperatorT(opcodeIndex=model.operator_code("DEQUANTIZE"), inputs=[1], outputs=[1]),
    )
    return model


def _dequantize_in_a_circle() -> ModelBuilder:
    model = fully_connected(weights(64, 64))
    graph = model.model.subgraphs[0]
    graph.tensors[1].buffer = 0
    code = model.operator_code("DENSIFY")
    graph.tensors.append(tfl.TensorT(shape=[64, 64], name="other"))
    other = len(graph.tensors) - 1
    graph.operators.append(tfl.OperatorT(opcodeIndex=code, inputs=[1], outputs=[other]))
    graph.operators.append(tfl.OperatorT(opcodeIndex=code, inputs=[other], outputs=[1]))
    return model


def _dequantize_of_nothing() -> ModelBuilder:
    model = fully_connected(weights(64, 64))
    graph = model.model.subgraphs[0]
    graph.tensors[1].buffer = 0
    graph.operators.append(tfl.OperatorT(opcodeIndex=model.operator_code("DEQUANTIZE"), inputs=[], outputs=[1]))
    return model


def _long_chain() -> ModelBuilder:
    model = fully_connected(weights(64, 64))
    graph = model.model.subgraphs[0]
    graph.tensors[1].buffer = 0
    code, last = model.operator_code("DEQUANTIZE"), 1
    for _ in range(3000):
        graph.tensors.append(tfl.TensorT(shape=[64, 64], name="link"))
        graph.operators.append(tfl.OperatorT(opcodeIndex=code, inputs=[len(graph.tensors) - 1], outputs=[last]))
        last = len(graph.tensors) - 1
    return model


def _loop_into_itself() -> ModelBuilder:
    model = loop()
    model.model.subgraphs[0].operators[0].builtinOptions.bodySubgraphIndex = 0
    return model


def _loop_into_nowhere() -> ModelBuilder:
    model = loop()
    model.model.subgraphs[0].operators[0].builtinOptions.bodySubgraphIndex = 99
    return model


def _reads_its_own_output() -> ModelBuilder:
    model = fully_connected(weights(64, 64))
    model.model.subgraphs[0].operators[0].inputs = [3, 1, -1]
    model.model.subgraphs[0].operators[0].outputs = [3]
    model.model.subgraphs[0].tensors.append(tfl.TensorT(shape=[1, 64], name="own"))
    return model


def _without(**values: Any) -> Callable[[], ModelBuilder]:
    def build() -> ModelBuilder:
        model = fully_connected(weights(64, 64))
        for name, value in values.items():
            setattr(model.model.subgraphs[0].operators[0], name, value)
        return model

    return build


def _lookup_beyond_counting() -> ModelBuilder:
    return one_operator(
        "GATHER", [weights(200, 32), Input((2**16, 2**16, 2), "INT32")], [(2**16, 2**16, 2, 32)], tfl.GatherOptionsT()
    )


@pytest.mark.parametrize(
    "build",
    [
        _dequantize_of_itself,
        _dequantize_in_a_circle,
        _dequantize_of_nothing,
        _long_chain,
        _loop_into_itself,
        _loop_into_nowhere,
        _reads_its_own_output,
        _without(inputs=[]),
        _without(inputs=[0]),
        _without(inputs=[-1, -1, -1]),
        _without(inputs=[0, 1, -1, 1, 1, 1, 0, 0, 0]),
        _without(outputs=[]),
        _without(outputs=[-1]),
        _without(inputs=None, outputs=None),
        _without(builtinOptions=None, builtinOptionsType=0),
        _without(builtinOptions=tfl.AddOptionsT(), builtinOptionsType=tfl.BuiltinOptions.AddOptions),
        _without(builtinOptions=tfl.Conv2DOptionsT(), builtinOptionsType=tfl.BuiltinOptions.FullyConnectedOptions),
        _lookup_beyond_counting,
        sparse,
    ],
)
@pytest.mark.parametrize("recipe", ["dynamic-int8", "float16"])
@pytest.mark.parametrize("target", ["xnnpack", "builtin"])
def test_nonsense_is_planned_or_refused(
    load: Load, build: Callable[[], ModelBuilder], recipe: str, target: str
) -> None:
    model = load(build().build())
    try:
        plan = quantscope.plan(model, recipe, target)
        quantscope.inspect(plan)
        load(written(model, recipe, target))
    except QuantscopeError:
        pass


@pytest.mark.parametrize("where", ["a list", "a table", "another weight"])
def test_weights_over_other_parts_are_not_rewritten(load: Load, where: str) -> None:
    file = FlatFile(looked_up().build())
    weight = file.vector(file.buffer(1), "Buffer", "Data")
    model = ModelBuilder(tfl.ModelT.InitFromPackedBuf(bytes(file.data)))
    model.model.buffers[1] = tfl.BufferT(offset=16, size=200 * 32 * 4)
    for _ in range(2):  # the first time shows where things are
        file = FlatFile(model.build() + bytes(30_000))
        start = {
            "a list": file.vector(file.tensor(1), "Tensor", "Shape") - 64,
            "a table": file.operator(1),
            "another weight": len(file.data) - 26_000,
        }[where]
        model.model.buffers[1].offset = start
    if where == "another weight":
        model.model.buffers.append(tfl.BufferT(offset=start + 400, size=64))
        model.model.metadataBuffer = [len(model.model.buffers) - 1]
        file = FlatFile(model.build() + bytes(30_000))
    loaded = load(bytes(file.data))
    assert weight
    with pytest.raises(ModelUnsupportedError, match="overlap"):
        written(loaded, None)


def test_a_table_read_as_two_things_is_not_rewritten(load: Load) -> None:
    """An entry of the list of buffers leads to an operator's options, which pass for a buffer without data."""
    file = FlatFile(several().build())
    at = file.vector(file.model, "Model", "Buffers") + 4
    options = file.vector(file.operator(0), "Operator", "BuiltinOptions")
    confused = load(bytes(file.put(at, options - at).data))
    assert confused.buffers[0].position == confused.subgraphs[0].operators[0].options
    for recipe in (None, "dynamic-int8"):
        with pytest.raises(ModelUnsupportedError, match="overlap"):
            written(confused, recipe)


def test_weights_that_are_not_finite_are_refused_by_name(load: Load) -> None:
    for value in (np.nan, np.inf, -np.inf):
        matrix = weights(64, 64)
        matrix[63, 63] = value
        model = load(fully_connected(matrix).build())
        with pytest.raises(ModelUnsupportedError, match="Weight 'w1' holds infinite or NaN"):
            written(model, "dynamic-int8")


# Files made to waste time and memory ----------------------------------------------------------------------------------


def _repeating(builder: flatbuffers.Builder, table: int, count: int) -> int:
    """A vector that lists the same table again and again."""
    builder.StartVector(4, count, 4)
    places = builder.Offset() + 4 * (count - np.arange(count, dtype=np.int64))
    data = (places - table).astype("<u4").tobytes()
    builder.Prep(4, len(data))
    builder.head -= len(data)
    builder.Bytes[builder.head : builder.head + len(data)] = data
    vector: int = builder.EndVector()
    return vector


BOMBS = (
    "buffers", "operator codes", "tensors", "operators", "subgraphs", "signatures", "signature entries", "metadata",
    "names", "shapes",
)  # fmt: skip


def _bomb(what: str, count: int) -> bytes:
    """A model that has `count` of something, all of them the same few bytes."""
    builder = flatbuffers.Builder(1024)

    def many(kind: str, table: int) -> int:
        return _repeating(builder, table, count if kind == what else 1)

    def subgraph(tensors: int | None, operators: int | None) -> int:
        tfl.SubGraphStart(builder)
        if tensors and operators:
            tfl.SubGraphAddTensors(builder, tensors)
            tfl.SubGraphAddOperators(builder, operators)
        place: int = tfl.SubGraphEnd(builder)
        return place

    buffers = many("buffers", tfl.BufferT().Pack(builder))
    codes = many("operator codes", tfl.OperatorCodeT(builtinCode=9, deprecatedBuiltinCode=9).Pack(builder))
    tensors = many("tensors", tfl.TensorT(shape=[1], name="t" * (1000 if what == "names" else 1)).Pack(builder))
    if what == "names":
        tensors = _repeating(builder, tfl.TensorT(name="t" * 100_000).Pack(builder), count)
    if what == "shapes":
        tensors = _repeating(builder, tfl.TensorT(shape=np.ones(50_000, "<i4")).Pack(builder), count)
    operators = many("operators", tfl.OperatorT(inputs=[0], outputs=[0]).Pack(builder))
    full, empty = subgraph(tensors, operators), subgraph(None, None)
    subgraphs = _repeating(builder, empty, count) if what == "subgraphs" else many("", full)
    entries = many("signature entries", tfl.TensorMapT(name="x").Pack(builder))
    tfl.SignatureDefStart(builder)
    tfl.SignatureDefAddInputs(builder, entries)
    tfl.SignatureDefAddOutputs(builder, entries)
    signatures = many("signatures", tfl.SignatureDefEnd(builder))
    metadata = many("metadata", tfl.MetadataT(name="x").Pack(builder))
    tfl.ModelStart(builder)
    tfl.ModelAddVersion(builder, 3)
    tfl.ModelAddSubgraphs(builder, subgraphs)
    tfl.ModelAddOperatorCodes(builder, codes)
    tfl.ModelAddBuffers(builder, buffers)
    tfl.ModelAddSignatureDefs(builder, signatures)
    tfl.ModelAddMetadata(builder, metadata)
    builder.Finish(tfl.ModelEnd(builder), b"TFL3")
    return bytes(builder.Output())


@pytest.mark.parametrize("what", BOMBS)
def test_the_same_bytes_named_again_and_again(tmp_path: Path, what: str) -> None:
    path = tmp_path / "bomb.tflite"
    path.write_bytes(_bomb(what, 300_000))
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    refused(path, "overlap")
    assert time.process_time() - started < 2
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 200 << 20


def test_more_parts_than_any_model_has(tmp_path: Path) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(_bomb("tensors", 1_000_001) + bytes(100 << 20))
    started = time.process_time()
    refused(path, "more parts than can be read")
    assert time.process_time() - started < 2


def test_lists_longer_than_any_model_has(tmp_path: Path) -> None:
    file = FlatFile(one_operator("ADD", [Input((1,)), Input((1,))], [(1,)]).build())
    file.put(file.vector(file.tensor(0), "Tensor", "Name"), 40 << 20)
    path = Path(file.save(tmp_path / "m.tflite"))
    os.truncate(path, 50 << 20)
    refused(path, "too long to be read")


def test_a_chain_of_unknown_tables_ends(load: Load) -> None:
    """Each unknown field leads to a table with an unknown field, and so on, 20,000 deep."""
    builder = flatbuffers.Builder(1024)
    table = 0
    for _ in range(20_000):
        builder.StartObject(1)
        if table:
            builder.PrependUOffsetTRelativeSlot(0, table, 0)
        table = builder.EndObject()
    graph = tfl.SubGraphT().Pack(builder)
    graphs = _repeating(builder, graph, 1)
    builder.StartObject(30)
    builder.PrependUint32Slot(0, 3, 0)
    builder.PrependUOffsetTRelativeSlot(2, graphs, 0)
    builder.PrependUOffsetTRelativeSlot(29, table, 0)
    builder.Finish(builder.EndObject(), b"TFL3")
    started = time.process_time()
    assert load(bytes(builder.Output())).operators == 0
    assert time.process_time() - started < 2


def test_a_chain_of_replaced_tables_ends() -> None:
    """Each part that may go refers to the next, and something that stays to the first: 50,000 steps."""
    count = 50_000
    data = np.ones(16 * (count + 1), np.uint8)
    at = 16 * np.arange(count + 1)
    data.reshape(-1, 16)[:, :4] = np.array([16], "<u4").view(np.uint8)
    chain = [References(at[:-1], at[1:], backward=False)]
    started = time.process_time()
    assert len(cut(data, [], chain, [(16 * index, 16 * index + 16) for index in range(1, count + 1)]).data) == data.size
    assert time.process_time() - started < 2


def test_broken_metadata_of_ranges_is_no_metadata(load: Load) -> None:
    for data in (b"", b"\0" * 64, b"\xff" * 64, struct.pack("<I4sI", 8, b"M001", 0), bytes(range(200))):
        model = several()
        model.metadata("TFLITE_METADATA", data)
        assert input_ranges(load(model.build())) == {}


def test_writing_leaves_the_source_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.tflite"
    content = several().build()
    path.write_bytes(content)
    model = read(path)
    with open(tmp_path / "out", "wb") as file:
        write(model, ModelEdit({}, {}, ()), file)
    assert path.read_bytes() == content
