"""A push button that follows a QAction: text, icon, tooltip and whether it is enabled."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget


class ActionButton(QPushButton):
    """`label` is the text without mnemonic and dots. (QToolButton does not centre an icon with a text.)"""

    def __init__(self, action: QAction, label: str, primary: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(f"\u2009{label}", parent)
        self._action = action
        self.setAccessibleName(label)
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("primary", primary)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setIcon(self._action.icon())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())
