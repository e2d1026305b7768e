"""The table of operator errors: bars behind the figures, and the operator that all views have selected."""

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from quantscope.documents.sensitivity import Sensitivity
from quantscope_gui.compare.errors import BAR, COLUMNS, GAIN, OWN, Entry, ErrorsModel, entries
from quantscope_gui.operators.plan import Plan
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.theme import precisions
from quantscope_gui.theme.theme import Theme

PADDING, MARK = 8, 10
PRECISION = 1


class BarDelegate(QStyledItemDelegate):
    """A bar grows from the left edge of the cell, below the figure; the precision has its mark."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = self._theme.tokens
        box = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.selection))
        inner = box.adjusted(PADDING, 0, -PADDING, 0)
        share = index.data(BAR)
        if share is not None:
            track = QRectF(inner.left(), inner.bottom() - 3, inner.width(), 2)
            painter.fillRect(track, QColor(tokens.border))
            painter.fillRect(QRectF(track.left(), track.top(), track.width() * share, 2), QColor(tokens.text_muted))
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        column = COLUMNS[index.column()]
        if index.column() == PRECISION:
            mark = QRectF(inner.left(), inner.center().y() - MARK / 2 + 0.5, MARK, MARK)
            precisions.paint_mark(painter, mark, entry.row.kind, tokens)
            inner = inner.adjusted(MARK + 7, 0, 0, 0)
        painter.setPen(QColor(tokens.text))
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        mode = Qt.TextElideMode.ElideRight if index.column() else Qt.TextElideMode.ElideMiddle  # keeps the number
        text = option.fontMetrics.elidedText(column.text(entry), mode, inner.width())
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)


class ErrorsTable(QTableView):
    """`menu_wanted(position)` for the menu of the selected operators."""

    menu_wanted = Signal(QPoint)

    def __init__(self, theme: Theme, selection: OperatorSelection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self._following = False
        self.errors = ErrorsModel(self)
        self.setModel(self.errors)
        self.setItemDelegate(BarDelegate(theme, self))
        self.setAccessibleName(self.tr("Errors of the operators"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 12)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place, column in enumerate(COLUMNS):
            if place:
                self.setColumnWidth(place, self.fontMetrics().averageCharWidth() * column.width)
        header.setSortIndicator(OWN, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.errors.modelAboutToBeReset.connect(self._before_reset)
        self.errors.modelReset.connect(self._show_selection)
        selection.changed.connect(self._follow)

    def show_errors(self, plan: Plan | None, sensitivity: Sensitivity | None) -> None:
        tried = sensitivity is not None
        for place, column in enumerate(COLUMNS):
            self.setColumnHidden(place, column.tried and not tried)
        # What was measured last is what is asked for.
        wanted = GAIN if tried else OWN
        if self.horizontalHeader().sortIndicatorSection() != wanted and (tried or self._sorted_by_gain()):
            self.sortByColumn(wanted, Qt.SortOrder.AscendingOrder)
        self.errors.set_entries(entries(plan, sensitivity) if plan is not None and plan.compared else [])

    def _sorted_by_gain(self) -> bool:
        return COLUMNS[self.horizontalHeader().sortIndicatorSection()].tried

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.selectionModel().hasSelection():
            self.menu_wanted.emit(event.globalPos())

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if self._following:
            return
        keys = {self.errors.entry(index.row()).row.key for index in self.selectionModel().selectedRows()}
        current = self.currentIndex()
        chosen = self.errors.entry(current.row()).row.key if current.isValid() else None
        self._following = True
        self._selection.select(keys, chosen if chosen in keys else None)
        self._following = False

    def _before_reset(self) -> None:
        self._following = True

    def _follow(self) -> None:
        if not self._following:
            self._show_selection()

    def _show_selection(self) -> None:
        """Selects here what is selected elsewhere, as far as it is here."""
        self._following = True
        chosen = QItemSelection()
        current = None
        for key in self._selection.keys:
            place = self.errors.place(key)
            if place is not None:
                index = self.errors.index(place, 0)
                chosen.select(index, index)
                current = index if current is None or key == self._selection.current else current
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(chosen, flags)
        if current is not None:
            self.selectionModel().setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(current, QAbstractItemView.ScrollHint.EnsureVisible)
        self._following = False
