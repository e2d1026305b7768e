"""Weights that the source stores in float16: constants behind a DEQUANTIZE, taken for the float ones they stand for."""

from collections.abc import Mapping
from dataclasses import replace

from quantscope.model.graph import Model, Operator, Subgraph, Tensor


def half_weights(model: Model, subgraph: Subgraph) -> Mapping[int, Tensor]:
    """The float16 constant behind each float32 tensor that a DEQUANTIZE in the source makes of one, by its index.

    Only constants that nothing but such operators reads.
    """
    found: dict[int, Tensor] = {}
    if all(operator.type != "DEQUANTIZE" for operator in subgraph.operators):
        return found
    others: set[int] = {*subgraph.inputs, *subgraph.outputs}
    for operator in subgraph.operators:
        constant = _unpacked(model, subgraph, operator)
        if constant is None:
            others.update(operator.inputs)
        else:
            found[operator.outputs[0]] = constant
    return {index: constant for index, constant in found.items() if constant.index not in others}


def unpacked_view(model: Model, subgraph: Subgraph) -> Subgraph:
    """The subgraph as if its operators read such float16 constants themselves; the DEQUANTIZE stay where they are."""
    halves = half_weights(model, subgraph)
    if not halves:
        return subgraph

    def direct(operator: Operator) -> Operator:
        inputs = tuple(halves[index].index if index in halves else index for index in operator.inputs)
        return replace(operator, inputs=inputs)

    return replace(subgraph, operators=tuple(map(direct, subgraph.operators)))


def _unpacked(model: Model, subgraph: Subgraph, operator: Operator) -> Tensor | None:
    """The constant that the operator unpacks, None if it does anything else."""
    if operator.type != "DEQUANTIZE" or len(operator.inputs) != 1 or len(operator.outputs) != 1:
        return None
    if min(*operator.inputs, *operator.outputs) < 0:
        return None
    constant, made = subgraph.tensors[operator.inputs[0]], subgraph.tensors[operator.outputs[0]]
    if constant.dtype != "FLOAT16" or constant.sparse or constant.variable or made.dtype != "FLOAT32":
        return None
    return constant if model.is_constant(constant) and constant.shape == made.shape else None
