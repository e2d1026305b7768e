"""The find bar above graph and table: what is asked for, how many there are, and going from one to the next."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from quantscope_gui.theme.theme import Theme

DELAY_MILLISECONDS = 60


class FindEdit(QLineEdit):
    """Escape clears it, Down goes on into what is below. Files dropped on it are the window's business."""

    left_downwards = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(False)
        self.setClearButtonEnabled(True)
        self._icon = self.addAction(theme.icon("search", "text_muted"), QLineEdit.ActionPosition.LeadingPosition)
        theme.bind_icon(self._icon, "search", "text_muted")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)


class FindBar(QWidget):
    """`changed(text)` a moment after the last key; `entered` by Return and `left_downwards` by Down, with the text
    in force by then; `step_wanted(1 or -1)`."""

    changed = Signal(str)
    entered = Signal()
    left_downwards = Signal()
    step_wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = FindEdit(theme, self)
        self.edit.setPlaceholderText(
            self.tr("Find: type, name, shape, precision or reason \u2014 e.g. conv is:fallback, name:/layer_[0-3]/")
        )
        self.edit.setAccessibleName(self.tr("Find operators"))
        self.edit.setToolTip(
            self.tr(
                "All words must occur. Also type: name: precision: reason: dtype: shape: subgraph: partition: rule:\n"
                "is:8bit is:fallback is:delegated is:undelegated is:weighted; a leading - excludes.\n"
                'Slashes enclose a regular expression: name:/conv_[0-9]$/. Quotes enclose spaces: "a b".'
            )
        )
        self.count = QLabel()
        self.count.setProperty("muted", True)
        self.previous = self._button("chevron-up", self.tr("Previous match (Shift+F3)"), -1, theme)
        self.next = self._button("chevron-down", self.tr("Next match (F3)"), 1, theme)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY_MILLISECONDS)
        self._delay.timeout.connect(self._apply)
        self.edit.textChanged.connect(self._delay.start)
        self.edit.returnPressed.connect(lambda: self._leave(self.entered.emit))
        self.edit.left_downwards.connect(lambda: self._leave(self.left_downwards.emit))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addWidget(self.edit, 1)
        layout.addSpacing(6)
        layout.addWidget(self.count)
        layout.addWidget(self.previous)
        layout.addWidget(self.next)

    @property
    def text(self) -> str:
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Finds `text`, at once."""
        self.edit.setText(text)
        self._apply()

    def toggle(self, text: str) -> None:
        """The same, or nothing again if `text` is on already."""
        self.set_text("" if self.text == text else text)

    def focus(self) -> None:
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    def show_found(self, found: int, every: int, place: int | None, problem: str) -> None:
        """How many operators were found of how many, and which of them is the current one (from 0)."""
        if problem:
            words = problem
        elif not self.text:
            words = self.tr("%n operator(s)", "", every)
        elif place is not None:
            words = self.tr("{place} of {found} found").format(place=place + 1, found=found)
        else:
            words = self.tr("{shown} of {all} operators").format(shown=found, all=every)
        self.count.setText(words)
        for button in (self.previous, self.next):
            button.setVisible(bool(self.text))
            button.setEnabled(found > 0)

    def _button(self, icon: str, words: str, step: int, theme: Theme) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setProperty("tight", True)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(words)
        button.setAccessibleName(words.partition(" (")[0])
        button.clicked.connect(lambda: self.step_wanted.emit(step))
        theme.bind_icon(button, icon, "text_muted")
        return button

    def _leave(self, tell: Callable[[], None]) -> None:
        self._apply()
        tell()

    def _apply(self) -> None:
        self._delay.stop()
        self.changed.emit(self.text)
