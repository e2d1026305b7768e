"""One tensor in both models: histograms, representable range and clipped share against numpy."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope import api
from quantscope.cli.main import main
from quantscope.documents import from_json, to_json
from quantscope.documents.tensors import TensorComparison
from quantscope.errors import UsageError
from tests.engine.specimens import loop, several
from tests.lab import Lab
from tests.models import ModelBuilder

SCALE, ZERO = 1 / 16, 3


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("tensors"))
    yield lab
    lab.close()


def reshaped(integer: bool) -> ModelBuilder:
    """x moved to y, in float32 or in int8 between QUANTIZE and DEQUANTIZE; tensors 0 and 1 are x and y in both."""
    model = ModelBuilder()
    graph = model.subgraph()
    x, y = graph.input("x", (1, 8)), graph.tensor("y", (1, 8))
    shape = graph.constant("shape", np.array([1, 8], np.int32))
    one, two = x, y
    if integer:
        form = {"scales": [SCALE], "zero_points": [ZERO]}
        one, two = graph.tensor("", (1, 8), "INT8", **form), graph.tensor("", (1, 8), "INT8", **form)
        graph.operator("QUANTIZE", [x], [one], tfl.QuantizeOptionsT())
    graph.operator("RESHAPE", [one, shape], [two], tfl.ReshapeOptionsT(newShape=[1, 8]))
    if integer:
        graph.operator("DEQUANTIZE", [two], [y], tfl.DequantizeOptionsT())
    graph.outputs = [y]
    return model


def test_values_beyond_the_codes_are_counted(lab: Lab, tmp_path: Path) -> None:
    one, two = lab.write(reshaped(False)), lab.write(reshaped(True))
    x = (np.random.default_rng(2).normal(size=(50, 1, 8)) * 5).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=x)
    found = api.compare_tensor(one, two, 1, data=tmp_path / "data.npz")
    low, high = SCALE * (-128 - ZERO), SCALE * (127 - ZERO)
    codes = np.clip(np.rint(x / SCALE) + ZERO, -128, 127)
    rounded = (codes - ZERO) * SCALE
    assert (found.dtype, found.written_dtype, found.values) == ("float32", "int8", x.size)
    assert (found.low, found.high) == (low, high)
    assert found.scales is not None
    assert (found.scales.values, found.scales.zero_points) == ((SCALE,), (ZERO,))
    assert found.clipped == np.mean((x < low) | (x > high)) > 0.05
    for histogram, values in ((found.float_values, x), (found.quantized_values, rounded)):
        assert (histogram.low, histogram.high) == (x.min(), x.max())
        assert histogram.counts == tuple(np.histogram(values, 64, (x.min(), x.max()))[0])
    assert found.error.sqnr_db == pytest.approx(10 * np.log10((x**2).sum() / ((x - rounded) ** 2).sum()))
    assert (found.operator, found.samples) == (0, 50)
    assert from_json(to_json(found), TensorComparison) == found


def test_tensors_in_float_have_no_range(lab: Lab) -> None:
    source = lab.write(loop())
    _, quantized = lab.quantized(source, "float16", "xnnpack")
    found = api.compare_tensor(source, quantized, 5, subgraph=2, samples=3)
    assert (found.operator, found.low, found.high, found.clipped) == (1, None, None, None)
    assert sum(found.float_values.counts) == found.values == sum(found.quantized_values.counts)
    assert found.values % 64 == 0
    assert found.values > 3 * 64  # every step of the loop


def test_a_further_signatures_tensor(lab: Lab) -> None:
    """The signature that gives it is run: RELU leaves nothing below zero."""
    source = lab.write(several())
    found = api.compare_tensor(source, source, 3, subgraph=1, samples=2)
    assert (found.operator, found.values) == (0, 2 * 64)
    assert found.float_values.low == 0


def test_what_is_no_operators_output_is_refused(lab: Lab) -> None:
    model = several()
    model.model.signatureDefs = model.model.signatureDefs[:1]
    source = lab.write(model)
    for tensor, subgraph, message in ((99, 0, "no tensor 99"), (0, 7, "no tensor 0"), (0, 0, "No operator gives"),
                                      (4, 1, "can't be watched")):  # fmt: skip
        with pytest.raises(UsageError, match=message):
            api.compare_tensor(source, source, tensor, subgraph, samples=1)


def test_command_line(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = lab.write(reshaped(False)), lab.write(reshaped(True))
    assert main(["compare", one, two, "--tensor", "0:1", "--samples", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "quantscope.tensor/1"
    assert main(["compare", one, two, "--tensor", "1"]) == 0
    assert "clipped" in capsys.readouterr().err
    assert main(["compare", one, two, "--tensor", "0"]) == 2
    with pytest.raises(SystemExit):
        main(["compare", one, two, "--tensor", "first"])


def test_static_int8_files_are_seen_through(lab: Lab, tmp_path: Path) -> None:
    """Operators between QUANTIZE and DEQUANTIZE are found and measured, rounded inputs and all."""
    one, two = lab.write(reshaped(False)), lab.write(reshaped(True))
    x = np.random.default_rng(4).normal(size=(9, 1, 8)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=x)
    document = api.compare(one, two, tmp_path / "data.npz")
    (error,) = document.operators
    rounded = (np.clip(np.rint(x / SCALE) + ZERO, -128, 127) - ZERO) * SCALE
    expected = 10 * np.log10((x**2).sum() / ((x - rounded) ** 2).sum())
    assert document.alignment == "exact"
    assert error.written == (1,)
    assert error.own is not None
    assert error.own.sqnr_db == pytest.approx(expected)
    assert error.sqnr_db == pytest.approx(expected)
