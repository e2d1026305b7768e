"""Statistics of latencies, written once for every device, the window, the command line and the history.

Latencies are neither normal nor independent: they have a long tail, and the machine's state (frequency, heat, other
programs) lasts longer than one inference. So everything here stands on medians and quantiles, and everything that says
how sure we are draws whole batches anew, not single inferences:

- intervals: percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13) over blocks
  of consecutive observations (Künsch, The jackknife and the bootstrap for general stationary observations, 1989). A
  block is a batch; of variants that take turns, the batches of one round are drawn together, so that drift and heat,
  which hit both alike, cancel in the ratio;
- drift: Mann-Kendall test of trend (Mann 1945; Kendall 1975) and the Theil-Sen slope (Sen 1968);
- change points: Pettitt's rank test (A non-parametric approach to the change-point problem, 1979), repeated on both
  sides of each change found (binary segmentation);
- which of the two it is: steps fit a drift well and a line fits steps, so the one with the lower Bayesian information
  criterion is taken (Schwarz, Estimating the dimension of a model, 1978), with Laplace-distributed residuals, for
  medians are what is fitted.

Times are microseconds throughout. Medians of a clock that counts whole ones may all agree and yet be half a step off:
their intervals are that much wider.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.documents.profile import Batch, Latency

Floats = npt.NDArray[np.float64]

RESAMPLES: Final = 1000
SEED: Final = 0x5EED
# Of a batch this many of its values, evenly spaced in rank, stand for it in a bootstrap: more change nothing.
POINTS: Final = 24
# The ranks of what a program prints of a batch: min, p5, median, p95, max.
SUMMARY_RANKS: Final = np.array([0.0, 0.05, 0.5, 0.95, 1.0])
SIGNIFICANT: Final = 0.01
# A change smaller than this isn't worth a mark, however certain it is.
NOTABLE_CHANGE: Final = 0.05
LEAST_SEGMENT: Final = 8
MOST_BATCHES_TESTED: Final = 512


def values_of(batch: Batch) -> Floats:
    """A batch's latencies, ascending: those measured, or `count` values that have the quantiles it was summarized by,
    interpolated linearly between them."""
    if batch.us:
        return np.sort(np.asarray(batch.us, np.float64))
    marks = np.array([batch.min, batch.p5, batch.median, batch.p95, batch.max], np.float64)
    known = np.isfinite(marks)
    if known.sum() < 2 or batch.count < 2:
        return np.full(max(1, batch.count), batch.median)
    ranks = (np.arange(batch.count) + 0.5) / batch.count
    return np.interp(ranks, SUMMARY_RANKS[known], np.maximum.accumulate(marks[known]))


def latency(batches: Sequence[Batch]) -> Latency | None:
    """The latency over all runs of the batches, None without any."""
    if not batches:
        return None
    values = np.concatenate([values_of(batch) for batch in batches])
    p10, middle, p90 = np.percentile(values, (10, 50, 90))
    low, high = _interval(_medians_drawn(_Drawn.of(batches), _draws(len(batches))), float(middle))
    half = _tick(batches) / 2
    return Latency(
        median=float(middle),
        p10=float(p10),
        p90=float(p90),
        mean=float(values.mean()),
        std=float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        count=len(values),
        ci95=(max(0.0, low - half), high + half),
    )


def median(batches: Sequence[Batch]) -> float:
    """The median over all runs of the batches."""
    return float(np.median(np.concatenate([values_of(batch) for batch in batches])))


def speedup(
    baseline: Sequence[Batch], other: Sequence[Batch], resamples: int = RESAMPLES
) -> tuple[float, tuple[float, float]] | None:
    """How many times `other` is faster, the ratio of medians, with its 95 % interval.

    The n-th batches of both were measured in the same round; surplus ones of either are left out. None without rounds.
    """
    rounds = min(len(baseline), len(other))
    if rounds == 0:
        return None
    drawn = _draws(rounds, resamples)
    first, second = _Drawn.of(baseline[:rounds]), _Drawn.of(other[:rounds])
    ratio = float(median(baseline[:rounds]) / median(other[:rounds]))
    found = _interval(_medians_drawn(first, drawn) / _medians_drawn(second, drawn), ratio)
    return ratio, _widened(found, baseline, other)


def independent_speedup(baseline: Sequence[Batch], other: Sequence[Batch]) -> tuple[float, tuple[float, float]] | None:
    """As speedup, for batches that weren't measured in turns: both are drawn anew on their own."""
    if not baseline or not other:
        return None
    random = np.random.default_rng(SEED)
    first, second = (
        _medians_drawn(_Drawn.of(batches), _draws(len(batches), random=random)) for batches in (baseline, other)
    )
    ratio = median(baseline) / median(other)
    return ratio, _widened(_interval(first / second, ratio), baseline, other)


