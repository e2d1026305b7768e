"""Time per operator of a model and of what was made from it: an immutable value that any view may colour by."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quantscope.documents import profile as profiles
from quantscope_gui.operators.plan import Key

# The runtime's clock ticks in microseconds: of what takes less, a ratio would say nothing.
SHORTEST = 1.0


@dataclass(frozen=True, slots=True)
class Time:
    """One operator of the float model. `us` is its own time, `other` that of what does its work in the variant held
    against it; None where it isn't known or nothing was."""

    us: float | None
    other: float | None

    @property
    def difference(self) -> float | None:
        return None if self.us is None or self.other is None else self.other - self.us

    @property
    def speedup(self) -> float | None:
        if self.us is None or self.other is None or min(self.us, self.other) < SHORTEST:
            return None
        return self.us / self.other


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
        MappingProxyType({(each.subgraph, each.index): Time(each.us, None) for each in alone.operators})
    )


def own(profile: profiles.Profile, path: str) -> dict[Key, float]:
    """Microseconds of each operator of the file at `path` itself, where they are known."""
    run = next((run for run in profile.runs if run.model.path == path and run.operators), None)
    return {(each.subgraph, each.index): each.us for each in run.operators if each.us is not None} if run else {}


def _paired(baseline: profiles.Run, run: profiles.Run, comparison: profiles.Comparison) -> dict[Key, Time]:
    others = {(each.subgraph, each.index): each.us for each in run.operators}
    partners = {(pair.subgraph, pair.baseline): pair.run for pair in comparison.pairs}
    times = {}
    for each in baseline.operators:
        found = [others.get((each.subgraph, index)) for index in partners.get((each.subgraph, each.index), ())]
        known = [us for us in found if us is not None]
        times[each.subgraph, each.index] = Time(each.us, sum(known) if known and len(known) == len(found) else None)
    return times
