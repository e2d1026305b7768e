"""Where one looks from. Knows no Qt."""

from dataclasses import dataclass
from typing import Final

from quantscope_gui.graph.scene import Box

LEAST_ZOOM: Final = 1 / 4096
MOST_ZOOM: Final = 6.0
MARGIN: Final = 28.0


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


def beginning(box: Box, axis: float, width: float, height: float, readable: float = 0.8) -> Camera:
    """Everything where that is readable, else the top of the graph around its axis."""
    whole = fitting(box, width, height)
    if whole.zoom >= readable:
        return whole
    zoom = max(readable, min(1.0, (width - 2 * MARGIN) / max(box.width, 1e-9)))
    return Camera(axis, box.top + (height / 2 - MARGIN) / zoom, zoom)
