"""Labels: the mark of a precision, and a line of text that elides in the middle."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from quantscope_gui.theme import precisions
from quantscope_gui.theme.theme import Theme


class Mark(QWidget):
    """The mark of a precision kind, 10 logical pixels wide."""

    def __init__(self, theme: Theme, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind = kind
        self.setFixedSize(12, 12)
        theme.changed.connect(self.update)

    def set_kind(self, kind: str) -> None:
        self._kind = kind
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        precisions.paint_mark(painter, QRectF(1, 1, 10, 10), self._kind, self._theme.tokens)


class ElidedLabel(QWidget):
    """One line of text, elided in the middle where it doesn't fit; the tooltip has it in full."""

    def __init__(self, muted: Theme | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._muted = muted
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        # Fonts that stand in for scripts the main one lacks may reach below its descent.
        return QSize(metrics.horizontalAdvance(self._text) + 1, metrics.height() + 3)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 6, self.fontMetrics().height() + 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._muted is not None:
            painter.setPen(self._muted.tokens.text_muted)
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
