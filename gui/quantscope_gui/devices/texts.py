"""What is said of a device, in the user's language."""

from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope.documents.devices import Place
from quantscope.documents.profile import Cluster, Device, Sensors
from quantscope_gui import formatting
from quantscope_gui.i18n import QT_TRANSLATE_NOOP

# States by the engine's code: what they mean and what to do. States that aren't here come in the engine's own words.
STATES: Final = {
    "device": (QT_TRANSLATE_NOOP("DeviceState", "Ready."), None),
    "unauthorized": (
        QT_TRANSLATE_NOOP("DeviceState", "The phone doesn't trust this computer yet."),
        QT_TRANSLATE_NOOP(
            "DeviceState",
            "Unlock the phone and tap Allow in the question it shows. If there is none, unplug it, plug it in again.",
        ),
    ),
    "authorizing": (
        QT_TRANSLATE_NOOP("DeviceState", "The phone is checking this computer's key."),
        QT_TRANSLATE_NOOP("DeviceState", "Wait a moment."),
    ),
    "connecting": (
        QT_TRANSLATE_NOOP("DeviceState", "The phone is connecting."),
        QT_TRANSLATE_NOOP("DeviceState", "Wait a moment."),
    ),
    "offline": (
        QT_TRANSLATE_NOOP("DeviceState", "The phone is connected but doesn't answer."),
        QT_TRANSLATE_NOOP("DeviceState", "Unplug it and plug it in again, or switch USB debugging off and on."),
    ),
    "no-permissions": (
        QT_TRANSLATE_NOOP("DeviceState", "This computer's user may not talk to the phone over USB."),
        QT_TRANSLATE_NOOP(
            "DeviceState",
            "Install the udev rules (Debian and Ubuntu: package android-sdk-platform-tools-common), join the group "
            "'plugdev', then plug the phone in again.",
        ),
    ),
    "recovery": (
        QT_TRANSLATE_NOOP("DeviceState", "The phone is in recovery mode."),
        QT_TRANSLATE_NOOP("DeviceState", "Choose 'Reboot system now' on the phone."),
    ),
    "sideload": (
        QT_TRANSLATE_NOOP("DeviceState", "The phone waits for an update to be sideloaded."),
        QT_TRANSLATE_NOOP("DeviceState", "Leave that mode, or restart the phone."),
    ),
    "rescue": (
        QT_TRANSLATE_NOOP("DeviceState", "The phone is in rescue mode."),
        QT_TRANSLATE_NOOP("DeviceState", "Restart the phone."),
    ),
    "bootloader": (
        QT_TRANSLATE_NOOP("DeviceState", "The phone is in its bootloader."),
        QT_TRANSLATE_NOOP("DeviceState", "Choose 'Start' on the phone, or run 'fastboot reboot'."),
    ),
    "host": (QT_TRANSLATE_NOOP("DeviceState", "This is another computer's adb, not a phone."), None),
    "detached": (
        QT_TRANSLATE_NOOP("DeviceState", "Another program has taken the phone over from adb."),
        QT_TRANSLATE_NOOP("DeviceState", "Close that program, or plug it in again."),
    ),
    "no-device": (
        QT_TRANSLATE_NOOP("DeviceState", "The phone went away."),
        QT_TRANSLATE_NOOP("DeviceState", "Plug it in again."),
    ),
}
# Android's thermal status from 1 on; at 0 there is nothing to say.
HEAT: Final = (
    QT_TRANSLATE_NOOP("DeviceHeat", "light heat"),
    QT_TRANSLATE_NOOP("DeviceHeat", "moderate heat"),
    QT_TRANSLATE_NOOP("DeviceHeat", "severe heat"),
    QT_TRANSLATE_NOOP("DeviceHeat", "critical heat"),
    QT_TRANSLATE_NOOP("DeviceHeat", "emergency heat"),
    QT_TRANSLATE_NOOP("DeviceHeat", "shutting down from heat"),
)
DOT: Final = " \u00b7 "


def name(place: Place) -> str:
    """What to call a device."""
    if place.kind == "computer":
        return QCoreApplication.translate("Devices", "This computer")
    return place.name


def state(place: Place) -> str:
    """Its state in plain words."""
    if place.state not in STATES:
        return place.text
    return QCoreApplication.translate("DeviceState", STATES[place.state][0])


def advice(place: Place) -> str:
    """What to do about its state; empty where there is nothing to do."""
    remedy = STATES.get(place.state, ("", place.remedy))[1]
    return QCoreApplication.translate("DeviceState", remedy) if remedy else ""


def system(device: Device) -> str:
    """Chip, system and ABI in one line."""
    return DOT.join(filter(None, (device.soc, device.os, device.abi)))


def cores(device: Device) -> str:
    """Clusters, a line each, the fastest first: "1 × Cortex-X3 2.91 GHz"; empty where they aren't told apart."""
    if not all(cluster.max_khz for cluster in device.clusters):
        return ""
    return "\n".join(_cluster(cluster) for cluster in reversed(device.clusters))


def condition(sensors: Sensors) -> str:
    """Battery, temperature and heat, as far as they are known."""
    parts = []
    if sensors.battery_percent is not None:
        level = formatting.percent(sensors.battery_percent / 100)
        charging = QCoreApplication.translate("Devices", "battery {level}, charging")
        resting = QCoreApplication.translate("Devices", "battery {level}")
        parts.append((charging if sensors.charging else resting).format(level=level))
    if sensors.celsius is not None:
        parts.append(f"{sensors.celsius:.1f}{formatting.NARROW_SPACE}\u00b0C")
    if sensors.thermal_status and sensors.thermal_status <= len(HEAT):
        parts.append(QCoreApplication.translate("DeviceHeat", HEAT[sensors.thermal_status - 1]))
    return DOT.join(parts)


def _cluster(cluster: Cluster) -> str:
    speed = f"{(cluster.max_khz or 0) / 1e6:.2f}{formatting.NARROW_SPACE}GHz"
    return " ".join(filter(None, (f"{len(cluster.cpus)}{formatting.NARROW_SPACE}\u00d7", cluster.name, speed)))
