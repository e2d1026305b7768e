"""The table's model: filtering and sorting permute positions in the plan's immutable rows, nothing is copied."""

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from quantscope_gui.operators import columns, errors, query
from quantscope_gui.operators.columns import COLUMNS
from quantscope_gui.operators.plan import Key, Plan, Row
from quantscope_gui.theme.theme import Theme

Index = QModelIndex | QPersistentModelIndex
MARKED: Final = Qt.ItemDataRole.UserRole + 1
QUIET = frozenset({"index", "subgraph", "dtypes", "output"})


class OperatorsModel(QAbstractTableModel):
    """Rows of one plan under a filter and an order. `shown_changed(shown, all)` after each change of the rows shown;
    `problem` is a sentence where the filter can't be used as it stands."""

    shown_changed = Signal(int, int)

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[Row, ...] = ()
        self._shown: list[int] = []
        self._places: Mapping[Key, int] = {}
        self._every: Mapping[Key, int] = {}
        self._filter = ""
        self.problem = ""
        self.marked: frozenset[Key] = frozenset()
        self._column = -1
        self._descending = False

    @property
    def filter(self) -> str:
        return self._filter

    def set_plan(self, plan: Plan | None) -> None:
        self._rows = plan.rows if plan is not None else ()
        self._every = plan.places if plan is not None else {}
        self._refresh()

    def set_filter(self, text: str) -> None:
        if text != self._filter:
            self._filter = text
            self._refresh()

    @property
    def count(self) -> int:
        """How many operators there are, shown or not."""
        return len(self._rows)

    def mark(self, keys: frozenset[Key]) -> None:
        """Marks operators in passing, those a rule of the recipe matches say."""
        if keys != self.marked:
            self.marked = keys
            if self._shown:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, len(COLUMNS) - 1))

    def row(self, place: int) -> Row:
        return self._rows[self._shown[place]]

    def place(self, key: Key) -> int | None:
        """Where the operator `key` stands, or None if it is filtered out."""
        return self._places.get(key)

    def shown_keys(self) -> frozenset[Key]:
        """The operators that pass the filter."""
        return frozenset(self._places)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; -1 is the order of execution."""
        self._column, self._descending = column, order is Qt.SortOrder.DescendingOrder
        self._refresh()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(self.row(index.row()))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole:
            if column.key in QUIET or self.row(index.row()).kind == "none":
                return self._theme.muted
            return None
        if role == Qt.ItemDataRole.ToolTipRole and column.key in ("name", "reason", "output", "subgraph"):
            return column.text(self.row(index.row())) or None
        if role == Qt.ItemDataRole.ToolTipRole and column.key == "error":
            return errors.reason(self.row(index.row()).error) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{columns.title(column)}: {column.text(self.row(index.row()))}"
        if role == Qt.ItemDataRole.UserRole:
            return self.row(index.row())
        if role == MARKED:
            return self.row(index.row()).key in self.marked
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return columns.title(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return columns.explanation(column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _refresh(self) -> None:
        self.beginResetModel()
        rows = self._rows
        found = query.search(rows, self._filter)
        shown, self.problem = found.places, found.problem
        if self._column >= 0:
            order = COLUMNS[self._column].order
            shown.sort(key=lambda place: order(rows[place]), reverse=self._descending)
        self._shown = shown
        as_planned = self._column < 0 and len(shown) == len(rows)
        self._places = (
            self._every if as_planned else {rows[place].key: position for position, place in enumerate(shown)}
        )
        self.endResetModel()
        self.shown_changed.emit(len(shown), len(rows))
