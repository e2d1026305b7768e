"""Breadcrumbs: the pages that led here, and the open groups around the current operator."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

LONGEST = 28


@dataclass(frozen=True, slots=True)
class Crumb:
    """`page` is the place in the stack of pages, `group` an open group of the last page, or -1 for the page itself."""

    text: str
    page: int
    group: int = -1


def _short(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}\u2026{text[-half + 1 :]}"


class Crumbs(QWidget):
    """`chosen(crumb)` when one is clicked. Where room is short the first ones are left out."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._crumbs: tuple[Crumb, ...] = ()
        self._widgets: list[QWidget] = []  # crumbs, and the arrows between them
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(28)

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        return self._crumbs

    def set_crumbs(self, crumbs: Sequence[Crumb]) -> None:
        if tuple(crumbs) == self._crumbs:
            return
        self._crumbs = tuple(crumbs)
        for widget in self._widgets:
            widget.hide()
            widget.deleteLater()
        self._widgets = []
        for place, crumb in enumerate(self._crumbs):
            if place:
                arrow = QLabel("\u203a")
                arrow.setProperty("muted", True)
                self._widgets.append(arrow)
            button = QToolButton()
            button.setText(_short(crumb.text))
            button.setToolTip(crumb.text)
            button.setProperty("flat", True)
            button.setProperty("compact", True)
            button.clicked.connect(lambda _checked=False, crumb=crumb: self.chosen.emit(crumb))
            self._widgets.append(button)
        for place, widget in enumerate(self._widgets):
            self._layout.insertWidget(place, widget)
        self._leave_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._leave_out()

    def _leave_out(self) -> None:
        """Hides the first crumbs, each with the arrow behind it, as far as there is no room for them."""
        room = self.width()
        last = len(self._widgets) - 1
        for place in range(last, -1, -2):
            pair = self._widgets[place : place + 2]
            room -= sum(widget.sizeHint().width() + self._layout.spacing() for widget in pair)
            for widget in pair:
                widget.setVisible(room >= 0 or place == last)
