"""Paints a part of a scene. Only values go in, so it runs in any thread and on any device: tiles, pictures, paper.

Native calls hold Python's lock, so no single one gets more than CHUNK shapes: the window never waits for a whole
picture.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from quantscope.documents.drawing import GROUP, OPERATOR
from quantscope_gui.graph import paths
from quantscope_gui.graph.colouring import Weight
from quantscope_gui.graph.fonts import Fonts
from quantscope_gui.graph.frames import TITLE_HEIGHT
from quantscope_gui.graph.look import Ink, Look, blend
from quantscope_gui.graph.scene import NOWHERE, Box, Ints, Scene
from quantscope_gui.theme import precisions

# Zoom from which there are lines; rounded nodes with marks; words; shapes; everything.
LINES, MARKS, TYPES, SHAPES, NAMES = 0.02, 0.17, 0.42, 0.8, 1.55
CHUNK: Final = 600
RADIUS: Final = 8.0
BADGE: Final = 28.0
BADGE_MARGIN: Final = 9.0
DIMMED: Final = 0.2
TAG_HEIGHT: Final = 15.0
TAG_WIDTH: Final = 96.0
MOST_TITLE: Final = 180.0
FRAME_TINT: Final = 10
NONE: Final = np.zeros(0, np.int64)


def paint(painter: QPainter, scene: Scene, look: Look, box: Box, zoom: float, fonts: Fonts) -> None:
    """Paints what of `scene` lies in `box`; `painter` is in units of the drawing, `zoom` pixels to each."""
    frames = scene.frames.visible(box.grown(TITLE_HEIGHT)) if zoom >= MARKS else NONE
    paint_frames(painter, scene, look, frames, zoom)
    if zoom >= LINES:
        paint_lines(painter, scene, look, scene.visible_lines(box.grown(2)), zoom)
    if zoom >= TYPES:
        paint_titles(painter, scene, look, frames, fonts)
    paint_nodes(painter, scene, look, scene.visible_nodes(box.grown(TAG_HEIGHT + 4)), zoom, fonts)


def paint_nodes(painter: QPainter, scene: Scene, look: Look, nodes: Ints, zoom: float, fonts: Fonts) -> None:
    """Paints these nodes."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, zoom >= MARKS)
    for group, opacity in _by_light(look, nodes):
        painter.setOpacity(opacity)
        if zoom < MARKS:
            _dots(painter, scene, look, group, zoom)
        elif zoom < TYPES:
            _shapes(painter, scene, look, group)
        else:
            _cards(painter, scene, look, group, zoom, fonts)
    painter.setOpacity(1.0)


