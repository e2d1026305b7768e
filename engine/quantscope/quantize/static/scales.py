"""Grids of the tensors that integer operators read and write, so that every kernel finds the scales it needs.

Tensors that an operator wants on one grid are united, and their ranges with them. Where that can't be (a softmax's
fixed grid and a wider tensor meet in a concatenation) or would coarsen a tensor that others read too, each keeps its
own, and the rewriting puts a QUANTIZE between the two.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from quantscope.model.graph import Operator, Subgraph, Tensor
from quantscope.quantize.ranges import Grid, grid_of
from quantscope.quantize.static.kernels import INTEGER_FACTS, IntegerFacts, Scaling

# Uniting a tensor that others read as well may coarsen it by a factor of two, a bit.
COARSENING: Final = 2.0
# How far beyond a fixed grid a range may lie, as part of it: rounding of what was seen.
TOLERANCE: Final = 0.01

# Constants may be float16.
REALS: Final = frozenset({"FLOAT32", "FLOAT16"})

Range = tuple[float, float]
Key = tuple[int, str]  # tensor, data type


@dataclass(slots=True)
class _Group:
    low: float
    high: float
    fixed: Grid | None = None

    @property
    def width(self) -> float:
        return self.high - self.low

    def grid(self, dtype: str) -> Grid:
        return self.fixed or grid_of(self.low, self.high, dtype)

    def holds(self, other: "_Group") -> bool:
        """True if this group's fixed grid does for the other."""
        if self.fixed is None or (other.fixed is not None and other.fixed != self.fixed):
            return False
        low, high = ends(self.fixed)
        slack = TOLERANCE * (high - low)
        return low - slack <= other.low and other.high <= high + slack


def ends(grid: Grid) -> Range:
    """Smallest and largest value of a grid."""
    low, high = (-128, 127) if grid.dtype == "INT8" else (-32768, 32767)
    return (low - grid.zero_point) * grid.scale, (high - grid.zero_point) * grid.scale


class Scales:
    """Grids of one subgraph. `range_of` gives a tensor's range; `dtypes` the type of each operator in integers, `ends`
    those of inputs and outputs."""

    def __init__(
        self,
        subgraph: Subgraph,
        dtypes: Mapping[int, str],
        range_of: Callable[[Tensor], Range],
        constants: Collection[int],
        ends: Mapping[int, str],
    ) -> None:
        self.subgraph = subgraph
        self.dtypes = dtypes
        self._range_of = range_of
        self._constants = constants
        self._parents: dict[Key, Key] = {}
        self._groups: dict[Key, _Group] = {}
        self._readers: dict[int, int] = {}
        for operator in subgraph.operators:
            for index in set(operator.inputs):
                self._readers[index] = self._readers.get(index, 0) + 1
        for key in ends.items():
            self._readers[key[0]] = self._readers.get(key[0], 0) + (key[0] in subgraph.outputs)
            self._node(*key)
        for index in dtypes:
            self._enter(subgraph.operators[index])
        for index in dtypes:
            self._unite(subgraph.operators[index])

    @classmethod
    def none(cls) -> "Scales":
        """Of a subgraph without integers."""
        return cls(Subgraph(0, 0, "", (), (), (), ()), {}, lambda tensor: (0.0, 0.0), (), {})

    def grid(self, tensor: int, dtype: str) -> Grid:
        """The grid of a tensor that isn't constant."""
        return self._groups[self._root((tensor, dtype))].grid(dtype)

    def input_grid(self, operator: Operator, slot: int) -> Grid:
        """The grid that an integer operator wants its activation at `slot` on."""
        facts, dtype = INTEGER_FACTS[operator.type], self.dtypes[operator.index]
        tensor = operator.inputs[slot]
        results = real_outputs(self.subgraph, operator)
        if facts.scaling is Scaling.SAME and results:
            return self.grid(results[0], dtype)
        if tensor in self._constants:
            return grid_of(*self._range_of(self.subgraph.tensors[tensor]), dtype)
        return self.grid(tensor, dtype)

    def _enter(self, operator: Operator) -> None:
        facts, dtype = INTEGER_FACTS[operator.type], self.dtypes[operator.index]
        for slot in real_inputs(self.subgraph, operator, facts):
            if operator.inputs[slot] not in self._constants:
                self._node(operator.inputs[slot], dtype)
        for index in real_outputs(self.subgraph, operator):
            group = self._node(index, dtype)
            if facts.scaling is Scaling.FIXED:
                group.fixed = facts.fixed_grid(dtype)

    def _node(self, tensor: int, dtype: str) -> _Group:
        key = (tensor, dtype)
        if key not in self._parents:
            self._parents[key] = key
            self._groups[key] = _Group(*self._range_of(self.subgraph.tensors[tensor]))
        return self._groups[key]

    def _unite(self, operator: Operator) -> None:
        """All inputs and outputs on one grid, as far as that can be."""
        facts, dtype = INTEGER_FACTS[operator.type], self.dtypes[operator.index]
        results = real_outputs(self.subgraph, operator)
        if facts.scaling is not Scaling.SAME or not results:
            return
        first = (results[0], dtype)
        for index in results[1:]:
            self._merge(first, (index, dtype))
        slots = real_inputs(self.subgraph, operator, facts)
        group = self._groups[self._root(first)]
        for slot in slots:
            if operator.inputs[slot] in self._constants:
                low, high = self._range_of(self.subgraph.tensors[operator.inputs[slot]])
                group.low, group.high = min(group.low, low), max(group.high, high)
        for slot in slots:
            tensor = operator.inputs[slot]
            if tensor not in self._constants and self._may_merge(first, (tensor, dtype)):
                self._merge(first, (tensor, dtype))

    def _may_merge(self, result: Key, source: Key) -> bool:
        one, two = self._groups[self._root(result)], self._groups[self._root(source)]
        if one.fixed is not None or two.fixed is not None:
            return one.holds(two) or two.holds(one)
        joined = max(one.high, two.high) - min(one.low, two.low)
        return self._readers[source[0]] == 1 or joined <= COARSENING * two.width

    def _merge(self, one: Key, two: Key) -> None:
        left, right = self._root(one), self._root(two)
        if left == right:
            return
        a, b = self._groups[left], self._groups.pop(right)
        self._parents[right] = left
        self._groups[left] = _Group(min(a.low, b.low), max(a.high, b.high), a.fixed or b.fixed)

    def _root(self, key: Key) -> Key:
        while self._parents[key] != key:
            self._parents[key] = key = self._parents[self._parents[key]]
        return key


def real_inputs(subgraph: Subgraph, operator: Operator, facts: IntegerFacts) -> tuple[int, ...]:
    """Slots of the inputs that are quantized like activations."""
    slots = range(len(operator.inputs)) if facts.activations is None else facts.activations
    return tuple(
        slot
        for slot in slots
        if slot < len(operator.inputs)
        and operator.inputs[slot] >= 0
        and subgraph.tensors[operator.inputs[slot]].dtype in REALS
    )


def real_outputs(subgraph: Subgraph, operator: Operator) -> tuple[int, ...]:
    """Outputs that hold real values."""
    return tuple(index for index in operator.outputs if index >= 0 and subgraph.tensors[index].dtype == "FLOAT32")
