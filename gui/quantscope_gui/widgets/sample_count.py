"""How many of a file's samples are taken."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from quantscope_gui.widgets.settled_number import SettledNumber


class SampleCount(QWidget):
    """`wanted(number)` a moment after the user has settled on one."""

    wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = SettledNumber(self.tr("Number of samples"))
        self.count.setToolTip(self.tr("So many are taken, spread evenly over the file"))
        self.count.wanted.connect(self.wanted)
        self.available = QLabel()
        self.available.setProperty("muted", True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.count)
        layout.addWidget(self.available, 1)

    def show_count(self, count: int, available: int) -> None:
        """`count` samples of the `available` ones are taken, unless the user is choosing a number just now."""
        self.count.show_number(count, 1, available)
        self.available.setText(self.tr("of %n sample(s) in the file", "", available))
