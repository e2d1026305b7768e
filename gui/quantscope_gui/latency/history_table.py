"""Kept measurements as a table: filtered by words, sorted by any column."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QDateTime,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import QWidget

from quantscope.documents.history import Entry
from quantscope_gui import formatting
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.widgets.columns_table import ColumnsTable

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    text: Callable[[Entry], str]
    order: Callable[[Entry], Any]
    width: int
    right: bool = False


def _when(entry: Entry) -> str:
    """In the user's own time and format."""
    moment = QDateTime.fromString(entry.started, Qt.DateFormat.ISODate)
    if not moment.isValid():
        return entry.started
    return QLocale().toString(moment.toLocalTime(), QLocale.FormatType.ShortFormat)


def _model(entry: Entry) -> str:
    return PurePath(entry.model.path).name


def _recipe(entry: Entry) -> str:
    return entry.recipe or ""


def _device(entry: Entry) -> str:
    return entry.device_name


def _settings(entry: Entry) -> str:
    threads = QCoreApplication.translate("History", "threads: {count}").format(count=entry.threads)
    return f"{threads} \u00b7 {entry.delegate} \u00b7 {entry.cores}"


def _spread(entry: Entry) -> str:
    if entry.p10 is None or entry.p90 is None:
        return ""
    return f"{formatting.duration(entry.p10)} \u2013 {formatting.duration(entry.p90)}"


def _median(entry: Entry) -> str:
    if entry.median is None:
        return QCoreApplication.translate("History", "failed")
    return formatting.duration(entry.median)


def _against(entry: Entry) -> str:
    if entry.baseline:
        return QCoreApplication.translate("History", "baseline")
    return formatting.factor(entry.against_baseline) if entry.against_baseline is not None else ""


COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("History", "When"), _when, lambda entry: (entry.started, entry.id), 24),
    Column(QT_TRANSLATE_NOOP("History", "Model"), _model, lambda entry: _model(entry).lower(), 28),
    Column(QT_TRANSLATE_NOOP("History", "Recipe"), _recipe, _recipe, 16),
    Column(QT_TRANSLATE_NOOP("History", "Device"), _device, _device, 16),
    Column(QT_TRANSLATE_NOOP("History", "Settings"), _settings, _settings, 28),
    Column(QT_TRANSLATE_NOOP("History", "Median"), _median, lambda entry: entry.median or 0.0, 11, True),
    Column(QT_TRANSLATE_NOOP("History", "p10 \u2013 p90"), _spread, lambda entry: entry.p10 or 0.0, 22, True),
    Column(QT_TRANSLATE_NOOP("History", "Speed-up"), _against, lambda entry: entry.against_baseline or 0.0, 13, True),
)  # fmt: skip


class HistoryModel(QAbstractTableModel):
    """Entries under a filter and an order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Entry, ...] = ()
        self._shown: list[Entry] = []
        self._filter: list[str] = []
        self._order = (-1, Qt.SortOrder.AscendingOrder)

    def set_entries(self, entries: tuple[Entry, ...]) -> None:
        self._all = entries
        self._refresh()

    def set_filter(self, text: str) -> None:
        self._filter = text.lower().split()
        self._refresh()

    def entry(self, row: int) -> Entry:
        return self._shown[row]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; -1 is the youngest first."""
        self._order = (column, order)
        self._refresh()

    def _refresh(self) -> None:
        self.beginResetModel()
        self._shown = [entry for entry in self._all if self._matches(entry)]
        column, order = self._order
        if column >= 0:
            self._shown.sort(key=COLUMNS[column].order, reverse=order is Qt.SortOrder.DescendingOrder)
        self.endResetModel()

    def _matches(self, entry: Entry) -> bool:
        text = f"{entry.model.path}\n{entry.recipe}\n{entry.device_name}\n{entry.device_id}\n{_settings(entry)}".lower()
        return all(word in text for word in self._filter)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry, column = self._shown[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(
                filter(None, (entry.model.path, entry.model.sha256, entry.soc, entry.build, entry.program))
            )
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{QCoreApplication.translate('History', column.title)}: {column.text(entry)}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("History", COLUMNS[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if COLUMNS[section].right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class HistoryTable(ColumnsTable):
    """Rows that can be chosen, several at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.entries = HistoryModel()
        super().__init__(
            self.entries,
            QCoreApplication.translate("History", "Kept measurements"),
            (column.width for column in COLUMNS),
            sortable=True,
            parent=parent,
        )
        self.entries.setParent(self)

    def chosen(self) -> list[Entry]:
        """The chosen entries, in the order shown."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.entries.entry(row) for row in rows]
