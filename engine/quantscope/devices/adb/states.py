"""The states a device can be in, in plain words with what to do, and the server's refusals as typed errors."""

import re
from dataclasses import dataclass
from typing import Final

from quantscope.errors import AdbError, DeviceClosedError, DeviceLostError, DeviceStateError, QuantscopeError


@dataclass(frozen=True)
class Explanation:
    """A state: its stable code, what it means, and what to do (None where all is well)."""

    code: str
    text: str
    remedy: str | None

    @property
    def ready(self) -> bool:
        """Whether the device can be used."""
        return self.code == READY


READY: Final = "device"

# adb's words for a state, the longest first where one begins another. Source: ConnectionState in adb's adb.cpp.
STATES: Final = {
    READY: Explanation(READY, "Ready.", None),
    "unauthorized": Explanation(
        "unauthorized",
        "The phone doesn't trust this computer yet.",
        "Unlock the phone and tap Allow in the question it shows. If there is none, unplug it, plug it in again.",
    ),
    "authorizing": Explanation("authorizing", "The phone is checking this computer's key.", "Wait a moment."),
    "connecting": Explanation("connecting", "The phone is connecting.", "Wait a moment."),
    "offline": Explanation(
        "offline",
        "The phone is connected but doesn't answer.",
        "Unplug it and plug it in again, or switch USB debugging off and on.",
    ),
    "no permissions": Explanation(
        "no-permissions",
        "This computer's user may not talk to the phone over USB.",
        "Install the udev rules (Debian and Ubuntu: package android-sdk-platform-tools-common), join the group "
        "'plugdev', then plug the phone in again.",
    ),
    "recovery": Explanation("recovery", "The phone is in recovery mode.", "Choose 'Reboot system now' on the phone."),
    "sideload": Explanation(
        "sideload", "The phone waits for an update to be sideloaded.", "Leave that mode, or restart the phone."
    ),
    "rescue": Explanation("rescue", "The phone is in rescue mode.", "Restart the phone."),
    "bootloader": Explanation(
        "bootloader", "The phone is in its bootloader.", "Choose 'Start' on the phone, or run 'fastboot reboot'."
    ),
    "host": Explanation("host", "This is another computer's adb, not a phone.", None),
    "detached": Explanation(
        "detached", "Another program has taken the phone over from adb.", "Close that program, or plug it in again."
    ),
    "no device": Explanation("no-device", "The phone went away.", "Plug it in again."),
}
UNKNOWN: Final = "unknown"


def explain(state: str) -> Explanation:
    """What adb's word for a state means; for a word of tomorrow, the word itself."""
    for word, explanation in STATES.items():
        if re.match(rf"{word}(?![\w-])", state):
            return explanation
    return Explanation(UNKNOWN, f"adb says '{state[:200]}'.", "Plug the phone in again, or update adb.")


def state_error(name: str, state: str) -> DeviceStateError:
    """The error of using a device that isn't ready."""
    explanation = explain(state)
    return DeviceStateError(f"{name} can't be used: {explanation.text}", explanation.remedy)


# What the server says when it refuses, by how that begins; {0} is whom it was asked about.
STATE_REFUSALS: Final = {
    "device unauthorized": "unauthorized",
    "device still authorizing": "authorizing",
    "device still connecting": "connecting",
    "device offline": "offline",
    "insufficient permissions": "no permissions",
}


def refusal(about: str, message: str) -> QuantscopeError:
    """The server's FAIL as an error of ours, in its own words where they aren't known."""
    first = " ".join(message.split())[:300]
    for start, state in STATE_REFUSALS.items():
        if first.startswith(start):
            return state_error(about, state)
    if first.startswith("device '") and "not found" in first:
        return DeviceLostError(f"{about} is not connected.", "Plug it in, or choose another device.")
    if first.startswith(("more than one device", "no devices")):
        return AdbError(f"adb says: {first}.", "Choose one device by its serial number.")
    if first == "closed":
        return DeviceClosedError(
            f"{about} closed the request.", "Android 7 or later is needed; if it has that, plug the phone in again."
        )
    return AdbError(f"adb says: {first.rstrip('.') or 'no reason given'}.")
