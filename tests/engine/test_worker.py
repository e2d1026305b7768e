"""The engine process as the window drives it: over pipes, with everything that can go wrong on either side."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import psutil
import pytest

from quantscope import documents
from quantscope._version import __version__
from quantscope.child_process import module_command, module_environment
from quantscope.documents import profile as profiles
from quantscope.documents.details import Details
from quantscope.documents.planned import Planned, applied
from quantscope.documents.sensitivity import Sensitivity
from quantscope.quantize.presets import PRESETS
from quantscope.worker import protocol
from tests.models import Input, ModelBuilder, one_operator, tfl
from tests.operators import fully_connected, normal

PATIENCE = 60.0


class Window:
    """The other end of the engine's pipes; `now` notes when each event came."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            module_command("quantscope.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**module_environment(), **(environment or {})},
        )
        self.events: list[protocol.Event] = []
        self.times: list[float] = []
        self.lines: list[bytes] = []
        self.arrived = threading.Condition()
        self.ended = False
        self.messages = bytearray()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._read_messages)]
        for thread in self.threads:
            thread.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self.arrived:
                self.lines.append(line)
                self.events.append(protocol.decode_event(line))
                self.times.append(time.monotonic())
                self.arrived.notify_all()
        with self.arrived:
            self.ended = True
            self.arrived.notify_all()

    def _read_messages(self) -> None:
        assert self.process.stderr
        self.messages += self.process.stderr.read()

    def send(self, request: protocol.Message) -> None:
        self.raw(protocol.encode(request))

    def raw(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def wait(self, wanted: Callable[[protocol.Event], bool]) -> Any:
        """The first event, since the start, that is wanted."""
        with self.arrived:
            found = self.arrived.wait_for(lambda: self.ended or any(map(wanted, self.events)), PATIENCE)
            event = next(filter(wanted, self.events), None)
        assert found, f"nothing came: {self.events[-3:]}"
        assert event is not None, f"the engine ended: {self.messages.decode()}"
        return event

    def outcome(self, job: int) -> Any:
        """What came of a request."""
        under_way = protocol.Ready | protocol.Progress | protocol.Partial
        return self.wait(lambda event: not isinstance(event, under_way) and event.id == job)

    def progress(self, job: int) -> list[tuple[float, protocol.Progress]]:
        return [
            (at, event)
            for at, event in zip(self.times, self.events, strict=True)
            if isinstance(event, protocol.Progress) and event.id == job
        ]

    def close(self) -> None:
        assert self.process.stdin
        with contextlib.suppress(OSError):
            self.process.stdin.close()

    def __enter__(self) -> "Window":
        self.wait(lambda event: isinstance(event, protocol.Ready))
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()
            for thread in self.threads:
                thread.join()
            assert self.process.stdout
            assert self.process.stderr
            self.process.stdout.close()
            self.process.stderr.close()


@pytest.fixture(scope="module")
def engine() -> Iterator[Window]:
    with Window() as window:
        yield window


@pytest.fixture
def job(request: pytest.FixtureRequest) -> int:
    """A number for a request that no other test uses."""
    return abs(hash(request.node.nodeid)) % 1_000_000_000


def document(result: Any, kind: type[Any]) -> Any:
    assert isinstance(result, protocol.Result), result
    return documents.from_json(bytes(result.document), kind)


def write(folder: Path, built: ModelBuilder, name: str = "model.tflite") -> str:
    path = folder / name
    path.write_bytes(built.build())
    return str(path)


def chain(count: int, size: int) -> ModelBuilder:
    """`count` FULLY_CONNECTED in a row on weights of size x size of their own: work that takes a while."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, size))
    for at in range(count):
        y = graph.tensor(f"a rather long name of tensor number {at}", (1, size))
        weight = graph.constant(f"w{at}", normal(size, size, scale=size**-0.5))
        graph.operator("FULLY_CONNECTED", [x, weight, -1], [y], tfl.FullyConnectedOptionsT())
        x = y
    graph.outputs = [x]
    return model


@pytest.fixture(scope="module")
def long_job(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Data for a comparison that takes minutes unless it is stopped; the folder of model.tflite and data.npz."""
    folder = tmp_path_factory.mktemp("long")
    write(folder, fully_connected())
    np.savez(folder / "data.npz", x=np.zeros((400_000, 2, 96), np.float16))
    return str(folder)


def long_comparison(folder: str, job: int) -> protocol.Compare:
    model = f"{folder}/model.tflite"
    return protocol.Compare(id=job, path=model, quantized=model, data=f"{folder}/data.npz", samples=10**9)


def inspect(job: int, path: str) -> protocol.Inspect:
    return protocol.Inspect(id=job, path=path, recipe="dynamic-int8", target="xnnpack")


def quantize(job: int, path: str, output: str) -> protocol.Quantize:
    return protocol.Quantize(id=job, path=path, output=output, recipe="dynamic-int8", target="xnnpack")


# The ordinary course -------------------------------------------------------------------------------------------------


def test_ready_comes_first_and_says_who_speaks(engine: Window) -> None:
    ready = engine.events[0]
    assert isinstance(ready, protocol.Ready)
    assert (ready.protocol, ready.version, ready.pid) == (protocol.PROTOCOL, __version__, engine.process.pid)


def test_catalogue(engine: Window, job: int) -> None:
    engine.send(protocol.Catalogue(id=job))
    catalogue = document(engine.outcome(job), documents.Catalogue)
    assert [choice.id for choice in catalogue.recipes] == [*PRESETS]
    assert [choice.id for choice in catalogue.targets] == ["xnnpack", "builtin"]


def test_inspect_quantize_compare(engine: Window, job: int, tmp_path: Path) -> None:
    path, output = write(tmp_path, fully_connected()), str(tmp_path / "out.tflite")
    engine.send(inspect(job, path))
    plan = document(engine.outcome(job), documents.Inspection)
    engine.send(quantize(job + 1, path, output))
    made = document(engine.outcome(job + 1), documents.Quantization)
    assert made.plan == plan
    assert made.output.bytes == os.path.getsize(output)
    engine.send(protocol.Compare(id=job + 2, path=path, quantized=output, samples=3))
    comparison = document(engine.outcome(job + 2), documents.Comparison)
    assert comparison.samples == 3
    assert comparison.outputs[0].sqnr_db > 30
    fractions = [event.fraction for _, event in engine.progress(job + 1)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_planning_again_answers_what_inspecting_would(engine: Window, job: int, tmp_path: Path) -> None:
    path = write(tmp_path, fully_connected())
    engine.send(inspect(job, path))
    known = document(engine.outcome(job), documents.Inspection)
    asked = {"path": path, "recipe": "float16", "target": "builtin"}
    engine.send(protocol.Replan(id=job + 1, **asked))
    planned = document(engine.outcome(job + 1), Planned)
    engine.send(protocol.Inspect(id=job + 2, **asked))
    whole = document(engine.outcome(job + 2), documents.Inspection)
    assert applied(planned, known) == whole != known


def test_planning_again_tells_of_a_file_that_has_changed(engine: Window, job: int, tmp_path: Path) -> None:
    path = write(tmp_path, fully_connected())
    engine.send(inspect(job, path))
    known = document(engine.outcome(job), documents.Inspection)
    write(tmp_path, fully_connected(units=7))
    engine.send(protocol.Replan(id=job + 1, path=path, recipe="dynamic-int8", target="xnnpack"))
    planned = document(engine.outcome(job + 1), Planned)
    with pytest.raises(ValueError, match="another model"):
        applied(planned, known)


def test_static_recipe_with_samples(engine: Window, job: int, tmp_path: Path) -> None:
    path, output, data = write(tmp_path, fully_connected()), str(tmp_path / "out.tflite"), str(tmp_path / "data.npz")
    np.savez(data, x=np.random.default_rng(0).normal(size=(400, 2, 96)).astype(np.float32))
    engine.send(protocol.Inspect(id=job, path=path, recipe="static-int8", target="xnnpack"))
    without = document(engine.outcome(job), documents.Inspection)
    assert without.calibration is None
    assert without.subgraphs[0].operators[0].reason.code == "needs-calibration"
    asked = {"path": path, "recipe": "static-int8", "target": "xnnpack", "calibration": data}
    engine.send(protocol.Inspect(id=job + 1, **asked))
    plan = document(engine.outcome(job + 1), documents.Inspection)
    assert plan.subgraphs[0].operators[0].precision == "int8"
    assert any(event.text.startswith("Calibrating") for _, event in engine.progress(job + 1))
    engine.send(protocol.Inspect(id=job + 2, **asked))
    assert document(engine.outcome(job + 2), documents.Inspection) == plan
    assert not engine.progress(job + 2)
    engine.send(protocol.Quantize(id=job + 3, output=output, **asked))
    made = document(engine.outcome(job + 3), documents.Quantization)
    assert made.plan == plan
    engine.send(protocol.Quantize(id=job + 4, path=path, output=output, recipe="static-int8", target="xnnpack"))
    unmeasured = document(engine.outcome(job + 4), documents.Quantization)
    assert unmeasured.plan.calibration is not None
    assert unmeasured.plan.calibration.generated
    engine.send(protocol.Inspect(id=job + 5, **(asked | {"calibration": str(tmp_path / "missing.npz")})))
    failed = engine.outcome(job + 5)
    assert isinstance(failed, protocol.Failed)
    assert failed.code == "data-invalid"


def test_sensitivity(engine: Window, job: int, tmp_path: Path) -> None:
    path = write(tmp_path, fully_connected())
    engine.send(protocol.Sensitivity(id=job, path=path, recipe="dynamic-int8", target="xnnpack", samples=2, worst=1))
    found = document(engine.outcome(job), Sensitivity)
    assert [(kept.index, kept.identical) for kept in found.operators] == [(0, True)]
    assert found.samples == 2
    assert any(event.text.startswith("Comparing") for _, event in engine.progress(job))


def test_details_of_an_operator(engine: Window, job: int, tmp_path: Path) -> None:
    path = write(tmp_path, fully_connected())
    engine.send(inspect(job, path))
    plan = document(engine.outcome(job), documents.Inspection)
    engine.send(
        protocol.Details(id=job + 1, path=path, recipe="dynamic-int8", target="xnnpack", subgraph=0, operator=0)
    )
    found = document(engine.outcome(job + 1), Details)
    assert found.operator == plan.subgraphs[0].operators[0]
    assert found.inputs[1].planned is not None
    engine.send(protocol.Details(id=job + 2, path=path, recipe="float16", target="xnnpack", subgraph=0, operator=0))
    assert document(engine.outcome(job + 2), Details).inputs[1].planned.dtype == "float16"
    engine.send(
        protocol.Details(id=job + 3, path=path, recipe="dynamic-int8", target="xnnpack", subgraph=0, operator=7)
    )
    failed = engine.outcome(job + 3)
    assert isinstance(failed, protocol.Failed)
    assert failed.code == "usage"


def test_a_model_that_changed_on_disk_is_read_anew(engine: Window, job: int, tmp_path: Path) -> None:
    path = write(tmp_path, fully_connected())
    engine.send(inspect(job, path))
    before = document(engine.outcome(job), documents.Inspection)
    replacement = write(tmp_path, chain(3, 64), "other.tflite")
    os.replace(replacement, path)
    engine.send(inspect(job + 1, path))
    after = document(engine.outcome(job + 1), documents.Inspection)
    assert (before.summary.operators, after.summary.operators) == (1, 3)
    assert before.model.sha256 != after.model.sha256


def test_a_large_result_comes_as_a_file(engine: Window, job: int, tmp_path: Path) -> None:
    engine.send(inspect(job, write(tmp_path, chain(700, 4))))
    result = engine.outcome(job)
    assert isinstance(result, protocol.Result)
    assert result.file
    content = Path(result.file).read_bytes()
    Path(result.file).unlink()
    assert len(content) > protocol.INLINE_LIMIT
    assert documents.from_json(content, documents.Inspection).summary.operators == 700
    assert max(map(len, engine.lines)) < protocol.INLINE_LIMIT + 1000


def test_requests_queue_up_and_are_answered_in_order(engine: Window, job: int, tmp_path: Path) -> None:
    path = write(tmp_path, fully_connected())
    for at in range(5):
        engine.send(inspect(job + at, path))
    for at in range(5):
        document(engine.outcome(job + at), documents.Inspection)
    order = [event.id for event in engine.events if isinstance(event, protocol.Result) and job <= event.id < job + 5]
    assert order == [job + at for at in range(5)]


def test_progress_comes_at_thirty_a_second_at_most(engine: Window, job: int, long_job: str) -> None:
    engine.send(long_comparison(long_job, job))
    engine.wait(lambda _: len(engine.progress(job)) > 40)
    engine.send(protocol.Cancel(id=job))
    assert isinstance(engine.outcome(job), protocol.Cancelled)
    told = engine.progress(job)
    seconds = told[-1][0] - told[0][0]
    assert (len(told) - 2) / seconds <= protocol.PROGRESS_PER_SECOND * 1.1


# Errors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "code"), [
    ({"path": "/no/such/model.tflite"}, "model-unreadable"), ({"path": "/"}, "model-unreadable"),
    ({"recipe": "int3"}, "recipe-invalid"), ({"target": "toaster"}, "recipe-invalid"),
    ({"output": "/no/such/folder/out.tflite"}, "output-unwritable"), ({"output": "/"}, "usage"),
])  # fmt: skip
def test_failures_are_typed(engine: Window, job: int, tmp_path: Path, change: dict[str, str], code: str) -> None:
    ordinary = {"path": write(tmp_path, fully_connected()), "output": str(tmp_path / "out"), "recipe": "float16"}
    engine.send(protocol.Quantize(id=job, **{"target": "xnnpack", **ordinary, **change}))
    failed = engine.outcome(job)
    assert isinstance(failed, protocol.Failed)
    assert failed.code == code
    assert failed.message.endswith(".")
    assert failed.detail is None


