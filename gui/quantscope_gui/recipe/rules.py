"""The rules of a recipe as a table: what each is for, what it asks, how many operators it matches."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from quantscope import documents
from quantscope.recipe import Recipe
from quantscope_gui.engine import texts
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.operators.plan import Plan
from quantscope_gui.recipe.words import change_text, match_text
from quantscope_gui.theme.theme import Theme

Index = QModelIndex | QPersistentModelIndex
TITLES: Final = (
    QT_TRANSLATE_NOOP("Rule", "#"),
    QT_TRANSLATE_NOOP("Rule", "Operators"),
    QT_TRANSLATE_NOOP("Rule", "Asks for"),
    QT_TRANSLATE_NOOP("Rule", "Matches"),
)
NUMBER, OPERATORS, ASKS, MATCHES = range(4)


class RulesModel(QAbstractTableModel):
    """Rules in the order in which they apply. A rule that comes to nothing says so in the engine's words."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._recipe: Recipe | None = None
        self._counts: Mapping[int, int] = {}
        self._findings: dict[int, list[str]] = {}

    def show_recipe(self, recipe: Recipe | None, plan: Plan | None) -> None:
        """`plan` is for this recipe, or None while there is none yet."""
        self.beginResetModel()
        self._recipe = recipe
        self._counts, self._findings = {}, {}
        if plan is not None:
            self._counts = Counter(rule for row in plan.rows for rule in row.operator.rules)
            for finding in plan.document.findings:
                if finding.rule is not None:
                    self._findings.setdefault(finding.rule, []).append(texts.finding(finding))
        self._planned = plan is not None
        self.endResetModel()

    def finding(self, rule: int) -> str:
        """What the engine says of a rule; empty where all is well."""
        return "\n".join(self._findings.get(rule, []))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._recipe is None else len(self._recipe.rules)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(TITLES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        assert self._recipe is not None
        rule, place = self._recipe.rules[index.row()], index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            count = str(self._counts.get(place, 0)) if self._planned else "\u2026"
            return (str(place + 1), match_text(rule.match), change_text(rule.set), count)[index.column()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == MATCHES and place in self._findings:
            return self._theme.icon("warning", "danger")
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.finding(place) or f"{match_text(rule.match)} \u2192 {change_text(rule.set)}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self.finding(place)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in (NUMBER, MATCHES):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("Rule", TITLES[section])
        return None


def unmatched(findings: tuple[documents.Finding, ...]) -> list[str]:
    """What the engine says of the recipe as a whole."""
    return [texts.finding(finding) for finding in findings if finding.rule is None]
