"""The canvas under mouse, touchpad and keyboard."""

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QRubberBand, QWidget

from quantscope.documents.drawing import GROUP, OPERATOR
from quantscope_gui.graph.canvas import ZOOM_STEP, Canvas
from quantscope_gui.graph.scene import NOWHERE, Box, Key
from quantscope_gui.theme.theme import Theme

WHEEL_STEP: Final = 120
KEY_PAN: Final = 80.0
PAGE: Final = 0.85
DRAG_BUTTONS: Final = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)


class GraphView(Canvas):
    """What the user does becomes signals; only looking around happens here.

    `selected(keys, current)` when the user selects; `group_wanted(group)` and `page_wanted(operator)` when a closed
    group or an operator is opened; `terminal_wanted(node)` when an input or output is clicked; `menu_wanted(position)`
    for a context menu of the selection (global pixels); `escaped` at Escape.
    """

    selected = Signal(object, object)
    group_wanted = Signal(int)
    page_wanted = Signal(int)
    terminal_wanted = Signal(int)
    menu_wanted = Signal(object)
    escaped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, lambda operators: self.tr("%n operator(s)", "", operators), parent)
        self._pressed: QPoint | None = None
        self._dragging = False
        self._band: QRubberBand | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Graph"))
        self.setAccessibleDescription(self.tr("The operators table lists the same operators."))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom_at(event.position(), 1.0 + event.value())
            return True
        return super().event(event)

    # The mouse ---------------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_at(event.position(), ZOOM_STEP ** (steps.y() / WHEEL_STEP))
        else:
            moved = event.pixelDelta() if not event.pixelDelta().isNull() else steps
            dx, dy = moved.x(), moved.y()
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not dx:
                dx, dy = dy, 0
            self.set_camera(self._camera.moved(-dx, -dy))
        event.accept()

    def _zoom_at(self, point: QPointF, factor: float) -> None:
        dx, dy = point.x() - self.width() / 2, point.y() - self.height() / 2
        self.set_camera(self._camera.zoomed(factor, dx, dy))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() not in DRAG_BUTTONS:
            return
        self._pressed = event.position().toPoint()
        self._dragging = False
        banding = event.button() == Qt.MouseButton.LeftButton and event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if banding:
            self._band = QRubberBand(QRubberBand.Shape.Rectangle, self)
            self._band.setGeometry(self._pressed.x(), self._pressed.y(), 0, 0)
            self._band.show()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        if self._pressed is None:
            self.hover(self.node_at(event.position()))
            return
        moved = here - self._pressed
        if self._band is not None:
            self._band.setGeometry(QRectF(QPointF(self._pressed), QPointF(here)).normalized().toRect())
        elif self._dragging or moved.manhattanLength() >= QApplication.startDragDistance():
            if not self._dragging:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._dragging = True
            self._pressed = here
            self.set_camera(self._camera.moved(-moved.x(), -moved.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        adding = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self._band is not None:
            frame = self._band.geometry()
            self._band.deleteLater()
            self._band = None
            self._take_band(QRectF(frame), adding)
        elif self._dragging:
            self._dragging = False
            self.unsetCursor()
        elif pressed is not None and event.button() == Qt.MouseButton.LeftButton:
            self._click(self.node_at(event.position()), adding)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            node = self.node_at(event.position())
            if node == NOWHERE:
                self.fit()
            else:
                self.activate(node)

    def leaveEvent(self, event: QEvent) -> None:
        self.hover(NOWHERE)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            node = self.node_at(QPointF(event.pos()))
            if node != NOWHERE and not set(self._keys_at(node)) <= self._keys:
                self._click(node, False)
        self.menu_wanted.emit(event.globalPos())

    def activate(self, node: int) -> None:
        """Opens what there is to open in a node."""
        assert self._scene is not None
        if self._scene.kind[node] == GROUP:
            self.group_wanted.emit(int(self._scene.group[node]))
        elif self._scene.kind[node] == OPERATOR:
            self.page_wanted.emit(int(self._scene.first[node]))
        else:
            self.terminal_wanted.emit(node)

    def _keys_at(self, node: int) -> list[Key]:
        return self._scene.keys_of([node]) if self._scene is not None else []

    def _click(self, node: int, adding: bool) -> None:
        keys = self._keys_at(node) if node != NOWHERE else []
        if not adding:
            self.selected.emit(frozenset(keys), keys[0] if keys else None)
        elif keys:
            there = set(keys) <= self._keys
            chosen = self._keys - set(keys) if there else self._keys | set(keys)
            self.selected.emit(frozenset(chosen), None if there else keys[0])
        if node != NOWHERE and not keys:
            self.stand_on(node)
            self.terminal_wanted.emit(node)

    def _take_band(self, frame: QRectF, adding: bool) -> None:
        if self._scene is None:
            return
        left, top = self.to_scene(frame.topLeft())
        right, bottom = self.to_scene(frame.bottomRight())
        keys = frozenset(self._scene.keys_of(self._scene.visible_nodes(Box(left, top, right, bottom)).tolist()))
        chosen = self._keys | keys if adding else keys
        self.selected.emit(chosen, min(keys, default=None))

    # The keyboard ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        extending = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        way = _WAYS.get(Qt.Key(key))
        if way is not None and not modifiers & Qt.KeyboardModifier.AltModifier:
            if control:
                self.set_camera(self._camera.moved(way[0] * KEY_PAN, way[1] * KEY_PAN))
            else:
                self._walk(way, extending)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            pages = 1 if key == Qt.Key.Key_PageDown else -1
            self.set_camera(self._camera.moved(0, pages * PAGE * self.height()))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._step_to(self._ends()[0 if key == Qt.Key.Key_Home else -1 :][:1], extending)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif key == Qt.Key.Key_Minus:
            self.zoom_out()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not control and self._current_node() != NOWHERE:
            self.activate(self._current_node())
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def _current_node(self) -> int:
        """Where the keyboard is: at an input or output, or at the current operator."""
        if self._scene is None or self._stood_on != NOWHERE or self._current is None:
            return self._stood_on
        return self._scene.node_of(self._current)

    def _ends(self) -> list[int]:
        scene = self._scene
        if scene is None:
            return []
        nodes = np.nonzero((scene.kind == OPERATOR) | (scene.kind == GROUP))[0]
        return nodes[[0, -1]].tolist() if nodes.size else []

    def _walk(self, way: tuple[int, int], extending: bool) -> None:
        """To the input or output nearest to straight up or down; sideways to the neighbour in the row."""
        scene, node = self._scene, self._current_node()
        if scene is None:
            return
        if node == NOWHERE:
            self._step_to(self._ends()[:1], extending)
            return
        if way[1]:
            others = scene.outputs_of(node) if way[1] > 0 else scene.inputs_of(node)
        else:
            others = np.nonzero((scene.row == scene.row[node]) & ((scene.x - scene.x[node]) * way[0] > 0))[0]
        order = np.argsort(np.abs(scene.x[others] - scene.x[node]), kind="stable")
        self._step_to(others[order][:1].tolist(), extending)

    def _step_to(self, nodes: list[int], extending: bool) -> None:
        for node in nodes:
            keys = frozenset(self._keys_at(node))
            if keys or not extending:
                self.selected.emit(self._keys | keys if extending else keys, min(keys, default=None))
            self.stand_on(NOWHERE if keys else node)
            self.reveal_node(node)


_WAYS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
