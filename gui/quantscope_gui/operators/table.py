"""The operators table."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from quantscope_gui.operators import columns
from quantscope_gui.operators.columns import COLUMNS
from quantscope_gui.operators.delegates import CellDelegate
from quantscope_gui.operators.plan import Plan
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.operators.table_model import OperatorsModel
from quantscope_gui.settings import Settings
from quantscope_gui.theme.theme import Theme


class OperatorsTable(QTableView):
    """Fixed row heights and widths set once: nothing here grows with the number of rows. `menu_wanted(position)` for
    the menu of the selected operators."""

    menu_wanted = Signal(QPoint)

    def __init__(
        self, theme: Theme, settings: Settings, selection: OperatorSelection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._selection = selection
        self._following = False
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
        self.operators.modelReset.connect(self._show_selection)
        selection.changed.connect(self._follow)

        copy = QAction(self.tr("Copy rows"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.addAction(copy)
        self.copy_action = copy

    def set_plan(self, plan: Plan | None) -> None:
        self.operators.set_plan(plan)
        self.setColumnHidden(columns.SUBGRAPH, plan is None or plan.subgraphs < 2)
        self.setColumnHidden(columns.ERROR, plan is None or not plan.compared)

    def enter(self) -> None:
        """Takes the focus, with a row to walk from."""
        if self.operators.rowCount():
            self.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.selectionModel().hasSelection():
                self.selectRow(0)

    def copy(self) -> None:
        """Puts the selected rows on the clipboard as tab-separated text with a header line."""
        shown = [place for place in range(len(COLUMNS)) if not self.isColumnHidden(place)]
        shown.sort(key=self.horizontalHeader().visualIndex)
        places = self._selected_places()
        lines = ["\t".join(columns.title(COLUMNS[column]) for column in shown)]
        lines += ["\t".join(COLUMNS[column].text(self.operators.row(place)) for column in shown) for place in places]
        if places:
            QGuiApplication.clipboard().setText("\n".join(lines))

    def remember(self) -> None:
        """Keeps the columns' widths and order for the next session."""
        self._settings.columns = self.horizontalHeader().saveState()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if self._following:
            return
        rows = [self.operators.row(place) for place in self._selected_places()]
        index = self.currentIndex()
        current = self.operators.row(index.row()).key if index.isValid() else None
        self._following = True
        self._selection.select((row.key for row in rows), current)
        self._following = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The reason takes what room the other columns leave."""
        super().resizeEvent(event)
        others = sum(self.columnWidth(place) for place in range(len(COLUMNS)) if place != columns.REASON)
        least = COLUMNS[columns.REASON].width * self.fontMetrics().averageCharWidth()
        self.setColumnWidth(columns.REASON, max(self.viewport().width() - others, least))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """At the pointer, or at the current row where the keyboard asks."""
        if self.selectionModel().hasSelection():
            position = event.globalPos()
            if event.reason() is QContextMenuEvent.Reason.Keyboard:
                row = self.visualRect(self.currentIndex())
                position = self.viewport().mapToGlobal(row.bottomLeft())
            self.menu_wanted.emit(position)

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

    def _selected_places(self) -> list[int]:
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def _before_reset(self) -> None:
        self._following = True

    def _follow(self) -> None:
        if not self._following:
            self._show_selection()

    def _show_selection(self) -> None:
        """What is selected stays selected through a new plan, a filter or an order, and shows where it is in sight."""
        self._following = True
        places = sorted(place for key in self._selection.keys if (place := self.operators.place(key)) is not None)
        last = self.operators.columnCount() - 1
        chosen = QItemSelection()
        for start, end in _runs(places):
            chosen.select(self.operators.index(start, 0), self.operators.index(end, last))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        current = self._selection.current
        place = self.operators.place(current) if current is not None else None
        if place is not None:
            index = self.operators.index(place, max(self.columnAt(0), 0))
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
        self._following = False


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers in ascending `places`."""
    for _, run in groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        members = [place for _, place in run]
        yield members[0], members[-1]
