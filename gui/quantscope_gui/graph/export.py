"""The whole graph as a file: vectors (SVG, PDF) or pixels (PNG) of any scale. For a worker thread."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QFont, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from quantscope.errors import OutputError
from quantscope.temporary import replacing
from quantscope_gui.graph.fonts import Fonts
from quantscope_gui.graph.look import Look
from quantscope_gui.graph.painter import NAMES, paint, paint_frames, paint_lines, paint_nodes, paint_titles
from quantscope_gui.graph.png import MOST, PngWriter
from quantscope_gui.graph.scene import Box, Ints, Scene

MARGIN: Final = 24.0
AT_ONCE: Final = 200
STRIP: Final = 256
"""Rows of pixels painted at once."""
TILE: Final = 4096
"""Columns of pixels painted at once."""
# PDF readers refuse pages beyond 14,400 units; vectors lose nothing by being smaller.
LARGEST_PAGE: Final = 14_400.0

Report = Callable[[float], None]


class Format(Enum):
    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What is exported, and in which font."""

    scene: Scene
    look: Look
    family: QFont
    title: str

    @property
    def box(self) -> Box:
        return self.scene.bounds.grown(MARGIN)


def pixels(box: Box, scale: float) -> tuple[int, int]:
    """Width and height of a PNG at `scale` pixels to a unit."""
    return math.ceil(box.width * scale), math.ceil(box.height * scale)


def write(picture: Picture, path: Path, form: Format, scale: float, report: Report) -> None:
    """Writes the file, or leaves `path` as it was. `scale` is for pixels only; `report(fraction)` may raise to stop.

    Raises OutputError if it can't be written or the picture is larger than the format allows.
    """
    with replacing(path) as temporary:
        if form is Format.PNG:
            _write_png(picture, temporary, scale, report)
        elif form is Format.SVG:
            _write_svg(picture, temporary, report)
        else:
            _write_pdf(picture, temporary, report)


def _write_svg(picture: Picture, path: str, report: Report) -> None:
    box = picture.box
    generator = QSvgGenerator()
    generator.setFileName(path)
    generator.setTitle(picture.title)
    generator.setSize(QSize(math.ceil(box.width), math.ceil(box.height)))
    generator.setViewBox(QRectF(0, 0, box.width, box.height))
    painter = QPainter()
    if not painter.begin(generator):
        raise OutputError(f"'{path}' can't be written.", "Choose another folder.")
    _vectors(painter, picture, 1.0, report)


def _write_pdf(picture: Picture, path: str, report: Report) -> None:
    box = picture.box
    scale = min(1.0, LARGEST_PAGE / box.width, LARGEST_PAGE / box.height)
    writer = QPdfWriter(path)
    writer.setTitle(picture.title)
    writer.setResolution(72)
    size = QPageSize(
        QSizeF(box.width * scale, box.height * scale), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch
    )
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
    painter = QPainter()
    if not painter.begin(writer):
        raise OutputError(f"'{path}' can't be written.", "Choose another folder.")
    _vectors(painter, picture, scale, report)


def _vectors(painter: QPainter, picture: Picture, scale: float, report: Report) -> None:
    """Everything at full detail, a few shapes at a time, so that other threads get their turns."""
    scene, box = picture.scene, picture.box
    try:
        painter.scale(scale, scale)
        painter.fillRect(QRectF(0, 0, box.width, box.height), QColor(picture.look.tokens.surface))
        painter.translate(-box.left, -box.top)
        fonts = Fonts(picture.family)
        pieces, nodes = np.arange(scene.lines.x0.size), scene.by_top
        frames = scene.frames.visible(scene.bounds)
        total = max(1, pieces.size + nodes.size)
        done = 0
        paint_frames(painter, scene, picture.look, frames, NAMES)
        for some in _parts(pieces):
            paint_lines(painter, scene, picture.look, some, NAMES)
            done += some.size
            report(done / total)
        paint_titles(painter, scene, picture.look, frames, fonts)
        for some in _parts(nodes):
            paint_nodes(painter, scene, picture.look, some, NAMES, fonts)
            done += some.size
            report(done / total)
    finally:
        painter.end()


def _parts(indices: Ints) -> Iterator[Ints]:
    for start in range(0, indices.size, AT_ONCE):
        yield indices[start : start + AT_ONCE]


def _write_png(picture: Picture, path: str, scale: float, report: Report) -> None:
    width, height = pixels(picture.box, scale)
    if max(width, height) > MOST:
        raise OutputError(f"A PNG can't have {width} x {height} pixels.", "Choose a smaller scale, or SVG.")
    fonts = Fonts(picture.family)
    with open(path, "wb") as file:
        writer = PngWriter(file, width, height)
        for top in range(0, height, STRIP):
            rows = min(STRIP, height - top)
            tiles = [
                _pixels(picture, fonts, scale, left, top, min(TILE, width - left), rows)
                for left in range(0, width, TILE)
            ]
            writer.write(np.concatenate(tiles, axis=1))
            report((top + rows) / height)
        writer.close()


def _pixels(picture: Picture, fonts: Fonts, scale: float, left: int, top: int, width: int, height: int) -> np.ndarray:
    """A part of the picture as (height, width, 3) bytes."""
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(QColor(picture.look.tokens.surface))
    box = picture.box
    part = Box(
        box.left + left / scale,
        box.top + top / scale,
        box.left + (left + width) / scale,
        box.top + (top + height) / scale,
    )
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(-part.left, -part.top)
    paint(painter, picture.scene, picture.look, part, scale, fonts)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return rows[:, : 3 * width].reshape(height, width, 3).copy()  # the image goes, and its memory with it
