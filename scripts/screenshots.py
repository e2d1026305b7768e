"""Screenshots of the important states of the window, light and dark, small and large, 1x and 2x, English and Chinese.

    python scripts/screenshots.py [OUTPUT_FOLDER] [MODEL]

Runs the real window with the real engine on Qt's offscreen platform, one process for each scale and language.
OUTPUT_FOLDER defaults to docs/screenshots, MODEL to the first bundled sample.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parent.parent
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


LOOKS: Final = (
    Look("light", 1440, 900, "light"),
    Look("dark", 1440, 900, "dark"),
    Look("small-light", 1280, 720, "light"),
    Look("2x-dark", 1280, 800, "dark", scale="2"),
    Look("zh-light", 1440, 900, "light", language="zh_CN"),
    Look("zh-dark", 1440, 900, "dark", language="zh_CN"),
)


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

        for name in _states(window, services, model, wait):
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
    wait(lambda: services.choices.catalogue is not None)
    yield "1-start"
    window.commands.open_files([model])
    library = services.library
    wait(lambda: library.selection is not None and library.selection.plan is not None)
    yield "2-plan"
    kinds = [row.kind for row in library.selection.plan.rows]
    wanted = next((kind for kind in ("weight-only-int8", "hybrid-int8") if kind in kinds), kinds[0])
    window.work.table.selectRow(kinds.index(wanted))
    yield "3-operator"
    window.work.search.set_text(f"precision:{wanted}")
    yield "4-filter"
    window.work.search.set_text("")
    window.commands.quantize()
    wait(lambda: any(0.1 < entry.fraction < 1 for entry in services.board.entries) or bool(library.models[0].variants))
    yield "5-quantizing"
    wait(lambda: bool(library.models[0].variants))
    yield "6-result"
    window.commands.compare()
    wait(lambda: library.models[0].variants[0].comparison is not None and not services.board.entries)
    yield "7-compare"
    window.commands.open_files([model.with_name("weights.onnx")])
    yield "8-problem"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, nargs="?", default=REPOSITORY / "docs" / "screenshots")
    parser.add_argument("model", type=Path, nargs="?")
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
    return max(_spawn(arguments.output, model, look) for look in LOOKS)


if __name__ == "__main__":
    sys.exit(main())
