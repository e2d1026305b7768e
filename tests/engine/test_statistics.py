"""Statistics of latencies: properties that must hold for every series, and coverage where the truth is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantscope.documents.profile import Batch
from quantscope.profile import statistics

times = st.floats(0.5, 1e7)
batches_of_times = st.lists(st.lists(times, min_size=1, max_size=40), min_size=1, max_size=20)


def batch(values: list[float] | np.ndarray) -> Batch:
    return Batch(t=0.0, us=tuple(map(float, values)), count=len(values), median=float(np.median(values)))


def summary(values: np.ndarray) -> Batch:
    low, p5, median, p95, high = np.percentile(values, (0, 5, 50, 95, 100))
    return Batch(t=0.0, count=len(values), median=median, min=low, p5=p5, p95=p95, max=high)


def noisy(random: np.random.Generator, level: float, count: int, runs: int = 20) -> list[Batch]:
    """Batches with a long tail and a state of the machine that lasts a batch."""
    states = 1 + 0.02 * random.standard_normal(count)
    return [batch(level * state * (1 + 0.05 * random.exponential(size=runs))) for state in states]


@given(batches_of_times)
@settings(max_examples=60, deadline=None)
def test_latency_is_what_numpy_says_of_all_runs(lists: list[list[float]]) -> None:
    found = statistics.latency([batch(values) for values in lists])
    every = np.concatenate(lists)
    assert found is not None
    assert found.count == len(every)
    assert found.median == pytest.approx(np.median(every))
    assert (found.p10, found.p90) == pytest.approx(tuple(np.percentile(every, (10, 90))))
    assert found.mean == pytest.approx(every.mean())
    low, high = found.ci95
    assert low <= found.median <= high
    assert every.min() * (1 - 1e-9) <= low <= high <= every.max() * (1 + 1e-9)


@given(batches_of_times, batches_of_times, st.floats(0.01, 100))
@settings(max_examples=60, deadline=None)
def test_speedup_scales_and_turns_around(a: list[list[float]], b: list[list[float]], scale: float) -> None:
    rounds = min(len(a), len(b))
    first, second = [batch(each) for each in a[:rounds]], [batch(each) for each in b[:rounds]]
    slower = [batch([value * scale for value in each]) for each in a[:rounds]]
    ratio, (low, high) = statistics.speedup(first, second)
    assert low <= ratio <= high
    assert statistics.speedup(slower, second)[0] == pytest.approx(ratio * scale)
    back, (back_low, back_high) = statistics.speedup(second, first)
    assert back == pytest.approx(1 / ratio)
    assert back_low <= back <= back_high
    assert statistics.speedup(first, first) == (1.0, (1.0, 1.0))


def test_the_interval_holds_the_true_speedup() -> None:
    """Of 200 experiments with a true speed-up of 2, at least 90 % contain it (nominally 95 %)."""
    random = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        low, high = statistics.speedup(noisy(random, 200, 30), noisy(random, 100, 30))[1]
        hits += low <= 2.0 <= high
    assert hits >= 180


@given(st.floats(3, 300), st.floats(3, 300), st.integers(1, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_a_coarse_clock_leaves_the_truth_within(one: float, two: float, rounds: int, seed: int) -> None:
    """A program that counts whole microseconds says much the same in every batch; what is true lies between."""
    random = np.random.default_rng(seed)

    def counted(level: float) -> list[Batch]:
        starts = random.random(rounds)
        return [summary(np.diff(np.floor(start + level * np.arange(21)))) for start in starts]

    found = statistics.speedup(counted(one), counted(two))
    assert found is not None
    ratio, (low, high) = found
    assert low <= ratio <= high
    assert low <= one / two <= high
    latency = statistics.latency(counted(one))
    assert latency is not None
    assert latency.ci95[0] <= one <= latency.ci95[1]
    independent = statistics.independent_speedup(counted(one), counted(two))
    assert independent is not None
    assert independent[1][0] <= one / two <= independent[1][1]


def test_drift_that_hits_both_alike_leaves_the_speedup_alone() -> None:
    random = np.random.default_rng(2)
    heat = np.linspace(1, 1.5, 60)
    slow = [batch(200 * state * (1 + 0.02 * random.random(20))) for state in heat]
    fast = [batch(100 * state * (1 + 0.02 * random.random(20))) for state in heat]
    ratio, (low, high) = statistics.speedup(slow, fast)
    assert ratio == pytest.approx(2, rel=0.02)
    assert high - low < 0.05


def test_a_summary_stands_for_its_runs() -> None:
    random = np.random.default_rng(3)
    runs = [100 * (1 + 0.1 * random.exponential(size=50)) for _ in range(20)]
    raw, summed = statistics.latency(list(map(batch, runs))), statistics.latency(list(map(summary, runs)))
    assert summed.count == raw.count == 1000
    assert summed.median == pytest.approx(raw.median, rel=0.01)
    assert summed.p10 == pytest.approx(raw.p10, rel=0.02)
    assert summed.p90 == pytest.approx(raw.p90, rel=0.04)


def test_a_summary_of_one_run_and_one_without_quantiles() -> None:
    assert statistics.values_of(Batch(t=0, count=1, median=7)).tolist() == [7]
    assert statistics.values_of(Batch(t=0, count=3, median=7)).tolist() == [7, 7, 7]


def test_nothing_measured() -> None:
    assert statistics.latency([]) is None
    assert statistics.speedup([], [batch([1.0])]) is None
    assert statistics.trend([]) is None
    assert statistics.shifts([]) == []


@given(st.lists(times, max_size=60), st.floats(0.001, 1000))
@settings(max_examples=60, deadline=None)
def test_marks_do_not_depend_on_the_unit(values: list[float], scale: float) -> None:
    scaled = [value * scale for value in values]
    one, two = statistics.trend(values), statistics.trend(scaled)
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        assert two.change == pytest.approx(one.change)
    assert [shift.at for shift in statistics.shifts(scaled)] == [shift.at for shift in statistics.shifts(values)]


def test_a_drift_is_found_and_noise_is_not() -> None:
    random = np.random.default_rng(4)
    found = statistics.trend(np.linspace(100, 120, 100) + random.standard_normal(100))
    assert found is not None
    assert found.change == pytest.approx(0.18, abs=0.03)
    alarms = sum(statistics.trend(100 + random.standard_normal(50)) is not None for _ in range(200))
    assert alarms == 0


@pytest.mark.parametrize("count", [100, 5000])
def test_a_change_of_level_is_found_where_it_is(count: int) -> None:
    random = np.random.default_rng(5)
    series = np.where(np.arange(count) < count * 0.4, 100, 130) + 2 * random.standard_normal(count)
    series[count * 8 // 10 :] -= 30
    first, second = statistics.shifts(series)
    assert first.at == pytest.approx(count * 0.4, abs=count * 0.02)
    assert second.at == pytest.approx(count * 0.8, abs=count * 0.02)
    assert first.change == pytest.approx(0.3, abs=0.03)
    assert second.change == pytest.approx(-0.23, abs=0.03)


def test_outliers_are_no_change_of_level() -> None:
    random = np.random.default_rng(6)
    series = 100 + random.standard_normal(200)
    series[random.integers(0, 200, 10)] *= 5
    assert statistics.shifts(series) == []
