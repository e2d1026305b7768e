"""Integer operators of one subgraph as they will be written, with the QUANTIZE and DEQUANTIZE around them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from quantscope.model.edit import Blob, Bytes, NewOperator, OperatorEdit, Scales, TensorEdit
from quantscope.model.graph import Model, Operator, Subgraph, Tensor
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.halves import unpacked_view
from quantscope.quantize.kernels import Options
from quantscope.quantize.measured import MeasuredWeight
from quantscope.quantize.ranges import Grid
from quantscope.quantize.static.equalization import made_larger
from quantscope.quantize.static.kernels import INTEGER_FACTS, IntegerFacts, integer_version
from quantscope.quantize.static.plan import Integers
from quantscope.quantize.static.recurrent import (
    BIASES,
    CELL_STATE,
    FACTORS,
    HIDDEN_GRID,
    HIDDEN_STATE,
    PEEPHOLES,
    PROJECTION,
    PROJECTION_BIAS,
    STATEFUL,
    SVDF,
    SVDF_BIAS,
    SVDF_STATE,
    TIME,
    TIME_LEVELS,
    UNUSED_GRID,
    around_zero,
    gate_grid,
    given,
    state_grid,
)
from quantscope.quantize.static.scales import real_inputs, real_outputs
from quantscope.quantize.static.weights import BiasBlob, ConstantBlob, Needs

BIAS_DTYPES: Final[Mapping[str, str]] = {"INT8": "INT32", "INT16": "INT64"}
DEQUANTIZE_VERSIONS: Final[Mapping[str, int]] = {"INT8": 2, "INT16": 3}
QUANTIZE_VERSIONS: Final[Mapping[str, int]] = {"INT8": 1, "INT16": 2}


class Builder(Protocol):
    """Where new tensors, buffers and operators of the subgraph go."""

    def tensor(
        self, name: str, shape: tuple[int, ...], dtype: str, buffer: int = 0, scales: Scales | None = None
    ) -> int:
        """Index of a new tensor."""

    def buffer(self, blob: Blob) -> int:
        """Index of a new buffer."""

    def add(self, operator: OperatorEdit | NewOperator) -> None:
        """The next operator."""


@dataclass(frozen=True, slots=True)
class Constants:
    """Weights of all subgraphs by buffer, what replaces the bytes of buffers, and how often each buffer is read."""

    weights: Mapping[int, MeasuredWeight]
    replaced: dict[int, Blob]
    readers: Mapping[int, int]


def has_bias(operator: Operator) -> bool:
    """True for a matrix product with a bias."""
    slot = INTEGER_FACTS[operator.type].bias
    return slot is not None and slot < len(operator.inputs) and operator.inputs[slot] >= 0


class Forms:
    """The forms that each tensor has in the rewritten subgraph: real values, and integers on one grid or more."""

    def __init__(
        self,
        model: Model,
        subgraph: Subgraph,
        integers: Integers,
        constants: Constants,
        builder: Builder,
        calibration: Calibration | None,
        options_of: Callable[[Operator], Options],
    ) -> None:
        self.model = model
        self.subgraph = unpacked_view(model, subgraph)
        self.integers = integers
        self.constants = constants
        self.builder = builder
        self._calibration = calibration
        self.options_of = options_of
        self.edits: dict[int, TensorEdit] = {}
        self._real: dict[int, int] = {}  # where it isn't the tensor itself
        self._integer: dict[tuple[int, Grid], int] = {}
        self._home: dict[int, tuple[int, Grid]] = {}  # of tensors that come as integers: tensor and grid
        for index in integers.ends.keys() & set(subgraph.inputs):
            self._settle(index, integers.scales.grid(index, integers.ends[index]))

    def real(self, inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Operands as an operator on real values reads them."""
        if self._home.keys().isdisjoint(inputs):
            return inputs
        return tuple(self._as_real(index) if index in self._home else index for index in inputs)

    def integer(self, operator: Operator) -> None:
        """Adds an operator in integers, with the conversions that it needs."""
        operator = self.subgraph.operators[operator.index]
        facts, dtype = INTEGER_FACTS[operator.type], self.integers.dtypes[operator.index]
        inputs = list(operator.inputs)
        for slot in real_inputs(self.subgraph, operator, facts):
            inputs[slot] = self._on_grid(inputs[slot], self.integers.scales.input_grid(operator, slot))
        real = real_outputs(self.subgraph, operator)
        grids = {index: self.integers.scales.grid(index, dtype) for index in real}
        intermediates: tuple[int, ...] | None = None
        if facts.weight is not None:
            self._weigh(operator, facts, dtype, inputs, grids[real[0]])
        elif operator.type in STATEFUL:
            intermediates = self._recur(operator, inputs, grids[real[0]])
        outputs = tuple(self._result(index, grids[index]) if index in grids else index for index in operator.outputs)
        options = self.options_of(operator)
        version = integer_version(
            operator.type, facts, dtype, self.subgraph.inputs_of(operator), options, operator.version
        )
        changed = facts.options if dtype == "INT16" and facts.options else {}
        self.builder.add(
            OperatorEdit(
                operator.index,
                version,
                tuple(inputs),
                changed,
                outputs if outputs != operator.outputs else None,
                intermediates,
            )
        )
        for index, made in zip(operator.outputs, outputs, strict=True):
            if made != index:
                self._dequantize(made, dtype, index)

    # Tensors --------------------------------------------------------------------------------------------------------

    def _result(self, index: int, grid: Grid) -> int:
        """The tensor that an operator's output in integers goes to: itself, unless the outside wants real values."""
        tensor = self.subgraph.tensors[index]
        if index in self.subgraph.outputs and index not in self.integers.ends:
            made = self._new(tensor, f"{tensor.name}_quantized", grid)
            self._integer[index, grid] = made
            return made
        self._settle(index, grid)
        return index

    def _settle(self, index: int, grid: Grid) -> None:
        """The tensor itself holds integers."""
        self.edits[index] = TensorEdit(grid.dtype, self.subgraph.tensors[index].buffer, _scales(grid))
        self._home[index] = (index, grid)
        self._integer[index, grid] = index

    def deliver(self) -> Mapping[int, int]:
        """Adds what makes integers of the outputs that shall be, but are computed in float; the tensors that those are
        computed into instead, by output."""
        computed = {}
        for index, dtype in self.integers.ends.items():
            if index not in self._home:
                tensor, grid = self.subgraph.tensors[index], self.integers.scales.grid(index, dtype)
                computed[index] = self.builder.tensor(f"{tensor.name}_real", tensor.shape, "FLOAT32")
                self._settle(index, grid)
                self._quantize(computed[index], QUANTIZE_VERSIONS[dtype], index)
        return computed

    def _as_real(self, index: int) -> int:
        if index not in self._real:
            tensor = self.subgraph.tensors[index]
            made = self.builder.tensor(f"{tensor.name}_dequantized", tensor.shape, "FLOAT32")
            source, grid = self._home[index]
            self._dequantize(source, grid.dtype, made)
            self._real[index] = made
        return self._real[index]

    def _on_grid(self, index: int, grid: Grid) -> int:
        """The tensor in integers on `grid`: as it comes, or quantized (again)."""
        if (index, grid) not in self._integer:
            tensor = self.subgraph.tensors[index]
            if self.model.is_constant(tensor):
                made = self._constant(tensor, grid)
            else:
                made = self._new(tensor, f"{tensor.name}_quantized", grid)
                source, version = index, QUANTIZE_VERSIONS[grid.dtype]
                if index in self._home:
                    source, version = self._home[index][0], 2
                elif index in self.integers.smoothing:
                    source = self._smoothed(tensor)
                self._quantize(source, version, made)
            self._integer[index, grid] = made
        return self._integer[index, grid]

    def _smoothed(self, tensor: Tensor) -> int:
        """The tensor with its channels multiplied by their factors."""
        factors = self.integers.smoothing[tensor.index]
        buffer = self.builder.buffer(Bytes(factors.view(np.uint8)))
        operand = self.builder.tensor(f"{tensor.name}_factors", factors.shape, "FLOAT32", buffer)
        made = self.builder.tensor(f"{tensor.name}_smoothed", tensor.shape, "FLOAT32")
        self.builder.add(NewOperator("MUL", 1, (tensor.index, operand), (made,), "MulOptions"))
        return made

    def _quantize(self, source: int, version: int, made: int) -> None:
        self.builder.add(NewOperator("QUANTIZE", version, (source,), (made,), "QuantizeOptions"))

    def _dequantize(self, source: int, dtype: str, made: int) -> None:
        version = DEQUANTIZE_VERSIONS[dtype]
        self.builder.add(NewOperator("DEQUANTIZE", version, (source,), (made,), "DequantizeOptions"))

    def _new(self, tensor: Tensor, name: str, grid: Grid, buffer: int = 0) -> int:
        return self.builder.tensor(name, tensor.shape, grid.dtype, buffer, _scales(grid))

    # Constants ------------------------------------------------------------------------------------------------------

    def _constant(self, tensor: Tensor, grid: Grid) -> int:
        blob = ConstantBlob(self.model.values(tensor), grid)
        return self._retyped(tensor, grid.dtype, _scales(grid), blob)

    def _retyped(self, tensor: Tensor, dtype: str, scales: Scales, blob: Blob) -> int:
        """A constant in another type: in its own place if nothing else reads it, else as a tensor of its own."""
        if self.constants.readers[tensor.buffer] == 1:
            self.constants.replaced[tensor.buffer] = blob
            self.edits[tensor.index] = TensorEdit(dtype, tensor.buffer, scales)
            return tensor.index
        name = f"{tensor.name}_{dtype.lower()}"
        return self.builder.tensor(name, tensor.shape, dtype, self.builder.buffer(blob), scales)

    def _weigh(self, operator: Operator, facts: IntegerFacts, dtype: str, inputs: list[int], result: Grid) -> None:
        """Weight and bias of an operator that multiplies matrices."""
        assert facts.weight is not None
        assert facts.activations is not None
        weight = self.constants.weights[self.subgraph.tensors[operator.inputs[facts.weight]].buffer]
        into = self.integers.scales.input_grid(operator, facts.activations[0])
        bias_dtype = BIAS_DTYPES[dtype]
        if facts.bias is None or not has_bias(operator):
            weight.needs.append(Needs(into.scale, result.scale, None, bias_dtype))
            return
        self._add_bias(operator, inputs, facts.bias, weight, into, result, bias_dtype)

    def _add_bias(
        self,
        operator: Operator,
        inputs: list[int],
        slot: int,
        weight: MeasuredWeight,
        into: Grid,
        result: Grid,
        dtype: str,
    ) -> None:
        bias = self.subgraph.tensors[inputs[slot]]
        values = self.model.values(bias)
        larger = self.integers.equalization.get(operator.outputs[0])
        if larger is not None:
            values = made_larger(operator, values, larger)
        weight.needs.append(Needs(into.scale, result.scale, values, dtype))
        scales = Scales(np.zeros(weight.scales.size, np.float32), 0)
        blob = BiasBlob(lambda: values, bias.elements, dtype, into.scale, weight, scales)
        inputs[slot] = self._retyped(bias, dtype, scales, blob)

    def _recur(self, operator: Operator, inputs: list[int], result: Grid) -> tuple[int, ...] | None:
        """Weights, biases and states of an operator with states; its intermediate tensors."""
        state = state_grid(self.subgraph, operator, self._calibration) if self._calibration else None
        assert state is not None
        into = self.integers.scales.input_grid(operator, 0)
        if operator.type == SVDF:
            self._remember(inputs, state)
            return None
        hidden = HIDDEN_GRID if given(operator, (PROJECTION,)) else result
        gates = [UNUSED_GRID] * 4
        for gate, (slot, matrix) in enumerate(BIASES.items()):
            if given(operator, (FACTORS[gate],)):
                factors = self._around_zero(inputs, FACTORS[gate])
                inputs[slot] = self._on_grid(inputs[slot], Grid("INT32", factors.scale * 2.0**-10, 0))
                gates[gate] = gate_grid(self.model, self.subgraph, operator, gate, into, result, state)
            elif given(operator, (slot,)):
                self._add_bias(operator, inputs, slot, self._weight_at(operator, matrix), into, result, "INT32")
        for slot in given(operator, tuple(PEEPHOLES)):
            self._around_zero(inputs, slot)
        if given(operator, (PROJECTION_BIAS,)):
            self._add_bias(
                operator, inputs, PROJECTION_BIAS, self._weight_at(operator, PROJECTION), hidden, result, "INT32"
            )
        self._hold(inputs[HIDDEN_STATE], result)
        self._hold(inputs[CELL_STATE], state)
        name = self.subgraph.tensors[operator.outputs[0]].name
        made = [
            self.builder.tensor(f"{name}_gate{at}", (0,), "INT16", 0, _scales(grid)) for at, grid in enumerate(gates)
        ]
        return (*made, self.builder.tensor(f"{name}_hidden", (0,), "INT8", 0, _scales(hidden)))

    def _remember(self, inputs: list[int], state: Grid) -> None:
        """SVDF's weights over time, bias and state."""
        time = self._around_zero(inputs, TIME, TIME_LEVELS)
        if inputs[SVDF_BIAS] >= 0:
            inputs[SVDF_BIAS] = self._on_grid(inputs[SVDF_BIAS], Grid("INT32", state.scale * time.scale, 0))
        self._hold(inputs[SVDF_STATE], state)

    def _around_zero(self, inputs: list[int], slot: int, levels: int = 32767) -> Grid:
        """Puts a constant on an int16 grid around zero."""
        grid = around_zero(self.model, self.subgraph.tensors[inputs[slot]], levels)
        inputs[slot] = self._on_grid(inputs[slot], grid)
        return grid

    def _hold(self, index: int, grid: Grid) -> None:
        """A state on a grid."""
        self.edits[index] = TensorEdit(grid.dtype, self.subgraph.tensors[index].buffer, _scales(grid))

    def _weight_at(self, operator: Operator, slot: int) -> MeasuredWeight:
        return self.constants.weights[self.subgraph.tensors[operator.inputs[slot]].buffer]


def _scales(grid: Grid) -> Scales:
    return Scales(np.array([grid.scale], np.float32), 0, grid.zero_point)
