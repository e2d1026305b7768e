"""The documents of `quantscope devices`: where models can be measured, and what state each place is in."""

from typing import Final

from quantscope.documents import Document
from quantscope.documents.profile import Device, Sensors

DEVICES: Final = "quantscope.devices/1"


class Place(Document, frozen=True, kw_only=True):
    """A place to measure. `id` is `this-computer` or an adb serial, `kind` computer or phone.

    `state` is a stable code, `text` the state in plain words, `remedy` what to do about it; only a `ready` place can be
    measured on. `device` and `sensors` are None until the phone has told them.
    """

    id: str
    kind: str
    name: str
    state: str
    ready: bool
    text: str
    remedy: str | None = None
    device: Device | None = None
    sensors: Sensors | None = None


class Devices(Document, frozen=True, kw_only=True):
    """`quantscope devices`: the places there are now, this computer first. `problem` says why phones can't be seen, if
    so."""

    schema: str = DEVICES
    server: str
    places: tuple[Place, ...]
    problem: str | None = None
    remedy: str | None = None
