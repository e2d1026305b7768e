"""Times of operators one at a time, each in a model of its own: for models that LiteRT's C API refuses, such as fused
LSTMs with their variable tensors. What the delegate would have fused across operators is not seen this way."""

import os
import tempfile
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from quantscope.documents.profile import OperatorTime, Settings
from quantscope.errors import RunError
from quantscope.evaluate.alignment import Pair, align
from quantscope.evaluate.dissection import sever
from quantscope.evaluate.inputs import generated
from quantscope.evaluate.process import ModelProcess
from quantscope.evaluate.wire import Array
from quantscope.model.graph import Model, Subgraph
from quantscope.model.read import read
from quantscope.profile import host_wire as wire
from quantscope.profile.operator_times import typical
from quantscope.profile.runner import OperatorProfile

# So many models are made and loaded within a few seconds.
MOST_OPERATORS: Final = 200
WARM_UP_SECONDS: Final = 0.02
MOST_SECONDS_EACH: Final = 0.3
NOTE: Final = "The runtime's profiler refuses this model, so each operator was timed in a model of its own."


def can_be_dissected(model: Model) -> bool:
    """True for a single subgraph of not too many operators."""
    return len(model.subgraphs) == 1 and len(model.subgraphs[0].operators) <= MOST_OPERATORS


def dissected_times(
    model: Model, settings: Settings, delegate: bool, cpus: Sequence[int], runs: int, check: Callable[[], None]
) -> OperatorProfile:
    """Times of the operators of the only subgraph. Operators that only change how a value is stored are timed with the
    one that reads it; one that doesn't run alone has no time. `check` is called while waiting and may raise."""
    subgraph = model.subgraphs[0]
    pairs = align(model, model).subgraphs[0]
    times: dict[int, float] = {}
    with (
        ModelProcess("quantscope.profile.host_child", check) as process,
        tempfile.TemporaryDirectory(prefix="quantscope-") as folder,
    ):
        for pair in pairs:
            try:
                path = os.path.join(folder, f"{pair.operator}.tflite")
                times[pair.operator] = _time(process, model, subgraph, pair, path, settings, delegate, cpus, runs)
            except RunError:
                continue  # it has no time, and says so
    together = {
        index: pair.operator
        for pair in pairs
        for index in pair.written
        if index != pair.operator and pair.operator in times
    }
    total = sum(times.values())
    operators = tuple(
        OperatorTime(
            index=operator.index,
            type=operator.type,
            name=subgraph.outputs_of(operator)[0].name if operator.outputs else "",
            us=times.get(operator.index, 0.0 if operator.index in together else None),
            share=times.get(operator.index, 0.0) / total if total else None,
            attribution="alone" if operator.index in times else "folded" if operator.index in together else "none",
        )
        for operator in subgraph.operators
    )
    return OperatorProfile(operators, note=NOTE)


def _time(
    process: ModelProcess,
    model: Model,
    subgraph: Subgraph,
    pair: Pair,
    path: str,
    settings: Settings,
    delegate: bool,
    cpus: Sequence[int],
    runs: int,
) -> float:
    sever(model, subgraph, [pair], path)
    load = wire.Load(path, delegate, settings.threads, tuple(cpus))
    loaded: wire.Loaded = process.answer(load, wire.Reply)
    arrays = generated(read(path), loaded.inputs, 1).sample(0)
    started: wire.Started = process.answer(wire.Start(tuple(map(Array.of, arrays)), WARM_UP_SECONDS), wire.Reply)
    affordable = max(3, int(MOST_SECONDS_EACH * 1e6 / max(started.first_us, 1.0)))
    measured: wire.Times = process.answer(wire.Measure(1, min(runs, affordable)), wire.Reply)
    os.unlink(path)
    return float(np.asarray(measured.us)[typical(measured.us)].mean())
