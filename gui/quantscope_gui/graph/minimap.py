"""The whole graph at a glance, and where in it one is."""

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from quantscope_gui.graph import paths
from quantscope_gui.graph.camera import Camera
from quantscope_gui.graph.look import Look
from quantscope_gui.graph.painter import CHUNK, DIMMED
from quantscope_gui.graph.scene import NOWHERE, Box, Scene
from quantscope_gui.graph.view import GraphView
from quantscope_gui.theme.theme import Theme

SIZE: Final = QSize(116, 180)
MARGIN: Final = 8.0
LEAST: Final = 1.5


def scales(bounds: Box, width: float, height: float) -> tuple[float, float]:
    """Pixels to a unit across and down. Each direction by itself, for graphs are long and narrow; but not so much wider
    that a chain of operators looks like a wall."""
    across, down = width / max(bounds.width, 1e-9), height / max(bounds.height, 1e-9)
    return min(across, max(6 * down, 0.4 * across)), down


def overview(scene: Scene, look: Look, width: float, height: float, ratio: float) -> QImage:
    """Every node as a spot in its colour, a closed group in the most frequent one in it."""
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    bounds = scene.bounds
    across, down = scales(bounds, width, height)
    painter = QPainter(image)
    left = (width - bounds.width * across) / 2 - bounds.left * across
    x, y = scene.x * across + left, (scene.y - bounds.top) * down
    half_width = np.maximum(LEAST, scene.width * across) / 2
    half_height = np.maximum(LEAST, scene.height * down) / 2
    of = look.of.copy()
    for node, shares in look.shares.items():
        of[node] = shares.argmax()
    for place in np.unique(of).tolist():
        color = QColor(look.inks[place].far if place != NOWHERE else look.tokens.border_strong)
        for lit in (False, True):
            chosen = of == place
            if look.lit is not None:
                chosen &= look.lit == lit
            elif not lit:
                continue
            color.setAlphaF(1.0 if lit else DIMMED)
            nodes = np.nonzero(chosen)[0]
            for start in range(0, nodes.size, CHUNK):
                some = nodes[start : start + CHUNK]
                painter.fillPath(
                    paths.rectangles(
                        x[some] - half_width[some],
                        y[some] - half_height[some],
                        x[some] + half_width[some],
                        y[some] + half_height[some],
                    ),
                    color,
                )
    painter.end()
    return image


class Minimap(QWidget):
    """Clicking or dragging in it moves the view. It is there while the view doesn't show everything."""

    _drawn = Signal(object, object)

    def __init__(self, view: GraphView, theme: Theme) -> None:
        super().__init__(view)
        self._view = view
        self._theme = theme
        self._image: QImage | None = None
        self._of: Look | None = None
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._drawn.connect(self._keep, Qt.ConnectionType.QueuedConnection)
        self.setFixedSize(SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(self.tr("The whole graph; click to go there"))
        self.hide()
        view.camera_changed.connect(self._follow)

    def refresh(self) -> None:
        """Draws the scene of the view as it looks now."""
        scene, look = self._view.scene, self._view.look
        if scene is None or look is None:
            self._image = self._of = None
        elif look is not self._of:
            self._of = look
            inner = SIZE.width() - 2 * MARGIN, SIZE.height() - 2 * MARGIN
            ratio = self.devicePixelRatioF()
            self._pool.start(lambda: self._drawn.emit(look, overview(scene, look, *inner, ratio)))
        self._follow()

    def stop(self) -> None:
        self._pool.waitForDone()

    def _keep(self, look: Look, image: QImage) -> None:
        if look is self._of:
            self._image = image
            self.update()

    def _follow(self) -> None:
        scene = self._view.scene
        self.move(self._view.width() - self.width() - 12, self._view.height() - self.height() - 12)
        if scene is None:
            self.hide()
            return
        seen, bounds = self._view.camera.seen(self._view.width(), self._view.height()), scene.bounds
        whole = (
            seen.left <= bounds.left
            and seen.right >= bounds.right
            and seen.top <= bounds.top
            and seen.bottom >= bounds.bottom
        )
        roomy = self._view.width() > 4 * self.width() and self._view.height() > 1.6 * self.height()
        self.setVisible(not whole and roomy)
        self.update()

    def _scales(self) -> tuple[float, float]:
        assert self._view.scene is not None
        return scales(self._view.scene.bounds, SIZE.width() - 2 * MARGIN, SIZE.height() - 2 * MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.setBrush(QColor(tokens.window))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        scene = self._view.scene
        if self._image is None or scene is None:
            return
        painter.drawImage(QPointF(MARGIN, MARGIN), self._image)
        across, down = self._scales()
        seen = self._view.camera.seen(self._view.width(), self._view.height())
        middle = (scene.bounds.left + scene.bounds.right) / 2
        frame = QRectF(
            SIZE.width() / 2 + (seen.left - middle) * across,
            MARGIN + (seen.top - scene.bounds.top) * down,
            seen.width * across,
            max(5.0, seen.height * down),
        )
        painter.setPen(QPen(QColor(tokens.text), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame.intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2)), 2, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, point: QPointF) -> None:
        scene = self._view.scene
        if scene is None:
            return
        across, down = self._scales()
        middle = (scene.bounds.left + scene.bounds.right) / 2
        x = middle + (point.x() - SIZE.width() / 2) / across
        y = scene.bounds.top + (point.y() - MARGIN) / down
        x = min(scene.bounds.right, max(scene.bounds.left, x))
        y = min(scene.bounds.bottom, max(scene.bounds.top, y))
        self._view.set_camera(Camera(x, y, self._view.camera.zoom))
