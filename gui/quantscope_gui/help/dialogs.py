"""The pages of the Help menu."""

from collections.abc import Iterable

import PySide6
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from quantscope._version import __version__
from quantscope_gui import actions


def _dialog(parent: QWidget, title: str) -> tuple[QDialog, QVBoxLayout]:
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(24, 20, 24, 16)
    layout.setSpacing(14)
    return dialog, layout


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    return buttons


def show_shortcuts(parent: QWidget, commands: Iterable[QAction]) -> QDialog:
    """Every command that has a shortcut."""
    dialog, layout = _dialog(parent, QCoreApplication.translate("Help", "Keyboard Shortcuts"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(32)
    grid.setVerticalSpacing(6)
    native = QKeySequence.SequenceFormat.NativeText
    rows = [(actions.plain(action), action.shortcut().toString(native)) for action in commands if action.shortcuts()]
    rows += [
        (QCoreApplication.translate("Help", "Clear the filter (in its field)"), QKeySequence("Esc").toString(native)),
        (QCoreApplication.translate("Help", "From the filter to the table"), QKeySequence("Down").toString(native)),
        (QCoreApplication.translate("Help", "Copy rows (in the table)"), QKeySequence("Ctrl+C").toString(native)),
    ]
    half = (len(rows) + 1) // 2
    for place, (words, keys) in enumerate(rows):
        column = 0 if place < half else 2
        key = QLabel(keys)
        key.setProperty("muted", True)
        grid.addWidget(QLabel(words), place % half, column)
        grid.addWidget(key, place % half, column + 1)
    grid.setColumnMinimumWidth(1, 110)
    layout.addLayout(grid)
    layout.addWidget(_close_button(dialog))
    dialog.open()
    return dialog


def show_about(parent: QWidget) -> QDialog:
    """Name, version, licence."""
    dialog, layout = _dialog(parent, QCoreApplication.translate("Help", "About Quantscope"))
    icon = QLabel()
    icon.setPixmap(parent.windowIcon().pixmap(64, 64))
    title = QLabel("Quantscope")
    title.setProperty("heading", True)
    font = title.font()
    font.setPointSizeF(font.pointSizeF() * 1.5)
    title.setFont(font)
    words = QVBoxLayout()
    words.addWidget(title)
    for text in (
        QCoreApplication.translate("Help", "Version {version}").format(version=__version__),
        QCoreApplication.translate("Help", "Post-training quantization of TensorFlow Lite models, with reasons."),
        QCoreApplication.translate("Help", "Licensed under Apache-2.0. Made with Qt {qt} (LGPL).").format(
            qt=PySide6.__version__
        ),
    ):
        label = QLabel(text)
        label.setProperty("muted", True)
        words.addWidget(label)
    row = QHBoxLayout()
    row.setSpacing(18)
    row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    row.addLayout(words)
    layout.addLayout(row)
    layout.addWidget(_close_button(dialog))
    dialog.open()
    return dialog
