"""The live chart: for each variant the median of every batch as a line, p10 to p90 as a band, outliers as dots.

New points are drawn at the next tick, 30 times a second, whatever their number; while it runs the last seconds scroll
by, afterwards everything is there.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from quantscope_gui.latency.marks import Marks, marks_of
from quantscope_gui.latency.measurement import Course, Measurement
from quantscope_gui.theme.theme import Theme

TICK_MILLISECONDS: Final = 33
WINDOW_SECONDS: Final = 12.0
ROOM_ABOVE: Final = 1.25
RESCALED_BY: Final = 0.1
# Tokens of the variants' colours, the source's first; the dashes tell them apart without colour.
SERIES: Final = ("float32", "hybrid-int8", "weight-only-int8", "fallback", "hybrid-int4")
DASHES: Final = (Qt.PenStyle.SolidLine, Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
BAND_OPACITY: Final = 48
TITLE_MARGIN: Final = 12


class _Series:
    """One variant's line, band and dots."""

    def __init__(self, plot: pg.PlotItem, number: int) -> None:
        self.number = number
        self.line = pg.PlotCurveItem(connect="finite")
        self.low = pg.PlotCurveItem(pen=None)
        self.high = pg.PlotCurveItem(pen=None)
        self.band = pg.FillBetweenItem(self.low, self.high)
        self.dots = pg.ScatterPlotItem(size=5, pen=None, pxMode=True)
        self.items = (self.band, self.low, self.high, self.dots, self.line)
        for item in self.items:
            plot.addItem(item)

    def tint(self, color: QColor) -> None:
        self.line.setPen(pg.mkPen(color, width=2, style=DASHES[self.number % len(DASHES)]))
        translucent = QColor(color)
        translucent.setAlpha(BAND_OPACITY)
        self.band.setBrush(translucent)
        self.dots.setBrush(pg.mkBrush(color))

    def show(self, course: Course, start: float) -> None:
        first = course.since(start)
        t = np.array(course.t[first:])
        self.line.setData(t, np.array(course.median[first:]))
        self.low.setData(t, np.array(course.low[first:]))
        self.high.setData(t, np.array(course.high[first:]))
        dots = np.array(course.dots_t)
        shown = dots >= start
        self.dots.setData(dots[shown], np.array(course.dots)[shown])


class LatencyChart(QWidget):
    """Shows one measurement. `refresh` soon after something was added to it; drawing waits for the tick."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._measurement: Measurement | None = None
        self._series: dict[int, _Series] = {}
        self._top = 0.0
        self.drawn_until = 0.0
        self.plot = pg.PlotWidget(parent=self)
        self.plot.setAccessibleName(self.tr("Latency of each batch"))
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=True, y=False)
        self.plot.setLabel("left", self.tr("ms per inference"))
        self.plot.setLabel("bottom", self.tr("seconds"))
        for side in ("left", "bottom"):
            self.plot.getAxis(side).enableAutoSIPrefix(False)
        self.plot.getViewBox().setDefaultPadding(0)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.marks = Marks(self.plot.getViewBox(), self.color)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.setInterval(TICK_MILLISECONDS)
        self._tick.timeout.connect(self._draw)
        theme.changed.connect(self._tint)
        self._tint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A title that would be cut off is left out; the figures above the chart have the unit, too."""
        super().resizeEvent(event)
        axis = self.plot.getAxis("left")
        room = self.height() - self.plot.getAxis("bottom").height()
        axis.showLabel(self.fontMetrics().horizontalAdvance(axis.labelText) + TITLE_MARGIN < room)

    def show_measurement(self, measurement: Measurement | None) -> None:
        """Shows another measurement, or none."""
        for series in self._series.values():
            for item in series.items:
                self.plot.removeItem(item)
        self._series.clear()
        self.marks.show_marks((), self._theme.tokens)
        self._measurement, self._top, self.drawn_until = measurement, 0.0, 0.0
        self.plot.setYRange(0, 1, padding=0)
        self._draw()

    def refresh(self) -> None:
        """Something was added; drawn at the next tick."""
        if not self._tick.isActive():
            self._tick.start()

    def color(self, run: int) -> QColor:
        """The colour of a run's line."""
        return QColor(self._theme.tokens.precision[SERIES[run % len(SERIES)]])

    def _draw(self) -> None:
        self._tick.stop()
        measurement = self._measurement
        if measurement is None:
            return
        end = max((course.t[-1] for course in measurement.courses.values() if course.t), default=0.0)
        begin = min((course.t[0] for course in measurement.courses.values() if course.t), default=0.0)
        start = begin if measurement.over else max(begin, end - WINDOW_SECONDS)
        for course in measurement.courses.values():
            if course.run not in self._series:
                self._series[course.run] = _Series(self.plot.getPlotItem(), len(self._series))
                self._series[course.run].tint(self.color(course.run))
            self._series[course.run].show(course, start)
        self.marks.show_marks(marks_of(measurement, end) if end else (), self._theme.tokens)
        self.plot.setXRange(start, max(end, start + (0.5 if measurement.over else WINDOW_SECONDS)), padding=0.01)
        self._rescale(measurement.courses.values(), start)
        self.drawn_until = end

    def _rescale(self, courses: Iterable[Course], start: float) -> None:
        """Keeps the upper end still until it has to move."""
        highest = [max(course.high[course.since(start) :], default=0.0) for course in courses]
        wanted = max(highest, default=0.0) * ROOM_ABOVE
        if wanted > 0 and not (1 - RESCALED_BY) * self._top <= wanted <= self._top:
            self._top = wanted * (1 + RESCALED_BY / 2)
            self.plot.setYRange(0, self._top, padding=0)

    def _tint(self) -> None:
        tokens = self._theme.tokens
        self.plot.setBackground(tokens.surface)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(tokens.border_strong))
            axis.setTextPen(pg.mkPen(tokens.text_muted))
            axis.label.setDefaultTextColor(QColor(tokens.text_muted))
        self.plot.showGrid(x=False, y=True, alpha=0.15)
        for run, series in self._series.items():
            series.tint(self.color(run))
        self.marks.show_marks(self.marks.marks, tokens)
