"""Every operator with weights, in every form that matters, quantized and run on the real interpreter with both kernel sets."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope.errors import RunError
from quantscope.evaluate.inputs import generated
from quantscope.evaluate.runner import Runner
from quantscope.model.read import read
from quantscope.quantize.apply import write_quantized
from quantscope.quantize.plan import Plan, make_plan
from quantscope.quantize.recipe import PRESETS
from quantscope.quantize.size import planned_bytes
from quantscope.quantize.targets import TARGETS
from tests.models import Array, ModelBuilder
from tests.operators import CASES, HYBRID, Case, conv, lstm, normal

SAMPLES = 3


class Lab:
    """Models in one folder, run in one child process after the other (a new one after a crash)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runner = Runner()
        self.sources: dict[str, tuple[str, Any]] = {}
        self.known: dict[tuple[str, bool], list[list[Array]]] = {}

    def source(self, case: Case) -> tuple[str, Any]:
        """The float model's file, and the model as the schema's objects."""
        if case.name not in self.sources:
            built = case.build()
            path = self.folder / f"{case.name}.tflite"
            path.write_bytes(built.build())
            self.sources[case.name] = str(path), built.model
        return self.sources[case.name]

    def float_outputs(self, path: str, delegate: bool) -> list[list[Array]]:
        if (path, delegate) not in self.known:
            self.known[path, delegate] = self.outputs(path, path, delegate)
        return self.known[path, delegate]

    def outputs(self, path: str, source: str, delegate: bool) -> list[list[Array]]:
        """Outputs of the model at `path` on samples generated for the model at `source`."""
        try:
            loaded = self.runner.load(path, delegate=delegate)
            samples = generated(read(source), loaded.inputs, SAMPLES)
            return [self.runner.run(samples.sample(index)) for index in range(SAMPLES)]
        except RunError:
            self.close()
            self.runner = Runner()
            raise

    def quantized(self, path: str, recipe: str, target: str) -> tuple[Plan, str]:
        plan = make_plan(read(path), PRESETS[recipe], TARGETS[target])
        output = f"{os.path.splitext(path)[0]}.{recipe}.{target}.tflite"
        with open(output, "wb") as file:
            write_quantized(plan, file)
        return plan, output

    def close(self) -> None:
        self.runner.__exit__()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("operators"))
    yield lab
    lab.close()


def sqnr(expected: list[list[Array]], found: list[list[Array]]) -> float:
    """Signal to noise ratio in dB over all outputs and samples."""
    pairs = [(a.astype(np.float64), b.astype(np.float64)) for one, two in zip(expected, found, strict=True)
             for a, b in zip(one, two, strict=True)]  # fmt: skip
    assert all(a.shape == b.shape for a, b in pairs)
    power = sum(float((a**2).sum()) for a, _ in pairs)
    noise = sum(float(((a - b) ** 2).sum()) for a, b in pairs)
    return float("inf") if noise == 0 else 10 * float(np.log10(power / noise))


def unpacked(path: str) -> Any:
    return tfl.ModelT.InitFromObj(tfl.Model.GetRootAs(Path(path).read_bytes(), 0))


def operators_of(model: Any, kind: str) -> list[Any]:
    code = getattr(tfl.BuiltinOperator, kind)
    return [
        each
        for graph in model.subgraphs
        for each in graph.operators
        if model.operatorCodes[each.opcodeIndex].builtinCode == code
    ]


def stored(model: Any, index: int) -> tuple[Any, Array]:
    """A constant tensor of the first subgraph and its values as stored."""
    tensor = model.subgraphs[0].tensors[index]
    dtype = {tfl.TensorType.INT8: np.int8, tfl.TensorType.FLOAT16: np.float16, tfl.TensorType.FLOAT32: np.float32}
    return tensor, model.buffers[tensor.buffer].data.view(dtype[tensor.type]).reshape(tensor.shape)


def constant_behind(model: Any, index: int) -> int:
    """The constant that a DEQUANTIZE in front of an operator reads."""
    (dequantize,) = [each for each in operators_of(model, "DEQUANTIZE") if each.outputs[0] == index]
    return int(dequantize.inputs[0])


def check_int8(model: Any, index: int, weights: Array, axis: int | None) -> None:
    """The tensor holds `weights` as int8 by the plain formula, with scales along `axis`."""
    tensor, codes = stored(model, index)
    assert tensor.type == tfl.TensorType.INT8
    others = None if axis is None else tuple(at for at in range(weights.ndim) if at != axis)
    scales = np.maximum(np.abs(weights).max(axis=others, keepdims=True), np.float32(1e-9)) / np.float32(127)
    assert np.array_equal(tensor.quantization.scale, scales.reshape(-1))
    assert np.array_equal(tensor.quantization.zeroPoint, np.zeros(scales.size))
    assert tensor.quantization.quantizedDimension == (axis or 0)
    assert np.array_equal(codes, np.rint(weights / scales))
    assert codes.min() >= -127


