"""Fixtures of the window's tests: the real engine, private settings and results, and nothing left behind."""

import gc
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_SCALE_FACTOR"] = "1"

import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from quantscope_gui import i18n
from quantscope_gui.engine.process import Command, default_command
from quantscope_gui.models.library import Selection
from quantscope_gui.services import Services
from quantscope_gui.settings import Settings
from quantscope_gui.theme.theme import Mode, Theme
from quantscope_gui.window.main_window import MainWindow
from tests.gui.specimens import small_network

REPOSITORY = Path(__file__).resolve().parents[2]
ZOO = REPOSITORY.parent / "shared" / "zoo"
PATIENCE = 60_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says of windows and menus what it can't do for them; that is no fault of ours."""
    for item in items:
        item.add_marker(
            pytest.mark.qt_log_ignore("This plugin does not support (propagateSizeHints|raise|grabbing the keyboard)")
        )


def engine_environment() -> dict[str, str]:
    return {"PYTHONPATH": str(REPOSITORY / "engine")}


def real_engine() -> Command:
    command = default_command()
    return Command(command.program, command.arguments, engine_environment())


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """Fails a test that leaves a child process, a thread, a running timer or a window behind."""
    threads = set(threading.enumerate())
    children = set(psutil.Process().children())
    yield
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()
    gc.collect()
    left = [child for child in psutil.Process().children() if child not in children and child.is_running()]
    assert not left, f"child processes left behind: {left}"
    assert set(threading.enumerate()) <= threads, "threads left behind"
    timers = [each for each in gc.get_objects() if isinstance(each, QTimer) and isValid(each) and each.isActive()]
    assert not timers, f"running timers left behind: {timers}"
    assert not [each for each in QApplication.topLevelWidgets() if each.isVisible()], "windows left behind"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def english(qapp: QApplication) -> Iterator[None]:
    translators = i18n.install(qapp, "en")
    yield
    for translator in translators:
        qapp.removeTranslator(translator)


@pytest.fixture
def theme(qapp: QApplication, english: None) -> Iterator[Theme]:
    made = Theme(qapp, Mode.LIGHT)
    yield made
    qapp.styleHints().colorSchemeChanged.disconnect(made.system_changed)


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    """A small float model with convolutions, a depthwise convolution and a matrix product."""
    path = tmp_path / "small network.tflite"
    path.write_bytes(small_network().build())
    return path


@dataclass
class Stage:
    """A window with its services, on the real engine unless a test asked for another."""

    window: MainWindow
    services: Services
    bot: QtBot

    def until(self, condition: Callable[[], bool]) -> None:
        self.bot.waitUntil(condition, timeout=PATIENCE)

    def open(self, path: Path) -> Selection:
        """Opens a model and waits for its plan."""
        self.window.commands.open_files([path])
        self.until(lambda: self.selection is not None and self.selection.plan is not None)
        return self.current()

    def show_operators(self) -> None:
        """Brings the operators table to the front."""
        self.window.work.tabs.setCurrentWidget(self.window.work.table)

    def quantize(self) -> Selection:
        """Quantizes the selected model and waits for the result."""
        before = len(self.current().model.variants)
        self.window.commands_by_key["quantize"].trigger()
        self.until(lambda: len(self.current().model.variants) > before or bool(self.window.tray.cards))
        assert not self.window.tray.cards, self.window.tray.cards[0].problem
        return self.current()

    @property
    def selection(self) -> Selection | None:
        return self.services.library.selection

    def current(self) -> Selection:
        assert self.selection is not None
        return self.selection

    @property
    def table(self):  # type: ignore[no-untyped-def]
        return self.window.work.table


@pytest.fixture
def stage_with(qtbot: QtBot, theme: Theme, settings: Settings, tmp_path: Path) -> Iterator[Callable[[Command], Stage]]:
    stages: list[Stage] = []

    def make(command: Command) -> Stage:
        services = Services(command, settings, tmp_path / "results")
        window = MainWindow(services, theme)
        window.painted.connect(services.start)
        window.resize(1280, 800)
        window.show()
        qtbot.waitExposed(window)
        stages.append(Stage(window, services, qtbot))
        return stages[-1]

    yield make
    for stage in stages:
        for variant in stage.services.library.unsaved():
            variant.saved = variant.path
        stage.window.close()
        stage.services.shutdown()
        stage.window.deleteLater()
        stage.services.deleteLater()


@pytest.fixture
def stage(stage_with: Callable[[Command], Stage]) -> Stage:
    return stage_with(real_engine())
