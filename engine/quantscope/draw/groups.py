"""Groups of operators: the scopes that tensor names tell, and repeated structure where names are flat or missing.

A group is a run of operators in the order of execution, so closing any of them never makes a circle.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from quantscope.layout.values import Ints
from quantscope.model.graph import Model, Operator, Subgraph
from quantscope.model.options import OptionsReader, leading_elements

AUTOMATIC: Final = 1500
"""Operators beyond which groups are closed at first."""
SHOWN: Final = 300
LEAST_SCOPED: Final = 0.5
# Of all operators: fewer back-to-back repeats are chance rather than structure.
LEAST_REPEATED: Final = 0.1
LONGEST_PERIOD: Final = 400
SHORTEST_PERIOD: Final = 3
CHUNK: Final = 50
# How numbers are stored, not what is computed: a quantized model has the structure of its source.
STORAGE: Final = frozenset({"AsymmetricQuantizeInputs", "QuantizedBiasType", "WeightsFormat"})
# Of a custom operator's options, which only its kernel understands, so many bytes are compared.
CUSTOM_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Group:
    """Operators `start` to `end`. `parent` is the index of the group around it, -1 for none; `repeat` counts repeats of
    a structure from 1, and is 0 for a scope. Groups of the same `structure` (operators of the same types, options and
    shapes in the same order, joined in the same way) are alike; it is 0 where there is none like it."""

    start: int
    end: int
    parent: int
    label: str
    repeat: int = 0
    structure: int = 0


def find(model: Model, subgraph: Subgraph) -> tuple[Group, ...]:
    """The groups of a subgraph of `model`, outer before inner."""
    tensors, operators = subgraph.tensors, subgraph.operators
    scopes = [_scope(tensors[op.outputs[0]].name if op.outputs else "") for op in operators]
    scoped = sum(map(bool, scopes))
    kinds = _kinds(model, subgraph)
    groups: list[Group] = []
    if scoped >= LEAST_SCOPED * max(1, len(scopes)):
        _by_scope(scopes, 0, len(scopes), 0, -1, groups)
    parents = {group.parent for group in groups}
    flat = [(place, group.start, group.end) for place, group in enumerate(groups) if place not in parents]
    for parent, start, end in flat if groups else [(-1, 0, len(operators))]:
        _by_repeats(kinds, start, end, parent, groups)
    return tuple(_chunked(_alike(groups, kinds, subgraph)))


def _kinds(model: Model, subgraph: Subgraph) -> Ints:
    """A number for each operator, the same for those of one type, the same options and shapes, (operators,)."""
    shapes = [tensor.shape for tensor in subgraph.tensors]
    reader = OptionsReader(model)
    numbers: dict[object, int] = {}
    found = [
        numbers.setdefault(
            (
                op.type,
                tuple([shapes[index] for index in op.inputs if index >= 0]),
                tuple([shapes[index] for index in op.outputs if index >= 0]),
                _options(reader, op),
            ),
            len(numbers),
        )
        for op in subgraph.operators
    ]
    return np.array(found, np.int64)


def _options(reader: OptionsReader, operator: Operator) -> object:
    """What of an operator's options can be compared: numbers, and the bytes of a custom operator's."""
    if operator.custom:
        return leading_elements(reader.model, "Operator", operator.position, "CustomOptions", CUSTOM_BYTES, "B")
    scalars = reader.second(operator) if operator.type.startswith("STABLEHLO") else reader.scalars(operator)
    return tuple([value for name, value in scalars.items() if name not in STORAGE])


def _alike(groups: Sequence[Group], kinds: Ints, subgraph: Subgraph) -> list[Group]:
    """The groups with their structures numbered."""
    at, distance = _links(subgraph)
    first = np.searchsorted(at, [[group.start, group.end] for group in groups]).reshape(-1, 2).tolist()
    forms = []
    for group, (low, high) in zip(groups, first, strict=True):
        inside = distance[low:high] <= at[low:high] - group.start
        joined = np.where(inside, distance[low:high], -1)
        forms.append(kinds[group.start : group.end].tobytes() + joined.tobytes())
    shared = [form for form, count in Counter(forms).items() if count > 1]
    numbers = {form: number for number, form in enumerate(shared, 1)}
    return [replace(group, structure=numbers.get(form, 0)) for group, form in zip(groups, forms, strict=True)]


def _links(subgraph: Subgraph) -> tuple[Ints, Ints]:
    """For each input of each operator, in order, the operator and how many operators before it the input is made: more
    than there are for an input of the subgraph, 0 for what isn't made at all."""
    far = len(subgraph.operators) + 1
    maker = dict.fromkeys(subgraph.inputs, -far)
    maker |= {tensor: operator.index for operator in subgraph.operators for tensor in operator.outputs}
    found = [
        (operator.index, operator.index - maker.get(tensor, operator.index))
        for operator in subgraph.operators
        for tensor in operator.inputs
    ]
    table = np.array(found, np.int64).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].copy()


