"""Files cut from a model so that the runtime shows what happens inside of it.

A model is *exposed* when what its operators give is among its outputs: it computes what it always does and shows the
steps. It is *severed* when besides each operator reads its inputs from the caller instead of from other operators: then
one run makes every operator's own error visible.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from quantscope.evaluate.alignment import Pair
from quantscope.model.calls import call_options, reached_from
from quantscope.model.edit import (
    Blob,
    Bytes,
    ModelEdit,
    NewOperator,
    OperatorEdit,
    SubgraphEdit,
    TensorCopy,
    TensorEdit,
)
from quantscope.model.graph import Model, Subgraph
from quantscope.model.options import OptionsReader
from quantscope.model.write import write

NOTHING: Final = Bytes(np.zeros(0, np.uint8))


@dataclass(frozen=True, slots=True)
class Severed:
    """A severed model: the tensors to give it as inputs and those it gives as outputs, both in order."""

    path: str
    feeds: tuple[int, ...]
    results: tuple[int, ...]


def expose(model: Model, subgraph: Subgraph, results: Iterable[int], path: str) -> tuple[int, ...]:
    """Writes `subgraph`, to be run as a model, to `path` with `results` behind its own outputs; gives all outputs as
    tensors, in order."""
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


def repeat(model: Model, subgraph: Subgraph, pair: Pair, times: int, path: str) -> None:
    """Writes the operators of `pair` `times` times over to `path`, one after the other, each time with inputs and
    outputs of their own: delegates leave out what nobody asks for, and do once what is asked for twice."""
    written = [subgraph.operators[index] for index in pair.written]
    values = (*pair.feeds, *dict.fromkeys(index for each in written for index in each.outputs if index >= 0))
    new_tensors: list[TensorCopy] = []
    operators: list[OperatorEdit] = []
    inputs: list[int] = []
    outputs: list[int] = []
    for _ in range(times):
        own = {tensor: len(subgraph.tensors) + len(new_tensors) + place for place, tensor in enumerate(values)}
        new_tensors += map(TensorCopy, values)
        operators += [
            OperatorEdit(
                each.index,
                each.version,
                tuple(own.get(index, index) for index in each.inputs),
                outputs=tuple(own.get(index, index) for index in each.outputs),
            )
            for each in written
        ]
        inputs += [own[tensor] for tensor in pair.feeds]
        outputs += [own[tensor] for tensor in pair.results]
    tensors, buffers = _emptied(model, subgraph, {index for each in written for index in each.inputs})
    edit = SubgraphEdit(tensors, new_tensors, tuple(operators), tuple(inputs), tuple(outputs))
    _write(model, subgraph, edit, buffers, path)


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
    others = (model.subgraphs[index] for index in _written(model, subgraph)[1:])
    needed |= {tensor.buffer for other in others for tensor in other.tensors}
    tensors = {
        tensor.index: TensorEdit(tensor.dtype, 0, None)
        for tensor in subgraph.tensors
        if tensor.buffer not in needed and model.is_constant(tensor)
    }
    return tensors, {subgraph.tensors[index].buffer: NOTHING for index in tensors}


def _write(model: Model, subgraph: Subgraph, edit: SubgraphEdit, buffers: Mapping[int, Blob], path: str) -> None:
    written = _written(model, subgraph)
    edits = {subgraph.index: edit}
    if subgraph.index:
        kept = (model.subgraphs[index] for index in written[1:])
        edits |= {each.index: SubgraphEdit({}, (), tuple(range(len(each.operators)))) for each in kept}
        places = {index: place for place, index in enumerate(written)}
        edits = {index: _renumbered(model, index, each, places) for index, each in edits.items()}
    with open(path, "wb") as file:
        write(model, ModelEdit(edits, buffers, (), written if subgraph.index else None), file)


def _written(model: Model, subgraph: Subgraph) -> tuple[int, ...]:
    """The subgraphs to write with `subgraph` as the first, which is the one that a model runs: those it calls."""
    if subgraph.index == 0:
        return tuple(range(len(model.subgraphs)))
    return subgraph.index, *sorted(reached_from(model, subgraph.index) - {subgraph.index})


def _renumbered(model: Model, subgraph: int, edit: SubgraphEdit, places: Mapping[int, int]) -> SubgraphEdit:
    """The same with calls of the subgraphs in `places` by their new numbers."""
    options = OptionsReader(model)
    operators: list[int | OperatorEdit | NewOperator] = []
    for entry in edit.operators:
        if isinstance(entry, NewOperator):
            operators.append(entry)
            continue
        operator = model.subgraphs[subgraph].operators[entry if isinstance(entry, int) else entry.index]
        calls = {name: places.get(called, called) for name, called in call_options(operator, options).items()}
        if calls:
            changed = OperatorEdit(entry, operator.version, operator.inputs) if isinstance(entry, int) else entry
            entry = replace(changed, options={**changed.options, **calls})
        operators.append(entry)
    return replace(edit, operators=tuple(operators))
