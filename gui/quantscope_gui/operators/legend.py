"""The legend in the status bar: what the colours mean, and how many operators have each; a click filters them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from quantscope_gui.operators.plan import Key, Plan
from quantscope_gui.theme import precisions
from quantscope_gui.theme.theme import Theme


@dataclass(frozen=True, slots=True)
class Item:
    """One meaning of a colour. `mark` is a kind of theme.precisions; without one a patch of `color` (#rrggbb) is shown.
    A click asks for `filter_text` or, where there is none, for `keys`."""

    name: str
    count: int
    hint: str = ""
    mark: str = ""
    color: str = ""
    filter_text: str = ""
    keys: frozenset[Key] = frozenset()


class LegendEntry(QAbstractButton):
    """A mark, a name and a count; without the name where room is short."""

    def __init__(self, theme: Theme, item: Item, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._count = str(item.count)
        self._compact = False
        self.item = item
        self.setText(item.name)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{item.name}: {item.count}")
        self.setToolTip(f"{item.name}: {item.count}\n{item.hint}".strip())
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
        patch = QRectF(6, (self.height() - 10) / 2, 10, 10)
        if self.item.mark:
            precisions.paint_mark(painter, patch, self.item.mark, tokens)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.item.color))
            painter.drawRoundedRect(patch, 2, 2)
        line = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        left = 22
        if not self._compact:
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(QRectF(left, 0, self.width(), self.height()), line, self.text())
            left += self.fontMetrics().horizontalAdvance(self.text()) + 6
        painter.setPen(QColor(tokens.text))
        painter.drawText(QRectF(left, 0, self.width(), self.height()), line, self._count)


class Legend(QWidget):
    """One entry per meaning that occurs. `filter_wanted(text)` or `keys_wanted(keys)` when one is clicked; no keys when
    it is clicked again."""

    filter_wanted = Signal(str)
    keys_wanted = Signal(object)

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
        """One entry per planned precision."""
        kinds = plan.kinds if plan is not None else {}
        known = [kind for kind in precisions.ORDER if kind in kinds]
        self.set_items(
            [
                Item(precisions.name(kind), kinds[kind], precisions.meaning(kind), kind, "", f"precision:{kind}")
                for kind in [*known, *sorted(kind for kind in kinds if kind not in precisions.ORDER)]
            ]
        )

    def set_items(self, items: Sequence[Item]) -> None:
        if [entry.item for entry in self._entries] == list(items):
            return
        for entry in self._entries:
            self._layout.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        self._entries = [LegendEntry(self._theme, item, self) for item in items]
        for place, entry in enumerate(self._entries):
            entry.clicked.connect(lambda _checked, entry=entry: self._clicked(entry))
            self._layout.insertWidget(place, entry)
        self._fit()

    def show_filter(self, text: str) -> None:
        for entry in self._entries:
            if entry.item.filter_text:
                entry.setChecked(text == entry.item.filter_text)

    def _clicked(self, entry: LegendEntry) -> None:
        if entry.item.filter_text:
            self.filter_wanted.emit(entry.item.filter_text)
            return
        for other in self._entries:
            other.setChecked(other is entry and entry.isChecked())
        self.keys_wanted.emit(entry.item.keys if entry.isChecked() else None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        wide = sum(entry.width_for(False) + 2 for entry in self._entries) + 16
        for entry in self._entries:
            entry.set_compact(wide > self.width())
