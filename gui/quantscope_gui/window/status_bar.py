"""The status bar: legend on the left; what is going on and what went wrong on the right."""

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from quantscope_gui.jobs.board import JobBoard
from quantscope_gui.jobs.status import JobStatus
from quantscope_gui.operators.legend import Legend
from quantscope_gui.theme.theme import Theme

NOTE_MILLISECONDS = 6000


class StatusLine(QWidget):
    """One row under everything. `say` shows a passing remark."""

    def __init__(self, board: JobBoard, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = Legend(theme)
        self.note = QLabel()
        self.note.setProperty("muted", True)
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.setInterval(NOTE_MILLISECONDS)
        self._fading.timeout.connect(self.note.clear)
        self.job = JobStatus(board, theme)
        self.problems = QToolButton()
        self.problems.setProperty("flat", True)
        self.problems.setProperty("compact", True)
        self.problems.setIconSize(QSize(16, 16))
        theme.bind_icon(self.problems, "warning", "danger")
        self.show_problems(0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 3, 8, 3)
        layout.setSpacing(10)
        layout.addWidget(self.legend, 1)
        layout.addWidget(self.note)
        layout.addWidget(self.job)
        layout.addWidget(self.problems)
        self.setMinimumHeight(34)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        self.note.setText(text)
        self._fading.start()

    def show_problems(self, count: int) -> None:
        self.problems.setVisible(count > 0)
        self.problems.setText(str(count))
        self.problems.setToolButtonStyle(self.problems.toolButtonStyle().ToolButtonTextBesideIcon)
        words = self.tr("%n problem(s)", "", count)
        self.problems.setToolTip(words)
        self.problems.setAccessibleName(words)
