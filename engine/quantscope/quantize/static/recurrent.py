"""Operators with states in integers: the fused LSTM in all its forms, and SVDF.

What the LSTM's kernel wants (lstm_eval.cc, operator_property.cc): int8 matrices with one scale each; the hidden state
on the output's grid; the cell state int16 on a scale that is a power of two, 2^-9 at most; peepholes and layer
normalization's factors int16 around zero; biases in units of input scale times weight scale, of 2^-10 of the factors'
with layer normalization; five intermediate tensors, the gates' sums before they are normalized and the hidden state
before it is projected.

SVDF's (svdf.cc): int8 features, int16 weights over time, int16 state, a bias in units of their two scales, a RELU.
"""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from quantscope.model.graph import Model, Operator, Subgraph, Tensor
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.kernels import Options
from quantscope.quantize.ranges import Grid, grid_of

LSTMS: Final = frozenset({"UNIDIRECTIONAL_SEQUENCE_LSTM", "LSTM"})
SVDF: Final = "SVDF"
STATEFUL: Final = LSTMS | {SVDF}

PROJECTION: Final = 16
PROJECTION_BIAS: Final = 17
PEEPHOLES: Final = range(9, 12)
FACTORS: Final = range(20, 24)
HIDDEN_STATE: Final = 18
CELL_STATE: Final = 19
# Each gate's bias with the matrix that its inputs are multiplied with.
BIASES: Final[Mapping[int, int]] = {12: 1, 13: 2, 14: 3, 15: 4}

FEATURE: Final = 1
TIME: Final = 2
SVDF_BIAS: Final = 3
SVDF_STATE: Final = 4
RELU: Final = 1  # ActivationFunctionType
# Six of sixteen bits are for summing up products over time.
TIME_LEVELS: Final = 511

MATRICES: Final[Mapping[str, tuple[int, ...]]] = {**dict.fromkeys(LSTMS, (*range(1, 9), PROJECTION)), SVDF: (FEATURE,)}
OTHERS: Final[Mapping[str, tuple[int, ...]]] = {
    **dict.fromkeys(LSTMS, (*PEEPHOLES, *BIASES, PROJECTION_BIAS, *FACTORS)), SVDF: (TIME, SVDF_BIAS),
}  # fmt: skip
STATES: Final[Mapping[str, tuple[int, ...]]] = {**dict.fromkeys(LSTMS, (HIDDEN_STATE, CELL_STATE)), SVDF: (SVDF_STATE,)}

# An output gate times a hyperbolic tangent.
HIDDEN_GRID: Final = grid_of(-1.0, 1.0, "INT8")
UNUSED_GRID: Final = Grid("INT16", 2.0**-12, 0)
LARGEST_CELL_EXPONENT: Final = -9
# Calibration sees the cell state at the end of each sequence only; on the way it may have been larger.
HEADROOM: Final = 4.0


def given(operator: Operator, slots: tuple[int, ...]) -> tuple[int, ...]:
    """Those of the slots that the operator has an operand in."""
    return tuple(slot for slot in slots if slot < len(operator.inputs) and operator.inputs[slot] >= 0)


def unsupported(subgraph: Subgraph, operator: Operator, options: Options) -> str | None:
    """A phrase if the kernel in integers doesn't know this form of the operator."""
    if options.get("KernelType"):
        return "the basic kernel"
    if operator.type == SVDF and options.get("FusedActivationFunction") != RELU:
        return "no RELU at its end"
    states = STATES[operator.type]
    if given(operator, states) != states:
        return "no state of its own"
    # A hidden state is on its output's grid, so it can't be several operators'.
    hidden = operator.inputs[states[0]]
    shared = operator.type in LSTMS and any(
        hidden in other.inputs for other in subgraph.operators if other is not operator
    )
    return "a state that other operators use too" if shared else None


def state_grid(subgraph: Subgraph, operator: Operator, calibration: Calibration) -> Grid | None:
    """The grid of the cell state or of SVDF's memory; None if it wasn't seen."""
    slot = STATES[operator.type][-1]
    seen = calibration.tensors.get((subgraph.index, operator.inputs[slot]))
    if seen is None:
        return None
    if operator.type == SVDF:
        return grid_of(seen.low, seen.high, "INT16")
    largest = max(-seen.low, seen.high, 2.0**-6) * HEADROOM
    return Grid("INT16", 2.0 ** min(math.ceil(math.log2(largest / 2**15)), LARGEST_CELL_EXPONENT), 0)


def around_zero(model: Model, tensor: Tensor, levels: int = 32767) -> Grid:
    """The int16 grid around zero that holds a constant in so many levels on either side."""
    largest = float(np.abs(model.values(tensor)).max(initial=0.0))
    return Grid("INT16", float(np.float32(largest / levels)) or 1.0, 0)


def gate_grid(
    model: Model, subgraph: Subgraph, operator: Operator, gate: int, into: Grid, hidden: Grid, cell: Grid
) -> Grid:
    """The grid of a gate's sum before it is normalized, which calibration can't see: what it can reach at most.

    Sixteen bits leave that 4 bits or so more than a gate needs.
    """

    def reach(slot: int, largest: float) -> float:
        if slot not in given(operator, (slot,)):
            return 0.0
        values = np.abs(model.values(subgraph.tensors[operator.inputs[slot]]).astype(np.float64))
        return float(values.reshape(len(values), -1).sum(1).max(initial=0.0)) * largest

    def largest(grid: Grid) -> float:
        return grid.scale * max(127 - grid.zero_point, grid.zero_point + 128)

    peephole = {0: 9, 1: 10, 3: 11}.get(gate)
    most = reach(1 + gate, largest(into)) + reach(5 + gate, largest(hidden))
    if peephole is not None:
        most += reach(peephole, 2.0**15 * cell.scale)
    return Grid("INT16", float(np.float32(max(most, 2.0**-6) / 32767)), 0)
