"""Writing a changed model: new metadata in front of the old, weight bytes streamed after both.

A flatbuffer grows towards lower addresses (see `front`), so it can be started with the source's skeleton (see `splice`)
as what is there already: unchanged tables are referred to where they are, only changed ones are written anew. Weights
never pass through it. Flatbuffer offsets only point forward, so a buffer's data may stand anywhere after its table:
each weight is appended, aligned to 16 bytes, and the four bytes that refer to it are patched. From 2 GB on, where those
offsets end, buffers lie outside the flatbuffer by `offset` and `size`, as the schema provides.
"""

import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from quantscope.errors import ModelUnsupportedError
from quantscope.model.archive import archive_start, moved
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
from quantscope.model.flatbuffer import Positions
from quantscope.model.front import Front
from quantscope.model.graph import Buffer, Model
from quantscope.model.options import OptionsReader
from quantscope.model.schema import IDENTIFIER, Field, Schema, schema
from quantscope.model.splice import ALIGNMENT, Skeleton, cut

# Smaller buffers (shapes, axes, short biases) stay where they are: moving them would gain nothing.
MOVED_FROM: Final = 256
_PLACES: Final = ("Data", "Offset", "Size")
FLATBUFFER_LIMIT: Final = 2**31 - 2**20


def write(model: Model, edit: ModelEdit, file: BinaryIO, flatbuffer_limit: int = FLATBUFFER_LIMIT) -> None:
    """Writes `model` with `edit` applied to `file`, which must be empty and seekable.

    A result that would reach `flatbuffer_limit` bytes keeps its weights in external buffers. Raises OSError if writing
    fails and ModelUnsupportedError if the source's structure can't be taken apart.
    """
    _Writer(model, edit, schema()).write(file, flatbuffer_limit)


@dataclass(frozen=True, slots=True)
class _FromSource:
    """A weight that is copied as it is."""

    data: npt.NDArray[np.uint8]

    @property
    def size(self) -> int:
        return self.data.size

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        step = 4 << 20
        for start in range(0, self.data.size, step):
            yield self.data[start : start + step]


@dataclass(frozen=True, slots=True)
class _Patch:
    """Words of a buffer table to be filled in once it is known where the data goes: distances from the end."""

    blob: Blob
    data: int
    offset: int
    size: int


