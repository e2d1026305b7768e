"""A subgraph as the written file will hold it: the source's operators and tensors with a change applied, as values."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
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
    TensorEdit,
)
from quantscope.model.graph import NUMPY_TYPES, Model, Operator, Quantization, Subgraph, Tensor
from quantscope.model.options import OptionsReader, leading_elements
from quantscope.model.read import MAX_RANK

UNCHANGED: Final = ModelEdit({}, {}, ())
NO_OVERRIDES: Final[Mapping[str, bool]] = MappingProxyType({})
# The longest lists that operators take as operands (axes, sizes, paddings) have two numbers for each dimension.
MAX_INTEGERS: Final = 2 * MAX_RANK
INTEGERS: Final = frozenset({"INT32", "INT64"})


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

    Tensors and options are looked up when asked for, so a view of a large graph costs little, and less where the same
    subgraph without an edit is at hand as `source`.
    """

    def __init__(
        self, model: Model, subgraph: Subgraph, edit: ModelEdit = UNCHANGED, source: "PlannedGraph | None" = None
    ) -> None:
        self.model = model
        self.subgraph = subgraph
        self.edit = edit
        self._source = source
        change = edit.subgraphs.get(subgraph.index)
        self._tensor_edits = change.tensors if change else {}
        self._new_tensors = tuple(change.new_tensors) if change else ()
        self._tensors: dict[int, Tensor] = {}
        self._operand_keys: dict[int, Hashable] = {}
        self._options: OptionsReader = source._options if source else OptionsReader(model)
        unchanged: tuple[PlannedOperator, ...] = (
            source.operators if source else tuple(map(_unchanged, subgraph.operators))
        )
        self.operators: tuple[PlannedOperator, ...] = _operators(unchanged, change) if change else unchanged

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
        if self._source:
            tensor = self._source.tensor(index)
        else:
            tensor = self.subgraph.tensors[index]
            if -1 in tensor.shape:
                shape = leading_elements(self.model, "Tensor", tensor.position, "Shape", MAX_RANK)
                tensor = replace(tensor, shape=shape)
        if index in self._tensor_edits:
            change = self._tensor_edits[index]
            quantization = _planned_quantization(change.scales)
            tensor = replace(tensor, dtype=change.dtype, buffer=change.buffer, quantization=quantization)
        return tensor

    def keys(self) -> Sequence[Hashable | None]:
        """For each operator what it has in common with operators of graphs with the same `source` exactly if all is
        alike that this class tells of them and their operands, numbers of new tensors apart; None where that would take
        long to know."""
        if self._source is None:
            return (None,) * len(self.operators)
        unchanged, touched = self._source.operators, self._touched
        return [
            source.index
            if (source := operator.source) is not None
            and operator is unchanged[source.index]
            and touched.isdisjoint(operator.inputs)
            and touched.isdisjoint(operator.outputs)
            else self._key(operator)
            for operator in self.operators
        ]

    def _key(self, operator: PlannedOperator) -> Hashable | None:
        operands = tuple(map(self._operand_key, (*operator.inputs, *operator.outputs)))
        if None in operands:
            return None
        origin = operator.type if operator.source is None else operator.source.index
        return origin, operator.version, len(operator.inputs), operands, *operator.overrides.items()

    @cached_property
    def _touched(self) -> frozenset[int]:
        """The source's tensors that the edit gives another form or other values."""
        if self._source is None:
            return frozenset()
        rewritten = (self._source._of_buffer.get(buffer, ()) for buffer in self.edit.buffers)
        return frozenset(self._tensor_edits).union(*rewritten)

    @cached_property
    def _of_buffer(self) -> Mapping[int, list[int]]:
        """The tensors that refer to each buffer."""
        found: dict[int, list[int]] = defaultdict(list)
        for tensor in self.subgraph.tensors:
            found[tensor.buffer].append(tensor.index)
        return found

    def _operand_key(self, index: int) -> Hashable | None:
        if index not in self._operand_keys:
            self._operand_keys[index] = self._key_of_operand(index)
        return self._operand_keys[index]

    def _key_of_operand(self, index: int) -> Hashable | None:
        """Without building the tensor, for that takes longer than what the key is to save."""
        if index not in self._touched and index < len(self.subgraph.tensors):
            return index
        form: TensorEdit | NewTensor | TensorCopy | Tensor
        if index >= len(self.subgraph.tensors):
            form = self._new_tensors[index - len(self.subgraph.tensors)]
        else:
            form = self._tensor_edits.get(index, self.subgraph.tensors[index])
        if isinstance(form, TensorCopy):
            return None
        constant = self._is_filled(form.buffer)
        if constant and form.dtype in INTEGERS:
            return None
        match form:
            case NewTensor():
                return form.shape, form.dtype, constant, _key_of_scales(form.scales)
            case TensorEdit():
                return index, form.dtype, constant, _key_of_scales(form.scales)
        return index, constant

    def is_constant(self, tensor: Tensor) -> bool:
        """True if the tensor's values will be in the file."""
        return self._is_filled(tensor.buffer)

    def integers(self, tensor: Tensor) -> tuple[int, ...] | None:
        """Values of a short constant int32 or int64 tensor in a row; None for any other tensor."""
        if tensor.dtype not in INTEGERS or tensor.sparse or tensor.elements > MAX_INTEGERS:
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

    def _is_filled(self, buffer: int) -> bool:
        blob = self._blob(buffer)
        return (self.model.buffers[buffer].size if blob is None else blob.size) > 0

    def _blob(self, buffer: int) -> Blob | None:
        """What will be written as a buffer, None if it stays as it is."""
        new = buffer - len(self.model.buffers)
        return self.edit.buffers.get(buffer) if new < 0 else self.edit.new_buffers[new]


def _unchanged(source: Operator) -> PlannedOperator:
    return PlannedOperator(source.type, source.version, source.inputs, source.outputs, source, NO_OVERRIDES)


def _operators(unchanged: Sequence[PlannedOperator], change: SubgraphEdit) -> tuple[PlannedOperator, ...]:
    planned = []
    for entry in change.operators:
        match entry:
            case int():
                operator = unchanged[entry]
            case NewOperator():
                operator = PlannedOperator(entry.type, entry.version, entry.inputs, entry.outputs, None, NO_OVERRIDES)
            case OperatorEdit():
                before = unchanged[entry.index]
                outputs = before.outputs if entry.outputs is None else entry.outputs
                operator = PlannedOperator(
                    before.type, entry.version, entry.inputs, outputs, before.source, entry.options
                )
        planned.append(operator)
    return tuple(planned)


def _key_of_scales(scales: Scales | Blocks | None) -> Hashable:
    match scales:
        case Scales():
            return scales.values.tobytes(), scales.axis, scales.zero_point
        case Blocks():
            return scales.size, scales.tensor
    return None


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
