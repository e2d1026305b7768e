"""The phones there are: what each answers, with the quirks that real ones of its kind were seen to have."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ARM64: Final = {"ro.product.cpu.abi": "arm64-v8a", "ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a,armeabi"}


@dataclass(frozen=True)
class Domain:
    """Cores under one clock; `part` as in /proc/cpuinfo; `limit` where they may not run as fast as they can."""

    cores: tuple[int, ...]
    khz: int
    implementer: str
    part: str
    limit: int | None = None


@dataclass(frozen=True)
class PhoneProfile:
    """One kind of phone. `policies` says whether its kernel has cpufreq/policyN folders; cores in `off` are off and
    have no cpufreq folder of their own; `dumpsys` holds what its services say."""

    name: str
    properties: Mapping[str, str]
    domains: tuple[Domain, ...]
    dumpsys: Mapping[str, str]
    hardware: str = ""
    memory_kb: int = 8_000_000
    policies: bool = True
    off: frozenset[int] = frozenset()
    current_now: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    def build(self, root: Path) -> None:
        """Writes the phone's folder: properties, /proc, /sys and its commands."""
        for name in ("data/local/tmp", "sdcard", "system/bin", "system/dumpsys", "proc"):
            (root / name).mkdir(parents=True, exist_ok=True)
        (root / "system/properties").write_text(
            "".join(f"[{name}]: [{value}]\n" for name, value in sorted(self.properties.items()))
        )
        (root / "proc/cpuinfo").write_text(self._cpuinfo())
        (root / "proc/meminfo").write_text(f"MemTotal:       {self.memory_kb} kB\nMemFree:          123456 kB\n")
        for name, text in self.dumpsys.items():
            (root / "system/dumpsys" / f"{name}.txt").write_text(text)
        for path, text in {**self._sysfs(), **self.files}.items():
            file = root / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n")
        for name, text in COMMANDS.items():
            command = root / "system/bin" / name
            command.write_text(f"#!/bin/sh\n{text}")
            os.chmod(command, 0o755)

    def _cpuinfo(self) -> str:
        blocks = [
            f"processor\t: {core}\nBogoMIPS\t: 38.40\nFeatures\t: fp asimd\nCPU implementer\t: {domain.implementer}\n"
            f"CPU architecture: 8\nCPU variant\t: 0x1\nCPU part\t: {domain.part}\nCPU revision\t: 0\n"
            for domain in self.domains
            for core in domain.cores
            if core not in self.off
        ]
        return "\n".join(blocks) + (f"\nHardware\t: {self.hardware}\n" if self.hardware else "")

    def _sysfs(self) -> dict[str, str]:
        cpu = "/sys/devices/system/cpu"
        everything = sorted(core for domain in self.domains for core in domain.cores)
        listed = f"0-{everything[-1]}"
        files = {f"{cpu}/possible": listed, f"{cpu}/present": listed}
        for domain in self.domains:
            settings = {
                "related_cpus": " ".join(map(str, domain.cores)),
                "cpuinfo_max_freq": str(domain.khz),
                "scaling_max_freq": str(domain.limit or domain.khz),
                "scaling_cur_freq": str(domain.khz // 2),
            }
            folders = [f"cpu{core}/cpufreq" for core in domain.cores if core not in self.off]
            if self.policies:
                folders.append(f"cpufreq/policy{domain.cores[0]}")
            files.update({f"{cpu}/{folder}/{name}": value for folder in folders for name, value in settings.items()})
        if self.current_now is not None:
            files["/sys/class/power_supply/battery/current_now"] = self.current_now
        return files


# $PHONE is the phone's folder. Commands that change a setting are written down, so that a test sees what was put back.
COMMANDS: Final = {
    "getprop": 'if [ $# -eq 0 ]; then cat "$PHONE/system/properties"; '
    'else sed -n "s/^\\[$1\\]: \\[\\(.*\\)\\]$/\\1/p" "$PHONE/system/properties"; fi\n',
    "dumpsys": 'if [ -f "$PHONE/system/dumpsys/$1.txt" ]; then cat "$PHONE/system/dumpsys/$1.txt"; '
    'else echo "Can\'t find service: $1" >&2; exit 20; fi\n',
    "svc": 'echo "svc $*" >> "$PHONE/system/calls.log"\n',
    "cmd": 'case "$1" in power) echo "cmd $*" >> "$PHONE/system/calls.log";; '
    '*) echo "Unknown command: $*" >&2; exit 255;; esac\n',
    "settings": 'file="$PHONE/system/settings.$2.$3"; case "$1" in get) cat "$file" 2>/dev/null || echo null;; '
    'put) echo "settings $*" >> "$PHONE/system/calls.log"; echo "$4" > "$file";; '
    'delete) echo "settings $*" >> "$PHONE/system/calls.log"; rm -f "$file";; esac\n',
    # toybox takes a bare hexadecimal mask; this computer may have fewer cores than the phone.
    "taskset": 'case "$1" in *[!0-9a-f]*|"") echo "taskset: bad mask \'$1\'" >&2; exit 1;; esac\n'
    'echo "taskset $1" >> "$PHONE/system/calls.log"; shift; exec "$@"\n',
    "date": "echo 'Thu Jan  1 00:12:34 UTC 1970'\n",  # its clock was never set
}

_BATTERY_AOSP: Final = """\
Current Battery Service state:
  AC powered: false
  USB powered: {usb}
  Wireless powered: false
  Max charging current: 500000
  Max charging voltage: 5000000
  Charge counter: 2282000
  status: {status}
  health: 2
  present: true
  level: {level}
  scale: 100
  voltage: {voltage}
  temperature: {temperature}
  technology: Li-ion
"""
_BATTERY_SAMSUNG: Final = """\
Current Battery Service state:
  mBootCompleted: true
  AC powered: false
  USB powered: true
  Wireless powered: false
  status: 2
  health: 2
  present: true
  level: 84
  scale: 100
  voltage: 4063
  temperature: 326
  technology: Li-ion
  batteryMiscEvent: 0
  LED Charging: true
  current now: 321
LLB CURRENT: YEAR2018M9D15
BatteryInfoBackUp
  level: 77
"""
_BATTERY_XIAOMI: Final = """\
Current Battery Service state:
  AC powered: false
  USB powered: true
 Time when the latest updated value of the Max charging current was sent via battery changed broadcast: +4d14h33m
  status: 2
  present: true
  level: 96
  scale: 100
  voltage: 4284
 The last voltage value sent via the battery changed broadcast: 4276
  temperature: 307
  technology: Li-poly
MiuiBatteryService first usage time:
  mNtpTime=-1
"""
_THERMAL: Final = """\
IsStatusOverride: false
ThermalEventListeners:
	callbacks: 1
Thermal Status: {status}
Cached temperatures:
	Temperature{{mValue=77.7, mType=0, mName=stale, mStatus=0}}
HAL Ready: true
HAL connection:
	ThermalHAL 2.0 connected: yes
Current temperatures from HAL:
{temperatures}Current cooling devices from HAL:
	CoolingDevice{{mValue=0, mType=2, mName=thermal-cpufreq-0}}
"""


def battery(level: int, *, usb: bool = False, voltage: int = 4120, tenths: int = 313) -> str:
    """What `dumpsys battery` says on a phone without extras."""
    status = 2 if usb else 3
    return _BATTERY_AOSP.format(usb=str(usb).lower(), status=status, level=level, voltage=voltage, temperature=tenths)


def thermal(*sensors: tuple[float, int, str], status: int = 0) -> str:
    """What `dumpsys thermalservice` says; a sensor is degrees, type and name."""
    lines = "".join(f"\tTemperature{{mValue={v}, mType={t}, mName={n}, mStatus=0}}\n" for v, t, n in sensors)
    return _THERMAL.format(status=status, temperatures=lines)


PIXEL: Final = PhoneProfile(
    name="pixel",
    properties={
        **ARM64,
        "ro.product.model": "Pixel 8",
        "ro.product.name": "shiba",
        "ro.product.device": "shiba",
        "ro.product.manufacturer": "Google",
        "ro.build.version.release": "14",
        "ro.build.version.sdk": "34",
        "ro.build.fingerprint": "google/shiba/shiba:14/AP1A.240305.019/1:user/release-keys",
        "ro.soc.model": "Tensor G3",
        "ro.soc.manufacturer": "Google",
        "ro.board.platform": "zuma",
    },
    domains=(
        Domain((0, 1, 2, 3), 1704000, "0x41", "0xd46"),
        Domain((4, 5, 6, 7), 2367000, "0x41", "0xd4d"),
        Domain((8,), 2914000, "0x41", "0xd4e"),
    ),
    dumpsys={
        "battery": battery(75),
        "thermalservice": thermal(
            (33.8, 0, "BIG"), (28.3, 3, "VIRTUAL-SKIN"), (25.9, 2, "battery"), (3.9, 6, "vbat"), (0.0, 2, "SUBBAT")
        ),
    },
    current_now="-412000",
)
GALAXY_S9: Final = PhoneProfile(
    name="galaxy-s9",
    properties={
        **ARM64,
        "ro.product.model": "SM-G960U",
        "ro.product.name": "starqltesq",
        "ro.product.device": "starqltesq",
        "ro.product.manufacturer": "samsung",
        "ro.build.version.release": "8.0.0",
        "ro.build.version.sdk": "26",
        "ro.chipname": "SDM845",
        "ro.board.platform": "sdm845",
    },
    domains=(
        Domain((0, 1, 2, 3), 1766400, "0x51", "0x803"),
        Domain((4, 5, 6, 7), 2803200, "0x51", "0x802"),
    ),
    dumpsys={"battery": _BATTERY_SAMSUNG},  # Android 8 has no thermal service
    hardware="Qualcomm Technologies, Inc SDM845",
    policies=False,
)
GALAXY_S24: Final = PhoneProfile(
    name="galaxy-s24",
    properties={
        **ARM64,
        "ro.product.model": "SM-S926B",
        "ro.product.name": "e2sxxx",
        "ro.product.device": "e2s",
        "ro.product.manufacturer": "samsung",
        "ro.build.version.release": "14",
        "ro.build.version.sdk": "34",
        "ro.hardware.chipname": "s5e9945",
        "ro.soc.model": "",
    },
    domains=(
        Domain((0, 1, 2, 3), 1959000, "0x41", "0xd80"),
        Domain((4, 5, 6), 2592000, "0x41", "0xd81"),
        Domain((7, 8), 2900000, "0x41", "0xd81"),
        Domain((9,), 3207000, "0x41", "0xd82", limit=2400000),
    ),
    dumpsys={
        "battery": battery(51, tenths=252),
        "thermalservice": thermal((34.6, 0, "AP"), (41.2, 3, "SKIN"), (0.0, 2, "SUBBAT"), status=2),
    },
    current_now="-125",
)
GALAXY_S10: Final = PhoneProfile(
    name="galaxy-s10",
    properties={
        **ARM64,
        "ro.product.model": "SM-G973F",
        "ro.product.name": "beyond1lte",
        "ro.product.device": "beyond1",
        "ro.product.manufacturer": "samsung",
        "ro.build.version.release": "10",
        "ro.build.version.sdk": "29",
        "ro.hardware.chipname": "exynos9820",
    },
    domains=(
        Domain((0, 1, 2, 3), 1950000, "0x41", "0xd05"),
        Domain((4, 5), 2314000, "0x41", "0xd0a"),
        Domain((6, 7), 2730000, "0x53", "0x003"),
    ),
    dumpsys={
        "battery": battery(62, usb=True),
        "thermalservice": thermal(
            (24.0, 1, "TYPE_CPU"), (24.4, 3, "TYPE_BATTERY"), (25.3, 4, "TYPE_SKIN"), (-99.9, 6, "TYPE_POWER_AMPLIFIER")
        ),
    },
)
MEIZU: Final = PhoneProfile(
    name="meizu",
    properties={
        **ARM64,
        "ro.product.model": "PRO 7 Plus",
        "ro.product.name": "meizu_PRO7Plus",
        "ro.product.device": "PRO7Plus",
        "ro.product.manufacturer": "Meizu",
        "ro.build.version.release": "7.0",
        "ro.build.version.sdk": "24",
        "ro.mediatek.platform": "MT6799",
        "ro.board.platform": "mt6799",
    },
    domains=(
        Domain((0, 1, 2, 3), 1898000, "0x41", "0xd04"),
        Domain((4, 5, 6, 7), 2197000, "0x41", "0xd03"),
        Domain((8, 9), 2600000, "0x41", "0xd09", limit=2452000),
    ),
    dumpsys={"battery": battery(90, voltage=13, tenths=26)},  # a board without a battery makes its values up
    hardware="mt6799",
    policies=False,
    off=frozenset({5, 6, 7, 9}),
)
MOTO: Final = PhoneProfile(
    name="moto-g5",
    properties={
        "ro.product.cpu.abi": "armeabi-v7a",
        "ro.product.cpu.abilist": "armeabi-v7a,armeabi",
        "ro.product.model": "Moto G (5)",
        "ro.product.name": "cedric",
        "ro.product.device": "cedric",
        "ro.product.manufacturer": "motorola",
        "ro.build.version.release": "7.0",
        "ro.build.version.sdk": "24",
        "ro.board.platform": "msm8937",
    },
    domains=(
        Domain((0, 1, 2, 3), 1401000, "0x41", "0xd03"),
        Domain((4, 5, 6, 7), 1094400, "0x41", "0xd03"),  # the slower ones come last
    ),
    dumpsys={"battery": battery(33)},
    policies=False,
)
XIAOMI: Final = PhoneProfile(
    name="xiaomi",
    properties={
        **ARM64,
        "ro.product.model": "Redmi 注 4 $(reboot) 'x'",  # a name is a text like any other
        "ro.product.name": "mido",
        "ro.product.device": "mido",
        "ro.product.manufacturer": "Xiaomi",
        "ro.build.version.release": "13",
        "ro.build.version.sdk": "33",
        "ro.soc.model": "unknown",
        "ro.board.platform": "msm8953",
    },
    domains=(Domain((0, 1, 2, 3, 4, 5, 6, 7), 2016000, "0x41", "0xd03"),),
    dumpsys={"battery": _BATTERY_XIAOMI, "thermalservice": thermal((30.8, 3, "test temperature sensor"))},
    hardware="Qualcomm Technologies, Inc MSM8953",
    current_now="-1753000",
)
PROFILES: Final = {each.name: each for each in (PIXEL, GALAXY_S9, GALAXY_S24, GALAXY_S10, MEIZU, MOTO, XIAOMI)}
