"""The style sheet that refines Fusion: flat surfaces, one-pixel lines, quiet controls. Colours are tokens only."""

from string import Template
from typing import Final

from quantscope_gui.theme.tokens import Tokens

_SHEET: Final = Template("""
QMainWindow::separator { background: $border; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $border_strong; }
QToolTip { background: $tooltip; color: $tooltip_text; border: none; padding: 5px 7px; }

QMenuBar { background: $window; padding: 1px 4px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $hover; }
QMenu::icon { padding-left: 8px; }
QMenu::item:disabled { color: $text_disabled; }
QMenu::separator { height: 1px; background: $border; margin: 4px 6px; }

QToolBar { background: $window; border: none; border-bottom: 1px solid $border; padding: 6px 8px; spacing: 6px; }
QToolBar::separator { background: $border; width: 1px; margin: 4px 4px; }

QToolButton, QPushButton {
  background: $raised; color: $text; border: 1px solid $border; border-radius: 5px; padding: 0px 10px; min-height: 28px;
}
QToolButton:hover, QPushButton:hover { background: $hover; border-color: $border_strong; }
QToolButton:pressed, QPushButton:pressed, QToolButton:checked { background: $pressed; }
QToolButton:focus, QPushButton:focus { border: 1px solid $focus; }
QToolButton:disabled, QPushButton:disabled { color: $text_disabled; background: $window; border-color: $border; }
QToolButton[flat="true"], QPushButton[flat="true"] { background: transparent; border: 1px solid transparent; }
QToolButton[flat="true"]:hover, QPushButton[flat="true"]:hover { background: $hover; }
QToolButton[flat="true"]:checked { background: $selection; border-color: $border_strong; }
QToolButton[flat="true"]:focus, QPushButton[flat="true"]:focus { border: 1px solid $focus; }
QToolButton[tight="true"] { padding: 2px; min-height: 18px; }
QToolButton[primary="true"], QPushButton[primary="true"] {
  background: $primary; color: $primary_text; border: 1px solid $primary; font-weight: 600; padding: 0px 14px;
}
QToolButton[primary="true"]:hover, QPushButton[primary="true"]:hover {
  background: $primary_hover; border-color: $primary_hover;
}
QToolButton[primary="true"]:focus, QPushButton[primary="true"]:focus { border: 1px solid $focus; }
QToolButton[primary="true"]:disabled, QPushButton[primary="true"]:disabled {
  background: $sunken; color: $text_disabled; border-color: $border;
}
QToolButton::menu-indicator { image: none; }

QLineEdit {
  background: $surface; color: $text; border: 1px solid $border; border-radius: 5px; padding: 0px 6px; min-height: 28px;
  selection-background-color: $selection; selection-color: $text;
}
QLineEdit:hover { border-color: $border_strong; }
QLineEdit:focus { border-color: $focus; }
QLineEdit QToolButton { background: transparent; border: none; padding: 0px; min-height: 0px; }
QToolButton[compact="true"], QPushButton[compact="true"] { padding: 0px 8px; min-height: 22px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $border; padding: 4px; outline: none; }

QScrollArea { background: transparent; border: none; }
QAbstractItemView {
  background: $surface; border: none; outline: none;
  selection-background-color: $selection; selection-color: $text;
}
QTreeView, QTableView, QScrollArea[focusable="true"] { border: 1px solid $surface; }
QTreeView:focus, QTableView:focus, QScrollArea[focusable="true"]:focus { border: 1px solid $focus; }
QTreeView::item { min-height: 26px; padding: 0px 4px; border: none; }
QTreeView::item:hover { background: $hover; }
QTreeView::item:selected { background: $selection; color: $text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section {
  background: $surface; color: $text_muted; border: none; border-bottom: 1px solid $border; padding: 6px 8px;
}
QHeaderView::section:hover { color: $text; background: $hover; }
QTableView::item { padding: 0px 5px; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QTableCornerButton::section { background: $surface; border: none; }

QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar { background: $window; qproperty-drawBase: 0; }
QTabBar::tab {
  background: transparent; color: $text_muted; padding: 7px 12px; border: none; border-bottom: 2px solid transparent;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $primary; }
QTabBar::tab:focus { color: $text; background: $hover; }

QStatusBar { background: $window; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QProgressBar { background: $sunken; border: 1px solid $border; border-radius: 4px; max-height: 8px; min-height: 8px; }
QProgressBar::chunk { background: $primary; border-radius: 3px; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $border_strong; border-radius: 4px; margin: 2px; }
QScrollBar::handle:hover { background: $text_muted; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QLabel[muted="true"] { color: $text_muted; }
QLabel[problem="true"] { color: $danger; }
QLabel[heading="true"] { font-weight: 600; }
QLabel[section="true"] { color: $text_muted; font-weight: 600; }

QWidget[surface="true"] { background: $surface; }
QFrame[card="true"] { background: $raised; border: 1px solid $border; border-radius: 8px; }
QFrame[card="danger"] { background: $danger_surface; border: 1px solid $danger_border; border-radius: 8px; }
QFrame[card="device"] { background: $raised; border: 1px solid $border; border-radius: 8px; }
QFrame[card="device"]:hover { border-color: $border_strong; }
QFrame[card="device"][chosen="true"] { background: $selection; border-color: $border_strong; }
QFrame[card="device"]:focus { border-color: $focus; }
QFrame[card="sunken"] { background: $sunken; border: none; border-radius: 6px; }
QFrame[line="true"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
""")


def stylesheet(tokens: Tokens) -> str:
    """Qt style sheet of a theme."""
    values = {name: getattr(tokens, name) for name in tokens.__dataclass_fields__}
    return _SHEET.substitute({name: value for name, value in values.items() if isinstance(value, str)})
