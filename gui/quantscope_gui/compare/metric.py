"""A metric of the user's: which function of which Python file judges a model's results.

It is a program, so the engine runs it in a process of its own and for a limited time; the menu says so.
"""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from quantscope.documents.data import MetricFunctions
from quantscope.worker import protocol
from quantscope_gui import dialogs
from quantscope_gui.engine import decoding
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.models.data import Metric
from quantscope_gui.models.library import Library, Model
from quantscope_gui.theme.theme import Theme

LIMITS: Final = (1, 10, 60)  # minutes


class MetricDesk(QObject):
    """`chosen(model)` when a model's metric has become another one, or none; `failed(problem)` where a file has
    none."""

    chosen = Signal(object)
    failed = Signal(Problem)

    def __init__(self, client: EngineClient, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._library = library

    def read(self, model: Model, path: Path) -> None:
        """Looks which functions a Python file has, without running it, and chooses the first."""
        job = self._client.submit(
            lambda identity: protocol.ListMetrics(id=identity, path=str(path)), decoding.small(MetricFunctions)
        )
        job.succeeded.connect(lambda found: self._found(model, path, found))
        job.failed.connect(lambda failure: self._failed(model, path, failure))

    def choose(self, model: Model, metric: Metric | None) -> None:
        if model in self._library.models and metric != model.metric:
            model.metric = metric
            self.chosen.emit(model)

    def _found(self, model: Model, path: Path, found: MetricFunctions) -> None:
        self.choose(model, Metric(path, found.functions[0], found.functions))

    def _failed(self, model: Model, path: Path, failure: Failure) -> None:
        self.failed.emit(of_failure(failure, path.name, lambda: self.read(model, path)))


def request(metric: Metric | None) -> protocol.Metric | None:
    """As the engine is asked."""
    return None if metric is None else protocol.Metric(str(metric.path), metric.function, metric.seconds)


class MetricButton(QPushButton):
    """Asks for a file while there is no metric; with one, its name and a menu of what else it could be."""

    def __init__(self, desk: MetricDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model: Model | None = None
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        theme.bind_icon(self, "metric")
        self.setToolTip(
            self.tr(
                "A Python function of yours, metric(outputs, labels), that gives a number for each model. It is a"
                " program: it runs in a process of its own, for a limited time, and may do what you may."
            )
        )
        self.clicked.connect(self._clicked)
        desk.chosen.connect(lambda _: self._show())
        self._show()

    def show_model(self, model: Model) -> None:
        self._model = model
        self._show()

    def ask(self) -> None:
        """Asks for the file."""
        title = QCoreApplication.translate("Dialogs", "Choose a Metric")
        filters = [QCoreApplication.translate("Dialogs", "Python files (*.py)")]
        dialogs.ask_open(self, title, filters, self._read)

    def _read(self, path: Path) -> None:
        if self._model is not None:
            self._desk.read(self._model, path)

    def _clicked(self) -> None:
        if self.menu() is None:
            self.ask()

    def _show(self) -> None:
        metric = self._model.metric if self._model is not None else None
        self.setText(self.tr("Metric\u2026") if metric is None else metric.function)
        self.setMenu(None if metric is None else self._menu)  # type: ignore[arg-type]

    def _fill(self) -> None:
        menu, model = self._menu, self._model
        metric = model.metric if model is not None else None
        menu.clear()
        if model is None or metric is None:
            return
        said = menu.addAction(self.tr("{file}, in a process of its own").format(file=metric.path.name))
        said.setEnabled(False)
        functions = QActionGroup(menu)
        for name in metric.functions:
            action = functions.addAction(menu.addAction(name))
            action.setCheckable(True)
            action.setChecked(name == metric.function)
            action.triggered.connect(lambda _=False, name=name: self._desk.choose(model, metric.with_function(name)))
        menu.addSeparator()
        limits = QActionGroup(menu)
        for minutes in LIMITS:
            action = limits.addAction(menu.addAction(self.tr("At most %n minute(s) for a model", "", minutes)))
            action.setCheckable(True)
            action.setChecked(60 * minutes == metric.seconds)
            action.triggered.connect(
                lambda _=False, limit=60.0 * minutes: self._desk.choose(model, metric.with_limit(limit))
            )
        menu.addSeparator()
        menu.addAction(self.tr("Another file\u2026")).triggered.connect(self.ask)
        menu.addAction(self.tr("No metric")).triggered.connect(lambda: self._desk.choose(model, None))
