"""The fused LSTM in integers: int8 weights, inputs and hidden state, int16 cell state.

What the kernel wants (unidirectional_sequence_lstm.cc, lstm_eval.cc): one scale for each matrix; biases in units of
input scale times weight scale; the hidden state on the output's grid; the cell state on a scale that is a power of two,
2^-9 at most; five intermediate tensors, of which without layer normalization only the last one's grid, the hidden
state's, counts.
"""

import math
from collections.abc import Mapping
from typing import Final

from quantscope.model.graph import Operator, Subgraph
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.ranges import Grid

LSTM: Final = "UNIDIRECTIONAL_SEQUENCE_LSTM"
MATRICES: Final = range(1, 9)
# Each gate's bias with the matrix that its inputs are multiplied with.
BIASES: Final[Mapping[int, int]] = {12: 1, 13: 2, 14: 3, 15: 4}
HIDDEN_STATE: Final = 18
CELL_STATE: Final = 19
UNSUPPORTED: Final[Mapping[str, range]] = {
    "peephole connections": range(9, 12),
    "a projection": range(16, 18),
    "layer normalization": range(20, 24),
}
INTERMEDIATES: Final = 5
GATE_GRID: Final = Grid("INT16", 2.0**-12, 0)
LARGEST_CELL_EXPONENT: Final = -9
# Calibration sees the cell state at the end of each sequence only; on the way it may have been larger.
HEADROOM: Final = 4.0


def unsupported(operator: Operator) -> str | None:
    """A phrase if this form of the operator isn't written in integers."""
    given = {slot for slot, index in enumerate(operator.inputs) if index >= 0}
    for what, slots in UNSUPPORTED.items():
        if given.intersection(slots):
            return what
    return None if {HIDDEN_STATE, CELL_STATE} <= given else "no state of its own"


def cell_grid(subgraph: Subgraph, operator: Operator, calibration: Calibration) -> Grid | None:
    """The cell state's grid; None if it wasn't seen."""
    seen = calibration.tensors.get((subgraph.index, operator.inputs[CELL_STATE]))
    if seen is None:
        return None
    largest = max(-seen.low, seen.high, 2.0**-6) * HEADROOM
    exponent = min(math.ceil(math.log2(largest / 2**15)), LARGEST_CELL_EXPONENT)
    return Grid("INT16", 2.0**exponent, 0)