def test_output_equal_to_input(engine: Window, job: int, tmp_path: Path) -> None:
    path = write(tmp_path, fully_connected())
    before = Path(path).read_bytes()
    os.link(path, tmp_path / "link.tflite")
    for at, output in enumerate((path, f"{tmp_path}/./model.tflite", f"{tmp_path}/link.tflite")):
        engine.send(quantize(job + at, path, output))
        failed = engine.outcome(job + at)
        assert isinstance(failed, protocol.Failed)
        assert failed.code == "usage"
    assert Path(path).read_bytes() == before


def test_a_fault_of_ours_is_told_with_its_details(engine: Window, job: int) -> None:
    """A path with a NUL in it is nothing the library has a word for."""
    engine.send(inspect(job, "a\0b"))
    failed = engine.outcome(job)
    assert isinstance(failed, protocol.Failed)
    assert failed.code in ("internal", "model-unreadable")
    assert failed.code != "internal" or "Traceback" in (failed.detail or "")


@pytest.mark.parametrize("line", [
    b"hello\n", b"\n", b"{}\n", b"[1, 2]\n", b'{"kind": "explode", "id": 1}\n', b'{"kind": "inspect", "id": 1}\n',
    b'{"kind": "cancel", "id": "one"}\n', b"\xff\xfe\x00\n", b'{"kind": "cancel", "id": 1', b"null\n",
    b'{"kind": "cancel", "id": 1, "more": ' + b"[" * 200_000 + b"\n",
], ids=lambda line: line[:20].decode("latin-1"))  # fmt: skip
def test_garbage_is_answered_and_survived(engine: Window, job: int, line: bytes) -> None:
    def complaints() -> int:
        return sum(isinstance(event, protocol.Failed) and event.id == -1 for event in engine.events)

    before = complaints()
    engine.raw(line if line.endswith(b"\n") else line + b"\n")
    engine.send(protocol.Catalogue(id=job))
    document(engine.outcome(job), documents.Catalogue)
    assert complaints() == before + 1


