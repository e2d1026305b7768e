"""Measuring on a phone: a Runner (see quantscope.profile.runner) around benchmark_model.

benchmark_model prints nothing per run, so latency comes in short batches, each a start of its own; how long they take
is chosen from what a start costs. Latency never comes from a profiled run.
"""

import asyncio
import os
import secrets
import tempfile
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from quantscope.devices import cores, phone
from quantscope.devices.adb import program as adb_program
from quantscope.devices.adb import sync
from quantscope.devices.adb.host import AdbServer
from quantscope.devices.adb.shell import quoted
from quantscope.devices.benchmark import command
from quantscope.devices.benchmark.binaries import Program, Programs
from quantscope.devices.benchmark.endings import explain
from quantscope.devices.benchmark.inputs import input_files
from quantscope.devices.benchmark.output import Output, parse_output
from quantscope.devices.benchmark.profile import MAX_BYTES, attribute
from quantscope.devices.custody import TURN_SECONDS, Custody
from quantscope.devices.detached import RECONNECT_SECONDS, Detached
from quantscope.devices.workspace import Workspace
from quantscope.documents import File
from quantscope.documents.profile import RANDOM, Device, Notice, Sensors, Settings
from quantscope.errors import (
    CancelledError,
    DeviceRefusedError,
    ProgramMissingError,
    QuantscopeError,
    RunError,
    RuntimeMissingError,
)
from quantscope.model.read import read
from quantscope.profile.cores import chosen
from quantscope.profile.runner import Latencies, OperatorProfile, Prepared
from quantscope.progress import Progress

FIRST_RUNS: Final = 3
FIRST_SECONDS: Final = 300.0
# A run may take this many times what it should, and this much more, before it is taken to hang.
SLOWER: Final = 5.0
GRACE_SECONDS: Final = 20.0
# A batch lasts so many times as long as its start, within bounds: starts are not measured, but heat the phone too.
STARTS_IN_A_BATCH: Final = 4.0
SHORTEST_US, LONGEST_US = 200_000.0, 2_000_000.0
START_US: Final = 30_000.0
# Below this a step of its clock is 2 % and more.
COARSE_BELOW_US: Final = 50.0
KILL_SECONDS: Final = 1.5
CLOSE_SECONDS: Final = 5.0
# The services that tell temperature and battery cost the phone some time: they are asked every so many readings.
SERVICES_EVERY: Final = 4

T = TypeVar("T")


@dataclass(frozen=True)
class PhoneOptions:
    """What measuring on phones needs to know beside a session's settings. `reconnect_seconds` is how long a phone may
    be away, `lease_seconds` how often the guard on it looks whether we are still there."""

    server: AdbServer
    programs: Programs
    adb: str | None = None
    fixed_performance: bool = False
    reconnect_seconds: float = RECONNECT_SECONDS
    lease_seconds: float = TURN_SECONDS


@dataclass(frozen=True)
class _Variant:
    """A model on the phone, the inputs it is given, and what is known of its starts."""

    path: str
    inputs: tuple[command.Input, ...]
    output: Output


