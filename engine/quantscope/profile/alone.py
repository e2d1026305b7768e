"""How long an operator takes by itself, finer than any single reading of a clock: what one more of it adds to a model
that holds nothing else.

A model of one and a model of several are loaded and timed by turns, a handful of times each, since where a model's
memory lies makes it a few per cent faster or slower for as long as it is loaded. The range of six measurements holds
their median in 97 % of cases, whatever their distribution (David and Nagaraja, Order Statistics, 7.1); what is said to
be uncertain is that and what an operator may take more or less where it belongs, with other operators' data in the
caches.
"""

import math
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import numpy as np

from quantscope.documents.profile import Settings
from quantscope.evaluate.alignment import Pair
from quantscope.evaluate.dissection import repeat
from quantscope.evaluate.inputs import generated
from quantscope.evaluate.process import ModelProcess
from quantscope.evaluate.wire import Array
from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.profile import host_wire as wire
from quantscope.profile.operator_times import typical

# Of what takes longer, the call is nothing and one look is enough.
LONG_US: Final = 1000.0
# Copies are added until they take about this long, or so many.
ENOUGH_US: Final = 3.0
MOST_COPIES: Final = 8
LIVES: Final = 6
UNMEASURED: Final = 5
# In the model it may take so much more or less: as much as 95 % of 152 operators did, held against a clock of
# nanoseconds (docs/measuring.md).
ELSEWHERE_SHARE, ELSEWHERE_US = 0.1, 0.1
FEWEST_RUNS, MOST_RUNS = 3, 30
SECONDS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Alone:
    """Microseconds: `us` per run, how far that may be off, and what the call takes besides; None where the operator
    takes so long that neither matters."""

    us: float
    error_us: float | None = None
    call_us: float | None = None


class Bench:
    """Times operators of a model's first subgraph, in a process of its own. Use as a context manager; `check` is called
    while waiting and may raise."""

    def __init__(
        self, model: Model, settings: Settings, delegate: bool, cpus: Sequence[int], check: Callable[[], None]
    ) -> None:
        self.model = model
        self.settings = settings
        self.delegate = delegate
        self.cpus = tuple(cpus)
        self.process = ModelProcess("quantscope.profile.host_child", check)
        self.folder = tempfile.TemporaryDirectory(prefix="quantscope-")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.__exit__()
        self.folder.cleanup()

    def time(self, pair: Pair) -> Alone:
        """Raises RunError if the operator doesn't run alone."""
        paths = [os.path.join(self.folder.name, f"{pair.operator}-{name}.tflite") for name in ("one", "several")]
        one, several = paths
        repeat(self.model, self.model.subgraphs[0], pair, 1, one)
        first = self._latency(one)
        if first > LONG_US:
            return Alone(first)
        copies = min(MOST_COPIES, math.ceil(ENOUGH_US / first))
        repeat(self.model, self.model.subgraphs[0], pair, 1 + copies, several)
        lives = [self._life(paths if turn % 2 else paths[::-1]) for turn in range(LIVES)]
        each = [(life[several] - life[one]) / copies for life in lives]
        us = max(0.0, float(np.median(each)))
        spread = max(max(each) - us, us - min(each))
        call = float(np.median([life[one] for life in lives])) - us
        return Alone(us, spread + ELSEWHERE_SHARE * us + ELSEWHERE_US, max(0.0, call))

    def _life(self, paths: Sequence[str]) -> dict[str, float]:
        return {path: self._latency(path) for path in paths}

    def _latency(self, path: str) -> float:
        """Loads a model anew and times it."""
        load = wire.Load(path, self.delegate, self.settings.threads, self.cpus)
        loaded: wire.Loaded = self.process.answer(load, wire.Reply)
        arrays = generated(read(path), loaded.inputs, 1).sample(0)
        started: wire.Started = self.process.answer(wire.Start(tuple(map(Array.of, arrays)), 0.0), wire.Reply)
        runs = max(FEWEST_RUNS, min(MOST_RUNS, int(SECONDS * 1e6 / max(started.first_us, 1.0))))
        measured: wire.Times = self.process.answer(wire.Measure(min(runs, UNMEASURED), runs), wire.Reply)
        return float(np.asarray(measured.us)[typical(measured.us)].mean())


def call_of(times: Iterable[Alone]) -> float | None:
    """What a call takes besides its operators, as far as operators timed alone tell."""
    calls = [each.call_us for each in times if each.call_us is not None]
    return float(np.median(calls)) if calls else None