def test_an_overlong_line_is_one_complaint_and_its_tail_no_request(engine: Window, job: int) -> None:
    def complaints() -> list[str]:
        return [event.message for event in engine.events if isinstance(event, protocol.Failed) and event.id == -1]

    before = len(complaints())
    hidden = protocol.encode(protocol.Catalogue(id=job + 1))
    engine.raw(b"x" * protocol.MAX_LINE + hidden)
    engine.raw(b"y" * (2 * protocol.MAX_LINE) + b"\n")
    engine.send(protocol.Catalogue(id=job))
    document(engine.outcome(job), documents.Catalogue)
    assert [("longer than" in message) for message in complaints()[before:]] == [True, True]
    assert not any(event.id == job + 1 for event in engine.events if not isinstance(event, protocol.Ready))


def test_what_native_code_prints_does_not_get_between_the_lines(tmp_path: Path) -> None:
    """C code that writes on file descriptor 1, and Python code that prints, as some library might."""
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, os, threading\n"
        "def chatter():\n"
        "    import time\n"
        "    while True:\n"
        "        time.sleep(0.005)\n"
        "        try:\n"
        "            import quantscope.worker.engine\n"
        "        except ImportError:\n"
        "            continue\n"
        "        if os.fstat(1) == os.fstat(2):\n"
        "            os.write(1, b'native words\\n')\n"
        "            print('python words')\n"
        "threading.Thread(target=chatter, daemon=True).start()\n"
    )
    paths = os.pathsep.join((str(tmp_path), module_environment()["PYTHONPATH"]))
    with Window({"PYTHONPATH": paths}) as window:
        for at in range(20):
            window.send(inspect(at, write(tmp_path, fully_connected())))
            document(window.outcome(at), documents.Inspection)
        time.sleep(0.1)
    assert b"native words" in window.messages
    assert b"python words" in window.messages
    assert all(json.loads(line) for line in window.lines)


