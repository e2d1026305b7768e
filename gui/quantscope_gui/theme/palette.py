"""The Fusion palette of a theme."""

from typing import Final

from PySide6.QtGui import QColor, QPalette

from quantscope_gui.theme.tokens import Tokens

# What Fusion draws with a frame of its own, a darker shade of the window's colour: in the dark that would be black.
FRAMED: Final = ("QAbstractSpinBox", "QComboBox", "QCheckBox")
FUSION_DARKER: Final = 140


def framed(tokens: Tokens) -> QPalette:
    """The palette of controls that Fusion frames: its shade is then the colour of all other frames."""
    result = palette(tokens)
    result.setColor(QPalette.ColorRole.Window, QColor(tokens.border_strong).lighter(FUSION_DARKER))
    return result


def palette(tokens: Tokens) -> QPalette:
    """A complete palette: every role set, so that nothing of the desktop's own shines through."""
    role = QPalette.ColorRole
    every = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.window,
        role.ToolTipBase: tokens.tooltip,
        role.ToolTipText: tokens.tooltip_text,
        role.PlaceholderText: tokens.text_muted,
        role.Text: tokens.text,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.danger,
        role.Light: tokens.raised,
        role.Midlight: tokens.hover,
        role.Dark: tokens.border_strong,
        role.Mid: tokens.border,
        role.Shadow: tokens.border_strong,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.text,
        role.Link: tokens.focus,
        role.LinkVisited: tokens.focus,
        role.Accent: tokens.focus,
    }
    result = QPalette()
    for key, value in every.items():
        result.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, key, QColor(tokens.text_disabled))
    return result
