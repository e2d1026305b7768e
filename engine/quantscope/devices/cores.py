"""Which cores a phone has and which of them share a clock, from sysfs.

/proc/cpuinfo lists only the cores that are switched on, and a core that is off may lack its cpufreq folder; what its
neighbours say of it (`related_cpus`) is what counts.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from quantscope.documents.profile import Cluster

MAX_CORES: Final = 64
_LINE: Final = re.compile(r"(/sys/[^:\n]{1,200}): ?(.*)")
_POLICY: Final = re.compile(r"/sys/devices/system/cpu/(?:cpu(\d{1,2})/cpufreq|cpufreq/policy(\d{1,2}))/(\w+)")


@dataclass(frozen=True)
class Domain:
    """Cores under one clock, and the files of its cpufreq folder."""

    cores: tuple[int, ...]
    settings: Mapping[str, str]

    def khz(self, name: str) -> int | None:
        """A frequency among the settings, None if it is none."""
        value = self.settings.get(name, "")
        return int(value) if re.fullmatch(r"[1-9]\d{3,7}", value) else None


def parse_sysfs(text: str) -> dict[str, str]:
    """Values by path, from lines `path:value` as `grep -H` prints them; of several lines the first."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        if match := _LINE.fullmatch(line):
            values.setdefault(match[1], match[2].strip())
    return values


def parse_range(text: str) -> tuple[int, ...]:
    """The numbers in a list as the kernel writes it, `0-3,8`; none if it is no such list."""
    numbers: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,3})(?:-(\d{1,3}))?\s*", part)
        if match is None or (last := int(match[2] or match[1])) >= MAX_CORES:
            return ()
        numbers.update(range(int(match[1]), last + 1))
    return tuple(sorted(numbers))


def cores(sysfs: Mapping[str, str]) -> tuple[int, ...]:
    """All cores there are, on or off."""
    folder = "/sys/devices/system/cpu/"
    return parse_range(sysfs.get(folder + "possible", "")) or parse_range(sysfs.get(folder + "present", ""))


def clocks(sysfs: Mapping[str, str], name: str = "scaling_cur_freq") -> dict[int, int]:
    """Clock of each core now (or with scaling_max_freq, its present limit) in kHz, of those that tell."""
    found = ((domain, domain.khz(name)) for domain in _domains(sysfs))
    return {core: khz for domain, khz in found if khz is not None for core in domain.cores}


def clusters(sysfs: Mapping[str, str], names: Mapping[int, str]) -> tuple[Cluster, ...]:
    """Cores of one design and speed, the slowest first. `names` are the cores' designs, where known; cores whose clock
    can't be read are left out."""
    merged: dict[tuple[int, str | None], set[int]] = {}
    for domain in _domains(sysfs):
        speed = domain.khz("cpuinfo_max_freq")
        if speed is not None:
            name = next((names[core] for core in domain.cores if core in names), None)
            merged.setdefault((speed, name), set()).update(domain.cores)
    return tuple(
        Cluster(cpus=tuple(sorted(merged[speed, name])), max_khz=speed, name=name)
        for speed, name in sorted(merged, key=lambda key: (key[0], key[1] or ""))
    )


def mask(numbers: Iterable[int]) -> str:
    """Cores as toybox's taskset wants them: hexadecimal without 0x."""
    return format(sum(1 << number for number in numbers), "x")


def _domains(sysfs: Mapping[str, str]) -> list[Domain]:
    """The clock domains, each once: the folders of several cores may show the same one."""
    folders: dict[str, dict[str, str]] = {}
    owners: dict[str, int] = {}
    for path, value in sysfs.items():
        if match := _POLICY.fullmatch(path):
            folder = path.rpartition("/")[0]
            folders.setdefault(folder, {})[match[3]] = value
            owners[folder] = int(match[1] or match[2])
    domains: dict[frozenset[int], dict[str, str]] = {}
    for folder, settings in sorted(folders.items()):
        words = settings.get("related_cpus", "").split()
        numbers = {int(word) for word in words if re.fullmatch(r"\d{1,2}", word)} or {owners[folder]}
        domain = domains.setdefault(frozenset(number for number in numbers if number < MAX_CORES), {})
        for name, value in settings.items():
            domain.setdefault(name, value)
    return [Domain(tuple(sorted(members)), settings) for members, settings in domains.items()]