def check_size(plan: Plan, output: str) -> None:
    """The file is smaller than the source and as large as the plan foretold."""
    size = os.path.getsize(output)
    assert size < plan.model.bytes
    assert abs(planned_bytes(plan) - size) <= max(1000, 0.01 * size)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_dynamic_int8(lab: Lab, case: Case, target: str) -> None:
    path, before = lab.source(case)
    plan, output = lab.quantized(path, "dynamic-int8", target)
    precision, code = case.expected(target)
    for decision in plan.decisions[0]:
        assert (decision.precision, decision.reason.code) == (precision, code)
        assert decision.fallback == (precision != HYBRID)
    check_size(plan, output)

    hybrid = precision == HYBRID
    looked_up = case.kind == "GATHER" and hybrid
    model = unpacked(output)
    operators = operators_of(model, "EMBEDDING_LOOKUP" if looked_up else case.kind)
    originals = operators_of(before, case.kind)
    assert len(operators) == len(originals) == len(plan.decisions[0])
    assert hybrid != bool(operators_of(model, "DEQUANTIZE"))
    old = before.operatorCodes[originals[0].opcodeIndex].version
    for operator in operators:
        assert model.operatorCodes[operator.opcodeIndex].version == (max(case.version, old) if hybrid else old)
        for at, axis in (case.axes if hybrid else case.stored_axes).items():
            weights = stored(before, originals[0].inputs[at])[1]
            index = operator.inputs[1 if looked_up else at]
            check_int8(model, index if hybrid else constant_behind(model, index), weights, axis)
        if hybrid and case.asymmetric is not None:
            assert operator.builtinOptions.asymmetricQuantizeInputs is case.asymmetric

    delegate = TARGETS[target].delegate
    assert sqnr(lab.float_outputs(path, delegate), lab.outputs(output, path, delegate)) >= case.decibel


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_float16(lab: Lab, case: Case, target: str) -> None:
    (path, before), delegate = lab.source(case), TARGETS[target].delegate
    plan, output = lab.quantized(path, "float16", target)
    for decision in plan.decisions[0]:
        assert (decision.precision, decision.reason.code) == ("float16", "float16-weights")
    check_size(plan, output)

    model = unpacked(output)
    original, operator = operators_of(before, case.kind)[0], operators_of(model, case.kind)[0]
    for at, index in enumerate(original.inputs):
        tensor = before.subgraphs[0].tensors[index] if index >= 0 else None
        if tensor is None or tensor.type != tfl.TensorType.FLOAT32 or before.buffers[tensor.buffer].data is None:
            assert operator.inputs[at] == index
        elif np.prod(tensor.shape) >= 256:
            found, values = stored(model, constant_behind(model, operator.inputs[at]))
            assert found.type == tfl.TensorType.FLOAT16
            assert np.array_equal(values, stored(before, index)[1].astype(np.float16))
        else:
            assert stored(model, operator.inputs[at])[0].type == tfl.TensorType.FLOAT32
    assert {model.operatorCodes[each.opcodeIndex].version for each in operators_of(model, "DEQUANTIZE")} == {3}
    assert sqnr(lab.float_outputs(path, delegate), lab.outputs(output, path, delegate)) >= 55


def test_version_is_raised_but_never_lowered(lab: Lab, tmp_path: Path) -> None:
    built = conv(normal(32, 3, 3, 64), 64)
    built.model.operatorCodes[0].version = 9
    path = tmp_path / "new.tflite"
    path.write_bytes(built.build())
    _, output = lab.quantized(str(path), "dynamic-int8", "xnnpack")
    assert [code.version for code in unpacked(output).operatorCodes if code.builtinCode == 3] == [9]


def test_operator_left_in_float_keeps_its_version(lab: Lab, tmp_path: Path) -> None:
    built = ModelBuilder()
    graph = built.subgraph()
    x, options = graph.input("x", (2, 96)), tfl.FullyConnectedOptionsT
    middle, y = graph.tensor("middle", (2, 24)), graph.tensor("y", (2, 8))
    graph.operator("FULLY_CONNECTED", [x, graph.constant("large", normal(24, 96)), -1], [middle], options())
    graph.operator("FULLY_CONNECTED", [middle, graph.constant("small", normal(8, 24)), -1], [y], options())
    graph.outputs = [y]
    path = tmp_path / "two.tflite"
    path.write_bytes(built.build())
    model = unpacked(lab.quantized(str(path), "dynamic-int8", "xnnpack")[1])
    first, second = operators_of(model, "FULLY_CONNECTED")
    assert [model.operatorCodes[each.opcodeIndex].version for each in (first, second)] == [12, 1]
    assert not second.builtinOptions.asymmetricQuantizeInputs


def test_lstm_keeps_its_states_and_biases(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "lstm.tflite"
    path.write_bytes(lstm(normalize=True, cells=64).build())
    _, output = lab.quantized(str(path), "dynamic-int8", "builtin")
    model = unpacked(output)
    (operator,) = operators_of(model, "UNIDIRECTIONAL_SEQUENCE_LSTM")
    tensors = model.subgraphs[0].tensors
    for at in (*range(12, 16), *range(18, 24)):
        assert tensors[operator.inputs[at]].type == tfl.TensorType.FLOAT32
    assert [bool(tensors[operator.inputs[at]].isVariable) for at in (18, 19)] == [True, True]
