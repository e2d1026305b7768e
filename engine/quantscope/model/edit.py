"""A change to a model, as values: what `write` needs to know beyond the source file.

Indices of tensors and buffers go on from the source's: the first new one has the number of old ones as its index.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Blob(Protocol):
    """Bytes of a buffer, produced piece by piece while the file is written."""

    @property
    def size(self) -> int:
        """Number of bytes that `chunks` gives."""

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The bytes in order; a piece is used before the next is asked for."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """A small blob that is at hand."""

    data: npt.NDArray[np.uint8]

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.data.size

    def chunks(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The bytes in one piece."""
        yield self.data


@dataclass(frozen=True, slots=True)
class Scales:
    """Quantization: float32 scales (one, or one per index of `axis`) and the zero point of all of them.

    `values` may be filled as late as when the blob they belong to has been written.
    """

    values: npt.NDArray[np.float32]
    axis: int
    zero_point: int = 0


@dataclass(frozen=True, slots=True)
class Blocks:
    """Symmetric quantization with a scale for every `size` values along the last axis.

    Their `values` (as in Scales) are kept in another tensor of the subgraph: `tensor` is its index, its type float16.
    """

    values: npt.NDArray[np.float32]
    tensor: int
    size: int


@dataclass(frozen=True, slots=True)
class TensorEdit:
    """An existing tensor with another data type, buffer and quantization; None leaves its quantization or name."""

    dtype: str
    buffer: int
    scales: Scales | Blocks | None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class NewTensor:
    """A tensor that the source doesn't have; -1 in `shape` is a dynamic dimension, 0 as `buffer` no data."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    buffer: int = 0
    scales: Scales | Blocks | None = None


@dataclass(frozen=True, slots=True)
class TensorCopy:
    """A further tensor just like the source's tensor `index`, written as the same table."""

    index: int


@dataclass(frozen=True, slots=True)
class OperatorEdit:
    """An existing operator with another version, other operands, or other scalar options; None leaves operands."""

    index: int
    version: int
    inputs: tuple[int, ...]
    options: Mapping[str, int] = field(default_factory=dict)
    outputs: tuple[int, ...] | None = None
    intermediates: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewOperator:
    """An operator that the source doesn't have. `replaces` is the source's operator whose work it does a part of, None
    where it only changes how a value is stored."""

    type: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options_type: str
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class SubgraphEdit:
    """Changes to one subgraph. `operators` is the whole new order; an int keeps that operator of the source as it
    is. `inputs` and `outputs` are the source's where they are None."""

    tensors: Mapping[int, TensorEdit]
    new_tensors: Iterable[NewTensor | TensorCopy]
    operators: tuple[int | OperatorEdit | NewOperator, ...]
    inputs: tuple[int, ...] | None = None
    outputs: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class ModelEdit:
    """Changes to a model. `buffers` replaces the bytes of existing buffers, `new_buffers` adds some. Where `only`
    names subgraphs, these are all that is written, in this order, and signatures go; who calls them has to be changed
    to their new numbers. `description` replaces the source's."""

    subgraphs: Mapping[int, SubgraphEdit]
    buffers: Mapping[int, Blob]
    new_buffers: tuple[Blob, ...]
    only: tuple[int, ...] | None = None
    description: str | None = None