class PhoneRunner:
    """One phone by its serial number."""

    def __init__(self, serial: str, settings: Settings, progress: Progress, options: PhoneOptions) -> None:
        self.serial = serial
        self.settings = settings
        self.progress = progress
        self.options = options
        self.server = options.server
        self.workspace = Workspace(self.server, serial, f"run-{secrets.token_hex(6)}")
        self.custody = Custody(self.workspace, options.lease_seconds)
        self.detached = Detached(self.workspace, self.custody, self._waiting, options.reconnect_seconds)
        self.loop = asyncio.new_event_loop()
        self.cancelled = threading.Event()
        self.cancelling = asyncio.Event()
        self.made = False
        self.device: Device | None = None
        self.program: Program | None = None
        self.program_path = ""
        self.used: tuple[int, ...] = ()
        self.pinned = True
        self.variants: dict[File, _Variant] = {}
        self.notices: list[Notice] = []
        self.peaks: dict[File, int] = {}
        self.readings = 0
        self.services: dict[str, str] = {}

    def open(self) -> Device:
        """The phone, with our folder made, benchmark_model in it, and settings changed (to be put back)."""
        return self._call(self._open())

    def prepare(self, variant: File) -> Prepared:
        """Copies a model there and runs it for the first time."""
        return self._call(self._prepare(variant))

    def measure(self, variant: File, runs: int) -> Latencies:
        """A batch, in a start of its own; the first run isn't counted."""
        return self._call(self._measure(variant, runs))

    def memory(self, variant: File) -> int | None:
        """Largest footprint that benchmark_model told, beyond the empty program's."""
        return self.peaks.get(variant)

    def sense(self) -> Sensors:
        """Clocks at every reading; temperature and battery, which services tell, at every fourth."""
        return self._call(self._sense())

    def operators(self, variant: File, runs: int) -> OperatorProfile:
        """Times per operator from one profiled run, with a plain one after it to hold it against."""
        return self._call(self._operators(variant, runs))

    def cancel(self) -> None:
        """Ends what runs on the phone. From any thread."""
        self.cancelled.set()
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.cancelling.set)

    def close(self) -> None:
        """Puts the phone's settings back, ends what runs there, removes the measurement's folder; models and
        benchmark_model stay for the next time. What can't be done because the phone is away, its guard does."""
        if self.loop.is_closed():
            return
        if self.made:
            self.loop.run_until_complete(_in_time(self.custody.end(CLOSE_SECONDS), CLOSE_SECONDS))
        self.loop.close()

    async def _open(self) -> Device:
        await adb_program.ensure_server(self.server, self.options.adb)
        device, _ = await phone.read(self.server, self.serial)
        self.used = () if self.settings.cores == "all" else chosen(device.clusters, self.settings.cores)
        self.program = self.options.programs.find(device.abis)
        if self.program is None:
            raise ProgramMissingError(
                f"There is no benchmark_model for {device.name} ({device.abi}) yet.",
                f"Let Quantscope download the official one: 'quantscope devices --fetch {device.abi}', "
                "or choose a file: '--benchmark-model'.",
            )
        await self.workspace.make()
        self.made = True
        self.program_path = await self._put(self.program.path, self.program.sha256, "benchmark_model", 0o755)
        self.device = device
        if not await self.custody.begin(self.options.fixed_performance):
            self.notices.append(NO_FIXED_PERFORMANCE)
        if self.used and (await self.workspace.shell("command -v taskset")).code:
            self.pinned = False
            self.notices.append(NOT_PINNED)
        return device

    async def _prepare(self, variant: File) -> Prepared:
        path = await self._put(variant.path, variant.sha256, os.path.basename(variant.path))
        inputs = await self._inputs(variant)
        self.variants[variant] = first = _Variant(path, inputs, Output())
        output = await self._benchmark(first, variant, FIRST_RUNS, FIRST_SECONDS, self.settings.warm_up_seconds)
        self.variants[variant] = _Variant(path, inputs, output)
        assert self.program is not None
        start_us = START_US + (output.init_us or 0.0) + (output.first_us or 0.0)
        return Prepared(
            program=self.program.name,
            init_us=output.init_us,
            first_us=output.first_us,
            load_bytes=output.init_bytes,
            batch_us=min(max(SHORTEST_US, STARTS_IN_A_BATCH * start_us), LONGEST_US),
            notices=(*self.notices, *self._said(output), *(() if inputs else (OWN_INPUTS,))),
        )

    async def _inputs(self, variant: File) -> tuple[command.Input, ...]:
        with tempfile.TemporaryDirectory(prefix="quantscope-") as folder:
            try:
                files = await asyncio.to_thread(input_files, variant.path, self.settings.inputs, Path(folder))
            except (RunError, RuntimeMissingError):
                if self.settings.inputs != RANDOM:
                    raise
                return ()  # the model may run there all the same
            return tuple(
                [command.Input(each.shape, await self._put(each.path, each.sha256, "inputs")) for each in files]
            )

    async def _put(self, source: str, sha256: str, name: str, mode: int = 0o644) -> str:
        def copying(done: int, total: int) -> None:
            self.progress(done / total if total else 1.0, f"Copying {name} to {self.serial}")

        return await self.detached.through(lambda: self.workspace.put(source, sha256, mode, copying))

    async def _measure(self, variant: File, runs: int) -> Latencies:
        known = self.variants[variant]
        typical = known.output.measured.median if known.output.measured else None
        seconds = SLOWER * (runs + 1) * (typical or 0.0) / 1e6 + GRACE_SECONDS
        output = await self._benchmark(known, variant, runs, seconds)
        timing = output.measured
        assert timing is not None
        assert timing.median is not None
        coarse = (COARSE_CLOCK,) if timing.median < COARSE_BELOW_US else ()
        return Latencies(
            count=timing.count,
            median=timing.median,
            min=timing.min,
            p5=timing.p5,
            p95=timing.p95,
            max=timing.max,
            mean=timing.mean,
            notices=(*self._said(output), *coarse),
        )

    async def _benchmark(
        self,
        known: _Variant,
        variant: File,
        runs: int,
        seconds: float,
        warm_up_seconds: float = 0.0,
        profiling: command.Profiling | None = None,
    ) -> Output:
        """Runs benchmark_model; raises the error that explains its ending if there is no result."""
        flags = command.flags(
            known.path,
            threads=self.settings.threads,
            delegate=self.settings.delegate,
            runs=runs,
            warm_up_seconds=warm_up_seconds,
            inputs=known.inputs,
            profiling=profiling,
        )
        pin = ("taskset", cores.mask(self.used)) if self.used and self.pinned else ()
        ended = await self.detached.run(quoted(*pin, self.program_path, *flags), seconds + warm_up_seconds)
        output = parse_output(ended.text)
        if ended.code or output.measured is None or output.measured.median is None:
            assert self.device is not None
            raise explain(ended.code, output, ended.text, self.device.abi)
        if output.overall_bytes is not None and profiling is None:
            self.peaks[variant] = max(output.overall_bytes, self.peaks.get(variant, 0))
        return output

    async def _operators(self, variant: File, runs: int) -> OperatorProfile:
        known = self.variants[variant]
        stem = f"{self.workspace.folder}/{self.detached.count}"  # never what another run left there
        files = command.Profiling(f"{stem}.profile.pb", f"{stem}.runtime.pb")
        output = await self._benchmark(known, variant, runs, FIRST_SECONDS, profiling=files)
        plain = await self._measure(variant, runs)
        with tempfile.TemporaryDirectory(prefix="quantscope-") as folder:
            profile, info = [await self._fetched(path, Path(folder)) for path in (files.profile, files.runtime_info)]
        found = attribute(profile, info, read(variant.path))
        notes = [
            found.note,
            "The profiler's buffer was full, so some operators are missing." if output.dropped else None,
        ]
        return OperatorProfile(
            operators=found.operators,
            unattributed=found.unattributed,
            latency_us=output.measured.median if output.measured else None,
            unprofiled_us=plain.median,
            note=" ".join(filter(None, notes)) or None,
        )

    async def _fetched(self, path: str, folder: Path) -> bytes:
        target = folder / os.path.basename(path)
        try:
            await self.detached.through(lambda: sync.pull(self.server, self.serial, path, target, limit=MAX_BYTES))
        except DeviceRefusedError:
            raise RunError(
                "benchmark_model wrote no profile.", "This build may lack profiling: choose another."
            ) from None
        return target.read_bytes()

    async def _sense(self) -> Sensors:
        assert self.device is not None
        parts = dict(phone.CLOCKS)
        if self.readings % SERVICES_EVERY == 0:
            parts = dict(phone.CONDITIONS)
        self.readings += 1
        command = f"{self.custody.renewal()}; {phone.script(parts)}"
        answer = await self.detached.through(lambda: self.workspace.shell(command))
        self.services.update(phone.sections(answer.text()))
        return phone.sensors_from(self.services, self.device, self.used)

    def _said(self, output: Output) -> tuple[Notice, ...]:
        """What a run said that bears on its numbers."""
        found = []
        wanted = self.settings.delegate
        if wanted == "gpu" and ("gpu" not in output.delegates or "--use_gpu=true" in output.unconsumed):
            found.append(NO_GPU)
        elif wanted == "xnnpack" and "xnnpack" not in output.delegates:
            found.append(NO_XNNPACK)
        flags = [flag for flag in output.unconsumed if flag != "--use_gpu=true"]
        if flags:
            text = f"benchmark_model doesn't know {', '.join(flags)} and went on without."
            found.append(Notice(code="unknown-flags", text=text, arguments={"flags": ", ".join(flags)}))
        if output.dropped:
            found.append(PROFILE_DROPPED)
        return tuple(found)

    def _waiting(self, text: str) -> None:
        self.progress(0.0, text)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        """Does `work` on this runner's loop; a cancelled one ends the program on the phone before it raises."""
        return self.loop.run_until_complete(self._cancellable(work))

    async def _cancellable(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        helpers = [asyncio.ensure_future(self.cancelling.wait()), asyncio.ensure_future(self._renew())]
        try:
            await asyncio.wait((task, helpers[0]), return_when=asyncio.FIRST_COMPLETED)
            if task.done() and not self.cancelled.is_set():
                return task.result()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await _in_time(self.workspace.shell(self.custody.kill(), KILL_SECONDS), KILL_SECONDS)
            raise CancelledError("Cancelled.")
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _renew(self) -> None:
        """Lets the guard on the phone know that we are there, however long a model takes to copy or to run."""
        while True:
            await asyncio.sleep(self.custody.renewal_seconds)
            if self.made:
                await _in_time(self.workspace.shell(self.custody.renewal()), self.custody.renewal_seconds)


async def _in_time(work: Coroutine[Any, Any, object], seconds: float) -> None:
    """Does what must not fail nor hang: where it can't be done, the guard on the phone will."""
    try:
        await asyncio.wait_for(work, seconds)
    except (QuantscopeError, TimeoutError):
        return


NOT_PINNED: Final = Notice(
    code="not-pinned",
    text="This phone has no taskset, so the program may have moved between its cores.",
)
NO_FIXED_PERFORMANCE: Final = Notice(
    code="no-fixed-performance",
    text="This phone has no fixed-performance mode, so its clocks may change while it measures.",
)
COARSE_CLOCK: Final = Notice(
    code="coarse-clock",
    text="benchmark_model counts whole microseconds, which is coarse for a model this fast.",
)
OWN_INPUTS: Final = Notice(
    code="own-inputs",
    text="The model doesn't run on this computer, so benchmark_model chose the inputs itself, blindly.",
)
NO_GPU: Final = Notice(
    code="no-gpu",
    text="This benchmark_model has no GPU delegate: what was measured is the CPU.",
)
NO_XNNPACK: Final = Notice(
    code="no-xnnpack",
    text="benchmark_model didn't say that it applied XNNPACK: what was measured may be the builtin kernels.",
)
PROFILE_DROPPED: Final = Notice(
    code="profile-dropped",
    text="The profiler's buffer was full, so some operators are missing from the profile.",
)
