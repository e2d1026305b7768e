"""PyTorch, StableHLO and ONNX sources, converted for real. Their environments take 3 GB: `make test-converters`."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from quantscope.convert.sources import Wishes, convert, describe
from quantscope.draw.groups import find
from quantscope.errors import ConversionError, ShapesNeededError, SourceError, SourceRunsCodeError
from quantscope.model.read import read
from tests.engine.convert.conftest import fetch
from tests.engine.convert.test_tensorflow import fingerprint, left_behind, ran

pytestmark = [pytest.mark.converters, pytest.mark.usefixtures("converters")]


def test_exported_programs(torch_models: Path, tmp_path: Path) -> None:
    expected = np.load(torch_models / "expected.npz")
    document = convert(torch_models / "recurrent.pt2", tmp_path / "r.tflite")
    assert document.agrees
    np.testing.assert_allclose(ran(tmp_path / "r.tflite", expected["x"]), expected["recurrent"], atol=1e-5)
    document = convert(torch_models / "open.pt2", tmp_path / "o.tflite")
    assert document.agrees
    assert "fixed at 1x3x16x16" in document.warnings[0]
    assert describe(torch_models / "open.pt2").signatures[0].inputs[0].shape == (-1, 3, 16, 16)


def test_torch_script(torch_models: Path, tmp_path: Path) -> None:
    with pytest.raises(ShapesNeededError, match="doesn't say what shape the input 'x'"):
        convert(torch_models / "script.pt", tmp_path / "s.tflite")
    expected = np.load(torch_models / "expected.npz")
    assert convert(torch_models / "script.pt", tmp_path / "s.tflite", Wishes(shapes={"x": (1, 3, 16, 16)})).agrees
    np.testing.assert_allclose(ran(tmp_path / "s.tflite", expected["x"]), expected["recurrent"], atol=1e-5)


def test_trained_networks(torch_models: Path, zoo_arrays: Mapping[str, np.ndarray], tmp_path: Path) -> None:
    """Three LSTMs and a network of convolutions with the zoo's weights, from PyTorch and JAX."""
    expected = np.load(torch_models / "expected_trained.npz")
    np.testing.assert_allclose(expected["digits"], zoo_arrays["scores"], atol=1e-5)
    given = {"speaker": zoo_arrays["mel"][:, :24], "digits": zoo_arrays["image"]}
    for name, shapes in {
        "speaker.pt2": {},
        "speaker.pt": {"mel": (1, 24, 40)},
        "speaker.mlirbc": {},
        "digits.pt2": {},
        "digits.pt": {"image": (1, 28, 28, 1)},
        "digits.mlirbc": {},
    }.items():
        output, network = tmp_path / f"{name}.tflite", name.split(".")[0]
        document = convert(torch_models / name, output, Wishes(shapes=shapes))
        assert document.agrees, (name, document.checks)
        np.testing.assert_allclose(ran(output, given[network]), expected[network], atol=1e-5, err_msg=name)
    groups = find(read(tmp_path / "speaker.pt2.tflite").subgraphs[0])
    assert {"Speaker", "LSTM_encoder"} <= {group.label for group in groups}, "layers can be collapsed"
    names = {tensor.name for tensor in read(tmp_path / "digits.pt.tflite").subgraphs[0].tensors}
    assert any(name.startswith("Digits/") for name in names)
    with pytest.raises(ConversionError, match=r"has a loop \(stablehlo.while\)") as caught:
        convert(torch_models / "speaker_loop.mlirbc", tmp_path / "h.tflite")
    assert "unroll=True" in (caught.value.remedy or ""), "which is what speaker.mlirbc is"


def test_arguments_that_are_no_tensors(tmp_path: Path) -> None:
    """Silero's voice detector takes its sampling rate as a number."""
    path = fetch("silero-vad==6.2.1") / "silero_vad" / "data" / "silero_vad.jit"
    with pytest.raises(ConversionError, match="'sr' is not a tensor but int"):
        convert(path, tmp_path / "out.tflite", Wishes(shapes={"x": (1, 512)}))


def test_what_pytorch_sources_lack_is_said(torch_models: Path, tmp_path: Path) -> None:
    for name, words in {
        "bessel.pt2": r"no TensorFlow Lite form of aten\.special_bessel_j0",
        "newer.pt2": "written by another PyTorch",
    }.items():
        with pytest.raises(ConversionError, match=words) as caught:
            convert(torch_models / name, tmp_path / "out.tflite")
        assert caught.value.remedy, name
        assert caught.value.detail, name
    assert not list(tmp_path.iterdir())


