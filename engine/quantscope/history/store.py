"""The database of measurements: SQLite, one row for each run.

The whole run lies compressed in `document`; the columns beside it are what entries are listed and found by. A file that
is damaged is put aside, one that a later version wrote is left alone: neither ever keeps anybody from measuring.
"""

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from quantscope.documents import File, from_json, to_json
from quantscope.documents.history import Entry
from quantscope.documents.profile import Notice, Profile, Run
from quantscope.errors import HistoryError
from quantscope.history.limit import read_limit

NAME: Final = "history.sqlite"
VERSION: Final = 1
APPLICATION: Final = 0x51534348  # "QSCH"
SECONDS_TO_WAIT: Final = 5.0
MOST_BYTES_OF_A_RUN: Final = 1 << 30

SCHEMA: Final = f"""
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    started TEXT NOT NULL,
    model_path TEXT NOT NULL,
    model_bytes INTEGER NOT NULL,
    model_sha256 TEXT NOT NULL,
    recipe TEXT,
    device_id TEXT NOT NULL,
    device_name TEXT NOT NULL,
    soc TEXT,
    build TEXT,
    program TEXT NOT NULL,
    threads INTEGER NOT NULL,
    delegate TEXT NOT NULL,
    cores TEXT NOT NULL,
    ending TEXT NOT NULL,
    count INTEGER NOT NULL,
    median REAL,
    p10 REAL,
    p90 REAL,
    celsius_before REAL,
    celsius_after REAL,
    baseline INTEGER NOT NULL DEFAULT 0,
    document BLOB NOT NULL
);
CREATE INDEX run_started ON run (started);
CREATE INDEX run_model ON run (model_sha256);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""
# Younger runs and the run itself must fit.
PRUNE: Final = """
DELETE FROM run WHERE NOT baseline AND session != ? AND id IN (
    SELECT id FROM (
        SELECT id, sum(length(document)) OVER (ORDER BY baseline DESC, started DESC, id DESC) AS heap FROM run
    ) WHERE heap > ?
)
"""
COLUMNS: Final = (
    "session", "started", "model_path", "model_bytes", "model_sha256", "recipe", "device_id", "device_name", "soc",
    "build", "program", "threads", "delegate", "cores", "ending", "count", "median", "p10", "p90", "celsius_before",
    "celsius_after",
)  # fmt: skip


class Store:
    """An open database; a context manager. `notice` says what became of a file that couldn't be read, or of what there
    was no more room for."""

    def __init__(self, folder: Path) -> None:
        """Opens or makes the database in `folder`. Raises HistoryError where a later version wrote it, or the folder
        can't be used."""
        self.path = folder / NAME
        self.most_bytes = read_limit(folder).bytes
        self.notice: Notice | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.connection = self._open()
        except sqlite3.DatabaseError as error:
            if _is_busy(error):
                raise HistoryError("Another Quantscope is using the history right now.", "Try again.") from error
            self.notice = _put_aside(self.path)
            self.connection = self._again()
        except OSError as error:
            raise HistoryError(f"The history in '{folder}' can't be used: {error.strerror}.") from error

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=SECONDS_TO_WAIT, isolation_level=None)
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            if version > VERSION and application == APPLICATION:
                raise HistoryError(
                    f"The history '{self.path}' was written by a later version of Quantscope; it is left alone.",
                    "Update Quantscope to see it.",
                )
            empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if empty:
                connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
            elif version != VERSION or application != APPLICATION:
                raise sqlite3.DatabaseError("not a history")
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("damaged")
            connection.execute(f"SELECT id, baseline, document, {', '.join(COLUMNS)} FROM run LIMIT 1").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection

    def _again(self) -> sqlite3.Connection:
        try:
            return self._open()
        except sqlite3.Error as error:
            raise HistoryError(f"The history '{self.path}' can't be made: {error}.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def add(self, profile: Profile, session: str) -> list[int]:
        """Keeps every run of a session; their ids. The oldest others go where they take more room than they may; the
        baseline never does."""
        with _explained(), self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            numbers = [self._add(run, session) for run in profile.runs]
            gone = self.connection.execute(PRUNE, (session, self.most_bytes)).rowcount
        if gone:
            self.notice = Notice(
                code="history-pruned",
                text=f"The history reached {self.most_bytes / 1e6:.0f} MB: its {gone} oldest runs were forgotten.",
                arguments={"megabytes": round(self.most_bytes / 1e6), "count": gone},
            )
        return numbers

    def size(self) -> int:
        """Bytes that the measurements take, compressed."""
        with _explained():
            return int(self.connection.execute("SELECT total(length(document)) FROM run").fetchone()[0])

    def _add(self, run: Run, session: str) -> int:
        latency = run.latency_us
        degrees = [reading.celsius for reading in run.sensors if reading.celsius is not None]
        values = (
            session, run.started, run.model.path, run.model.bytes, run.model.sha256, run.recipe, run.device.id,
            run.device.name, run.device.soc, run.device.build, run.program, run.settings.threads, run.settings.delegate,
            run.settings.cores, run.ending, latency.count if latency else 0, latency.median if latency else None,
            latency.p10 if latency else None, latency.p90 if latency else None, degrees[0] if degrees else None,
            degrees[-1] if degrees else None,
        )  # fmt: skip
        places = ", ".join("?" * (len(COLUMNS) + 1))
        cursor = self.connection.execute(
            f"INSERT INTO run ({', '.join(COLUMNS)}, document) VALUES ({places})",
            (*values, zlib.compress(to_json(run), 6)),
        )
        return int(cursor.lastrowid or 0)

    def entries(self) -> tuple[Entry, ...]:
        """Everything kept, the youngest first."""
        with _explained():
            rows = self.connection.execute(
                f"SELECT id, baseline, {', '.join(COLUMNS)} FROM run ORDER BY started DESC, id DESC"
            ).fetchall()
        plain = [_entry(row) for row in rows]
        baseline = next((entry for entry in plain if entry.baseline), None)
        return tuple(_held_to(entry, baseline) for entry in plain)

    def run(self, identity: int) -> Run:
        """One run in full; raises HistoryError if there is none or it can't be read."""
        with _explained():
            row = self.connection.execute("SELECT document FROM run WHERE id = ?", (identity,)).fetchone()
        if row is None:
            raise HistoryError(f"There is no measurement number {identity}.", "List them with 'quantscope history'.")
        try:
            inflate = zlib.decompressobj()
            return from_json(inflate.decompress(row[0], MOST_BYTES_OF_A_RUN), Run)
        except (zlib.error, msgspec.MsgspecError) as error:
            raise HistoryError(f"Measurement number {identity} can't be read: {error}.") from error

    def delete(self, identities: Sequence[int]) -> None:
        """Forgets runs; those that aren't there are no error."""
        with _explained(), self.connection:
            self.connection.executemany("DELETE FROM run WHERE id = ?", [(identity,) for identity in identities])

    def set_baseline(self, identity: int | None) -> None:
        """Makes a run what others are held to, in place of the one before; None for none."""
        with _explained(), self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.execute("UPDATE run SET baseline = 0 WHERE baseline")
            if identity is not None:
                found = self.connection.execute("UPDATE run SET baseline = 1 WHERE id = ?", (identity,))
                if found.rowcount != 1:
                    raise HistoryError(f"There is no measurement number {identity}.")


def _entry(row: Sequence[Any]) -> Entry:
    identity, baseline = row[:2]
    values = dict(zip(COLUMNS, row[2:], strict=True))
    file = File(path=values.pop("model_path"), bytes=values.pop("model_bytes"), sha256=values.pop("model_sha256"))
    return Entry(id=identity, baseline=bool(baseline), model=file, **values)


def _held_to(entry: Entry, baseline: Entry | None) -> Entry:
    if baseline is None or not entry.median or not baseline.median:
        return entry
    alike = ("device_id", "threads", "delegate", "cores")
    if any(getattr(entry, name) != getattr(baseline, name) for name in alike):
        return entry
    return msgspec.structs.replace(entry, against_baseline=baseline.median / entry.median)


def _put_aside(path: Path) -> Notice:
    """Renames a damaged database, so that nothing of it is lost and a new one can begin."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    with contextlib.suppress(OSError):
        os.replace(path, aside)
    for suffix in ("-journal", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            os.replace(f"{path}{suffix}", f"{aside}{suffix}")
    return Notice(
        code="history-damaged",
        text=f"The history was damaged. It was put aside as '{aside.name}', and a new one was begun.",
        arguments={"name": aside.name},
    )


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise HistoryError(f"The history can't be used: {error}.", "Try again; free some disk space.") from error
