"""PyTorch, StableHLO and ONNX sources, converted for real. Their environments take 3 GB: `make test-converters`."""

from pathlib import Path

import numpy as np
import pytest

from quantscope.convert.sources import Wishes, convert, describe
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
