"""Which devices the server knows, as they come and go."""

import re
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Final

from quantscope.devices.adb.host import APART, AdbServer
from quantscope.devices.adb.states import STATES, Explanation, explain

MAX_DEVICES: Final = 256

# A serial may hold spaces (mDNS names), a state several words; what follows is key:value.
_STATE: Final = "|".join(sorted((re.escape(word) for word in (*STATES, "unknown")), key=len, reverse=True))
_LINE: Final = re.compile(
    rf"(?P<serial>\S.*?)\s+(?P<state>(?:{_STATE})(?:\s*[;(].*?)?)(?P<rest>(?:\s+[a-z_]+:\S*)*)\s*"
)
_UNKNOWN: Final = re.compile(r"(?P<serial>\S+)\s+(?P<state>\S.*?)(?P<rest>(?:\s+[a-z_]+:\S*)*)\s*")


@dataclass(frozen=True)
class Listed:
    """A device as the server lists it. `state` is adb's own word; the names are empty while it isn't ready."""

    serial: str
    state: str
    product: str = ""
    model: str = ""
    device: str = ""
    transport: str = ""

    @property
    def explanation(self) -> Explanation:
        """The state in plain words."""
        return explain(self.state)

    @property
    def name(self) -> str:
        """What to call it: its model, or its serial while that is unknown."""
        return self.model.replace("_", " ") or self.serial


def parse_devices(text: str) -> tuple[Listed, ...]:
    """The devices in an answer to host:devices-l or host:track-devices-l; lines that aren't devices are left out.

    Some makers give all their phones one serial number: where two of one are there, each gets the number of its
    connection besides.
    """
    found = []
    for line in text.splitlines()[:MAX_DEVICES]:
        if line.startswith(("*", "List of devices")):
            continue
        match = _LINE.fullmatch(line) or _UNKNOWN.fullmatch(line)
        if match is None:
            continue
        more = dict(word.split(":", 1) for word in match["rest"].split())
        found.append(
            Listed(
                match["serial"],
                match["state"],
                more.get("product", ""),
                more.get("model", ""),
                more.get("device", ""),
                more.get("transport_id", ""),
            )
        )
    times = Counter(entry.serial for entry in found)
    return tuple(
        replace(entry, serial=f"{entry.serial}{APART}{entry.transport}")
        if times[entry.serial] > 1 and entry.transport
        else entry
        for entry in found
    )


async def devices(server: AdbServer) -> tuple[Listed, ...]:
    """The devices there are now."""
    return parse_devices(await server.ask("host:devices-l"))


async def track(server: AdbServer) -> AsyncGenerator[tuple[Listed, ...], None]:
    """The devices there are, at once and at every change. Raises DeviceLostError when the server goes away."""
    async with server.connection() as connection:
        await connection.request("host:track-devices-l")
        while True:
            yield parse_devices(await connection.text(None))
