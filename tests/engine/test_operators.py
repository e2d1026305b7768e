"""Every operator with weights, in every form that matters, quantized and run with both kernel sets."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope.quantize.targets import TARGETS
from tests.lab import Lab, check_size, constant_behind, operators_of, sqnr, stored, unpacked
from tests.models import Array, ModelBuilder
from tests.operators import CASES, HYBRID, Case, conv, gather, lstm, normal


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("operators"))
    yield lab
    lab.close()


def source(lab: Lab, case: Case) -> tuple[str, Any]:
    """The float model's file, and the model as the schema's objects."""
    built = case.build()
    return lab.write(built, case.name), built.model


def check_int8(model: Any, index: int, weights: Array, axis: int | None) -> None:
    """The tensor holds `weights` as int8 with the plain formula's scales along `axis`, rounded to the nearest or, where
    that balances a sum, to the next code."""
    tensor, codes = stored(model, index)
    assert tensor.type == tfl.TensorType.INT8
    others = None if axis is None else tuple(at for at in range(weights.ndim) if at != axis)
    scales = np.maximum(np.abs(weights).max(axis=others, keepdims=True), np.float32(1e-9)) / np.float32(127)
    assert np.array_equal(tensor.quantization.scale, scales.reshape(-1))
    assert np.array_equal(tensor.quantization.zeroPoint, np.zeros(scales.size))
    assert tensor.quantization.quantizedDimension == (axis or 0)
    assert np.abs(codes - weights / scales).max() <= 1
    assert np.mean(codes == np.rint(weights / scales)) > 0.7
    assert codes.min() >= -127


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_dynamic_int8(lab: Lab, case: Case, target: str) -> None:
    path, before = source(lab, case)
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
    (path, before), delegate = source(lab, case), TARGETS[target].delegate
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


@pytest.mark.parametrize("target", TARGETS)
def test_open_dimensions_stay_open(lab: Lab, target: str) -> None:
    """An embedding of any number of sentences goes on taking any number."""
    path = lab.write(gather((1, 7), signature=(-1, 7)))
    _, output = lab.quantized(path, "dynamic-int8", target)
    ids = np.arange(35, dtype=np.int32).reshape(5, 7)
    found = []
    for each in (path, output):
        lab.runner.load(each, delegate=TARGETS[target].delegate)
        found.append([lab.runner.run([ids])])
    assert found[1][0][0].shape == (5, 7, 32)
    assert sqnr(*found) > 30


def test_version_is_raised_but_never_lowered(lab: Lab) -> None:
    built = conv(normal(32, 3, 3, 64), 64)
    built.model.operatorCodes[0].version = 9
    path = lab.write(built)
    _, output = lab.quantized(path, "dynamic-int8", "xnnpack")
    assert [code.version for code in unpacked(output).operatorCodes if code.builtinCode == 3] == [9]


def test_operator_left_in_float_keeps_its_version(lab: Lab) -> None:
    built = ModelBuilder()
    graph = built.subgraph()
    x, options = graph.input("x", (2, 96)), tfl.FullyConnectedOptionsT
    middle, y = graph.tensor("middle", (2, 24)), graph.tensor("y", (2, 8))
    graph.operator("FULLY_CONNECTED", [x, graph.constant("large", normal(24, 96)), -1], [middle], options())
    graph.operator("FULLY_CONNECTED", [middle, graph.constant("small", normal(8, 24)), -1], [y], options())
    graph.outputs = [y]
    path = lab.write(built)
    model = unpacked(lab.quantized(path, "dynamic-int8", "xnnpack")[1])
    first, second = operators_of(model, "FULLY_CONNECTED")
    assert [model.operatorCodes[each.opcodeIndex].version for each in (first, second)] == [12, 1]
    assert not second.builtinOptions.asymmetricQuantizeInputs


def test_lstm_keeps_its_states_and_biases(lab: Lab) -> None:
    path = lab.write(lstm(normalize=True, cells=64))
    _, output = lab.quantized(path, "dynamic-int8", "builtin")
    model = unpacked(output)
    (operator,) = operators_of(model, "UNIDIRECTIONAL_SEQUENCE_LSTM")
    tensors = model.subgraphs[0].tensors
    for at in (*range(12, 16), *range(18, 24)):
        assert tensors[operator.inputs[at]].type == tfl.TensorType.FLOAT32
    assert [bool(tensors[operator.inputs[at]].isVariable) for at in (18, 19)] == [True, True]
