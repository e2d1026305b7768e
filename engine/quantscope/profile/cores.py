"""Which cores there are, and running on some of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psutil

from quantscope.documents.profile import Cluster

CPUFREQ: Final = Path("/sys/devices/system/cpu")
# Cores of one kind may differ a little in their highest frequency (favoured cores); kinds differ by more than this.
SAME_KIND: Final = 1.15


def available() -> tuple[int, ...]:
    """The cores this process may run on."""
    process = psutil.Process()
    if hasattr(process, "cpu_affinity"):
        return tuple(sorted(process.cpu_affinity()))
    return tuple(range(psutil.cpu_count() or 1))


def clusters(cpus: Sequence[int], root: Path = CPUFREQ) -> tuple[Cluster, ...]:
    """The cores by kind, from the slowest to the fastest, as cpufreq's highest frequencies tell them apart."""
    return grouped({cpu: _number(root / f"cpu{cpu}" / "cpufreq" / "cpuinfo_max_freq") for cpu in cpus})


def grouped(max_khz: dict[int, int | None]) -> tuple[Cluster, ...]:
    """The same from the highest frequency of each core; one cluster where it is unknown for any."""
    known = {cpu: khz for cpu, khz in max_khz.items() if khz}
    if len(known) < len(max_khz) or not known:
        return (Cluster(cpus=tuple(max_khz)),)
    found: list[list[int]] = []
    for cpu in sorted(known, key=lambda cpu: (known[cpu], cpu)):
        if found and known[cpu] <= known[found[-1][0]] * SAME_KIND:
            found[-1].append(cpu)
        else:
            found.append([cpu])
    return tuple(Cluster(cpus=tuple(sorted(group)), max_khz=max(known[cpu] for cpu in group)) for group in found)


def chosen(clusters: Sequence[Cluster], cores: str) -> tuple[int, ...]:
    """The cores that `cores` (all, big, prime) names, the slowest first."""
    kinds = {"all": clusters, "big": clusters[1:] or clusters, "prime": clusters[-1:]}[cores]
    return tuple(cpu for cluster in kinds for cpu in cluster.cpus)


def to_run_on(clusters: Sequence[Cluster], cores: str, threads: int) -> tuple[int, ...]:
    """One core for each thread, of those chosen: the fastest, and of equal ones the last, since systems like to serve
    interrupts on the first. All those chosen if there are fewer than threads."""
    return tuple(sorted(chosen(clusters, cores)[-threads:]))


def pin(cpus: Sequence[int]) -> bool:
    """Keeps this process to `cpus`; False where the system can't (macOS) or won't."""
    process = psutil.Process()
    if not cpus or not hasattr(process, "cpu_affinity"):
        return False
    try:
        process.cpu_affinity(list(cpus))
    except (OSError, ValueError, psutil.Error):
        return False
    return True


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None