class _Writer:
    def __init__(self, model: Model, edit: ModelEdit, tflite: Schema) -> None:
        self.model = model
        self.edit = edit
        self.schema = tflite
        # By their tables, for more than one entry of a strange file's list of buffers may be the same table.
        tables = {
            buffer.position
            for buffer in model.buffers
            if buffer.size >= MOVED_FROM or buffer.external or buffer.index in edit.buffers
        }
        self.moved = {
            buffer.index: edit.buffers.get(buffer.index) or _FromSource(model.raw(buffer.index))
            for buffer in model.buffers
            if buffer.position in tables
        }
        self.tail = archive_start(model)
        self.skeleton = self._skeleton()
        self.front = Front(self.skeleton.data)
        self.end = len(self.skeleton.data)
        self.late: list[tuple[int, Scales]] = []
        self.patches: list[_Patch] = []
        self.zero_points: dict[tuple[int, int], int] = {}
        self.codes = [(code.type, code.version) for code in model.operator_codes]

    def write(self, file: BinaryIO, flatbuffer_limit: int) -> None:
        total = self.end + sum(blob.size + ALIGNMENT for blob in (*self.moved.values(), *self.edit.new_buffers))
        external = total >= flatbuffer_limit
        only = self.edit.only
        kept = range(len(self.model.subgraphs)) if only is None else only
        subgraphs = [self._subgraph(index) for index in kept]
        codes = self._operator_codes()
        buffers = self._buffers(external)
        fields = self.schema.table("Model")
        root = self._clone(
            self.model.position,
            fields,
            {
                "Subgraphs": self.front.references(subgraphs),
                "OperatorCodes": self.front.references(codes),
                "Buffers": self.front.references(buffers),
                **({} if only is None else {"SignatureDefs": self.front.references([])}),
                **({} if self.edit.description is None else {"Description": self.front.string(self.edit.description)}),
            },
        )
        self._stream(file, memoryview(self.front.finished(root, IDENTIFIER)), external)

    def _skeleton(self) -> Skeleton:
        holes = []
        for index in self.moved:
            buffer = self.model.buffers[index]
            if buffer.size:
                holes.append((buffer.start - (0 if buffer.external else 4), buffer.start + buffer.size))
        if self.tail < self.model.bytes:
            holes.append((self.tail, self.model.bytes))
        ranges = np.array(holes, np.int64).reshape(-1, 2)
        parts = self.model.parts.disjoint()
        if parts is None or np.any(self.model.parts.ranges.touch(ranges[:, 0], ranges[:, 1])):
            raise ModelUnsupportedError("Parts of the model file overlap, so it can't be rewritten.")
        # The root's offset and the file identifier are written anew too.
        return cut(self.model.data, holes, self.model.references, [(0, 8), *parts.starting_at(self._replaced())])

    def _replaced(self) -> Iterator[int]:
        """Where that starts which is written anew: the root, the changed tables, and the lists they stand in."""
        model = self.model
        yield model.position
        for name in ("Subgraphs", "OperatorCodes", "Buffers"):
            yield from self._vector(model.position, self.schema.table("Model")[name])
        for index in self.moved:
            yield model.buffers[index].position
        changed: set[int] = set()
        kept: set[int] = set()
        for subgraph in model.subgraphs:
            edit = self.edit.subgraphs.get(subgraph.index)
            same = {entry for entry in edit.operators if isinstance(entry, int)} if edit else None
            (changed if edit else kept).add(subgraph.position)
            for tensor in subgraph.tensors:
                (changed if edit and tensor.index in edit.tensors else kept).add(tensor.position)
            for operator in subgraph.operators:
                (kept if same is None or operator.index in same else changed).add(operator.position)
            if edit:
                for name in ("Tensors", "Operators"):
                    yield from self._vector(subgraph.position, self.schema.table("SubGraph")[name])
                for entry in edit.operators:
                    if isinstance(entry, OperatorEdit) and entry.inputs != subgraph.operators[entry.index].inputs:
                        position = subgraph.operators[entry.index].position
                        yield from self._vector(position, self.schema.table("Operator")["Inputs"])
        # A strange file may list the same table twice, and only one of the two changes.
        yield from changed - kept

    def _vtable(self, position: int) -> list[int]:
        """Inline size of the table at `position`, then the offset of each slot's field (0: absent)."""
        file = self.model.mapping
        start: int = position - struct.unpack_from("<i", file, position)[0]
        (size,) = struct.unpack_from("<H", file, start)
        return list(struct.unpack_from(f"<{(size - 2) // 2}H", file, start + 2))

    def _vector(self, table: int, field: Field) -> Iterator[int]:
        """Where the vector is that a table's field refers to, if there is one."""
        slots = self._vtable(table)[1:]
        if field.slot < len(slots) and slots[field.slot]:
            yield self._forward[table + slots[field.slot]]

    def _old(self, position: int) -> int:
        """The place of what stood at `position` in the source."""
        return self.end - self.skeleton.place_one(position)

    def _old_many(self, positions: Positions) -> list[int]:
        result: list[int] = (self.end - self.skeleton.place(positions)).tolist()
        return result

    # Tables ---------------------------------------------------------------------------------------------------------

    def _subgraph(self, index: int) -> int:
        source = self.model.subgraphs[index]
        edit = self.edit.subgraphs.get(index)
        if edit is None:
            return self._old(source.position)
        tensors = self._old_many(np.array([tensor.position for tensor in source.tensors], np.int64))
        for at, change in edit.tensors.items():
            overrides = {"Type": self.schema.data_type_codes[change.dtype], "Buffer": change.buffer}
            if change.scales is not None:
                overrides["Quantization"] = self._quantization(change.scales)
            if change.name is not None:
                overrides["Name"] = self.front.string(change.name)
            tensors[at] = self._clone(source.tensors[at].position, self.schema.table("Tensor"), overrides)
        for tensor in edit.new_tensors:
            tensors.append(tensors[tensor.index] if isinstance(tensor, TensorCopy) else self._new_tensor(tensor))
        operators = self._operators(index, edit)
        overrides = {"Tensors": self.front.references(tensors), "Operators": self.front.references(operators)}
        for name, indices in (("Inputs", edit.inputs), ("Outputs", edit.outputs)):
            if indices is not None:
                overrides[name] = self.front.vector(np.array(indices, "<i4"))
        return self._clone(source.position, self.schema.table("SubGraph"), overrides)

    def _operators(self, index: int, edit: SubgraphEdit) -> list[int]:
        source = self.model.subgraphs[index].operators
        old = self._old_many(np.array([operator.position for operator in source], np.int64))
        result = []
        for entry in edit.operators:
            if isinstance(entry, int):
                result.append(old[entry])
            elif isinstance(entry, OperatorEdit):
                result.append(self._edited_operator(index, entry))
            else:
                result.append(self._new_operator(entry))
        return result

    def _edited_operator(self, subgraph: int, edit: OperatorEdit) -> int:
        operator = self.model.subgraphs[subgraph].operators[edit.index]
        overrides: dict[str, int] = {"OpcodeIndex": self._code(operator.type, edit.version, operator.opcode)}
        if edit.inputs != operator.inputs:
            overrides["Inputs"] = self.front.vector(np.array(edit.inputs, "<i4"))
        for name, operands in (("Outputs", edit.outputs), ("Intermediates", edit.intermediates)):
            if operands is not None:
                overrides[name] = self.front.vector(np.array(operands, "<i4"))
        if edit.options:
            field, kind, position = OptionsReader(self.model).place(operator)
            fields = self.schema.table(kind)
            values = {name: int(value) for name, value in edit.options.items()}
            overrides[field] = self._clone(position, fields, values) if position else self._table(fields, values)
        return self._clone(operator.position, self.schema.table("Operator"), overrides)

    def _new_operator(self, operator: NewOperator) -> int:
        values = {
            "OpcodeIndex": self._code(operator.type, operator.version, None),
            "Inputs": self.front.vector(np.array(operator.inputs, "<i4")),
            "Outputs": self.front.vector(np.array(operator.outputs, "<i4")),
            "BuiltinOptionsType": self.schema.options_codes[operator.options_type],
            "BuiltinOptions": self._table({}, {}),
        }
        return self._table(self.schema.table("Operator"), values)

    def _new_tensor(self, tensor: NewTensor) -> int:
        values = {
            "Name": self.front.string(tensor.name),
            "Shape": self.front.vector(np.abs(np.array(tensor.shape, "<i4"))),
            "Type": self.schema.data_type_codes[tensor.dtype],
            "Buffer": tensor.buffer,
            "HasRank": 1,
        }
        if -1 in tensor.shape:
            values["ShapeSignature"] = self.front.vector(np.array(tensor.shape, "<i4"))
        if tensor.scales is not None:
            values["Quantization"] = self._quantization(tensor.scales)
        return self._table(self.schema.table("Tensor"), values)

    def _quantization(self, scales: Scales | Blocks) -> int:
        if isinstance(scales, Blocks):
            details = {"Scales": scales.tensor, "ZeroPoints": -1, "BlockSize": scales.size}
            kind = self.schema.details_codes["BlockwiseQuantization"]
            blocks = self._table(self.schema.table("BlockwiseQuantization"), details)
            return self._table(self.schema.table("QuantizationParameters"), {"DetailsType": kind, "Details": blocks})
        self.late.append((self.front.vector(scales.values), scales))
        values = {
            "Scale": self.late[-1][0],
            "ZeroPoint": self._zero_points(scales.values.size, scales.zero_point),
            "QuantizedDimension": scales.axis,
        }
        return self._table(self.schema.table("QuantizationParameters"), values)

    def _zero_points(self, count: int, value: int) -> int:
        """A vector of int64, one for all tensors that need the same: eight bytes a channel add up."""
        if (count, value) not in self.zero_points:
            self.zero_points[count, value] = self.front.vector(np.full(count, value, "<i8"))
        return self.zero_points[count, value]

    def _code(self, kind: str, version: int, old: int | None) -> int:
        """Index of the operator code for a built-in operator, adding one if need be."""
        if (kind, version) not in self.codes:
            self.codes.append((kind, version))
        if old is not None and self.codes[old] == (kind, version):
            return old
        return self.codes.index((kind, version))

    def _operator_codes(self) -> list[int]:
        source = self.model.operator_codes
        result = self._old_many(np.array([code.position for code in source], np.int64))
        for kind, version in self.codes[len(source) :]:
            code = self.schema.operator_codes[kind]
            # Readers older than 2020 know only the 8-bit field, in which 127 stands for "see the other one".
            values = {"BuiltinCode": code, "DeprecatedBuiltinCode": min(code, 127), "Version": version}
            result.append(self._table(self.schema.table("OperatorCode"), values))
        return result

    def _buffers(self, external: bool) -> list[int]:
        result = self._old_many(np.array([buffer.position for buffer in self.model.buffers], np.int64))
        written: dict[tuple[int, int], int] = {}
        for index, blob in self.moved.items():
            # Buffer tables of the source that share their data go on sharing it.
            place = self._identity(self.model.buffers[index])
            if place not in written:
                written[place] = self._buffer(blob, external, self.model.buffers[index].position)
            result[index] = written[place]
        return result + [self._buffer(blob, external) for blob in self.edit.new_buffers]

    def _identity(self, buffer: Buffer) -> tuple[int, int]:
        return (-1, buffer.index) if buffer.index in self.edit.buffers else (buffer.start, buffer.size)

    def _buffer(self, blob: Blob, external: bool, source: int | None = None) -> int:
        """A buffer table with room for where its data will be; other fields are the ones of the table at `source`."""
        fields = self.schema.table("Buffer")
        room = {"Offset": bytes(8), "Size": bytes(8)} if external else {"Data": bytes(4)}
        entries = {} if source is None else self._entries_of(source, fields, {fields[name].slot for name in _PLACES})
        entries |= {fields[name].slot: blank for name, blank in room.items()}
        table, places = self.front.table_and_fields(entries)
        self.patches.append(_Patch(blob, *(places.get(fields[name].slot, 0) for name in _PLACES)))
        return table

    # Building blocks ------------------------------------------------------------------------------------------------

    def _table(self, fields: dict[str, Field], values: Mapping[str, int]) -> int:
        """A new table: places and scalars by field name."""
        return self.front.table(_entries(fields, values))

    def _clone(self, position: int, fields: dict[str, Field], overrides: Mapping[str, int]) -> int:
        """A copy of the source's table at `position` with some fields replaced or added."""
        new = _entries(fields, overrides)
        return self.front.table(self._entries_of(position, fields, new.keys()) | new)

    def _entries_of(self, position: int, fields: dict[str, Field], without: Collection[int]) -> dict[int, int | bytes]:
        """What the source's table at `position` holds by slot, except for some slots."""
        file = self.model.mapping
        inline, *slots = self._vtable(position)
        widths = {field.slot: field.dtype.itemsize for field in fields.values() if field.dtype}
        entries: dict[int, int | bytes] = {}
        for slot, at in enumerate(slots):
            if at and slot not in without:
                place = position + at
                if place in self._forward:
                    entries[slot] = self._old(self._forward[place])
                else:
                    width = widths.get(slot)
                    if width is None:  # of a field of tomorrow
                        width = _scalar_width(place, min(end for end in (*slots, inline) if end > at) - at)
                    entries[slot] = file[place : place + width]
        return entries

    @cached_property
    def _forward(self) -> dict[int, int]:
        """What each forward reference of the source refers to."""
        forward: dict[int, int] = {}
        for each in self.model.references:
            if not each.backward:
                forward.update(zip(each.locations.tolist(), each.targets.tolist(), strict=True))
        return forward

    # Weights --------------------------------------------------------------------------------------------------------

    def _stream(self, file: BinaryIO, head: memoryview, external: bool) -> None:
        size = len(head)
        position = size
        file.seek(position)
        for patch in self.patches:
            prefix = 0 if external else 4
            padding = -(position + prefix) % ALIGNMENT
            file.write(b"\0" * padding)
            start = position + padding
            if external:
                struct.pack_into("<Q", head, size - patch.offset, start)
                struct.pack_into("<Q", head, size - patch.size, patch.blob.size)
            else:
                file.write(struct.pack("<I", patch.blob.size))
                location = size - patch.data
                struct.pack_into("<I", head, location, start - location)
            written = 0
            for chunk in patch.blob.chunks():
                file.write(chunk.data)
                written += chunk.nbytes
            if written != patch.blob.size:
                raise AssertionError(f"a blob of {patch.blob.size} bytes gave {written}")
            position = start + prefix + written
        padding = -position % ALIGNMENT
        file.write(b"\0" * padding)
        file.write(moved(self.model.data[self.tail :].tobytes(), self.tail, position + padding))
        for vector, scales in self.late:
            start = size - vector + 4
            head[start : start + scales.values.nbytes] = scales.values.astype("<f4").tobytes()
        file.seek(0)
        file.write(head)


def _entries(fields: dict[str, Field], values: Mapping[str, int]) -> dict[int, int | bytes]:
    """Places and scalars by field name, as a table's entries by slot."""
    return {
        field.slot: value if field.dtype is None else value.to_bytes(field.dtype.itemsize, "little", signed=value < 0)
        for field, value in ((fields[name], value) for name, value in values.items())
    }


def _scalar_width(at: int, room: int) -> int:
    """Width of a scalar the schema doesn't know: the largest its alignment and the room behind it allow."""
    return next(width for width in (8, 4, 2, 1) if at % width == 0 and width <= room)
