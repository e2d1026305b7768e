"""Files dropped anywhere on the window, at any time."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from quantscope_gui.theme.theme import Theme

# The ordinary end of a drag, and what shows that it has ended where its source died in the middle of it.
_OVER: Final = (QEvent.Type.DragLeave, QEvent.Type.Enter, QEvent.Type.WindowActivate, QEvent.Type.WindowDeactivate)


def local_files(event: QDropEvent) -> list[Path]:
    """The local files of a drag; other things give none."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


class DropOverlay(QWidget):
    """Says over the whole window that a drop will be taken."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(tokens.window)
        veil.setAlpha(240)
        painter.fillRect(self.rect(), veil)
        pen = QPen(QColor(tokens.focus), 2, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(14, 14, -14, -14), 12, 12)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.7)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Drop to open"))


class Drops(QObject):
    """Watches a window's drag events. `dropped(paths)`; drags that began in this application are left alone."""

    dropped = Signal(list)

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._overlay = DropOverlay(theme, window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._overlay.hide()
            files = self._taken(event)
            if files:
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self.dropped.emit(files)
            return True
        if isinstance(event, QDragEnterEvent | QDragMoveEvent) and event.type() in (
            QEvent.Type.DragEnter,
            QEvent.Type.DragMove,
        ):
            if self._taken(event):
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self._show()
            else:
                event.ignore()
            return True
        if event.type() in _OVER:
            self._overlay.hide()
        return False

    def _taken(self, event: QDropEvent) -> list[Path]:
        return [] if event.source() is not None else local_files(event)

    def _show(self) -> None:
        if self._overlay.isHidden():
            self._overlay.setGeometry(self._window.rect())
            self._overlay.raise_()
            self._overlay.show()
