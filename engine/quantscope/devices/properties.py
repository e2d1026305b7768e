"""What a phone is, from `getprop` and /proc: strict readers of text that may hold anything."""

import re
from collections.abc import Mapping
from typing import Final

MAX_VALUE: Final = 256
_PROPERTY: Final = re.compile(r"\[([^\]\n]{1,200})\]: \[(.*)\]\s*")
_PRINTABLE: Final = re.compile(r"[^\x20-\x7e\u00a0-\uffff]+")

# Where the name of the chip stands, best first. ro.soc.model came with Android 12.
SOC_PROPERTIES: Final = (
    "ro.soc.model",
    "ro.hardware.chipname",
    "ro.chipname",
    "ro.mediatek.platform",
    "ro.board.platform",
)
MODEL_PROPERTIES: Final = ("ro.product.model", "ro.product.vendor.model", "ro.product.system.model")
ABI_PROPERTIES: Final = ("ro.product.cpu.abilist", "ro.product.cpu.abi")
NOTHING: Final = frozenset({"", "unknown", "none", "null", "0"})

# Names of cores by implementer and part of their MIDR register. Source: lscpu's table and Arm's reference manuals.
CORES: Final[Mapping[tuple[int, int], str]] = {
    (0x41, 0xD03): "Cortex-A53",
    (0x41, 0xD04): "Cortex-A35",
    (0x41, 0xD05): "Cortex-A55",
    (0x41, 0xD07): "Cortex-A57",
    (0x41, 0xD08): "Cortex-A72",
    (0x41, 0xD09): "Cortex-A73",
    (0x41, 0xD0A): "Cortex-A75",
    (0x41, 0xD0B): "Cortex-A76",
    (0x41, 0xD0D): "Cortex-A77",
    (0x41, 0xD41): "Cortex-A78",
    (0x41, 0xD44): "Cortex-X1",
    (0x41, 0xD46): "Cortex-A510",
    (0x41, 0xD47): "Cortex-A710",
    (0x41, 0xD48): "Cortex-X2",
    (0x41, 0xD4D): "Cortex-A715",
    (0x41, 0xD4E): "Cortex-X3",
    (0x41, 0xD80): "Cortex-A520",
    (0x41, 0xD81): "Cortex-A720",
    (0x41, 0xD82): "Cortex-X4",
    (0x41, 0xD85): "Cortex-X925",
    (0x41, 0xD87): "Cortex-A725",
    (0x51, 0x001): "Oryon",
    (0x51, 0x800): "Kryo 2xx Gold",
    (0x51, 0x801): "Kryo 2xx Silver",
    (0x51, 0x802): "Kryo 3xx Gold",
    (0x51, 0x803): "Kryo 3xx Silver",
    (0x51, 0x804): "Kryo 4xx Gold",
    (0x51, 0x805): "Kryo 4xx Silver",
    (0x53, 0x001): "Exynos M1",
    (0x53, 0x002): "Exynos M3",
    (0x53, 0x003): "Exynos M4",
    (0x53, 0x004): "Exynos M5",
}


def printable(text: str) -> str:
    """Text from a phone, fit to be shown: one line, no control characters, not endless."""
    return " ".join(_PRINTABLE.sub(" ", text).split())[:MAX_VALUE]


def parse_properties(text: str) -> dict[str, str]:
    """The properties in the output of `getprop`; lines of any other form are left out."""
    matches = (_PROPERTY.fullmatch(line) for line in text.splitlines())
    return {match[1]: printable(match[2]) for match in matches if match}


def first_of(properties: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The first of these properties that says something."""
    values = (properties.get(name, "").strip() for name in names)
    return next((value for value in values if value.lower() not in NOTHING), None)


def soc(properties: Mapping[str, str], cpuinfo: str) -> str | None:
    """Name of the chip, with its maker's where the phone tells it."""
    name = first_of(properties, SOC_PROPERTIES) or hardware(cpuinfo)
    maker = first_of(properties, ("ro.soc.manufacturer",))
    if name and maker and maker.lower() not in name.lower():
        return f"{maker} {name}"
    return name


def hardware(cpuinfo: str) -> str | None:
    """The Hardware line of /proc/cpuinfo (gone from newer kernels)."""
    match = re.search(r"(?m)^Hardware\s*: (.+)$", cpuinfo)
    return printable(match[1]) if match else None


def core_names(cpuinfo: str) -> dict[int, str]:
    """Names of the cores that /proc/cpuinfo lists: only those that are switched on."""
    found: dict[int, str] = {}
    for block in re.split(r"(?m)^(?=processor\s*: \d)", cpuinfo):
        number = re.match(r"processor\s*: (\d{1,3})\s*$", block, re.MULTILINE)
        implementer = re.search(r"(?m)^CPU implementer\s*: 0x([0-9a-fA-F]{1,2})\s*$", block)
        part = re.search(r"(?m)^CPU part\s*: 0x([0-9a-fA-F]{1,3})\s*$", block)
        if number and implementer and part:
            key = int(implementer[1], 16), int(part[1], 16)
            found[int(number[1])] = CORES.get(key, f"core 0x{key[0]:02x}/0x{key[1]:03x}")
    return found


def memory_bytes(meminfo: str) -> int | None:
    """Memory in all, from /proc/meminfo."""
    match = re.search(r"(?m)^MemTotal:\s+(\d{1,12}) kB$", meminfo)
    return int(match[1]) * 1024 if match else None
