"""Follows the devices through the engine for as long as somebody wants to see them."""

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from quantscope.documents.devices import Devices
from quantscope.worker import protocol
from quantscope_gui.engine import decoding
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job

AGAIN_MILLISECONDS: Final = 3000


class DeviceWatch(QObject):
    """`changed(devices)` at every change. An engine of its own does the watching; should that end, another takes over
    after a moment."""

    changed = Signal(object)

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._job: Job | None = None
        self.devices: Devices | None = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MILLISECONDS)
        self._again.timeout.connect(self.start)

    def start(self) -> None:
        """Begins to watch, unless it does."""
        if self._job is not None:
            return
        self._again.stop()
        decode = decoding.small(Devices)
        self._job = self._client.submit(lambda identity: protocol.WatchDevices(id=identity), decode, decode_part=decode)
        self._job.updated.connect(self._update)
        self._job.ended.connect(self._ended)

    def restart(self) -> None:
        """Watches anew, after the settings have changed."""
        if self._job is not None:
            self._again.setInterval(0)
            self._client.cancel(self._job)

    def stop(self) -> None:
        """Watches no longer."""
        job, self._job = self._job, None
        self._again.stop()
        if job is not None:
            self._client.cancel(job)

    def _update(self, devices: Devices) -> None:
        self.devices = devices
        self.changed.emit(devices)

    def _ended(self) -> None:
        if self.sender() is self._job:
            self._job = None
            self._again.start()
            self._again.setInterval(AGAIN_MILLISECONDS)
