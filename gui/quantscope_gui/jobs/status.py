"""The running job in the status bar: what it does, how far it is, and Cancel."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from quantscope_gui import formatting
from quantscope_gui.jobs.board import JobBoard
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.labels import ElidedLabel


class JobStatus(QWidget):
    """Visible while there is a job."""

    def __init__(self, board: JobBoard, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self.text = ElidedLabel()
        self.text.setFixedWidth(230)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(120)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.share = QLabel()
        self.share.setMinimumWidth(self.share.fontMetrics().horizontalAdvance(formatting.percent(1)))
        self.cancel = QToolButton()
        self.cancel.setText(self.tr("Cancel"))
        self.cancel.setAccessibleName(self.tr("Cancel the running job"))
        self.cancel.setIconSize(QSize(16, 16))
        self.cancel.clicked.connect(board.cancel_first)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.text, self.bar, self.share, self.cancel):
            layout.addWidget(widget)
        board.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        entries = self._board.entries
        self.setVisible(bool(entries))
        if not entries:
            return
        first = entries[0]
        words = [first.title, self.tr("cancelling\u2026") if first.cancelling else first.text]
        if len(entries) > 1:
            words.append(self.tr("%n waiting", "", len(entries) - 1))
        self.text.set_text(" \u00b7 ".join(word for word in words if word))
        self.bar.setValue(round(first.fraction * 1000))
        self.share.setText(formatting.percent(first.fraction))
        self.cancel.setEnabled(not first.cancelling)
