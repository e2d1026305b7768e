"""The history of measurements: nothing is lost, nothing damaged or newer keeps anybody from measuring."""

import csv
import json
import os
import sqlite3
from pathlib import Path

import msgspec
import numpy as np
import pytest

from quantscope import documents
from quantscope.documents.profile import (
    Batch,
    Device,
    OperatorTime,
    Profile,
    Run,
    Sensors,
    Settings,
)
from quantscope.errors import HistoryError, OutputError, UsageError
from quantscope.folders import data_folder
from quantscope.history import use
from quantscope.history.limit import MOST_BYTES, Limit, save_limit
from quantscope.history.store import NAME, VERSION, Store
from quantscope.profile import statistics
from tests.engine.test_cli import Shell, shell

__all__ = ["shell"]


def measured(name: str = "model", us: float = 100.0, device: str = "this-computer", **more: object) -> Run:
    random = np.random.default_rng(len(name))
    batches = tuple(
        Batch(t=t, us=tuple((us * (1 + 0.05 * random.random(5))).tolist()), count=5, median=us)
        for t in map(float, range(10))
    )
    values: dict[str, object] = {
        "model": documents.File(path=f"/models/{name}.tflite", bytes=1000, sha256=name.ljust(64, "0")),
        "device": Device(id=device, kind="computer", name='=Büro"PC', build="b1"),
        "settings": Settings(),
        "started": "2026-01-02T03:04:05+00:00",
        "program": "ai-edge-litert 2.3.0",
        "ending": "complete",
        "latency_us": statistics.latency(batches),
        "batches": batches,
        "sensors": (Sensors(t=0, celsius=40), Sensors(t=9, celsius=55)),
        "recipe": "dynamic-int8",
    }
    return Run(**(values | more))  # type: ignore[arg-type]


def keep(*runs: Run) -> list[int]:
    return [run.history_id for run in use.keep(Profile(runs=runs)).runs]


def test_everything_comes_back(own_data: Path) -> None:
    run = measured()
    (number,) = keep(run)
    assert use.runs([number]).runs == (run,)
    (entry,) = use.history().entries
    assert entry.id == number
    assert entry.model == run.model
    assert (entry.recipe, entry.device_name, entry.build) == ("dynamic-int8", run.device.name, "b1")
    assert (entry.median, entry.count) == (run.latency_us.median, 50)
    assert (entry.celsius_before, entry.celsius_after) == (40, 55)
    assert (own_data / NAME).exists()


def test_the_youngest_first_and_sessions_together() -> None:
    keep(measured("old", started="2025-01-01T00:00:00+00:00"))
    keep(measured("a"), measured("b"))
    entries = use.history().entries
    assert [Path(entry.model.path).stem for entry in entries] == ["b", "a", "old"]
    assert entries[0].session == entries[1].session != entries[2].session


def test_failed_runs_are_kept_too() -> None:
    (number,) = keep(measured(latency_us=None, batches=(), sensors=(), ending="failed", failure="Unplugged."))
    (entry,) = use.history().entries
    assert (entry.median, entry.count, entry.ending) == (None, 0, "failed")
    with pytest.raises(HistoryError, match="no latencies"):
        use.compare(number, number)


def test_a_baseline_holds_those_that_are_alike() -> None:
    slow, fast, elsewhere, threaded = keep(
        measured("slow", 200), measured("fast", 100), measured("far", device="R5"),
        measured("threaded", settings=Settings(threads=2)),
    )  # fmt: skip
    entries = {entry.id: entry for entry in use.change(baseline=slow).entries}
    assert entries[slow].baseline
    assert entries[fast].against_baseline == pytest.approx(2, rel=0.05)
    assert entries[elsewhere].against_baseline is None
    assert entries[threaded].against_baseline is None
    assert [entry.id for entry in use.change(baseline=fast).entries if entry.baseline] == [fast]
    assert not any(entry.baseline for entry in use.change(clear_baseline=True).entries)
    with pytest.raises(HistoryError):
        use.change(baseline=99)
    assert not any(entry.baseline for entry in use.history().entries)


def test_forgetting() -> None:
    one, two = keep(measured("a"), measured("b"))
    assert [entry.id for entry in use.change(delete=[one, 77]).entries] == [two]
    with pytest.raises(HistoryError):
        use.runs([one])


