"""Time per operator as a table with bars: the source beside the variant held against it, linked with every other view
of the operators."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from quantscope.documents import profile as profiles
from quantscope_gui import formatting
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.latency.times import total
from quantscope_gui.operators.plan import Key
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.columns_table import ColumnsTable

Index = QModelIndex | QPersistentModelIndex
BAR: Final = Qt.ItemDataRole.UserRole + 1
NOTHING: Final = "\u2014"
ATTRIBUTIONS: Final = {
    "exact": QT_TRANSLATE_NOOP("Times", "timed by itself"),
    "alone": QT_TRANSLATE_NOOP("Times", "in a model of its own"),
    "matched": QT_TRANSLATE_NOOP("Times", "by the delegate"),
    "folded": QT_TRANSLATE_NOOP("Times", "nothing left to run"),
    "none": QT_TRANSLATE_NOOP("Times", "not attributed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: an operator of the first run with what does its work in the second, or one of the second alone (then
    `key` is None: the source has no such operator), or kernels that belong to none."""

    key: Key | None
    place: str
    type: str
    name: str
    us: float | None
    other: float | None
    share: float | None
    how: str
    kernels: str
    error: float | None = None
    other_error: float | None = None

    @property
    def difference(self) -> float | None:
        return None if self.us is None or self.other is None else self.other - self.us


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    explanation: str
    text: Callable[[Line], str]
    order: Callable[[Line], Any]
    width: int
    bar: Callable[[Line], float | None] | None = None


def _us(value: float | None, error: float | None) -> str:
    return NOTHING if value is None else formatting.uncertain(value, error)


def _difference(line: Line) -> str:
    if line.difference is None:
        return NOTHING
    sign = "+" if line.difference > 0 else "\u2212" if line.difference < 0 else ""
    return f"{sign}{formatting.duration(abs(line.difference))}"


COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("Times", "#"), QT_TRANSLATE_NOOP("Times", "Place in the order of execution"),
           lambda line: line.place, lambda line: line.key or (1 << 30, 0), 6),
    Column(QT_TRANSLATE_NOOP("Times", "Type"), QT_TRANSLATE_NOOP("Times", "Kind of operator"),
           lambda line: line.type, lambda line: line.type, 24),
    Column(QT_TRANSLATE_NOOP("Times", "Time"), QT_TRANSLATE_NOOP("Times", "Time per inference in the first variant"),
           lambda line: _us(line.us, line.error), lambda line: -1.0 if line.us is None else line.us, 22,
           lambda line: line.us),
    Column(QT_TRANSLATE_NOOP("Times", "Against"),
           QT_TRANSLATE_NOOP("Times", "Time per inference of what does its work in the variant held against it"),
           lambda line: _us(line.other, line.other_error), lambda line: -1.0 if line.other is None else line.other, 22,
           lambda line: line.other),
    Column(QT_TRANSLATE_NOOP("Times", "Difference"), QT_TRANSLATE_NOOP("Times", "Less is faster"),
           _difference, lambda line: 0.0 if line.difference is None else line.difference, 13),
    Column(QT_TRANSLATE_NOOP("Times", "Share"), QT_TRANSLATE_NOOP("Times", "Share of the time of all operators"),
           lambda line: NOTHING if line.share is None else formatting.percent(line.share),
           lambda line: -1.0 if line.share is None else line.share, 9),
    Column(QT_TRANSLATE_NOOP("Times", "How"), QT_TRANSLATE_NOOP("Times", "What ran, and how its time is known"),
           lambda line: line.kernels or QCoreApplication.translate("Times", ATTRIBUTIONS[line.how]),
           lambda line: line.kernels, 30),
)  # fmt: skip
PAIRED: Final = frozenset({3, 4})


def lines_of(profile: profiles.Profile) -> tuple[tuple[Line, ...], bool]:
    """The lines of a profile, and whether there are two variants to hold against each other: of the last comparison
    whose operators were timed, or else of the first run that has any."""
    for comparison in reversed(profile.comparisons):
        if comparison.pairs:
            return _paired(profile.runs[comparison.baseline], profile.runs[comparison.run], comparison), True
    run = next((run for run in profile.runs if run.operators), None)
    return (_alone(run) if run is not None else ()), False


def _alone(run: profiles.Run) -> tuple[Line, ...]:
    return tuple(_line(each) for each in run.operators) + _unattributed(run, False)


def _paired(baseline: profiles.Run, run: profiles.Run, comparison: profiles.Comparison) -> tuple[Line, ...]:
    others = {(each.subgraph, each.index): each for each in run.operators}
    partners = {(pair.subgraph, pair.baseline): pair.run for pair in comparison.pairs}
    used: set[Key] = set()
    lines = []
    for each in baseline.operators:
        keys = [(each.subgraph, index) for index in partners.get((each.subgraph, each.index), ())]
        used.update(keys)
        lines.append(_line(each, *total([others.get(key) for key in keys])))
    added = [each for key, each in others.items() if key not in used]
    lines += [
        Line(
            None,
            "",
            each.type,
            each.name,
            None,
            each.us,
            None,
            each.attribution,
            " + ".join(each.kernels),
            other_error=each.error_us,
        )
        for each in added
    ]
    return (*lines, *_unattributed(baseline, False), *_unattributed(run, True))


