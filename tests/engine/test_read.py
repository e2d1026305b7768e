"""Reading: every part of the format, without copying the weights."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from quantscope.errors import ModelReadError
from quantscope.model.graph import Quantization
from quantscope.model.read import read
from tests.engine.conftest import Load
from tests.engine.flatfile import FlatFile
from tests.engine.specimens import (
    SPECIMENS,
    archived,
    conv,
    custom,
    depthwise_conv,
    fully_connected,
    loop,
    old,
    real_models,
    several,
    sparse,
    weights,
)
from tests.models import Input, ModelBuilder, one_operator, tfl

MEGABYTE = 1 << 20


def test_weights_are_views_of_the_mapped_file(load: Load) -> None:
    matrix = weights(64, 64)
    model = load(fully_connected(matrix).build())
    tensor = model.subgraphs[0].tensors[1]
    values = model.values(tensor)
    assert np.array_equal(values, matrix)
    assert np.shares_memory(values, model.data)
    assert np.shares_memory(model.raw(tensor.buffer), model.data)
    assert not values.flags.writeable
    assert model.is_constant(tensor)
    assert not model.is_constant(model.subgraphs[0].tensors[0])


@pytest.mark.parametrize("place", ["inside", "outside"])
def test_a_large_model_takes_no_memory_and_no_time(tmp_path: Path, place: str) -> None:
    """400 MB, sparse on disk; the child says by how much reading it made it grow, and how long it took."""
    size = 400 * MEGABYTE
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 1024))
    w = graph.tensor("w", (size // 4096, 1024), buffer=1)
    y = graph.tensor("y", (1, size // 4096))
    graph.operator("FULLY_CONNECTED", [x, w, -1], [y], tfl.FullyConnectedOptionsT())
    graph.outputs = [y]
    path = tmp_path / "large.tflite"
    model.model.buffers.append(tfl.BufferT(data=np.zeros(16, np.uint8)) if place == "inside" else tfl.BufferT())
    if place == "outside":
        model.model.buffers[1] = tfl.BufferT(offset=MEGABYTE, size=size)
    file = FlatFile(model.build())
    end = MEGABYTE
    if place == "inside":
        at = file.field(file.buffer(1), "Buffer", "Data")
        end = len(file.data) + 4
        file.put(at, len(file.data) - at)
        file.data += size.to_bytes(4, "little")
    file.save(path)
    os.truncate(path, end + size)
    program = (
        "import resource, sys, time\n"
        "from quantscope.model.read import read\n"
        "from quantscope.model.schema import schema\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "schema()\n"
        "before, started = peak(), time.process_time()\n"
        "model = read(sys.argv[1])\n"
        "print(model.buffers[1].size, peak() - before, time.process_time() - started)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    found, grown, seconds = done.stdout.split()
    assert int(found) == size
    assert int(grown) * (1 if sys.platform == "darwin" else 1024) < 16 * MEGABYTE
    assert float(seconds) < 1.0


def test_several_subgraphs_signatures_and_metadata(load: Load) -> None:
    model = load(several().build())
    assert [graph.name for graph in model.subgraphs] == ["first", "second"]
    assert model.operators == 4
    for index, graph in enumerate(model.subgraphs):
        assert [operator.type for operator in graph.operators] == ["FULLY_CONNECTED", "TANH"]
        assert [tensor.index for tensor in graph.tensors] == [0, 1, 2, 3, 4]
        assert [operator.index for operator in graph.operators] == [0, 1]
        assert [tensor.name for tensor in graph.tensors] == ["x", "w", "b", "same", "same"]
        assert graph.inputs == (0,)
        assert graph.outputs == (4,)
        signature = model.signatures[index]
        assert (signature.key, signature.subgraph) == (graph.name, index)
        assert (signature.inputs, signature.outputs) == ({"image": 0}, {"scores": 4})
    assert model.subgraphs[0].tensors[1].buffer == model.subgraphs[1].tensors[1].buffer
    assert bytes(model.raw(model.metadata["notes"])) == bytes(range(256)) * 4
    assert bytes(model.raw(model.metadata["min_runtime_version"])).rstrip(b"\0") == b"1.14.0"
    assert model.metadata_buffers == set(model.metadata.values())


def test_signatures_of_different_sizes_keep_their_own_entries(load: Load) -> None:
    model = ModelBuilder()
    for name, count in (("none", 0), ("three", 3), ("one", 1)):
        graph = model.subgraph(name)
        inputs = [graph.input(f"{name}{index}", (1,)) for index in range(count)]
        graph.outputs = inputs
        names = {f"{name}:{index}": tensor for index, tensor in enumerate(inputs)}
        model.signature(name, names, {}, subgraph=len(model.model.subgraphs) - 1)
    found = load(model.build()).signatures
    assert [signature.inputs for signature in found] == [{}, {"three:0": 0, "three:1": 1, "three:2": 2}, {"one:0": 0}]
    assert [signature.outputs for signature in found] == [{}, {}, {}]


def test_subgraphs_of_control_flow(load: Load) -> None:
    model = load(loop().build())
    assert [[operator.type for operator in graph.operators] for graph in model.subgraphs] == [
        ["WHILE"],
        ["LESS"],
        ["ADD", "FULLY_CONNECTED"],
    ]
    body = model.subgraphs[2]
    assert body.operators[1].inputs == (1, 3, -1)
    assert body.inputs_of(body.operators[1])[2] is None
    assert body.tensors[0].shape == ()


def test_custom_operators(load: Load) -> None:
    operators = load(custom().build()).subgraphs[0].operators
    assert [operator.type for operator in operators] == ["CONV_2D", "CUSTOM:Secret"]
    assert [operator.custom for operator in operators] == [False, True]


def test_operator_codes_of_old_and_of_future_files(load: Load) -> None:
    assert load(old().build()).subgraphs[0].operators[0].type == "DEPTHWISE_CONV_2D"
    model = one_operator("ADD", [Input((1,)), Input((1,))], [(1,)])
    (code,) = model.model.operatorCodes
    code.builtinCode, code.deprecatedBuiltinCode, code.version = 9999, 127, 7
    (operator,) = load(model.build()).subgraphs[0].operators
    assert (operator.type, operator.version) == ("UNKNOWN:9999", 7)


def test_options_of_a_type_from_the_future(load: Load) -> None:
    model = fully_connected(weights(4, 4))
    model.model.subgraphs[0].operators[0].builtinOptionsType = 222
    (operator,) = load(model.build()).subgraphs[0].operators
    assert operator.options_type == "UNKNOWN:222"
    assert operator.options > 0


def test_options_of_the_second_union(load: Load) -> None:
    options = tfl.StablehloConcatenateOptionsT(dimension=1)
    model = one_operator("STABLEHLO_CONCATENATE", [Input((1, 2)), Input((1, 2))], [(1, 4)], options)
    (operator,) = load(model.build()).subgraphs[0].operators
    assert operator.type == "STABLEHLO_CONCATENATE"
    assert operator.options_type == "NONE"


def test_buffers_outside_the_flatbuffer(load: Load) -> None:
    inside, outside = load(several().build()), load(several().build(external=True))
    assert not any(buffer.external for buffer in inside.buffers)
    assert [buffer.external for buffer in outside.buffers] == [buffer.size > 0 for buffer in inside.buffers]
    for one, other in zip(inside.buffers, outside.buffers, strict=True):
        assert one.size == other.size
        assert bytes(inside.raw(one.index)) == bytes(outside.raw(other.index))


@pytest.mark.parametrize("zero_points", [None, [], [1, 2]])
def test_zero_points_must_match_scales(load: Load, zero_points: list[int] | None) -> None:
    made = fully_connected(np.ones((4, 4), np.float32))
    made.model.subgraphs[0].tensors[0].quantization = tfl.QuantizationParametersT(scale=[0.5], zeroPoint=zero_points)
    with pytest.raises(ModelReadError, match="as many zero points as scales"):
        load(made.build())
    with pytest.raises(ValueError, match="zero_point"):
        Interpreter(model_content=made.build())


def test_shapes_types_and_quantization(load: Load) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    graph.tensor("scalar", (), "INT64")
    graph.tensor("dynamic", (1, 8, 1), signature=(-1, 8, -1))
    graph.tensor("state", (2, 3), variable=True)
    graph.tensor("one", (2, 3), "INT8", scales=[0.5], zero_points=[-3])
    graph.tensor("many", (2, 3), "INT8", scales=[0.5, 0.25, 0.125], zero_points=[0, 0, 0], axis=1)
    graph.constant("nibbles", np.arange(3, dtype=np.uint8))
    graph.graph.tensors[-1].type, graph.graph.tensors[-1].shape = tfl.TensorType.INT4, [5]
    tensors = load(model.build()).subgraphs[0].tensors
    assert [tensor.shape for tensor in tensors] == [(), (-1, 8, -1), (2, 3), (2, 3), (2, 3), (5,)]
    assert [tensor.dtype for tensor in tensors] == ["INT64", "FLOAT32", "FLOAT32", "INT8", "INT8", "INT4"]
    assert [tensor.elements for tensor in tensors] == [1, 8, 6, 6, 6, 5]
    assert [tensor.static for tensor in tensors] == [True, False, True, True, True, True]
    assert [tensor.variable for tensor in tensors] == [False, False, True, False, False, False]
    assert [tensor.quantization for tensor in tensors] == [
        None,
        None,
        None,
        Quantization((0.5,), (-3,), 0),
        Quantization((0.5, 0.25, 0.125), (0, 0, 0), 1),
        None,
    ]
    assert tensors[4].quantization is not None
    assert tensors[4].quantization.per_channel
    assert tensors[3].quantization is not None
    assert not tensors[3].quantization.per_channel


def test_a_constant_is_never_dynamic(load: Load) -> None:
    model = fully_connected(weights(8, 4))
    model.model.subgraphs[0].tensors[1].shapeSignature = [-1, -1]
    loaded = load(model.build())
    tensor = loaded.subgraphs[0].tensors[1]
    assert tensor.shape == (8, 4)
    assert np.array_equal(loaded.values(tensor), weights(8, 4))


def test_intermediates_and_sparse_weights(load: Load) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    x, y, between = graph.input("x", (1,)), graph.tensor("y", (1,)), graph.tensor("between", (1,))
    graph.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", [x], [y], intermediates=[between, -1])
    (operator,) = load(model.build()).subgraphs[0].operators
    assert operator.intermediates == (between, -1)
    assert [tensor.sparse for tensor in load(sparse().build()).subgraphs[0].tensors] == [False, True, False]


def test_names_in_any_script_and_broken_ones(load: Load) -> None:
    model = conv(weights(2, 1, 1, 2))
    model.model.subgraphs[0].tensors[0].name = "画像🖼"
    model.model.subgraphs[0].tensors[1].name = b"\xff\xfebroken"
    model.model.subgraphs[0].tensors[2].name = None
    names = [tensor.name for tensor in load(model.build()).subgraphs[0].tensors]
    assert names == ["画像🖼", "��broken", "", "y0"]


def test_archive_at_the_end_is_no_part_of_the_model(load: Load) -> None:
    plain, with_archive = load(several().build()), load(archived(several().build()))
    assert with_archive.bytes > plain.bytes
    assert with_archive.subgraphs == plain.subgraphs


def test_a_path_object_and_a_changed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.tflite").write_bytes(depthwise_conv(weights(1, 3, 3, 8)).build())
    monkeypatch.chdir(tmp_path)
    assert read("m.tflite").operators == read(tmp_path / "m.tflite").operators == 1


@pytest.mark.parametrize("name", SPECIMENS)
def test_every_specimen_reads_as_its_own_object_api_says(load: Load, name: str) -> None:
    content = SPECIMENS[name]()
    model, expected = load(content), tfl.ModelT.InitFromPackedBuf(content)
    assert len(model.buffers) == len(expected.buffers)
    assert len(model.signatures) == len(expected.signatureDefs or [])
    for graph, other in zip(model.subgraphs, expected.subgraphs, strict=True):
        assert [list(tensor.shape) for tensor in graph.tensors] == [[*each.shape] for each in other.tensors]
        assert [tensor.name.encode() for tensor in graph.tensors] == [each.name for each in other.tensors]
        assert [list(operator.inputs) for operator in graph.operators] == [[*each.inputs] for each in other.operators]
        assert [list(operator.outputs) for operator in graph.operators] == [[*each.outputs] for each in other.operators]
        assert [operator.opcode for operator in graph.operators] == [each.opcodeIndex for each in other.operators]


@pytest.mark.parametrize("path", real_models(), ids=lambda path: path.stem)
def test_real_models(path: Path) -> None:
    model = read(path)
    assert model.operators > 0
    assert all(np.shares_memory(model.raw(each.index), model.data) for each in model.buffers if each.size)
