"""How much faster the quantized model runs on this computer's interpreter."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.bench import child, runtime, tools
from tests.bench.models import Model
from tests.bench.report import FAIL, PASS, UNSURE, Section
from tests.bench.zoo import Zoo, note

NOTES = f"""Latency of the float model divided by that of the quantized one: above 1 is faster. One thread on one core,
default delegate, both models in one process taking turns (A B B A), the vector state cleared before each invoke; time
is the thread's CPU time, so other programs' turns do not count. Several such processes, since where memory happens to
lie is worth some per cent. Ratio of medians with its 95 % bootstrap interval over processes and rounds; `{UNSURE}`:
below the bar in brackets, but the bar lies within the interval."""
INVOKES_PER_TURN = 3
LEAST_ROUNDS = 3
RESAMPLES = 1000

Times = list[float]
Rounds = list[tuple[Times, Times]]


def run(zoo: Zoo, models: Sequence[Model], seconds: float, processes: int) -> Section:
    """Races every quantized file that `Zoo.prepare` has made against its float model, for `seconds` each, in so many
    processes."""
    header = ("model", "float ms", tools.OURS, *tools.PEERS)
    return Section(
        "speed", "Speed of the result", NOTES, header, tuple(row(zoo, model, seconds, processes) for model in models)
    )


def row(zoo: Zoo, model: Model, seconds: float, count: int) -> tuple[str, ...]:
    note(f"speed: {model.name}")
    float_times: Times = []
    cells = dict.fromkeys((tools.OURS, *tools.PEERS), "-")
    for tool, file in zoo.variants(model).items():
        try:
            processes = races(zoo.float_file(model), file, model.ids, seconds, count)
        except child.ChildFailed as error:
            note(f"  {tool}: {error}")
            cells[tool] = "failed"
            continue
        float_times += [taken for rounds in processes for first, _ in rounds for taken in first]
        cells[tool] = cell(processes, model.speed_bar if tool == tools.OURS else None)
    shown = f"{np.median(float_times) * 1e3:.2f}" if float_times else "-"
    return model.name, shown, *cells.values()


def races(first: Path, second: Path, ids: int, seconds: float, count: int) -> list[Rounds]:
    """The rounds of each of `count` races, which together take `seconds`."""
    return [child.call(race, first=first, second=second, ids=ids, seconds=seconds / count) for _ in range(count)]


def race(first: str, second: str, ids: int, seconds: float) -> Rounds:
    """Lets two models take turns for `seconds`; one pair of invoke times (s) per round. For a child process."""
    runtime.pin_to_one_core()
    runners = []
    for path in (first, second):
        interpreter = runtime.open_model(path)
        rng = np.random.default_rng(0)
        for details in runtime.inputs_of(interpreter).values():
            interpreter.set_tensor(details["index"], runtime.generated(details, ids, rng))
        runners.append(interpreter)

    def invoke(runner: int) -> float:
        runtime.clear_vector_state()
        start = time.thread_time()
        runners[runner].invoke()
        return time.thread_time() - start

    rounds: Rounds = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(rounds) < LEAST_ROUNDS:
        times: tuple[Times, Times] = ([], [])
        for runner in (0, 1, 1, 0):
            invoke(runner)  # brings the model's weights back into the caches
            times[runner].extend(invoke(runner) for _ in range(INVOKES_PER_TURN))
        rounds.append(times)
    return rounds


def cell(processes: Sequence[Rounds], bar: float | None) -> str:
    ratio = ratio_of_medians([np.array(rounds) for rounds in processes])
    low, high = interval([np.array(rounds) for rounds in processes])
    text = f"{ratio:.2f} [{low:.2f}, {high:.2f}]"
    if bar is None:
        return text
    mark = PASS if ratio >= bar else UNSURE if high >= bar else FAIL
    return f"{text} (≥ {bar:g}) {mark}"


def ratio_of_medians(processes: Sequence[NDArray[np.float64]]) -> float:
    """Median time of the first model over that of the second; each array holds [round, model, invoke]."""
    first, second = np.median(np.concatenate(processes), axis=(0, 2))
    return float(first / second)


def interval(processes: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """95 % bootstrap interval of the ratio of medians: processes are drawn anew, and within each its rounds."""
    rng = np.random.default_rng(0)

    def drawn() -> list[NDArray[np.float64]]:
        chosen = (processes[index] for index in rng.integers(0, len(processes), len(processes)))
        return [rounds[rng.integers(0, len(rounds), len(rounds))] for rounds in chosen]

    low, high = np.percentile([ratio_of_medians(drawn()) for _ in range(RESAMPLES)], (2.5, 97.5))
    return float(low), float(high)
