"""Measuring on this computer: a process for each variant, pinned to the same cores."""

import threading
from dataclasses import dataclass
from typing import Final

import numpy as np

from quantscope.documents import File
from quantscope.documents.profile import RANDOM, ZEROS, Device, Notice, Sensors, Settings
from quantscope.errors import CancelledError, RunError, UsageError
from quantscope.evaluate.inputs import Arrays, from_file, generated, runnable
from quantscope.evaluate.process import ModelProcess
from quantscope.evaluate.runner import running
from quantscope.evaluate.wire import Array, TensorInfo
from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.profile import cores, litert_wire
from quantscope.profile import host_wire as wire
from quantscope.profile.alone import Bench
from quantscope.profile.computer import ComputerSensors, this_computer
from quantscope.profile.dissected import can_be_dissected, dissected_times
from quantscope.profile.operator_times import operator_times, typical
from quantscope.profile.refined import coarse, refined
from quantscope.profile.runner import Latencies, OperatorProfile, Prepared
from quantscope.progress import Progress

RUNS_IN_A_TURN: Final = 10
MOST_MEASURED: Final = 256
DELEGATES: Final = {"xnnpack": True, "none": False}


class ProfilerRefusesError(RunError):
    """The runtime runs the model, but its profiler doesn't take it."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    process: ModelProcess
    model: Model
    inputs: Arrays


class HostRunner:
    """A Runner (see quantscope.profile.runner) of this computer."""

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self.settings = settings
        self.cancelled = threading.Event()
        self.loaded: dict[File, _Loaded] = {}
        self.cpus: tuple[int, ...] = ()
        self.sensors: ComputerSensors | None = None

    def open(self) -> Device:
        """This computer."""
        if self.settings.delegate not in DELEGATES:
            raise UsageError(
                f"The runtime on this computer has no delegate '{self.settings.delegate}'.",
                f"Choose one of: {', '.join(DELEGATES)}.",
            )
        device = this_computer()
        self.cpus = cores.to_run_on(device.clusters, self.settings.cores, self.settings.threads)
        self.sensors = ComputerSensors(self.cpus)
        return device

    def prepare(self, variant: File) -> Prepared:
        """Loads a variant into a process of its own."""
        model = read(variant.path)
        process = ModelProcess("quantscope.profile.host_child", self._check)
        loaded: wire.Loaded
        try:
            delegate = DELEGATES[self.settings.delegate]
            loaded = process.answer(wire.Load(variant.path, delegate, self.settings.threads, self.cpus), wire.Reply)
            inputs = self._inputs(model, loaded.inputs)
            start = wire.Start(tuple(map(Array.of, inputs)), self.settings.warm_up_seconds)
            started: wire.Started = process.answer(start, wire.Reply)
        except BaseException:
            process.__exit__()
            raise
        self.loaded[variant] = _Loaded(process, model, inputs)
        return Prepared(
            program=loaded.program,
            init_us=loaded.init_us,
            first_us=started.first_us,
            load_bytes=loaded.load_bytes,
            notices=() if loaded.pinned else (NOT_PINNED,),
        )

    def measure(self, variant: File, runs: int) -> Latencies:
        """A batch. Of a very fast model only the last runs are measured: more would say nothing new and have to be
        kept."""
        self._check()
        request = wire.Measure(max(1, runs - MOST_MEASURED), min(runs, MOST_MEASURED))
        times: wire.Times = self.loaded[variant].process.answer(request, wire.Reply)
        return Latencies(us=times.us, count=len(times.us), median=float(np.median(times.us)))

    def memory(self, variant: File) -> int | None:
        """Peak memory of the variant's process beyond what it had before it loaded the model."""
        memory: wire.Memory = self.loaded[variant].process.answer(wire.AskMemory(), wire.Reply)
        return memory.peak_bytes

    def sense(self) -> Sensors:
        """Frequencies of the cores in use, temperature, what other programs use."""
        assert self.sensors is not None
        return self.sensors.read([each.process.process.pid for each in self.loaded.values()])

    def operators(self, variant: File, runs: int) -> OperatorProfile:
        """Times per operator from another process, which takes turns with the variant's own."""
        model = self.loaded[variant].model
        try:
            turns, plain = self.profiled_turns(variant, runs)
        except ProfilerRefusesError:
            if not can_be_dissected(model):
                raise
            with self._bench(model) as bench:
                return dissected_times(model, bench)
        latencies = [latency for turn in turns for latency in turn.latencies]
        us = np.concatenate([turn.us.values() for turn in turns])[typical(latencies)].mean(axis=0)
        operators, unattributed = operator_times(model, turns[0].steps, us.tolist())
        call: float | None = None
        if pairs := coarse(model, operators):
            with self._bench(model) as bench:
                operators, call = refined(operators, pairs, bench)
        profiled_us, unprofiled_us = float(np.median(latencies)), float(np.median(plain))
        return OperatorProfile(
            operators,
            unattributed,
            latency_us=profiled_us,
            unprofiled_us=unprofiled_us,
            call_us=call,
        )

    def profiled_turns(self, variant: File, runs: int) -> tuple[list[litert_wire.Timed], list[float]]:
        """About `runs` profiled runs, in turns, with the same steps in each; and the microseconds of as many plain runs
        made between them. Raises ProfilerRefusesError if LiteRT's C API refuses the model."""
        loaded = self.loaded[variant]
        load = litert_wire.Load(
            variant.path,
            DELEGATES[self.settings.delegate],
            self.settings.threads,
            self.cpus,
            tuple(map(Array.of, loaded.inputs)),
            _signature_order(loaded.model),
        )
        turns: list[litert_wire.Timed] = []
        plain: list[float] = []
        with ModelProcess("quantscope.profile.litert_child", self._check) as process:
            try:
                process.answer(load, litert_wire.Reply)
            except RunError as error:
                raise ProfilerRefusesError(str(error), error.remedy) from error
            for _ in range(max(1, runs // RUNS_IN_A_TURN)):
                turns.append(process.answer(litert_wire.Profile(RUNS_IN_A_TURN), litert_wire.Reply))
                plain += self.measure(variant, RUNS_IN_A_TURN).us
        if any(turn.steps != turns[0].steps for turn in turns):
            raise RunError("The steps of the model differ from run to run, so they can't be told apart.")
        return turns, plain

    def cancel(self) -> None:
        """Makes whatever waits raise CancelledError."""
        self.cancelled.set()

    def close(self) -> None:
        """Ends the processes."""
        for each in self.loaded.values():
            each.process.__exit__()
        self.loaded.clear()

    def _bench(self, model: Model) -> Bench:
        return Bench(model, self.settings, DELEGATES[self.settings.delegate], self.cpus, self._check)

    def _check(self) -> None:
        if self.cancelled.is_set():
            raise CancelledError("Cancelled.")

    def _inputs(self, model: Model, infos: tuple[TensorInfo, ...]) -> Arrays:
        wanted = self.settings.inputs
        if wanted not in (RANDOM, ZEROS):
            return from_file(wanted, model, infos, 1).sample(0)
        if any(-1 in info.signature_shape for info in infos):
            # Sizes that the model runs with are found in a process that isn't measured.
            with running(model.path, self._check, delegate=DELEGATES[self.settings.delegate]) as (runner, loaded):
                arrays = runnable(runner, model, loaded.inputs, 1).sample(0)
        else:
            arrays = generated(model, infos, 1).sample(0)
        return [np.zeros_like(array) for array in arrays] if wanted == ZEROS else arrays


NOT_PINNED: Final = Notice(
    code="not-pinned",
    text="This system doesn't let a program choose its cores, so it may have moved between them.",
)


def _signature_order(model: Model) -> tuple[int, ...]:
    """For each input of the first signature, in the order in which LiteRT lists them, its place among the inputs of the
    subgraph. Without signatures LiteRT makes one of the subgraph's own order."""
    if not model.signatures:
        return tuple(range(len(model.subgraphs[0].inputs)))
    inputs = model.subgraphs[model.signatures[0].subgraph].inputs
    return tuple(inputs.index(tensor) for tensor in model.signatures[0].inputs.values())
