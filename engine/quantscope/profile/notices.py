"""What bears on how far a measurement can be trusted, read from sensors and latencies."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from quantscope.documents.profile import Batch, Device, Notice, Sensors, Settings
from quantscope.profile import statistics
from quantscope.profile.cores import chosen

# Other programs that use more than this share of all cores disturb a measurement.
BUSY: Final = 0.15
# A frequency limit below this share of what the cores can do is a cap.
CAPPED: Final = 0.97
FEW_RUNS: Final = 30


class Conditions:
    """What one device's sensors say against a measurement: a notice for each stretch of time over which a condition
    lasted, with the worst that was read in it."""

    def __init__(self, device: Device, settings: Settings) -> None:
        clusters = device.clusters
        limits = {cpu: cluster.max_khz or 0 for cluster in clusters for cpu in cluster.cpus}
        self.could = max((limits[cpu] for cpu in chosen(clusters, settings.cores)), default=0)
        self.notices: list[Notice] = []
        self.last = 0.0
        self.lasting: dict[str, tuple[int, float]] = {}  # by code: its place among the notices, and how bad it was

    def take(self, reading: Sensors) -> list[Notice]:
        """Takes in a reading; gives what began, got worse or is over with it. What isn't new keeps the `t` it began
        with."""
        now = {notice.code: (notice, badness) for notice, badness in self._found(reading)}
        changed = []
        self.last = reading.t
        for code in [code for code in self.lasting if code not in now]:
            place, _ = self.lasting.pop(code)
            self.notices[place] = msgspec.structs.replace(self.notices[place], until=reading.t)
            changed.append(self.notices[place])
        for code, (notice, badness) in now.items():
            place, worst = self.lasting.get(code, (len(self.notices), -1.0))
            if badness <= worst:
                continue
            if place == len(self.notices):
                self.notices.append(notice)
            else:
                self.notices[place] = msgspec.structs.replace(notice, t=self.notices[place].t)
            self.lasting[code] = (place, badness)
            changed.append(self.notices[place])
        return changed

    def over(self) -> list[Notice]:
        """All notices, now that the measurement is over: what still lasts ended with the last reading."""
        lasting = {place for place, _ in self.lasting.values()}
        return [
            msgspec.structs.replace(notice, until=self.last) if place in lasting else notice
            for place, notice in enumerate(self.notices)
        ]

    def _found(self, reading: Sensors) -> Iterator[tuple[Notice, float]]:
        """The conditions of one reading, each with how bad it is."""
        load, status = reading.other_load, reading.thermal_status
        if load is not None and load > BUSY:
            text = f"Other programs used {load:.0%} of all cores."
            arguments: dict[str, str | int | float] = {"share": round(load, 3)}
            yield Notice(code="background-load", text=text, arguments=arguments, t=reading.t), round(load, 1)
        if status:
            text = f"The device reports heat (thermal status {status} of 6) and may slow down."
            yield Notice(code="throttling", text=text, arguments={"status": status}, t=reading.t), status
        may = max(reading.cap_khz, default=self.could)
        if may < self.could * CAPPED:
            text = f"The cores may run at {may / 1e6:.2f} GHz of {self.could / 1e6:.2f} GHz at most."
            arguments = {"khz": may, "highest": self.could}
            yield Notice(code="frequency-capped", text=text, arguments=arguments, t=reading.t), self.could - may


def of_batches(batches: Sequence[Batch]) -> list[Notice]:
    """Changes of level of one variant's latency, or its drift."""
    found = statistics.unsteadiness([batch.median for batch in batches])
    if isinstance(found, statistics.Trend):
        return [
            Notice(
                code="drift",
                text=f"Latency drifted by {found.change:+.0%} while it was measured.",
                arguments={
                    "change": round(found.change, 4),
                    "begin_us": round(found.begin, 3),
                    "end_us": round(found.end, 3),
                },
                t=batches[0].t,
                until=batches[-1].t,
            )
        ]
    return [
        Notice(
            code="level-shift",
            text=f"Latency changed by {shift.change:+.0%}.",
            arguments={"change": round(shift.change, 4)},
            t=batches[shift.at].t,
        )
        for shift in found
    ]


def of_count(batches: Sequence[Batch]) -> list[Notice]:
    """A notice where there were too few runs to say much."""
    count = sum(batch.count for batch in batches)
    if count >= FEW_RUNS:
        return []
    return [Notice(code="few-runs", text=f"Only {count} runs were measured.", arguments={"count": count})]
