"""Writing: whatever isn't weights survives as it was, and the weights stand where every runtime wants them."""

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from quantscope.model.edit import Bytes, ModelEdit, OperatorEdit, SubgraphEdit
from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.model.write import MOVED_FROM, write
from tests.engine.conftest import Load, written
from tests.engine.flatfile import FlatFile
from tests.engine.specimens import (
    RUNNABLE,
    SPECIMENS,
    archived,
    custom,
    depthwise_conv,
    dequantized,
    fully_connected,
    looked_up,
    loop,
    real_models,
    same,
    several,
    weights,
)
from tests.models import UNKNOWN, Array, ModelBuilder, tfl

CHANGES = (None, "dynamic-int8", "float16")
UNFIT = {"dequantized", "sparse"}  # there is nothing to quantize in them


def outputs(content: bytes) -> list[Array]:
    """What the runtime makes of a model and seeded inputs, subgraph by signature or the first."""
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    random = np.random.default_rng(0)
    for each in interpreter.get_input_details():
        shape, kind = each["shape"], each["dtype"]
        values = random.normal(size=shape) if kind == np.float32 else random.integers(0, 2, shape)
        interpreter.set_tensor(each["index"], np.asarray(values, kind))
    interpreter.invoke()
    return [interpreter.get_tensor(each["index"]) for each in interpreter.get_output_details()]


def everything(content: bytes) -> Any:
    """A model unpacked by the schema's own object API, as plain values; weights, wherever they lie, as bytes."""
    model = tfl.ModelT.InitFromPackedBuf(content)
    for buffer in model.buffers:
        if buffer.offset > 1:
            buffer.data = np.frombuffer(content[buffer.offset : buffer.offset + buffer.size], np.uint8)
        buffer.offset = buffer.size = 0
    return _plain(model)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if hasattr(value, "__dict__"):
        return {name: _plain(each) for name, each in vars(value).items()}
    return value


# Nothing changes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [2**31, 0], ids=["inline", "external"])
@pytest.mark.parametrize("name", SPECIMENS)
def test_rewriting_changes_nothing(load: Load, name: str, limit: int) -> None:
    content = SPECIMENS[name]()
    result = written(load(content), None, limit=limit)
    assert everything(result) == everything(content)
    assert result[4:8] == b"TFL3"


@pytest.mark.parametrize("name", RUNNABLE)
def test_rewritten_specimens_give_the_same_outputs(load: Load, name: str) -> None:
    content = RUNNABLE[name]()
    expected = outputs(content)
    for limit in (2**31, 0):
        for one, other in zip(expected, outputs(written(load(content), None, limit=limit)), strict=True):
            assert same(one, other)


@pytest.mark.parametrize("path", real_models(), ids=lambda path: path.stem)
def test_rewritten_real_models_give_the_same_outputs(path: Path) -> None:
    result = written(read(path), None)
    for one, other in zip(outputs(path.read_bytes()), outputs(result), strict=True):
        assert same(one, other)


@pytest.mark.parametrize("name", SPECIMENS)
def test_rewriting_hardly_grows_the_file(load: Load, name: str) -> None:
    """A table or two of its own, and where weights were cut out, bytes that keep what follows aligned."""
    content = SPECIMENS[name]()
    for _ in range(3):
        model = load(content)
        result = written(model, None)
        assert len(result) <= len(content) + 128 + 32 * len(model.buffers)
        content = result


# What survives --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", CHANGES)
@pytest.mark.parametrize("external", [False, True])
def test_signatures_metadata_and_names(load: Load, recipe: str | None, external: bool) -> None:
    content = several().build(external=external)
    before, after = everything(content), everything(written(load(content), recipe))
    for part in ("signatureDefs", "metadata", "metadataBuffer", "description", "version"):
        assert after[part] == before[part]
    for one, other in zip(before["subgraphs"], after["subgraphs"], strict=True):
        assert other["name"] == one["name"]
        assert (other["inputs"], other["outputs"]) == (one["inputs"], one["outputs"])
        count = len(one["tensors"])
        assert [each["name"] for each in other["tensors"][:count]] == [each["name"] for each in one["tensors"]]
    for entry in before["metadata"]:
        assert after["buffers"][entry["buffer"]] == before["buffers"][entry["buffer"]]


