"""What is done with the history: keeping, listing, comparing, exporting."""

import csv
import io
import os
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from quantscope.documents import to_builtins, to_json
from quantscope.documents.history import Entry, Exported, History, HistoryComparison, HistoryRuns
from quantscope.documents.profile import Notice, Profile, Run
from quantscope.errors import HistoryError, UsageError
from quantscope.folders import data_folder
from quantscope.history.limit import Limit, save_limit
from quantscope.history.store import Store
from quantscope.profile import statistics
from quantscope.profile.changes import changes
from quantscope.temporary import replace_with

CSV, JSON = ".csv", ".json"


def keep(profile: Profile) -> Profile:
    """The profile with the numbers under which its runs are kept from now on. Where they can't be kept it says so in
    its warnings: that is no reason to lose a measurement."""
    try:
        with Store(data_folder()) as store:
            numbers: Sequence[int | None] = store.add(profile, uuid.uuid4().hex)
            notices = (store.notice,) if store.notice else ()
    except HistoryError as error:
        numbers = [None] * len(profile.runs)
        notices = (Notice(code="not-kept", text=f"This measurement was not kept. {error}"),)
    runs = tuple(
        msgspec.structs.replace(run, history_id=number, warnings=(*run.warnings, *notices))
        for run, number in zip(profile.runs, numbers, strict=True)
    )
    return msgspec.structs.replace(profile, runs=runs)


def history() -> History:
    """Everything kept. Raises HistoryError where the database can't be used."""
    with Store(data_folder()) as store:
        return _history(store)


def change(
    delete: Sequence[int] = (),
    baseline: int | None = None,
    clear_baseline: bool = False,
    most_bytes: int | None = None,
) -> History:
    """Forgets some runs, makes one the baseline, or has none any more, sets what runs may take from the next
    measurement on; what is left. Raises HistoryError, and UsageError or OutputError for a limit that can't be set."""
    if most_bytes is not None:
        save_limit(data_folder(), Limit(most_bytes))
    with Store(data_folder()) as store:
        store.delete(delete)
        if baseline is not None or clear_baseline:
            store.set_baseline(baseline)
        return _history(store)


def _history(store: Store) -> History:
    return History(entries=store.entries(), bytes=store.size(), most_bytes=store.most_bytes, notice=store.notice)


def runs(identities: Sequence[int]) -> HistoryRuns:
    """Runs in full. Raises HistoryError."""
    with Store(data_folder()) as store:
        return HistoryRuns(runs=tuple(store.run(identity) for identity in identities))


def compare(baseline: int, run: int) -> HistoryComparison:
    """Two kept runs. Raises HistoryError if either isn't there or has no latencies."""
    one, two = runs((baseline, run)).runs
    found = statistics.independent_speedup(one.batches, two.batches)
    if found is None:
        raise HistoryError("One of the two has no latencies to compare.")
    return HistoryComparison(
        baseline=one,
        run=two,
        speedup=found[0],
        ci95=found[1],
        changes=changes(one, two),
        caveats=tuple(_caveats(one, two)),
    )


def _caveats(one: Run, two: Run) -> list[Notice]:
    found = []
    if one.started != two.started:
        found.append(Notice(code="not-interleaved", text="They were measured at different times, not in turns."))
    differing = [
        name
        for name, first, second in (
            ("device", one.device.id, two.device.id),
            ("system build", one.device.build, two.device.build),
            ("program", one.program, two.program),
            ("threads", one.settings.threads, two.settings.threads),
            ("delegate", one.settings.delegate, two.settings.delegate),
            ("cores", one.settings.cores, two.settings.cores),
            ("inputs", one.settings.inputs, two.settings.inputs),
        )
        if first != second
    ]
    if differing:
        names = ", ".join(differing)
        found.append(Notice(code="differing", text=f"They also differ in: {names}.", arguments={"names": names}))
    return found


def export(identities: Sequence[int], path: str | os.PathLike[str]) -> Exported:
    """Writes runs to a .csv file (a line each, without samples) or a .json file (in full).

    Raises UsageError for another kind of file, HistoryError, OutputError.
    """
    kind = os.path.splitext(path)[1].lower()
    if kind == JSON:
        data = to_json(runs(identities), indent=1)
    elif kind == CSV:
        wanted = set(identities)
        data = _csv([entry for entry in history().entries if entry.id in wanted])
    else:
        raise UsageError(f"A history can't be exported to '{os.fspath(path)}'.", "Name a .csv or a .json file.")
    replace_with(path, data)
    return Exported(path=os.path.abspath(path), count=len(identities))


def _csv(entries: Sequence[Entry]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["id", "session", "started", "model", "model_bytes", "model_sha256", *_PLAIN])
    for entry in entries:
        values = to_builtins(entry)
        model = values["model"]
        row = [entry.id, entry.session, entry.started, model["path"], model["bytes"], model["sha256"]]
        writer.writerow([_harmless(value) for value in (*row, *(values[name] for name in _PLAIN))])
    return text.getvalue().encode("utf-8-sig")  # the mark is how spreadsheets know it is UTF-8


_PLAIN = tuple(name for name in Entry.__struct_fields__ if name not in ("id", "session", "started", "model"))


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula is quoted: names of files and devices come from anywhere."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
