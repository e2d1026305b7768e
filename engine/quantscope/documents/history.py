"""The documents of the history: what was ever measured. Units as in documents.profile."""

from typing import Final

from quantscope.documents import Document, File
from quantscope.documents.profile import Change, Notice, Run

HISTORY: Final = "quantscope.history/1"
HISTORY_RUNS: Final = "quantscope.history-runs/1"
HISTORY_COMPARISON: Final = "quantscope.history-comparison/1"


class Entry(Document, frozen=True, kw_only=True):
    """One kept run without its samples. Runs of one session share `session`; `started` is UTC in ISO 8601.
    `against_baseline` is how many times faster it is than the baseline, on the same device with the same settings; None
    where there is no such baseline."""

    id: int
    session: str
    started: str
    model: File
    recipe: str | None
    device_id: str
    device_name: str
    soc: str | None
    build: str | None
    program: str
    threads: int
    delegate: str
    cores: str
    ending: str
    count: int
    median: float | None
    p10: float | None
    p90: float | None
    celsius_before: float | None
    celsius_after: float | None
    baseline: bool
    against_baseline: float | None = None


class History(Document, frozen=True, kw_only=True):
    """Kept runs, the youngest first. `bytes` is what all take, samples compressed, `most_bytes` what they may: beyond
    it the oldest go. `notice` says what became of a database that couldn't be read."""

    schema: str = HISTORY
    entries: tuple[Entry, ...]
    bytes: int = 0
    most_bytes: int = 0
    notice: Notice | None = None


class HistoryRuns(Document, frozen=True, kw_only=True):
    """Kept runs in full, with every sample."""

    schema: str = HISTORY_RUNS
    runs: tuple[Run, ...]


class HistoryComparison(Document, frozen=True, kw_only=True):
    """Two kept runs: how many times faster `run` is than `baseline`, with the 95 % interval as if both had been drawn
    independently. `caveats` say what else differs."""

    schema: str = HISTORY_COMPARISON
    baseline: Run
    run: Run
    speedup: float
    ci95: tuple[float, float]
    changes: tuple[Change, ...] = ()
    caveats: tuple[Notice, ...] = ()


class Exported(Document, frozen=True, kw_only=True):
    """What was exported where."""

    path: str
    count: int