def test_signatures_work_on_the_runtime(load: Load) -> None:
    content = written(load(several().build()), "dynamic-int8")
    interpreter = Interpreter(model_content=content)
    x = weights(1, 64, seed=5)
    first, second = (interpreter.get_signature_runner(name)(image=x)["scores"] for name in ("first", "second"))
    assert interpreter.get_signature_list()["first"] == {"inputs": ["image"], "outputs": ["scores"]}
    expected = np.tanh(x @ weights(64, 64).T + weights(64, seed=1))
    assert np.allclose(first, expected, atol=0.1)
    assert np.allclose(second, np.maximum(expected, 0), atol=0.1)


def _tables(file: FlatFile) -> Iterator[tuple[str, int]]:
    """Every table that has a counterpart in the source, with its kind."""
    model = file.model
    yield "Model", model
    for kind, field in (("Buffer", "Buffers"), ("Metadata", "Metadata"), ("SignatureDef", "SignatureDefs")):
        for table in file.tables(model, "Model", field):
            yield kind, table
            if kind == "SignatureDef":
                for side in ("Inputs", "Outputs"):
                    yield from (("TensorMap", entry) for entry in file.tables(table, kind, side))
    for graph in file.tables(model, "Model", "Subgraphs"):
        yield "SubGraph", graph
        yield from (("Tensor", tensor) for tensor in file.tables(graph, "SubGraph", "Tensors"))
        for operator in file.tables(graph, "SubGraph", "Operators"):
            yield "Operator", operator


@pytest.mark.parametrize("recipe", CHANGES)
@pytest.mark.parametrize("build", [several, loop, custom, looked_up])
@pytest.mark.parametrize("external", [False, True])
def test_fields_that_no_schema_knows(load: Load, build: Any, recipe: str | None, external: bool) -> None:
    """Scalars of 1 to 8 bytes, a string, a table, a vector, a vector of tables; in tables that change or don't."""
    content = build().build(unknown_fields=UNKNOWN, external=external)
    source = FlatFile(content)
    assert all(source.unknown(table, kind) == UNKNOWN for kind, table in _tables(source))
    result = FlatFile(written(load(content), recipe))
    found = [(kind, result.unknown(table, kind)) for kind, table in _tables(result)]
    kept = [kind for kind, unknown in found if unknown]
    assert all(unknown == UNKNOWN for _, unknown in found if unknown)
    # What has no unknown fields is new: operators, tensors and constants that quantizing adds; a lookup replaces one.
    replaced = 1 if build is looked_up and recipe == "dynamic-int8" else 0
    expected = [kind for kind, _ in _tables(source)]
    assert len(kept) == len(expected) - replaced
    assert set(kept) == set(expected)


def test_numbers_in_unknown_fields_are_not_mistaken_for_references(load: Load) -> None:
    """Whatever an unknown field of four bytes holds, in tables that move past the weights, it holds afterwards."""
    content = several().build(unknown_fields=["word"])
    moving = ("Model", "SubGraph", "Tensor", "Operator")
    places = [(kind, table) for kind, table in _tables(FlatFile(content)) if kind in moving]
    for value in (*range(0, 512, 8), 1000, 4000, 16000, 17000):
        file = FlatFile(content)
        for kind, table in places:
            file.put(file.unknown_field(table, kind, "word"), value)
        result = FlatFile(written(load(bytes(file.data)), "dynamic-int8"))
        found = [result.unknown_field(table, kind, "word") for kind, table in _tables(result) if kind in moving]
        assert {result.get(at) for at in found if at} == {value}
        assert sum(at > 0 for at in found) == len(places)


@pytest.mark.parametrize("recipe", CHANGES)
def test_options_of_unknown_types(load: Load, recipe: str | None) -> None:
    model = several()
    for graph in model.model.subgraphs:
        graph.operators[0].builtinOptionsType = 222
        graph.operators[0].builtinOptions.keepNumDims = True
        graph.operators[1].builtinOptionsType = 223
        graph.operators[1].builtinOptions = tfl.SqueezeOptionsT(squeezeDims=[7, 8, 9])
    result = FlatFile(written(load(model.build()), recipe))
    for graph in range(2):
        kinds = []
        for index in range(result.get(result.vector(result.subgraph(graph), "SubGraph", "Operators"))):
            operator = result.operator(index, graph)
            at = result.field(operator, "Operator", "BuiltinOptionsType")
            kind = result.get(at, "<B") if at else 0
            kinds.append(kind)
            if kind in (222, 223):
                options = result.vector(operator, "Operator", "BuiltinOptions")
                if kind == 222:
                    assert result.get(result.slot(options, 2), "<B") == 1
                else:
                    dims = result.target(result.slot(options, 0))
                    assert struct.unpack_from("<4I", result.data, dims) == (3, 7, 8, 9)
        assert [kind for kind in kinds if kind in (222, 223)] == [222, 223]


