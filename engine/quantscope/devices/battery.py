"""The battery, from `dumpsys battery` and, where it may be read, sysfs."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Battery:
    """State of the battery; None where it isn't told.

    `current_raw` is the reading as it came, `current_ua` what it means in microamperes, negative as the battery gives,
    and `current_note` how that was inferred, or why it can't be. `simulated`: somebody set the values by hand.
    """

    level: int | None
    status: str | None
    plugged: str | None
    celsius: float | None
    millivolts: int | None
    current_raw: int | None = None
    current_ua: int | None = None
    current_note: str | None = None
    simulated: bool = False


STATUS: Final = {1: "unknown", 2: "charging", 3: "discharging", 4: "not charging", 5: "full"}
PLUGS: Final = {"AC powered": "mains", "USB powered": "usb", "Wireless powered": "wireless", "Dock powered": "dock"}
NUMBERS: Final = ("status", "level", "scale", "voltage", "temperature", "current now")
# Below one volt it is no battery: boards without one answer with made-up values.
MIN_MILLIVOLTS: Final = 1000
PLAUSIBLE_TENTHS: Final = range(-300, 1001)
# A phone that measures draws 50 mA and more: a reading under this can't be microamperes.
MIN_MICROAMPERES: Final = 20_000
_LINE: Final = re.compile(r"\s{1,4}([A-Za-z][A-Za-z ]{0,40}): (\S.{0,40})")


def parse_battery(text: str, manufacturer: str | None = None, current: str = "") -> Battery | None:
    """The battery in the output of `dumpsys battery`; None where there is none to speak of.

    `current` is what sysfs or `cmd battery` gives for the current now. Vendors add lines of their own; of a name that
    comes twice the first counts.
    """
    lines: dict[str, str] = {}
    for line in text.splitlines():
        if match := _LINE.fullmatch(line.rstrip()):
            lines.setdefault(match[1], match[2])
    values = {name: int(lines[name]) for name in NUMBERS if re.fullmatch(r"-?\d{1,9}", lines.get(name, ""))}
    millivolts = values.get("voltage")
    if "level" not in values or lines.get("present") == "false":
        return None
    if millivolts is not None and 0 < millivolts < MIN_MILLIVOLTS:
        return None
    scale = values.get("scale", 100)
    level = values["level"] * 100 // scale if scale > 0 else -1
    status = STATUS.get(values.get("status", 1))
    tenths = values.get("temperature")
    raw = _raw(current, values)
    meaning, note = _meaning(raw, status, (manufacturer or "").lower())
    return Battery(
        level=level if 0 <= level <= 100 else None,
        status=status,
        plugged=next((plug for name, plug in PLUGS.items() if lines.get(name) == "true"), None),
        celsius=tenths / 10 if tenths in PLAUSIBLE_TENTHS and tenths is not None else None,
        millivolts=millivolts or None,
        current_raw=raw,
        current_ua=meaning,
        current_note=note,
        simulated="UPDATES STOPPED" in text,
    )


def _raw(current: str, values: dict[str, int]) -> int | None:
    match = re.fullmatch(r"\s*(-?\d{1,9})\s*", current)
    return int(match[1]) if match else values.get("current now")


def _meaning(raw: int | None, status: str | None, manufacturer: str) -> tuple[int | None, str | None]:
    """Microamperes, negative when the battery gives, and how that was inferred."""
    if raw is None:
        return None, None
    if abs(raw) >= MIN_MICROAMPERES:
        unit, microamperes = "taken for microamperes by its size", abs(raw)
    elif manufacturer == "samsung":
        unit, microamperes = "taken for milliamperes, as this maker gives them", abs(raw) * 1000
    else:
        return None, "the unit of so small a reading can't be told"
    if status == "discharging":
        return -microamperes, f"{unit}; the sign by the battery's status"
    return None, "the battery isn't discharging: the reading says nothing of what the phone draws"
