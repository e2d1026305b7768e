"""Overlays from and to files: numbers for operators in the form of Model Explorer's node data."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

from quantscope.errors import QuantscopeError
from quantscope.temporary import replace_with
from quantscope_gui import dialogs
from quantscope_gui.background import Background
from quantscope_gui.colour.colours import Colours
from quantscope_gui.errors.problem import Problem
from quantscope_gui.models.library import Library, Model
from quantscope_gui.operators.plan import Key, Plan
from quantscope_gui.theme.theme import Theme


class Overlays(QObject):
    """`said(text)` for a passing remark, `failed(problem)`."""

    said = Signal(str)
    failed = Signal(Problem)

    def __init__(
        self, library: Library, colours: Colours, background: Background, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._library = library
        self._colours = colours
        self._background = background
        self._theme = theme

    def ask_import(self) -> None:
        filters = [QCoreApplication.translate("Dialogs", "Node data (*.json)")]
        dialogs.ask_open(self._window, self.tr("Import Overlay"), filters, self.read)

    def read(self, path: Path) -> None:
        """Colours the selected model by the numbers in a file."""
        selection = self._library.selection
        plan = selection.plan if selection is not None else None
        if selection is None or plan is None:
            return
        model = selection.model
        self._background.run(
            lambda: _read(path, plan),
            lambda values: self._show(model, path, values),
            lambda error: self._problem(self.tr("The overlay was not imported"), error),
        )

    def _show(self, model: Model, path: Path, values: dict[Key, float]) -> None:
        from quantscope_gui.colour.schemes import Overlay

        if model in self._library.models:
            self._colours.set_overlay(model, Overlay(path.stem, values))
            self.said.emit(self.tr("%n operator(s) have a number in the overlay", "", len(values)))

    def ask_export(self) -> None:
        selection = self._library.selection
        if selection is None or selection.plan is None:
            return
        suggestion = selection.model.path.with_suffix(f".{self._colours.scheme().key}.json")
        filters = [QCoreApplication.translate("Dialogs", "Node data (*.json)")]
        dialogs.ask_file(self._window, self.tr("Export for Model Explorer"), filters, suggestion, self.write)

    def write(self, path: Path) -> None:
        """Writes what the colours show now."""
        from quantscope_gui.colour import nodedata

        selection = self._library.selection
        plan = selection.plan if selection is not None else None
        if plan is None:
            return
        scheme, known = self._colours.scheme(), self._colours.facts()
        colouring = scheme.colour(plan, self._theme.tokens, known)
        numbers = scheme.numbers(plan, known)
        self._background.run(
            lambda: replace_with(path, nodedata.write(plan, colouring, numbers)),
            lambda _: self.said.emit(self.tr("Saved {path}").format(path=path)),
            lambda error: self._problem(self.tr("The overlay was not saved"), error),
        )

    def _problem(self, title: str, error: Exception) -> None:
        remedy = error.remedy if isinstance(error, QuantscopeError) else None
        self.failed.emit(Problem(title, str(error), remedy or "", f"{type(error).__name__}: {error}"))


def _read(path: Path, plan: Plan) -> dict[Key, float]:
    from quantscope_gui.colour import nodedata

    with path.open("rb") as file:
        return nodedata.read(file.read(nodedata.MOST_BYTES + 1), plan.document)