def paint_frames(painter: QPainter, scene: Scene, look: Look, frames: Ints, zoom: float) -> None:
    """Paints the frames of open groups, the first lowest."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(look.tokens.border), max(1.0, 0.7 / zoom)))
    tint = QColor(look.tokens.text_muted)
    tint.setAlpha(FRAME_TINT)
    painter.setBrush(tint)
    for frame in frames.tolist():
        painter.drawRoundedRect(_frame(scene, frame), RADIUS + 4, RADIUS + 4)


def paint_titles(painter: QPainter, scene: Scene, look: Look, frames: Ints, fonts: Fonts) -> None:
    """Paints what the frames are called on their upper edges; of nested ones in turns on the left and on the right."""
    for frame in frames.tolist():
        box = _frame(scene, frame)
        room = min(MOST_TITLE, float(scene.frames.room[frame]))
        text = fonts.elided(look.titles[frame], room, 10, True)
        width = fonts.width(text, 10, True) + 14
        left = box.right() - 14 - width if scene.frames.depth[frame] % 2 else box.left() + 14
        plate = QRectF(left, box.top() - TITLE_HEIGHT / 2, width, TITLE_HEIGHT)
        painter.setPen(QPen(QColor(look.tokens.border), 1))
        painter.setBrush(QColor(look.tokens.surface))
        painter.drawRoundedRect(plate, TITLE_HEIGHT / 2, TITLE_HEIGHT / 2)
        color = QColor(look.tokens.text_muted)
        _words(painter, fonts, look.titles[frame], plate.left() + 7, plate.top() + 11, room, 10, True, color)


def _frame(scene: Scene, frame: int) -> QRectF:
    frames = scene.frames
    left, top = float(frames.left[frame]), float(frames.top[frame])
    return QRectF(left, top, float(frames.right[frame]) - left, float(frames.bottom[frame]) - top)


def line_color(look: Look) -> QColor:
    return blend(look.tokens.surface, look.tokens.text_muted, 0.62)


def _by_light(look: Look, nodes: Ints) -> Iterator[tuple[Ints, float]]:
    if look.lit is None:
        yield nodes, 1.0
        return
    lit = look.lit[nodes]
    yield nodes[~lit], DIMMED
    yield nodes[lit], 1.0


def _chunks(indices: Ints) -> Iterator[Ints]:
    for start in range(0, indices.size, CHUNK):
        yield indices[start : start + CHUNK]


def paint_lines(painter: QPainter, scene: Scene, look: Look, pieces: Ints, zoom: float) -> None:
    """Paints these pieces of lines."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, zoom >= MARKS)
    lines = scene.lines
    if look.lit is None:
        groups = [(pieces, 1.0)]
    else:
        lit = look.lit[lines.source[pieces]] & ((lines.target[pieces] < 0) | look.lit[lines.target[pieces]])
        groups = [(pieces[~lit], DIMMED), (pieces[lit], 1.0)]
    color = line_color(look)
    pen = QPen(color, max(1.3, 0.8 / zoom) if zoom >= MARKS else 0)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    for group, opacity in groups:
        painter.setOpacity(opacity)
        for some in _chunks(group):
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(line_path(scene, some, zoom))
            if zoom >= TYPES:
                painter.fillPath(arrow_path(scene, some), color)
    painter.setOpacity(1.0)


def line_path(scene: Scene, pieces: Ints, zoom: float) -> QPainterPath:
    """Pieces of lines as a path to stroke; seen from far they are straight."""
    lines = scene.lines
    x0, y0, x1, y1, y2 = (column[pieces] for column in (lines.x0, lines.y0, lines.x1, lines.y1, lines.y2))
    return paths.curves(x0, y0, x1, y1, y2) if zoom >= MARKS else paths.straights(x0, y0, x1, y2)


def arrow_path(scene: Scene, pieces: Ints) -> QPainterPath:
    """Heads of those of `pieces` that end at a node, to be filled."""
    ending = pieces[scene.lines.target[pieces] != NOWHERE]
    return paths.triangles(scene.lines.x1[ending], scene.lines.y1[ending], 7.0, 7.0)


def _edges(scene: Scene, nodes: Ints) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x, y, half_width, half_height = scene.x[nodes], scene.y[nodes], scene.width[nodes] / 2, scene.height[nodes] / 2
    return x - half_width, y - half_height, x + half_width, y + half_height


def _by_ink(look: Look, nodes: Ints) -> Iterator[tuple[Ink | None, Ints]]:
    """Nodes by their ink; None for what has none."""
    places = look.of[nodes]
    for place in np.unique(places).tolist():
        yield (look.inks[place] if place != NOWHERE else None), nodes[places == place]


def _dots(painter: QPainter, scene: Scene, look: Look, nodes: Ints, zoom: float) -> None:
    """Nodes as rectangles; never thinner than a pixel or two."""
    least = 1.6 / zoom
    for ink, some in _by_ink(look, nodes):
        color = ink.far if ink is not None else QColor(look.tokens.border_strong)
        for part in _chunks(some):
            left, top, right, bottom = _edges(scene, part)
            grow_x = np.maximum(0.0, least - (right - left)) / 2
            grow_y = np.maximum(0.0, least - (bottom - top)) / 2
            painter.fillPath(paths.rectangles(left - grow_x, top - grow_y, right + grow_x, bottom + grow_y), color)
    for node in nodes[scene.kind[nodes] == GROUP].tolist():
        _composition(painter, look, node, scene.box(node))


