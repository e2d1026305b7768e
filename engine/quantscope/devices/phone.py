"""Reading what a phone is and how it fares, in one command each."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import structs

from quantscope.devices import battery, cores, properties, thermal
from quantscope.devices.adb.host import AdbServer
from quantscope.devices.adb.shell import run
from quantscope.devices.adb.tracking import Listed
from quantscope.documents.devices import Place
from quantscope.documents.profile import Device, Sensors
from quantscope.errors import DeviceRefusedError, QuantscopeError

_MARK: Final = "@quantscope:"
_CPU: Final = "/sys/devices/system/cpu"
# One process reads them all; whatever can't be read is simply not there.
_CPU_CLOCKS: Final = f"grep -sH '' {_CPU}/possible {_CPU}/present {_CPU}/online " + " ".join(
    f"{_CPU}/{folder}/{name}"
    for folder in ("cpu[0-9]*/cpufreq", "cpufreq/policy[0-9]*")
    for name in ("related_cpus", "cpuinfo_max_freq", "scaling_max_freq", "scaling_cur_freq")
)
_BATTERY: Final = "dumpsys battery"
_CURRENT: Final = "cat /sys/class/power_supply/battery/current_now || cmd battery get -f current_now"
_THERMAL: Final = "dumpsys thermalservice"

FACTS: Final = {
    "properties": "getprop",
    "cpuinfo": "cat /proc/cpuinfo",
    "meminfo": "cat /proc/meminfo",
    "sysfs": _CPU_CLOCKS,
    "battery": _BATTERY,
    "current": _CURRENT,
    "thermal": _THERMAL,
}
CLOCKS: Final = {"sysfs": _CPU_CLOCKS}
CONDITIONS: Final = {name: FACTS[name] for name in ("sysfs", "battery", "current", "thermal")}


def script(parts: Mapping[str, str]) -> str:
    """A command that runs the parts one after the other and marks where each begins."""
    return "; ".join(f"echo; echo {_MARK}{name}; {{ {command}; }} 2>/dev/null" for name, command in parts.items())


def sections(text: str) -> dict[str, str]:
    """The parts of a script's output by name."""
    pieces = re.split(rf"(?m)^{_MARK}([a-z]+)$", text)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def device_from(parts: Mapping[str, str], serial: str) -> Device:
    """What a phone is, from the output of FACTS."""
    found = properties.parse_properties(parts.get("properties", ""))
    cpuinfo = parts.get("cpuinfo", "")
    sysfs = cores.parse_sysfs(parts.get("sysfs", ""))
    names = properties.core_names(cpuinfo)
    release = properties.first_of(found, ("ro.build.version.release",))
    abis = tuple(filter(None, (properties.first_of(found, properties.ABI_PROPERTIES) or "").split(",")))
    model = properties.first_of(found, properties.MODEL_PROPERTIES)
    if model is None:
        raise DeviceRefusedError("The phone doesn't tell what it is: its properties can't be read.")
    return Device(
        id=serial,
        kind="phone",
        name=model,
        maker=properties.first_of(found, ("ro.product.manufacturer", "ro.product.brand")),
        soc=properties.soc(found, cpuinfo),
        os=f"Android {release}" if release else "Android",
        build=properties.first_of(found, ("ro.build.fingerprint", "ro.build.display.id")),
        abi=abis[0] if abis else "",
        abis=abis,
        cores=len(cores.cores(sysfs)) or len(names),
        clusters=cores.clusters(sysfs, names),
        memory_bytes=properties.memory_bytes(parts.get("meminfo", "")),
    )


def sensors_from(parts: Mapping[str, str], device: Device, used: Sequence[int] = ()) -> Sensors:
    """How a phone fares, from the output of CONDITIONS or FACTS; `used` are the cores in use, all if empty."""
    heat = parts.get("thermal", "")
    power = battery.parse_battery(parts.get("battery", ""), device.maker, parts.get("current", ""))
    temperature = thermal.telling(thermal.parse_temperatures(heat))
    sysfs = cores.parse_sysfs(parts.get("sysfs", ""))
    now, cap = cores.clocks(sysfs), cores.clocks(sysfs, "scaling_max_freq")
    wanted = used or sorted(now)
    return Sensors(
        t=0.0,
        celsius=temperature.celsius if temperature else power.celsius if power else None,
        thermal_status=thermal.parse_status(heat),
        cpu_khz=tuple(now[core] for core in wanted if core in now),
        cap_khz=tuple(cap[core] for core in wanted if core in cap),
        battery_percent=power.level if power else None,
        battery_ua=power.current_ua if power else None,
        battery_mv=power.millivolts if power else None,
        charging=power.plugged is not None if power else None,
    )


async def read(server: AdbServer, serial: str) -> tuple[Device, Sensors]:
    """What a phone is, and how it fares now."""
    parts = sections((await run(server, serial, script(FACTS))).text())
    device = device_from(parts, serial)
    return device, sensors_from(parts, device)


def listed(entry: Listed) -> Place:
    """What is known of a phone without asking it."""
    explanation = entry.explanation
    return Place(
        id=entry.serial,
        kind="phone",
        name=properties.printable(entry.name),
        state=explanation.code,
        ready=explanation.ready,
        text=explanation.text,
        remedy=explanation.remedy,
    )


async def described(server: AdbServer, entry: Listed) -> Place:
    """A phone with its facts; one that doesn't answer is described by why it doesn't."""
    plain = listed(entry)
    if not plain.ready:
        return plain
    try:
        device, sensors = await read(server, entry.serial)
    except QuantscopeError as error:
        return structs.replace(plain, state=error.code, ready=False, text=str(error), remedy=error.remedy)
    return structs.replace(plain, name=device.name, device=device, sensors=sensors)
