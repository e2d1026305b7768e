"""TensorFlow's sources, converted for real."""

import contextlib
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import psutil
import pytest
from ai_edge_litert.interpreter import Interpreter

import quantscope
from quantscope.convert.process import Limits
from quantscope.convert.sources import Wishes, convert
from quantscope.errors import CancelledError, ConversionError, OutputError, SourceRunsCodeError, UsageError
from quantscope.model.read import read

pytestmark = pytest.mark.usefixtures("converters", "tensorflow")


def left_behind() -> set[str]:
    """Temporary folders of conversions."""
    folder = Path(tempfile.gettempdir())
    return {path.name for kind in ("convert", "source") for path in folder.glob(f"quantscope-{kind}-*")}


def fingerprint(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def ran(path: Path, *inputs: np.ndarray) -> np.ndarray:
    """The first output of a model on our own interpreter."""
    interpreter = Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    for detail, values in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], values)
    interpreter.invoke()
    return np.asarray(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))


def test_a_real_saved_model(basic_pitch: Path, tmp_path: Path) -> None:
    before, others = fingerprint(basic_pitch / "nmp"), left_behind()
    said: list[str] = []
    output = tmp_path / "pitch ü.tflite"
    document = convert(basic_pitch / "nmp", output, progress=lambda fraction, text: said.append(text))
    assert document.agrees
    assert {check.output for check in document.checks} == {"contour", "note", "onset"}
    assert all(check.sqnr_db is not None and check.sqnr_db > 80 for check in document.checks)
    assert {"Converting", "Comparing it with its source"} <= set(said)
    model = read(output)
    assert {signature.key for signature in model.signatures} == {"serving_default"}
    assert any("/" in tensor.name for tensor in model.subgraphs[0].tensors), "scopes survive"
    assert fingerprint(basic_pitch / "nmp") == before
    assert left_behind() <= others


def test_from_a_packed_saved_model_to_a_quantized_model_in_one_command(basic_pitch: Path, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "pitch"), "gztar", basic_pitch, "nmp")
    command = [
        sys.executable,
        "-P",
        "-m",
        "quantscope",
        "quantize",
        packed,
        "-o",
        str(tmp_path / "out.tflite"),
        "--json",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    document = json.loads(ended.stdout)
    assert document["ratio"] < 0.6
    assert (tmp_path / "out.float.tflite").stat().st_size == document["input"]["bytes"]


def test_keras_and_frozen_graphs_compute_what_they_did(tensorflow_models: Path, tmp_path: Path) -> None:
    expected = np.load(tensorflow_models / "expected.npz")
    cases = {
        "keras3_conv.keras": ("image", "keras3_conv"),
        "keras3_conv.h5": ("image", "keras3_conv"),
        "keras3_lstm.keras": ("mel", "keras3_lstm"),
        "keras2_lstm.h5": ("mel", "keras2_lstm"),
    }
    types = {}
    for name, (given, result) in cases.items():
        output = tmp_path / f"{name}.tflite"
        document = convert(tensorflow_models / name, output)
        assert document.agrees, name
        np.testing.assert_allclose(ran(output, expected[given]), expected[result], atol=1e-5, err_msg=name)
        types[name] = {operator.type for graph in read(output).subgraphs for operator in graph.operators}
        said = {"keras3_lstm.keras": "batch size is fixed at 1", "keras2_lstm.h5": "limits the state"}.get(name)
        assert len(document.warnings) == (said is not None), document.warnings
        assert said is None or said in document.warnings[0]
    assert "UNIDIRECTIONAL_SEQUENCE_LSTM" in types["keras2_lstm.h5"]
    assert "WHILE" in types["keras3_lstm.keras"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("speaker", {"UNIDIRECTIONAL_SEQUENCE_LSTM"}),
        ("speaker.pb", {"WHILE"}),
        ("digits.pb", {"CONV_2D"}),
        pytest.param("speaker.keras", {"WHILE"}, marks=pytest.mark.converters),
        pytest.param("speaker.h5", {"UNIDIRECTIONAL_SEQUENCE_LSTM"}, marks=pytest.mark.converters),
        pytest.param("digits.keras", {"CONV_2D"}, marks=pytest.mark.converters),
        pytest.param("digits.h5", {"CONV_2D"}, marks=pytest.mark.converters),
    ],
)
def test_trained_networks_compute_what_they_did(
    name: str, expected: set[str], tensorflow_models: Path, zoo_arrays: Mapping[str, np.ndarray], tmp_path: Path
) -> None:
    """Three LSTMs and a network of convolutions with the zoo's weights, as every kind of source."""
    speaks = name.startswith("speaker")
    given, result, layer = ("mel", "embedding", "embedding") if speaks else ("image", "scores", "conv_1")
    document = convert(tensorflow_models / name, tmp_path / "out.tflite")
    assert document.agrees, document.checks
    np.testing.assert_allclose(ran(tmp_path / "out.tflite", zoo_arrays[given]), zoo_arrays[result], atol=1e-5)
    model = read(tmp_path / "out.tflite")
    types = {operator.type for graph in model.subgraphs for operator in graph.operators}
    assert expected <= types
    assert any(f"/{layer}" in tensor.name for tensor in model.subgraphs[0].tensors), "scopes survive"
    fused = "UNIDIRECTIONAL_SEQUENCE_LSTM" in types
    assert any("limits the state" in one for one in document.warnings) == fused


