"""What a phone says of itself, read strictly: the quirks of real ones, and text that is no such thing."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantscope.devices import battery, cores, phone, properties, thermal
from quantscope.devices.adb.tracking import parse_devices
from tests.devices.conftest import PHONES
from tests.phone import profiles

needs_phones = pytest.mark.skipif(not PHONES.is_dir(), reason="the folder of genuine outputs isn't there")


def shared(pattern: str) -> list[Path]:
    return sorted(PHONES.glob(pattern))


@pytest.mark.parametrize(
    ("line", "serial", "state", "model"),
    [
        ("RZCT809FTQM\tdevice", "RZCT809FTQM", "device", ""),
        ("emulator-5554          unauthorized transport_id:3", "emulator-5554", "unauthorized", ""),
        (
            "adb-1-x (2)._adb-tls-connect._tcp device product:P model:PH_1 device:D transport_id:3",
            "adb-1-x (2)._adb-tls-connect._tcp",
            "device",
            "PH_1",
        ),
        (
            "0a38  no permissions (missing udev rules? user is in the plugdev group); see [http://x/y.html] usb:1-1",
            "0a38",
            "no-permissions",
            "",
        ),
        ("R5 no permissions; see [http://x/y.html]", "R5", "no-permissions", ""),
        ("R5 hibernating transport_id:1", "R5", "unknown", ""),
    ],
)
def test_a_line_of_the_list(line: str, serial: str, state: str, model: str) -> None:
    (entry,) = parse_devices(line)
    assert (entry.serial, entry.explanation.code, entry.model) == (serial, state, model)


def test_every_state_but_ready_says_what_to_do() -> None:
    text = "a unauthorized\nb offline\nc recovery\nd sideload\ne bootloader\nf no permissions (x)\n"
    entries = parse_devices("* daemon started successfully\nList of devices attached\n" + text)
    assert len(entries) == 6
    assert all(entry.explanation.remedy and not entry.explanation.ready for entry in entries)
    assert "Allow" in (entries[0].explanation.remedy or "")


@pytest.mark.parametrize("profile", profiles.PROFILES.values(), ids=lambda profile: profile.name)
def test_what_profiles_lead_to(profile: profiles.PhoneProfile) -> None:
    """The chip's name is found wherever it stands, and all cores are, on or off."""
    found = dict(profile.properties)
    chips = {
        "pixel": "Google Tensor G3",
        "galaxy-s9": "SDM845",
        "galaxy-s24": "s5e9945",
        "galaxy-s10": "exynos9820",
        "meizu": "MT6799",
        "moto-g5": "msm8937",
        "xiaomi": "msm8953",
    }
    assert properties.soc(found, profile._cpuinfo()) == chips[profile.name]
    sysfs = profile._sysfs()
    names = properties.core_names(profile._cpuinfo())
    assert len(names) == sum(len(domain.cores) for domain in profile.domains) - len(profile.off)
    clusters = cores.clusters(sysfs, names)
    assert sorted(cpu for cluster in clusters for cpu in cluster.cpus) == sorted(cores.cores(sysfs))
    assert [cluster.max_khz for cluster in clusters] == sorted({domain.khz for domain in profile.domains})
    assert all(cluster.name for cluster in clusters)


def test_a_cap_is_read_beside_what_cores_can_do() -> None:
    sysfs = profiles.GALAXY_S24._sysfs()
    assert cores.clocks(sysfs, "scaling_max_freq")[9] == 2_400_000
    assert cores.clusters(sysfs, {})[-1].max_khz == 3_207_000


def test_masks_are_bare_hexadecimal() -> None:
    assert cores.mask((4, 5, 6, 7, 8)) == "1f0"


@pytest.mark.parametrize(
    ("text", "expected"), [("0-3,8", (0, 1, 2, 3, 8)), ("5", (5,)), ("", ()), ("0-", ()), ("0-99999", ()), ("x", ())]
)
def test_ranges(text: str, expected: tuple[int, ...]) -> None:
    assert cores.parse_range(text) == expected


