"""Which TFLite operators XNNPACK's kernels belong to.

XNNPACK names its kernels ("Fully Connected (NC, F32) GEMM") and runs them in the order of the operators they were made
from, but doesn't say from which. An operator becomes one main kernel (a few for CONCATENATION and SPLIT), perhaps with
helpers before or after it, or none at all, where XNNPACK folds it into another or into the weights. Of all ways to lay
the kernels onto the operators the cheapest are looked for (Dijkstra's algorithm over how many of both have been dealt
with); a kernel belongs to an operator only if all cheapest ways agree.

The table restates tflite/delegates/xnnpack/xnnpack_delegate.cc and XNNPACK's src/subgraph and
src/operator-type-defs.inc for ai-edge-litert 2.3.0.
"""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple


class Kernels(NamedTuple):
    """What an operator type becomes: its `main` kernel (`several` times, perhaps), helpers that may run `before` and
    `after`, and whether nothing may remain of it (`vanishes`)."""

    main: frozenset[str]
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    vanishes: bool = False
    several: bool = False


def _row(main: str, before: str = "", after: str = "", vanishes: bool = False, several: bool = False) -> Kernels:
    return Kernels(_names(main), _names(before), _names(after), vanishes, several)


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split("|")))


_RESHAPES: Final = "Static Reshape|Static Expand Dims|Split Dims|Fuse Dims|Copy"

KERNELS: Final = {
    "ABS": _row("Abs"),
    "ADD": _row("Add", after="Clamp"),
    "AVERAGE_POOL_2D": _row("Average Pooling|Mean", after="Clamp"),
    "BATCH_MATMUL": _row("Batch Matrix Multiply|Fully Connected|Dynamic Fully Connected", "Convert|Transpose"),
    "CEIL": _row("Ceiling"),
    "CONCATENATION": _row("Copy", vanishes=True, several=True),
    "CONV_2D": _row("Convolution|Fully Connected", "Convert|Constant Pad", "Clamp"),
    "COS": _row("Cosine"),
    "DEPTHWISE_CONV_2D": _row("Convolution", "Convert|Constant Pad", "Clamp"),
    "DEPTH_TO_SPACE": _row("Depth To Space"),
    "DEQUANTIZE": _row("Convert", vanishes=True),
    "DIV": _row("Divide", after="Clamp"),
    "ELU": _row("ELU"),
    "EXP": _row("Exp"),
    "EXPAND_DIMS": _row(_RESHAPES, vanishes=True),
    "FLOOR": _row("Floor"),
    "FULLY_CONNECTED": _row("Fully Connected|Dynamic Fully Connected", "Convert|Static Reshape", "Clamp"),
    "GELU": _row("GELU|ApproxGELU"),
    "HARD_SWISH": _row("HardSwish"),
    "LEAKY_RELU": _row("LeakyReLU"),
    "LOG": _row("Log"),
    "LOGISTIC": _row("Sigmoid"),
    "MAXIMUM": _row("Maximum"),
    "MAX_POOL_2D": _row("Max Pooling", after="Clamp"),
    "MEAN": _row("Mean|Average Pooling|Mean Squared"),
    "MINIMUM": _row("Minimum"),
    "MUL": _row("Multiply|Square", after="Clamp", vanishes=True),
    "NEG": _row("Negate"),
    "PAD": _row("Constant Pad", vanishes=True),
    "PADV2": _row("Constant Pad", vanishes=True),
    "PRELU": _row("PReLU|LeakyReLU"),
    "QUANTIZE": _row("Convert", vanishes=True),
    "REDUCE_MAX": _row("Reduce Max"),
    "REDUCE_MIN": _row("Reduce Min"),
    "RELU": _row("Clamp", vanishes=True),
    "RELU6": _row("Clamp", vanishes=True),
    "RELU_0_TO_1": _row("Clamp", vanishes=True),
    "RELU_N1_TO_1": _row("Clamp", vanishes=True),
    "RESHAPE": _row(_RESHAPES, vanishes=True),
    "RESIZE_BILINEAR": _row("Resize Bilinear"),
    "ROUND": _row("Bankders Rounding"),
    "RSQRT": _row("Reciprocal Square Root"),
    "SIGN": _row("Sign"),
    "SIN": _row("Sine"),
    "SLICE": _row("Slice"),
    "SOFTMAX": _row("Softmax"),
    "SPACE_TO_DEPTH": _row("Space To Depth"),
    "SPLIT": _row("Slice|Copy", several=True),
    "SQRT": _row("Square Root"),
    "SQUARE": _row("Square|Multiply", vanishes=True),
    "SQUARED_DIFFERENCE": _row("Squared Difference"),
    "SQUEEZE": _row(_RESHAPES, vanishes=True),
    "STRIDED_SLICE": _row("Slice", after="Static Reshape"),
    "SUB": _row("Subtract", after="Clamp"),
    "SUM": _row("Sum"),
    "TANH": _row("TanH"),
    "TRANSPOSE": _row("Transpose|Static Reshape|Copy", vanishes=True),
    "TRANSPOSE_CONV": _row("Deconvolution", "Constant Pad", "Clamp|Slice"),
    "VAR_HANDLE": _row("", vanishes=True),
    "ASSIGN_VARIABLE": _row("Copy", vanishes=True),
    "READ_VARIABLE": _row("Copy", vanishes=True),
}  # fmt: skip
UNKNOWN: Final = Kernels(frozenset())

