"""Phones from the command line, the library and the worker."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import quantscope
from quantscope import api, documents
from quantscope.devices.desk import Desk, server_at
from quantscope.documents.devices import Devices, PhoneSettings
from quantscope.documents.profile import THIS_COMPUTER, Measured, Sensed, Settings
from quantscope.errors import DeviceLostError, UsageError
from tests.devices.conftest import MakePhone, until
from tests.devices.test_runner import SAMPLE, clean
from tests.phone.adb_server import PrivateServer
from tests.phone.benchmark import REPOSITORY, write_program
from tests.phone.emulated import Phone
from tests.phone.profiles import GALAXY_S9, PIXEL


@pytest.fixture
def desk(private: PrivateServer, tmp_path: Path) -> Desk:
    """Phones set up: the private server, the stand-in program."""
    desk = Desk()
    program = write_program(tmp_path / "benchmark_model")
    desk.save(PhoneSettings(server=str(private.address), programs={"any": str(program)}))
    return desk


@pytest.fixture
def quantized(tmp_path: Path) -> str:
    output = str(tmp_path / "quantized.tflite")
    quantscope.quantize_file(SAMPLE, output)
    return output


def command(*arguments: str, code: int = 0) -> str:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "engine")}
    done = subprocess.run(
        [sys.executable, "-m", "quantscope", *arguments], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def test_devices_as_json(desk: Desk, phone: Phone) -> None:
    document = json.loads(command("devices", "--json"))
    assert document["schema"] == "quantscope.devices/1"
    places = {place["id"]: place for place in document["places"]}
    assert places[THIS_COMPUTER]["ready"]
    found = places[phone.serial]
    assert (found["device"]["name"], found["device"]["abi"]) == ("Pixel 8", "arm64-v8a")
    assert found["sensors"]["battery_percent"] == 75


def test_devices_watched_as_lines(desk: Desk, phone: Phone) -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "engine")}
    with subprocess.Popen(
        [sys.executable, "-m", "quantscope", "devices", "--watch", "--json"], env=environment, stdout=subprocess.PIPE
    ) as watching:
        assert watching.stdout
        for line in watching.stdout:
            places = documents.from_json(line, Devices).places
            if any(place.id == phone.serial and place.device for place in places):
                break
        watching.terminate()
    assert watching.returncode == 128 + 15


def test_settings_given_once_stay(desk: Desk, phone: Phone, tmp_path: Path) -> None:
    other = write_program(tmp_path / "other")
    command("devices", "--benchmark-model", f"arm64-v8a={other}")
    assert desk.settings.programs["arm64-v8a"] == str(other)
    assert "no address" in command("devices", "--server", "host:port", code=2)
    command("devices", "--connect", phone.serial)
    Path(phone.root, "data/local/tmp/quantscope/files").mkdir(parents=True)
    command("devices", "--clean", phone.serial)
    assert not Path(phone.root, "data/local/tmp/quantscope").exists()


def test_damaged_settings_are_standard_ones(desk: Desk) -> None:
    (desk.folder / "phones.json").write_bytes(b"{not json")
    assert desk.settings == PhoneSettings()


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [("rack:5038", "rack", 5038), ("rack", "rack", 5037), (None, "127.0.0.1", 5037), ("10.0.0.1:1", "10.0.0.1", 1)],
)
def test_addresses_of_servers(address: str | None, host: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("ANDROID_ADB_SERVER_ADDRESS", "ANDROID_ADB_SERVER_PORT"):
        monkeypatch.delenv(variable, raising=False)
    server = server_at(address)
    assert (server.host, server.port) == (host, port)


@pytest.mark.parametrize("address", ["rack:0", "rack:x", "rack:70000"])
def test_no_address_of_a_server(address: str) -> None:
    with pytest.raises(UsageError, match="is no address"):
        server_at(address)


class Watcher:
    """Collects what streams, and stops after so many batches."""

    def __init__(self, batches: int = 10_000) -> None:
        self.parts: list[Any] = []
        self.batches = batches

    def __call__(self, fraction: float, text: str) -> None:
        pass

    def publish(self, document: documents.Document) -> None:
        self.parts.append(document)

    @property
    def stopping(self) -> bool:
        return sum(isinstance(part, Measured) for part in self.parts) >= self.batches


def test_float_and_quantized_measured_in_turns_on_a_phone(desk: Desk, phone: Phone, quantized: str) -> None:
    watcher = Watcher()
    settings = Settings(seconds=2.0, warm_up_seconds=0.0, per_operator=True, cores="big")
    profile = api.measure([SAMPLE, quantized], [phone.serial], settings, watcher)
    assert [run.ending for run in profile.runs] == ["complete", "complete"]
    for run in profile.runs:
        assert run.device.name == "Pixel 8"
        assert run.latency_us
        assert run.program.startswith("benchmark_model")
        assert run.memory_bytes
        assert run.operators
        assert run.operators_us
    assert profile.comparison
    assert profile.comparison.speedup > 0
    order = [part.run for part in watcher.parts if isinstance(part, Measured)]
    assert order == ([0, 1, 1, 0] * len(order))[: len(order)]
    assert {type(part) for part in watcher.parts} >= {Measured, Sensed}
    until(lambda: clean(phone))


def test_two_phones_and_this_computer_at_once(desk: Desk, make_phone: MakePhone) -> None:
    phones = [make_phone(PIXEL), make_phone(GALAXY_S9)]
    devices = [THIS_COMPUTER, *(each.serial for each in phones)]
    profile = api.measure([SAMPLE], devices, Settings(runs=60, seconds=None, warm_up_seconds=0.0), Watcher())
    assert [run.device.id for run in profile.runs] == devices
    assert all(run.ending == "complete" and run.latency_us for run in profile.runs)
    until(lambda: all(clean(each) for each in phones))


def test_stopped_it_keeps_what_was_measured(desk: Desk, phone: Phone) -> None:
    watcher = Watcher(batches=2)
    profile = api.measure([SAMPLE], [phone.serial], Settings(seconds=600, warm_up_seconds=0.0), watcher)
    (run,) = profile.runs
    assert run.ending == "stopped"
    assert run.latency_us
    until(lambda: clean(phone))


def test_stopped_while_the_phone_is_away(desk: Desk, phone: Phone) -> None:
    """Nobody waits until it comes back; what was measured is kept."""

    class Unplugging(Watcher):
        def __call__(self, fraction: float, text: str) -> None:
            self.text = text

        def publish(self, document: documents.Document) -> None:
            super().publish(document)
            if isinstance(document, Measured) and not phone.faults.refusing:
                phone.unplug()

        @property
        def stopping(self) -> bool:
            return "to come back" in getattr(self, "text", "")

    began = time.monotonic()
    (run,) = api.measure([SAMPLE], [phone.serial], Settings(seconds=600, warm_up_seconds=0.0), Unplugging()).runs
    assert time.monotonic() - began < 30
    assert run.ending == "stopped", run.failure
    assert run.latency_us
    phone.plug_in()


def test_a_phone_that_isnt_there(desk: Desk) -> None:
    with pytest.raises(DeviceLostError, match="no-such-phone is not connected"):
        api.measure([SAMPLE], ["no-such-phone"], Settings(seconds=1), Watcher())


def test_one_phone_of_two_that_cannot_be_used_is_told_of(desk: Desk, phone: Phone, make_phone: MakePhone) -> None:
    """The other's numbers are there, what to do is said, and a script notices."""
    locked = make_phone(trusting=False)
    words = command(
        "profile", str(SAMPLE), "--on", phone.serial, "--on", locked.serial, "--runs", "50", "--cool-below", "20",
        "--cool-seconds", "0.2", code=4,
    )  # fmt: skip
    assert "Pixel 8" in words
    assert "Waiting for" in words
    assert "tap Allow" in " ".join(words.split())


def test_profile_on_a_phone_as_json_and_as_a_gate(desk: Desk, phone: Phone) -> None:
    arguments = ("profile", str(SAMPLE), "--on", phone.serial, "--seconds", "1", "--warm-up", "0")
    document = json.loads(command(*arguments, "--json"))
    assert document["schema"] == "quantscope.profile/1"
    (run,) = document["runs"]
    assert run["device"]["id"] == phone.serial
    assert run["latency_us"]["count"] > 0
    assert run["batches"][0]["median"] > 0
    assert "above" in command(*arguments, "--max-median-ms", "0.000001", code=1)
