"""Small plots of a tensor: how its values are spread, before and after, and the scale of every channel."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from quantscope.documents.details import Histogram, Scales
from quantscope_gui import formatting
from quantscope_gui.theme import precisions
from quantscope_gui.theme.theme import Theme

HEIGHT = 44


class Plot(QWidget):
    """A sunken strip with a word under each end."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.ends = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT + self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self.theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0, 0, self.width(), HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(box, 4, 4)
        self.paint_values(painter, box.adjusted(4, 4, -4, -2))
        painter.setPen(QColor(tokens.text_muted))
        line = QRectF(0, HEIGHT + 2, self.width(), self.fontMetrics().height())
        for side, text in zip((Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), self.ends, strict=True):
            painter.drawText(line, side | Qt.AlignmentFlag.AlignVCenter, text)

    def paint_values(self, painter: QPainter, box: QRectF) -> None:
        raise NotImplementedError


class HistogramPlot(Plot):
    """Today's values as a filled area; planned ones as steps in the colour of the planned precision."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._now: Histogram | None = None
        self._planned: Histogram | None = None
        self._kind = "none"

    def show_histograms(self, now: Histogram, planned: Histogram | None, kind: str) -> None:
        self._now, self._planned, self._kind = now, planned, kind
        self.ends = (formatting.significant(now.low), formatting.significant(now.high))
        words = self.tr("Values from {low} to {high}").format(low=self.ends[0], high=self.ends[1])
        hint = self.tr(
            "Grey: the values now. Line: the values that quantization makes of them. Heights are logarithmic."
        )
        self.setAccessibleName(words)
        self.setToolTip(f"{words}\n{hint}" if planned is not None else words)
        self.update()

    def paint_values(self, painter: QPainter, box: QRectF) -> None:
        if self._now is None:
            return
        most = max(*self._now.counts, *(self._planned.counts if self._planned is not None else ()), 1)
        tokens = self.theme.tokens
        painter.setBrush(QColor(tokens.border_strong))
        painter.drawPolygon(QPolygonF([box.bottomLeft(), *_steps(self._now.counts, most, box), box.bottomRight()]))
        if self._planned is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(precisions.color(self._kind, tokens), 1.3))
            painter.drawPolyline(QPolygonF(_steps(self._planned.counts, most, box)))


class ScalesPlot(Plot):
    """The scale of every channel in order, on a logarithmic axis where they differ a lot."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._values: tuple[float, ...] = ()
        self._kind = "none"

    def show_scales(self, scales: Scales, kind: str) -> None:
        self._values, self._kind = scales.values, kind
        low, high = min(scales.values), max(scales.values)
        spread = (formatting.significant(low), formatting.significant(high))
        self.ends = (self.tr("%n scale(s)", "", len(scales.values)), f"{spread[0]} \u2013 {spread[1]}")
        words = self.tr("{count} scales from {low} to {high}, channel by channel").format(
            count=len(scales.values), low=spread[0], high=spread[1]
        )
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def paint_values(self, painter: QPainter, box: QRectF) -> None:
        if not self._values:
            return
        heights = _heights(self._values)
        columns = max(1, min(len(heights), round(box.width())))
        painter.setPen(QPen(precisions.color(self._kind, self.theme.tokens), 1.3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        low, high = [], []
        for column in range(columns):
            # Of more channels than pixels, each pixel shows the smallest and the largest.
            part = heights[column * len(heights) // columns : (column + 1) * len(heights) // columns]
            x = box.left() + (column + 0.5) * box.width() / columns
            low.append(QPointF(x, box.bottom() - min(part) * box.height()))
            high.append(QPointF(x, box.bottom() - max(part) * box.height()))
        painter.drawPolyline(QPolygonF(high))
        if columns < len(heights):
            painter.drawPolyline(QPolygonF(low))


def _steps(counts: Sequence[int], most: int, box: QRectF) -> list[QPointF]:
    """The top of a histogram's columns, heights logarithmic so that few values are seen, too."""
    width = box.width() / max(1, len(counts))
    points = []
    for place, count in enumerate(counts):
        top = box.bottom() - box.height() * math.log1p(count) / math.log1p(most)
        points += [QPointF(box.left() + place * width, top), QPointF(box.left() + (place + 1) * width, top)]
    return points


def _heights(values: Sequence[float]) -> list[float]:
    """Values in [0, 1] for drawing."""
    low, high = min(values), max(values)
    if low > 0 and high / low > 100:
        span = math.log(high / low)
        return [0.04 + 0.92 * math.log(value / low) / span for value in values]
    return [0.04 + 0.92 * value / high if high > 0 else 0.5 for value in values]