# Cancelling ----------------------------------------------------------------------------------------------------------


def test_a_running_job_is_cancelled_within_two_seconds(engine: Window, job: int, long_job: str) -> None:
    engine.send(long_comparison(long_job, job))
    engine.wait(lambda event: isinstance(event, protocol.Progress) and event.id == job)
    asked = time.monotonic()
    engine.send(protocol.Cancel(id=job))
    assert isinstance(engine.outcome(job), protocol.Cancelled)
    assert time.monotonic() - asked < 2
    assert not children(engine.process.pid)


def test_a_waiting_job_is_cancelled_before_it_starts(engine: Window, job: int, long_job: str, tmp_path: Path) -> None:
    output = tmp_path / "out.tflite"
    engine.send(long_comparison(long_job, job))
    engine.send(quantize(job + 1, f"{long_job}/model.tflite", str(output)))
    engine.send(protocol.Cancel(id=job + 1))
    engine.send(protocol.Cancel(id=job))
    assert isinstance(engine.outcome(job), protocol.Cancelled)
    assert isinstance(engine.outcome(job + 1), protocol.Cancelled)
    assert not engine.progress(job + 1)
    assert not output.exists()


def test_cancelling_what_is_over_or_never_was_is_no_error(engine: Window, job: int) -> None:
    engine.send(protocol.Cancel(id=job + 5))
    engine.send(protocol.Catalogue(id=job))
    document(engine.outcome(job), documents.Catalogue)
    engine.send(protocol.Cancel(id=job))
    engine.send(protocol.Catalogue(id=job + 1))
    document(engine.outcome(job + 1), documents.Catalogue)


