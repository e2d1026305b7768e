"""Colours, marks and icons."""

import itertools
import re
from dataclasses import fields

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from quantscope_gui import resources
from quantscope_gui.theme import icons, precisions
from quantscope_gui.theme.stylesheet import stylesheet
from quantscope_gui.theme.theme import Mode, Theme
from quantscope_gui.theme.tokens import DARK, LIGHT, Tokens

THEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@THEMES
@pytest.mark.parametrize("ink", ["text", "text_muted"])
@pytest.mark.parametrize("ground", ["window", "surface", "sunken", "raised", "hover", "selection", "danger_surface"])
def test_text_is_readable_everywhere(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@THEMES
def test_buttons_and_tooltips_are_readable(tokens: Tokens) -> None:
    assert contrast(tokens.primary_text, tokens.primary) >= 4.5
    assert contrast(tokens.primary_text, tokens.primary_hover) >= 4.5
    assert contrast(tokens.tooltip_text, tokens.tooltip) >= 4.5


@THEMES
@pytest.mark.parametrize("ground", ["surface", "window", "sunken", "selection"])
def test_marks_and_icons_stand_out(tokens: Tokens, ground: str) -> None:
    inks = {**tokens.precision, "danger": tokens.danger, "success": tokens.success, "focus": tokens.focus}
    low = {name: contrast(ink, getattr(tokens, ground)) for name, ink in inks.items()}
    assert min(low.values()) >= 3, {name: value for name, value in low.items() if value < 3}


@THEMES
def test_every_precision_has_a_colour(tokens: Tokens) -> None:
    from quantscope.precision import Precision

    assert {*map(str, Precision), precisions.FALLBACK} == set(tokens.precision) == set(precisions.ORDER)


def drawn(kind: str) -> QImage:
    """A mark in one colour, large."""
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    black = dict.fromkeys(LIGHT.precision, "#000000")
    values = {field.name: getattr(LIGHT, field.name) for field in fields(LIGHT)} | {"precision": black}
    painter.scale(4, 4)
    precisions.paint_mark(painter, QRectF(0, 0, 10, 10), kind, Tokens(**values))
    painter.end()
    return image


def test_marks_differ_without_colour(qapp: QApplication) -> None:
    marks = {kind: drawn(kind) for kind in precisions.ORDER}
    for one, other in itertools.combinations(precisions.ORDER, 2):
        differing = sum(
            abs(QColor(marks[one].pixel(x, y)).value() - QColor(marks[other].pixel(x, y)).value()) > 100
            for x in range(40)
            for y in range(40)
        )
        assert differing > 60, (one, other)


def test_the_style_sheet_has_no_colour_of_its_own() -> None:
    known = {getattr(LIGHT, field.name) for field in fields(LIGHT) if field.name != "precision"}
    assert set(re.findall(r"#[0-9a-f]{6}", stylesheet(LIGHT))) <= known
    assert "$" not in stylesheet(DARK)


def test_icons_follow_the_theme(qtbot: QtBot, theme: Theme) -> None:
    button = QPushButton("x")
    qtbot.addWidget(button)
    theme.bind_icon(button, "open")
    before = button.icon().pixmap(16).toImage()
    theme.set_mode(Mode.DARK)
    assert button.icon().pixmap(16).toImage() != before
    assert QApplication.palette().window().color().name() == DARK.window
    theme.set_mode(Mode.LIGHT)
    assert button.icon().pixmap(16).toImage() == before


@pytest.mark.parametrize("scale", [1, 2])
def test_icons_are_crisp(qapp: QApplication, scale: int) -> None:
    for path in resources.path("icons").glob("*.svg"):
        pixmap = icons.pixmap(path.stem, "#102030", 20, scale)
        assert pixmap.width() == 20 * scale
        image = pixmap.toImage()
        inks = {
            QColor.fromRgba(image.pixel(x, y)).name()
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() == 255
        }
        assert inks, path.name
        if path.stem != "quantscope":
            assert inks == {"#102030"}, path.name


def test_every_icon_that_is_asked_for_is_there() -> None:
    from quantscope_gui.actions import COMMANDS

    for command in COMMANDS:
        assert not command.icon or resources.path("icons", f"{command.icon}.svg").is_file(), command.icon
