"""The real program on a real X server: a file dropped on it by another process (XDND); a phone measured by mouse."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from quantscope.devices.desk import Desk
from quantscope.documents.devices import PhoneSettings
from tests.devices.conftest import until as eventually
from tests.devices.test_runner import clean
from tests.gui.conftest import REPOSITORY
from tests.gui.specimens import small_network
from tests.phone.adb_server import PrivateServer
from tests.phone.benchmark import write_program
from tests.phone.emulated import Phone
from tests.phone.profiles import PIXEL

SCREEN = (1600, 1000)
WINDOW = (1320, 820)
SOURCE = (1480, 60)
PATIENCE_SECONDS = 60
GRAB = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
app.primaryScreen().grabWindow(0, *map(int, sys.argv[2:])).save(sys.argv[1])
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


def grab(environment: dict[str, str], name: str, *part: int) -> Path:
    """A picture of the screen or of a part of it (x, y, width, height), kept as CI output."""
    OUTPUT.mkdir(exist_ok=True)
    picture = OUTPUT / f"{name}.png"
    command = [sys.executable, "-c", GRAB, str(picture), *map(str, part)]
    subprocess.run(command, env=environment, check=True, timeout=60)
    return picture


class Eyes:
    """Somebody who reads the window's screen and uses its mouse."""

    def __init__(self, environment: dict[str, str], program: subprocess.Popen[str]) -> None:
        self.environment = environment
        self.program = program

    def find(self, words: str) -> dict[str, Any] | None:
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(f"{words}\n")
        self.program.stdin.flush()
        found = json.loads(self.program.stdout.readline())
        assert found is None or isinstance(found, dict)
        return found

    def see(self, words: str) -> dict[str, Any]:
        """Waits until these words are on the screen."""
        try:
            until(lambda: self.find(words) is not None, words)
        except AssertionError:
            grab(self.environment, "not-seen")
            raise
        found = self.find(words)
        assert found is not None
        return found

    def click(self, words: str) -> None:
        found = self.see(words)
        while (now := self.see(words)) != found:  # what is still being laid out moves
            time.sleep(0.2)
            found = now
        xdotool(self.environment, "mousemove", "--sync", found["x"], found["y"])
        time.sleep(0.1)
        xdotool(self.environment, "click", 1)
        time.sleep(0.2)


def test_a_phone_is_measured_by_mouse(environment: dict[str, str], tmp_path: Path) -> None:
    """The whole way: the phone appears, Measure, the live chart moves, Stop, operators, history; at last the window is
    closed in the middle of a run."""
    model = tmp_path / "small network.tflite"
    model.write_bytes(small_network().build())
    Desk().save(PhoneSettings(programs={"any": str(write_program(tmp_path / "benchmark_model"))}))
    messages = tmp_path / "stderr.txt"
    with (
        PrivateServer(tmp_path) as private,
        Phone(tmp_path / "phone", PIXEL) as phone,
        messages.open("wb") as stderr,
    ):
        server = {"ANDROID_ADB_SERVER_ADDRESS": "127.0.0.1", "ANDROID_ADB_SERVER_PORT": str(private.address.port)}
        program = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("observed_window.py")), str(model)],
            env=environment | server | {"PYTHONPATH": environment["PYTHONPATH"] + os.pathsep + str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        eyes = Eyes(environment, program)
        try:
            until(lambda: bool(titled(environment, "Quantscope")) or program.poll() is not None, "window")
            assert program.poll() is None, messages.read_text()
            window = titled(environment, "Quantscope")
            xdotool(environment, "windowsize", "--sync", window, *SCREEN)
            xdotool(environment, "windowmove", window, 0, 0)
            eyes.click("View")
            eyes.click("Devices")
            eyes.see("Phones appear here")
            private.connect(phone.serial)
            eyes.see("Cortex-X3")
            eyes.click("Quantize")
            eyes.see("written and checked")
            time.sleep(0.5)
            eyes.click("Latency")
            eyes.click(phone.serial)
            eyes.see("Measure on Pixel 8")
            eyes.click("Measure")
            eyes.see("95 % CI")
            chart = eyes.see("Latency of each batch")
            width, height = chart["width"], chart["height"]
            part = (chart["x"] - width // 2, chart["y"] - height // 2, width, height)
            pictures = []
            for name in ("phone-chart-before", "phone-chart-after"):
                pictures.append(grab(environment, name, *part).read_bytes())
                time.sleep(1.5)
            assert pictures[0] != pictures[1], "the chart doesn't move"
            grab(environment, "phone-live")
            eyes.click("Stop")
            eyes.see("Measure")
            eyes.click("Measure")
            eyes.see("unprofiled inference")
            eyes.click("CONV_2D")
            grab(environment, "phone-operators")
            eyes.click("History")
            eyes.see("Pixel 8 |")
            grab(environment, "phone-history")
            eyes.click("Measure")
            eyes.see("95 % CI")
            assert not clean(phone)
            xdotool(environment, "windowfocus", "--sync", window, "key", "ctrl+q")
            eyes.click("Quit Without Saving")
            assert program.wait(30) == 0
            assert messages.read_text() == "", "the program printed something unexpected"
            eventually(lambda: clean(phone))
        finally:
            program.kill()
            program.wait(10)


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
        assert grab(environment, "real-window").stat().st_size > 20_000
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
