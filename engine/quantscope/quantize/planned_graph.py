"""A subgraph as the written file will hold it: the source's operators and tensors with a change applied, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from quantscope.model.edit import (
    Blob,
    Blocks,
    ModelEdit,
    NewOperator,
    NewTensor,
    OperatorEdit,
    Scales,
    SubgraphEdit,
    TensorCopy,
)
from quantscope.model.graph import NUMPY_TYPES, Model, Operator, Quantization, Subgraph, Tensor
from quantscope.model.options import OptionsReader, leading_elements
from quantscope.model.read import MAX_RANK

UNCHANGED: Final = ModelEdit({}, {}, ())
# The longest lists that operators take as operands (axes, sizes, paddings) have two numbers for each dimension.
MAX_INTEGERS: Final = 2 * MAX_RANK


@dataclass(frozen=True, slots=True)
class PlannedOperator:
    """An operator as it will be: `source` is where it comes from (None: new), `overrides` are its changed options."""

    type: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    source: Operator | None
    overrides: Mapping[str, int]


class PlannedGraph:
    """One subgraph of `model` after `edit`; operators in their new execution order.

    Tensors and options are looked up when asked for, so a view of a large graph costs little.
    """

    def __init__(self, model: Model, subgraph: Subgraph, edit: ModelEdit = UNCHANGED) -> None:
        self.model = model
        self.subgraph = subgraph
        self.edit = edit
        change = edit.subgraphs.get(subgraph.index)
        self._tensor_edits = change.tensors if change else {}
        self._new_tensors = tuple(change.new_tensors) if change else ()
        self._tensors: dict[int, Tensor] = {}
        self._options = OptionsReader(model)
        self.operators = _operators(subgraph, change)

    def tensor(self, index: int) -> Tensor:
        """A tensor as it will be, with the file's shape: there a dynamic dimension has some size (usually 1), not -1.

        The scales of a planned weight may not be known before it is written; ones stand for them then.
        """
        if index not in self._tensors:
            self._tensors[index] = self._look_up(index)
        return self._tensors[index]

    def _look_up(self, index: int) -> Tensor:
        if index >= len(self.subgraph.tensors):
            new = self._new_tensors[index - len(self.subgraph.tensors)]
            if isinstance(new, TensorCopy):
                return replace(self.tensor(new.index), index=index)
            return _new_tensor(index, new)
        tensor = self.subgraph.tensors[index]
        if -1 in tensor.shape:
            shape = leading_elements(self.model, "Tensor", tensor.position, "Shape", MAX_RANK)
            tensor = replace(tensor, shape=shape)
        if index in self._tensor_edits:
            change = self._tensor_edits[index]
            quantization = _planned_quantization(change.scales)
            tensor = replace(tensor, dtype=change.dtype, buffer=change.buffer, quantization=quantization)
        return tensor

    def is_constant(self, tensor: Tensor) -> bool:
        """True if the tensor's values will be in the file."""
        blob = self._blob(tensor.buffer)
        return (self.model.buffers[tensor.buffer].size if blob is None else blob.size) > 0

    def integers(self, tensor: Tensor) -> tuple[int, ...] | None:
        """Values of a short constant int32 or int64 tensor in a row; None for any other tensor."""
        if tensor.dtype not in ("INT32", "INT64") or tensor.sparse or tensor.elements > MAX_INTEGERS:
            return None
        blob = self._blob(tensor.buffer)
        data = self.model.raw(tensor.buffer) if blob is None else np.concatenate([*blob.chunks()])
        return tuple(data.view(NUMPY_TYPES[tensor.dtype]).tolist()) if data.size else None

    def options(self, operator: PlannedOperator) -> Mapping[str, int | float]:
        """The operator's scalar options by their schema names, empty for a new operator."""
        if operator.source is None:
            return {}
        options = self._options.scalars(operator.source)
        return {**options, **operator.overrides} if operator.overrides else options

    def new_shape(self, operator: PlannedOperator) -> tuple[int, ...]:
        """The shape that the options of a RESHAPE give, cut to the highest rank; empty where they give none."""
        source = operator.source
        if source is None or source.options_type != "ReshapeOptions":
            return ()
        return leading_elements(self.model, "ReshapeOptions", source.options, "NewShape", MAX_RANK)

    def custom_integers(self, operator: PlannedOperator, count: int) -> tuple[int, ...]:
        """The options of a custom operator read as `count` int32 in a row, 0 where they end."""
        position = operator.source.position if operator.source else 0
        data = bytes(leading_elements(self.model, "Operator", position, "CustomOptions", 4 * count, "B"))
        return tuple(np.frombuffer(data.ljust(4 * count, b"\0"), "<i4").tolist())

    def _blob(self, buffer: int) -> Blob | None:
        """What will be written as a buffer, None if it stays as it is."""
        new = buffer - len(self.model.buffers)
        return self.edit.buffers.get(buffer) if new < 0 else self.edit.new_buffers[new]


def _operators(subgraph: Subgraph, change: SubgraphEdit | None) -> tuple[PlannedOperator, ...]:
    planned = []
    unchanged: Mapping[str, int] = {}
    for entry in change.operators if change else range(len(subgraph.operators)):
        match entry:
            case NewOperator():
                operator = PlannedOperator(entry.type, entry.version, entry.inputs, entry.outputs, None, unchanged)
            case OperatorEdit():
                source = subgraph.operators[entry.index]
                outputs = source.outputs if entry.outputs is None else entry.outputs
                operator = PlannedOperator(source.type, entry.version, entry.inputs, outputs, source, entry.options)
            case _:
                source = subgraph.operators[entry]
                operator = PlannedOperator(
                    source.type, source.version, source.inputs, source.outputs, source, unchanged
                )
        planned.append(operator)
    return tuple(planned)


def _new_tensor(index: int, tensor: NewTensor) -> Tensor:
    return Tensor(
        index=index,
        position=0,
        name=tensor.name,
        shape=tuple(map(abs, tensor.shape)),
        dtype=tensor.dtype,
        buffer=tensor.buffer,
        variable=False,
        quantization=_planned_quantization(tensor.scales),
        sparse=False,
    )


def _planned_quantization(scales: Scales | Blocks | None) -> Quantization | None:
    if scales is None:
        return None
    if isinstance(scales, Blocks):
        return Quantization((), (), 0, scales.size, scales.tensor)
    known = np.where(scales.values > 0, scales.values, 1.0)
    return Quantization(tuple(known.tolist()), (scales.zero_point,) * known.size, scales.axis)