def _shapes(painter: QPainter, scene: Scene, look: Look, nodes: Ints) -> None:
    """Nodes as rounded bodies with their marks."""
    for ink, some in _by_ink(look, nodes):
        color = ink.far if ink is not None else QColor(look.tokens.border_strong)
        for part in _chunks(some):
            left, top, right, bottom = _edges(scene, part)
            painter.fillPath(paths.rounded(left, top, right, bottom, np.full(part.size, RADIUS)), color)
        if ink is not None and ink.mark and ink.weight is not Weight.QUIET:
            for x, y in zip(scene.x[some].tolist(), scene.y[some].tolist(), strict=True):
                precisions.paint_shape(painter, QRectF(x - 13, y - 13, 26, 26), ink.mark, ink.on)
    for node in nodes[scene.kind[nodes] == GROUP].tolist():
        _composition(painter, look, node, scene.box(node).grown(-7))


def _composition(painter: QPainter, look: Look, node: int, box: Box) -> None:
    """The colours in a closed group, by their share, side by side."""
    shares = look.shares[node]
    total = int(shares.sum())
    left = box.left
    for ink, share in zip(look.inks, shares.tolist(), strict=True):
        if share:
            width = box.width * share / total
            painter.fillRect(QRectF(left, box.top, width, box.height), ink.far)
            left += width


def _cards(painter: QPainter, scene: Scene, look: Look, nodes: Ints, zoom: float, fonts: Fonts) -> None:
    operators = nodes[scene.kind[nodes] == OPERATOR]
    for ink, some in _by_ink(look, operators):
        if ink is not None:
            _bodies(painter, scene, some, ink)
            for node in some.tolist():
                _operator(painter, scene, look, node, ink, zoom, fonts)
    for node in nodes[scene.kind[nodes] != OPERATOR].tolist():
        if scene.kind[node] == GROUP:
            _group(painter, scene, look, node, zoom, fonts)
        else:
            _terminal(painter, scene, look, node, zoom, fonts)
    for node in nodes[(scene.portal_in[nodes] > 0) | (scene.portal_out[nodes] > 0)].tolist():
        _portals(painter, scene, look, node, fonts)


def _bodies(painter: QPainter, scene: Scene, nodes: Ints, ink: Ink) -> None:
    left, top, right, bottom = _edges(scene, nodes)
    inset = 0.9 if ink.weight is Weight.LOUD else 0.5
    body = paths.rounded(left + inset, top + inset, right - inset, bottom - inset, np.full(nodes.size, RADIUS))
    painter.setPen(QPen(ink.edge, 2 * inset))
    painter.setBrush(ink.body)
    painter.drawPath(body)
    if ink.weight is not Weight.QUIET:
        middle = (top + bottom) / 2
        badge = paths.rounded(
            left + BADGE_MARGIN,
            middle - BADGE / 2,
            left + BADGE_MARGIN + BADGE,
            middle + BADGE / 2,
            np.full(nodes.size, 6.0),
        )
        painter.fillPath(badge, ink.full)


def _operator(painter: QPainter, scene: Scene, look: Look, node: int, ink: Ink, zoom: float, fonts: Fonts) -> None:
    box = scene.box(node)
    middle = (box.top + box.bottom) / 2
    quiet = ink.weight is Weight.QUIET
    if ink.mark:
        size = 15.0
        center = box.left + BADGE_MARGIN + BADGE / 2
        mark = QRectF(center - size / 2, middle - size / 2, size, size)
        precisions.paint_shape(painter, mark, ink.mark, ink.full if quiet else ink.on)
    left = box.left + BADGE_MARGIN + BADGE + 9
    room = box.right - 10 - left
    texts = scene.texts
    type_color = QColor(look.tokens.text_muted if quiet else look.tokens.text)
    muted = QColor(look.tokens.text_muted)
    if zoom < SHAPES:
        _words(painter, fonts, texts[scene.label[node]], left, middle + 5, room, 13, True, type_color)
    elif zoom < NAMES:
        _words(painter, fonts, texts[scene.label[node]], left, middle - 3, room, 13, True, type_color)
        _words(painter, fonts, texts[scene.detail[node]], left, middle + 13, room, 11, False, muted)
    else:
        _words(painter, fonts, texts[scene.label[node]], left, middle - 10, room, 10, True, type_color)
        lines = (texts[scene.title[node]], texts[scene.detail[node]], ink.name)
        for text, baseline in zip(lines, (-0.5, 8.5, 17.5), strict=True):
            _words(painter, fonts, text, left, middle + baseline, room, 7, False, muted)


