"""One operator in full: attributes by their schema names, scales, histograms before and after; origins of what is
written."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope import api, documents
from quantscope.cli.main import main
from quantscope.documents.details import Details
from quantscope.errors import CancelledError, UsageError
from quantscope.model.attributes import attributes
from quantscope.model.read import read
from quantscope.model.values import Affine, real
from quantscope.precision import Precision
from quantscope.recipe import Change, Match, Recipe, Rule, Setting
from tests.lab import Lab, stored, unpacked
from tests.models import Input, ModelBuilder, conv, fully_connected, one_operator
from tests.operators import half_source, normal


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("details"))
    yield lab
    lab.close()


def details(path: str, operator: int = 0, recipe: str = "dynamic-int8") -> Details:
    found = api.details(api.plan(api.load(path), recipe), operator)
    assert documents.from_json(documents.to_json(found), Details) == found
    return found


def test_a_weight_before_and_after_is_what_apply_writes(lab: Lab) -> None:
    weights = normal(32, 3, 3, 16)
    weights[3] *= 20
    path = lab.write(conv(weights))
    weight = details(path).inputs[1]
    assert weight.planned is not None
    assert weight.now.histogram is not None
    assert weight.planned.histogram is not None
    assert weight.planned.scales is not None
    _, output = lab.quantized(path, "dynamic-int8", "xnnpack")
    tensor, codes = stored(unpacked(output), 1)
    assert weight.planned.dtype == "int8"
    assert weight.planned.bytes == codes.size == weight.now.bytes / 4  # type: ignore[operator]
    assert weight.planned.scales.axis == 0
    np.testing.assert_array_equal(np.float32(weight.planned.scales.values), tensor.quantization.scale)
    written = codes.astype(np.float64) * np.float64(tensor.quantization.scale)[:, None, None, None]
    low, high = weights.min(), weights.max()
    assert (weight.now.histogram.low, weight.now.histogram.high) == (low, high)
    for histogram, values in ((weight.now.histogram, weights), (weight.planned.histogram, written)):
        expected, _ = np.histogram(np.clip(values.astype(np.float64), low, high), 64, (low, high))
        assert sum(histogram.counts) == values.size
        # Values on a border may fall on either side of it.
        assert sum(abs(a - b) for a, b in zip(histogram.counts, expected, strict=True)) <= 4
    noise = float(((weights - written) ** 2).sum())
    assert weight.sqnr_db == pytest.approx(10 * math.log10(float((weights.astype(np.float64) ** 2).sum()) / noise))


def test_float16_has_no_scales(lab: Lab) -> None:
    weight = details(lab.write(conv(normal(32, 3, 3, 16))), recipe="float16").inputs[1]
    assert weight.planned is not None
    assert (weight.planned.dtype, weight.planned.scales) == ("float16", None)
    assert weight.sqnr_db is not None
    assert weight.sqnr_db > 60


def test_weights_that_the_source_stores_in_float16(lab: Lab) -> None:
    """The operand is what a DEQUANTIZE makes; what is shown is the constant behind it, before and after."""
    weight = details(lab.write(half_source()), 4).inputs[1]
    assert (weight.now.dtype, weight.now.bytes) == ("float16", 2 * 64 * 64)
    assert weight.planned is not None
    assert (weight.planned.dtype, weight.planned.bytes) == ("int8", 64 * 64)
    assert weight.sqnr_db is not None
    assert weight.sqnr_db > 35


@pytest.mark.parametrize("recipe", ["dynamic-int4", "weight-only-int4"])
def test_four_bit_weights_before_and_after(lab: Lab, recipe: str) -> None:
    """In blocks (heavy weights, for dynamic-int4) and by channels."""
    path = lab.write(fully_connected(normal(64, 64) ** 3))
    weight = details(path, recipe=recipe).inputs[1]
    assert weight.planned is not None
    assert weight.planned.scales is not None
    assert (weight.planned.dtype, weight.planned.bytes) == ("int4", 64 * 64 / 2)
    assert weight.planned.scales.block == (32 if recipe == "dynamic-int4" else None)
    assert weight.sqnr_db is not None
    assert 12 < weight.sqnr_db < 30


def test_a_quantized_source_is_seen_through_its_scales(lab: Lab) -> None:
    path = lab.write(conv(normal(32, 3, 3, 16)))
    _, output = lab.quantized(path, "dynamic-int8", "xnnpack")
    before, after = details(path).inputs[1], details(output).inputs[1]
    assert after.planned is None
    assert before.planned is not None
    assert after.now.scales == before.planned.scales
    assert after.now.histogram is not None
    assert before.planned.histogram is not None
    assert sum(after.now.histogram.counts) == 32 * 3 * 3 * 16
    assert after.now.histogram.high == pytest.approx(before.planned.histogram.high, rel=0.01)


def test_infinite_weights_are_a_sentence(lab: Lab) -> None:
    weights = normal(32, 3, 3, 16)
    weights[0, 0, 0, :2] = np.inf, np.nan
    weight = details(lab.write(conv(weights))).inputs[1]
    assert weight.planned is None
    assert weight.problem is not None
    assert "infinite or NaN" in weight.problem
    assert weight.now.histogram is not None
    assert sum(weight.now.histogram.counts) == weights.size - 2


def test_attributes_by_their_schema_names(lab: Lab) -> None:
    found = details(lab.write(conv(normal(32, 3, 3, 16)))).attributes
    assert found["padding"] == "SAME"
    assert found["stride_w"] == 1
    assert found["fused_activation_function"] == "NONE"
    shape = np.array([4, 4], np.int32)
    options = tfl.ReshapeOptionsT(newShape=[4, 4])
    model = read(lab.write(one_operator("RESHAPE", [Input((16,)), shape], [(4, 4)], options)))
    assert attributes(model, model.subgraphs[0].operators[0]) == {"new_shape": (4, 4)}


def test_attributes_that_are_strings_numbers_and_custom(lab: Lab) -> None:
    options = tfl.VarHandleOptionsT(container="left", sharedName="a\u00fc")
    model = read(lab.write(one_operator("VAR_HANDLE", [], [(1,)], options, dtype="RESOURCE")))
    assert attributes(model, model.subgraphs[0].operators[0]) == {"container": "left", "shared_name": "a\u00fc"}
    options = tfl.LeakyReluOptionsT(alpha=float("inf"))
    model = read(lab.write(one_operator("LEAKY_RELU", [Input((4,))], [(4,)], options)))
    assert attributes(model, model.subgraphs[0].operators[0]) == {"alpha": "inf"}


def test_absent_operands_and_no_such_operator(lab: Lab) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    x, weight = graph.input("x", (1, 64)), graph.constant("w", normal(64, 64))
    graph.outputs = [graph.tensor("y", (1, 64))]
    graph.operator("FULLY_CONNECTED", [x, weight, -1], graph.outputs, tfl.FullyConnectedOptionsT())
    path = lab.write(model)
    assert details(path).inputs[2].tensor.index == -1
    for operator, subgraph in ((1, 0), (-1, 0), (0, 1)):
        with pytest.raises(UsageError):
            api.details(api.plan(api.load(path)), operator, subgraph)


def test_it_can_be_cancelled(lab: Lab) -> None:
    def stop(fraction: float, text: str) -> None:
        raise CancelledError("Cancelled.")

    plan = api.plan(api.load(lab.write(conv(normal(32, 3, 3, 16)))))
    with pytest.raises(CancelledError):
        api.details(plan, 0, progress=stop)


@pytest.mark.parametrize("dtype", ["INT4", "UINT4"])
def test_four_bits_are_read_lower_half_first(dtype: str) -> None:
    raw = np.array([0x21, 0xF8], np.uint8)
    (values,) = real(raw, dtype, (2, 2), Affine(np.array([0.5, 2.0]), np.zeros(2), 0))
    assert values.tolist() == ([0.5, 1.0, -16.0, -2.0] if dtype == "INT4" else [0.5, 1.0, 16.0, 30.0])


def test_the_command_line_shows_it(lab: Lab, capfd: pytest.CaptureFixture[str]) -> None:
    path = lab.write(conv(normal(32, 3, 3, 16)))
    assert main(["inspect", path, "--operator", "0:0", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["schema"] == "quantscope.details/1"
    assert main(["inspect", path, "--operator", "0"]) == 0
    text = capfd.readouterr().err
    assert "stride_w" in text
    assert "dB" in text
    assert main(["inspect", path, "--operator", "9"]) != 0
    for wrong in ("x", "1:x", ":", "-1"):
        with pytest.raises(SystemExit):
            main(["inspect", path, f"--operator={wrong}"])


def test_origins_of_what_is_written(lab: Lab, tmp_path: Path) -> None:
    """A depthwise convolution gets a DEQUANTIZE, a GATHER becomes several operators."""
    model = ModelBuilder()
    graph = model.subgraph()
    ids = graph.input("ids", (1, 4), "INT32")
    table, rows = graph.constant("table", normal(64, 320)), graph.tensor("rows", (1, 4, 320))
    graph.operator("GATHER", [ids, table][::-1], [rows], tfl.GatherOptionsT())
    graph.outputs = [graph.tensor("y", (1, 4, 64))]
    graph.operator(
        "FULLY_CONNECTED",
        [rows, graph.constant("w", normal(64, 320)), -1],
        graph.outputs,
        tfl.FullyConnectedOptionsT(keepNumDims=True),
    )
    path = lab.write(model)
    recipe = Recipe(
        name="mine",
        default=Setting(precision=Precision.HYBRID_INT8),
        rules=(
            Rule(match=Match(type="FULLY_CONNECTED"), set=Change(precision=Precision.WEIGHT_ONLY_INT8)),
            Rule(match=Match(type="ADD"), set=Change(precision=Precision.FLOAT32)),
        ),
    )
    plan = api.plan(api.load(path), recipe)
    assert [operator.rules for operator in api.inspect(plan).subgraphs[0].operators] == [(), (0,)]
    output = tmp_path / "out.tflite"
    document = api.apply(plan, output)
    written = read(str(output)).subgraphs[0].operators
    (origins,) = document.origins
    assert len(origins) == len(written)
    assert [operator.type for operator, origin in zip(written, origins, strict=True) if origin is None] == [
        "DEQUANTIZE"
    ]
    assert [operator.type for operator, origin in zip(written, origins, strict=True) if origin == 1] == [
        "FULLY_CONNECTED"
    ]
    gathered = {operator.type for operator, origin in zip(written, origins, strict=True) if origin == 0}
    assert "EMBEDDING_LOOKUP" in gathered
