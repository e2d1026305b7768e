"""The graph from file to frame: how soon it is there, how smoothly it moves, how long the window ever stands still.

python -m tests.bench.canvas KIND FILE SCALE      (one run, in this process, as JSON)
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import graphs
from tests.bench.report import Section, judged
from tests.bench.zoo import note

SIZES = (1_000, 10_000, 20_000)
SCALES = (1, 2)
OPEN_BARS = {1_000: 0.3, 10_000: 1.0, 20_000: 2.0}
LAYOUT_BARS = {1_000: 0.05, 10_000: 0.6, 20_000: 1.2}
FRAME_BARS = {1_000: 4.0, 10_000: 8.0, 20_000: 8.0}
BLOCK_BAR = 50.0
MEMORY_BARS = {1_000: 120.0, 10_000: 200.0, 20_000: 250.0}
FRAMES = 120
WINDOW = (1440, 900)
PATIENCE = 180.0

NOTES = """Real .tflite files: `layers` is a transformer with scopes in its names (10,000 and 20,000 operators open with
closed groups), `cells` the worst structure (random cells as in architecture search, inputs used everywhere, nothing
repeats, no scopes: everything is shown at once). Times are computing time of the processor, for other programs shared
it. *Open*: engine and window, which wait for each other, from the request to the first complete picture; what the
engine already does for the plan is in it ({wall} passed meanwhile). *Coloured*: until the plan has coloured it.
*Layout*: `arrange` alone, everything open. *Frame*: 95th percentile of the window thread's time for a frame while
panning, zooming and fitting with all groups open, window of {width} x {height}. *Block*: the longest that one event
kept the window's thread computing while opening, arranging with all groups open, changing the theme,
quantizing and showing the differences.
*Memory*: scene, texts and tiles after all that."""


def run(platforms: Sequence[str]) -> Section:
    rows: list[tuple[str, ...]] = []
    walls: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, write in graphs.KINDS.items():
            for size in SIZES:
                file = Path(folder) / f"{kind}_{size}.tflite"
                write(size, file)
                for platform in platforms:
                    for scale in SCALES:
                        note(f"canvas: {kind} {size} {platform} {scale}x")
                        figures = _child(file, platform, scale)
                        walls.append(figures["open_wall"])
                        rows.append(_row(kind, size, platform, scale, figures))
    header = (
        "graph",
        "operators",
        "platform",
        "scale",
        "open s",
        "coloured s",
        "layout s",
        "frame ms",
        "block ms",
        "memory MB",
    )
    notes = NOTES.format(wall=f"{min(walls):.1f} to {max(walls):.1f} s", width=WINDOW[0], height=WINDOW[1])
    return Section("canvas", "The graph", notes, header, tuple(rows))


def _row(kind: str, size: int, platform: str, scale: int, figures: dict[str, float]) -> tuple[str, ...]:
    def cell(key: str, bar: float, digits: int) -> str:
        return judged(f"{figures[key]:.{digits}f} (≤ {bar:g})", figures[key] <= bar)

    return (
        kind,
        f"{size:,}",
        platform,
        f"{scale}x",
        cell("open", OPEN_BARS[size], 2),
        f"{figures['coloured']:.2f}",
        cell("layout", LAYOUT_BARS[size], 3),
        cell("frame", FRAME_BARS[size], 1),
        cell("block", BLOCK_BAR, 0),
        cell("memory", MEMORY_BARS[size], 0),
    )


def _child(file: Path, platform: str, scale: int) -> dict[str, float]:
    with _display(platform) as environment:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.canvas", str(file)],
            env=environment | {"QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": platform},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


class _display:
    """An X server of its own for platform xcb; nothing otherwise."""

    def __init__(self, platform: str) -> None:
        self._wanted = platform == "xcb"
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> dict[str, str]:
        environment = dict(os.environ)
        if self._wanted:
            read, write = os.pipe()
            self._server = subprocess.Popen(
                ["Xvfb", "-displayfd", str(write), "-screen", "0", "4000x2400x24", "-nolisten", "tcp"],
                pass_fds=[write],
                stderr=subprocess.DEVNULL,
            )
            os.close(write)
            with os.fdopen(read) as pipe:
                environment["DISPLAY"] = f":{pipe.readline().strip()}"
        return environment

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait(10)


# In the child -------------------------------------------------------------------------------------------------------


def measure(file: Path) -> dict[str, float]:
    """All figures of one model, with the real window and the real engine."""
    import psutil
    from PySide6.QtCore import QEvent, QEventLoop, QObject, QSettings, QTimer
    from PySide6.QtWidgets import QApplication

    from quantscope_gui import i18n
    from quantscope_gui.app import SWITCH_SECONDS
    from quantscope_gui.collector import Collector
    from quantscope_gui.engine.process import default_command
    from quantscope_gui.graph.camera import Camera
    from quantscope_gui.services import Services
    from quantscope_gui.settings import Settings
    from quantscope_gui.theme.theme import Mode, Theme
    from quantscope_gui.window.main_window import MainWindow

    class Application(QApplication):
        longest = 0.0

        def notify(self, receiver: QObject, event: QEvent) -> bool:
            start = time.thread_time()
            handled = super().notify(receiver, event)
            self.longest = max(self.longest, time.thread_time() - start)
            return handled

    app = Application([])
    sys.setswitchinterval(SWITCH_SECONDS)
    translators = i18n.install(app, "en")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        services = Services(default_command(), settings, Path(folder))
        window = MainWindow(services, Theme(app, Mode.LIGHT))
        window.painted.connect(services.start)
        window.resize(*WINDOW)
        window.show()
        collector = Collector(app)
        ticks = QTimer()  # so that waiting comes to an end
        ticks.start(4)

        def wait(condition: Callable[[], bool]) -> None:
            end = time.monotonic() + PATIENCE
            while not condition():
                if time.monotonic() > end:
                    raise TimeoutError
                app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)  # polling would be counted, too

        def computed() -> dict[int, float]:
            """Seconds that this process and each engine have computed so far."""
            children = {child.pid: child.cpu_times() for child in psutil.Process().children(recursive=True)}
            return {pid: times.user + times.system for pid, times in children.items()} | {0: time.process_time()}

        def critical(now: dict[int, float], before: dict[int, float]) -> float:
            """The window waits for the engine that worked most."""
            return max(seconds - before.get(pid, 0.0) for pid, seconds in now.items() if pid)

        wait(lambda: services.choices.catalogue is not None)
        graph = window.work.graph  # after the first paint it is imported in the background
        view = graph.view
        idle = time.monotonic() + 1.5
        wait(lambda: time.monotonic() > idle)
        app.longest = 0.0
        before, wall = computed(), time.monotonic()
        window.commands.open_files([file])
        wait(lambda: view.scene is not None)
        engine = critical(computed(), before)
        wait(lambda: view.tiles.complete)
        open_wall, opened = time.monotonic() - wall, engine + time.process_time() - before[0]
        wait(lambda: services.library.selection.plan is not None and not view.tiles.busy)
        after = computed()
        coloured = critical(after, before) + after[0] - before[0]
        graph.open_all()
        everything = len(services.library.selection.plan.document.subgraphs[0].operators)
        wait(lambda: view.scene is not None and view.scene.nodes >= everything and not view.tiles.busy)
        window._theme.set_mode(Mode.DARK)
        app.processEvents()
        window._theme.set_mode(Mode.LIGHT)
        wait(lambda: not view.tiles.busy)
        window.commands.quantize()
        wait(lambda: bool(services.library.models[0].variants))
        wait(lambda: not view.tiles.busy)
        window.work.tabs.setCurrentWidget(window.work.differences)
        wait(lambda: not window.work.differences.layout().isEmpty())
        both = (window.work.graphs.left, window.work.graphs.right)
        wait(lambda: all(panel.view.scene is not None and not panel.view.tiles.busy for panel in both))
        block = app.longest
        window.work.tabs.setCurrentWidget(graph)

        scene = view.scene
        frames = []
        for camera in _journey(scene, Camera):
            start = time.thread_time()
            view.set_camera(camera)
            view.repaint()
            frames.append(time.thread_time() - start)
            end = time.monotonic() + 0.012
            wait(lambda end=end: time.monotonic() > end)  # the painting thread gets its turn, as between real frames
        figures = {
            "open": opened,
            "open_wall": open_wall,
            "coloured": coloured,
            "layout": _layout_seconds(file),
            "frame": float(np.percentile(frames, 95)) * 1e3,
            "block": block * 1e3,
            "memory": (view.tiles.bytes + _bytes(scene)) / 1e6,
        }
        graph.stop()
        services.shutdown()
        collector.stop()
        for variant in services.library.unsaved():
            variant.saved = variant.path
        window.close()
        window.deleteLater()
        app.processEvents()
    del translators
    return figures


def _journey(scene: Any, camera: Callable[[float, float, float], Any]) -> Iterator[Any]:
    """Cameras of a user who pans, zooms in and out over the whole range, and jumps to everything and back."""
    x, y = float(scene.x[5]), float(scene.y[5])
    for zoom in (1.0, 0.5, 0.2):
        for step in range(FRAMES // 4):
            yield camera(x + 3 * step, y + 40 * step / zoom, zoom)
    fit = min(1.0, 700 / scene.bounds.height)
    for step in range(FRAMES // 2):
        share = step / (FRAMES // 2 - 1)
        zoom = float(np.exp(np.log(1.5) * (1 - share) + np.log(fit) * share))
        yield camera(x * (1 - share), y * (1 - share) + (scene.bounds.top + scene.bounds.height / 2) * share, zoom)
    for step in range(12):
        yield camera(0, scene.bounds.height / 2, fit) if step % 2 else camera(x, y, 1.0)


def _layout_seconds(file: Path) -> float:
    """Computing time of arranging everything, best of three: the first also loads code."""
    from quantscope.draw.draw import HEIGHTS
    from quantscope.draw.shown import shown
    from quantscope.layout.layered import arrange
    from quantscope.layout.values import Graph
    from quantscope.model.read import read

    model = read(file)
    what = shown(model, model.subgraphs[0], (), frozenset())
    widths = np.random.default_rng(0).choice([136.0, 152.0, 200.0], what.kind.size)
    heights = np.array([HEIGHTS[kind] for kind in what.kind.tolist()])
    taken = []
    for _ in range(3):
        start = time.thread_time()
        arrange(Graph(widths, heights, what.edges, what.tensors))
        taken.append(time.thread_time() - start)
    return min(taken)


def _bytes(scene: Any) -> int:
    arrays = [getattr(scene, name) for name in scene.__slots__]
    arrays += [getattr(scene.lines, name) for name in scene.lines.__slots__]
    return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray)) + sum(map(sys.getsizeof, scene.texts))


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
