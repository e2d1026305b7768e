"""What went wrong and was not dismissed yet: one card above the content, so that it is never in its way."""

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from quantscope_gui.errors.problem import Problem
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.glyph import Glyph

KEPT: Final = 3


class ErrorCard(QFrame):
    """One problem: what happened, what to do next, and the buttons for it."""

    dismissed = Signal()

    def __init__(self, problem: Problem, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.problem = problem
        self.setProperty("card", "danger")
        self.setAccessibleName(problem.title)
        self.setAccessibleDescription(f"{problem.message} {problem.remedy}".strip())

        words = QVBoxLayout()
        words.setSpacing(3)
        title = QLabel(problem.title)
        title.setProperty("heading", True)
        words.addWidget(title)
        for text in (problem.message, problem.remedy):
            if text:
                label = QLabel(text)
                label.setWordWrap(True)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setTextInteractionFlags(
                    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
                )
                words.addWidget(label)

        self.others = QLabel()
        self.others.setProperty("muted", True)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.others)
        if problem.retry is not None:
            self.retry = QPushButton(self.tr("&Retry"))
            theme.bind_icon(self.retry, "retry")
            self.retry.clicked.connect(self._retry)
            buttons.addWidget(self.retry)
        if problem.detail:
            copy = QPushButton(self.tr("&Copy details"))
            theme.bind_icon(copy, "copy")
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(problem.detail))
            buttons.addWidget(copy)
        close = QToolButton()
        close.setProperty("flat", True)
        close.setProperty("tight", True)
        close.setIconSize(QSize(16, 16))
        close.setToolTip(self.tr("Dismiss"))
        close.setAccessibleName(self.tr("Dismiss"))
        theme.bind_icon(close, "close", "text_muted")
        close.clicked.connect(self.dismissed)
        buttons.addWidget(close)

        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 10)
        layout.setSpacing(12)
        layout.addWidget(Glyph(theme, "warning", "danger", 20), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addLayout(buttons)
        layout.setAlignment(buttons, Qt.AlignmentFlag.AlignTop)

    def show_others(self, count: int) -> None:
        """Says how many more cards wait behind this one."""
        self.others.setVisible(count > 0)
        self.others.setText(self.tr("%n more", "", count))

    def _retry(self) -> None:
        self.dismissed.emit()
        if self.problem.retry is not None:
            self.problem.retry()


class ErrorTray(QWidget):
    """Keeps the latest cards and shows the newest. `changed(count)` tells how many there are."""

    changed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cards: list[ErrorCard] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 12, 12, 0)
        self._layout.setSpacing(8)
        self.hide()

    @property
    def cards(self) -> tuple[ErrorCard, ...]:
        return tuple(self._cards)

    def show_problem(self, problem: Problem) -> None:
        """Adds a card on top; the oldest goes when there are too many, an equal one is replaced."""
        for card in list(self._cards):
            if (card.problem.title, card.problem.message) == (problem.title, problem.message):
                self._remove(card)
        while len(self._cards) >= KEPT:
            self._remove(self._cards[-1])
        card = ErrorCard(problem, self._theme, self)
        card.dismissed.connect(lambda: self._dismiss(card))
        self._cards.insert(0, card)
        self._layout.insertWidget(0, card)
        self.show()
        self._show_newest()

    def toggle(self) -> None:
        self.setVisible(self.isHidden() and bool(self._cards))

    def _dismiss(self, card: ErrorCard) -> None:
        self._remove(card)
        self.setVisible(bool(self._cards))
        self._show_newest()

    def _show_newest(self) -> None:
        for place, card in enumerate(self._cards):
            card.setVisible(place == 0)
            card.show_others(len(self._cards) - 1)
        self.changed.emit(len(self._cards))

    def _remove(self, card: ErrorCard) -> None:
        self._cards.remove(card)
        self._layout.removeWidget(card)
        card.hide()
        card.deleteLater()