@pytest.mark.parametrize("recipe", CHANGES)
def test_custom_operators_keep_their_options(load: Load, recipe: str | None) -> None:
    graph = everything(written(load(custom().build()), recipe))["subgraphs"][0]
    assert graph["operators"][-1]["customOptions"] == b"private options"


def test_tensors_that_share_a_buffer_go_on_sharing_it(load: Load) -> None:
    model = load(several().build())
    for recipe in CHANGES:
        after = load(written(model, recipe))
        first, second = (graph.tensors[1] for graph in after.subgraphs)
        assert first.buffer == second.buffer
        assert (first.dtype, first.quantization) == (second.dtype, second.quantization)
        assert after.bytes < model.bytes + 300


@pytest.mark.parametrize("limit", [2**31, 0], ids=["inline", "external"])
def test_buffers_that_share_their_bytes_go_on_sharing_them(load: Load, limit: int) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 64))
    for index in range(2):
        matrix = graph.constant(f"w{index}", weights(64, 64))
        y = graph.tensor(f"y{index}", (1, 64))
        graph.operator("FULLY_CONNECTED", [x, matrix, -1], [y], tfl.FullyConnectedOptionsT())
        graph.outputs = [*graph.outputs, y]
    file = FlatFile(model.build())
    at = file.field(file.buffer(2), "Buffer", "Data")
    unused = file.target(at) + 4
    file.put(at, file.vector(file.buffer(1), "Buffer", "Data") - at)
    file.data[unused : unused + 16384] = bytes(16384)
    shared = load(bytes(file.data))
    assert shared.buffers[1].start == shared.buffers[2].start
    result = written(shared, None, limit=limit)
    after = load(result)
    assert after.buffers[1].start == after.buffers[2].start
    assert result.count(weights(64, 64).tobytes()) == 1
    for one, other in zip(outputs(bytes(file.data)), outputs(result), strict=True):
        assert same(one, other)


@pytest.mark.parametrize("recipe", CHANGES)
@pytest.mark.parametrize("external", [False, True])
def test_the_archive_of_associated_files_stays_at_the_end(load: Load, recipe: str | None, external: bool) -> None:
    content = archived(several().build(external=external))
    result = written(load(content), recipe)
    with zipfile.ZipFile(io.BytesIO(result)) as archive:
        assert archive.testzip() is None
        assert archive.read("labels.txt") == b"cat\ndog\n"
        assert archive.read("vocabulary.txt") == b"word\n" * 1000
    # Readers that aren't as forgiving as Python's take the positions in the archive at their word.
    end = result.rindex(b"PK\5\6")
    assert end + 22 == len(result)
    directory = struct.unpack_from("<L", result, end + 16)[0]
    for _ in range(2):
        assert result[directory : directory + 4] == b"PK\1\2"
        (header,) = struct.unpack_from("<L", result, directory + 42)
        assert result[header : header + 4] == b"PK\3\4"
        directory += 46 + sum(struct.unpack_from("<3H", result, directory + 28))
    assert directory == end
    assert load(result).operators >= 4


def test_what_only_looks_like_an_archive_is_left_alone(load: Load) -> None:
    model = several()
    model.metadata("zip", b"PK\5\6" + bytes(18))
    content = model.build() + b"PK\5\6" + bytes(18) + b"the end of nothing"
    result = written(load(content), None)
    assert everything(result) == everything(content)


# Where the weights are ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [2**31, 0], ids=["inline", "external"])
@pytest.mark.parametrize("name", SPECIMENS)
def test_weights_are_aligned_to_16_bytes(load: Load, name: str, limit: int) -> None:
    source = load(SPECIMENS[name]())
    for recipe in (None, "dynamic-int8", "float16"):
        if recipe and name in UNFIT:
            continue
        result = load(written(source, recipe, limit=limit))
        for before, after in zip(source.buffers, result.buffers, strict=False):
            if before.size >= MOVED_FROM or before.start % 16 == 0:
                assert after.start % 16 == 0, (recipe, after)
        assert all(buffer.start % 4 == 0 for buffer in result.buffers)


