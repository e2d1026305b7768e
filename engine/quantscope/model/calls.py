"""Which subgraphs operators call: loops, branches, initializations, composites."""

from collections.abc import Mapping

from quantscope.model.graph import Model, Operator
from quantscope.model.options import OptionsReader


def called_by(operator: Operator, options: OptionsReader) -> tuple[int, ...]:
    """The subgraphs that an operator calls, in its options' order; the file may name some that it hasn't got."""
    return tuple(
        int(value)
        for name, value in options.scalars(operator).items()
        if name.endswith("SubgraphIndex") or (operator.type, name) == ("CALL", "Subgraph")
    )


def callers(model: Model) -> Mapping[int, frozenset[str]]:
    """For each subgraph that operators call, the types of those operators."""
    options = OptionsReader(model)
    found: dict[int, set[str]] = {}
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            for called in called_by(operator, options):
                found.setdefault(called, set()).add(operator.type)
    return {called: frozenset(types) for called, types in found.items()}
