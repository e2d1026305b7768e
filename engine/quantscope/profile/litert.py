"""LiteRT's C API by ctypes, as far as timing operators needs it; the Python wheel brings the library but no binding.

Structures and calls as in litert/c/*.h of google-ai-edge/LiteRT: litert_common.h, litert_model_types.h (LiteRtLayout
and LiteRtRankedTensorType), litert_profiler_event.h (ProfiledEventData), litert_compiled_model.h. They are no stable
ABI, so `open_library` refuses versions of the wheel that they weren't checked with.
"""

import ctypes as c
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

CHECKED_VERSIONS: Final = ("2.3.",)
LIBRARIES: Final = ("libLiteRt.so", "libLiteRt.dylib", "libLiteRt.dll", "LiteRt.dll")
CPU: Final = 1
READ, WRITE = 0, 1
SIZES_OF: Final = {"event": 104, "tensor type": 72}

# LiteRtElementType of the types that inputs and outputs of models have.
DTYPES: Final = {
    1: np.dtype(np.float32), 2: np.dtype(np.int32), 3: np.dtype(np.uint8), 4: np.dtype(np.int64),
    6: np.dtype(np.bool_), 7: np.dtype(np.int16), 9: np.dtype(np.int8), 10: np.dtype(np.float16),
}  # fmt: skip

BUILTIN_EVENT: Final = 2  # OPERATOR_INVOKE_EVENT: metadata are node and subgraph
DELEGATE_EVENT: Final = 8  # DELEGATE_PROFILED_OPERATOR_INVOKE_EVENT: one kernel of a delegate, index within partition


class Unavailable(RuntimeError):
    """Operators can't be timed with this installation of the runtime."""


class _Memory(c.Structure):
    _fields_ = [("rss", c.c_size_t), ("allocated", c.c_size_t), ("in_use", c.c_size_t)]


class _Event(c.Structure):
    _fields_ = [
        ("tag", c.c_char_p),
        ("type", c.c_int),
        ("start_us", c.c_uint64),
        ("elapsed_us", c.c_uint64),
        ("memory_before", _Memory),
        ("memory_after", _Memory),
        ("metadata1", c.c_uint64),
        ("metadata2", c.c_uint64),
        ("source", c.c_int),
    ]


_COLUMNS: Final = {"tag": "<u8", "type": "<i4", "elapsed_us": "<u8", "metadata1": "<u8", "metadata2": "<u8"}
_TABLE: Final = np.dtype(
    {
        "names": list(_COLUMNS),
        "formats": list(_COLUMNS.values()),
        "offsets": [getattr(_Event, name).offset for name in _COLUMNS],
        "itemsize": c.sizeof(_Event),
    }
)


class _Layout(c.Structure):
    _fields_ = [
        ("rank", c.c_uint, 7),
        ("has_strides", c.c_uint, 1),
        ("dimensions", c.c_int32 * 8),
        ("strides", c.c_uint32 * 8),
    ]


class _TensorType(c.Structure):
    _fields_ = [("element", c.c_int), ("layout", _Layout)]


class Timed(NamedTuple):
    """What was timed, in the order in which it began: columns of a table.

    `builtin` tells operators from kernels of a delegate; `subgraph` and `node` say which, of a kernel `node` is its
    place within the partition and `subgraph` nothing; `us` are whole microseconds. `tags` are names as long as the
    profiler holds them, at most until the next start.
    """

    builtin: npt.NDArray[np.bool_]
    subgraph: npt.NDArray[np.uint64]
    node: npt.NDArray[np.uint64]
    us: npt.NDArray[np.uint64]
    tags: npt.NDArray[np.uint64]

    def names(self) -> list[str]:
        """The tags as text."""
        return [c.string_at(address).decode("utf-8", "replace") if address else "" for address in self.tags.tolist()]


_leave: Final = c.CFUNCTYPE(None, c.c_void_p)(lambda payload: None)


def open_library() -> c.CDLL:
    """The library that came with the ai-edge-litert wheel; raises Unavailable where it isn't as we know it."""
    import ai_edge_litert

    version = ai_edge_litert.__version__
    if not version.startswith(CHECKED_VERSIONS):
        raise Unavailable(f"Operators can be timed with ai-edge-litert 2.3; this is {version}.")
    sizes = {"event": c.sizeof(_Event), "tensor type": c.sizeof(_TensorType)}
    if sizes != SIZES_OF:
        raise Unavailable("Operators can't be timed on this platform: its structures have other sizes.")
    folder = Path(ai_edge_litert.__file__).parent
    path = next((folder / name for name in LIBRARIES if (folder / name).exists()), None)
    if path is None:
        raise Unavailable("Operators can't be timed: this build of ai-edge-litert has no LiteRT library.")
    return c.CDLL(str(path))


