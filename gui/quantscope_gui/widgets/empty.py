"""What stands where there is nothing yet: an icon, a title, one sentence."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.glyph import Glyph


class EmptyState(QWidget):
    """Centred, quiet, and never in the way."""

    def __init__(self, theme: Theme, icon: str, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = QLabel(title)
        self.title.setProperty("heading", True)
        self.text = QLabel(text)
        self.text.setProperty("muted", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 20)
        layout.setSpacing(6)
        layout.addStretch(2)
        layout.addWidget(Glyph(theme, icon, "text_muted", 28), 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addStretch(3)