def test_battery_that_gives() -> None:
    found = battery.parse_battery(profiles.battery(75), "Google", "-412000\n")
    assert found
    assert (found.level, found.status, found.celsius, found.millivolts) == (75, "discharging", 31.3, 4120)
    assert found.current_ua == -412_000
    inverted = battery.parse_battery(profiles.battery(75), "Other", "1104003")
    assert inverted
    assert inverted.current_ua == -1_104_003, "the sign is the status's, whatever the phone's convention"


def test_battery_currents_that_say_nothing() -> None:
    charging = battery.parse_battery(profiles.battery(75, usb=True), "Google", "-412000")
    assert charging
    assert charging.current_raw == -412_000
    assert charging.current_ua is None
    assert "isn't discharging" in (charging.current_note or "")
    small = battery.parse_battery(profiles.battery(75), "Google", "-125")
    assert small
    assert small.current_ua is None, "neither milli- nor microamperes can be told"
    samsung = battery.parse_battery(profiles.battery(75), "samsung", "-125")
    assert samsung
    assert samsung.current_ua == -125_000


def test_battery_lines_of_vendors_are_no_readings() -> None:
    samsung = battery.parse_battery(profiles.GALAXY_S9.dumpsys["battery"], "samsung")
    assert samsung
    assert (samsung.level, samsung.current_raw) == (84, 321), "the first level counts, not the backup's"
    xiaomi = battery.parse_battery(profiles.XIAOMI.dumpsys["battery"], "Xiaomi")
    assert xiaomi
    assert xiaomi.millivolts == 4284


def test_no_battery_to_speak_of() -> None:
    assert battery.parse_battery(profiles.MEIZU.dumpsys["battery"]) is None
    assert battery.parse_battery("Can't find service: battery") is None
    absent = profiles.battery(50).replace("present: true", "present: false")
    assert battery.parse_battery(absent) is None


def test_values_set_by_hand_are_known_as_such() -> None:
    text = profiles.battery(50).replace("state:\n", "state:\n  (UPDATES STOPPED -- use 'reset' to restart)\n")
    found = battery.parse_battery(text)
    assert found
    assert found.simulated


def test_temperatures_are_fresh_degrees_of_sensors_that_exist() -> None:
    found = thermal.parse_temperatures(profiles.PIXEL.dumpsys["thermalservice"])
    assert [(each.kind, each.celsius) for each in found] == [("cpu", 33.8), ("skin", 28.3), ("battery", 25.9)]
    telling = thermal.telling(found)
    assert telling
    assert telling.kind == "skin"


def test_shifted_types_are_told_by_their_names() -> None:
    found = thermal.parse_temperatures(profiles.GALAXY_S10.dumpsys["thermalservice"])
    assert [each.kind for each in found] == ["cpu", "battery", "skin"]


def test_thermal_status() -> None:
    assert thermal.parse_status(profiles.GALAXY_S24.dumpsys["thermalservice"]) == 2
    assert thermal.parse_status("Thermal Status: 9") is None
    assert thermal.parse_status("") is None


@given(st.text(max_size=2000), st.text(max_size=200))
def test_any_text_is_read_without_harm(text: str, more: str) -> None:
    """Nothing a phone says raises; what is shown has no control characters and an end."""
    parts = dict.fromkeys(phone.FACTS, text)
    parts["properties"] = f"[ro.product.model]: [{more}]\n[ro.product.model]: [x]\n{text}"
    device = phone.device_from(parts, "serial")
    phone.sensors_from(parts, device)
    parse_devices(text)
    assert len(device.name) <= properties.MAX_VALUE
    assert not re.search(r"[\x00-\x1f\x7f]", device.name)


