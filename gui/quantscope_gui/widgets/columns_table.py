"""Tables as they are all over the window: quiet, whole rows, of one height."""

from collections.abc import Iterable

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QTableView, QWidget


class QuietTable(QTableView):
    """Shows `model` without a grid, row by row."""

    def __init__(self, model: QAbstractItemModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        self.horizontalHeader().setHighlightSections(False)

    def height_of(self, rows: int) -> int:
        """The height at which so many rows are in view."""
        return self.horizontalHeader().sizeHint().height() + rows * self.verticalHeader().defaultSectionSize() + 4


class ColumnsTable(QuietTable):
    """Columns are as wide as asked for, `widths` in average characters. A `sortable` one can go back to its natural
    order by a third click on the header."""

    def __init__(
        self,
        model: QAbstractItemModel,
        name: str,
        widths: Iterable[int],
        sortable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(model, name, parent)
        header = self.horizontalHeader()
        header.setStretchLastSection(True)
        if sortable:
            self.setSortingEnabled(True)
            header.setSortIndicatorClearable(True)
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        for place, width in enumerate(widths):
            self.setColumnWidth(place, self.fontMetrics().averageCharWidth() * width)
