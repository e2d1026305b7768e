"""A model's inputs and outputs as integers: for pipelines that deliver bytes, and devices that have no floats."""

from collections.abc import Collection, Mapping

from quantscope.model.calls import callers, entries
from quantscope.model.graph import Model, Subgraph
from quantscope.quantize.static.kernels import INTEGER_FACTS
from quantscope.quantize.static.scales import real_inputs
from quantscope.recipe import Interface


def asked_ends(model: Model, subgraph: Subgraph, interface: Interface) -> frozenset[int]:
    """The real-valued inputs and outputs of a subgraph that `interface` asks to be integers.

    Of the main subgraph and of those that signatures name: what operators call keeps the types they call it with. A
    tensor that is both an input and an output is only one if both are asked for.
    """
    if (
        interface is Interface.FLOAT
        or subgraph.index not in {entry.subgraph for entry in entries(model)} - callers(model).keys()
    ):
        return frozenset()
    asked = {*(subgraph.inputs if interface.inputs else ()), *(subgraph.outputs if interface.outputs else ())}
    kept = {*(() if interface.inputs else subgraph.inputs), *(() if interface.outputs else subgraph.outputs)}
    tensors = (subgraph.tensors[index] for index in asked - kept if index >= 0)
    return frozenset(
        tensor.index
        for tensor in tensors
        if tensor.dtype == "FLOAT32" and not tensor.variable and not model.is_constant(tensor)
    )


def types_of_ends(
    subgraph: Subgraph, ends: Collection[int], dtypes: Mapping[int, str], default: str
) -> Mapping[int, str]:
    """The types that inputs and outputs have as integers: that of the operator in integers that makes or first reads
    them (`dtypes`), `default` where there is none."""
    found: dict[int, str] = {}
    for at, dtype in dtypes.items():
        found.update(dict.fromkeys(subgraph.operators[at].outputs, dtype))
    for at, dtype in dtypes.items():
        operator = subgraph.operators[at]
        for slot in real_inputs(subgraph, operator, INTEGER_FACTS[operator.type]):
            found.setdefault(operator.inputs[slot], dtype)
    return {index: found.get(index, default) for index in sorted(ends)}
