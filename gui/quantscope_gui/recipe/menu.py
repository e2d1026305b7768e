"""The menu of an operator, wherever it is shown: what it and its like can be asked for, and what can be selected."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from quantscope.precision import Precision
from quantscope_gui.engine import texts
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.models.library import Library
from quantscope_gui.operators.plan import Key, Row
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.recipe import edits
from quantscope_gui.recipe.desk import RecipeDesk
from quantscope_gui.recipe.groups import Group, groups
from quantscope_gui.theme import precisions
from quantscope_gui.theme.theme import Theme

MOST_LABEL: Final = 40
_GROUPS: Final = {
    "selection": QT_TRANSLATE_NOOP("Group", "Selected operators: {count}"),
    "alike": QT_TRANSLATE_NOOP("Group", "{label} of this very shape: {count}"),
    "type": QT_TRANSLATE_NOOP("Group", "All {label}: {count}"),
    "scope": QT_TRANSLATE_NOOP("Group", "In scope {label}: {count}"),
    "repeats": QT_TRANSLATE_NOOP("Group", "All repeats of {label}: {count}"),
    "blocks": QT_TRANSLATE_NOOP("Group", "All repeats of this block: {count}"),
}


def group_title(group: Group) -> str:
    label = group.label
    if len(label) > MOST_LABEL:
        label = f"{label[: MOST_LABEL // 2]}\u2026{label[-MOST_LABEL // 2 :]}"
    text = QCoreApplication.translate("Group", _GROUPS[group.kind])
    return text.format(label=label, count=len(group.keys))


def asked_title(precision: Precision) -> str:
    """What asking for a precision is called."""
    if precision is Precision.FLOAT32:
        return QCoreApplication.translate("Group", "Keep float")
    name = precisions.name(precision.value)
    return name[:1].upper() + name[1:]


class OperatorMenu:
    """Fills menus for the operators that are selected at the time; `blocks` tells those of a block and its repeats."""

    def __init__(
        self,
        desk: RecipeDesk,
        library: Library,
        selection: OperatorSelection,
        theme: Theme,
        blocks: Callable[[Key], frozenset[Key]],
    ) -> None:
        self._blocks = blocks
        self._desk = desk
        self._library = library
        self._selection = selection
        self._theme = theme

    def fill(self, menu: QMenu) -> bool:
        """Adds what can be done with the selection; False and nothing where nothing is selected."""
        found = self._groups()
        if not found:
            return False
        menu.addAction(group_title(found[0])).setEnabled(False)
        self._add_precisions(menu, found[0])
        menu.addSeparator()
        for group in found[1:]:
            self._add_precisions(self._submenu(menu, group_title(group)), group)
        menu.addSeparator()
        select = self._submenu(menu, QCoreApplication.translate("Group", "Select"))
        for group in found[1:]:
            self._add(select, group_title(group), partial(self._select, group))
        return True

    def fill_precisions(self, menu: QMenu) -> None:
        """Adds only what the selected operators themselves can be asked for."""
        found = self._groups()
        if found:
            self._add_precisions(menu, found[0])

    def remedy(self, row: Row) -> None:
        """Does what the remedy of `row`'s reason says, for the selected operators that have the same reason."""
        selected, edit = self._library.selection, row.operator.reason.edit
        if selected is None or edit is None:
            return
        same = [each.key for each in self._selection.rows if each.operator.reason.code == row.operator.reason.code]
        label = texts.remedy_button(row.operator.reason)
        self._desk.ask(selected.model, edits.matches_of(same or [row.key]), edit, label)

    def _groups(self) -> list[Group]:
        selected = self._library.selection
        row = self._selection.row
        if selected is None or selected.model.plan is None or row is None:
            return []
        return groups(selected.model.plan, self._selection.keys, row, self._blocks(row.key))

    def _add_precisions(self, menu: QMenu, group: Group) -> None:
        for precision in edits.ASKABLE:
            action = self._add(menu, asked_title(precision), partial(self._ask, group, precision))
            action.setIcon(self._theme.mark(precision.value))
        menu.addSeparator()
        self._add(menu, QCoreApplication.translate("Group", "As the recipe says"), lambda: self._release(group))

    def _ask(self, group: Group, precision: Precision) -> None:
        selected = self._library.selection
        if selected is not None:
            text = f"{asked_title(precision)} \u2013 {group_title(group)}"
            self._desk.ask(selected.model, group.matches, edits.asked(precision, group.single), text)

    def _release(self, group: Group) -> None:
        selected = self._library.selection
        if selected is not None:
            self._desk.release(selected.model, group.keys, QCoreApplication.translate("Group", "As the recipe says"))

    def _select(self, group: Group) -> None:
        self._selection.select(group.keys)

    @staticmethod
    def _submenu(menu: QMenu, title: str) -> QMenu:
        return menu.addMenu(title.replace("&", "&&"))

    @staticmethod
    def _add(menu: QMenu, title: str, act: Callable[[], None]) -> QAction:
        action = menu.addAction(title.replace("&", "&&"))
        action.triggered.connect(lambda _checked=False: act())
        return action
