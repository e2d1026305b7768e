"""Time per operator of a model and of what was made from it: an immutable value that any view may colour by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from quantscope.documents import profile as profiles
from quantscope_gui.operators.plan import Key

# Of times that may be off by more, a ratio would say nothing; measurements of old don't tell how far they may be off,
# but the runtime's clock ticks in microseconds.
MOST_UNCERTAIN: Final = 0.25
HALF_A_TICK: Final = 0.5


@dataclass(frozen=True, slots=True)
class Time:
    """One operator of the float model. `us` is its own time, `other` that of what does its work in the variant held
    against it; None where it isn't known or nothing was. `error` and `other_error` are how far these may be off."""

    us: float | None
    other: float | None
    error: float | None = None
    other_error: float | None = None

    @property
    def difference(self) -> float | None:
        return None if self.us is None or self.other is None else self.other - self.us

    @property
    def speedup(self) -> float | None:
        if self.us is None or self.other is None:
            return None
        told = _told(self.us, self.error) and _told(self.other, self.other_error)
        return self.us / self.other if told else None


def _told(us: float, error: float | None) -> bool:
    return us > 0 and (HALF_A_TICK if error is None else error) <= MOST_UNCERTAIN * us


def total(parts: Sequence[profiles.OperatorTime | None]) -> tuple[float | None, float | None]:
    """Time and uncertainty of operators together, None where that of one isn't known."""
    known = [part for part in parts if part is not None and part.us is not None]
    if not known or len(known) < len(parts):
        return None, None
    errors = [part.error_us for part in known if part.error_us is not None]
    return sum(part.us or 0.0 for part in known), sum(errors) if errors else None


@dataclass(frozen=True, slots=True)
class OperatorTimes:
    """`of` has the operators of the model's source by (subgraph, index); `other` names what is held against it."""

    of: Mapping[Key, Time]
    other: str = ""

    def microseconds(self) -> dict[Key, float]:
        """The source's own times, where they are known."""
        return {key: time.us for key, time in self.of.items() if time.us is not None}

    def speedups(self) -> dict[Key, float]:
        """How many times faster each is in the variant, where both times are known and long enough to tell."""
        return {key: time.speedup for key, time in self.of.items() if time.speedup is not None}


NO_TIMES = OperatorTimes(MappingProxyType({}))


def of(profile: profiles.Profile, source: str) -> OperatorTimes:
    """The times in a profile of the model at `source`; the last variant compared with it is held against it."""
    for comparison in reversed(profile.comparisons):
        baseline, run = profile.runs[comparison.baseline], profile.runs[comparison.run]
        if baseline.model.path == source and comparison.pairs:
            return OperatorTimes(MappingProxyType(_paired(baseline, run, comparison)), run.recipe or "")
    alone = next((run for run in profile.runs if run.model.path == source and run.operators), None)
    if alone is None:
        return NO_TIMES
    return OperatorTimes(
        MappingProxyType({(each.subgraph, each.index): Time(each.us, None, each.error_us) for each in alone.operators})
    )


def own(profile: profiles.Profile, path: str) -> dict[Key, float]:
    """Microseconds of each operator of the file at `path` itself, where they are known."""
    run = next((run for run in profile.runs if run.model.path == path and run.operators), None)
    return {(each.subgraph, each.index): each.us for each in run.operators if each.us is not None} if run else {}


def _paired(baseline: profiles.Run, run: profiles.Run, comparison: profiles.Comparison) -> dict[Key, Time]:
    others = {(each.subgraph, each.index): each for each in run.operators}
    partners = {(pair.subgraph, pair.baseline): pair.run for pair in comparison.pairs}
    times = {}
    for each in baseline.operators:
        found = [others.get((each.subgraph, index)) for index in partners.get((each.subgraph, each.index), ())]
        other, other_error = total(found)
        times[each.subgraph, each.index] = Time(each.us, other, each.error_us, other_error)
    return times
