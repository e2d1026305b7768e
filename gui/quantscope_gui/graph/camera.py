"""Where one looks from. Knows no Qt."""

from dataclasses import dataclass
from typing import Final

from quantscope_gui.graph.scene import Box

LEAST_ZOOM: Final = 1 / 4096
MOST_ZOOM: Final = 6.0
MARGIN: Final = 28.0
READABLE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Camera:
    """`x`, `y` of the drawing are in the middle of the view; `zoom` is logical pixels per unit of the drawing."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0

    def moved(self, dx: float, dy: float) -> "Camera":
        """Moved by a distance in pixels."""
        return Camera(self.x + dx / self.zoom, self.y + dy / self.zoom, self.zoom)

    def zoomed(self, factor: float, dx: float, dy: float) -> "Camera":
        """Nearer by `factor`, keeping what is (dx, dy) pixels from the middle where it is."""
        zoom = min(MOST_ZOOM, max(LEAST_ZOOM, self.zoom * factor))
        return Camera(self.x + dx / self.zoom - dx / zoom, self.y + dy / self.zoom - dy / zoom, zoom)

    def seen(self, width: float, height: float) -> Box:
        """What a view of this size (pixels) shows."""
        half_width, half_height = width / 2 / self.zoom, height / 2 / self.zoom
        return Box(self.x - half_width, self.y - half_height, self.x + half_width, self.y + half_height)


def fitting(box: Box, width: float, height: float, most: float = 1.0) -> Camera:
    """The camera that shows all of `box` in a view of this size, no nearer than `most`."""
    room_x, room_y = max(1.0, width - 2 * MARGIN), max(1.0, height - 2 * MARGIN)
    zoom = min(most, room_x / max(box.width, 1e-9), room_y / max(box.height, 1e-9))
    return Camera((box.left + box.right) / 2, (box.top + box.bottom) / 2, max(LEAST_ZOOM, zoom))


def beginning(box: Box, axis: float, width: float, height: float, beside: float) -> Camera:
    """Everything where that is readable, else the top of the graph: its whole width, or what is around its axis.
    `beside` is the room at the right that something else takes while not everything is seen."""
    whole = fitting(box, width, height)
    if whole.zoom >= READABLE:
        return whole
    room = max(1.0, width - 2 * MARGIN - beside)
    zoom = min(1.0, max(READABLE, room / max(box.width, 1e-9)))
    wide = box.width * zoom > room
    x = axis if wide else (box.left + box.right) / 2
    if not wide and abs(axis - x) * zoom < (width - 2 * MARGIN - box.width * zoom) / 2:
        x = axis
    elif not wide:
        x += beside / 2 / zoom
    return Camera(x, box.top + (height / 2 - MARGIN) / zoom, zoom)
