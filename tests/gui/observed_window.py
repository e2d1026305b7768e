"""The real program, with somebody looking at its screen for a test: `python observed_window.py [MODEL...]`.

Each line on stdin names something that can be read on the screen: the text of a button (unless it is disabled), tab,
menu, label or table row, an accessible name, or what stands in a graph ("graph 1: ADD #3", the graphs counted from the
left). The answer is a line of JSON: null while there is no such thing, else
its place on the screen (`x`, `y`, the middle; `width`, `height`) and its whole `text`. Nothing in the window is
changed; clicks come from the X server.
"""

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QMenu,
    QMenuBar,
    QTabBar,
    QWidget,
)

from quantscope.documents.drawing import OPERATOR
from quantscope_gui.app import run
from quantscope_gui.graph.canvas import Canvas
from quantscope_gui.graph.painter import name_of

Seen = tuple[str, QRect]


def on_screen(widget: QWidget, inside: QRect | None = None) -> QRect:
    part = widget.rect() if inside is None else inside
    return QRect(widget.mapToGlobal(part.topLeft()), part.size())


def rows(view: QAbstractItemView, model: QAbstractItemModel) -> Iterator[Seen]:
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        texts = [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        yield " | ".join(texts), on_screen(view.viewport(), view.visualRect(index))


def nodes(canvases: list[Canvas]) -> Iterator[Seen]:
    for place, canvas in enumerate(sorted(canvases, key=lambda each: on_screen(each).left()), 1):
        scene, look = canvas.scene, canvas.look
        if scene is None or look is None:
            continue
        for node in scene.visible_nodes(canvas.camera.seen(canvas.width(), canvas.height())).tolist():
            number = f" #{scene.first[node]}" if scene.kind[node] == OPERATOR else ""
            name = f"graph {place}: {name_of(scene, look, node)}{number}"
            yield name, on_screen(canvas, canvas.node_pixels(node).toRect().intersected(canvas.rect()))


def seen(widget: QWidget) -> bool:
    surface = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
    return widget.isVisible() and not surface.visibleRegion().isEmpty()


def everything() -> Iterator[Seen]:
    """What can be read, and where, menus first."""
    widgets = list(filter(seen, QApplication.allWidgets()))
    yield from nodes([widget for widget in widgets if isinstance(widget, Canvas)])
    for widget in sorted(widgets, key=lambda each: not isinstance(each, QMenu)):
        if isinstance(widget, QMenu | QMenuBar):
            for action in widget.actions():
                yield action.text().replace("&", ""), on_screen(widget, widget.actionGeometry(action))
        elif isinstance(widget, QTabBar):
            for place in range(widget.count()):
                yield widget.tabText(place).replace("&", ""), on_screen(widget, widget.tabRect(place))
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from rows(widget, widget.model())
        elif isinstance(widget, QAbstractButton):
            if not widget.isEnabled():
                continue
            yield widget.text().replace("&", ""), on_screen(widget)
        elif isinstance(widget, QLabel):
            yield widget.text(), on_screen(widget)
        if widget.accessibleName():
            yield widget.accessibleName(), on_screen(widget)


class Observer(QObject):
    """Answers on the window's thread what was asked on another."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def listen(self) -> None:
        for line in sys.stdin:
            self.asked.emit(line.strip())

    def _answer(self, wanted: str) -> None:
        seen = sorted(everything(), key=lambda each: each[0] != wanted)  # what is exactly that comes first
        text, place = next(((text, place) for text, place in seen if wanted in text), ("", QRect()))
        middle: QPoint = place.center()
        found = {"x": middle.x(), "y": middle.y(), "width": place.width(), "height": place.height(), "text": text}
        sys.stdout.write(json.dumps(found if text else None) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    observer = Observer()
    threading.Thread(target=observer.listen, daemon=True).start()
    sys.exit(run([Path(each) for each in sys.argv[1:]]))
