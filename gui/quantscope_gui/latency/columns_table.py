"""A table view as all of this tab's are: quiet, with fixed row heights, columns as wide as they were asked for."""

from collections.abc import Iterable

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QTableView, QWidget


class ColumnsTable(QTableView):
    """Shows `model`; `widths` in average characters. A `sortable` one can go back to its natural order by a third click
    on the header."""

    def __init__(
        self,
        model: QAbstractItemModel,
        name: str,
        widths: Iterable[int],
        sortable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        if sortable:
            self.setSortingEnabled(True)
            header.setSortIndicatorClearable(True)
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        for place, width in enumerate(widths):
            self.setColumnWidth(place, self.fontMetrics().averageCharWidth() * width)
