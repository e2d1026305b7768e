"""A number that is acted upon once the user has settled on it, not at each step on the way."""

from typing import Final

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QSpinBox, QWidget

SETTLED_MILLISECONDS: Final = 600  # without another step of the number


class SettledNumber(QSpinBox):
    """`wanted(number)` a moment after the user has settled on one."""

    wanted = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)
        self.setMinimumHeight(self.fontMetrics().height() + 12)  # as high as the buttons beside it
        self.setAccessibleName(name)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MILLISECONDS)
        self._settled.timeout.connect(lambda: self.wanted.emit(self.value()))
        self.valueChanged.connect(lambda _: self._settled.start())

    def show_number(self, number: int, least: int, most: int) -> None:
        """What is in force, unless the user is choosing another just now."""
        with QSignalBlocker(self):
            self.setRange(least, most)
            if not self._settled.isActive():
                self.setValue(number)
