"""Temperatures, from `dumpsys thermalservice`.

Of its two lists only "Current temperatures from HAL" is fresh. Sensors that don't exist read 0.0 or -99.9; types 6 to 8
are volts, amperes and percent. Samsung's service of Android 10 numbers its types one higher and names them TYPE_CPU...
"""

import re
from dataclasses import dataclass
from typing import Final

from quantscope.devices.properties import printable


@dataclass(frozen=True)
class Temperature:
    """One sensor in degrees Celsius."""

    kind: str
    name: str
    celsius: float


# Source: hardware/interfaces/thermal, TemperatureType.
KINDS: Final = {
    0: "cpu",
    1: "gpu",
    2: "battery",
    3: "skin",
    4: "usb-port",
    5: "power-amplifier",
    9: "npu",
    10: "tpu",
    11: "display",
    12: "modem",
    13: "soc",
    14: "wifi",
    15: "camera",
    16: "flashlight",
    17: "speaker",
    18: "ambient",
    19: "pogo",
}
NOT_DEGREES: Final = (6, 7, 8)
HIGHEST_STATUS: Final = 6
PLAUSIBLE: Final = (-40.0, 150.0)
FRESH: Final = "Current temperatures from HAL:"
MAX_SENSORS: Final = 128
_TEMPERATURE: Final = re.compile(
    r"\s*Temperature\{mValue=(-?\d{1,4}(?:\.\d{1,9})?), mType=(-?\d{1,3}), mName=(.{0,80}), mStatus=\d{1,2}\}\s*"
)
_STATUS: Final = re.compile(r"(?m)^\s*Thermal Status: (\d)\s*$")


def parse_status(text: str) -> int | None:
    """How hard the phone throttles: Android's thermal status, 0 (none) to 6 (shutdown)."""
    match = _STATUS.search(text)
    return int(match[1]) if match and int(match[1]) <= HIGHEST_STATUS else None


def parse_temperatures(text: str) -> tuple[Temperature, ...]:
    """The sensors that exist, in degrees Celsius."""
    lines = iter(text.splitlines())
    found: list[Temperature] = []
    for line in lines:
        if line.strip() == FRESH:
            break
    for line in lines:
        match = _TEMPERATURE.fullmatch(line)
        if match is None or len(found) == MAX_SENSORS:
            break
        celsius, number, name = float(match[1]), int(match[2]), printable(match[3])
        if celsius == 0 or not PLAUSIBLE[0] <= celsius <= PLAUSIBLE[1]:
            continue
        if name.startswith("TYPE_"):
            found.append(Temperature(kind=_named(name), name=name, celsius=celsius))
        elif number not in NOT_DEGREES:
            found.append(Temperature(kind=KINDS.get(number, "unknown"), name=name, celsius=celsius))
    return tuple(found)


def telling(temperatures: tuple[Temperature, ...], kind: str = "") -> Temperature | None:
    """The one to show: the hottest of `kind`, or else the skin's, the chip's, the battery's."""
    for wanted in (kind,) if kind else ("skin", "soc", "cpu", "battery"):
        if found := [each for each in temperatures if each.kind == wanted]:
            return max(found, key=lambda each: each.celsius)
    return None


def _named(name: str) -> str:
    kind = name.removeprefix("TYPE_").lower().replace("_", "-")
    return kind if kind in KINDS.values() else "unknown"
