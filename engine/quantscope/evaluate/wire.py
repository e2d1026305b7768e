"""What is said to the process that runs models: length-prefixed MessagePack frames with arrays as raw bytes."""

import struct
from typing import IO, Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from quantscope.model.calls import Entry

MAX_FRAME: Final = 2**31 - 1


class Array(msgspec.Struct, frozen=True, array_like=True):
    """An array: numpy dtype, shape, and its values in C order."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    @classmethod
    def of(cls, values: npt.NDArray[Any]) -> "Array":
        """Packs an array."""
        return cls(values.dtype.str, values.shape, np.ascontiguousarray(values).tobytes())

    def values(self) -> npt.NDArray[Any]:
        """Unpacks the array, read-only."""
        return np.frombuffer(self.data, np.dtype(self.dtype)).reshape(self.shape)


class TensorInfo(msgspec.Struct, frozen=True):
    """An input or output as the runtime describes it. `signature_shape` holds -1 where a dimension is dynamic."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    signature_shape: tuple[int, ...]
    scale: float
    zero_point: int


class Load(msgspec.Struct, frozen=True, tag=True):
    """Load and allocate the model at `path`, with the default delegate or without, to be run by `entry` (None: by its
    main subgraph)."""

    path: str
    delegate: bool
    threads: int
    keep_tensors: bool = False
    entry: Entry | None = None


class Run(msgspec.Struct, frozen=True, tag=True):
    """Run once on `inputs`, in the order of Loaded.inputs, after resetting variables."""

    inputs: tuple[Array, ...]


class Read(msgspec.Struct, frozen=True, tag=True):
    """Ask for tensors of the subgraph that is run as the last run, with all tensors kept, left them."""

    tensors: tuple[int, ...]


class FirstNotFinite(msgspec.Struct, frozen=True, tag=True):
    """Ask which operator of the last run, with all tensors kept, first gave a value that is not finite."""


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """The model is ready."""

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]


class Outputs(msgspec.Struct, frozen=True, tag=True):
    """What a run gave, in the order of Loaded.outputs."""

    outputs: tuple[Array, ...]


class Tensors(msgspec.Struct, frozen=True, tag=True):
    """The tensors that were asked for; None for one that was never computed."""

    tensors: tuple[Array | None, ...]


class Found(msgspec.Struct, frozen=True, tag=True):
    """An operator by type and index, or None."""

    operator: str | None


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The runtime's own words on why it can't."""

    message: str


Request = Load | Run | Read | FirstNotFinite
Reply = Loaded | Outputs | Tensors | Found | Refused


def send(stream: IO[bytes], message: msgspec.Struct) -> None:
    """Writes one frame."""
    data = msgspec.msgpack.encode(message)
    stream.write(struct.pack("<I", len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """The next frame, None when the stream has ended."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack("<I", head)
    if length > MAX_FRAME:
        return None
    data = stream.read(length)
    return data if len(data) == length else None
