"""The one operator that is selected, shared by every view of a model."""

from PySide6.QtCore import QObject, Signal

from quantscope_gui.operators.plan import Row


class OperatorSelection(QObject):
    """`changed(row)` with the selected operator's row, or None."""

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.row: Row | None = None

    def set(self, row: Row | None) -> None:
        if row is not self.row:
            self.row = row
            self.changed.emit(row)
