"""How subgraphs are reached: called by operators as loops, branches, initializations, composites, or from outside."""

from collections.abc import Mapping
from dataclasses import dataclass

from quantscope.model.graph import Model, Operator
from quantscope.model.options import OptionsReader


def called_by(operator: Operator, options: OptionsReader) -> tuple[int, ...]:
    """The subgraphs that an operator calls, in its options' order; the file may name some that it hasn't got."""
    return tuple(call_options(operator, options).values())


def call_options(operator: Operator, options: OptionsReader) -> Mapping[str, int]:
    """The same by the options' names."""
    return {
        name: int(value)
        for name, value in (options.second if operator.options_type == "NONE" else options.scalars)(operator).items()
        if name.endswith("SubgraphIndex") or (operator.type, name) == ("CALL", "Subgraph")
    }


def callers(model: Model) -> Mapping[int, frozenset[str]]:
    """For each subgraph that operators call, the types of those operators."""
    options = OptionsReader(model)
    found: dict[int, set[str]] = {}
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            for called in called_by(operator, options):
                found.setdefault(called, set()).add(operator.type)
    return {called: frozenset(types) for called, types in found.items()}


def reached_from(model: Model, subgraph: int) -> frozenset[int]:
    """A subgraph and all that its operators call, and what those call."""
    options = OptionsReader(model)
    reached, waiting = {subgraph}, [subgraph]
    while waiting:
        for operator in model.subgraphs[waiting.pop()].operators:
            for called in called_by(operator, options):
                if called not in reached and 0 <= called < len(model.subgraphs):
                    reached.add(called)
                    waiting.append(called)
    return frozenset(reached)


@dataclass(frozen=True, slots=True)
class Entry:
    """A subgraph that a model is run by, with its inputs and outputs as tensors, and the names of its inputs: a
    signature's, whose key is `key`, else the tensors'."""

    subgraph: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    key: str = ""
    names: tuple[str, ...] = ()


def entries(model: Model) -> tuple[Entry, ...]:
    """The main subgraph, and each further one that a signature names, in order."""
    found: dict[int, Entry] = {}
    for signature in model.signatures:
        if 0 <= signature.subgraph < len(model.subgraphs) and signature.subgraph not in found:
            subgraph = model.subgraphs[signature.subgraph]
            named = {tensor: name for name, tensor in signature.inputs.items()}
            found[signature.subgraph] = Entry(
                signature.subgraph,
                subgraph.inputs,
                subgraph.outputs,
                signature.key,
                tuple(named.get(tensor, subgraph.tensors[tensor].name) for tensor in subgraph.inputs),
            )
    if model.subgraphs and 0 not in found:
        main = model.subgraphs[0]
        names = tuple(main.tensors[tensor].name for tensor in main.inputs)
        found[0] = Entry(0, main.inputs, main.outputs, names=names)
    return tuple(found[subgraph] for subgraph in sorted(found))
