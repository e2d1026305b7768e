"""The process that measures one model on this computer: `python -m quantscope.profile.host_child`."""

import time
from typing import Any

import numpy as np

from quantscope.evaluate.child import info, serve
from quantscope.memory import peak_rss
from quantscope.profile import host_wire as wire
from quantscope.profile.cores import pin


def main() -> None:
    """Answers requests on stdin until it closes."""
    measured = _Measured()

    def answer(request: wire.Request) -> wire.Reply:
        if isinstance(request, wire.Load):
            return measured.load(request)
        if isinstance(request, wire.Start):
            return measured.start(request)
        if isinstance(request, wire.Measure):
            measured.invoke(request.unmeasured)
            return wire.Times(measured.invoke(request.runs))
        return wire.Memory(measured.memory())

    serve(answer, wire.Request)


class _Measured:
    """One loaded model."""

    def __init__(self) -> None:
        self.interpreter: Any = None
        self.memory_before = 0
        self.scratch = np.ones(64, np.float32)

    def load(self, request: wire.Load) -> wire.Loaded:
        pinned = pin(request.cpus)  # before the runtime starts its threads, which inherit it
        import ai_edge_litert
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        resolver = OpResolverType.AUTO if request.delegate else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self.memory_before = peak_rss()
        started = time.perf_counter()
        self.interpreter = Interpreter(
            model_path=request.path, num_threads=request.threads, experimental_op_resolver_type=resolver
        )
        inputs = tuple(map(info, self.interpreter.get_input_details()))
        if not any(-1 in each.signature_shape for each in inputs):
            self.interpreter.allocate_tensors()
            inputs = tuple(map(info, self.interpreter.get_input_details()))
        return wire.Loaded(
            program=f"ai-edge-litert {ai_edge_litert.__version__}",
            inputs=inputs,
            init_us=(time.perf_counter() - started) * 1e6,
            load_bytes=self.memory(),
            pinned=pinned,
        )

    def start(self, request: wire.Start) -> wire.Started:
        details = self.interpreter.get_input_details()
        arrays = [array.values() for array in request.inputs]
        for detail, array in zip(details, arrays, strict=True):
            if tuple(detail["shape"]) != array.shape:
                self.interpreter.resize_tensor_input(detail["index"], array.shape, strict=True)
        self.interpreter.allocate_tensors()  # does nothing where it has been done
        for detail, array in zip(details, arrays, strict=True):
            self.interpreter.set_tensor(detail["index"], array)
        (first,) = self.invoke(1)
        end = time.perf_counter() + request.warm_up_seconds
        while time.perf_counter() < end:
            self.invoke(1)
        return wire.Started(first)

    def invoke(self, runs: int) -> tuple[float, ...]:
        """Runs so many times; how long each took. Nothing but the call itself is between the two looks at the clock,
        for there are models that take two microseconds."""
        invoke, clock, scratch, one = self.interpreter.invoke, time.perf_counter, self.scratch, np.float32(1)
        times = []
        for _ in range(runs):
            # After XNNPACK's dynamically quantized kernels have run, others on the same thread are several times slower
            # until something clears the vector registers (measured on x86; see docs/architecture.md).
            np.multiply(scratch, one, out=scratch)
            started = clock()
            invoke()
            times.append(clock() - started)
        return tuple([seconds * 1e6 for seconds in times])

    def memory(self) -> int:
        return max(0, peak_rss() - self.memory_before)


if __name__ == "__main__":
    main()
