"""The graph that is shown: inputs, operators or the closed groups that hide them, outputs, and the edges between."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quantscope.documents.drawing import GROUP, INPUT, OPERATOR, OUTPUT
from quantscope.draw.groups import Group
from quantscope.layout.values import Ints
from quantscope.model.graph import Model, Subgraph


@dataclass(frozen=True, slots=True)
class Shown:
    """Nodes in the order of execution. `kind`, `first`, `end` and `group` as in drawing.Nodes; `edges` is (edges, 2)
    nodes, `tensors` (edges,) what they carry."""

    kind: Ints
    first: Ints
    end: Ints
    group: Ints
    edges: Ints
    tensors: Ints


def shown(model: Model, subgraph: Subgraph, groups: Sequence[Group], opened: frozenset[int]) -> Shown:
    """What of `subgraph` is shown while exactly the groups in `opened` are open (and those around them are, too)."""
    count = len(subgraph.operators)
    hidden_by = np.full(count, -1, np.int64)
    around = np.full(count, -1, np.int64)
    visible = [False] * len(groups)
    for index, group in enumerate(groups):
        outer = group.parent < 0 or (visible[group.parent] and group.parent in opened)
        visible[index] = outer
        if outer:
            (around if index in opened else hidden_by)[group.start : group.end] = index
    leads = np.ones(count, np.bool_)
    leads[1:] = (hidden_by[1:] < 0) | (hidden_by[1:] != hidden_by[:-1])
    first = np.nonzero(leads)[0]
    inputs = [tensor for tensor in subgraph.inputs if tensor >= 0]
    outputs = [tensor for tensor in subgraph.outputs if tensor >= 0]
    node_of_operator = np.cumsum(leads) - 1 + len(inputs)
    middle = first.size
    hidden = hidden_by[first]
    kind = np.concatenate(
        [np.full(len(inputs), INPUT), np.where(hidden >= 0, GROUP, OPERATOR), np.full(len(outputs), OUTPUT)]
    )
    edges, tensors = _edges(subgraph, inputs, outputs, node_of_operator.tolist(), len(inputs) + middle)
    nowhere = -1
    return Shown(
        kind=kind,
        first=np.concatenate([inputs, first, outputs]).astype(np.int64),
        end=np.concatenate([inputs, np.append(first[1:], count)[:middle], outputs]).astype(np.int64),
        group=np.concatenate(
            [
                np.full(len(inputs), nowhere),
                np.where(hidden >= 0, hidden, around[first]),
                np.full(len(outputs), nowhere),
            ]
        ),
        edges=edges,
        tensors=tensors,
    )


def _edges(
    subgraph: Subgraph, inputs: Sequence[int], outputs: Sequence[int], node: Sequence[int], first_output: int
) -> tuple[Ints, Ints]:
    """Edges (edges, 2) and what they carry (edges,), each once; none within a node."""
    makers = {tensor: place for place, tensor in enumerate(inputs)}
    makers |= {
        tensor: node[operator.index] for operator in subgraph.operators for tensor in operator.outputs if tensor >= 0
    }
    found = [
        (makers[tensor], node[operator.index], tensor)
        for operator in subgraph.operators
        for tensor in operator.inputs
        if tensor in makers
    ]
    found += [
        (makers[tensor], first_output + place, tensor) for place, tensor in enumerate(outputs) if tensor in makers
    ]
    table = np.array(found, np.int64).reshape(-1, 3)
    table = np.unique(table[table[:, 0] != table[:, 1]], axis=0)
    return table[:, :2], table[:, 2]
