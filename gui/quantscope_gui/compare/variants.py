"""All results of a model beside its source, in a small table: what each costs and what it is worth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QItemSelection,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from quantscope import documents
from quantscope_gui import formatting
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.models.library import Latency, Selection
from quantscope_gui.models.tree_model import variant_title
from quantscope_gui.widgets.columns_table import QuietTable

Index = QModelIndex | QPersistentModelIndex
NONE: Final = "\u2014"
MOST_ROWS: Final = 5


def _document(selection: Selection) -> documents.Inspection | None:
    return selection.plan.document if selection.plan is not None else None


def _name(selection: Selection) -> str:
    if selection.variant is None:
        return QCoreApplication.translate("Variants", "source")
    return variant_title(selection.variant)


def _size(selection: Selection) -> str:
    document = _document(selection)
    if selection.variant is not None:
        return formatting.size(selection.variant.document.output.bytes)
    return formatting.size(document.model.bytes) if document is not None else NONE


def _ratio(selection: Selection) -> str:
    return formatting.percent(selection.variant.document.ratio) if selection.variant is not None else NONE


def _eight_bit(selection: Selection) -> str:
    if selection.variant is None:
        return NONE
    summary = selection.variant.plan.document.summary
    return f"{summary.eight_bit} / {summary.operators}"


def _partitions(selection: Selection) -> str:
    if selection.variant is None:
        return NONE
    partitions = selection.variant.plan.document.summary.partitions
    return NONE if partitions is None else str(partitions)


def _error(selection: Selection) -> str:
    comparison = selection.variant.comparison if selection.variant is not None else None
    if comparison is None:
        return NONE
    measured = [output.sqnr_db for output in comparison.outputs if output.sqnr_db is not None]
    if not measured and comparison.outputs and all(output.identical for output in comparison.outputs):
        return QCoreApplication.translate("Variants", "identical")
    return formatting.decibel(min(measured)) if measured else NONE


def _latency(selection: Selection) -> str:
    found: Latency | None = (selection.variant or selection.model).latency
    if found is None:
        return NONE
    text = formatting.duration(found.median)
    return f"{text} \u00b7 {formatting.factor(found.speedup)}" if found.speedup else text


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    explanation: str
    text: Callable[[Selection], str]


COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("Variants", "Result"), QT_TRANSLATE_NOOP("Variants", "Recipe and target"), _name),
    Column(QT_TRANSLATE_NOOP("Variants", "Size"), QT_TRANSLATE_NOOP("Variants", "Size of the file"), _size),
    Column(QT_TRANSLATE_NOOP("Variants", "Ratio"), QT_TRANSLATE_NOOP("Variants", "Share of the source's size"), _ratio),
    Column(
        QT_TRANSLATE_NOOP("Variants", "In 8 bits"),
        QT_TRANSLATE_NOOP("Variants", "Operators whose arithmetic runs in 8 bits, of all"),
        _eight_bit,
    ),
    Column(
        QT_TRANSLATE_NOOP("Variants", "Partitions"),
        QT_TRANSLATE_NOOP("Variants", "Delegate partitions, as planned for the target"),
        _partitions,
    ),
    Column(
        QT_TRANSLATE_NOOP("Variants", "SQNR"),
        QT_TRANSLATE_NOOP("Variants", "Worst output, as last compared; not shown where nothing was measured"),
        _error,
    ),
    Column(
        QT_TRANSLATE_NOOP("Variants", "Latency"),
        QT_TRANSLATE_NOOP("Variants", "Median, as last measured, and how many times faster than the source"),
        _latency,
    ),
)


class VariantsModel(QAbstractTableModel):
    """The source first, then its results in the order in which they were made."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Selection, ...] = ()

    def show_entries(self, entries: tuple[Selection, ...]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return COLUMNS[index.column()].text(self.entries[index.row()])
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column():
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("Variants", COLUMNS[section].title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return QCoreApplication.translate("Variants", COLUMNS[section].explanation)
        if role == Qt.ItemDataRole.TextAlignmentRole and section:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None


class VariantsTable(QuietTable):
    """As high as it has rows, up to a few. `chosen(selection)` when another row is selected."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        variants = VariantsModel()
        super().__init__(variants, QCoreApplication.translate("VariantsTable", "Results of the model"), parent)
        variants.setParent(self)
        self.variants = variants
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def show_selection(self, selection: Selection) -> None:
        """Shows all results of the selected one's model."""
        model = selection.model
        entries = (Selection(model), *(Selection(model, variant) for variant in model.variants))
        with QSignalBlocker(self.selectionModel()):
            self.variants.show_entries(entries)
            self.selectRow(entries.index(selection))
        self.setFixedHeight(self.height_of(min(len(entries), MOST_ROWS)))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        rows = self.selectionModel().selectedRows()
        if rows:
            self.chosen.emit(self.variants.entries[rows[0].row()])
