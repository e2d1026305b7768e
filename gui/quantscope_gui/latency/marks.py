"""What disturbed a measurement, marked on the chart where it was: conditions as bars in lanes at the top with a tint
below, changes of level as lines, a drift as the line that it follows. Each says in a word or two what it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from quantscope.documents import profile as profiles
from quantscope_gui.engine import texts
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.latency.measurement import Measurement
from quantscope_gui.theme.tokens import Tokens

# What is marked, by code, in the order of the lanes from the top.
WORDS: Final = {
    "throttling": QT_TRANSLATE_NOOP("Mark", "heat: status {status}"),
    "frequency-capped": QT_TRANSLATE_NOOP("Mark", "limited to {khz}"),
    "background-load": QT_TRANSLATE_NOOP("Mark", "other programs {share}"),
    "level-shift": QT_TRANSLATE_NOOP("Mark", "level {change}"),
    "drift": QT_TRANSLATE_NOOP("Mark", "drift {change}"),
}
# Those that last; the place of their colour among the theme's alarms.
CONDITIONS: Final = {"throttling": 3, "frequency-capped": 2, "background-load": 1}
TINT: Final = 14
VEIL: Final = 225
MOST: Final = 200
PAD: Final = 4.0
DOT: Final = 7.0
BAR: Final = 3.0


@dataclass(frozen=True, slots=True)
class Mark:
    """`begin` and `end` are seconds; `line` the ms at both for a drift; `run` whose it is, None for a whole device."""

    code: str
    begin: float
    end: float
    text: str
    run: int | None = None
    line: tuple[float, float] | None = None


def marks_of(measurement: Measurement, now: float) -> list[Mark]:
    """The marks of a measurement whose last batch was at `now`."""
    devices = {course.run: course.device for course in measurement.courses.values()}
    several = len(set(devices.values())) > 1
    found: dict[tuple[str, int | None, str, float], Mark] = {}
    for noticed in measurement.noticed():
        notice = noticed.notice
        if notice.code not in WORDS or notice.t is None:
            continue
        lasting = notice.code in CONDITIONS
        text = QCoreApplication.translate("Mark", WORDS[notice.code]).format_map(texts.written(notice.arguments))
        if several and lasting:
            text = f"{measurement.device_name(noticed.device)}: {text}"
        until = now if lasting else notice.t
        run = None if lasting else noticed.run
        found[noticed.device, run, notice.code, notice.t] = Mark(
            notice.code,
            notice.t,
            until if notice.until is None else notice.until,
            text,
            run,
            _line(notice),
        )
    return list(found.values())[-MOST:]


def _line(notice: profiles.Notice) -> tuple[float, float] | None:
    begin, end = (notice.arguments.get(name) for name in ("begin_us", "end_us"))
    if isinstance(begin, int | float) and isinstance(end, int | float):
        return begin / 1000, end / 1000
    return None


class Marks(QGraphicsItem):
    """Paints marks over a chart's view, in its pixels."""

    def __init__(self, view: pg.ViewBox, color: Callable[[int], QColor]) -> None:
        super().__init__(view)
        self._view = view
        self._color = color
        self._tokens: Tokens | None = None
        self.marks: Sequence[Mark] = ()
        self.setZValue(1000)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        view.sigRangeChanged.connect(lambda *_: self.update())
        view.sigResized.connect(lambda *_: self._resized())

    def show_marks(self, marks: Sequence[Mark], tokens: Tokens) -> None:
        """Shows these in place of those before."""
        self.marks, self._tokens = marks, tokens
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._view.rect())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        tokens = self._tokens
        (left, right), _ = self._view.viewRange()
        shown = [mark for mark in self.marks if mark.begin <= right and mark.end >= left]
        if tokens is None or not shown:
            return
        painter.setClipRect(self.boundingRect())
        metrics = QFontMetricsF(painter.font())
        lanes = [code for code in WORDS if any(mark.code == code for mark in shown)]
        height = metrics.height() + BAR + 1
        ends = dict.fromkeys(lanes, 0.0)
        for mark in sorted(shown, key=lambda mark: mark.begin):
            begin, end = (min(max(self._x(t), 0.0), self.boundingRect().right()) for t in (mark.begin, mark.end))
            top = lanes.index(mark.code) * height
            self._draw(painter, mark, begin, end, top, tokens)
            if begin >= ends[mark.code]:
                ends[mark.code] = self._write(painter, mark, QPointF(begin, top + BAR), metrics, tokens)

    def _draw(self, painter: QPainter, mark: Mark, begin: float, end: float, top: float, tokens: Tokens) -> None:
        bottom = self.boundingRect().bottom()
        if mark.code in CONDITIONS:
            color = QColor(tokens.alarm[CONDITIONS[mark.code]])
            painter.fillRect(QRectF(begin, top, max(BAR, end - begin), BAR), color)
            color.setAlpha(TINT)
            painter.fillRect(QRectF(begin, top, max(BAR, end - begin), bottom - top), color)
            return
        painter.setPen(QPen(QColor(tokens.text), 1.5 if mark.line else 1.0, Qt.PenStyle.DashLine))
        if mark.line is None:
            painter.drawLine(QPointF(begin, top), QPointF(begin, bottom))
        else:
            ends = zip((mark.begin, mark.end), mark.line, strict=True)
            painter.drawLine(*(QPointF(self._x(t), self._y(value)) for t, value in ends))

    def _write(self, painter: QPainter, mark: Mark, at: QPointF, metrics: QFontMetricsF, tokens: Tokens) -> float:
        """Writes a mark's words; where they end."""
        lead = DOT + PAD if mark.run is not None else 0.0
        width = metrics.horizontalAdvance(mark.text) + 2 * PAD + lead
        x = max(0.0, min(at.x(), self.boundingRect().right() - width))
        room = QRectF(x, at.y(), width, metrics.height())
        veil = QColor(tokens.surface)
        veil.setAlpha(VEIL)
        painter.fillRect(room, veil)
        if mark.run is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._color(mark.run))
            painter.drawEllipse(QRectF(x + PAD, room.center().y() - DOT / 2, DOT, DOT))
        painter.setPen(QColor(tokens.text))
        painter.drawText(room.adjusted(PAD + lead, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, mark.text)
        return x + width

    def _x(self, t: float) -> float:
        (left, right), _ = self._view.viewRange()
        return float((t - left) / (right - left) * self.boundingRect().width())

    def _y(self, ms: float) -> float:
        _, (low, high) = self._view.viewRange()
        return float((high - ms) / (high - low) * self.boundingRect().height())

    def _resized(self) -> None:
        self.prepareGeometryChange()
        self.update()
