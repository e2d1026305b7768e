"""This computer as a device to measure on: what it is, and what its sensors say."""

import contextlib
import platform
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from quantscope.documents.profile import THIS_COMPUTER, Device, Sensors
from quantscope.profile import cores

CPU_SENSORS = ("coretemp", "k10temp", "zenpower", "cpu_thermal", "cpu-thermal", "soc_thermal", "acpitz")


def this_computer() -> Device:
    """What this computer is."""
    cpus = cores.available()
    return Device(
        id=THIS_COMPUTER,
        kind="computer",
        name=platform.node() or "This computer",
        soc=_processor(),
        os=f"{platform.system()} {platform.release()}".strip(),
        abi=platform.machine(),
        cores=len(cpus),
        clusters=cores.clusters(cpus),
        memory_bytes=psutil.virtual_memory().total,
    )


def _processor() -> str | None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            text = Path("/proc/cpuinfo").read_text("utf-8", "replace")
            if found := re.search(r"^(?:model name|Model)\s*: (.+)$", text, re.MULTILINE):
                return found[1].strip()
    return platform.processor() or None


class ComputerSensors:
    """Reads the sensors; `other_load` counts from one reading to the next, without the processes that measure."""

    def __init__(self, cpus: Sequence[int]) -> None:
        self.cpus = tuple(cpus)
        self.busy, self.total = _cpu_seconds()
        self.own = 0.0

    def read(self, measuring: Sequence[int]) -> Sensors:
        """A reading, with `t` 0, while the processes `measuring` (by id) measure."""
        frequencies = _frequencies()
        battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
        return Sensors(
            t=0.0,
            celsius=_celsius(),
            cpu_khz=tuple(frequencies[cpu][0] for cpu in self.cpus if cpu in frequencies),
            cap_khz=tuple(frequencies[cpu][1] for cpu in self.cpus if cpu in frequencies),
            battery_percent=float(battery.percent) if battery else None,
            charging=bool(battery.power_plugged) if battery and battery.power_plugged is not None else None,
            other_load=self._other_load(measuring),
        )

    def _other_load(self, measuring: Sequence[int]) -> float | None:
        busy, total = _cpu_seconds()
        own = sum(map(_own_seconds, measuring))
        others, every = busy - self.busy - (own - self.own), total - self.total
        self.busy, self.total, self.own = busy, total, own
        return min(1.0, max(0.0, others / every)) if every > 0.05 else None


def _cpu_seconds() -> tuple[float, float]:
    """Seconds all cores together have been busy, and have been there."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # What a virtual machine's guests use is counted in `user` already.
    every = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return every - idle, every


def _own_seconds(process: int) -> float:
    try:
        times = psutil.Process(process).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _frequencies() -> dict[int, tuple[int, int]]:
    """Present and highest allowed frequency (kHz) of each core, where the system tells (Linux)."""
    found = {}
    for folder in cores.CPUFREQ.glob("cpu[0-9]*/cpufreq"):
        with contextlib.suppress(OSError, ValueError):
            now, cap = (int((folder / name).read_text("ascii")) for name in ("scaling_cur_freq", "scaling_max_freq"))
            found[int(folder.parent.name[3:])] = (now, cap)
    return found


def _celsius() -> float | None:
    """The processor's temperature, the hottest of its sensors."""
    readings = psutil.sensors_temperatures() if hasattr(psutil, "sensors_temperatures") else {}
    for name in CPU_SENSORS:
        values = [each.current for each in readings.get(name, ()) if each.current and 0 < each.current < 150]
        if values:
            return float(max(values))
    return None
