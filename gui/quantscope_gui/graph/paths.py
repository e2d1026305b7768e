"""Many shapes as one QPainterPath, made from arrays without a Python call for each (Qt's own serialization of it)."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath

from quantscope_gui.graph.scene import Floats

MOVE, LINE, CURVE, CURVE_DATA = range(4)
_ELEMENT: Final = np.dtype([("type", ">i4"), ("x", ">f8"), ("y", ">f8")])
# How far the handles of a cubic curve lie from the corner of a quarter of a circle, as a share of the radius.
_HANDLE: Final = 1 - 0.5522847498


def path(types: tuple[int, ...], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> QPainterPath:
    """One shape per row of `x` and `y`, both (shapes, elements); `types` are its elements."""
    elements = np.empty(x.shape, _ELEMENT)
    elements["type"] = np.array(types)
    elements["x"], elements["y"] = x, y
    count = elements.size
    result = QPainterPath()
    if count:
        data = count.to_bytes(4, "big") + elements.tobytes() + bytes(4) + (1).to_bytes(4, "big")
        stream = QDataStream(QByteArray(data))
        stream >> result
    return result


def curves(x0: Floats, y0: Floats, x1: Floats, y1: Floats, y2: Floats) -> QPainterPath:
    """Lines that leave and arrive vertically, from (x0, y0) to (x1, y1), then straight on to (x1, y2)."""
    middle = (y0 + y1) / 2
    x = np.stack([x0, x0, x1, x1, x1], axis=1)
    y = np.stack([y0, middle, middle, y1, y2], axis=1)
    return path((MOVE, CURVE, CURVE_DATA, CURVE_DATA, LINE), x, y)


def straights(x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> QPainterPath:
    """Straight lines from (x0, y0) to (x1, y1)."""
    return path((MOVE, LINE), np.stack([x0, x1], axis=1), np.stack([y0, y1], axis=1))


def rectangles(left: Floats, top: Floats, right: Floats, bottom: Floats) -> QPainterPath:
    """Rectangles with sharp corners."""
    x = np.stack([left, right, right, left, left], axis=1)
    y = np.stack([top, top, bottom, bottom, top], axis=1)
    return path((MOVE, LINE, LINE, LINE, LINE), x, y)


def rounded(left: Floats, top: Floats, right: Floats, bottom: Floats, radius: Floats) -> QPainterPath:
    """Rectangles with round corners."""
    near = radius * _HANDLE
    x = np.stack(
        [left + radius, right - radius, right - near, right, right, right, right, right - near, right - radius,
         left + radius, left + near, left, left, left, left, left + near, left + radius],
        axis=1,
    )  # fmt: skip
    y = np.stack(
        [top, top, top, top + near, top + radius, bottom - radius, bottom - near, bottom, bottom,
         bottom, bottom, bottom - near, bottom - radius, top + radius, top + near, top, top],
        axis=1,
    )  # fmt: skip
    side = (LINE, CURVE, CURVE_DATA, CURVE_DATA)
    return path((MOVE, *side, *side, *side, *side), x, y)


def triangles(x: Floats, y: Floats, width: float, height: float) -> QPainterPath:
    """Heads of arrows that point down at (x, y)."""
    half = np.full_like(x, width / 2)
    xs = np.stack([x, x - half, x + half, x], axis=1)
    ys = np.stack([y, y - height, y - height, y], axis=1)
    return path((MOVE, LINE, LINE, LINE), xs, ys)
