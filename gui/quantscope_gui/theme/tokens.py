"""The one table of colours. Everything the window paints takes its colour from here.

Text tokens keep WCAG AA contrast (4.5:1) on every background token they are used on, marks 3:1; tests/gui/test_theme.py
holds that. Colour means precision; the rest of the window is neutral so that nothing competes with it. The precision
hues follow Okabe and Ito's palette, which people with colour-blindness tell apart, and each has its own mark besides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours of one theme as #rrggbb. `ramp` goes from little to much, `alarm` from well to badly; `tints` tell things
    apart that have no order."""

    dark: bool
    window: str
    surface: str
    sunken: str
    raised: str
    hover: str
    pressed: str
    border: str
    border_strong: str
    text: str
    text_muted: str
    text_disabled: str
    selection: str
    focus: str
    primary: str
    primary_hover: str
    primary_text: str
    danger: str
    danger_surface: str
    danger_border: str
    success: str
    tooltip: str
    tooltip_text: str
    precision: Mapping[str, str]
    ramp: tuple[str, ...]
    alarm: tuple[str, ...]
    tints: tuple[str, ...]


LIGHT: Final = Tokens(
    dark=False,
    window="#f3f4f6",
    surface="#ffffff",
    sunken="#eceef1",
    raised="#ffffff",
    hover="#e8ebef",
    pressed="#dde1e7",
    border="#d8dce2",
    border_strong="#b4bac4",
    text="#1a1e24",
    text_muted="#565e6a",
    text_disabled="#9aa1ac",
    selection="#dbe3ee",
    focus="#4a6285",
    primary="#1f2733",
    primary_hover="#364152",
    primary_text="#ffffff",
    danger="#a3262a",
    danger_surface="#fdf1f0",
    danger_border="#e6b8b5",
    success="#1f6f43",
    tooltip="#1f2733",
    tooltip_text="#ffffff",
    precision=MappingProxyType(
        {
            "int8": "#00548a",
            "hybrid-int8": "#0072b2",
            "hybrid-int4": "#6b4fa0",
            "int16x8": "#3a7f93",
            "weight-only-int8": "#00805d",
            "weight-only-int4": "#5f7d12",
            "float16": "#b0508a",
            "float32": "#626b78",
            "fallback": "#c25400",
            "none": "#747c88",
        }
    ),
    ramp=("#8ea6c0", "#6f92b9", "#4f7db0", "#3468a3", "#215490", "#124079", "#062c5e"),
    alarm=("#8ea6c0", "#4f7db0", "#9a7800", "#c25400", "#a3262a"),
    tints=("#0072b2", "#00805d", "#8a6d00", "#b0508a", "#6b4fa0", "#3a7f93", "#5f7d12", "#8c5a3c"),
)

DARK: Final = Tokens(
    dark=True,
    window="#16191e",
    surface="#1c2026",
    sunken="#121519",
    raised="#242931",
    hover="#2a3039",
    pressed="#343b46",
    border="#2f353f",
    border_strong="#4b5462",
    text="#e7eaee",
    text_muted="#a0a8b4",
    text_disabled="#626b78",
    selection="#303c4d",
    focus="#8aa4c8",
    primary="#e7eaee",
    primary_hover="#ffffff",
    primary_text="#16191e",
    danger="#ff9d94",
    danger_surface="#2b1f20",
    danger_border="#6b3a38",
    success="#6fcf97",
    tooltip="#e7eaee",
    tooltip_text="#16191e",
    precision=MappingProxyType(
        {
            "int8": "#3f9fe0",
            "hybrid-int8": "#56b4e9",
            "hybrid-int4": "#b39ddb",
            "int16x8": "#7fc4d4",
            "weight-only-int8": "#2fc79a",
            "weight-only-int4": "#b5cc5a",
            "float16": "#e18fc0",
            "float32": "#8f98a5",
            "fallback": "#ff8a3d",
            "none": "#838c99",
        }
    ),
    ramp=("#41566f", "#4d6f96", "#5a88bb", "#6ba1d8", "#86b9ea", "#a9d0f6", "#d3e8ff"),
    alarm=("#41566f", "#5a88bb", "#e0b341", "#ff8a3d", "#ff6b61"),
    tints=("#56b4e9", "#2fc79a", "#e0c040", "#e18fc0", "#b39ddb", "#7fc4d4", "#b5cc5a", "#d9a27f"),
)