def test_comparing_any_two() -> None:
    def operators(us: float) -> tuple[OperatorTime, ...]:
        return (OperatorTime(index=0, type="CONV_2D", us=us, share=1.0, attribution="matched"),)

    one, two = keep(
        measured("a", 200, operators=operators(150)),
        measured("b", 100, device="R5", operators=operators(50), started="2026-02-02T00:00:00+00:00"),
    )
    found = use.compare(one, two)
    low, high = found.ci95
    assert low <= found.speedup <= high
    assert found.speedup == pytest.approx(2, rel=0.05)
    assert [change.code for change in found.changes] == ["faster"]
    assert [caveat.code for caveat in found.caveats] == ["not-interleaved", "differing"]
    assert found.caveats[1].arguments["names"] == "device"


def test_export(tmp_path: Path) -> None:
    run = measured()
    (number,) = keep(run)
    assert use.export([number], tmp_path / "out.json").count == 1
    found = documents.from_json((tmp_path / "out.json").read_bytes(), documents.history.HistoryRuns)
    assert found.runs == (run,)
    use.export([number], tmp_path / "out.CSV")
    with open(tmp_path / "out.CSV", encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["model"] == run.model.path
    assert row["device_name"] == "'=Büro\"PC"  # no formula for a spreadsheet
    assert float(row["median"]) == run.latency_us.median
    with pytest.raises(UsageError):
        use.export([number], tmp_path / "out.xlsx")
    with pytest.raises(OutputError):
        use.export([number], tmp_path / "missing" / "out.json")


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"no database at all" * 100),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096),
        lambda path: _execute(path, "ALTER TABLE run RENAME COLUMN median TO middle"),
        lambda path: _execute(path, "PRAGMA application_id = 7"),
    ],
)
def test_a_damaged_database_is_put_aside_and_a_new_one_begun(own_data: Path, damage) -> None:  # type: ignore[no-untyped-def]
    keep(measured("old"))
    damage(own_data / NAME)
    before = (own_data / NAME).read_bytes()
    found = use.keep(Profile(runs=(measured("new"),)))
    assert found.runs[0].history_id is not None
    assert [notice.code for notice in found.runs[0].warnings] == ["history-damaged"]
    assert [Path(entry.model.path).stem for entry in use.history().entries] == ["new"]
    assert (own_data / f"{NAME}.damaged-1").read_bytes() == before
    assert use.history().notice is None


def _execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_newer_database_is_left_alone(own_data: Path) -> None:
    keep(measured())
    _execute(own_data / NAME, f"PRAGMA user_version = {VERSION + 1}")
    before = (own_data / NAME).read_bytes()
    found = use.keep(Profile(runs=(measured(),)))
    assert found.runs[0].history_id is None
    assert [notice.code for notice in found.runs[0].warnings] == ["not-kept"]
    with pytest.raises(HistoryError, match="later version"):
        use.history()
    assert (own_data / NAME).read_bytes() == before


def test_a_folder_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("QUANTSCOPE_DATA", str(tmp_path / "file"))
    assert use.keep(Profile(runs=(measured(),))).runs[0].warnings[0].code == "not-kept"


def test_a_damaged_row_is_an_error_of_that_row(own_data: Path) -> None:
    one, two = keep(measured("a"), measured("b"))
    _execute(own_data / NAME, f"UPDATE run SET document = x'00' WHERE id = {one}")
    with pytest.raises(HistoryError, match=f"{one}"):
        use.runs([one])
    assert use.runs([two]).runs
    assert len(use.history().entries) == 2


def test_the_oldest_go_where_there_is_no_more_room(own_data: Path) -> None:
    """Never the baseline, nor what was measured just now; and it is said."""
    first, second = keep(measured("a")), keep(measured("b"))
    use.change(baseline=first[0])
    each = use.history().bytes // 2
    save_limit(own_data, Limit(round(each * 3.2)))
    assert [run.warnings for run in use.keep(Profile(runs=(measured("c"),))).runs] == [()]
    found = use.keep(Profile(runs=(measured("d"), measured("e")))).runs
    assert [notice.code for notice in found[0].warnings] == ["history-pruned"]
    assert found[0].warnings[0].arguments["count"] == 2
    left = use.history()
    assert [Path(entry.model.path).stem for entry in left.entries] == ["e", "d", "a"]
    assert left.bytes <= left.most_bytes
    assert second[0] not in {entry.id for entry in left.entries}
    save_limit(own_data, Limit(10))
    (run,) = use.keep(Profile(runs=(measured("f"),))).runs
    assert [Path(entry.model.path).stem for entry in use.history().entries] == ["f", "a"]
    assert run.history_id is not None


