"""A combo box that says what it chooses: "Recipe  dynamic int8"."""

from PySide6.QtCore import QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QWidget

from quantscope import documents
from quantscope_gui.engine import texts
from quantscope_gui.theme.theme import Theme


class ChoiceCombo(QComboBox):
    """`chosen(id)` when the user chooses another entry."""

    chosen = Signal(str)

    _PADDING = 10
    _GAP = 8
    _ARROW = 16

    def __init__(self, caption: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption = caption
        self._theme = theme
        self._override = ""
        self._choices: tuple[documents.Choice, ...] = ()
        self.setAccessibleName(caption)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setEnabled(False)
        self.currentIndexChanged.connect(self._describe)
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))
        theme.changed.connect(self.update)

    def set_choices(self, choices: tuple[documents.Choice, ...], current: str) -> None:
        """Fills the list; descriptions become tooltips."""
        if choices == self._choices:
            self.show_choice(current, self._override)
            return
        self._choices = choices
        with QSignalBlocker(self):
            self.clear()
            for row, choice in enumerate(choices):
                self.addItem(texts.choice_title(choice), choice.id)
                self.setItemData(row, texts.choice_description(choice), Qt.ItemDataRole.ToolTipRole)
            self.setCurrentIndex(max(self.findData(current), 0))
            self._override = ""
        self.setEnabled(bool(choices))
        self.view().setMinimumWidth(max(self.view().sizeHintForColumn(0) + 24, self.sizeHint().width()))
        self._describe()

    def show_choice(self, current: str, instead: str = "") -> None:
        """Makes `current` the choice; `instead` is what is shown in its place where it is more than an entry says."""
        with QSignalBlocker(self):
            self.setCurrentIndex(max(self.findData(current), 0))
        self._override = instead
        self._describe()
        self.updateGeometry()
        self.update()

    def shown(self) -> str:
        return self._override or self.currentText()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(self.itemText(row)) for row in range(self.count())), default=90)
        widest = max(widest, metrics.horizontalAdvance(self._override))
        caption = metrics.horizontalAdvance(self._caption)
        return QSize(
            2 * self._PADDING + caption + self._GAP + widest + self._GAP + self._ARROW, max(metrics.height() + 12, 30)
        )

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(
            2 * self._PADDING + metrics.horizontalAdvance(self._caption) + 60 + self._ARROW, self.sizeHint().height()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = self.underMouse() and self.isEnabled()
        edge = tokens.focus if self.hasFocus() else tokens.border_strong if hovered else tokens.border
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(tokens.hover if hovered else tokens.raised if self.isEnabled() else tokens.window))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        metrics = QFontMetrics(self.font())
        line = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        left = self._PADDING
        painter.setPen(QColor(tokens.text_muted if self.isEnabled() else tokens.text_disabled))
        painter.drawText(QRect(left, 0, self.width(), self.height()), line, self._caption)
        left += metrics.horizontalAdvance(self._caption) + self._GAP if self._caption else 0
        room = self.width() - left - self._ARROW - self._PADDING
        painter.setPen(QColor(tokens.text if self.isEnabled() else tokens.text_disabled))
        text = metrics.elidedText(self.shown() or "\u2026", Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRect(left, 0, room, self.height()), line, text)
        ink = "text_muted" if self.isEnabled() else "text_disabled"
        arrow = self._theme.pixmap("chevron-down", ink, self._ARROW, self.devicePixelRatioF())
        top = (self.height() - self._ARROW) / 2
        painter.drawPixmap(
            QRectF(self.width() - self._PADDING - self._ARROW + 2, top, self._ARROW, self._ARROW),
            arrow,
            QRectF(arrow.rect()),
        )

    def _describe(self) -> None:
        description = self.itemData(self.currentIndex(), Qt.ItemDataRole.ToolTipRole) or ""
        self.setToolTip(description)
        self.setAccessibleDescription(f"{self._override} {description}".strip())
