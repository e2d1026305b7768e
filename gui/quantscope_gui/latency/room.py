"""How much the history takes, and how much it may."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractSpinBox, QHBoxLayout, QLabel, QWidget

from quantscope.documents.history import History
from quantscope_gui import formatting
from quantscope_gui.widgets.settled_number import SettledNumber

MEGABYTE: Final = 1_000_000
MOST_MEGABYTES: Final = 10_000_000


class RoomBox(QWidget):
    """`wanted(bytes)` when the user has chosen another limit."""

    wanted = Signal(object)  # an int of Qt's has 32 bits

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.taken = QLabel()
        self.limit = SettledNumber(self.tr("Most room for the history"))
        self.limit.setSuffix(f"{formatting.NARROW_SPACE}MB")
        self.limit.setGroupSeparatorShown(True)
        self.limit.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.limit.setToolTip(self.tr("Holds from the next measurement on. The baseline always stays."))
        self.limit.wanted.connect(lambda megabytes: self.wanted.emit(megabytes * MEGABYTE))
        self.rest = QLabel(self.tr("; beyond that the oldest go"))
        for label in (self.taken, self.rest):
            label.setProperty("muted", True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 6)
        layout.setSpacing(4)
        for widget in (self.taken, self.limit, self.rest):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.hide()

    def show_history(self, found: History) -> None:
        taken = self.tr("%n measurement(s), {size} of at most", "", len(found.entries))
        self.taken.setText(taken.format(size=formatting.size(found.bytes)))
        self.limit.show_number(max(1, round(found.most_bytes / MEGABYTE)), 1, MOST_MEGABYTES)
        self.show()
