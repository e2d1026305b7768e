"""The whole of what a program said, to be read, searched and copied."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

WIDTH, HEIGHT = 820, 520


def show_log(parent: QWidget, title: str, text: str) -> QDialog:
    """A window of its own with `text` in a fixed-width font, the reason first."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    page = QPlainTextEdit(text)
    page.setReadOnly(True)
    page.setAccessibleName(title)
    page.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    page.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    copy = buttons.addButton(QCoreApplication.translate("Log", "&Copy"), QDialogButtonBox.ButtonRole.ActionRole)
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(14, 14, 14, 12)
    layout.addWidget(page)
    layout.addWidget(buttons)
    dialog.resize(WIDTH, HEIGHT)
    dialog.show()
    return dialog