@needs_phones
@pytest.mark.parametrize("path", shared("getprop_*") + shared("buildprop_*"), ids=lambda path: path.stem)
def test_genuine_properties(path: Path) -> None:
    text = path.read_text("utf-8", "replace")
    if path.name.startswith("buildprop"):
        text = "".join(f"[{a}]: [{b}]\n" for a, b in re.findall(r"(?m)^([\w.]+)=(.*)$", text))
    found = properties.parse_properties(text)
    assert properties.first_of(found, properties.MODEL_PROPERTIES)
    assert re.search(r"(?i)sdm|msm|mt6", properties.soc(found, "") or "")


@needs_phones
@pytest.mark.parametrize("path", shared("cpuinfo_*"), ids=lambda path: path.stem)
def test_genuine_cpuinfo(path: Path) -> None:
    text = path.read_text("utf-8", "replace")
    names = properties.core_names(text)
    assert len(names) == len(re.findall(r"(?m)^processor\s*: \d", text))
    assert not any(name.startswith("core 0x") for name in names.values())


@needs_phones
@pytest.mark.parametrize("path", shared("sysfs_cpu_*"), ids=lambda path: path.stem)
def test_genuine_sysfs(path: Path) -> None:
    sysfs = cores.parse_sysfs(path.read_text("utf-8", "replace"))
    expected = {
        "sysfs_cpu_galaxy-s9-us": [4, 4],
        "sysfs_cpu_meizu-pro-7-plus": [4, 4, 2],
        "sysfs_cpu_moto-g-gen5": [4, 4],
        "sysfs_cpu_oneplus-5t": [4, 4],
        "sysfs_cpu_pixel-2-xl": [4, 4],
        "sysfs_cpu_xiaomi-redmi-note-4": [8],
    }
    clusters = cores.clusters(sysfs, {})
    assert [len(cluster.cpus) for cluster in clusters] == expected[path.stem]
    assert len(cores.cores(sysfs)) == sum(expected[path.stem])
    assert cores.clocks(sysfs)


@needs_phones
@pytest.mark.parametrize("path", shared("battery_*"), ids=lambda path: path.stem)
def test_genuine_batteries(path: Path) -> None:
    text = path.read_text("utf-8", "replace")
    found = battery.parse_battery(text, "samsung" if "samsung" in path.name else None)
    if path.stem in ("battery_current_quirks", "battery_tvbox_no_battery"):
        assert found is None
        return
    assert found
    assert found.level == int(re.search(r"(?m)^  level: (\d+)", text)[1])  # type: ignore[index]
    assert found.simulated == ("UPDATES STOPPED" in text)
    if "temperature" in text:
        assert found.celsius
        assert 15 < found.celsius < 40


@needs_phones
@pytest.mark.parametrize("path", shared("thermalservice_*"), ids=lambda path: path.stem)
def test_genuine_temperatures(path: Path) -> None:
    text = path.read_text("utf-8", "replace")
    fresh = text.split(thermal.FRESH)[1].split("Current cooling")[0]
    real = [float(value) for value in re.findall(r"mValue=([-\d.]+)", fresh) if float(value) not in (0.0, -99.9)]
    found = thermal.parse_temperatures(text)
    assert [each.celsius for each in found] == real
    assert all(each.kind != "unknown" for each in found)
    assert thermal.parse_status(text) == 0


@needs_phones
def test_genuine_lists_of_devices() -> None:
    (path,) = shared("adb_devices_variants.txt")
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith(("#", "*", "List"))]
    found = parse_devices(path.read_text().split("\n", 1)[1])
    assert len(found) == len(lines)
    assert all(line.startswith(entry.serial.partition("#")[0]) for line, entry in zip(lines, found, strict=True))
    assert all(entry.explanation.code != "unknown" for entry in found)


@needs_phones
def test_genuine_uevent_is_no_sysfs_and_no_battery() -> None:
    (path,) = shared("power_supply_uevent_*")
    assert cores.parse_sysfs(path.read_text()) == {}
    assert battery.parse_battery(path.read_text()) is None
