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
from tests.models import Array
from tests.operators import CASES, HYBRID, Case, conv, lstm, normal

BUILTIN_OPERATORS = {code: name for name, code in vars(tfl.BuiltinOperator).items() if not name.startswith("_")}
SAMPLES = 3


class Lab:
    """Models in one folder, run in one child process after the other (a new one after a crash)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runner = Runner()
        self.known: dict[tuple[str, bool], list[list[Array]]] = {}

    def source(self, case: Case) -> str:
        path = self.folder / f"{case.name}.tflite"
        if not path.exists():
            path.write_bytes(case.build().build())
        return str(path)

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
    return [each for graph in model.subgraphs for each in graph.operators if kind_of(model, each) == kind]


def kind_of(model: Any, operator: Any) -> str:
    return BUILTIN_OPERATORS[model.operatorCodes[operator.opcodeIndex].builtinCode]


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


def source_weights(case: Case) -> tuple[Any, Any, Any]:
    model = case.build().model
    return model, operators_of(model, case.kind)[0], model.subgraphs[0]


def source_values(model: Any, index: int) -> Array:
    return stored(model, index)[1]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
class TestDynamicInt8:
    def test_decision(self, lab: Lab, case: Case, target: str) -> None:
        plan = make_plan(read(lab.source(case)), PRESETS["dynamic-int8"], TARGETS[target])
        precision, code = case.expected(target)
        for decision, operator in zip(plan.decisions[0], plan.model.subgraphs[0].operators, strict=True):
            assert operator.type == case.kind
            assert (decision.precision, decision.reason.code) == (precision, code)
            assert decision.fallback == (precision != HYBRID)

    def test_file(self, lab: Lab, case: Case, target: str) -> None:
        path = lab.source(case)
        plan, output = lab.quantized(path, "dynamic-int8", target)
        model = unpacked(output)
        before, original, _ = source_weights(case)
        hybrid = case.expected(target)[0] == HYBRID
        looked_up = case.kind == "GATHER" and hybrid
        operators = operators_of(model, "EMBEDDING_LOOKUP" if looked_up else case.kind)
        assert len(operators) == len(operators_of(before, case.kind))
        for operator in operators:
            version = model.operatorCodes[operator.opcodeIndex].version
            old = before.operatorCodes[original.opcodeIndex].version
            assert version == (max(case.version, old) if hybrid else old)
            for at, axis in (case.axes if hybrid else case.stored_axes).items():
                weights = source_values(before, original.inputs[at])
                place = 1 if looked_up else at
                index = operator.inputs[place] if hybrid else constant_behind(model, operator.inputs[place])
                check_int8(model, index, weights, axis)
            if hybrid and case.asymmetric is not None:
                assert operator.builtinOptions.asymmetricQuantizeInputs is case.asymmetric
        expected = set((case.axes if hybrid else case.stored_axes).values())
        assert not hybrid or not operators_of(model, "DEQUANTIZE")
        assert {form.axis for form in plan.storage.values()} == expected

    def test_size(self, lab: Lab, case: Case, target: str) -> None:
        path = lab.source(case)
        plan, output = lab.quantized(path, "dynamic-int8", target)
        size = os.path.getsize(output)
        assert size < os.path.getsize(path)
        assert abs(planned_bytes(plan) - size) <= max(1000, 0.01 * size)

    def test_outputs(self, lab: Lab, case: Case, target: str) -> None:
        path, delegate = lab.source(case), TARGETS[target].delegate
        _, output = lab.quantized(path, "dynamic-int8", target)
        decibel = sqnr(lab.float_outputs(path, delegate), lab.outputs(output, path, delegate))
        assert decibel >= case.decibel


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_float16(lab: Lab, case: Case, target: str) -> None:
    path, delegate = lab.source(case), TARGETS[target].delegate
    plan, output = lab.quantized(path, "float16", target)
    before, original, _ = source_weights(case)
    model = unpacked(output)
    for decision in plan.decisions[0]:
        assert (decision.precision, decision.reason.code) == ("float16", "float16-weights")
    (operator, *_) = operators_of(model, case.kind)
    for at, index in enumerate(original.inputs):
        tensor = before.subgraphs[0].tensors[index] if index >= 0 else None
        if tensor is None or tensor.type != tfl.TensorType.FLOAT32 or before.buffers[tensor.buffer].data is None:
            assert operator.inputs[at] == index
        elif np.prod(tensor.shape) >= 256:
            found, values = stored(model, constant_behind(model, operator.inputs[at]))
            assert found.type == tfl.TensorType.FLOAT16
            assert np.array_equal(values, source_values(before, index).astype(np.float16))
        else:
            assert stored(model, operator.inputs[at])[0].type == tfl.TensorType.FLOAT32
    versions = {model.operatorCodes[each.opcodeIndex].version for each in operators_of(model, "DEQUANTIZE")}
    assert versions == {3}
    size = os.path.getsize(output)
    assert size < os.path.getsize(path)
    assert abs(planned_bytes(plan) - size) <= max(1000, 0.01 * size)
    assert sqnr(lab.float_outputs(path, delegate), lab.outputs(output, path, delegate)) >= 55


def test_version_is_raised_but_never_lowered(lab: Lab, tmp_path: Path) -> None:
    built = conv(normal(32, 3, 3, 64), 64)
    built.model.operatorCodes[0].version = 9
    path = tmp_path / "new.tflite"
    path.write_bytes(built.build())
    _, output = lab.quantized(str(path), "dynamic-int8", "xnnpack")
    assert [code.version for code in unpacked(output).operatorCodes if code.builtinCode == 3] == [9]


def test_what_an_operator_of_the_same_type_keeps_its_version(lab: Lab, tmp_path: Path) -> None:
    """Only the operator that becomes hybrid gets the higher version: old runtimes still load the other."""
    built = conv(normal(32, 3, 3, 64), 64)
    graph = built.model.subgraphs[0]
    small = conv(normal(2, 1, 1, 32, seed=3), 32).model
    builder_graph = type("Graph", (), {})
    del builder_graph
    first = small.subgraphs[0]
    offset, buffers = len(graph.tensors), len(built.model.buffers)
    built.model.buffers += small.buffers[1:]
    for tensor in first.tensors:
        tensor.buffer = tensor.buffer + buffers - 1 if tensor.buffer else 0
    graph.tensors += first.tensors
    operator = first.operators[0]
    operator.inputs = [graph.outputs[0], *(index + offset for index in operator.inputs[1:])]
    operator.outputs = [index + offset for index in operator.outputs]
    graph.operators.append(operator)
    graph.outputs = operator.outputs
    path = tmp_path / "two.tflite"
    path.write_bytes(built.build())
    _, output = lab.quantized(str(path), "dynamic-int8", "xnnpack")
    model = unpacked(output)
    assert [model.operatorCodes[each.opcodeIndex].version for each in operators_of(model, "CONV_2D")] == [5, 1]


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
