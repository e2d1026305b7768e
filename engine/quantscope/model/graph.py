"""The model as values: subgraphs of operators over tensors, with weights left where they are in the file."""

import math
import mmap
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.model.flatbuffer import Parts, References

# Bytes of a buffer from which on giving its memory back is worth a system call.
WORTH_FORGETTING: Final = 256 << 10

# How numpy sees the fixed-width types of the schema; types it has no dtype for (4 bits, bfloat16) stay bytes.
NUMPY_TYPES: dict[str, str] = {
    "FLOAT32": "<f4", "FLOAT16": "<f2", "FLOAT64": "<f8", "INT8": "i1", "UINT8": "u1", "INT16": "<i2", "UINT16": "<u2",
    "INT32": "<i4", "UINT32": "<u4", "INT64": "<i8", "UINT64": "<u8", "BOOL": "?", "COMPLEX64": "<c8",
    "COMPLEX128": "<c16",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantization:
    """real = scale * (stored - zero_point); one scale, or one per index of dimension `axis`.

    Or, where `block` isn't 0, one for every `block` values along the last axis, in the tensor `block_scales`.
    """

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int
    block: int = 0
    block_scales: int = -1

    @property
    def per_channel(self) -> bool:
        """True if there is a scale for each channel."""
        return len(self.scales) > 1


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor. `position` is its table in the file; `dtype` a schema name such as "FLOAT32".

    `shape` holds the shape signature's -1 where a dimension is dynamic. `sparse` tensors keep their values in a format
    of their own. `has_rank` is False only for tensors whose rank isn't known.
    """

    index: int
    position: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    buffer: int
    variable: bool
    quantization: Quantization | None
    sparse: bool

    @property
    def elements(self) -> int:
        """Number of elements, counting a dynamic dimension as one."""
        return math.prod(abs(size) for size in self.shape)

    @property
    def static(self) -> bool:
        """True if no dimension is dynamic."""
        return all(size >= 0 for size in self.shape)


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: `type` is the schema's name or, for a custom operator, "CUSTOM:" and its code.

    `inputs` holds -1 where an optional input is absent. `opcode` indexes the model's operator codes.
    """

    index: int
    position: int
    type: str
    version: int
    opcode: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    intermediates: tuple[int, ...]
    options_type: str
    options: int

    @property
    def custom(self) -> bool:
        """True for an operator that isn't built into the runtime."""
        return self.type.startswith("CUSTOM")


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph: operators in execution order, tensors, and which tensors go in and out."""

    index: int
    position: int
    name: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def inputs_of(self, operator: Operator) -> tuple[Tensor | None, ...]:
        """The operator's input tensors, None where an optional one is absent."""
        return tuple([self.tensors[i] if i >= 0 else None for i in operator.inputs])

    def outputs_of(self, operator: Operator) -> tuple[Tensor, ...]:
        """The operator's output tensors."""
        return tuple([self.tensors[i] for i in operator.outputs if i >= 0])


@dataclass(frozen=True, slots=True)
class Buffer:
    """Where a buffer's bytes are in the file. `position` is its table; `external` if they lie outside the
    flatbuffer."""

    index: int
    position: int
    start: int
    size: int
    external: bool


@dataclass(frozen=True, slots=True)
class OperatorCode:
    """An entry of the model's list of operator codes."""

    position: int
    type: str
    version: int


@dataclass(frozen=True, slots=True)
class Signature:
    """A named way to call a subgraph: its names for inputs and outputs with their tensors."""

    key: str
    subgraph: int
    inputs: dict[str, int]
    outputs: dict[str, int]


@dataclass(frozen=True)
class Model:
    """A checked model and the bytes of its file, mapped and not copied.

    `references` are all the references in the file that were followed, `parts` the tables, vtables and lists that were
    read: what a rewrite needs.
    """

    path: str
    mapping: mmap.mmap
    data: npt.NDArray[np.uint8]
    position: int
    subgraphs: tuple[Subgraph, ...]
    buffers: tuple[Buffer, ...]
    operator_codes: tuple[OperatorCode, ...]
    signatures: tuple[Signature, ...]
    metadata: dict[str, int]
    metadata_buffers: frozenset[int]
    references: tuple[References, ...]
    parts: Parts
    description: str = ""

    @property
    def bytes(self) -> int:
        """Size of the file."""
        return self.data.size

    @property
    def operators(self) -> int:
        """Number of operators in all subgraphs."""
        return sum(len(subgraph.operators) for subgraph in self.subgraphs)

    def is_constant(self, tensor: Tensor) -> bool:
        """True if the tensor's values are in the file."""
        return self.buffers[tensor.buffer].size > 0

    def raw(self, buffer: int) -> npt.NDArray[np.uint8]:
        """Bytes of a buffer: a read-only view of the file."""
        place = self.buffers[buffer]
        return self.data[place.start : place.start + place.size]

    def values(self, tensor: Tensor) -> npt.NDArray[Any]:
        """A constant dense tensor's stored values in its shape: a read-only view of the file."""
        return self.raw(tensor.buffer).view(NUMPY_TYPES[tensor.dtype]).reshape(tensor.shape)

    def forget(self, buffer: int) -> None:
        """Lets the operating system take back the memory that reading a large buffer filled; it can still be read
        again."""
        place, mapping = self.buffers[buffer], self.mapping
        if place.size >= WORTH_FORGETTING and hasattr(mapping, "madvise"):
            start = -(-place.start // mmap.PAGESIZE) * mmap.PAGESIZE
            end = (place.start + place.size) // mmap.PAGESIZE * mmap.PAGESIZE
            if end > start:
                mapping.madvise(mmap.MADV_DONTNEED, start, end - start)
