"""The running job in the status bar: what it does, how far it is, and Cancel."""

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
        self.title = ElidedLabel()
        self.title.setFixedWidth(190)
        self.text = ElidedLabel(muted=theme)
        self.text.setFixedWidth(150)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(120)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.share = QLabel()
        self.share.setMinimumWidth(self.share.fontMetrics().horizontalAdvance(formatting.percent(1)))
        self.waiting = QLabel()
        self.waiting.setProperty("muted", True)
        self.cancel = QToolButton()
        self.cancel.setText(self.tr("Cancel"))
        self.cancel.setAccessibleName(self.tr("Cancel the running job"))
        self.cancel.setProperty("compact", True)
        self.cancel.clicked.connect(board.cancel_first)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.title, self.text, self.bar, self.share, self.waiting, self.cancel):
            layout.addWidget(widget)
        board.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        entries = self._board.entries
        self.setVisible(bool(entries))
        if not entries:
            return
        first = entries[0]
        self.title.set_text(first.title)
        self.text.set_text(self.tr("cancelling\u2026") if first.cancelling else first.text)
        waiting = len(entries) - 1
        self.waiting.setVisible(waiting > 0)
        self.waiting.setText(self.tr("%n waiting", "", waiting))
        self.bar.setValue(round(first.fraction * 1000))
        self.share.setText(formatting.percent(first.fraction))
        self.cancel.setEnabled(not first.cancelling)
