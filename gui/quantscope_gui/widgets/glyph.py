"""An icon as a label, tinted from the theme and crisp on every screen."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from quantscope_gui.theme.theme import Theme


class Glyph(QWidget):
    """Icon `name` in token `ink`, `extent` logical pixels wide."""

    def __init__(self, theme: Theme, name: str, ink: str, extent: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = name
        self._ink = ink
        self._extent = extent
        self.setFixedSize(extent, extent)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self._extent, self._extent)

    def paintEvent(self, event: QPaintEvent) -> None:
        scale = self.devicePixelRatioF()
        pixmap = self._theme.pixmap(self._name, self._ink, self._extent, scale)
        painter = QPainter(self)
        painter.drawPixmap(QRectF(0, 0, self._extent, self._extent), pixmap, QRectF(pixmap.rect()))
