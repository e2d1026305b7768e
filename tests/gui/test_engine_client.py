"""The engine client against real child processes, well behaved and not."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pytestqt.qtbot import QtBot

from quantscope import documents
from quantscope.worker import protocol
from quantscope_gui.background import Background
from quantscope_gui.engine import client as client_module
from quantscope_gui.engine import decoding, process
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Ending, Failure, Outcome
from quantscope_gui.engine.process import Command, EngineProcess
from quantscope_gui.errors.problem import of_failure
from tests.gui.conftest import engine_environment, real_engine

SCRIPT = Path(__file__).with_name("misbehaving_engine.py")
CATALOGUE = decoding.small(documents.Catalogue)


def misbehaving(mode: str = "ready") -> Command:
    return Command(sys.executable, (str(SCRIPT), mode), engine_environment())


@pytest.fixture
def clients(qtbot: QtBot) -> Iterator[Callable[[Command], EngineClient]]:
    made: list[tuple[EngineClient, Background]] = []

    def make(command: Command) -> EngineClient:
        background = Background()
        made.append((EngineClient(command, background), background))
        return made[-1][0]

    yield make
    for client, background in made:
        client.shutdown()
        background.shutdown(1000)
        client.deleteLater()
        background.deleteLater()


def inspect(client: EngineClient, path: str) -> Job:
    return client.submit(lambda identity: protocol.Inspect(id=identity, path=path, recipe="r", target="t"), CATALOGUE)


def result(bot: QtBot, job: Job) -> documents.Catalogue:
    with bot.waitSignal(job.succeeded, timeout=20_000) as caught:
        pass
    return caught.args[0]


def failure(bot: QtBot, job: Job) -> Failure:
    with bot.waitSignal(job.failed, timeout=20_000) as caught:
        pass
    return caught.args[0]


def engine_of(answer: documents.Catalogue) -> str:
    return answer.recipes[0].id


def test_the_real_engine_answers(qtbot: QtBot, clients: Callable[[Command], EngineClient]) -> None:
    client = clients(real_engine())
    job = client.submit(lambda identity: protocol.Catalogue(id=identity), CATALOGUE)
    assert {choice.id for choice in result(qtbot, job).recipes} >= {"dynamic-int8", "float16"}


def test_the_real_engine_exits_when_its_stdin_closes(qtbot: QtBot) -> None:
    engine = EngineProcess(real_engine())
    with qtbot.waitSignal(engine.spoke, timeout=20_000):
        engine.start()
    with qtbot.waitSignal(engine.ended, timeout=5_000) as caught:
        engine.retire()
    assert caught.args[0].ending is Ending.STOPPED
    assert caught.args[0].exit_code == 0


def test_a_killed_engine_is_a_crash_and_the_next_request_works(
    qtbot: QtBot, clients: Callable[[Command], EngineClient]
) -> None:
    client = clients(misbehaving())
    before = set(psutil.Process().children())
    job = inspect(client, "deaf")
    with qtbot.waitSignal(job.started, timeout=20_000):
        pass
    (child,) = set(psutil.Process().children()) - before
    child.kill()
    assert failure(qtbot, job).outcome == Outcome(Ending.CRASHED, 9, "")
    assert engine_of(result(qtbot, inspect(client, "again"))) != f"pid-{child.pid}"


@pytest.mark.parametrize(
    ("path", "ending"),
    [("crash", Ending.CRASHED), ("exit", Ending.EXITED), ("garbage", Ending.GARBLED), ("endless", Ending.GARBLED)],
)
def test_every_bad_end_fails_its_job_only(
    qtbot: QtBot, clients: Callable[[Command], EngineClient], path: str, ending: Ending
) -> None:
    client = clients(misbehaving())
    bad, good = inspect(client, path), inspect(client, "good")
    failures: list[Failure] = []
    bad.failed.connect(failures.append)
    with qtbot.waitSignals([bad.failed, good.succeeded], timeout=20_000):
        pass
    outcome = failures[0].outcome
    assert outcome is not None
    assert outcome.ending is ending
    if path == "crash":
        assert outcome.stderr == "about to crash"


@pytest.mark.parametrize(
    ("mode", "ending"),
    [("exit", Ending.EXITED), ("garbage", Ending.GARBLED), ("other-protocol", Ending.INCOMPATIBLE)],
)
def test_an_engine_that_never_gets_ready_is_not_started_for_ever(
    qtbot: QtBot, clients: Callable[[Command], EngineClient], mode: str, ending: Ending
) -> None:
    client = clients(misbehaving(mode))
    found = failure(qtbot, inspect(client, "x"))
    assert found.outcome is not None
    assert found.outcome.ending is ending
    qtbot.wait(50)
    assert not [child for child in psutil.Process().children() if str(SCRIPT) in child.cmdline()]


def test_a_program_that_is_not_there(qtbot: QtBot, clients: Callable[[Command], EngineClient]) -> None:
    found = failure(qtbot, inspect(clients(Command("/no/such/program", ())), "x"))
    assert found.outcome is not None
    assert found.outcome.ending is Ending.COULD_NOT_START


def test_a_silent_engine_is_given_up(
    qtbot: QtBot, clients: Callable[[Command], EngineClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "START_SECONDS", 1)
    found = failure(qtbot, inspect(clients(misbehaving("never-ready")), "x"))
    assert found.outcome is not None
    assert found.outcome.ending is Ending.SILENT


def test_what_the_engine_refuses(qtbot: QtBot, clients: Callable[[Command], EngineClient]) -> None:
    found = failure(qtbot, inspect(clients(misbehaving()), "refuse"))
    assert found == Failure("model-unreadable", "No model.", "Take another.")


def test_a_result_by_file_is_read_and_deleted(qtbot: QtBot, clients: Callable[[Command], EngineClient]) -> None:
    client = clients(misbehaving())
    paths: list[str] = []
    read = Path.read_bytes

    def watch(path: Path) -> bytes:
        paths.append(str(path))
        return read(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_bytes", watch)
        assert engine_of(result(qtbot, inspect(client, "file"))).startswith("pid-")
    assert len(paths) == 1
    assert not os.path.exists(paths[0])


def test_an_answer_that_is_no_document_fails(qtbot: QtBot, clients: Callable[[Command], EngineClient]) -> None:
    client = clients(misbehaving())
    job = client.submit(
        lambda identity: protocol.Inspect(id=identity, path="x", recipe="r", target="t"), decoding.inspection
    )
    found = failure(qtbot, job)
    assert found.outcome is not None
    assert found.outcome.ending is Ending.GARBLED


def test_cancel_is_polite_first(qtbot: QtBot, clients: Callable[[Command], EngineClient]) -> None:
    client = clients(misbehaving())
    job = inspect(client, "polite")
    with qtbot.waitSignal(job.progressed, timeout=20_000) as caught:
        pass
    assert caught.args == [0.5, "halfway"]
    first = time.monotonic()
    with qtbot.waitSignal(job.cancelled, timeout=20_000):
        client.cancel(job)
    assert time.monotonic() - first < client_module.CANCEL_SECONDS / 2
    assert engine_of(result(qtbot, inspect(client, "after"))).startswith("pid-")


def test_a_deaf_engine_is_killed_and_replaced(qtbot: QtBot, clients: Callable[[Command], EngineClient]) -> None:
    client = clients(misbehaving())
    job = inspect(client, "deaf")
    with qtbot.waitSignal(job.started, timeout=20_000):
        pass
    first = time.monotonic()
    with qtbot.waitSignal(job.cancelled, timeout=20_000):
        client.cancel(job)
    assert client_module.CANCEL_SECONDS * 0.9 < time.monotonic() - first < client_module.CANCEL_SECONDS + 1
    second = time.monotonic()
    result(qtbot, inspect(client, "after"))
    assert time.monotonic() - second < 0.2, "the spare was not warm"


def test_a_queued_job_is_cancelled_at_once(qtbot: QtBot, clients: Callable[[Command], EngineClient]) -> None:
    client = clients(misbehaving())
    job = inspect(client, "good")
    told: list[Any] = []
    job.cancelled.connect(lambda: told.append("cancelled"))
    job.succeeded.connect(told.append)
    client.cancel(job)
    assert told == ["cancelled"]


def test_heavy_jobs_wait_for_one_another_and_light_ones_do_not(
    qtbot: QtBot, clients: Callable[[Command], EngineClient]
) -> None:
    client = clients(misbehaving())

    def heavy(path: str) -> Job:
        return client.submit(
            lambda identity: protocol.Inspect(id=identity, path=path, recipe="r", target="t"), CATALOGUE, heavy=True
        )

    first, second = heavy("polite"), heavy("good")
    order: list[str] = []
    second.started.connect(lambda: order.append("second started"))
    with qtbot.waitSignal(first.started, timeout=20_000):
        pass
    result(qtbot, inspect(client, "light"))
    assert order == []
    client.cancel(first)
    result(qtbot, second)
    assert order == ["second started"]


@pytest.mark.parametrize(
    ("code", "retried"),
    [("model-unsupported", False), ("usage", False), ("model-unreadable", True), ("run-failed", True)],
)
def test_retry_is_offered_where_it_can_help(code: str, retried: bool) -> None:
    problem = of_failure(Failure(code, "A sentence.", "Advice."), "m.tflite", lambda: None)
    assert (problem.retry is not None) is retried
    assert problem.remedy == "Advice."


def test_a_problem_gives_no_command_line_advice() -> None:
    problem = of_failure(Failure("runtime-missing", "A sentence.", "Use 'pip install'."), "m.tflite", lambda: None)
    assert "pip" not in problem.remedy
    assert problem.remedy


def in_parts(client: EngineClient, path: str, parts: list[documents.Choice]) -> Job:
    job = client.submit(
        lambda identity: protocol.Inspect(id=identity, path=path, recipe="r", target="t"),
        CATALOGUE,
        decode_part=decoding.small(documents.Choice),
    )
    job.updated.connect(parts.append)
    return job


def test_parts_come_while_the_job_runs_and_stop_ends_it_with_its_result(
    qtbot: QtBot, clients: Callable[[Command], EngineClient]
) -> None:
    client = clients(misbehaving())
    parts: list[documents.Choice] = []
    job = in_parts(client, "parts", parts)
    qtbot.waitUntil(lambda: len(parts) == 3, timeout=20_000)
    assert [part.id for part in parts] == ["part-0", "part-1", "part-2"]
    client.stop(job)
    assert result(qtbot, job).recipes


def test_a_job_that_has_not_begun_is_cancelled_by_stop(
    qtbot: QtBot, clients: Callable[[Command], EngineClient]
) -> None:
    client = clients(misbehaving())
    job = in_parts(client, "parts", [])
    with qtbot.waitSignal(job.cancelled, timeout=20_000):
        client.stop(job)


def test_a_part_that_is_no_document_fails_the_job_and_ends_its_engine(
    qtbot: QtBot, clients: Callable[[Command], EngineClient]
) -> None:
    client = clients(misbehaving())
    parts: list[documents.Choice] = []
    assert failure(qtbot, in_parts(client, "nonsense", parts)).outcome.ending is Ending.GARBLED
    assert not parts
    assert result(qtbot, inspect(client, "again")).recipes
