"""The operators table."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from quantscope_gui.operators import columns
from quantscope_gui.operators.columns import COLUMNS
from quantscope_gui.operators.delegates import CellDelegate
from quantscope_gui.operators.plan import Plan
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.operators.table_model import OperatorsModel
from quantscope_gui.settings import Settings
from quantscope_gui.theme.theme import Theme


class OperatorsTable(QTableView):
    """Fixed row heights and widths set once: nothing here grows with the number of rows."""

    def __init__(
        self, theme: Theme, settings: Settings, selection: OperatorSelection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._selection = selection
        self._replacing = False
        self.operators = OperatorsModel(theme, self)
        self.setModel(self.operators)
        self.setItemDelegate(CellDelegate(theme, self))
        self.setAccessibleName(self.tr("Operators"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._lay_out_rows()
        self._lay_out_columns()
        self.operators.modelAboutToBeReset.connect(self._before_reset)
        self.operators.modelReset.connect(self._after_reset)

        copy = QAction(self.tr("Copy rows"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.addAction(copy)
        self._copy = copy

    def set_plan(self, plan: Plan | None) -> None:
        self.operators.set_plan(plan)
        self.setColumnHidden(columns.SUBGRAPH, plan is None or plan.subgraphs < 2)

    def copy(self) -> None:
        """Puts the selected rows on the clipboard as tab-separated text with a header line."""
        shown = [place for place in range(len(COLUMNS)) if not self.isColumnHidden(place)]
        shown.sort(key=self.horizontalHeader().visualIndex)
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        lines = ["\t".join(columns.title(COLUMNS[column]) for column in shown)]
        lines += ["\t".join(COLUMNS[column].text(self.operators.row(place)) for column in shown) for place in places]
        if places:
            QGuiApplication.clipboard().setText("\n".join(lines))

    def remember(self) -> None:
        """Keeps the columns' widths and order for the next session."""
        self._settings.columns = self.horizontalHeader().saveState()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if self._replacing:
            return
        index = self.currentIndex()
        chosen = index.isValid() and self.selectionModel().isRowSelected(index.row())
        self._selection.set(self.operators.row(index.row()) if chosen else None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The reason takes what room the other columns leave."""
        super().resizeEvent(event)
        others = sum(self.columnWidth(place) for place in range(len(COLUMNS)) if place != columns.REASON)
        least = COLUMNS[columns.REASON].width * self.fontMetrics().averageCharWidth()
        self.setColumnWidth(columns.REASON, max(self.viewport().width() - others, least))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.selectionModel().hasSelection():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(self._copy)
            menu.popup(event.globalPos())

    def _lay_out_rows(self) -> None:
        header = self.verticalHeader()
        header.setVisible(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(16)
        header.setDefaultSectionSize(self.fontMetrics().height() + 10)

    def _lay_out_columns(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(36)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        width = self.fontMetrics().averageCharWidth()
        for place, column in enumerate(COLUMNS):
            self.setColumnWidth(place, column.width * width)
        header.restoreState(self._settings.columns)
        self.setColumnHidden(columns.SUBGRAPH, True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def _before_reset(self) -> None:
        self._replacing = True

    def _after_reset(self) -> None:
        """The selected operator stays selected through a new plan, a filter or an order, while it is there."""
        self._replacing = False
        row = self._selection.row
        place = self.operators.place(row.key) if row is not None else None
        if place is None:
            self._selection.set(None)
            return
        index = self.operators.index(place, max(self.columnAt(0), 0))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self._selection.set(self.operators.row(place))
        self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
