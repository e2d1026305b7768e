"""Our adb client against the adb binary, and our measuring against benchmark_model run by hand: on the test phone, in
turns, so that both sides meet the same server, phone and load."""

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from quantscope.devices.adb import shell, sync
from quantscope.devices.benchmark.binaries import Programs
from quantscope.devices.benchmark.output import parse_output
from quantscope.devices.runner import PhoneOptions, PhoneRunner
from quantscope.documents.profile import Settings
from quantscope.files import describe
from tests.bench.report import Section, at_most
from tests.bench.zoo import Zoo
from tests.phone.adb_server import PrivateServer
from tests.phone.benchmark import REPOSITORY, write_program

PUSHED_BYTES, SHELL_BYTES = 100_000_000, 200_000_000
TURNS = 11
BATCHES, RUNS = 40, 40
PUSH_BAR, SHELL_BAR, MEDIAN_BAR, LIVE_BAR = 1.2, 1.5, 1.02, 0.1
MODELS = ("mlperf_vww_mobilenet_v1_025_96", "rand_MobileNet")


def run(zoo: Zoo) -> Section:
    with tempfile.TemporaryDirectory() as name, _phone(Path(name)) as (private, serial):
        folder = Path(name)
        rows = [_push(private, serial, folder), _shell(private, serial)]
        for model in MODELS:
            path = zoo.models / f"{model}.tflite"
            if path.exists():
                rows += _measuring(private, serial, folder, path)
    return Section(
        "phone",
        "Phones",
        "Times of ours divided by those of the adb binary (the best of eleven turns each), and medians of "
        "latency divided by those of the same benchmark_model run by hand with `adb shell`, in turns; the last column "
        "says how long after the program had ended on the phone its batch was there. On the test phone: real adb "
        "server, emulated phone, benchmark_model a stand-in that runs the model on this computer.",
        ("what", "adb or by hand", "quantscope", "ratio", "s after the program ended"),
        tuple(rows),
    )


@contextlib.contextmanager
def _phone(folder: Path) -> Iterator[tuple[PrivateServer, str]]:
    command = [sys.executable, "-m", "tests.phone", "pixel", str(folder / "phone")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY / "engine", REPOSITORY)))}
    with (
        PrivateServer(folder) as private,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True) as phone,
    ):
        assert phone.stdout
        serial = f"127.0.0.1:{int(phone.stdout.readline())}"
        private.connect(serial)
        yield private, serial
        assert phone.stdin
        phone.stdin.close()


def _push(private: PrivateServer, serial: str, folder: Path) -> tuple[str, ...]:
    source = folder / "pushed"
    source.write_bytes(os.urandom(PUSHED_BYTES))
    target = "/data/local/tmp/pushed"

    def binary() -> None:
        assert private.adb("-s", serial, "push", str(source), target).returncode == 0

    def ours() -> None:
        asyncio.run(sync.push(private.address, serial, source, target))

    return _row("push 100 MB", binary, ours, PUSH_BAR)


def _shell(private: PrivateServer, serial: str) -> tuple[str, ...]:
    command = f"head -c {SHELL_BYTES} /dev/zero"

    def binary() -> None:
        done = subprocess.run(
            ["adb", "-s", serial, "shell", command], env=private.environment, stdout=subprocess.DEVNULL, check=False
        )
        assert done.returncode == 0

    async def stream() -> None:
        size = 0
        async with contextlib.aclosing(shell.packets(private.address, serial, command)) as packets:
            async for channel, data in packets:
                size += len(data) if channel is shell.Channel.STDOUT else 0
        assert size == SHELL_BYTES

    return _row("200 MB of shell output", binary, lambda: asyncio.run(stream()), SHELL_BAR)


def _row(what: str, binary: Callable[[], None], ours: Callable[[], None], bar: float) -> tuple[str, ...]:
    times: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(2 * TURNS):
        mine = turn % 4 in (1, 2)  # A B B A
        began = time.perf_counter()
        (ours if mine else binary)()
        times[mine].append(time.perf_counter() - began)
    theirs, own = (min(times[side]) for side in (False, True))  # the best of each: others share the machine
    return what, f"{theirs:.2f} s", f"{own:.2f} s", at_most(own / theirs, bar), "–"


def _measuring(private: PrivateServer, serial: str, folder: Path, path: Path) -> list[tuple[str, ...]]:
    program = write_program(folder / "benchmark_model")
    options = PhoneOptions(server=private.address, programs=Programs(folder, {"any": str(program)}))
    runner = PhoneRunner(serial, Settings(warm_up_seconds=0), lambda fraction, text: None, options)
    file = describe(path)
    medians: dict[bool, list[float]] = {False: [], True: []}
    lags: list[float] = []
    try:
        runner.open()
        runner.prepare(file)
        known = runner.variants[file]
        flags = [f"--graph={known.path}", "--num_threads=1", "--use_xnnpack=true", f"--num_runs={RUNS}"]
        files = ",".join(f"in{place}:{each.path}" for place, each in enumerate(known.inputs))
        shapes = ":".join(",".join(map(str, each.shape)) for each in known.inputs)
        names = ",".join(f"in{place}" for place in range(len(known.inputs)))
        flags += ["--min_secs=0", "--warmup_runs=1", "--warmup_min_secs=0", f"--input_layer={names}"]
        flags += [f"--input_layer_shape={shapes}", f"--input_layer_value_files={files}"]
        by_hand = shell.quoted(runner.program_path, *flags)
        for turn in range(2 * BATCHES):
            if turn % 4 in (1, 2):
                medians[True].append(runner.measure(file, RUNS).median)
                done = folder / "phone" / runner.workspace.folder.lstrip("/") / f"p{runner.detached.count - 1}.done"
                lags.append(time.time() - done.stat().st_mtime)
            else:
                output = parse_output(private.adb("-s", serial, "shell", by_hand).stdout)
                assert output.measured
                assert output.measured.median
                medians[False].append(output.measured.median)
    finally:
        runner.close()
    hand, ours = (statistics.median(medians[side]) for side in (False, True))
    far = max(ours, hand) / min(ours, hand)
    return [
        (
            f"latency of {path.stem}",
            f"{hand:.0f} µs",
            f"{ours:.0f} µs",
            at_most(far, MEDIAN_BAR),
            at_most(statistics.median(lags), LIVE_BAR) + f", worst {max(lags):.3f}",
        )
    ]
