"""How a precision is shown: its name, its colour and its mark. The mark alone tells it apart, without colour."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.theme.tokens import Tokens

FALLBACK: Final = "fallback"

_NAMES: Final = MappingProxyType(
    {
        "int8": QT_TRANSLATE_NOOP("Precision", "int8"),
        "hybrid-int8": QT_TRANSLATE_NOOP("Precision", "hybrid int8"),
        "hybrid-int4": QT_TRANSLATE_NOOP("Precision", "hybrid int4"),
        "int16x8": QT_TRANSLATE_NOOP("Precision", "int16x8"),
        "weight-only-int8": QT_TRANSLATE_NOOP("Precision", "weight-only int8"),
        "weight-only-int4": QT_TRANSLATE_NOOP("Precision", "weight-only int4"),
        "float16": QT_TRANSLATE_NOOP("Precision", "float16"),
        "float32": QT_TRANSLATE_NOOP("Precision", "float32"),
        FALLBACK: QT_TRANSLATE_NOOP("Precision", "float fallback"),
        "none": QT_TRANSLATE_NOOP("Precision", "data only"),
    }
)

_MEANINGS: Final = MappingProxyType(
    {
        "int8": QT_TRANSLATE_NOOP("Precision", "All-integer: activations and weights are int8."),
        "hybrid-int8": QT_TRANSLATE_NOOP(
            "Precision", "Weights are int8; activations are quantized on the fly; the arithmetic runs in integers."
        ),
        "hybrid-int4": QT_TRANSLATE_NOOP(
            "Precision", "Weights are int4; activations are quantized on the fly; the arithmetic runs in integers."
        ),
        "int16x8": QT_TRANSLATE_NOOP("Precision", "All-integer: activations are int16, weights int8."),
        "weight-only-int8": QT_TRANSLATE_NOOP(
            "Precision", "Weights are stored in 8 bits; the arithmetic runs in float."
        ),
        "weight-only-int4": QT_TRANSLATE_NOOP(
            "Precision", "Weights are stored in 4 bits; the arithmetic runs in float."
        ),
        "float16": QT_TRANSLATE_NOOP("Precision", "Weights are stored as float16."),
        "float32": QT_TRANSLATE_NOOP("Precision", "Runs in float, as the recipe asks."),
        FALLBACK: QT_TRANSLATE_NOOP("Precision", "Runs in float although the recipe asks for less."),
        "none": QT_TRANSLATE_NOOP("Precision", "Moves or indexes data only; there is no arithmetic to quantize."),
    }
)

ORDER: Final = tuple(_NAMES)


def kind(precision: str, fallback: bool) -> str:
    """What an operator is shown as: its precision, or fallback where it is float32 and the recipe asks for less."""
    return FALLBACK if fallback and precision == "float32" else precision


def name(key: str) -> str:
    """Translated name of a kind; an unknown one is shown as it is."""
    return QCoreApplication.translate("Precision", _NAMES.get(key, key))


def title() -> str:
    """Translated name of what the kinds are kinds of."""
    return QCoreApplication.translate("Precision", "Precision")


def meaning(key: str) -> str:
    """One translated sentence that says what the kind means; empty for an unknown one."""
    return QCoreApplication.translate("Precision", _MEANINGS[key]) if key in _MEANINGS else ""


def color(key: str, tokens: Tokens) -> QColor:
    return QColor(tokens.precision.get(key, tokens.text_muted))


def _square(painter: QPainter, box: QRectF, ink: QColor) -> None:
    painter.fillRect(box.adjusted(0.8, 0.8, -0.8, -0.8), ink)


def _diamond(painter: QPainter, box: QRectF, ink: QColor) -> None:
    center = box.center()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPolygon(
        QPolygonF(
            [
                QPointF(center.x(), box.top() - 0.3),
                QPointF(box.right() + 0.3, center.y()),
                QPointF(center.x(), box.bottom() + 0.3),
                QPointF(box.left() - 0.3, center.y()),
            ]
        )
    )


def _split_diamond(painter: QPainter, box: QRectF, ink: QColor) -> None:
    center = box.center()
    painter.setPen(QPen(ink, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    corners = [
        QPointF(center.x(), box.top()),
        QPointF(box.right(), center.y()),
        QPointF(center.x(), box.bottom()),
        QPointF(box.left(), center.y()),
    ]
    painter.drawPolygon(QPolygonF(corners))
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF(corners[1:]))


def _half_square(painter: QPainter, box: QRectF, ink: QColor) -> None:
    frame = box.adjusted(1.3, 1.3, -1.3, -1.3)
    painter.setPen(QPen(ink, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(frame)
    painter.fillRect(QRectF(frame.left(), frame.center().y(), frame.width(), frame.height() / 2), ink)


def _quarter_square(painter: QPainter, box: QRectF, ink: QColor) -> None:
    frame = box.adjusted(1.3, 1.3, -1.3, -1.3)
    painter.setPen(QPen(ink, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(frame)
    painter.fillRect(QRectF(frame.left(), frame.center().y(), frame.width() / 2, frame.height() / 2), ink)


def _bars(painter: QPainter, box: QRectF, ink: QColor) -> None:
    height = box.height() / 5
    for row in (0, 2, 4):
        painter.fillRect(QRectF(box.left() + 0.5, box.top() + row * height, box.width() - 1, height), ink)


def _half_disc(painter: QPainter, box: QRectF, ink: QColor) -> None:
    disc = box.adjusted(0.8, 0.8, -0.8, -0.8)
    painter.setPen(QPen(ink, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(disc)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPie(disc, 90 * 16, 180 * 16)


def _ring(painter: QPainter, box: QRectF, ink: QColor) -> None:
    painter.setPen(QPen(ink, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(box.adjusted(1, 1, -1, -1))


def _triangle(painter: QPainter, box: QRectF, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPolygon(
        QPolygonF(
            [
                QPointF(box.center().x(), box.top() - 0.2),
                QPointF(box.right() + 0.4, box.bottom() - 0.4),
                QPointF(box.left() - 0.4, box.bottom() - 0.4),
            ]
        )
    )


def _dot(painter: QPainter, box: QRectF, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(box.center(), box.width() / 6, box.height() / 6)


_MARKS: Final[MappingProxyType[str, Callable[[QPainter, QRectF, QColor], None]]] = MappingProxyType(
    {
        "int8": _square,
        "hybrid-int8": _diamond,
        "hybrid-int4": _split_diamond,
        "int16x8": _bars,
        "weight-only-int8": _half_square,
        "weight-only-int4": _quarter_square,
        "float16": _half_disc,
        "float32": _ring,
        FALLBACK: _triangle,
        "none": _dot,
    }
)


def paint_mark(painter: QPainter, box: QRectF, key: str, tokens: Tokens) -> None:
    """Paints the mark of a kind into `box` (square, about 10 logical pixels)."""
    paint_shape(painter, box, key, color(key, tokens))


def paint_shape(painter: QPainter, box: QRectF, key: str, ink: QColor) -> None:
    """Paints the mark of a kind in another colour than its own."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _MARKS.get(key, _ring)(painter, box, ink)
    painter.restore()
