"""Line icons from resources/icons: SVG with `currentColor`, tinted from the tokens and crisp at every scale."""

from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from quantscope_gui import resources

SIZES: Final = (16, 20)
SCALES: Final = (1, 2)


def _drawn(svg: bytes, size: float, scale: float) -> QPixmap:
    pixmap = QPixmap(round(size * scale), round(size * scale))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap


def _source(name: str) -> bytes:
    return resources.path("icons", f"{name}.svg").read_bytes()


def pixmap(name: str, color: str, size: float, scale: float) -> QPixmap:
    """Icon `name` in `color` (#rrggbb), `size` logical pixels wide on a screen of `scale`."""
    return _drawn(_source(name).replace(b"currentColor", color.encode()), size, scale)


def icon(name: str, color: str, disabled: str) -> QIcon:
    """Icon `name` in `color`, in `disabled` where its control is."""
    source = _source(name)
    result = QIcon()
    for mode, ink in ((QIcon.Mode.Normal, color), (QIcon.Mode.Disabled, disabled)):
        svg = source.replace(b"currentColor", ink.encode())
        for size in SIZES:
            for scale in SCALES:
                result.addPixmap(_drawn(svg, size, scale), mode)
    return result


def application_icon() -> QIcon:
    """The coloured icon of the application."""
    source = _source("quantscope")
    result = QIcon()
    for size in (16, 32, 48, 64, 128, 256):
        result.addPixmap(_drawn(source, size, 1))
    return result
