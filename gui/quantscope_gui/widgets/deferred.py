"""A place for a widget that takes long to make: it is made when somebody first looks."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget


class Deferred(QWidget):
    """Holds what `make` returns, once it has been shown; until then it is empty. Made in one event and styled in the
    next, so that neither is long."""

    def __init__(self, make: Callable[[], QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._made: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._made is None:
            QTimer.singleShot(0, self, self._fill)

    def _fill(self) -> None:
        if self._made is None:
            made = self._made = self._make()
            QTimer.singleShot(0, self, lambda: self._layout.addWidget(made))
