"""Fonts of the canvas, in units of the drawing."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF


class Fonts:
    """Fonts of one family by size, and texts cut to a width. Each thread has its own."""

    def __init__(self, family: QFont) -> None:
        self._family = QFont(family)
        self._made: dict[tuple[int, bool], tuple[QFont, QFontMetricsF]] = {}
        self._cut: dict[tuple[str, int, bool, int], str] = {}

    def font(self, size: int, bold: bool = False) -> QFont:
        return self._get(size, bold)[0]

    def width(self, text: str, size: int, bold: bool = False) -> float:
        return self._get(size, bold)[1].horizontalAdvance(text)

    def elided(self, text: str, width: float, size: int, bold: bool = False) -> str:
        """`text`, cut in the middle to `width`."""
        key = (text, size, bold, int(width))
        found = self._cut.get(key)
        if found is None:
            found = self._cut[key] = self._get(size, bold)[1].elidedText(text, Qt.TextElideMode.ElideMiddle, width)
        return found

    def _get(self, size: int, bold: bool) -> tuple[QFont, QFontMetricsF]:
        made = self._made.get((size, bold))
        if made is None:
            font = QFont(self._family)
            font.setPixelSize(size)
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
            made = self._made[size, bold] = (font, QFontMetricsF(font))
        return made