def test_loops_of_tensorflow_1_are_refused_in_words(
    tensorflow_models: Path, zoo_arrays: object, tmp_path: Path
) -> None:
    with pytest.raises(ConversionError, match="loops in the form of TensorFlow 1") as caught:
        convert(tensorflow_models / "speaker_v1.pb", tmp_path / "v1.tflite")
    assert "SavedModel" in (caught.value.remedy or "")


def test_signatures_and_shapes_are_chosen(tensorflow_models: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.tflite"
    assert convert(tensorflow_models / "several", output).agrees
    assert {one.key for one in read(output).signatures} == {"double", "power"}
    assert convert(tensorflow_models / "several", output, Wishes(signatures=("power",))).agrees
    assert {one.key for one in read(output).signatures} == {"power"}
    with pytest.raises(UsageError, match="no signature 'other'"):
        convert(tensorflow_models / "several", output, Wishes(signatures=("other",)))
    convert(tensorflow_models / "keras3_conv.keras", output, Wishes(shapes={"image": (2, 16, 16, 3)}))
    assert read(output).subgraphs[0].tensors[read(output).subgraphs[0].inputs[0]].shape == (2, 16, 16, 3)


def test_code_in_a_file_runs_only_where_allowed(tensorflow_models: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceRunsCodeError, match="Lambda layer 'twice'"):
        convert(tensorflow_models / "lambda.keras", tmp_path / "out.tflite")
    assert convert(tensorflow_models / "lambda.keras", tmp_path / "out.tflite", Wishes(allow_code=True)).agrees


def test_what_tensorflow_lite_lacks_is_listed(tensorflow_models: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.tflite"
    with pytest.raises(ConversionError, match="doesn't have: MatrixInverse") as caught:
        convert(tensorflow_models / "exotic", output)
    assert "--allow-select-ops" in (caught.value.remedy or "")
    assert "MatrixInverse" in (caught.value.detail or "")
    assert not output.exists()
    document = convert(tensorflow_models / "exotic", output, Wishes(allow_select_ops=True))
    assert document.agrees or "could not be compared" in document.warnings[0], "the wheel's interpreter may lack Flex"
    assert any(operator.custom for operator in read(output).subgraphs[0].operators)


def test_damaged_and_foreign_sources(tensorflow_models: Path, basic_pitch: Path, tmp_path: Path) -> None:
    folder = tmp_path / "exotic"
    shutil.copytree(tensorflow_models / "exotic", folder)
    graph = folder / "saved_model.pb"
    graph.write_bytes(graph.read_bytes().replace(b"MatrixInverse", b"MatrixImverse"))
    (folder / "fingerprint.pb").unlink(missing_ok=True)
    with pytest.raises(ConversionError, match="doesn't have: MatrixImverse"):
        convert(folder, tmp_path / "out.tflite")
    shutil.copytree(basic_pitch / "nmp", tmp_path / "nmp")
    weights = next((tmp_path / "nmp" / "variables").glob("variables.data*"))
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ConversionError) as caught:
        convert(tmp_path / "nmp", tmp_path / "out.tflite")
    assert caught.value.detail
    with pytest.raises(ConversionError, match="holds weights only"):
        convert(tensorflow_models / "weights_only.h5", tmp_path / "out.tflite")
    assert not (tmp_path / "out.tflite").exists()


def test_limits_and_cancelling(basic_pitch: Path, tmp_path: Path) -> None:
    output, others = tmp_path / "out.tflite", left_behind()
    output.write_bytes(b"what was there")
    with pytest.raises(ConversionError, match="GB of memory"):
        convert(basic_pitch / "nmp", output, limits=Limits(memory=100_000_000))
    with pytest.raises(ConversionError, match="had not finished"):
        convert(basic_pitch / "nmp", output, limits=Limits(seconds=0.5))
    for stage in ("Starting the converter", "Converting"):

        def check(fraction: float, text: str, stage: str = stage) -> None:
            if text == stage:
                raise CancelledError("Cancelled.")

        with pytest.raises(CancelledError):
            convert(basic_pitch / "nmp", output, progress=check)
    assert output.read_bytes() == b"what was there"
    assert {path.name for path in tmp_path.iterdir()} == {"out.tflite"}
    assert left_behind() <= others


def test_two_conversions_at_once(tensorflow_models: Path, tmp_path: Path) -> None:
    done: dict[str, bool | None] = {}

    def work(name: str) -> None:
        done[name] = convert(tensorflow_models / name, tmp_path / f"{name}.tflite").agrees

    threads = [threading.Thread(target=work, args=(name,)) for name in ("keras3_conv.keras", "keras2_lstm.h5")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == {"keras3_conv.keras": True, "keras2_lstm.h5": True}


def test_a_source_that_may_not_be_touched(basic_pitch: Path, full_disk: Callable[[int], Path], tmp_path: Path) -> None:
    """On a file system that is read-only, under a name with blanks and letters from elsewhere."""
    disk = full_disk(4_000_000)
    source = disk / "mein Modell, ü 模型"
    shutil.copytree(basic_pitch / "nmp", source)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with pytest.raises(OutputError, match="can't be written"):
        convert(source, disk / "out.tflite")
    assert convert(source, tmp_path / "mein Modell ü.tflite").agrees
    assert {path.name for path in disk.iterdir()} == {source.name}


def test_a_read_only_place_and_an_output_in_the_source(basic_pitch: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="own folder"):
        convert(basic_pitch / "nmp", basic_pitch / "nmp" / "out.tflite")
    with pytest.raises(quantscope.QuantscopeError, match="can't be written"):
        convert(basic_pitch / "nmp", "/proc/out.tflite")


def test_a_disk_that_becomes_full(
    basic_pitch: Path, full_disk: Callable[[int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Really full: once where the model is to be written, once where the converter works."""
    others = left_behind()
    disk = full_disk(100_000)
    (disk / "out.tflite").write_bytes(b"what was there")
    with pytest.raises(OutputError, match="disk is full"):
        convert(basic_pitch / "nmp", disk / "out.tflite")
    assert (disk / "out.tflite").read_bytes() == b"what was there"
    assert {path.name for path in disk.iterdir()} == {"out.tflite"}
    monkeypatch.setattr(tempfile, "tempdir", str(full_disk(100_000)))
    with pytest.raises(ConversionError, match="disk became full") as caught:
        convert(basic_pitch / "nmp", tmp_path / "out.tflite")
    assert caught.value.remedy
    assert not list(Path(tempfile.gettempdir()).iterdir())
    assert not list(tmp_path.glob("out*"))
    assert left_behind() <= others


def test_cancelled_at_random_moments(basic_pitch: Path, tmp_path: Path) -> None:
    others, output = left_behind(), tmp_path / "out.tflite"
    output.write_bytes(b"what was there")
    moments = random.Random(6)
    for _ in range(3):
        end = time.monotonic() + moments.uniform(0, 8)

        def check(fraction: float, text: str, end: float = end) -> None:
            if time.monotonic() > end:
                raise CancelledError("Cancelled.")

        with contextlib.suppress(CancelledError):
            convert(basic_pitch / "nmp", output, progress=check)
            output.write_bytes(b"what was there")  # it was quicker than the moment
        assert output.read_bytes() == b"what was there"
        assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"out.tflite"}
        assert left_behind() <= others
        assert not [child for child in psutil.Process().children() if "runner" in " ".join(child.cmdline())]


def test_an_interrupted_command_leaves_nothing(basic_pitch: Path, tmp_path: Path) -> None:
    others = left_behind()
    command = [sys.executable, "-P", "-m", "quantscope", "convert", str(basic_pitch / "nmp"), "-o", str(tmp_path / "o")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    time.sleep(3)
    process.send_signal(2)
    assert process.wait(30) == 130
    assert not list(tmp_path.iterdir())
    assert left_behind() <= others
