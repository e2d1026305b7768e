"""The canvas: one widget that blits tiles and paints over them what changes at every move of the mouse."""

from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from quantscope_gui.graph import camera as cameras
from quantscope_gui.graph import look as looks
from quantscope_gui.graph import paths
from quantscope_gui.graph.camera import Camera
from quantscope_gui.graph.colouring import Colouring, plain
from quantscope_gui.graph.painter import MARKS, RADIUS, arrow_path, line_path
from quantscope_gui.graph.scene import NOWHERE, Flags, Ints, Key, Scene
from quantscope_gui.graph.tiles import Picture, Tiles
from quantscope_gui.theme.theme import Theme

SETTLE_MILLISECONDS: Final = 90
ZOOM_STEP: Final = 1.25
READABLE: Final = 0.85
BORDER_ABOVE: Final = 14.0
BORDER_REACH: Final = 12.0
# Width of the minimap.
BESIDE: Final = 128.0
# Of more selected nodes the lines are not made out one by one.
MOST_TRACED: Final = 200


class Canvas(QWidget):
    """Shows one scene in the colours of one colouring, from where a camera stands. Takes no input.

    `counted(n)` says "n operators" in the user's words. `camera_changed(camera)` after every move, also by
    `set_camera`.
    """

    camera_changed = Signal(object)

    def __init__(self, theme: Theme, counted: Callable[[int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._counted = counted
        self._scene: Scene | None = None
        self._colouring: Colouring | None = None
        self._look: looks.Look | None = None
        self._highlight: frozenset[Key] | None = None
        self._lit: Flags | None = None
        self._camera = Camera()
        self._placed = False
        self._keys: frozenset[Key] = frozenset()
        self._current: Key | None = None
        self._marked: Ints = np.zeros(0, np.int64)
        self._touched_lines: Ints = np.zeros(0, np.int64)
        self._borders: Ints = np.zeros(0, np.int64)
        self._hovered = NOWHERE
        self._stood_on = NOWHERE
        self._explain: Callable[[int], str] = lambda node: ""
        self.tiles = Tiles(self)
        self.tiles.ready.connect(self.update)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MILLISECONDS)
        self._settling.timeout.connect(self._settle)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._restyle)

    # What is shown -----------------------------------------------------------------------------------------------

    @property
    def scene(self) -> Scene | None:
        return self._scene

    @property
    def camera(self) -> Camera:
        return self._camera

    @property
    def look(self) -> looks.Look | None:
        return self._look

    def set_explainer(self, explain: Callable[[int], str]) -> None:
        """`explain(node)` is the tooltip of a node."""
        self._explain = explain

    def set_scene(self, scene: Scene | None, keep_camera: bool = False) -> None:
        """Shows another scene, from its beginning or from where one looks now."""
        self._scene = scene
        self._hovered = self._stood_on = NOWHERE
        self._placed = keep_camera and self._placed
        self._light()
        self._restyle()
        self._mark()
        self._begin()

    def set_colouring(self, colouring: Colouring) -> None:
        """Colours the operators anew; nothing moves."""
        self._colouring = colouring
        self._restyle()

    def set_highlight(self, keys: Iterable[Key] | None) -> None:
        """Dims all but these operators; None dims nothing."""
        self._highlight = None if keys is None else frozenset(keys)
        self._light()
        self._restyle()

    def highlight_nodes(self, lit: Flags | None) -> None:
        """Dims all but these nodes, (nodes,), inputs and outputs included."""
        self._highlight = None
        self._lit = lit
        self._restyle()

    def select(self, keys: frozenset[Key], current: Key | None) -> None:
        """Marks these operators as selected; emits nothing."""
        if (keys, current) != (self._keys, self._current):
            self._keys, self._current = keys, current
            self._stood_on = NOWHERE
            self._mark()

    def stand_on(self, node: int) -> None:
        """Marks an input or output, which is no operator and can't be selected, as where the keyboard is."""
        self._stood_on = node
        self.update()

    # Where one looks from ----------------------------------------------------------------------------------------

    def set_camera(self, camera: Camera) -> None:
        camera = Camera(float(camera.x), float(camera.y), float(camera.zoom))  # numpy's numbers are nothing for Qt
        if camera == self._camera:
            return
        if camera.zoom != self._camera.zoom:
            self._settling.start()
        self._camera = camera
        self._placed = True
        self.update()
        self.camera_changed.emit(camera)

    def fit(self) -> None:
        """Shows the whole graph."""
        if self._scene is not None:
            self.set_camera(cameras.fitting(self._scene.bounds, self.width(), self.height()))

    def fit_selection(self) -> None:
        """Shows all that is selected, or everything."""
        box = self._scene.box_of(self._marked.tolist()) if self._scene is not None else None
        if box is None:
            self.fit()
        else:
            self.set_camera(cameras.fitting(box.grown(40), self.width(), self.height(), 1.2))

    def zoom_in(self) -> None:
        self.zoom_by(ZOOM_STEP)

    def zoom_out(self) -> None:
        self.zoom_by(1 / ZOOM_STEP)

    def zoom_by(self, factor: float) -> None:
        self.set_camera(self._camera.zoomed(factor, 0, 0))

    def centre_on(self, key: Key) -> None:
        """Brings the operator into the middle, readable."""
        node = self._scene.node_of(key) if self._scene is not None else NOWHERE
        if self._scene is not None and node != NOWHERE:
            zoom = max(self._camera.zoom, READABLE)
            self.set_camera(Camera(float(self._scene.x[node]), float(self._scene.y[node]), zoom))

    def reveal(self, key: Key) -> None:
        """Moves only as far as needed to see the operator, and nearer only if it is too small to read."""
        node = self._scene.node_of(key) if self._scene is not None else NOWHERE
        if node != NOWHERE:
            self.reveal_node(node)

    def reveal_node(self, node: int) -> None:
        """As `reveal`, for any node."""
        assert self._scene is not None
        box, seen = self._scene.box(node), self._camera.seen(self.width(), self.height())
        if self._camera.zoom < 0.3:
            self.set_camera(Camera(float(self._scene.x[node]), float(self._scene.y[node]), READABLE))
            return
        margin = 24 / self._camera.zoom
        dx = min(0.0, box.left - margin - seen.left) + max(0.0, box.right + margin - seen.right)
        dy = min(0.0, box.top - margin - seen.top) + max(0.0, box.bottom + margin - seen.bottom)
        if dx or dy:
            self.set_camera(Camera(self._camera.x + dx, self._camera.y + dy, self._camera.zoom))

    def to_scene(self, point: QPointF) -> tuple[float, float]:
        """The point of the drawing under a pixel."""
        camera = self._camera
        return (
            camera.x + (point.x() - self.width() / 2) / camera.zoom,
            camera.y + (point.y() - self.height() / 2) / camera.zoom,
        )

    def node_at(self, point: QPointF) -> int:
        """The node under a pixel, or NOWHERE."""
        return self._scene.hit(*self.to_scene(point)) if self._scene is not None else NOWHERE

    def node_pixels(self, node: int) -> QRectF:
        """Where a node is in the widget."""
        assert self._scene is not None
        box, camera = self._scene.box(node), self._camera
        left = (box.left - camera.x) * camera.zoom + self.width() / 2
        top = (box.top - camera.y) * camera.zoom + self.height() / 2
        return QRectF(left, top, box.width * camera.zoom, box.height * camera.zoom)

    def stop(self) -> None:
        """Ends all painting in the background."""
        self._settling.stop()
        self.tiles.stop()

    # Painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            painter.fillRect(event.rect(), QColor(self._theme.tokens.surface))
            if self._scene is not None and self._look is not None:
                self._refresh_ratio()
                self.tiles.show(painter, self._camera, self.width(), self.height())
                self._paint_marks(painter, self._scene)
        finally:
            painter.end()  # an error's traceback would keep it alive, and Qt ends a program that paints on what is gone

    def _paint_marks(self, painter: QPainter, scene: Scene) -> None:
        camera = self._camera
        view = camera.seen(self.width(), self.height())
        painter.translate(self.width() / 2, self.height() / 2)
        painter.scale(camera.zoom, camera.zoom)
        painter.translate(-camera.x, -camera.y)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        if self._touched_lines.size and camera.zoom >= MARKS:
            pieces = np.intersect1d(self._touched_lines, scene.visible_lines(view), assume_unique=True)
            painter.setPen(QPen(QColor(tokens.focus), 2.2))
            painter.drawPath(line_path(scene, pieces, camera.zoom))
            painter.fillPath(arrow_path(scene, pieces), QColor(tokens.focus))
        if self._borders.size:
            pieces = np.intersect1d(self._borders, scene.visible_lines(view), assume_unique=True)
            ends = zip(scene.lines.x1[pieces].tolist(), (scene.lines.y1[pieces] - BORDER_ABOVE).tolist(), strict=True)
            pen = QPen(QColor(tokens.danger), 2.5)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines([QLineF(x - BORDER_REACH, y, x + BORDER_REACH, y) for x, y in ends])
        if self._marked.size:
            shown = np.intersect1d(self._marked, scene.visible_nodes(view))
            self._outline(painter, scene, shown, tokens.text, 2.0)
            if self._current is not None:
                node = scene.node_of(self._current)
                if node != NOWHERE:
                    self._outline(painter, scene, np.array([node]), tokens.text, 3.0)
        if self._stood_on != NOWHERE:
            self._outline(painter, scene, np.array([self._stood_on]), tokens.text, 3.0)
        if self._hovered != NOWHERE:
            self._outline(painter, scene, np.array([self._hovered]), tokens.focus, 1.5)

    def _outline(self, painter: QPainter, scene: Scene, nodes: Ints, color: str, width: float) -> None:
        grow = 2.0 + width / self._camera.zoom / 2
        x, y = scene.x[nodes], scene.y[nodes]
        half_width, half_height = scene.width[nodes] / 2 + grow, scene.height[nodes] / 2 + grow
        pen = QPen(QColor(color), width)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = np.full(nodes.size, RADIUS + grow)
        painter.drawPath(
            paths.rounded(
                x - half_width, y - half_height, x + half_width, y + half_height, np.minimum(radius, half_height)
            )
        )

    def _refresh_ratio(self) -> None:
        """Tiles for the pixels of the screen that the window is on now."""
        picture = self.tiles.picture
        if picture is None or picture.ratio != self.devicePixelRatioF():
            self._repaint_tiles()

    def _restyle(self) -> None:
        if self._scene is not None:
            colouring = self._colouring or plain(self._theme.tokens)
            self._look = looks.of(self._scene, colouring, self._theme.tokens, self._counted, self._lit)
            self._borders = _borders(self._scene, self._look.of) if colouring.borders else np.zeros(0, np.int64)
        self._repaint_tiles()

    def _repaint_tiles(self) -> None:
        scene, look = self._scene, self._look
        ready = scene is not None and look is not None
        self.tiles.set_picture(
            Picture(scene, look, self.devicePixelRatioF(), self.font()) if ready else None  # type: ignore[arg-type]
        )
        self.update()

    def _light(self) -> None:
        known = self._scene is not None and self._highlight is not None
        self._lit = self._scene.nodes_of(self._highlight) if known else None  # type: ignore[union-attr, arg-type]

    def _settle(self) -> None:
        self.tiles.settle(self._camera.zoom)
        self.update()

    def _begin(self) -> None:
        """The first look at a scene, as soon as there is a size to show it in."""
        if self._scene is None or self._placed or self.width() <= 1 or not self.isVisible():
            return
        self._camera = cameras.beginning(self._scene.bounds, 0.0, self.width(), self.height(), BESIDE)
        self._placed = True
        self._settle()
        self.camera_changed.emit(self._camera)

    def _mark(self) -> None:
        scene = self._scene
        if scene is None:
            self._marked = self._touched_lines = np.zeros(0, np.int64)
            return
        chosen = scene.nodes_of(self._keys)
        self._marked = np.nonzero(chosen)[0]
        if 0 < self._marked.size <= MOST_TRACED:
            everything = np.ones(scene.nodes, np.bool_)
            self._touched_lines = np.union1d(
                scene.lines_between(chosen, everything), scene.lines_between(everything, chosen)
            )
        else:
            self._touched_lines = np.zeros(0, np.int64)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._begin()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._repaint_tiles()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            QTimer.singleShot(0, self, self._begin)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            node = self.node_at(QPointF(event.pos()))
            text = self._explain(node) if node != NOWHERE else ""
            if text:
                QToolTip.showText(event.globalPos(), text, self, self.node_pixels(node).toAlignedRect())
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def hover(self, node: int) -> None:
        """Outlines the node under the mouse; NOWHERE none."""
        if node != self._hovered:
            self._hovered = node
            self.update()


def _borders(scene: Scene, places: Ints) -> Ints:
    """Pieces of lines that end at an operator of another swatch than the one they come from."""
    lines = scene.lines
    source, target = places[lines.source], places[np.maximum(lines.target, 0)]
    crossing: Ints = np.nonzero((lines.target >= 0) & (source >= 0) & (target >= 0) & (source != target))[0]
    return crossing
