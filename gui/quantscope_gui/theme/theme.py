"""The theme in force: which tokens apply, and everything that must follow when they change."""

from enum import Enum
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from quantscope_gui.theme import icons, precisions
from quantscope_gui.theme.palette import FRAMED, framed, palette
from quantscope_gui.theme.stylesheet import stylesheet
from quantscope_gui.theme.tokens import DARK, LIGHT, Tokens


class Mode(Enum):
    """What the user chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Applies palette, style sheet and icons to the application; `changed` tells painters to use the new tokens."""

    changed = Signal()

    def __init__(self, app: QApplication, mode: Mode) -> None:
        super().__init__()
        self._app = app
        self._mode = mode
        self._icons: WeakKeyDictionary[QObject, tuple[str, str]] = WeakKeyDictionary()
        self._cache: dict[tuple[str, str], QIcon] = {}
        self.tokens = self._wanted()
        app.setStyle("Fusion")
        app.setWindowIcon(icons.application_icon())
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self.system_changed)

    @property
    def mode(self) -> Mode:
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        self._mode = mode
        self._refresh()

    def bind_icon(self, target: QObject, name: str, ink: str = "text") -> None:
        """Gives a button or action its icon in token `ink`, now and after every change of theme."""
        self._icons[target] = (name, ink)
        target.setIcon(self.icon(name, ink))  # type: ignore[attr-defined]

    def icon(self, name: str, ink: str = "text") -> QIcon:
        """Icon `name` in the colour of token `ink`."""
        key = (name, ink)
        if key not in self._cache:
            self._cache[key] = icons.icon(name, getattr(self.tokens, ink), self.tokens.text_disabled)
        return self._cache[key]

    def mark(self, kind: str) -> QIcon:
        """The mark of a precision kind as an icon for menus."""
        result = QIcon()
        for scale in (1, 2):
            pixmap = QPixmap(16 * scale, 16 * scale)
            pixmap.setDevicePixelRatio(scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            precisions.paint_mark(painter, QRectF(3, 3, 10, 10), kind, self.tokens)
            painter.end()
            result.addPixmap(pixmap)
        return result

    @property
    def muted(self) -> QColor:
        return QColor(self.tokens.text_muted)

    def pixmap(self, name: str, ink: str, size: float, scale: float) -> QPixmap:
        """Icon `name` as a pixmap, `size` logical pixels wide, for a screen of `scale`."""
        return icons.pixmap(name, getattr(self.tokens, ink), size, scale)

    def _wanted(self) -> Tokens:
        dark = self._mode is Mode.DARK or (
            self._mode is Mode.SYSTEM and self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        )
        return DARK if dark else LIGHT

    def system_changed(self) -> None:
        """The desktop became light or dark."""
        self._refresh()

    def _refresh(self) -> None:
        wanted = self._wanted()
        if wanted is self.tokens:
            return
        self.tokens = wanted
        self._cache.clear()
        self._apply()
        for target, (name, ink) in list(self._icons.items()):
            if isValid(target):
                target.setIcon(self.icon(name, ink))  # type: ignore[attr-defined]
        self.changed.emit()

    def _apply(self) -> None:
        self._app.setPalette(palette(self.tokens))
        for kind in FRAMED:
            self._app.setPalette(framed(self.tokens), kind)  # type: ignore[arg-type]  # it takes str and refuses bytes
        self._app.setStyleSheet(stylesheet(self.tokens))
