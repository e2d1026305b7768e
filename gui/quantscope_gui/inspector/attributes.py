"""An operator's attributes, as a small table of names and values."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from quantscope.documents.details import Details
from quantscope_gui import formatting
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.labels import ElidedLabel


def value_text(value: object) -> str:
    """An attribute's value as people read it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return formatting.significant(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(value_text, value))}]"
    return str(value)


class Attributes(QWidget):
    """Two columns; rows are reused."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[tuple[ElidedLabel, QLabel]] = []
        self._heading = QLabel(self.tr("Attributes"))
        self._heading.setProperty("section", True)
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(12)
        self._layout.setVerticalSpacing(2)
        self._layout.addWidget(self._heading, 0, 0, 1, 2)
        self._layout.setColumnStretch(0, 1)

    def show_attributes(self, attributes: dict[str, object]) -> None:
        self.setVisible(bool(attributes))
        while len(self._rows) < len(attributes):
            name, value = ElidedLabel(muted=self._theme), QLabel()
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setWordWrap(True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._rows.append((name, value))
            self._layout.addWidget(name, len(self._rows), 0)
            self._layout.addWidget(value, len(self._rows), 1)
        for place, (name, value) in enumerate(self._rows):
            shown = place < len(attributes)
            name.setVisible(shown)
            value.setVisible(shown)
        for (name, value), (key, found) in zip(self._rows, attributes.items(), strict=False):
            name.set_text(key)
            value.setText(value_text(found))
            value.setAccessibleName(f"{key}: {value_text(found)}")


def lines(details: Details) -> list[str]:
    """One line of text per attribute, for copying."""
    return [f"{name} = {value_text(value)}" for name, value in details.attributes.items()]
