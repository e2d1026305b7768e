"""From a click that edits the recipe to the new plan in every view: how long that takes.

python -m tests.bench.edits FILE      (one model, in this process, as JSON)
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench import graphs
from tests.bench.report import Section, judged
from tests.bench.zoo import note

SIZES = (1_000, 10_000, 20_000)
BAR = 100.0
BARRED = 10_000
EDITS = 20
PATIENCE = 120.0

NOTES = """A transformer of so many operators, each product with its own weights; real window and real engine, Graph tab
in front. *One*: one product after the other is kept in float, from the first click on; *scope*: one block of 40
operators after the other; *type*: all products at once, in another precision each time. All are then undone, one by
one. *Computing*: of the window and of its engine, from the edit until plan, colours, size and partitions are new in all
views; they work one after the other, so on an idle machine it is the time that passes. *Passed*: what passed on this
one. *Window*: computing time of the window's thread alone. Medians of {edits} (type: {types}); in brackets the 95th
percentile."""
TYPES = ("float32", "hybrid-int8", "weight-only-int8", "float16", "float32", "weight-only-int8")


def run() -> Section:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            note(f"edits: {size}")
            file = Path(folder) / f"layers_{size}.tflite"
            graphs.layers(size, file, shares=False)
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.edits", str(file)],
                env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                check=True,
            )
            found = json.loads(done.stdout.splitlines()[-1])
            rows += [_row(size, kind, figures) for kind, figures in found.items()]
    header = ("operators", "edit", "computing ms", "passed ms", "window ms")
    notes = NOTES.format(edits=EDITS, types=len(TYPES))
    return Section("edits", "An edit of the recipe", notes, header, tuple(rows))


def _row(size: int, kind: str, figures: dict[str, list[float]]) -> tuple[str, ...]:
    def cell(key: str, bar: float | None = None) -> str:
        values = sorted(figures[key])
        middle, high = statistics.median(values), values[int(0.95 * (len(values) - 1))]
        text = f"{middle:.0f} ({high:.0f})"
        return text if bar is None else judged(f"{text} (≤ {bar:g})", middle <= bar)

    return f"{size:,}", kind, cell("computing", BAR if size <= BARRED else None), cell("passed"), cell("window")


# In the child -------------------------------------------------------------------------------------------------------


def measure(file: Path) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of each edit of one model, by the kind of edit and of figure."""
    import psutil
    from PySide6.QtCore import QEventLoop, QSettings, QTimer
    from PySide6.QtWidgets import QApplication

    from quantscope.precision import Precision
    from quantscope.recipe import Change, Match
    from quantscope_gui.collector import Collector
    from quantscope_gui.engine.process import default_command
    from quantscope_gui.services import Services
    from quantscope_gui.settings import Settings
    from quantscope_gui.theme.theme import Mode, Theme
    from quantscope_gui.window.main_window import MainWindow

    app = QApplication([])
    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        services = Services(default_command(), settings, Path(folder))
        window = MainWindow(services, Theme(app, Mode.LIGHT))
        window.painted.connect(services.start)
        window.resize(1440, 900)
        window.show()
        collector = Collector(app)
        ticks = QTimer()  # so that waiting comes to an end
        ticks.start(20)

        def wait(condition: Callable[[], bool]) -> None:
            end = time.monotonic() + PATIENCE
            while not condition():
                if time.monotonic() > end:
                    raise TimeoutError
                app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

        def engines() -> float:
            children = psutil.Process().children(recursive=True)
            return sum(sum(child.cpu_times()[:2]) for child in children)

        wait(lambda: services.choices.catalogue is not None)
        window.commands.open_files([file])
        library = services.library
        wait(lambda: library.selection is not None and library.selection.plan is not None)
        wait(lambda: window.work.graph.view.scene is not None)
        model = library.models[0]
        history = services.desk.history

        def timed(kind: str, act: Callable[[], None]) -> None:
            pause = time.monotonic() + 0.6
            wait(lambda: time.monotonic() > pause)
            before, engine, started = model.plan, engines(), time.perf_counter()
            process, thread = time.process_time(), time.thread_time()
            act()
            wait(lambda: model.plan is not before)
            app.processEvents()
            figures = found.setdefault(kind, {"computing": [], "passed": [], "window": []})
            figures["passed"].append(1000 * (time.perf_counter() - started))
            figures["window"].append(1000 * (time.thread_time() - thread))
            figures["computing"].append(1000 * (engines() - engine + time.process_time() - process))

        def series(kind: str, edits: Iterable[tuple[Match, str]]) -> None:
            count = 0
            for match, precision in edits:
                change = Change(precision=Precision(precision))
                timed(kind, lambda match=match, change=change: services.desk.ask(model, [match], change, kind))
                count += 1
            for _ in range(count):
                timed(f"{kind}, undone", history.undo)

        kind = "FULLY_CONNECTED"
        dense = [row.key for row in model.plan.rows if row.operator.type == kind]
        series("one", [(Match(operators=(at,), subgraph=subgraph), "float32") for subgraph, at in dense[:EDITS]])
        series("scope", [(Match(scope=f"model/layer_{block}"), "float32") for block in range(EDITS)])
        series("type", [(Match(type=kind), precision) for precision in TYPES])
        services.shutdown()
        collector.stop()
        window.close()
    return found


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))), flush=True)
    os._exit(0)
