"""Copies for viewers: names tell the plan, everything else is as it was, and the runtime runs them."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from quantscope import api
from quantscope.errors import UsageError
from quantscope.model.graph import Model
from tests.models import ModelBuilder

ZOO = Path(__file__).resolve().parents[3] / "shared" / "zoo"
MODELS = ("bert_tiny_tied", "g2p_encoder_gru_while", "mlperf_vww_mobilenet_v1_025_96", "mnist_cnn")


def outputs(path: Path) -> list[np.ndarray]:
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    random = np.random.default_rng(0)
    for detail in interpreter.get_input_details():
        shape, dtype = detail["shape"], detail["dtype"]
        values = random.random(shape) if dtype == np.float32 else random.integers(0, 8, shape)
        interpreter.set_tensor(detail["index"], values.astype(dtype))
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]


@pytest.mark.parametrize("name", MODELS)
def test_the_copy_runs_as_the_model_and_tells_the_plan(name: str, tmp_path: Path) -> None:
    source = ZOO / f"{name}.tflite"
    if not source.exists():
        pytest.skip("needs the zoo")
    before = hashlib.sha256(source.read_bytes()).hexdigest()
    plan = api.plan(api.load(source))
    copy = tmp_path / "copy.tflite"
    api.annotate(plan, copy, {(0, 0): 30.0, (0, 1): 10.0})
    assert hashlib.sha256(source.read_bytes()).hexdigest() == before
    for ours, theirs in zip(outputs(copy), outputs(source), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    written, document = api.load(copy), api.inspect(plan)
    for subgraph, told in zip(written.subgraphs, document.subgraphs, strict=True):
        for operator in told.operators:
            text = subgraph.tensors[operator.outputs[0].index].name
            assert text.startswith(operator.outputs[0].name)
            assert operator.precision in text
            assert operator.reason.text.rstrip(".") in text
    assert "75.0% of the time" in named(written, 0)
    assert "25.0% of the time" in named(written, 1)
    assert "of the time" not in named(written, 2)
    assert "recipe dynamic-int8" in written.description
    assert written.description.startswith(plan.model.description)
    again = api.inspect(api.plan(written))
    assert again.summary.by_precision == document.summary.by_precision


def named(model: Model, operator: int) -> str:
    graph = model.subgraphs[0]
    return graph.tensors[graph.operators[operator].outputs[0]].name


def test_a_model_without_names_or_description_gets_both(tmp_path: Path) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    x, y = graph.input("", (1, 4)), graph.tensor("", (1, 4))
    graph.operator("RELU", [x], [y])
    graph.outputs = [y]
    source = tmp_path / "m.tflite"
    source.write_bytes(model.build())
    api.annotate(api.plan(api.load(source)), tmp_path / "copy.tflite")
    written = api.load(tmp_path / "copy.tflite")
    assert named(written, 0).startswith("[float32 | partition 1 | ")
    assert written.subgraphs[0].tensors[x].name == ""
    assert "Annotated by Quantscope" in written.description


def test_the_source_is_never_written_to(tmp_path: Path) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    x, y = graph.input("x", (1, 4)), graph.tensor("y", (1, 4))
    graph.operator("RELU", [x], [y])
    graph.outputs = [y]
    source = tmp_path / "m.tflite"
    source.write_bytes(model.build())
    before = source.read_bytes()
    with pytest.raises(UsageError):
        api.annotate(api.plan(api.load(source)), source)
    assert source.read_bytes() == before
