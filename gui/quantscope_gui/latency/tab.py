"""The Latency tab's place in the window: what is in it is built when it is first shown, for pyqtgraph takes long to
import."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from quantscope.documents.devices import Devices
from quantscope.documents.profile import THIS_COMPUTER
from quantscope_gui.latency.remembered import Remembered
from quantscope_gui.models.library import Selection
from quantscope_gui.services import Services
from quantscope_gui.theme.theme import Theme

if TYPE_CHECKING:
    from quantscope_gui.latency.panel import LatencyPanel


class LatencyTab(QWidget):
    """`data_wanted` and `said` as LatencyPanel; `phones_wanted` when the user looks for devices."""

    data_wanted = Signal()
    phones_wanted = Signal()
    said = Signal(str)

    def __init__(self, services: Services, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._theme = theme
        self._panel: LatencyPanel | None = None
        self._selection: Selection | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    @property
    def panel(self) -> "LatencyPanel":
        """The panel, built now if it wasn't."""
        if self._panel is None:
            from quantscope_gui.latency.panel import LatencyPanel

            services = self._services
            remembered = Remembered(services.settings)
            self._panel = panel = LatencyPanel(
                self._theme, services.measurer, services.historian, services.operator, remembered
            )
            panel.data_wanted.connect(self.data_wanted)
            panel.said.connect(self.said)
            panel.show_selection(self._selection)
            panel.setup.device.phones_wanted.connect(self.phones_wanted)
            if services.device_watch.devices is not None:
                self._show_devices(services.device_watch.devices)
            services.device_watch.changed.connect(self._show_devices)
            self._layout.addWidget(panel)
        return self._panel

    def choose_device(self, identity: str) -> None:
        """Measures on this device from now on."""
        self.panel.setup.device.choose(identity)

    def _show_devices(self, devices: Devices) -> None:
        ready = [(place.id, place.name) for place in devices.places if place.ready and place.id != THIS_COMPUTER]
        self.panel.setup.device.set_devices([(THIS_COMPUTER, self.tr("This computer")), *ready])

    def show_selection(self, selection: Selection | None) -> None:
        self._selection = selection
        if self._panel is not None:
            self._panel.show_selection(selection)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.panel.show()
