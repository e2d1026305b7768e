"""How much faster the quantized model runs on this computer's interpreter."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.bench import child, runtime, tools
from tests.bench.models import Model
from tests.bench.report import FAIL, PASS, UNSURE, Section
from tests.bench.zoo import Zoo, note

NOTES = f"""Latency of the float model divided by that of the quantized one: above 1 is faster. One thread on one core,
default delegate, both models in one process taking turns (A B B A), the vector state cleared before each invoke; time
is the thread's CPU time, so other programs' turns do not count. Ratio of medians with its 95 % bootstrap interval;
`{UNSURE}`: below the bar in brackets, but the bar lies within the interval."""
INVOKES_PER_TURN = 3
LEAST_ROUNDS = 5
RESAMPLES = 1000

Times = list[float]


def run(zoo: Zoo, models: Sequence[Model], seconds: float) -> Section:
    """Races every quantized file that `Zoo.prepare` has made against its float model, for `seconds` each."""
    header = ("model", "float ms", tools.OURS, *tools.PEERS)
    return Section("speed", "Speed of the result", NOTES, header, tuple(row(zoo, model, seconds) for model in models))


def row(zoo: Zoo, model: Model, seconds: float) -> tuple[str, ...]:
    note(f"speed: {model.name}")
    float_times: Times = []
    cells = dict.fromkeys((tools.OURS, *tools.PEERS), "-")
    for tool, file in zoo.variants(model).items():
        try:
            rounds = child.call(race, first=zoo.float_file(model), second=file, ids=model.ids, seconds=seconds)
        except child.ChildFailed as error:
            note(f"  {tool}: {error}")
            cells[tool] = "failed"
            continue
        float_times += [seconds for first, _ in rounds for seconds in first]
        cells[tool] = cell(rounds, model.speed_bar if tool == tools.OURS else None)
    shown = f"{np.median(float_times) * 1e3:.2f}" if float_times else "-"
    return model.name, shown, *cells.values()


def race(first: str, second: str, ids: int, seconds: float) -> list[tuple[Times, Times]]:
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

    rounds: list[tuple[Times, Times]] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(rounds) < LEAST_ROUNDS:
        times: tuple[Times, Times] = ([], [])
        for runner in (0, 1, 1, 0):
            invoke(runner)  # brings the model's weights back into the caches
            times[runner].extend(invoke(runner) for _ in range(INVOKES_PER_TURN))
        rounds.append(times)
    return rounds


def cell(rounds: Sequence[tuple[Times, Times]], bar: float | None) -> str:
    first, second = (np.array([times[runner] for times in rounds]) for runner in (0, 1))
    ratio = float(np.median(first) / np.median(second))
    low, high = interval(first, second)
    text = f"{ratio:.2f} [{low:.2f}, {high:.2f}]"
    if bar is None:
        return text
    mark = PASS if ratio >= bar else UNSURE if high >= bar else FAIL
    return f"{text} (≥ {bar:g}) {mark}"


def interval(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, float]:
    """95 % bootstrap interval of the ratio of medians; rounds (first axis) are resampled whole."""
    rng = np.random.default_rng(0)
    ratios = []
    for _ in range(RESAMPLES):
        chosen = rng.integers(0, len(first), len(first))
        ratios.append(np.median(first[chosen]) / np.median(second[chosen]))
    low, high = np.percentile(ratios, (2.5, 97.5))
    return float(low), float(high)