def automatic(groups: Sequence[Group], operators: int) -> frozenset[int]:
    """Which groups are open at first: all in a small graph, in a big one as many levels as there is room for."""
    if operators <= AUTOMATIC:
        return frozenset(range(len(groups)))
    children: dict[int, list[int]] = {}
    for index, group in enumerate(groups):
        children.setdefault(group.parent, []).append(index)
    opened: set[int] = set()
    level, shown = children.get(-1, []), operators - _inside(groups, children.get(-1, []))
    shown += len(level)
    while level:
        inner = [child for index in level for child in children.get(index, [])]
        grown = shown - len(level) + _inside(groups, level) - _inside(groups, inner) + len(inner)
        if grown > SHOWN:
            break
        opened.update(level)
        level, shown = inner, grown
    return frozenset(opened)


def _inside(groups: Sequence[Group], indices: Sequence[int]) -> int:
    return sum(groups[index].end - groups[index].start for index in indices)


def _scope(name: str) -> tuple[str, ...]:
    """The innermost of the scopes that the operators come from which were fused into one (`a/b/x;a/y`)."""
    return max((tuple(part.split("/")[:-1]) for part in name.split(";")), key=lambda scope: len(scope))


def _by_scope(
    scopes: Sequence[tuple[str, ...]], start: int, end: int, depth: int, parent: int, groups: list[Group]
) -> None:
    """Adds the groups of the runs in [start, end) that share the scope at `depth`, and those within them."""
    at = start
    while at < end:
        here = scopes[at][depth : depth + 1]
        stop = at + 1
        while stop < end and scopes[stop][depth : depth + 1] == here:
            stop += 1
        if here and stop - at > 1:
            inner = parent
            if stop - at < end - start:
                groups.append(Group(at, stop, parent, here[0]))
                inner = len(groups) - 1
            _by_scope(scopes, at, stop, depth + 1, inner, groups)
        at = stop


def _by_repeats(kinds: Ints, start: int, end: int, parent: int, groups: list[Group]) -> None:
    """Adds a group for each repeat of the structures that repeat back to back in [start, end), those that cover most
    first."""
    if end - start <= 2 * SHORTEST_PERIOD:
        return
    found: list[tuple[int, int]] = []
    waiting = [(start, end)]
    while waiting:
        low, high = waiting.pop()
        best = _longest_repeat(kinds[low:high])
        if best is None:
            continue
        first, period, count = best
        if count * period < LEAST_REPEATED * (end - start):
            continue
        first += low
        found += [(first + n * period, period) for n in range(count)]
        waiting += [(low, first), (first + count * period, high)]
    for repeat, (first, period) in enumerate(sorted(found), 1):
        groups.append(Group(first, first + period, parent, "", repeat))


def _longest_repeat(values: Ints) -> tuple[int, int, int] | None:
    """Start, period and number of the back-to-back repeats that cover most, the shortest period among equals."""
    best, covered = None, 0
    for period in range(SHORTEST_PERIOD, min(LONGEST_PERIOD, values.size // 2) + 1):
        equal = np.concatenate([[False], values[period:] == values[:-period], [False]])
        edges = np.nonzero(np.diff(equal.astype(np.int8)))[0]
        length = edges[1::2] - edges[::2]
        if length.size == 0:
            continue
        longest = int(length.argmax())
        count = int(length[longest]) // period + 1
        first = int(edges[2 * longest])
        varied = np.unique(values[first : first + period]).size > 1
        if count > 1 and varied and count * period > covered * 1.1:
            best, covered = (first, period, count), count * period
    return best


def _chunked(groups: list[Group]) -> list[Group]:
    """Puts a layer of larger groups around the outermost ones where there are too many of them."""
    outer = [index for index, group in enumerate(groups) if group.parent < 0]
    if len(outer) <= AUTOMATIC:
        return groups
    chunks: list[list[int]] = [[]]
    for index in outer:
        if chunks[-1] and (len(chunks[-1]) == CHUNK or groups[chunks[-1][-1]].end != groups[index].start):
            chunks.append([])
        chunks[-1].append(index)
    result: list[Group] = []
    place: dict[int, int] = {-1: -1}
    around = {index: chunk for chunk in chunks for index in (chunk if len(chunk) > 1 else [])}
    for index, group in enumerate(groups):
        parent = place[group.parent]
        if index in around:
            chunk = around[index]
            if index == chunk[0]:
                first, last = groups[chunk[0]], groups[chunk[-1]]
                label = f"{first.label} \u2026 {last.label}" if first.label else ""
                result.append(Group(first.start, last.end, -1, label, first.repeat))
                place[~chunk[0]] = len(result) - 1
            parent = place[~chunk[0]]
        place[index] = len(result)
        result.append(replace(group, parent=parent))
    return result
