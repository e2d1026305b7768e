"""Dock widgets with a quiet title bar."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from quantscope_gui.theme.theme import Theme


class DockTitle(QWidget):
    """A name and a close button; dragging it moves the dock."""

    def __init__(self, dock: QDockWidget, theme: Theme) -> None:
        super().__init__(dock)
        label = QLabel(dock.windowTitle())
        label.setProperty("heading", True)
        close = QToolButton()
        close.setProperty("flat", True)
        close.setProperty("tight", True)
        close.setIconSize(QSize(16, 16))
        close.setToolTip(self.tr("Hide {panel} (View menu brings it back)").format(panel=dock.windowTitle()))
        close.setAccessibleName(self.tr("Hide {panel}").format(panel=dock.windowTitle()))
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.bind_icon(close, "close", "text_muted")
        close.clicked.connect(dock.close)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 7, 8, 7)
        layout.addWidget(label, 1)
        layout.addWidget(close)


def dock(name: str, title: str, content: QWidget, theme: Theme, parent: QWidget) -> QDockWidget:
    """A dock named `name` (which layouts are remembered by)."""
    result = QDockWidget(title, parent)
    result.setObjectName(name)
    result.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
    result.setWidget(content)
    result.setTitleBarWidget(DockTitle(result, theme))
    return result
