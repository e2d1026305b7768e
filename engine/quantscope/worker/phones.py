"""What the engine can be asked about phones."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from quantscope.devices.desk import Desk
from quantscope.documents import Document
from quantscope.documents.devices import Connected, Devices
from quantscope.live import Live
from quantscope.worker import protocol


def _watch(request: protocol.WatchDevices, live: Live) -> Document:
    def going_on() -> bool:
        live(0.0, "Watching for devices")
        return not live.stopping

    last = Desk().watch(live.publish, going_on)
    return last if last is not None else Devices(server="", places=())


def _connect(request: protocol.ConnectPhone, live: Live) -> Document:
    if request.code is not None:
        return Desk().pair(request.address, request.code)
    return Desk().connect(request.address)


def _describe(request: protocol.DescribePhones, live: Live) -> Document:
    desk = Desk()
    if request.settings is not None:
        desk.save(request.settings)
    return desk.describe()


def _fetch(request: protocol.FetchProgram, live: Live) -> Document:
    return Desk().fetch(request.abi, live)


def _clean(request: protocol.CleanPhone, live: Live) -> Document:
    Desk().clean(request.serial)
    return Connected(serial=request.serial)


HANDLERS: Final[Mapping[type, Callable[[Any, Live], Document]]] = {
    protocol.WatchDevices: _watch,
    protocol.ConnectPhone: _connect,
    protocol.DescribePhones: _describe,
    protocol.FetchProgram: _fetch,
    protocol.CleanPhone: _clean,
}
