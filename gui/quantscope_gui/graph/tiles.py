"""The picture of a scene in tiles, painted in a thread of their own and kept while they fit."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from quantscope_gui.graph.camera import Camera
from quantscope_gui.graph.fonts import Fonts
from quantscope_gui.graph.look import Look
from quantscope_gui.graph.painter import paint
from quantscope_gui.graph.scene import Box, Scene

EXTENT: Final = 384
"""Width and height of a tile in pixels of the screen."""
KEPT_BYTES: Final = 72 * 1024 * 1024
AT_ONCE: Final = 2
PREFETCH: Final = 1
# Other zooms whose tiles stand in for those that are not there yet, and how much they may be scaled for it: of much
# finer ones there would be too many.
LAYERS: Final = 1
LEAST_SCALE, MOST_SCALE = 0.4, 12.0

Place = tuple[float, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What tiles are painted from. A new one makes old tiles stale, but they are shown until they are replaced."""

    scene: Scene
    look: Look
    ratio: float
    family: QFont


@dataclass(slots=True)
class _Tile:
    image: QImage
    picture: Picture


class _Painting:
    """What the painting thread keeps from tile to tile."""

    def __init__(self) -> None:
        self.fonts: Fonts | None = None
        self.family: QFont | None = None

    def tile(self, picture: Picture, place: Place) -> QImage:
        if self.fonts is None or self.family is not picture.family:
            self.fonts, self.family = Fonts(picture.family), picture.family
        zoom, column, row = place
        size = EXTENT / picture.ratio / zoom
        image = QImage(QSize(EXTENT, EXTENT), QImage.Format.Format_RGB32)
        image.fill(QColor(picture.look.tokens.surface))
        painter = QPainter(image)
        painter.scale(zoom * picture.ratio, zoom * picture.ratio)
        painter.translate(-column * size, -row * size)
        box = Box(column * size, row * size, (column + 1) * size, (row + 1) * size)
        paint(painter, picture.scene, picture.look, box, zoom, self.fonts)
        painter.end()
        image.setDevicePixelRatio(picture.ratio)
        return image


