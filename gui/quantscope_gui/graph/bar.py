"""The bar above the canvas: where one is, groups, zoom."""

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from quantscope_gui.graph.crumbs import Crumbs
from quantscope_gui.theme.theme import Theme


class GraphBar(QWidget):
    """A signal for each of its buttons; `crumbs` are in the middle."""

    back = Signal()
    forward = Signal()
    close_all = Signal()
    open_all = Signal()
    zoom_out = Signal()
    zoom_in = Signal()
    everything = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.crumbs = Crumbs()
        self._back = self._button("back", self.tr("Back (Alt+Left)"), self.back)
        self._forward = self._button("forward", self.tr("Forward (Alt+Right)"), self.forward)
        self._close_all = self._button("collapse", self.tr("Close all groups"), self.close_all)
        self._open_all = self._button("expand", self.tr("Open all groups"), self.open_all)
        out = self._button("zoom-out", self.tr("Zoom out (-)"), self.zoom_out)
        near = self._button("zoom-in", self.tr("Zoom in (+)"), self.zoom_in)
        fit = self._button("fit", self.tr("Show everything (double-click beside the operators)"), self.everything)
        self._tools = QHBoxLayout()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 5, 10, 5)
        layout.setSpacing(2)
        for button in (self._back, self._forward):
            layout.addWidget(button)
        layout.addSpacing(6)
        layout.addWidget(self.crumbs, 1)
        layout.addLayout(self._tools)
        for button in (self._close_all, self._open_all):
            layout.addWidget(button)
        layout.addSpacing(6)
        for button in (out, near, fit):
            layout.addWidget(button)

    def add_tool(self, tool: QWidget) -> None:
        """Puts a control of somebody else's between the crumbs and the buttons."""
        self._tools.addWidget(tool)
        self._tools.addSpacing(8)

    def show_history(self, back: bool, forward: bool) -> None:
        """Which ways in the history there are."""
        self._back.setEnabled(back)
        self._forward.setEnabled(forward)

    def show_groups(self, opened: int, groups: int) -> None:
        """How many groups there are and how many of them are open."""
        for button, useful in ((self._close_all, opened > 0), (self._open_all, opened < groups)):
            button.setVisible(groups > 0)
            button.setEnabled(useful)

    def _button(self, icon: str, words: str, clicked: SignalInstance) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setProperty("tight", True)
        button.setIconSize(QSize(18, 18))
        button.setFixedSize(28, 26)
        button.setToolTip(words)
        button.setAccessibleName(words.partition(" (")[0])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _checked=False: clicked.emit())
        self._theme.bind_icon(button, icon, "text_muted")
        return button
