"""Screenshots of the important states of the window, light and dark, small and large, 1x and 2x, English and Chinese.

    python scripts/screenshots.py [OUTPUT_FOLDER] [MODEL]

Runs the real window with the real engine on Qt's offscreen platform, one process for each scale and language.
OUTPUT_FOLDER defaults to docs/screenshots, MODEL to the first bundled sample. The graph is shown with models of the zoo
(QUANTSCOPE_ZOO, default ../shared/zoo; the sample where there is none) and a generated one of 10,000 operators. With
--publish the pictures that README and docs show are taken over into docs/images.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))  # for the generated models
PATIENCE_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Look:
    """How one process shows the window."""

    name: str
    width: int
    height: int
    theme: str
    scale: str = "1"
    language: str = "en"
    part: str = "window"


LOOKS: Final = (
    Look("light", 1440, 900, "light"),
    Look("dark", 1440, 900, "dark"),
    Look("small-light", 1280, 720, "light"),
    Look("2x-dark", 1280, 800, "dark", scale="2"),
    Look("zh-light", 1440, 900, "light", language="zh_CN"),
    Look("zh-dark", 1440, 900, "dark", language="zh_CN"),
    Look("graph-light", 1440, 900, "light", part="graph"),
    Look("graph-dark", 1440, 900, "dark", part="graph"),
    Look("graph-720p", 1280, 720, "light", part="graph"),
    Look("graph-2x", 1280, 800, "dark", scale="2", part="graph"),
    Look("graph-4k", 3840, 2160, "light", part="graph"),
    Look("graph-4k-2x", 1920, 1080, "dark", scale="2", part="graph"),
)
# Pictures that are part of the documentation, by their names there.
PUBLISHED: Final = {
    "graph-light-3-selected.png": "window.png",
    "graph-light-6-loop.png": "graph-loop.png",
    "graph-light-7-groups.png": "graph-groups.png",
}
OPERATORS: Final = 10_000


def _spawn(output: Path, model: Path, look: Look) -> int:
    environment = os.environ | {
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "QT_SCALE_FACTOR": look.scale,
    }
    return subprocess.run(
        [sys.executable, __file__, str(output), str(model), "--look", look.name], env=environment, check=False
    ).returncode


def _take(output: Path, model: Path, look: Look) -> None:
    from PySide6.QtCore import QCoreApplication, QEventLoop, QSettings, QTimer
    from PySide6.QtWidgets import QApplication

    from quantscope_gui import i18n
    from quantscope_gui.engine.process import default_command
    from quantscope_gui.services import Services
    from quantscope_gui.settings import Settings
    from quantscope_gui.theme.theme import Mode, Theme
    from quantscope_gui.window.main_window import MainWindow

    app = QApplication([])
    translators = i18n.install(app, look.language)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        theme = Theme(app, Mode(look.theme))
        services = Services(default_command(), settings, Path(folder))
        window = MainWindow(services, theme)
        window.painted.connect(services.start)
        window.resize(look.width, look.height)
        window.show()

        def wait(condition: Callable[[], bool]) -> None:
            loop = QEventLoop()
            timer = QTimer()
            timer.timeout.connect(lambda: loop.quit() if condition() else None)
            timer.start(20)
            QTimer.singleShot(PATIENCE_SECONDS * 1000, loop.quit)
            loop.exec()
            timer.stop()
            if not condition():
                raise TimeoutError("the window did not get into the state to be taken")

        states = _graph_states if look.part == "graph" else _states
        for name in states(window, services, model, wait):
            for _ in range(3):
                QCoreApplication.processEvents()
            path = output / f"{look.name}-{name}.png"
            window.grab().save(str(path))
            print(path)
        services.shutdown()
        window.deleteLater()
        QCoreApplication.processEvents()
    del translators


def _states(window, services, model: Path, wait: Callable[[Callable[[], bool]], None]) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """Drives the window from state to state; yields each state's name when it is on the screen."""
    from quantscope.precision import Precision
    from quantscope.recipe import Change, Match

    keep_float = Change(precision=Precision.FLOAT32)
    wait(lambda: services.choices.catalogue is not None)
    yield "1-start"
    window.commands.open_files([model])
    library = services.library
    wait(lambda: library.selection is not None and library.selection.plan is not None)
    wait(lambda: window.work.graph.view.scene is not None and not window.work.graph.view.tiles.busy)
    yield "2-plan"
    kinds = [row.kind for row in library.selection.plan.rows]
    wanted = next((kind for kind in ("weight-only-int8", "hybrid-int8") if kind in kinds), kinds[0])
    window.work.table.selectRow(kinds.index(wanted))
    yield "3-operator"
    window.work.search.set_text(f"precision:{wanted}")
    yield "4-filter"
    window.work.search.set_text("")
    window.panels.recipe.raise_()
    services.desk.ask(library.models[0], [Match(type=library.selection.plan.rows[0].operator.type)], keep_float, "")
    wait(lambda: library.selection.plan.document.recipe.endswith("-edited"))
    window.recipe_panel.table.setFocus()
    window.recipe_panel.table.selectRow(0)
    yield "4-recipe"
    services.desk.history.undo()
    wait(lambda: not library.selection.plan.document.recipe.endswith("-edited"))
    window.panels.inspector.raise_()
    window.commands.quantize()
    wait(lambda: any(0.1 < entry.fraction < 1 for entry in services.board.entries) or bool(library.models[0].variants))
    yield "5-quantizing"
    wait(lambda: bool(library.models[0].variants))
    yield "6-result"
    window.commands.compare()
    wait(lambda: library.models[0].variants[0].comparison is not None and not services.board.entries)
    yield "7-compare"
    graphs = window.work.graphs
    window.work.tabs.setCurrentWidget(window.work.differences)
    wait(lambda: graphs.found is not None and graphs.right.view.scene is not None and not graphs.right.view.tiles.busy)
    graphs.step(1)
    settled = time.monotonic() + 0.3
    wait(lambda: time.monotonic() > settled)
    wait(lambda: not graphs.left.view.tiles.busy and not graphs.right.view.tiles.busy)
    yield "7-differences"
    window.work.measure()
    wait(lambda: services.measurer.measurement is not None and services.measurer.measurement.over)
    yield "7b-latency"
    window.commands.open_files([model.with_name("not there.tflite")])
    wait(lambda: bool(window.tray.cards))
    yield "8-problem"