@pytest.mark.parametrize("path", real_models(), ids=lambda path: path.stem)
def test_weights_of_real_models_are_aligned(load: Load, path: Path) -> None:
    result = load(written(read(path), "dynamic-int8"))
    large = [buffer for buffer in result.buffers if buffer.size >= MOVED_FROM]
    assert large
    assert all(buffer.start % 16 == 0 for buffer in large)


def test_beyond_the_limit_weights_lie_outside_the_flatbuffer(load: Load) -> None:
    source = load(several().build())
    inline, outside = load(written(source, None)), load(written(source, None, limit=source.bytes // 2))
    assert not any(buffer.external for buffer in inline.buffers)
    assert [buffer.external for buffer in outside.buffers] == [buffer.size >= MOVED_FROM for buffer in inline.buffers]
    back = load(written(outside, None))
    assert not any(buffer.external for buffer in back.buffers)
    for model in (outside, back):
        assert [bytes(model.raw(index)) for index in range(len(model.buffers))] == [
            bytes(source.raw(index)) for index in range(len(source.buffers))
        ]


def test_new_and_replaced_buffers_in_both_forms(load: Load) -> None:
    source = load(several().build())
    replaced, added = np.arange(16384, dtype=np.uint16).view(np.uint8)[:16384], np.arange(7, dtype=np.uint8)
    for limit in (2**31, 0):
        file = io.BytesIO()
        write(source, ModelEdit({}, {1: Bytes(replaced)}, (Bytes(added), Bytes(added[:0]))), file, limit)
        result = load(file.getvalue())
        assert len(result.buffers) == len(source.buffers) + 2
        assert bytes(result.raw(1)) == replaced.tobytes()
        assert bytes(result.raw(len(source.buffers))) == added.tobytes()
        assert result.buffers[-1].size == 0


def test_buffers_that_are_the_same_table(load: Load) -> None:
    """Two entries of the list of buffers lead to one table: both keep their data, and number 0 stays without."""
    model = fully_connected(weights(64, 64), bias=weights(64, seed=1))
    file = FlatFile(model.build())
    entries = file.vector(file.model, "Model", "Buffers") + 4
    for entry in (0, 2):
        at = entries + 4 * entry
        file.put(at, file.buffer(1) - at)
    file.put(file.vector(file.tensor(2), "Tensor", "Shape") + 4, 4096)
    source = load(bytes(file.data))
    for recipe in (None, "dynamic-int8"):
        result = load(written(source, recipe))
        tensors = result.subgraphs[0].tensors
        assert np.array_equal(result.values(tensors[2]), weights(64, 64).reshape(-1))
        assert [tensor.index for tensor in tensors if result.is_constant(tensor)] == [1, 2]


def test_operators_that_are_the_same_table(load: Load) -> None:
    """Two subgraphs list one operator's table, and only in one of them does it change."""
    model = several()
    second = model.model.subgraphs[1]
    second.tensors[1].buffer = model.buffer(weights(64, 64)[:, :1])
    second.tensors[1].shape = [64, 1]
    file = FlatFile(model.build())
    first = file.operator(0, 0)
    at = file.vector(file.subgraph(1), "SubGraph", "Operators") + 4
    assert first > at, "offsets lead forward only"
    file.put(at, first - at)
    result = load(written(load(bytes(file.data)), "dynamic-int8"))
    assert [graph.operators[0].version for graph in result.subgraphs] == [12, 1]
    assert [graph.operators[0].inputs for graph in result.subgraphs] == [(0, 1, 2), (0, 1, 2)]


def test_a_first_buffer_that_is_not_empty(load: Load) -> None:
    """The runtime takes number 0 for "no data", so activations and new tensors that name it are no constants."""
    model = depthwise_conv(weights(1, 3, 3, 256))
    model.model.buffers[0] = tfl.BufferT(data=np.ones(8 * 8 * 256 * 4, np.uint8))
    content = model.build()
    result = written(load(content), "dynamic-int8")
    for file, constants in ((content, [1, 2]), (result, [1, 2])):
        loaded = load(file)
        assert [each.index for each in loaded.subgraphs[0].tensors if loaded.is_constant(each)] == constants
    for one, other in zip(outputs(content), outputs(result), strict=True):
        assert np.allclose(one, other, atol=0.1)


def test_output_is_the_same_every_time(load: Load) -> None:
    for name in ("several", "looked_up", "loop external unknown"):
        model = load(SPECIMENS[name]())
        for recipe in CHANGES:
            assert written(model, recipe) == written(model, recipe)
    large = load(fully_connected(weights(3000, 1024)).build())
    assert written(large, "dynamic-int8") == written(large, "dynamic-int8")


# What quantizing writes -----------------------------------------------------------------------------------------------


def _only_weight(model: Model) -> tuple[Any, Array]:
    tensor = model.subgraphs[0].tensors[1]
    return tensor, model.values(tensor)


def test_the_codes_and_scales_of_the_formula(load: Load) -> None:
    matrix = weights(64, 64)
    tensor, codes = _only_weight(load(written(load(fully_connected(matrix).build()), "dynamic-int8")))
    scales = np.abs(matrix).max(axis=1) / np.float32(127)
    assert tensor.dtype == "INT8"
    assert tensor.quantization.axis == 0
    assert tensor.quantization.zero_points == (0,) * 64
    assert np.array_equal(np.array(tensor.quantization.scales, np.float32), scales)
    assert np.array_equal(codes, np.rint(matrix / scales[:, None]))


def test_float16_values(load: Load) -> None:
    matrix = weights(64, 64)
    tensor, values = _only_weight(load(written(load(fully_connected(matrix).build()), "float16")))
    assert tensor.dtype == "FLOAT16"
    assert tensor.quantization is None
    assert same(values, matrix.astype(np.float16))


def test_quantized_specimens_stay_close_on_the_runtime(load: Load) -> None:
    for name, build in RUNNABLE.items():
        if name in UNFIT:
            continue
        content = build()
        for recipe in ("dynamic-int8", "float16"):
            for target in ("xnnpack", "builtin"):
                result = written(load(content), recipe, target)
                for one, other in zip(outputs(content), outputs(result), strict=True):
                    power, noise = float(np.vdot(one, one)), float(np.vdot(one - other, one - other))
                    assert noise < power * 1e-3, (name, recipe, target)


def test_nothing_to_do_is_said(load: Load) -> None:
    from quantscope.errors import ModelUnsupportedError

    with pytest.raises(ModelUnsupportedError, match="already"):
        written(load(dequantized().build()), "float16")
    with pytest.raises(ModelUnsupportedError, match=r"no float weight .* is large enough"):
        written(load(fully_connected(weights(4, 4)).build()), "dynamic-int8")


def test_tables_that_say_to_be_larger_than_they_are(load: Load) -> None:
    """MediaPipe's models round the inline size of operators up, over the beginning of what follows."""
    content = bytearray(several().build())
    model = load(bytes(content))
    (first, *_) = model.subgraphs[0].operators
    vtable = first.position - int.from_bytes(content[first.position : first.position + 4], "little", signed=True)
    size = int.from_bytes(content[vtable + 2 : vtable + 4], "little")
    content[vtable + 2 : vtable + 4] = (size + 6).to_bytes(2, "little")
    rounded = load(bytes(content))
    assert rounded.parts.disjoint() is not None
    result = load(written(rounded, "dynamic-int8"))
    assert [each.type for each in result.subgraphs[0].operators] == [each.type for each in model.subgraphs[0].operators]
    Interpreter(result.path).allocate_tensors()


def test_an_operator_without_outputs_that_is_changed_has_none(load: Load) -> None:
    """An empty list between what goes looks just like padding."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 64))
    handle, y, z = graph.tensor("handle", (1,), "RESOURCE"), graph.tensor("y", (1, 64)), graph.tensor("z", (1, 64))
    graph.operator("VAR_HANDLE", [], [handle], tfl.VarHandleOptionsT(container="", sharedName="state"))
    graph.operator("TANH", [x], [y])
    graph.operator("SIN", [x], [z])
    graph.operator("ASSIGN_VARIABLE", [handle, y], [])
    graph.outputs = [z]
    change = SubgraphEdit({}, (), (0, 1, 2, OperatorEdit(3, 1, (handle, z))))
    file = io.BytesIO()
    write(load(model.build()), ModelEdit({0: change}, {}, ()), file)
    *_, operator = tfl.ModelT.InitFromPackedBuf(file.getvalue()).subgraphs[0].operators
    assert (list(operator.inputs), list(operator.outputs)) == ([handle, z], [])
