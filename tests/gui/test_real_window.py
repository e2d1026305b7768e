"""The real program on a real X server: a file dropped on it by another process (XDND); a phone measured by mouse."""

import contextlib
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
from tests.bench import graphs
from tests.devices.conftest import until as eventually
from tests.devices.test_runner import clean
from tests.gui.conftest import REPOSITORY
from tests.gui.specimens import branching_network, loop_network, small_network
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

    def reads(self, words: str) -> None:
        """Waits until exactly this stands somewhere."""
        until(lambda: (self.find(words) or {}).get("text") == words, words)

    def point(self, words: str) -> tuple[int, int]:
        """The middle of something that has come to rest, with the mouse on it."""
        found = self.see(words)
        while (now := self.see(words)) != found:  # what is still being laid out moves
            time.sleep(0.2)
            found = now
        xdotool(self.environment, "mousemove", "--sync", found["x"], found["y"])
        time.sleep(0.1)
        return found["x"], found["y"]

    def click(self, words: str, button: int = 1, times: int = 1) -> None:
        self.point(words)
        xdotool(self.environment, "click", "--repeat", times, "--delay", 60, button)
        time.sleep(0.2)

    def press(self, *keys: str, window: str = "Quantscope") -> None:
        """Keys for the window of that title."""
        focused = ("windowfocus", "--sync", titled(self.environment, window))
        xdotool(self.environment, *focused, "key", "--delay", 60, *keys)
        time.sleep(0.2)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        xdotool(self.environment, "mousemove", *start, "mousedown", 1)
        for step in range(1, 9):
            x, y = (round(a + (b - a) * step / 8) for a, b in zip(start, end, strict=True))
            xdotool(self.environment, "mousemove", x, y)
            time.sleep(0.03)
        xdotool(self.environment, "mouseup", 1)
        time.sleep(0.3)


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
        observed(environment | server_variables(private), messages, model) as eyes,
    ):
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
        xdotool(environment, "windowfocus", "--sync", titled(environment, "Quantscope"), "key", "ctrl+q")
        eyes.click("Quit Without Saving")
        assert eyes.program.wait(30) == 0
        assert messages.read_text() == "", "the program printed something unexpected"
        eventually(lambda: clean(phone))


def server_variables(private: PrivateServer) -> dict[str, str]:
    """What makes a program use this adb server."""
    return {"ANDROID_ADB_SERVER_ADDRESS": "127.0.0.1", "ANDROID_ADB_SERVER_PORT": str(private.address.port)}


@contextlib.contextmanager
def observed(environment: dict[str, str], messages: Path, *models: Path) -> Iterator[Eyes]:
    """The program with these models open, over the whole screen."""
    with messages.open("wb") as stderr:
        program = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("observed_window.py")), *map(str, models)],
            env=environment | {"PYTHONPATH": environment["PYTHONPATH"] + os.pathsep + str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        until(lambda: bool(titled(environment, "Quantscope")) or program.poll() is not None, "window")
        assert program.poll() is None, messages.read_text()
        window = titled(environment, "Quantscope")
        xdotool(environment, "windowsize", "--sync", window, *SCREEN)
        xdotool(environment, "windowmove", window, 0, 0)
        yield Eyes(environment, program)
    finally:
        program.kill()
        program.wait(10)


def test_the_graph_by_mouse_and_keyboard(environment: dict[str, str], tmp_path: Path) -> None:
    """Groups, a loop's page, find, walking, a rubber band, an edit and back, differences side by side, exports."""
    branches, loop, layers = (tmp_path / f"{name}.tflite" for name in ("branches", "loop", "layers"))
    branches.write_bytes(branching_network().build())
    loop.write_bytes(loop_network().build())
    graphs.layers(1600, layers)
    messages = tmp_path / "stderr.txt"
    with observed(environment, messages, branches, loop, layers) as eyes:
        eyes.click("graph 1: ffn", times=2)
        eyes.see("graph 1: GELU")
        eyes.press("ctrl+bracketleft")
        until(lambda: eyes.find("graph 1: GELU") is None, "closed group")

        eyes.click("loop")
        eyes.click("graph 1: WHILE #0", times=2)
        eyes.click("WHILE #0 body")
        eyes.see("graph 1: ADD #0")
        assert eyes.find("graph 1: WHILE #0") is None
        eyes.press("alt+Up")
        eyes.see("graph 1: WHILE #0")

        eyes.click("branches")
        eyes.see("graph 1: ADD #3")
        eyes.press("ctrl+f")
        xdotool(environment, "type", "--delay", 30, "type:ADD")
        eyes.press("Return")
        eyes.reads("#3")
        eyes.press("ctrl+shift+f")
        eyes.click("graph 1: CONV_2D #1")
        eyes.reads("#1")
        eyes.press("Down")
        eyes.reads("#2")
        eyes.press("alt+Left")
        eyes.reads("#1")
        eyes.press("alt+Right")
        eyes.reads("#2")

        (left, top), (right, bottom) = eyes.point("graph 1: CONV_2D #1"), eyes.point("graph 1: CONV_2D #2")
        xdotool(environment, "keydown", "shift")
        eyes.drag((left - 120, top - 30), (right + 120, bottom + 30))
        xdotool(environment, "keyup", "shift")
        eyes.see(" of 6")
        before = eyes.see(" of 6")["text"]
        eyes.click("graph 1: CONV_2D #1", button=3)
        eyes.see("Selected operators: 2")
        grab(environment, "graph-menu")
        eyes.click("Keep float")
        until(lambda: eyes.see(" of 6")["text"] != before, "edited plan")
        eyes.press("ctrl+z")
        until(lambda: eyes.see(" of 6")["text"] == before, "plan as it was")

        eyes.click("Quantize")
        eyes.see("written and checked")
        eyes.click("Differences")
        eyes.see("graph 2: ADD #3")
        eyes.press("F7")
        eyes.see("difference 1 of")
        start = {side: eyes.point(f"graph {side}: ADD #3") for side in (1, 2)}
        beside = start[1][0] - 150, start[1][1] - 100
        eyes.drag(beside, (beside[0], beside[1] - 60))
        moved = {side: eyes.point(f"graph {side}: ADD #3") for side in (1, 2)}
        assert moved[1][1] - start[1][1] == pytest.approx(-60, abs=2)
        assert moved[2][1] - start[2][1] == pytest.approx(-60, abs=2)
        grab(environment, "graph-differences")

        eyes.click("Graph")
        for kind, magic in (("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")):
            picture = tmp_path / f"picture.{kind}"
            eyes.press("ctrl+e")
            until(lambda: bool(titled(environment, "^Export Graph")), "dialog")
            time.sleep(0.3)
            eyes.press("ctrl+a", window="^Export Graph")
            xdotool(environment, "type", "--delay", 15, str(picture))
            eyes.press("Return", window="^Export Graph")
            if kind == "png":
                eyes.see("Pixels for each unit")
                eyes.press("Return", window="^Export Graph")
            until(picture.exists, kind)
            assert picture.read_bytes().startswith(magic)
        assert messages.read_text() == "", "the program printed something unexpected"


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