def _graph_states(window, services, model: Path, wait: Callable[[Callable[[], bool]], None]) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """The graph of several models, near and far; yields each state's name when it is completely painted."""
    from quantscope_gui.graph.camera import Camera
    from tests.bench import graphs

    zoo = Path(os.environ.get("QUANTSCOPE_ZOO", REPOSITORY.parent / "shared" / "zoo"))
    library, graph = services.library, window.work.graph
    view = graph.view

    def rest(seconds: float) -> None:
        end = time.monotonic() + seconds
        wait(lambda: time.monotonic() > end)

    def painted() -> None:
        rest(0.3)  # until the zoom has settled
        wait(lambda: not view.tiles.busy)

    def show(name: str) -> None:
        path = zoo / f"{name}.tflite"
        window.commands.open_files([path if path.exists() else model])
        selection = library.selection
        wait(lambda: selection.plan is not None and view.scene is not None and graph.plan is selection.plan)
        painted()

    def look_at(node: int, zoom: float) -> None:
        view.set_camera(Camera(float(view.scene.x[node]), float(view.scene.y[node]), zoom))
        painted()

    wait(lambda: services.choices.catalogue is not None)
    show("rand_MobileNet")
    yield "1-mobilenet"
    show("bert_tiny_tied")
    yield "2-bert"
    rows = library.selection.plan.rows
    chosen = next((row.key for row in rows[20:] if row.kind == "hybrid-int8"), rows[0].key)
    services.operator.select([chosen])
    graph.view.centre_on(chosen)
    painted()
    yield "3-selected"
    look_at(view.scene.node_of(chosen), 2.0)
    yield "4-near"
    view.fit()
    window.work.toggle_filter("precision:hybrid-int8")
    painted()
    yield "5-far-highlighted"
    window.work.toggle_filter("precision:hybrid-int8")
    show("g2p_encoder_gru_while")
    for page in view.scene.pages[-1:]:
        graph.go_to_page(page)
        wait(lambda: view.scene.subgraph == page.subgraph)  # noqa: B023
    painted()
    yield "6-loop"
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "transformer.tflite"
        graphs.layers(OPERATORS, large)
        window.commands.open_files([large])
        yield "7-loading"
        wait(lambda: view.scene is not None and view.scene.name == "main" and graph.plan is not None)
        painted()
        yield "7-groups"
        graph.open_all()
        wait(lambda: view.scene.nodes > OPERATORS)
        look_at(200, 0.35)
        yield "8-opened"
        view.fit()
        painted()
        yield "9-everything"
    graph.show_model(zoo / "not there.tflite", None)
    wait(lambda: graph.message.text.text().count("\n") > 0)
    yield "10-problem"


def _publish(output: Path) -> None:
    for name, published in PUBLISHED.items():
        shutil.copyfile(output / name, REPOSITORY / "docs" / "images" / published)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, nargs="?", default=REPOSITORY / "docs" / "screenshots")
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--publish", action="store_true", help="take over what README and docs show")
    parser.add_argument("--look", choices=[look.name for look in LOOKS], help="take only this one, in this process")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    model = arguments.model
    if model is None:
        from quantscope_gui.start import samples

        model = samples.load()[0].path
    if arguments.look:
        _take(arguments.output, model, next(look for look in LOOKS if look.name == arguments.look))
        return 0
    failed = max(_spawn(arguments.output, model, look) for look in LOOKS)
    if arguments.publish and not failed:
        _publish(arguments.output)
    return failed


if __name__ == "__main__":
    sys.exit(main())
