"""Menus that are not just commands: a choice among a few, and lists of files."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

T = TypeVar("T")


def add_choice(menu: QMenu, entries: Iterable[tuple[T, str]], current: T, chosen: Callable[[T], None]) -> None:
    """Checkable entries of (value, text), of which one is on."""
    group = QActionGroup(menu)
    for value, text in entries:
        action = QAction(text, menu)
        action.setCheckable(True)
        action.setChecked(value == current)
        action.triggered.connect(lambda _checked=False, value=value: chosen(value))
        group.addAction(action)
        menu.addAction(action)


def fill_with_files(menu: QMenu, files: Iterable[tuple[Path, str]], chosen: Callable[[Path], None]) -> None:
    """Replaces the menu's entries by one per (path, text)."""
    menu.clear()
    for path, text in files:
        action = QAction(text.replace("&", "&&"), menu)
        action.setToolTip(str(path))
        action.triggered.connect(lambda _checked=False, path=path: chosen(path))
        menu.addAction(action)
