"""The real program on a real X server: started as a user starts it, a file dropped on it by another process (XDND)."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.gui.conftest import REPOSITORY
from tests.gui.specimens import small_network

SCREEN = (1600, 1000)
WINDOW = (1320, 820)
SOURCE = (1480, 60)
PATIENCE_SECONDS = 60
GRAB = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
app.primaryScreen().grabWindow(0).save(sys.argv[1])
"""
OUTPUT = REPOSITORY / "ci-output"


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"in {PATIENCE_SECONDS} s there was no {what}"
        time.sleep(0.1)


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A private X server, and a home of its own for settings and results."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SCREEN[0]}x{SCREEN[1]}x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        display = f":{pipe.readline().strip()}"
    yield os.environ | {
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "QT_SCALE_FACTOR": "1",
        "LC_ALL": "C.UTF-8",
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join(str(REPOSITORY / name) for name in ("engine", "gui")),
    }
    server.terminate()
    server.wait(10)


def xdotool(environment: dict[str, str], *arguments: str | int) -> str:
    process = subprocess.run(
        ["xdotool", *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=30
    )
    return process.stdout.strip()


def titled(environment: dict[str, str], title: str) -> str:
    """The window of that title, or empty while there is none."""
    return xdotool(environment, "search", "--onlyvisible", "--name", title).partition("\n")[0]


def test_a_file_dragged_from_another_process_opens(environment: dict[str, str], tmp_path: Path) -> None:
    model = tmp_path / "dropped network.tflite"
    model.write_bytes(small_network().build())
    messages = tmp_path / "stderr.txt"
    with messages.open("wb") as stderr:
        program = subprocess.Popen([sys.executable, "-m", "quantscope_gui"], env=environment, stderr=stderr)
    source = None
    try:
        until(lambda: bool(titled(environment, "^Quantscope$")) or program.poll() is not None, "window")
        assert program.poll() is None, messages.read_text()
        window = titled(environment, "^Quantscope$")
        xdotool(environment, "windowsize", "--sync", window, *WINDOW)
        xdotool(environment, "windowmove", window, 40, 60)
        script = Path(__file__).with_name("xdnd_source.py")
        source = subprocess.Popen(
            [sys.executable, str(script), str(model), *map(str, SOURCE)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert source.stdout is not None
        assert source.stdout.readline() == "ready\n"
        time.sleep(0.5)
        xdotool(environment, "mousemove", SOURCE[0] + 40, SOURCE[1] + 30, "mousedown", 1)
        for step in range(20):
            x = SOURCE[0] + 40 - step * 40
            xdotool(environment, "mousemove", x, SOURCE[1] + 30 + step * 20)
            time.sleep(0.03)
        time.sleep(0.3)
        xdotool(environment, "mouseup", 1)
        assert source.stdout.readline() == "CopyAction\n"
        until(lambda: bool(titled(environment, "dropped network")), "model in the window's title")
        time.sleep(1)
        OUTPUT.mkdir(exist_ok=True)
        picture = OUTPUT / "real-window.png"
        subprocess.run([sys.executable, "-c", GRAB, str(picture)], env=environment, check=True, timeout=60)
        assert picture.stat().st_size > 20_000
        xdotool(environment, "windowfocus", "--sync", titled(environment, "dropped network"), "key", "ctrl+q")
        assert program.wait(20) == 0
        assert messages.read_text() == "", "the program printed something unexpected"
    finally:
        for process in (source, program):
            if process is not None:
                process.kill()
                process.wait(10)


def test_the_tools_are_there() -> None:
    """Nothing here is skipped: scripts/system_packages.sh brings them."""
    assert [tool for tool in ("Xvfb", "xdotool") if shutil.which(tool) is None] == []
