"""What a file is, told by its content, and what goes in and out of the model in it."""

import contextlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quantscope.convert.contents import Argument, read_contents
from quantscope.convert.kinds import Kind
from quantscope.convert.recognise import recognise
from quantscope.convert.sources import describe, needs_converting
from quantscope.errors import SourceError
from tests.engine.convert import specimens
from tests.engine.specimens import fully_connected, weights

SPECIMENS: dict[Kind, Callable[[], bytes]] = {
    Kind.TFLITE: lambda: fully_connected(weights(8, 8)).build(),
    Kind.TASK: lambda: specimens.zipped({"model.tflite": fully_connected(weights(8, 8)).build(), "labels.txt": b"a"}),
    Kind.LITERT_LM: lambda: specimens.litertlm((fully_connected(weights(8, 8)).build(),)),
    Kind.KERAS: specimens.keras,
    Kind.KERAS_HDF5: lambda: b"\x89HDF\r\n\x1a\n" + bytes(64),
    Kind.GRAPH_DEF: specimens.graph_def,
    Kind.ONNX: specimens.onnx_model,
    Kind.TORCH_EXPORT: specimens.exported_program,
    Kind.TORCH_SCRIPT: specimens.torch_script,
    Kind.TORCH_PICKLE: lambda: specimens.zipped({"m/data.pkl": b"\x80\x02.", "m/version": "3"}),
    Kind.STABLE_HLO: lambda: b"module @jit_f {\n  %0 = stablehlo.add %a, %b\n}\n",
}


@pytest.mark.parametrize("kind", SPECIMENS)
@pytest.mark.parametrize("name", ["model", "model.tflite", "ein Modell ü.onnx"])
def test_by_content_whatever_the_name(kind: Kind, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(SPECIMENS[kind]())
    assert recognise(path).kind is kind
    assert needs_converting(path) is (kind is not Kind.TFLITE)


def test_a_saved_model_folder_its_parent_and_its_graph(tmp_path: Path) -> None:
    folder = tmp_path / "export" / "1"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(specimens.saved_model())
    for path in (folder, tmp_path / "export", folder / "saved_model.pb"):
        found = recognise(path)
        assert (found.kind, found.path) == (Kind.SAVED_MODEL, str(folder))
    other = tmp_path / "export" / "2"
    other.mkdir()
    (other / "saved_model.pb").write_bytes(specimens.saved_model())
    with pytest.raises(SourceError, match="holds 2 SavedModels: 1, 2"):
        recognise(tmp_path / "export")


@pytest.mark.parametrize("pack", [specimens.zipped, specimens.tarred, lambda members: specimens.tarred(members, "w")])
def test_a_packed_saved_model(pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(pack({"deep/model/saved_model.pb": specimens.saved_model(), "deep/model/variables/x": b"1"}))
    found = recognise(path)
    assert (found.kind, found.archived, found.member) == (Kind.SAVED_MODEL, True, "deep/model")
    source = describe(path)
    assert source.archived
    assert [signature.name for signature in source.signatures] == ["serving_default"]


def test_what_is_no_model_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "text").write_text("hello")
    (tmp_path / "archive.zip").write_bytes(specimens.zipped({"holiday.jpg": b"x"}))
    (tmp_path / "broken.zip").write_bytes(specimens.keras()[:40])
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, words in {
        "empty": "is empty",
        "text": "no model of a kind",
        "archive.zip": "no model of a kind",
        "broken.zip": "damaged ZIP",
        "folder": "is not a SavedModel",
        "pipe": "neither a file nor a folder",
        "missing": "can't be read",
    }.items():
        with pytest.raises(SourceError, match=words):
            recognise(tmp_path / name)
        assert not needs_converting(tmp_path / name)


def test_the_inputs_of_each_kind(tmp_path: Path) -> None:
    expected = {
        Kind.ONNX: (Argument("x", "float32", (-1, 3, 224, 224)),),
        Kind.GRAPH_DEF: (Argument("x", "float32", (-1, 7)),),
        Kind.KERAS: (Argument("image", "float32", (-1, 16, 16, 3)),),
        Kind.TORCH_EXPORT: (Argument("x", "float32", (-1, 3)),),
        Kind.TORCH_SCRIPT: (Argument("mel", "unknown", None), Argument("mask", "unknown", None)),
    }
    for kind, inputs in expected.items():
        path = tmp_path / kind.value
        path.write_bytes(SPECIMENS[kind]())
        (signature,) = read_contents(str(path), kind).signatures
        assert signature.inputs == inputs, kind
    (tmp_path / "saved_model.pb").write_bytes(specimens.saved_model())
    (signature,) = read_contents(str(tmp_path), Kind.SAVED_MODEL).signatures
    assert signature.inputs == (Argument("image", "float32", (-1, 8, 8, 3)),)
    assert signature.outputs == (Argument("p", "float32", (-1, 4)),)


@pytest.mark.parametrize("data", [b"\x80\x02.", b"\x80\x02c__torch__\nNet\n)\x81."])
def test_torchscript_that_says_nothing_is_no_less_one(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    path.write_bytes(specimens.zipped({"m/code/__torch__.py": "", "m/data.pkl": data, "m/constants.pkl": b""}))
    assert describe(path).signatures == ()


@pytest.mark.parametrize("data", [b"", b"no pickle at all"])
def test_torchscript_that_is_damaged(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    path.write_bytes(specimens.zipped({"m/code/__torch__.py": "", "m/data.pkl": data, "m/constants.pkl": b""}))
    with pytest.raises(SourceError, match="damaged"):
        describe(path)


def test_sources_that_would_run_code(tmp_path: Path) -> None:
    cases = {
        Kind.KERAS: specimens.keras((("Lambda", {"name": "twice"}),)),
        Kind.TORCH_EXPORT: specimens.exported_program(use_pickle=True),
        Kind.TORCH_PICKLE: SPECIMENS[Kind.TORCH_PICKLE](),
    }
    for kind, content in cases.items():
        path = tmp_path / kind.value
        path.write_bytes(content)
        assert read_contents(str(path), kind).runs_code
    nested = specimens.keras((("Functional", {"layers": [{"class_name": "Lambda", "config": {"name": "deep"}}]}),))
    path.write_bytes(nested)
    assert "deep" in (read_contents(str(path), Kind.KERAS).runs_code or "")
    path.write_bytes(specimens.keras())
    assert read_contents(str(path), Kind.KERAS).runs_code is None


def test_foreign_operators_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(specimens.onnx_model("com.example"))
    assert describe(path).foreign_operators == ("com.example::Relu",)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(SPECIMENS)), data=st.data())
def test_a_damaged_source_is_described_or_refused(kind: Kind, data: st.DataObject, tmp_path: Path) -> None:
    content = bytearray(SPECIMENS[kind]())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "model"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with contextlib.suppress(SourceError):
        describe(path)


def test_a_zip_whose_list_lies(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(specimens.keras().replace(b"config.json", b"confyg.json", 1))
    with zipfile.ZipFile(path) as archive:
        assert "config.json" in archive.namelist()
    with pytest.raises(SourceError, match="damaged"):
        describe(path)
