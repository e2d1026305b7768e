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


class PhoneSettings(Document, frozen=True, kw_only=True):
    """What is kept about phones from one session to the next.

    `server` is the adb server's host:port, None for the one on this computer; `adb` the adb program, None where it is
    found by itself; `programs` the chosen benchmark_model by ABI, or by `any`. `fixed_performance` asks phones that can
    to keep their clocks steady while they are measured on.
    """

    server: str | None = None
    adb: str | None = None
    programs: dict[str, str] = {}
    fixed_performance: bool = False


class BenchmarkProgram(Document, frozen=True, kw_only=True):
    """A benchmark_model on this computer: where it came from (None for a file of the user's) and what it is."""

    abi: str
    path: str
    sha256: str
    bytes: int
    url: str | None = None


class PhoneDesk(Document, frozen=True, kw_only=True):
    """The settings, and for each ABI that there is an official benchmark_model for its address and, if it is at hand,
    the program that would be used."""

    settings: PhoneSettings
    official: dict[str, str]
    programs: dict[str, BenchmarkProgram]
    problems: dict[str, str] = {}


class Connected(Document, frozen=True, kw_only=True):
    """A phone was connected or paired; `serial` is what it is called, None after pairing."""

    serial: str | None
