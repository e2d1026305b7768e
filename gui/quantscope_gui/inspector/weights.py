"""An operator's weight size now and planned, as two bars of one scale."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from quantscope_gui import formatting
from quantscope_gui.operators.plan import Row
from quantscope_gui.theme import precisions
from quantscope_gui.theme.theme import Theme


class WeightBars(QWidget):
    """Two lines: label, bar, size."""

    _GAP = 8

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row: Row | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_row(self, row: Row) -> None:
        self._row = row
        now, planned = (formatting.size(count) for count in self._sizes())
        self.setAccessibleName(self.tr("Weights now {now}, planned {planned}").format(now=now, planned=planned))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 2 * (self.fontMetrics().height() + 6))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._row is None:
            return
        tokens = self._theme.tokens
        now, planned = self._sizes()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        names = (self.tr("now"), self.tr("planned"))
        figures = (formatting.size(now), self._planned_text(now, planned))
        left = max(map(metrics.horizontalAdvance, names)) + self._GAP
        right = max(map(metrics.horizontalAdvance, figures)) + self._GAP
        line = metrics.height() + 6
        inks = (QColor(tokens.border_strong), precisions.color(self._row.kind, tokens))
        for place, (name, figure, count, ink) in enumerate(zip(names, figures, (now, planned), inks, strict=True)):
            box = QRectF(0, place * line, self.width(), line)
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            painter.setPen(QColor(tokens.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, figure)
            length = max((self.width() - left - right) * count / max(now, planned, 1), 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawRoundedRect(QRectF(left, box.center().y() - 3, length, 6), 2, 2)

    def _sizes(self) -> tuple[int, int]:
        assert self._row is not None
        return self._row.operator.weight_bytes, self._row.operator.planned_weight_bytes

    @staticmethod
    def _planned_text(now: int, planned: int) -> str:
        share = f"  {formatting.percent(planned / now)}" if now and planned != now else ""
        return formatting.size(planned) + share