def _tick(batches: Sequence[Batch]) -> float:
    """The step of the clock behind them in microseconds: a program that sums its runs up counts whole ones."""
    return 0.0 if all(batch.us for batch in batches) else 1.0


def _widened(interval: tuple[float, float], baseline: Sequence[Batch], other: Sequence[Batch]) -> tuple[float, float]:
    """An interval of a ratio of medians, with half a step of the clock more on either side of both: drawing anew shows
    how much latencies vary, but not what all of them lack."""
    above, below = (_tick(batches) / 2 / median(batches) for batches in (baseline, other))
    low, high = interval
    return max(0.0, low * (1 - above) / (1 + below)), high * (1 + above) / max(1 - below, 1e-3)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Values ascending, each with the batch it came from and its weight."""

    values: Floats
    batch: npt.NDArray[np.intp]
    weight: Floats

    @classmethod
    def of(cls, batches: Sequence[Batch]) -> "_Drawn":
        points = [_thinned(values_of(batch)) for batch in batches]
        values = np.concatenate(points)
        batch = np.repeat(np.arange(len(points)), [len(each) for each in points])
        weight = np.array([each.count / len(point) for each, point in zip(batches, points, strict=True)])[batch]
        order = np.argsort(values, kind="stable")
        return cls(values[order], batch[order], weight[order])


def _thinned(values: Floats) -> Floats:
    """At most POINTS values with the same distribution."""
    if len(values) <= POINTS:
        return values
    return np.quantile(values, (np.arange(POINTS) + 0.5) / POINTS)


def _draws(
    batches: int, resamples: int = RESAMPLES, random: np.random.Generator | None = None
) -> npt.NDArray[np.int64]:
    """How often each batch is drawn in each resample: [resample, batch]."""
    random = random or np.random.default_rng(SEED)
    return random.multinomial(batches, np.full(batches, 1 / batches), resamples)


def _medians_drawn(drawn: _Drawn, draws: npt.NDArray[np.int64]) -> Floats:
    """The weighted median of each resample: the middle of the lower and the upper one."""
    medians = np.empty(len(draws))
    rows = max(1, 2_000_000 // len(drawn.values))
    for start in range(0, len(draws), rows):
        heaped = np.cumsum(draws[start : start + rows, drawn.batch] * drawn.weight, axis=1)
        half = heaped[:, -1:] / 2
        lower = np.argmax(heaped >= half * (1 - 1e-12), axis=1)
        upper = np.argmax(heaped > half * (1 + 1e-12), axis=1)
        medians[start : start + rows] = (drawn.values[lower] + drawn.values[upper]) / 2
    return medians


def _interval(drawn: Floats, found: float) -> tuple[float, float]:
    """The middle 95 % of what was drawn. What was found is within: thinning moves a median by less than a rank, which
    shows where there is hardly anything to draw from."""
    low, high = np.percentile(drawn, (2.5, 97.5))
    return min(float(low), found), max(float(high), found)


@dataclass(frozen=True, slots=True)
class Trend:
    """A series that drifts along a line from `begin` to `end` (us): `change` over its whole length as a fraction of its
    median, `p` of the test."""

    change: float
    p: float
    begin: float
    end: float


def trend(values: Sequence[float]) -> Trend | None:
    """The drift of a series, None where it isn't both certain and notable."""
    series = _reduced(np.asarray(values, np.float64))
    count = len(series)
    if count < LEAST_SEGMENT:
        return None
    rows, columns = np.triu_indices(count, 1)
    differences = series[columns] - series[rows]
    statistic = float(np.sign(differences).sum())
    _, ties = np.unique(series, return_counts=True)
    variance = (count * (count - 1) * (2 * count + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18
    if variance <= 0:
        return None
    p = math.erfc(max(0.0, abs(statistic) - 1) / math.sqrt(2 * variance))
    level = float(np.median(series))
    slope = float(np.median(differences / (columns - rows)))
    change = slope * (count - 1) / level if level else 0.0
    begin = float(np.median(series - slope * np.arange(count)))
    found = Trend(change, p, begin, begin + slope * (count - 1))
    return found if p < SIGNIFICANT and abs(change) >= NOTABLE_CHANGE else None


@dataclass(frozen=True, slots=True)
class Shift:
    """The level of a series changes before element `at`, by `change` of the median before."""

    at: int
    change: float


def shifts(values: Sequence[float]) -> list[Shift]:
    """Where the level of a series changes for good, in order; the smallest changes that count are NOTABLE_CHANGE."""
    series = np.asarray(values, np.float64)
    step = _step(len(series))
    reduced = _reduced(series)
    places: list[int] = []
    waiting = [(0, len(reduced))]
    while waiting:
        start, end = waiting.pop()
        place = _pettitt(reduced[start:end])
        if place is not None:
            places.append(start + place)
            waiting += [(start, start + place), (start + place, end)]
    edges = [0, *sorted(places), len(reduced)]
    found = []
    for before, at, after in zip(edges, edges[1:], edges[2:], strict=False):
        one, two = np.median(reduced[before:at]), np.median(reduced[at:after])
        if one > 0 and abs(two / one - 1) >= NOTABLE_CHANGE:
            found.append(Shift(at * step, float(two / one - 1)))
    return found


def unsteadiness(values: Sequence[float]) -> list[Shift] | Trend:
    """What is wrong with the level of a series: where it changes for good or, where that describes it better, the drift
    of the whole; an empty list where nothing is."""
    steps, line = shifts(values), trend(values)
    if line is None or not steps:
        return steps if line is None else line
    series = np.asarray(values, np.float64)
    drawn = np.linspace(line.begin, line.end, len(series))
    pieces = np.split(series, [step.at for step in steps])
    levels = np.concatenate([np.full(len(piece), np.median(piece)) for piece in pieces])
    as_steps = _information(series - levels, 2 * len(steps) + 1)
    return line if _information(series - drawn, 2) < as_steps else steps


def _information(residuals: Floats, parameters: int) -> float:
    """Bayesian information criterion of a fit with Laplace-distributed residuals, up to a constant."""
    count = len(residuals)
    spread = max(float(np.abs(residuals).mean()), 1e-12)
    return 2 * count * math.log(spread) + parameters * math.log(count)


def _step(count: int) -> int:
    return max(1, -(-count // MOST_BATCHES_TESTED))


def _reduced(series: Floats) -> Floats:
    """At most MOST_BATCHES_TESTED medians of consecutive elements: tests of ranks of more than that cost too much."""
    step = _step(len(series))
    if step == 1:
        return series
    return np.array([np.median(series[start : start + step]) for start in range(0, len(series), step)])


def _pettitt(series: Floats) -> int | None:
    """Where the most likely change is, None where there is none: U_t = 2 sum of ranks up to t - t (n + 1), and
    p = 2 exp(-6 max |U|^2 / (n^3 + n^2))."""
    count = len(series)
    if count < 2 * LEAST_SEGMENT:
        return None
    statistic = np.abs(2 * np.cumsum(_ranks(series)) - np.arange(1, count + 1) * (count + 1))
    statistic = statistic[LEAST_SEGMENT - 1 : count - LEAST_SEGMENT]
    place = int(np.argmax(statistic)) + LEAST_SEGMENT
    p = 2 * math.exp(-6 * float(statistic.max()) ** 2 / (count**3 + count**2))
    one, two = np.median(series[:place]), np.median(series[place:])
    return place if p < SIGNIFICANT and one > 0 and abs(two / one - 1) >= NOTABLE_CHANGE else None


def _ranks(series: Floats) -> Floats:
    """Ranks from 1, ties share their mean rank."""
    _, inverse, counts = np.unique(series, return_inverse=True, return_counts=True)
    ends: Any = np.cumsum(counts)
    ranks: Floats = (ends - (counts - 1) / 2)[inverse]
    return ranks
