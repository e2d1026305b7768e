"""Files cut from a model so that the runtime shows what happens inside of it.

A model is *exposed* when what its operators give is among its outputs: it computes what it always does and shows the
steps. It is *severed* when besides each operator reads its inputs from the caller instead of from other operators: then
one run makes every operator's own error visible.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from quantscope.evaluate.alignment import Pair
from quantscope.model.edit import Blob, Bytes, ModelEdit, OperatorEdit, SubgraphEdit, TensorCopy, TensorEdit
from quantscope.model.graph import Model, Subgraph
from quantscope.model.write import write

NOTHING: Final = Bytes(np.zeros(0, np.uint8))


@dataclass(frozen=True, slots=True)
class Severed:
    """A severed model: the tensors to give it as inputs and those it gives as outputs, both in order."""

    path: str
    feeds: tuple[int, ...]
    results: tuple[int, ...]


def expose(model: Model, subgraph: Subgraph, results: Iterable[int], path: str) -> tuple[int, ...]:
    """Writes `subgraph` to `path` with `results` behind its own outputs; gives all outputs as tensors, in order."""
    outputs = tuple(dict.fromkeys((*subgraph.outputs, *results)))
    operators = tuple(operator.index for operator in subgraph.operators)
    _write(model, subgraph, SubgraphEdit({}, (), operators, outputs=outputs), {}, path)
    return outputs


def sever(model: Model, subgraph: Subgraph, pairs: Sequence[Pair], path: str) -> Severed:
    """Writes the operators of `pairs` to `path`, each reading what it reads from outside from an input of its own."""
    written = sorted({index for pair in pairs for index in pair.written})
    fed = {(index, tensor) for pair in pairs for tensor in pair.feeds for index in pair.written}
    produced = {output for index in written for output in subgraph.operators[index].outputs}
    copies: dict[int, int] = {}
    new_tensors: list[TensorCopy] = []
    for tensor in dict.fromkeys(tensor for pair in pairs for tensor in pair.feeds):
        copies[tensor] = tensor
        if tensor in produced:
            copies[tensor] = len(subgraph.tensors) + len(new_tensors)
            new_tensors.append(TensorCopy(tensor))
    operators: list[int | OperatorEdit] = []
    for index in written:
        operator = subgraph.operators[index]
        inputs = tuple(copies[i] if (index, i) in fed else i for i in operator.inputs)
        same = inputs == operator.inputs
        operators.append(index if same else OperatorEdit(index, operator.version, inputs))
    results = tuple(dict.fromkeys(tensor for pair in pairs for tensor in pair.results))
    used = {index for entry in written for index in subgraph.operators[entry].inputs}
    tensors, buffers = _emptied(model, subgraph, used)
    edit = SubgraphEdit(tensors, new_tensors, tuple(operators), tuple(copies.values()), results)
    _write(model, subgraph, edit, buffers, path)
    return Severed(path, tuple(copies), results)


def _emptied(
    model: Model, subgraph: Subgraph, used: Collection[int]
) -> tuple[Mapping[int, TensorEdit], Mapping[int, Blob]]:
    """Constants that `subgraph` doesn't use and nobody else has, so that they needn't be written."""
    read = [subgraph.tensors[index] for index in used if index >= 0]
    # The scales of blocks are in a tensor that no operator reads.
    scales = [
        subgraph.tensors[each.quantization.block_scales]
        for each in read
        if each.quantization and each.quantization.block
    ]
    needed = {tensor.buffer for tensor in (*read, *scales)}
    if subgraph.index == 0:  # with it the others are written
        needed |= {tensor.buffer for other in model.subgraphs[1:] for tensor in other.tensors}
    tensors = {
        tensor.index: TensorEdit(tensor.dtype, 0, None)
        for tensor in subgraph.tensors
        if tensor.buffer not in needed and model.is_constant(tensor)
    }
    return tensors, {subgraph.tensors[index].buffer: NOTHING for index in tensors}


def _write(model: Model, subgraph: Subgraph, edit: SubgraphEdit, buffers: Mapping[int, Blob], path: str) -> None:
    # The first subgraph may call others; any other one has to be alone to become the first.
    alone = subgraph.index or None
    with open(path, "wb") as file:
        write(model, ModelEdit({subgraph.index: edit}, buffers, (), alone), file)
