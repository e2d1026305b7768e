"""The process that runs models: `python -m quantscope.evaluate.child`. A model that crashes it harms nobody else."""

import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

import msgspec
import numpy as np

from quantscope.evaluate import wire
from quantscope.model.calls import Entry


def main() -> None:
    """Answers requests on stdin until it closes."""
    session = Session()

    def answer(request: wire.Request) -> wire.Reply:
        if isinstance(request, wire.Load):
            return session.load(request)
        if isinstance(request, wire.Run):
            return session.run(request)
        if isinstance(request, wire.Read):
            return session.read(request)
        return session.first_not_finite()

    serve(answer, wire.Request)


def serve(answer: Callable[[Any], Any], requests: Any) -> None:
    """Gives `answer` every request of the type `requests` that comes on stdin, and sends what it returns."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the runtime prints must not get between the frames
    frames: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, frames), daemon=True).start()
    while True:
        request = msgspec.msgpack.decode(frames.get(), type=requests)
        try:
            reply = answer(request)
        except (RuntimeError, ValueError, MemoryError, OSError) as error:
            reply = wire.Refused(str(error))
        wire.send(replies, reply)


def _read(requests: IO[bytes], frames: queue.Queue[bytes]) -> None:
    """Hands on frames; ends the process when its parent has gone, even in the middle of a run."""
    while (frame := wire.receive(requests)) is not None:
        frames.put(frame)
    os._exit(0)


class Session:
    """One loaded model."""

    def __init__(self) -> None:
        self.interpreter: Any = None
        self.entry: Entry | None = None
        self.refusal: RuntimeError | None = None

    def load(self, request: wire.Load) -> wire.Loaded:
        """Loads and allocates a model. Raises RuntimeError or ValueError if it can't be."""
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        resolver = OpResolverType.AUTO if request.delegate else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self.interpreter = Interpreter(
            model_path=request.path,
            num_threads=request.threads,
            experimental_op_resolver_type=resolver,
            experimental_preserve_all_tensors=request.keep_tensors,
        )
        self.entry = request.entry
        self.refusal = self._allocate()
        inputs, outputs = self.inputs(), self.outputs()
        if self.refusal is not None and not any(-1 in detail["shape_signature"] for detail in inputs):
            raise self.refusal
        return wire.Loaded(tuple(map(info, inputs)), tuple(map(info, outputs)))

    def run(self, request: wire.Run) -> wire.Outputs:
        """Outputs of one run."""
        self.set_inputs(request)
        self.invoke()
        results = (self._computed(detail["index"]) for detail in self.outputs())
        return wire.Outputs(tuple(wire.Array.of(_numbers(result)) for result in results))

    def set_inputs(self, request: wire.Run) -> None:
        """Makes the model ready to run: inputs, the shapes they ask for, and variables as they begin."""
        details = self.inputs()
        arrays = [array.values() for array in request.inputs]
        resized = False
        for detail, array in zip(details, arrays, strict=True):
            if tuple(detail["shape"]) != array.shape:
                self._resize(detail["index"], array.shape)
                resized = True
        if resized:
            self.refusal = self._allocate()
        if self.refusal is not None:
            raise self.refusal
        self.interpreter.reset_all_variables()
        for detail, array in zip(details, arrays, strict=True):
            self._set(detail["index"], array)

    # The interpreter's own methods know the main subgraph only; those beneath take any.

    @property
    def subgraph(self) -> int:
        """The subgraph that is run."""
        return self.entry.subgraph if self.entry else 0

    def inputs(self) -> list[dict[str, Any]]:
        """The inputs as the interpreter describes them."""
        if self.entry is None or not self.subgraph:
            return list(self.interpreter.get_input_details())
        return [self.interpreter._get_tensor_details(index, self.subgraph) for index in self.entry.inputs]

    def outputs(self) -> list[dict[str, Any]]:
        """The same of the outputs."""
        if self.entry is None or not self.subgraph:
            return list(self.interpreter.get_output_details())
        return [self.interpreter._get_tensor_details(index, self.subgraph) for index in self.entry.outputs]

    def invoke(self) -> None:
        """Runs the subgraph on the inputs that were set."""
        if self.subgraph:
            self.interpreter._interpreter.Invoke(self.subgraph)
        else:
            self.interpreter.invoke()

    def _resize(self, index: int, shape: tuple[int, ...]) -> None:
        if self.subgraph:
            self.interpreter._interpreter.ResizeInputTensor(index, np.array(shape, np.int32), True, self.subgraph)
        else:
            self.interpreter.resize_tensor_input(index, shape, strict=True)

    def _set(self, index: int, values: Any) -> None:
        if self.subgraph:
            self.interpreter._interpreter.SetTensor(index, values, self.subgraph)
        else:
            self.interpreter.set_tensor(index, values)

    def read(self, request: wire.Read) -> wire.Tensors:
        """Tensors as the last run, with all tensors kept, left them."""
        results = map(self.value, request.tensors)
        return wire.Tensors(tuple(None if result is None else wire.Array.of(_numbers(result)) for result in results))

    def _allocate(self) -> RuntimeError | None:
        """Why the runtime can't prepare the model for the present shapes; with open shapes others may do."""
        try:
            if self.subgraph:
                self.interpreter._interpreter.AllocateTensors(self.subgraph)
            else:
                self.interpreter.allocate_tensors()
        except RuntimeError as error:
            return error
        return None

    def first_not_finite(self) -> wire.Found:
        """The first operator of the last run, with all tensors kept, that gave a value that is not finite. Of further
        subgraphs the runtime doesn't list the operators."""
        for operator in () if self.subgraph else self.interpreter._get_ops_details():
            for index in operator["outputs"]:
                values = self.value(int(index))
                if values is not None and values.dtype.kind == "f" and not np.isfinite(values).all():
                    return wire.Found(f"{operator['op_name']} #{operator['index']}")
        return wire.Found(None)

    def value(self, index: int) -> Any:
        """A tensor's values after a run, None where it was optimized away or nobody reads it."""
        try:
            return self._computed(index)
        except ValueError:
            return None

    def _computed(self, index: int) -> Any:
        try:
            return self.interpreter.get_tensor(index, self.subgraph)
        except ValueError:  # the runtime doesn't give out tensors without elements
            detail = self.interpreter._get_tensor_details(index, self.subgraph)
            if 0 not in detail["shape"]:
                raise
            return np.zeros(detail["shape"], detail["dtype"])


def _numbers(result: Any) -> Any:
    """An output as numbers; strings have none, so they count as empty."""
    values = np.asarray(result)
    return values if values.dtype.kind in "fiubc" else np.zeros(0, np.uint8)


def info(detail: dict[str, Any]) -> wire.TensorInfo:
    """An input or output as the interpreter describes it."""
    scale, zero_point = detail["quantization"]
    return wire.TensorInfo(
        name=detail["name"],
        dtype=np.dtype(detail["dtype"]).str,
        shape=tuple(int(size) for size in detail["shape"]),
        signature_shape=tuple(int(size) for size in detail["shape_signature"]),
        scale=float(scale),
        zero_point=int(zero_point),
    )


if __name__ == "__main__":
    main()
