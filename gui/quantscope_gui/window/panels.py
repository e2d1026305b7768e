"""The panels around the work area: where they stand, and that they come back as they were."""

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from quantscope_gui.settings import LAYOUT_VERSION, Settings
from quantscope_gui.theme.theme import Theme
from quantscope_gui.window.docks import dock

MODELS_WIDTH, INSPECTOR_WIDTH = 250, 310
MODELS_HEIGHT = 140


class Panels(QObject):
    """Docks of a window, shown while a model is open; the start page stands alone."""

    def __init__(
        self,
        window: QMainWindow,
        theme: Theme,
        settings: Settings,
        models: QWidget,
        inspector: QWidget,
        recipe: QWidget,
        devices: QWidget,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._layout = settings.layout
        self._shown = False
        self.models = dock("models", self.tr("Models"), models, theme, window)
        self.inspector = dock("inspector", self.tr("Inspector"), inspector, theme, window)
        self.recipe = dock("recipe", self.tr("Recipe"), recipe, theme, window)
        self.devices = dock("devices", self.tr("Devices"), devices, theme, window)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        window.setTabPosition(right, QTabWidget.TabPosition.North)
        window.addDockWidget(left, self.models)
        window.addDockWidget(right, self.inspector)
        window.tabifyDockWidget(self.inspector, self.recipe)
        self.inspector.raise_()
        window.addDockWidget(left, self.devices)
        self.devices.visibilityChanged.connect(
            lambda shown: QTimer.singleShot(0, self, self._give_devices_room) if shown else None
        )
        self.show(False)

    @property
    def shown(self) -> bool:
        return self._shown

    def actions(self) -> list[QAction]:
        """What shows and hides each."""
        return [panel.toggleViewAction() for panel in self._all()]

    def show(self, shown: bool) -> None:
        """Brings them back as they were, or hides them all."""
        if shown:
            for panel in (self.models, self.inspector, self.recipe):
                panel.show()  # the devices only where they were shown before: looking for phones starts adb
            if not self._window.restoreState(self._layout, LAYOUT_VERSION):
                widths = [MODELS_WIDTH, INSPECTOR_WIDTH]
                self._window.resizeDocks([self.models, self.inspector], widths, Qt.Orientation.Horizontal)
        else:
            if self._shown:
                self._layout = self._window.saveState(LAYOUT_VERSION)
            for panel in self._all():
                panel.hide()
        self._shown = shown
        for action in self.actions():
            action.setEnabled(shown)

    def remember(self) -> None:
        """Keeps where they are for the next start."""
        self._settings.layout = self._window.saveState(LAYOUT_VERSION) if self._shown else self._layout

    def _all(self) -> tuple[QDockWidget, ...]:
        return self.models, self.inspector, self.recipe, self.devices

    def _give_devices_room(self) -> None:
        """Qt gives a dock that joins others as little as it can do with."""
        content = self.devices.widget()
        wanted, docks = content.sizeHint().height() if content is not None else 0, [self.models, self.devices]
        if self.devices.height() < wanted * 3 // 4:
            rest = sum(each.height() for each in docks) - wanted
            self._window.resizeDocks(docks, [max(MODELS_HEIGHT, rest), wanted], Qt.Orientation.Vertical)