def test_cancelling_a_quantization_leaves_nothing(engine: Window, job: int, tmp_path: Path) -> None:
    path = write(tmp_path, chain(30, 512))
    engine.send(quantize(job, path, str(tmp_path / "out.tflite")))
    engine.wait(lambda event: isinstance(event, protocol.Progress) and event.id == job)
    engine.send(protocol.Cancel(id=job))
    assert isinstance(engine.outcome(job), protocol.Cancelled)
    assert os.listdir(tmp_path) == ["model.tflite"]


# Measuring -----------------------------------------------------------------------------------------------------------


def measuring(folder: Path, job: int, seconds: float = 600) -> protocol.Profile:
    settings = profiles.Settings(seconds=seconds, warm_up_seconds=0.05)
    models = (write(folder, chain(3, 64)), write(folder, chain(6, 64), "other.tflite"))
    return protocol.Profile(id=job, models=models, settings=settings)


def measured(engine: Window, job: int) -> list[profiles.LivePart]:
    """What has come of a measurement so far."""
    parts = [bytes(each.document) for each in engine.events if isinstance(each, protocol.Partial) and each.id == job]
    return [msgspec.json.decode(part, type=profiles.LivePart) for part in parts]


def profile_of(result: Any) -> profiles.Profile:
    assert isinstance(result, protocol.Result), result
    if result.file is None:
        return document(result, profiles.Profile)
    file = Path(result.file)
    found = documents.from_json(file.read_bytes(), profiles.Profile)
    file.unlink()
    return found


