"""`quantscope profile` on the command line: the contract document, gates, devices, the live line, interruption."""

import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from quantscope.child_process import module_command, module_environment
from quantscope.cli.live import duration, model_names
from tests.engine.test_cli import Shell, shell, write
from tests.operators import fully_connected

__all__ = ["shell"]

QUICK = ("--runs", "12", "--warm-up", "0")
RUN_KEYS = {
    "model", "device", "settings", "latency_us", "init_us", "first_us", "memory_bytes", "batches", "operators",
    "unattributed_us", "warnings",
}  # fmt: skip


@pytest.fixture
def model(tmp_path: Path) -> str:
    return write(tmp_path, fully_connected())


@pytest.fixture
def other(tmp_path: Path) -> str:
    return write(tmp_path, fully_connected(), "other.tflite")


def test_the_contract_document(shell: Shell, model: str, other: str) -> None:
    ended = shell("profile", model, other, *QUICK, "--per-op", "--json")
    assert (ended.code, ended.error) == (0, "")
    found = ended.document
    assert found["schema"] == "quantscope.profile/1"
    assert [os.path.basename(run["model"]["path"]) for run in found["runs"]] == ["model.tflite", "other.tflite"]
    for run in found["runs"]:
        assert run.keys() >= RUN_KEYS
        assert run["latency_us"].keys() >= {"median", "p10", "p90", "mean", "std", "count", "ci95"}
        assert run["latency_us"]["count"] == sum(len(batch["us"]) for batch in run["batches"]) == 12
        assert all(batch.keys() >= {"t", "us"} for batch in run["batches"])
        (operator,) = run["operators"]
        assert operator.keys() >= {"index", "type", "us", "share", "attribution"}
        assert (operator["index"], operator["type"]) == (0, "FULLY_CONNECTED")
        assert run["settings"]["threads"] == 1
    assert found["comparison"].keys() >= {"speedup", "ci95"}


def test_words_for_people(shell: Shell, model: str, other: str) -> None:
    ended = shell("profile", model, other, *QUICK, "--per-op")
    assert (ended.code, ended.out) == (0, "")
    for words in ("model.tflite", "other.tflite", "as fast as", "95 % CI", "FULLY_CONNECTED", "sum of operators"):
        assert words in ended.error


@pytest.mark.parametrize(
    ("gate", "code", "words"),
    [
        (("--max-median-ms", "100000"), 0, ""),
        (("--max-median-ms", "0.0000001"), 1, "above"),
        (("--min-speedup", "0.0001"), 0, ""),
        (("--min-speedup", "10000"), 1, "below"),
    ],
)
def test_gates(shell: Shell, model: str, other: str, gate: tuple[str, ...], code: int, words: str) -> None:
    ended = shell("profile", model, other, *QUICK, *gate, "--json")
    assert ended.code == code
    assert words in ended.error
    assert ended.document["runs"]


def test_a_speedup_needs_two_models(shell: Shell, model: str) -> None:
    ended = shell("profile", model, *QUICK, "--min-speedup", "1", "--json")
    assert ended.code == 1
    assert "two measured models" in ended.error


def test_trouble_has_its_exit_code(shell: Shell, model: str, tmp_path: Path) -> None:
    assert shell("profile", model, "--on", "no-such-phone").code == 4
    assert shell("profile", str(tmp_path / "none.tflite")).code == 3
    assert shell("profile", model, "--threads", "0").code == 2
    assert shell("profile", model, "--seconds", "soon").code == 2
    assert shell("profile", model, "--runs", "5", "--seconds", "1").code == 2
    assert shell("profile", model, "--cores", "tiny").code == 2


def on_terminal(*arguments: str, during: Callable[[subprocess.Popen[bytes]], None] = lambda _: None) -> tuple[int, str]:
    """Exit code and what a terminal shows."""
    main, side = pty.openpty()
    environment = {key: value for key, value in module_environment().items() if key != "CI"}
    process = subprocess.Popen(
        module_command("quantscope", *arguments),
        stdin=side, stdout=side, stderr=side, env=environment | {"TERM": "xterm", "COLUMNS": "150"},
    )  # fmt: skip
    os.close(side)
    shown = b""
    during(process)
    while True:
        try:
            data = os.read(main, 65536)
        except OSError:  # the other end is closed
            break
        shown += data
        if not data:
            break
    os.close(main)
    return process.wait(60), shown.decode("utf-8", "replace")


def test_a_live_line_on_a_terminal(model: str, other: str) -> None:
    code, shown = on_terminal("profile", model, other, "--seconds", "1.2", "--warm-up", "0")
    assert code == 0
    live = [line for line in shown.split("\r") if "Measuring" in line]
    assert live
    assert any("model.tflite" in line and "x [" in line for line in live)


def test_interrupting_leaves_nothing_running(tmp_path: Path) -> None:
    model = write(tmp_path, fully_connected(), "interrupted.tflite")
    process = subprocess.Popen(
        module_command("quantscope", "profile", model, "--seconds", "600", "--warm-up", "0", "--json"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=module_environment(),
    )  # fmt: skip

    def children() -> list[psutil.Process]:
        return psutil.Process(process.pid).children(recursive=True)

    deadline = time.monotonic() + 60
    while not children() and time.monotonic() < deadline:
        time.sleep(0.05)
    measuring = children()
    assert measuring
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1].startswith(b"quantscope: interrupted")
    assert process.returncode == 130
    assert not psutil.wait_procs(measuring, timeout=10)[1]


def test_durations_and_names() -> None:
    assert [duration(us) for us in (None, 0.5, 12.34, 4567, 2.5e6)] == ["–", "0.5 µs", "12.3 µs", "4.57 ms", "2.5 s"]
    assert model_names(["/a/m.tflite", "/b/m.tflite", "/a/n.tflite"]) == ["/a/m.tflite", "/b/m.tflite", "n.tflite"]