def _words(
    painter: QPainter,
    fonts: Fonts,
    text: str,
    left: float,
    baseline: float,
    room: float,
    size: int,
    bold: bool,
    color: QColor,
) -> None:
    painter.setFont(fonts.font(size, bold))
    painter.setPen(color)
    painter.drawText(QPointF(left, baseline), fonts.elided(text, room, size, bold))


def _terminal(painter: QPainter, scene: Scene, look: Look, node: int, zoom: float, fonts: Fonts) -> None:
    """An input or output of the graph."""
    box = scene.box(node)
    middle = (box.top + box.bottom) / 2
    painter.setPen(QPen(QColor(look.tokens.border_strong), 1))
    painter.setBrush(QColor(look.tokens.sunken))
    frame = QRectF(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1)
    painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
    room = box.width - 28
    lines = [(scene.texts[scene.label[node]], 12 if zoom >= SHAPES else 13, False, look.tokens.text)]
    if zoom >= SHAPES:
        lines.append((scene.texts[scene.detail[node]], 10, False, look.tokens.text_muted))
    baseline = middle + (4.5 if len(lines) == 1 else -1)
    for text, size, bold, color in lines:
        shown = fonts.elided(text, room, size, bold)
        left = (box.left + box.right - fonts.width(shown, size, bold)) / 2
        _words(painter, fonts, text, left, baseline, room, size, bold, QColor(color))
        baseline += 13


def _group(painter: QPainter, scene: Scene, look: Look, node: int, zoom: float, fonts: Fonts) -> None:
    """A closed group: a stack of cards, what it is called, and the colours in it."""
    box = scene.box(node)
    painter.setPen(QPen(QColor(look.tokens.border_strong), 1))
    painter.setBrush(QColor(look.tokens.raised))
    for shift in (5.0, 0.0):
        frame = QRectF(box.left + 0.5 + shift, box.top + 0.5 + shift, box.width - 6, box.height - 6)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
    name, count = look.captions[node]
    left, room = box.left + 14, box.width - 34
    _words(painter, fonts, name, left, box.top + 20, room, 13, True, QColor(look.tokens.text))
    if zoom >= TYPES:
        _words(painter, fonts, count, left, box.top + 35, room, 11, False, QColor(look.tokens.text_muted))
    bar = Box(left, box.bottom - 16, box.right - 20, box.bottom - 11)
    _composition(painter, look, node, bar)


def _portals(painter: QPainter, scene: Scene, look: Look, node: int, fonts: Fonts) -> None:
    """Tags that stand for lines too long to be drawn: where they come from, and how many leave."""
    box = scene.box(node)
    for text, top in _tags(scene, look, node, box):
        width = min(TAG_WIDTH, fonts.width(text, 10) + 14)
        frame = QRectF(box.right - 12 - width, top, width, TAG_HEIGHT)
        painter.setPen(QPen(line_color(look), 1))
        painter.setBrush(QColor(look.tokens.surface))
        painter.drawRoundedRect(frame, TAG_HEIGHT / 2, TAG_HEIGHT / 2)
        color = QColor(look.tokens.text_muted)
        _words(painter, fonts, text, frame.left() + 7, frame.top() + 11, width - 13, 10, False, color)


def _tags(scene: Scene, look: Look, node: int, box: Box) -> Iterator[tuple[str, float]]:
    if scene.portal_in[node]:
        edge = int(np.nonzero(scene.portal & (scene.target == node))[0][0])
        source = int(scene.source[edge])
        more = int(scene.portal_in[node]) - 1
        yield f"\u2191 {name_of(scene, look, source)}" + (f" +{more}" if more else ""), box.top - TAG_HEIGHT - 3
    if scene.portal_out[node]:
        yield f"\u2193 {int(scene.portal_out[node])}", box.bottom + 3


def name_of(scene: Scene, look: Look, node: int) -> str:
    """What is written on a node."""
    return look.captions[node][0] if node in look.captions else scene.texts[scene.label[node]]