def wait_for_batches(engine: Window, job: int, count: int = 3) -> None:
    engine.wait(
        lambda _: sum(isinstance(part, profiles.Measured) for part in measured(engine, job)) >= count,
    )


def test_a_measurement_streams_and_stops_with_what_it_has(engine: Window, job: int, tmp_path: Path) -> None:
    engine.send(measuring(tmp_path, job))
    wait_for_batches(engine, job)
    engine.send(protocol.Stop(id=job))
    found = profile_of(engine.outcome(job))
    assert [run.ending for run in found.runs] == ["stopped", "stopped"]
    parts = measured(engine, job)
    assert [part.run for part in parts if isinstance(part, profiles.RunStarted)] == [0, 1]
    assert any(isinstance(part, profiles.Sensed) for part in parts)
    for number, run in enumerate(found.runs):
        assert run.batches == tuple(
            part.batch for part in parts if isinstance(part, profiles.Measured) and part.run == number
        )
    assert not children(engine.process.pid)


def test_a_long_result_of_a_measurement_goes_by_file(engine: Window, job: int, tmp_path: Path) -> None:
    """Every latency is in it."""
    engine.send(measuring(tmp_path, job, seconds=2))
    result = engine.outcome(job)
    assert result.file is not None
    found = profile_of(result)
    assert found.runs[0].ending == "complete"
    assert found.comparison is not None


def test_cancelling_a_measurement_ends_its_processes(engine: Window, job: int, tmp_path: Path) -> None:
    engine.send(measuring(tmp_path, job))
    wait_for_batches(engine, job)
    asked = time.monotonic()
    engine.send(protocol.Cancel(id=job))
    assert isinstance(engine.outcome(job), protocol.Cancelled)
    assert time.monotonic() - asked < 2
    assert not children(engine.process.pid)


@pytest.mark.parametrize("how", ["kill", "close"])
def test_an_engine_that_ends_takes_a_measurement_along(how: str, tmp_path: Path) -> None:
    with Window() as window:
        window.send(measuring(tmp_path, 1))
        wait_for_batches(window, 1)
        measuring_processes = children(window.process.pid)
        assert len(measuring_processes) == 2
        if how == "kill":
            window.process.kill()
        else:
            window.close()
        window.process.wait(PATIENCE)
        assert gone(measuring_processes)


def test_a_measuring_process_that_dies_ends_its_run_only(engine: Window, job: int, tmp_path: Path) -> None:
    engine.send(measuring(tmp_path, job, seconds=3))
    wait_for_batches(engine, job)
    children(engine.process.pid)[0].kill()
    endings = [run.ending for run in profile_of(engine.outcome(job)).runs]
    assert sorted(endings) == ["complete", "failed"]


# Endings -------------------------------------------------------------------------------------------------------------


def children(pid: int) -> list[psutil.Process]:
    return [child for child in psutil.Process(pid).children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]


