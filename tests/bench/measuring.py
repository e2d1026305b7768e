"""How far our measurements can be trusted: against a plain loop, and operator by operator.

Everything is interleaved in one run: our batches with those of a loop of a dozen lines in a process of its own, on the
same core; profiled runs with plain ones.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantscope.documents.profile import Batch, Settings
from quantscope.files import describe
from quantscope.profile import cores, statistics
from quantscope.profile.host import HostRunner
from quantscope.progress import silent
from tests.bench import runtime
from tests.bench.models import Model
from tests.bench.report import Section, judged
from tests.bench.zoo import Zoo, note

TOLERATED = 0.02
ATTRIBUTED = 0.99
SUM_WITHIN = 0.05
BATCH_SECONDS = 0.05
LEAST_RUNS = 3
# Where a process' memory lies makes some models 3 % faster or slower for as long as it lives: each side lives as often.
LIVES = 4
LEAST_ROUNDS = 10
PROFILED_SECONDS = 2.0
CONVOLUTIONS = frozenset(
    {
        "mobilenet_v1",
        "mobilenet_v2",
        "efficientnet_b0",
        "resnet50",
        "inception_v3",
        "efficientnet_lite0",
        "rand_MobileNet",
        "mlperf_vww_mobilenet_v1_025_96",
        "mlperf_resnet8_cifar10",
        "mnist_cnn",
        "sklearn_digits_cnn",
        "fsdd_dscnn",
    }
)
FULLY_ATTRIBUTED = frozenset({"mobilenet_v1", "efficientnet_b0", "efficientnet_lite0", "bert_mini", "rand_MobileNet"})


def run(zoo: Zoo, models: Sequence[Model], seconds: float) -> Section:
    rows = []
    for model in models:
        for name, path in (("float", zoo.float_file(model)), ("dynamic-int8", zoo.quantized("quantscope", model))):
            if path.exists():
                note(f"measuring {model.name} {name}")
                rows.append((model.name, name, *_row(str(path), model, seconds)))
    return Section(
        key="measuring",
        title="Measuring on this computer",
        notes=(
            "Our median over the median of a plain loop around `invoke`, in turns on one core and of "
            f"{LIVES} processes of each, with its 95 % interval "
            f"(bar: within {TOLERATED:.0%}; ~ where the interval reaches that far), and the same of the tenth "
            "percentile, which other programs on the machine move less. Operators whose time is known; as parts of the "
            "median of unprofiled runs made in turns, kernels that belong to none, the call itself (where operators "
            "were timed alone, see docs/measuring.md), and all operators with the call (bar on networks of "
            f"convolutions: within {SUM_WITHIN:.0%}); what profiling adds. LiteRT's profiler reads /proc around every "
            "operator outside a delegate, which in loops costs many times what they do. A - means that LiteRT's C API "
            "refuses the model."
        ),
        header=(
            "model",
            "variant",
            "median",
            "ours / loop",
            "at p10",
            "attributed",
            "to none",
            "call",
            "operators and call",
            "overhead",
        ),
        rows=tuple(rows),
    )


def _row(path: str, model: Model, seconds: float) -> tuple[str, ...]:
    ours, loop = _against_a_loop(path, seconds)
    found = statistics.speedup(ours, loop)
    assert found is not None
    ratio, (low, high) = found
    inside = low <= 1 + TOLERATED and high >= 1 - TOLERATED
    mark = "✓" if abs(ratio - 1) <= TOLERATED else "~" if inside else "✗"
    tenth = [np.percentile(np.concatenate([batch.us for batch in batches]), 10) for batches in (ours, loop)]
    cells = (
        f"{statistics.median(ours) / 1000:.3f} ms",
        f"{ratio:.3f} [{low:.3f}, {high:.3f}] {mark}",
        f"{tenth[0] / tenth[1]:.3f}",
    )
    return (*cells, *_operators(path, model))


def _operators(path: str, model: Model) -> tuple[str, ...]:
    runner = HostRunner(Settings(warm_up_seconds=0.2), silent)
    runner.open()
    variant = describe(path)
    try:
        first = runner.prepare(variant).first_us or 1000.0
        found = runner.operators(variant, max(50, min(round(PROFILED_SECONDS * 1e6 / first), 1000)))
    finally:
        runner.close()
    if found.latency_us is None or found.unprofiled_us is None:
        return ("-", "-", "-", "-", "-")
    known = sum(each.attribution != "none" for each in found.operators) / len(found.operators)
    attributed = f"{known:.1%}"
    if model.name in FULLY_ATTRIBUTED:
        attributed = judged(attributed, known >= ATTRIBUTED)
    operators = sum(each.us or 0.0 for each in found.operators) / found.unprofiled_us
    call = (found.call_us or 0.0) / found.unprofiled_us
    nobody = sum(each.us for each in found.unattributed) / found.unprofiled_us
    against = f"{operators + call:.3f}"
    if model.name in CONVOLUTIONS:
        against = judged(against, abs(operators + call - 1) <= SUM_WITHIN)
    overhead = found.latency_us / found.unprofiled_us - 1
    return attributed, f"{nobody:.2%}", f"{call:.1%}", against, f"{overhead:+.1%}"


def _against_a_loop(path: str, seconds: float) -> tuple[list[Batch], list[Batch]]:
    """Batches of our runner and of the loop, in turns, of several processes of each."""
    ours: list[Batch] = []
    loop: list[Batch] = []
    for _ in range(LIVES):
        for all_of, found in zip((ours, loop), _one_life(path, seconds / LIVES), strict=True):
            all_of += found
    return ours, loop


def _one_life(path: str, seconds: float) -> tuple[list[Batch], list[Batch]]:
    runner = HostRunner(Settings(), silent)
    runner.open()
    variant = describe(path)
    ours: list[Batch] = []
    loop: list[Batch] = []
    try:
        first = runner.prepare(variant).first_us or 1000.0
        runs = max(LEAST_RUNS, min(round(BATCH_SECONDS * 1e6 / first), 200))
        arrays = runner.loaded[variant].inputs
        with _loop(path, runner.cpus, arrays) as ask:
            end = time.monotonic() + seconds
            backwards = False
            while time.monotonic() < end or len(ours) < LEAST_ROUNDS:
                for ours_first in (backwards, not backwards):
                    if ours_first:
                        ours.append(_batch(runner.measure(variant, runs).us))
                    else:
                        loop.append(_batch(ask(runs)))
                backwards = not backwards
    finally:
        runner.close()
    return ours, loop


def _batch(us: Sequence[float]) -> Batch:
    return Batch(t=0.0, us=tuple(us), count=len(us), median=float(np.median(us)))


@contextlib.contextmanager
def _loop(path: str, cpus: Sequence[int], arrays: Sequence[NDArray[Any]]) -> Iterator[Any]:
    """The plain loop in a process of its own: a function that runs it so many times and gives the microseconds."""
    folder = TemporaryDirectory()
    np.savez(f"{folder.name}/inputs.npz", *arrays)
    command = [sys.executable, "-m", "tests.bench.measuring", path, json.dumps(list(cpus)), f"{folder.name}/inputs.npz"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin
    assert process.stdout
    try:

        def ask(runs: int) -> list[float]:
            process.stdin.write(b"%d\n" % runs)
            process.stdin.flush()
            return list(json.loads(process.stdout.readline()))

        yield ask
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
        folder.cleanup()


def main() -> None:
    """The plain loop's process."""
    path, cpus, inputs = sys.argv[1], json.loads(sys.argv[2]), np.load(sys.argv[3])
    cores.pin(cpus)
    interpreter = runtime.open_model(path)
    for place, detail in enumerate(interpreter.get_input_details()):
        interpreter.set_tensor(detail["index"], inputs[f"arr_{place}"])
    for line in sys.stdin.buffer:
        times = []
        invoke, clock = interpreter.invoke, time.perf_counter
        invoke()
        for _ in range(int(line)):
            runtime.clear_vector_state()
            started = clock()
            invoke()
            times.append((clock() - started) * 1e6)
        print(json.dumps(times), flush=True)


if __name__ == "__main__":
    main()
