"""The graph in the real program on a real X server, driven by xdotool as by a hand: mouse, wheel and keyboard."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.gui.conftest import REPOSITORY
from tests.gui.specimens import branching_network
from tests.gui.test_real_window import GRAB, environment, titled, until, xdotool

__all__ = ["environment"]
WINDOW = (1320, 820)
CORNER = (40, 60)


class Hand:
    """The program with a model open, and what can be done to it. Points are pixels of the screen."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = environment
        self.picture = folder / "screen.png"

    def do(self, *arguments: str | int) -> None:
        xdotool(self.environment, *arguments)
        time.sleep(0.35)

    def screen(self) -> QImage:
        subprocess.run([sys.executable, "-c", GRAB, str(self.picture)], env=self.environment, check=True, timeout=60)
        return QImage(str(self.picture))


@pytest.fixture
def hand(environment: dict[str, str], tmp_path: Path) -> Iterator[Hand]:
    model = tmp_path / "branches.tflite"
    model.write_bytes(branching_network().build())
    with (tmp_path / "stderr.txt").open("wb") as stderr:
        program = subprocess.Popen([sys.executable, "-m", "quantscope_gui", str(model)], env=environment, stderr=stderr)
    try:
        title = "^branches — Quantscope$"
        until(lambda: bool(titled(environment, title)) or program.poll() is not None, "window")
        assert program.poll() is None, (tmp_path / "stderr.txt").read_text()
        window = titled(environment, title)
        xdotool(environment, "windowsize", "--sync", window, *WINDOW)
        xdotool(environment, "windowmove", window, *CORNER)
        yield_to = Hand(environment, tmp_path)
        until(lambda: bool(_blue(yield_to.screen())), "painted graph")
        yield yield_to
    finally:
        program.terminate()
        program.wait(20)
        ci = REPOSITORY / "ci-output"
        if ci.is_dir() and (tmp_path / "screen.png").exists():
            (tmp_path / "screen.png").replace(ci / "graph-by-hand.png")


# Where the canvas lies: beside the docks, below toolbar and tabs, above the status bar and left of the minimap.
CANVAS = (CORNER[0] + 270, CORNER[1] + 275, CORNER[0] + 860, CORNER[1] + 770)


def _blue(screen: QImage) -> list[tuple[int, int]]:
    """Pixels of badges of hybrid int8 in the canvas."""
    left, top, right, bottom = CANVAS
    return [
        (x, y)
        for y in range(top, bottom, 3)
        for x in range(left, right, 3)
        if screen.pixelColor(x, y).name() in ("#0072b2", "#56b4e9", "#00805d", "#2fc79a")
    ]


def test_mouse_wheel_and_keyboard(hand: Hand) -> None:
    before = hand.screen()
    spots = _blue(before)
    x, y = spots[len(spots) // 2]

    # A click selects: the inspector, right of the canvas, fills.
    inspector = (CORNER[0] + WINDOW[0] - 290, CORNER[1] + 150, CORNER[0] + WINDOW[0] - 20, CORNER[1] + 205)
    hand.do("mousemove", x, y, "click", 1)
    selected = hand.screen()
    assert _ink(selected, inspector) > _ink(before, inspector) + 100

    # The arrow key walks on: another operator is described.
    hand.do("key", "Down")
    walked = hand.screen()
    assert walked.copy(*_frame(inspector)) != selected.copy(*_frame(inspector))

    # The wheel moves the graph, with Control it zooms, a drag brings it back.
    hand.do("mousemove", x, y, "click", 5, "click", 5)
    wheeled = hand.screen()
    assert _blue(wheeled) != spots
    hand.do("keydown", "ctrl", "click", 4, "click", 4, "keyup", "ctrl")
    zoomed = hand.screen()
    assert len(_blue(zoomed)) > 0
    assert zoomed.copy(*_frame(CANVAS)) != wheeled.copy(*_frame(CANVAS))
    left, top, *_ = CANVAS
    hand.do("mousemove", left + 20, top + 20, "mousedown", 1)
    for step in range(1, 9):
        hand.do("mousemove", left + 20 + 10 * step, top + 20 + 15 * step)
    hand.do("mouseup", 1)
    assert hand.screen().copy(*_frame(CANVAS)) != zoomed.copy(*_frame(CANVAS))

    # Ctrl+0 shows everything; Escape ends the selection.
    hand.do("key", "ctrl+0")
    hand.do("key", "Escape")
    everything = hand.screen()
    assert _ink(everything, inspector) < _ink(selected, inspector)

    # A rubber band over all of it selects all: the inspector says how many.
    _, _, right, bottom = CANVAS
    hand.do("keydown", "shift", "mousemove", left + 5, top + 5, "mousedown", 1)
    hand.do("mousemove", (left + right) // 2, bottom - 40)
    hand.do("mousemove", right - 10, bottom - 10, "mouseup", 1, "keyup", "shift")
    banded = hand.screen()
    assert _ink(banded, inspector) > _ink(everything, inspector)


def _frame(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return left, top, right - left, bottom - top


def _ink(screen: QImage, box: tuple[int, int, int, int]) -> int:
    """Dark pixels in a part of the screen."""
    left, top, right, bottom = box
    return sum(screen.pixelColor(x, y).lightness() < 120 for y in range(top, bottom) for x in range(left, right))
