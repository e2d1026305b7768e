"""Predicting what a target's delegate will do with a model as it would be written."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quantscope.model.edit import ModelEdit
from quantscope.model.graph import Model
from quantscope.quantize import xnnpack
from quantscope.quantize.partition import partitions
from quantscope.quantize.planned_graph import PlannedGraph
from quantscope.quantize.targets import Target

# Operators that TFLite keeps in order whatever they read and write; so are those with a resource tensor (subgraph.cc).
SIDE_EFFECTS: Final = frozenset({"IF", "WHILE", "CALL_ONCE"})
# Subgraphs with this name prefix belong to acceleration tests and are never delegated (interpreter.cc).
VALIDATION: Final = "VALIDATION:"


@dataclass(frozen=True, slots=True)
class Delegation:
    """What the delegate makes of one subgraph: in which partition it takes each source operator, by index, and how many
    partitions there are.

    Partitions are numbered in the order in which they run. New operators count in them but aren't listed, nor are
    operators of the source that the change replaces.
    """

    taken: Mapping[int, int]
    partitions: int


NOTHING: Final = Delegation({}, 0)
# How many forms of each operator are remembered, on average.
FORMS_KEPT: Final = 8


class Predictor:
    """Predicts what becomes of one model under different edits. What doesn't depend on an edit, and what became of
    operators in the forms they had, is remembered."""

    def __init__(self, model: Model, target: Target) -> None:
        self._model = model
        self._target = target
        self._sources = tuple(PlannedGraph(model, subgraph) for subgraph in model.subgraphs)
        self.known: tuple[dict[Hashable, xnnpack.Fate], ...] = tuple({} for _ in model.subgraphs)

    def graphs(self, edit: ModelEdit) -> tuple[PlannedGraph, ...]:
        """The subgraphs of the model after `edit`."""
        return tuple(PlannedGraph(self._model, source.subgraph, edit, source) for source in self._sources)

    def delegation(self, graphs: Sequence[PlannedGraph]) -> tuple[Delegation, ...]:
        """What the target's delegate does with each of `graphs`, bodies of control flow included.

        Nothing is on a target without a delegate, or in a subgraph whose operators wait for each other in a circle.
        """
        if not self._target.delegate:
            return (NOTHING,) * len(graphs)
        return tuple(
            NOTHING if graph.subgraph.name.startswith(VALIDATION) else _delegation(graph, known)
            for graph, known in zip(graphs, self.known, strict=True)
        )


def delegation(model: Model, edit: ModelEdit, target: Target) -> tuple[Delegation, ...]:
    """What the delegate of `target` does with each subgraph of `model` after `edit`, as Predictor.delegation."""
    predictor = Predictor(model, target)
    return predictor.delegation(predictor.graphs(edit))


def _delegation(graph: PlannedGraph, known: dict[Hashable, xnnpack.Fate]) -> Delegation:
    if len(known) > FORMS_KEPT * len(graph.operators):
        known.clear()
    taken = xnnpack.taken(graph, known)
    parts = delegate_partitions(graph, taken)
    if parts is None:
        return NOTHING
    numbers = {
        source.index: number
        for number, part in enumerate(parts)
        for position in part
        if (source := graph.operators[position].source) is not None
    }
    return Delegation(numbers, len(parts))


def delegate_partitions(graph: PlannedGraph, taken: frozenset[int]) -> list[list[int]] | None:
    """The partitions, as positions in `graph.operators`; None if operators wait for each other in a circle."""
    operators = graph.operators
    resources = {tensor.index for tensor in graph.subgraph.tensors if tensor.dtype == "RESOURCE"}
    return partitions(
        [operator.inputs for operator in operators],
        [operator.outputs for operator in operators],
        [position in taken for position in range(len(operators))],
        [
            position
            for position, operator in enumerate(operators)
            if operator.type in SIDE_EFFECTS or not resources.isdisjoint((*operator.inputs, *operator.outputs))
        ],
    )