class Tiles(QObject):
    """`ready` when a tile has been painted. All methods are for the UI thread."""

    ready = Signal()
    _painted = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self._tiles: OrderedDict[Place, _Tile] = OrderedDict()
        self._zooms: dict[float, set[Place]] = {}
        self._under_way: set[Place] = set()
        self._wanted: list[Place] = []
        self._settled = 1.0
        self._needed = 0
        self._complete = False
        self._painting = _Painting()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._painted.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    @property
    def picture(self) -> Picture | None:
        return self._picture

    @property
    def bytes(self) -> int:
        """Memory that the kept tiles take."""
        return sum(tile.image.sizeInBytes() for tile in self._tiles.values())

    @property
    def complete(self) -> bool:
        """True if all that was visible at the last look had been painted, at the zoom that holds."""
        return self._complete

    @property
    def busy(self) -> bool:
        """True while a tile that is wanted is not there yet."""
        return bool(self._under_way or self._wanted)

    def set_picture(self, picture: Picture | None) -> None:
        """Paints from `picture` from now on; tiles of another scene are dropped at once."""
        before = self._picture
        self._picture = picture
        self._wanted.clear()
        if picture is None or before is None or picture.scene is not before.scene or picture.ratio != before.ratio:
            self._tiles.clear()
            self._zooms.clear()

    def settle(self, zoom: float) -> None:
        """Tiles are wanted at this zoom from now on; at others what there is is scaled."""
        self._settled = zoom

    def stop(self) -> None:
        """Waits for the tile under way; nothing is painted after it."""
        self._wanted.clear()
        self._pool.waitForDone()

    def show(self, painter: QPainter, camera: Camera, width: int, height: int) -> None:
        """Paints the view of `camera` from tiles, and asks for those that are missing."""
        picture = self._picture
        if picture is None:
            return
        view = camera.seen(width, height)
        needed = self._cells(picture, self._settled, view) if camera.zoom >= self._settled * LEAST_SCALE else []
        if not needed or not all(place in self._tiles for place in needed):
            for zoom in self._others(camera.zoom):
                self._blit(painter, picture, zoom, self._seen(picture, zoom, view), camera, width, height)
        places = needed or self._seen(picture, self._settled, view)
        self._blit(painter, picture, self._settled, places, camera, width, height)
        self._complete = camera.zoom == self._settled and all(not self._stale(place) for place in needed)
        if camera.zoom == self._settled:
            self._want(picture, view)

    def _others(self, wanted: float) -> list[float]:
        """Other zooms whose tiles can stand in, the nearest last, so that it is painted over the others."""
        zooms = [zoom for zoom in self._zooms if zoom != self._settled and LEAST_SCALE <= wanted / zoom <= MOST_SCALE]
        return sorted(zooms, key=lambda zoom: -abs(math.log(zoom / wanted)))[-LAYERS:]

    def _seen(self, picture: Picture, zoom: float, view: Box) -> list[Place]:
        """The tiles of a zoom that there are and that reach into the view."""
        size = EXTENT / picture.ratio / zoom
        return [
            place
            for place in self._zooms.get(zoom, ())
            if place[1] * size < view.right
            and (place[1] + 1) * size > view.left
            and place[2] * size < view.bottom
            and (place[2] + 1) * size > view.top
        ]

    def _cells(self, picture: Picture, zoom: float, view: Box, ring: int = 0) -> list[Place]:
        size = EXTENT / picture.ratio / zoom
        bounds = picture.scene.bounds.grown(24)
        left, right = max(view.left, bounds.left), min(view.right, bounds.right)
        top, bottom = max(view.top, bounds.top), min(view.bottom, bounds.bottom)
        if left >= right or top >= bottom:
            return []
        columns = range(math.floor(left / size) - ring, math.floor(right / size) + 1 + ring)
        rows = range(math.floor(top / size) - ring, math.floor(bottom / size) + 1 + ring)
        return [(zoom, column, row) for row in rows for column in columns]

    def _blit(
        self,
        painter: QPainter,
        picture: Picture,
        zoom: float,
        places: list[Place],
        camera: Camera,
        width: int,
        height: int,
    ) -> None:
        """Paints those of `places`, tiles of one zoom, that are there."""
        scale = camera.zoom / zoom
        extent = EXTENT / picture.ratio
        # On whole pixels of the screen tiles are copied, not resampled.
        ratio = picture.ratio
        origin_x = round((width / 2 - camera.x * camera.zoom) * ratio) / ratio
        origin_y = round((height / 2 - camera.y * camera.zoom) * ratio) / ratio
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale != 1.0)
        for place in places:
            tile = self._tiles.get(place)
            if tile is not None:
                self._tiles.move_to_end(place)
                _, column, row = place
                left, top = origin_x + column * extent * scale, origin_y + row * extent * scale
                if scale == 1.0:
                    painter.drawImage(QPointF(left, top), tile.image)
                else:
                    painter.drawImage(QRectF(left, top, extent * scale, extent * scale), tile.image)

    def _want(self, picture: Picture, view: Box) -> None:
        near = self._cells(picture, self._settled, view)
        chosen = self._missing(near)
        self._needed = len(near)
        if not chosen:
            around = self._cells(picture, self._settled, view, PREFETCH)
            if len(around) <= self._most():
                chosen = self._missing(around)
        self._wanted = chosen
        self._start()

    def _drop(self, place: Place) -> None:
        others = self._zooms[place[0]]
        others.discard(place)
        if not others:
            del self._zooms[place[0]]

    def _most(self) -> int:
        """How many tiles are kept: what fits, but at least those that are visible."""
        return max(self._needed, KEPT_BYTES // (4 * EXTENT * EXTENT))

    def _missing(self, places: list[Place]) -> list[Place]:
        """Those that must be painted and aren't on their way."""
        return [place for place in places if self._stale(place) and place not in self._under_way]

    def _stale(self, place: Place) -> bool:
        tile = self._tiles.get(place)
        return tile is None or tile.picture is not self._picture

    def _start(self) -> None:
        picture = self._picture
        while picture is not None and self._wanted and len(self._under_way) < AT_ONCE:
            place = self._wanted.pop(0)
            self._under_way.add(place)
            self._pool.start(lambda picture=picture, place=place: self._work(picture, place))

    def _work(self, picture: Picture, place: Place) -> None:
        """In the painting thread."""
        self._painted.emit(picture, place, self._painting.tile(picture, place))

    def _keep(self, picture: Picture, place: Place, image: QImage) -> None:
        self._under_way.discard(place)
        current = self._picture
        if current is not None and picture.scene is current.scene and picture.ratio == current.ratio:
            self._tiles[place] = _Tile(image, picture)
            self._tiles.move_to_end(place)
            self._zooms.setdefault(place[0], set()).add(place)
            while len(self._tiles) > self._most():
                self._drop(self._tiles.popitem(last=False)[0])
        self._start()
        self.ready.emit()