def test_limits_of_the_history(own_data: Path, shell: Shell) -> None:
    assert use.history().most_bytes == MOST_BYTES
    assert shell("history", "--keep", "1.5MB", "--json").document["most_bytes"] == 1_500_000
    assert "1.5 MB they may" in shell("history").error
    for nonsense in ("5", "MB", "-1GB", "1e99GB", "nanGB"):
        assert shell("history", f"--keep={nonsense}").code == 2
    assert use.change(most_bytes=3_000_000).most_bytes == 3_000_000 == use.history().most_bytes
    for most in (0, -1, 2**60):
        with pytest.raises(UsageError, match="can't be limited"):
            use.change(most_bytes=most)
    (own_data / "history.json").write_bytes(b"{nonsense")
    assert use.history().most_bytes == MOST_BYTES


def test_samples_are_kept_compressed(own_data: Path) -> None:
    run = measured()
    keep(run)
    assert use.history().bytes < 0.5 * len(documents.to_json(run))


def test_two_at_once(own_data: Path) -> None:
    with Store(own_data) as one, Store(own_data) as two:
        one.add(Profile(runs=(measured("a"),)), "s1")
        two.add(Profile(runs=(measured("b"),)), "s2")
        assert len(one.entries()) == len(two.entries()) == 2


def test_a_locked_database_is_no_damaged_one(own_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(measured())
    monkeypatch.setattr("quantscope.history.store.SECONDS_TO_WAIT", 0.05)
    other = sqlite3.connect(own_data / NAME)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(HistoryError):
        use.history()
    other.close()
    assert os.listdir(own_data) == [NAME]
    assert len(use.history().entries) == 1


@pytest.mark.parametrize(
    ("platform", "environment", "wanted"),
    [
        ("linux", {}, Path.home() / ".local/share/quantscope"),
        ("linux", {"XDG_DATA_HOME": "/data"}, Path("/data/quantscope")),
        ("linux", {"XDG_DATA_HOME": "relative"}, Path.home() / ".local/share/quantscope"),
        ("darwin", {}, Path.home() / "Library/Application Support/quantscope"),
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/quantscope")),
        ("linux", {"QUANTSCOPE_DATA": "/mine"}, Path("/mine")),
    ],
)
def test_where_it_lies(platform: str, environment: dict[str, str], wanted: Path) -> None:
    assert data_folder(environment, platform) == wanted


def test_on_the_command_line(shell: Shell, tmp_path: Path) -> None:
    one, two = keep(measured("slow", 200), measured("fast", 100))
    found = shell("history", "--json").document
    assert found["schema"] == "quantscope.history/1"
    assert [entry["id"] for entry in found["entries"]] == [two, one]
    assert [entry["id"] for entry in shell("history", "SLOW", "int8", "--json").document["entries"]] == [one]
    assert shell("history", "--baseline", str(one), "--json").document["entries"][0]["against_baseline"] > 1.5
    ended = shell("history", "--compare", str(one), str(two))
    assert ended.code == 0
    assert "as fast as the baseline" in ended.error
    assert json.loads(shell("history", "--compare", str(one), str(two), "--json").out)["speedup"] > 1.5
    assert shell("history", "fast", "--export", str(tmp_path / "out.json")).code == 0
    assert len(msgspec.json.decode((tmp_path / "out.json").read_bytes())["runs"]) == 1
    assert "fast.tflite" in shell("history").error
    assert shell("history", "--delete", str(one), "--json").document["entries"][0]["id"] == two
    assert shell("history", "--compare", "7", "8").code == 5


def test_measuring_on_the_command_line_is_kept(shell: Shell, tmp_path: Path) -> None:
    from tests.engine.test_cli import write
    from tests.operators import fully_connected

    model = write(tmp_path, fully_connected())
    shell("profile", model, "--runs", "3", "--warm-up", "0", "--no-history")
    assert not use.history().entries
    found = shell("profile", model, "--runs", "3", "--warm-up", "0", "--json").document
    assert [entry.id for entry in use.history().entries] == [found["runs"][0]["history_id"]]