def gone(processes: list[psutil.Process]) -> bool:
    """True once all have ended; in a container without an init nobody takes their exit codes."""
    left = psutil.wait_procs(processes, timeout=10)[1]
    return all(not each.is_running() or each.status() == psutil.STATUS_ZOMBIE for each in left)


def test_eof_ends_an_idle_engine_at_once() -> None:
    with Window() as window:
        closed = time.monotonic()
        window.close()
        assert window.process.wait(PATIENCE) == 0
        assert time.monotonic() - closed < 1


def test_eof_during_a_comparison_leaves_no_process(long_job: str) -> None:
    with Window() as window:
        window.send(long_comparison(long_job, 1))
        window.wait(lambda event: isinstance(event, protocol.Progress) and "sample" in event.text)
        runners = children(window.process.pid)
        assert len(runners) == 2
        closed = time.monotonic()
        window.close()
        assert window.process.wait(PATIENCE) == 0
        assert time.monotonic() - closed < 2
        assert gone(runners)


@pytest.mark.parametrize("moment", ["Quantizing weights", "Checking the result"])
def test_eof_during_a_quantization_leaves_no_file_and_no_process(tmp_path: Path, moment: str) -> None:
    path = write(tmp_path, chain(60, 512))
    with Window() as window:
        window.send(quantize(1, path, str(tmp_path / "out.tflite")))
        window.send(quantize(2, path, str(tmp_path / "second.tflite")))
        window.wait(lambda event: isinstance(event, protocol.Progress) and event.text == moment)
        runners = children(window.process.pid)
        closed = time.monotonic()
        window.close()
        assert window.process.wait(PATIENCE) == 0
        assert time.monotonic() - closed < 2
        assert gone(runners)
    assert set(os.listdir(tmp_path)) <= {"model.tflite", "out.tflite"}
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]


def test_kill_takes_the_runners_along(long_job: str) -> None:
    with Window() as window:
        window.send(long_comparison(long_job, 1))
        window.wait(lambda event: isinstance(event, protocol.Progress) and "sample" in event.text)
        runners = children(window.process.pid)
        window.process.send_signal(signal.SIGKILL)
        assert window.process.wait(PATIENCE) == -signal.SIGKILL
        assert gone(runners)


def test_a_crash_of_the_runner_is_a_failure_of_the_job_and_not_of_the_engine(
    engine: Window, job: int, long_job: str
) -> None:
    engine.send(long_comparison(long_job, job))
    engine.wait(lambda event: isinstance(event, protocol.Progress) and event.id == job and "sample" in event.text)
    children(engine.process.pid)[0].kill()
    failed = engine.outcome(job)
    assert isinstance(failed, protocol.Failed)
    assert failed.code == "run-failed"
    assert "SIGKILL" in failed.message
    engine.send(protocol.Catalogue(id=job + 1))
    document(engine.outcome(job + 1), documents.Catalogue)
    assert not children(engine.process.pid)


def test_a_model_that_crashes_the_runtime(engine: Window, job: int, tmp_path: Path) -> None:
    options = tfl.DepthwiseConv2DOptionsT(strideW=1, strideH=1, depthMultiplier=1)
    built = one_operator("DEPTHWISE_CONV_2D", [Input((1, 8, 8, 128)), normal(1, 3, 3, 128)], [(1, 8, 8, 128)], options)
    engine.send(quantize(job, write(tmp_path, built), str(tmp_path / "out.tflite")))
    failed = engine.outcome(job)
    assert isinstance(failed, protocol.Failed)
    assert failed.code == "model-unsupported"
    assert os.listdir(tmp_path) == ["model.tflite"]


def test_a_window_that_stops_listening_does_not_leave_an_engine_behind() -> None:
    with Window() as window:
        pass
    process = subprocess.Popen(
        module_command("quantscope.worker"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=module_environment()
    )
    assert process.stdin
    assert process.stdout
    process.stdout.readline()
    process.stdout.close()
    process.stdin.write(protocol.encode(protocol.Catalogue(id=1)) * 3)
    process.stdin.close()
    assert process.wait(PATIENCE) == 0
    assert window.process.returncode == 0