def _line(each: profiles.OperatorTime, other: float | None = None, other_error: float | None = None) -> Line:
    place = str(each.index) if each.subgraph == 0 else f"{each.subgraph}/{each.index}"
    key = (each.subgraph, each.index)
    kernels = " + ".join(each.kernels) if each.attribution == "matched" else ""
    return Line(
        key,
        place,
        each.type,
        each.name,
        each.us,
        other,
        each.share,
        each.attribution,
        kernels,
        each.error_us,
        other_error,
    )


def _unattributed(run: profiles.Run, against: bool) -> tuple[Line, ...]:
    found = []
    for each in run.unattributed:
        error = each.error_us
        us, other = (None, each.us) if against else (each.us, None)
        found.append(Line(None, "", NOTHING, "", us, other, None, "none", each.kernel, error, error))
    return tuple(found)


class TimesModel(QAbstractTableModel):
    """Lines under an order."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._all: tuple[Line, ...] = ()
        self._lines: list[Line] = []
        self._places: dict[Key, int] = {}
        self._longest = 0.0
        self._order = (-1, Qt.SortOrder.AscendingOrder)

    def set_lines(self, lines: tuple[Line, ...]) -> None:
        self._all = lines
        self._longest = max((us for line in lines for us in (line.us, line.other) if us is not None), default=0.0)
        self._refresh()

    def line(self, row: int) -> Line:
        return self._lines[row]

    def row_of(self, key: Key) -> int | None:
        return self._places.get(key)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; -1 is the order of execution."""
        self._order = (column, order)
        self._refresh()

    def _refresh(self) -> None:
        self.beginResetModel()
        self._lines = list(self._all)
        column, order = self._order
        if column >= 0:
            self._lines.sort(key=COLUMNS[column].order, reverse=order is Qt.SortOrder.DescendingOrder)
        self._places = {line.key: row for row, line in enumerate(self._lines) if line.key is not None}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line, column = self._lines[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(line)
        if role == BAR and column.bar is not None and self._longest:
            us = column.bar(line)
            return None if us is None else us / self._longest
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.name or column.text(line)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{QCoreApplication.translate('Times', column.title)}: {column.text(line)}"
        if role == Qt.ItemDataRole.ForegroundRole and (line.key is None or line.us == 0):
            return self._theme.muted
        if role == Qt.ItemDataRole.TextAlignmentRole:
            left = index.column() in (1, 6)
            side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("Times", COLUMNS[section].title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return QCoreApplication.translate("Times", COLUMNS[section].explanation)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section in (1, 6) else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class _BarDelegate(QStyledItemDelegate):
    """A bar from the left under the number; both time columns have the same scale."""

    def __init__(self, theme: Theme, token: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._token = token

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        share = index.data(BAR)
        if share:
            if option.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(option.rect, QColor(self._theme.tokens.selection))
            color = QColor(self._theme.tokens.precision[self._token])
            color.setAlpha(90)
            box = QRectF(option.rect).adjusted(5, 5, -60, -5)
            painter.fillRect(QRectF(box.left(), box.top(), max(1.0, box.width() * share), box.height()), color)
        super().paint(painter, option, index)


class TimesTable(ColumnsTable):
    """Shows a profile; the operator selected here is selected everywhere, and the other way round."""

    def __init__(self, theme: Theme, selection: OperatorSelection, parent: QWidget | None = None) -> None:
        self._selection = selection
        self._following = False
        self.times = TimesModel(theme)
        super().__init__(
            self.times,
            QCoreApplication.translate("Times", "Time of each operator"),
            (column.width for column in COLUMNS),
            sortable=True,
            parent=parent,
        )
        self.times.setParent(self)
        self._bars = [_BarDelegate(theme, token, self) for token in ("float32", "hybrid-int8")]
        for place, delegate in zip((2, 3), self._bars, strict=True):
            self.setItemDelegateForColumn(place, delegate)
        selection.changed.connect(self._follow)

    def show_profile(self, profile: profiles.Profile | None) -> None:
        lines, paired = lines_of(profile) if profile is not None else ((), False)
        self.times.set_lines(lines)
        for column in PAIRED:
            self.setColumnHidden(column, not paired)
        self._follow()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if self._following:
            return
        lines = [self.times.line(index.row()) for index in self.selectionModel().selectedRows()]
        keys = [line.key for line in lines if line.key is not None]
        if keys:
            current = self.currentIndex()
            key = self.times.line(current.row()).key if current.isValid() else None
            self._selection.select(keys, key if key in keys else None)

    def _follow(self) -> None:
        """Selects what is selected elsewhere."""
        rows = [row for key in self._selection.keys if (row := self.times.row_of(key)) is not None]
        self._following = True
        chosen = QItemSelection()
        for row in rows:
            chosen.select(self.times.index(row, 0), self.times.index(row, len(COLUMNS) - 1))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(chosen, flags)
        current = self.times.row_of(self._selection.current) if self._selection.current is not None else None
        if current is not None:
            index = self.times.index(current, 0)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(index)
        self._following = False
