"""A measurement as the window keeps it while it grows: state only."""

from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from quantscope.documents import profile as profiles
from quantscope_gui.models.library import Model, Selection, Variant

# Of a batch the slowest runs are shown as dots if they are this much slower than its median, in widths of its band.
OUTLYING: Final = 4.0
DOTS_OF_A_BATCH: Final = 3


@dataclass(slots=True)
class Course:
    """One variant on one device as it is measured: columns over the batches, times in seconds, latencies in ms."""

    run: int
    title: str
    device: str
    t: list[float] = field(default_factory=list)
    median: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    dots_t: list[float] = field(default_factory=list)
    dots: list[float] = field(default_factory=list)
    count: int = 0

    def add(self, batch: profiles.Batch) -> None:
        """Takes in a batch: its median, its p10 to p90 band (p5 to p95 where it is summed up), its outliers."""
        low, high, outliers = _spread(batch)
        self.t.append(batch.t)
        self.median.append(batch.median / 1000)
        self.low.append(low / 1000)
        self.high.append(high / 1000)
        self.dots_t += [batch.t] * len(outliers)
        self.dots += [us / 1000 for us in outliers]
        self.count += batch.count

    def since(self, t: float) -> int:
        """The first batch not before `t`."""
        return bisect_left(self.t, t)


def _spread(batch: profiles.Batch) -> tuple[float, float, list[float]]:
    if not batch.us:
        low = batch.median if batch.p5 is None else batch.p5
        high = batch.median if batch.p95 is None else batch.p95
        slowest = [] if batch.max is None else [batch.max]
    else:
        ordered = sorted(batch.us)
        last = len(ordered) - 1
        low, high = ordered[round(last * 0.1)], ordered[round(last * 0.9)]
        slowest = ordered[-DOTS_OF_A_BATCH:]
    limit = batch.median + OUTLYING * max(high - batch.median, 0.02 * batch.median)
    return low, high, [us for us in slowest if us > limit]


@dataclass(slots=True, eq=False)
class Measurement:
    """`variants` are what is measured, in order; the first is what the others are held to. `model` is where they come
    from."""

    model: Model
    variants: tuple[Variant | None, ...]
    settings: profiles.Settings
    courses: dict[int, Course] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    sensors: dict[str, profiles.Sensors] = field(default_factory=dict)
    notices: dict[tuple[str, int | None, str, float | None], profiles.Noticed] = field(default_factory=dict)
    standing: profiles.Standing | None = None
    waiting: profiles.Waiting | None = None
    profile: profiles.Profile | None = None
    over: bool = False

    def take(self, part: profiles.LivePart) -> None:
        """Takes in what happened."""
        if isinstance(part, profiles.Measured):
            course = self.courses.get(part.run)
            if course is not None:
                course.add(part.batch)
                self.waiting = None
        elif isinstance(part, profiles.RunStarted):
            self.courses[part.run] = Course(part.run, self.title(part.model.path), part.device.name)
            self.names[part.device.id] = part.device.name
        elif isinstance(part, profiles.Sensed):
            self.sensors[part.device] = part.sensors
        elif isinstance(part, profiles.Noticed):
            self.notices[part.device, part.run, part.notice.code, part.notice.t] = part
        elif isinstance(part, profiles.Standing):
            self.standing = part
        else:
            self.waiting = part

    def noticed(self) -> list[profiles.Noticed]:
        """What bears on the result: as the result says it or, until there is one, as it looks by now."""
        if self.profile is not None:
            return [
                profiles.Noticed(device=run.device.id, run=place, notice=notice)
                for place, run in enumerate(self.profile.runs)
                for notice in run.warnings
            ]
        return [*self.notices.values(), *(self.standing.marks if self.standing is not None else ())]

    def device_name(self, identity: str) -> str:
        """What the device of that id is called."""
        return self.names.get(identity, identity)

    def paths(self) -> list[Path]:
        """The files, in the order of `variants`."""
        return [self.model.path if variant is None else variant.path for variant in self.variants]

    def title(self, path: str) -> str:
        """What a file is called on the chart: the recipe that made it, or the model's own name."""
        for variant in self.variants:
            if variant is not None and Path(path) == variant.path:
                return variant.document.plan.recipe
        return self.model.name

    def selection(self, path: str) -> Selection | None:
        """The entry of the models tree with that file."""
        for variant, file in zip(self.variants, self.paths(), strict=True):
            if file == Path(path):
                return Selection(self.model, variant)
        return None