class CompiledModel:
    """A model compiled for the CPU with its profiler on hold. Raises RuntimeError where the library refuses."""

    def __init__(self, path: str, delegate: bool, threads: int) -> None:
        self.library = open_library()
        self.made: list[tuple[str, c.c_void_p]] = []
        self.kept: list[Any] = []
        try:
            self._compile(path, delegate, threads)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Frees everything, the youngest first."""
        for kind, handle in reversed(self.made):
            destroy = getattr(self.library, f"LiteRtDestroy{kind}")
            destroy.argtypes, destroy.restype = [c.c_void_p], None
            destroy(handle)
        self.made.clear()

    def _compile(self, path: str, delegate: bool, threads: int) -> None:
        environment = self._make("Environment", "LiteRtCreateEnvironment", 0, None)
        model = self._make("Model", "LiteRtCreateModelFromFile", environment, c.c_char_p(os.fsencode(path)))
        options = self._make("Options", "LiteRtCreateOptions")
        self._call("LiteRtSetOptionsHardwareAccelerators", options, CPU)
        mode = "delegate" if delegate else "builtin"
        self._add_options(options, "xnnpack", f'kernel_mode = "{mode}"\nnum_threads = {threads}\n')
        self._add_options(options, "runtime_options_string", "enable_profiling = true\nerror_reporter_mode = 1\n")
        self.model = self._make("CompiledModel", "LiteRtCreateCompiledModel", environment, model, options)
        self.profiler = self._get("LiteRtCompiledModelGetProfiler", self.model)
        signature = self._get("LiteRtGetModelSignature", model, c.c_size_t(0))
        self.inputs = self._buffers("Input", environment, signature)
        self.outputs = self._buffers("Output", environment, signature)

    def set_inputs(self, arrays: Sequence[npt.NDArray[Any]]) -> None:
        """Fills the inputs, in the order of the signature; raises RuntimeError where shapes or types differ."""
        if len(arrays) != len(self.inputs):
            raise RuntimeError(f"the model has {len(self.inputs)} inputs")
        for (buffer, type), array in zip(self.inputs, arrays, strict=True):
            shape = tuple(type.layout.dimensions[: type.layout.rank])
            if DTYPES.get(type.element) != array.dtype or shape != array.shape:
                raise RuntimeError(f"an input is {shape}, not {array.shape} of {array.dtype}")
            packed = np.ascontiguousarray(array)
            address = c.c_void_p()
            self._call("LiteRtLockTensorBuffer", buffer, c.byref(address), WRITE)
            c.memmove(address, packed.ctypes.data, packed.nbytes)
            self._call("LiteRtUnlockTensorBuffer", buffer)

    def run(self) -> None:
        """Runs once."""
        ins = (c.c_void_p * len(self.inputs))(*(buffer.value for buffer, _ in self.inputs))
        outs = (c.c_void_p * len(self.outputs))(*(buffer.value for buffer, _ in self.outputs))
        self._call(
            "LiteRtRunCompiledModel", self.model, c.c_size_t(0), c.c_size_t(len(ins)), ins, c.c_size_t(len(outs)), outs
        )

    def start(self) -> None:
        """Profiles from now on."""
        self._call("LiteRtResetProfiler", self.profiler)
        self._call("LiteRtStartProfiler", self.profiler)

    def stop(self) -> Timed:
        """Profiles no longer; what was timed since the start."""
        self._call("LiteRtStopProfiler", self.profiler)
        count = c.c_int()
        self._call("LiteRtGetNumProfilerEvents", self.profiler, c.byref(count))
        events = (_Event * max(1, count.value))()
        if count.value:
            self._call("LiteRtGetProfilerEvents", self.profiler, count.value, events)
        table = np.frombuffer(memoryview(events).cast("B"), _TABLE, count.value)
        table = table[np.isin(table["type"], (BUILTIN_EVENT, DELEGATE_EVENT))]
        return Timed(
            table["type"] == BUILTIN_EVENT,
            table["metadata2"],
            table["metadata1"],
            table["elapsed_us"],
            table["tag"],
        )

    def _buffers(
        self, side: str, environment: c.c_void_p, signature: c.c_void_p
    ) -> list[tuple[c.c_void_p, _TensorType]]:
        count = c.c_size_t()
        self._call(f"LiteRtGetNumSignature{side}s", signature, c.byref(count))
        found = []
        for index in map(c.c_size_t, range(count.value)):
            tensor = self._get(f"LiteRtGetSignature{side}TensorByIndex", signature, index)
            type = _TensorType()
            self._call("LiteRtGetRankedTensorType", tensor, c.byref(type))
            needs = self._get(f"LiteRtGetCompiledModel{side}BufferRequirements", self.model, c.c_size_t(0), index)
            buffer = self._make(
                "TensorBuffer", "LiteRtCreateManagedTensorBufferFromRequirements", environment, c.byref(type), needs
            )
            found.append((buffer, type))
        return found

    def _add_options(self, options: c.c_void_p, identifier: str, toml: str) -> None:
        payload = c.create_string_buffer(toml.encode())
        self.kept.append(payload)
        opaque = self._get("LiteRtCreateOpaqueOptions", c.c_char_p(identifier.encode()), payload, _leave)
        self._call("LiteRtAddOpaqueOptions", options, opaque)

    def _make(self, kind: str, name: str, *arguments: Any) -> c.c_void_p:
        handle = self._get(name, *arguments)
        self.made.append((kind, handle))
        return handle

    def _get(self, name: str, *arguments: Any) -> c.c_void_p:
        handle = c.c_void_p()
        self._call(name, *arguments, c.byref(handle))
        return handle

    def _call(self, name: str, *arguments: Any) -> None:
        function = getattr(self.library, name)
        function.restype = c.c_int
        status = function(*arguments)
        if status != 0:
            raise RuntimeError(f"{name} gives status {status}")
