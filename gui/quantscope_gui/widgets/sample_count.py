"""How many of a file's samples are taken."""

from typing import Final

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget

SETTLED_MILLISECONDS: Final = 600  # without another step of the number


class SampleCount(QWidget):
    """`wanted(number)` a moment after the user has settled on one."""

    wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = QSpinBox()
        self.count.setKeyboardTracking(False)
        self.count.setMinimumHeight(self.fontMetrics().height() + 12)  # as high as the buttons beside it
        self.count.setAccessibleName(self.tr("Number of samples"))
        self.count.setToolTip(self.tr("So many are taken, spread evenly over the file"))
        self.available = QLabel()
        self.available.setProperty("muted", True)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MILLISECONDS)
        self._settled.timeout.connect(lambda: self.wanted.emit(self.count.value()))
        self.count.valueChanged.connect(lambda _: self._settled.start())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.count)
        layout.addWidget(self.available, 1)

    def show_count(self, count: int, available: int) -> None:
        """`count` samples of the `available` ones are taken, unless the user is choosing a number just now."""
        with QSignalBlocker(self.count):
            self.count.setRange(1, available)
            if not self._settled.isActive():
                self.count.setValue(count)
        self.available.setText(self.tr("of %n sample(s) in the file", "", available))
