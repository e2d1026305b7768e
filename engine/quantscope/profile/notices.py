"""What bears on how far a measurement can be trusted, read from sensors and latencies."""

from collections.abc import Sequence
from typing import Final

from quantscope.documents.profile import Batch, Device, Notice, Sensors, Settings
from quantscope.profile import statistics
from quantscope.profile.cores import chosen

# Other programs that use more than this share of all cores disturb a measurement.
BUSY: Final = 0.15
# A frequency limit below this share of what the cores can do is a cap.
CAPPED: Final = 0.97
FEW_RUNS: Final = 30


def of_sensors(readings: Sequence[Sensors], device: Device, settings: Settings) -> list[Notice]:
    """A notice when a condition begins, not again while it lasts."""
    found = []
    before: set[str] = set()
    for reading in readings:
        now = _conditions(reading, device, settings)
        found += [notice for code, notice in now.items() if code not in before]
        before = set(now)
    return found


def _conditions(reading: Sensors, device: Device, settings: Settings) -> dict[str, Notice]:
    notices = []
    if reading.other_load is not None and reading.other_load > BUSY:
        notices.append(
            Notice(
                code="background-load",
                text=f"Other programs used {reading.other_load:.0%} of all cores.",
                arguments={"share": round(reading.other_load, 3)},
                t=reading.t,
            )
        )
    if reading.thermal_status:
        notices.append(
            Notice(
                code="throttling",
                text=f"The device reports heat (thermal status {reading.thermal_status} of 6) and may slow down.",
                arguments={"status": reading.thermal_status},
                t=reading.t,
            )
        )
    limits = {cpu: cluster.max_khz for cluster in device.clusters for cpu in cluster.cpus}
    could = max((limits[cpu] or 0 for cpu in chosen(device.clusters, settings.cores)), default=0)
    if reading.cap_khz:
        may = max(reading.cap_khz)
        if may < could * CAPPED:
            notices.append(
                Notice(
                    code="frequency-capped",
                    text=f"The cores may run at {may / 1e6:.2f} GHz of {could / 1e6:.2f} GHz at most.",
                    arguments={"khz": may, "highest": could},
                    t=reading.t,
                )
            )
    return {notice.code: notice for notice in notices}


def of_batches(batches: Sequence[Batch]) -> list[Notice]:
    """Changes of level and drift of one variant's latency; only drift if its level didn't change at once."""
    medians = [batch.median for batch in batches]
    found = [
        Notice(
            code="level-shift",
            text=f"Latency changed by {shift.change:+.0%}.",
            arguments={"change": round(shift.change, 4)},
            t=batches[shift.at].t,
        )
        for shift in statistics.shifts(medians)
    ]
    drift = statistics.trend(medians) if not found else None
    if drift is not None:
        found.append(
            Notice(
                code="drift",
                text=f"Latency drifted by {drift.change:+.0%} while it was measured.",
                arguments={"change": round(drift.change, 4)},
            )
        )
    return found


def of_count(batches: Sequence[Batch]) -> list[Notice]:
    """A notice where there were too few runs to say much."""
    count = sum(batch.count for batch in batches)
    if count >= FEW_RUNS:
        return []
    return [Notice(code="few-runs", text=f"Only {count} runs were measured.", arguments={"count": count})]