HELPER, VANISHED, MISSING, FOREIGN = 1, 1, 12, 20

FRESH, BEGUN, MADE = 0, 1, 2
State = tuple[int, int, int]  # operators dealt with, kernels dealt with, how far the present operator is


def base_name(kernel: str) -> str:
    """A kernel's name without layout, types and microkernel."""
    return kernel.partition(" (")[0]


@dataclass(frozen=True, slots=True)
class Alignment:
    """For each kernel its operator's position, None where that isn't certain; and positions of the operators of which
    nothing is left to run. `cost` is 0 for one main kernel each; `complete` if every kernel may belong to an operator
    and no operator lacks a kernel it must have."""

    owners: tuple[int | None, ...]
    vanished: frozenset[int]
    cost: int
    complete: bool


def align(types: Sequence[str], kernels: Sequence[str]) -> Alignment:
    """Lays kernels (full names) onto operators (types), both in the order in which they run."""
    rows = [KERNELS.get(type, UNKNOWN) for type in types]
    names = [base_name(kernel) for kernel in kernels]
    search = _Search(rows, names)
    goal, cost = search.run()
    owners: list[set[int | None]] = [set() for _ in kernels]
    owned: list[set[bool]] = [set() for _ in types]
    complete = True
    for before, after, owner in search.cheapest(goal):
        complete &= search.costs[after] - search.costs[before] < MISSING
        if after[1] > before[1]:
            owners[before[1]].add(owner)
        elif after[0] > before[0]:
            owned[before[0]].add(before[2] == MADE)
    return Alignment(
        owners=tuple(next(iter(found)) if len(found) == 1 else None for found in owners),
        vanished=frozenset(place for place, found in enumerate(owned) if found == {False}),
        cost=cost,
        complete=complete,
    )


@dataclass(slots=True)
class _Search:
    rows: Sequence[Kernels]
    names: Sequence[str]
    costs: dict[State, int] = field(default_factory=dict)
    back: defaultdict[State, list[tuple[State, int, int | None]]] = field(default_factory=lambda: defaultdict(list))

    def run(self) -> tuple[State, int]:
        """Finds the cheapest way to the end, and every state that costs no more."""
        goal = (len(self.rows), len(self.names), FRESH)
        self.costs[0, 0, FRESH] = 0
        waiting = [(0, 0, (0, 0, FRESH))]
        limit: int | None = None
        while waiting:
            cost, _, state = heapq.heappop(waiting)
            if limit is not None and cost > limit:
                break
            if cost > self.costs[state]:
                continue
            if state == goal:
                limit = cost
                continue
            for after, step, owner in self._steps(state):
                self.back[after].append((state, step, owner))
                if cost + step < self.costs.get(after, 1 << 60):
                    self.costs[after] = cost + step
                    # Of equal cost those that are further go first: they are nearer to the end.
                    heapq.heappush(waiting, (cost + step, -after[0] - after[1], after))
        assert limit is not None, "every kernel may be foreign, so there is a way"
        return goal, limit

    def _steps(self, state: State) -> list[tuple[State, int, int | None]]:
        operator, kernel, phase = state
        steps: list[tuple[State, int, int | None]] = []
        if operator < len(self.rows):
            row = self.rows[operator]
            if phase == MADE:
                steps.append(((operator + 1, kernel, FRESH), 0, None))
            elif phase == FRESH:
                steps.append(((operator + 1, kernel, FRESH), VANISHED if row.vanishes else MISSING, None))
            if kernel < len(self.names):
                steps += self._taking(row, operator, kernel, phase)
        if kernel < len(self.names) and phase != BEGUN:
            steps.append(((operator, kernel + 1, phase), FOREIGN, None))
        return steps

    def _taking(self, row: Kernels, operator: int, kernel: int, phase: int) -> list[tuple[State, int, int | None]]:
        name = self.names[kernel]
        steps: list[tuple[State, int, int | None]] = []
        if name in row.main and (phase != MADE or row.several):
            steps.append(((operator, kernel + 1, MADE), 0, operator))
        elif phase != MADE and name in row.before:
            steps.append(((operator, kernel + 1, BEGUN), HELPER, operator))
        elif phase == MADE and name in row.after:
            steps.append(((operator, kernel + 1, MADE), HELPER, operator))
        return steps

    def cheapest(self, goal: State) -> list[tuple[State, State, int | None]]:
        """All steps that are on any of the cheapest ways."""
        found = []
        waiting, seen = [goal], {goal}
        while waiting:
            after = waiting.pop()
            for before, step, owner in self.back[after]:
                if self.costs[before] + step == self.costs[after]:
                    found.append((before, after, owner))
                    if before not in seen:
                        seen.add(before)
                        waiting.append(before)
        return found
