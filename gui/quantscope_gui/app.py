"""The application: everything around the window, in the order that gets it on the screen soonest."""

import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from quantscope._version import __version__
from quantscope_gui import i18n
from quantscope_gui.collector import Collector
from quantscope_gui.engine.process import Command, default_command
from quantscope_gui.errors.problem import Problem
from quantscope_gui.models.results import default_root
from quantscope_gui.services import Services
from quantscope_gui.settings import Settings
from quantscope_gui.theme.theme import Theme
from quantscope_gui.window.main_window import MainWindow

NAME: Final = "quantscope"
# How soon a thread that paints tiles or decodes a document lets go of Python's lock when the window wants it. Python's
# own 5 ms would be most of a frame.
SWITCH_SECONDS: Final = 0.001


class Application(QApplication):
    """`file_opened` when the desktop hands over a file (macOS)."""

    file_opened = Signal(object)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent):
            self.file_opened.emit(Path(event.file()))
            return True
        return super().event(event)


def _report_exceptions(window: MainWindow) -> None:
    """A fault of ours in the window becomes a card (and stays on stderr), instead of being lost."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if not isinstance(error, KeyboardInterrupt):
            detail = "".join(traceback.format_exception(kind, error, trace))
            title = QCoreApplication.translate("Application", "Something went wrong in the window")
            remedy = QCoreApplication.translate("Application", "The window goes on. The details help us to repair it.")
            window.tray.show_problem(Problem(title, f"{kind.__name__}: {error}", remedy, detail))

    sys.excepthook = hook


def run(files: Sequence[Path], command: Command | None = None) -> int:
    """Shows the window with `files` and returns the exit code when it has been closed."""
    QApplication.setApplicationName(NAME)
    QApplication.setApplicationDisplayName("Quantscope")
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName(NAME)
    app = Application(sys.argv[:1])
    settings = Settings(QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, NAME, NAME))
    translators = i18n.install(app, i18n.language(settings.language))
    theme = Theme(app, settings.theme)
    services = Services(command or default_command(), settings, default_root())
    window = MainWindow(services, theme)
    window.painted.connect(services.start)
    app.file_opened.connect(lambda path: window.commands.open_files([path]))
    collector = Collector(app)
    sys.setswitchinterval(SWITCH_SECONDS)
    previous_hook = sys.excepthook
    _report_exceptions(window)
    signal.signal(signal.SIGINT, lambda *_: window.close())
    window.show()
    window.commands.open_files(list(files))
    code = app.exec()
    services.shutdown()
    collector.stop()
    sys.excepthook = previous_hook
    for translator in translators:
        app.removeTranslator(translator)
    return code
