"""The process that times a model's operators on this computer: `python -m quantscope.profile.litert_child`."""

import time

import numpy as np
import numpy.typing as npt

from quantscope.evaluate.child import serve
from quantscope.evaluate.wire import Array
from quantscope.profile import litert_wire as wire
from quantscope.profile.cores import pin
from quantscope.profile.litert import CompiledModel


def main() -> None:
    """Answers requests on stdin until it closes."""
    models: list[CompiledModel] = []

    def answer(request: wire.Request) -> wire.Reply:
        if isinstance(request, wire.Load):
            models.append(_load(request))
            return wire.Loaded()
        return _profile(models[-1], request.runs)

    serve(answer, wire.Request)


def _load(request: wire.Load) -> CompiledModel:
    pin(request.cpus)  # before the runtime starts its threads, which inherit it
    model = CompiledModel(request.path, request.delegate, request.threads)
    arrays = [array.values() for array in request.inputs]
    model.set_inputs([arrays[place] for place in request.order])
    model.run()
    return model


def _profile(model: CompiledModel, runs: int) -> wire.Timed:
    scratch = np.ones(64, np.float32)
    steps: tuple[wire.Step, ...] = ()
    rows: list[npt.NDArray[np.uint64]] = []
    latencies = []
    for _ in range(runs + 1):
        model.start()
        np.multiply(scratch, np.float32(1), out=scratch)  # clears the vector state, see host_child
        began = time.perf_counter()
        model.run()
        latencies.append((time.perf_counter() - began) * 1e6)
        timed = model.stop()
        key = (timed.builtin, timed.subgraph * timed.builtin, timed.node)
        if not rows:
            first = key
            steps = tuple(map(wire.Step, *(column.tolist() for column in key), timed.names()))
        elif not all(map(np.array_equal, key, first)):
            raise RuntimeError("its steps differ from run to run")
        rows.append(timed.us)
    return wire.Timed(steps, Array.of(np.array(rows[1:], np.float64)), tuple(latencies[1:]))


if __name__ == "__main__":
    main()