def test_pickles_are_not_opened(torch_models: Path, tmp_path: Path) -> None:
    for name in ("evil.pt", "weights.pt"):
        with pytest.raises(SourceRunsCodeError, match="pickled"):
            convert(torch_models / name, tmp_path / "p.tflite")
    assert not list(torch_models.glob("**/stolen"))
    with pytest.raises(ConversionError, match="OrderedDict, not a whole model"):
        convert(torch_models / "weights.pt", tmp_path / "p.tflite", Wishes(allow_code=True))


def test_stable_hlo(torch_models: Path, tmp_path: Path) -> None:
    for name in ("plain.mlir", "plain.mlirbc"):
        assert convert(torch_models / name, tmp_path / "h.tflite").agrees
    with pytest.raises(ConversionError, match="has a loop"):
        convert(torch_models / "loop.mlir", tmp_path / "h.tflite")


def test_a_trained_onnx_network(onnx_models: Path, zoo_arrays: Mapping[str, np.ndarray], tmp_path: Path) -> None:
    """Three LSTMs, of the last of which only the final state is used."""
    document = convert(onnx_models / "speaker.onnx", tmp_path / "s.tflite")
    assert document.agrees
    np.testing.assert_allclose(ran(tmp_path / "s.tflite", zoo_arrays["mel"]), zoo_arrays["embedding"], atol=1e-5)
    assert "UNIDIRECTIONAL_SEQUENCE_LSTM" in {one.type for one in read(tmp_path / "s.tflite").subgraphs[0].operators}


def test_what_onnx_sources_lack_is_said(onnx_models: Path, tmp_path: Path) -> None:
    for name, words in {
        "foreign": r"ONNX doesn't have: com\.example:Fancy",
        "unknown": "ONNX doesn't have: NoSuchOp",
        "unique": "no TensorFlow Lite form of UNIQUE",
        "newer_opset": "newer ONNX",
        "newer_format": "newer ONNX",
    }.items():
        with pytest.raises(ConversionError, match=words) as caught:
            convert(onnx_models / f"{name}.onnx", tmp_path / "out.tflite")
        assert caught.value.remedy, name
        assert caught.value.detail, name
    assert describe(onnx_models / "foreign.onnx").foreign_operators == ("com.example::Fancy",)
    document = convert(onnx_models / "random.onnx", tmp_path / "random.tflite")
    assert document.agrees is False, "what computes something else is not passed over"


@pytest.mark.usefixtures("onnx")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("silero_vad_op18_ifless", "no TensorFlow Lite form of IF"),
        ("silero_vad_16k_op15", "ONNX Runtime, which prepares"),  # a fault of ONNX Runtime 1.26
    ],
)
def test_what_cannot_be_converted_is_refused_in_words(tmp_path: Path, name: str, words: str) -> None:
    path = fetch("silero-vad==6.2.1") / "silero_vad" / "data" / f"{name}.onnx"
    with pytest.raises(ShapesNeededError):
        convert(path, tmp_path / "out.tflite")
    with pytest.raises(ConversionError, match=words) as caught:
        convert(path, tmp_path / "out.tflite", Wishes(shapes={"input": (1, 576), "state": (2, 1, 128)}))
    assert caught.value.remedy
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("onnx")
def test_onnx(basic_pitch: Path, tmp_path: Path) -> None:
    magika = fetch("magika==1.0.3") / "magika" / "models" / "standard_v3_3" / "model.onnx"
    ocr = fetch("rapidocr-onnxruntime==1.4.4") / "rapidocr_onnxruntime" / "models"
    cases = {
        basic_pitch / "nmp.onnx": {},
        magika: {},
        ocr / "ch_ppocr_mobile_v2.0_cls_infer.onnx": {"x": (1, 3, 48, 192)},
        ocr / "ch_PP-OCRv4_rec_infer.onnx": {"x": (1, 3, 48, 320)},
        ocr / "ch_PP-OCRv4_det_infer.onnx": {"x": (1, 3, 320, 320)},
    }
    others = left_behind()
    for path, shapes in cases.items():
        before = fingerprint(path.parent)
        document = convert(path, tmp_path / "o.tflite", Wishes(shapes=shapes))
        assert document.agrees, (path, document.checks)
        assert read(tmp_path / "o.tflite").subgraphs[0].operators
        assert fingerprint(path.parent) == before, "onnx2tf writes into the file it is given"
    with pytest.raises(ShapesNeededError, match="leaves the size of axis 2 open"):
        convert(path, tmp_path / "o.tflite")
    path = tmp_path / "broken.onnx"
    path.write_bytes(magika.read_bytes()[:100_000])
    with pytest.raises(SourceError, match="no model of a kind"):
        convert(path, tmp_path / "o2.tflite")
    assert not (tmp_path / "o2.tflite").exists()
    assert left_behind() <= others
