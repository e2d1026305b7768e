"""The legend in the status bar: how many operators there are of each kind; a click filters the table."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from quantscope_gui.operators.plan import Plan
from quantscope_gui.theme import precisions
from quantscope_gui.theme.theme import Theme


class LegendEntry(QAbstractButton):
    """A mark, a name and a count; without the name where room is short."""

    def __init__(self, theme: Theme, kind: str, count: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._count = str(count)
        self._compact = False
        self.kind = kind
        self.setText(precisions.name(kind))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{self.text()}: {count}")
        self.setToolTip(f"{self.text()}: {count}\n{precisions.meaning(kind)}".strip())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_compact(self, compact: bool) -> None:
        self._compact = compact
        self.updateGeometry()
        self.update()

    def width_for(self, compact: bool) -> int:
        metrics = self.fontMetrics()
        name = 0 if compact else metrics.horizontalAdvance(self.text()) + 6
        return 6 + 10 + 6 + name + metrics.horizontalAdvance(self._count) + 8

    def sizeHint(self) -> QSize:
        return QSize(self.width_for(self._compact), self.fontMetrics().height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.selection if self.isChecked() else tokens.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        precisions.paint_mark(painter, QRectF(6, (self.height() - 10) / 2, 10, 10), self.kind, tokens)
        line = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        left = 22
        if not self._compact:
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(QRectF(left, 0, self.width(), self.height()), line, self.text())
            left += self.fontMetrics().horizontalAdvance(self.text()) + 6
        painter.setPen(QColor(tokens.text))
        painter.drawText(QRectF(left, 0, self.width(), self.height()), line, self._count)


class Legend(QWidget):
    """One entry per kind that occurs. `filter_wanted(text)` when one is clicked."""

    filter_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: list[LegendEntry] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(8, 0, 8, 0)
        self._layout.setSpacing(2)
        self._layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def entries(self) -> tuple[LegendEntry, ...]:
        return tuple(self._entries)

    def set_plan(self, plan: Plan | None) -> None:
        for entry in self._entries:
            self._layout.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        kinds = plan.kinds if plan is not None else {}
        known = [kind for kind in precisions.ORDER if kind in kinds]
        self._entries = [
            LegendEntry(self._theme, kind, kinds[kind], self)
            for kind in [*known, *sorted(kind for kind in kinds if kind not in precisions.ORDER)]
        ]
        for place, entry in enumerate(self._entries):
            entry.clicked.connect(lambda _checked, kind=entry.kind: self.filter_wanted.emit(f"precision:{kind}"))
            self._layout.insertWidget(place, entry)
        self._fit()

    def show_filter(self, text: str) -> None:
        for entry in self._entries:
            entry.setChecked(text == f"precision:{entry.kind}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        wide = sum(entry.width_for(False) + 2 for entry in self._entries) + 16
        for entry in self._entries:
            entry.set_compact(wide > self.width())
