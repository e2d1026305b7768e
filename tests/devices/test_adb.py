"""Our client of the adb server, with the real adb and a phone that fails on command."""

import asyncio
import contextlib
import hashlib
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from quantscope.devices import phone as phones
from quantscope.devices.adb import program, shell, sync, tracking
from quantscope.devices.adb.host import AdbServer
from quantscope.devices.watch import survey, watch
from quantscope.documents.devices import Devices, Place
from quantscope.errors import (
    AdbError,
    DeviceLostError,
    DeviceRefusedError,
    DeviceSilentError,
    DeviceStateError,
    QuantscopeError,
)
from tests.devices.conftest import MakePhone, until, wait
from tests.phone.adb_server import PrivateServer, free_port
from tests.phone.emulated import Phone
from tests.phone.pairing_server import PairingServer
from tests.phone.profiles import GALAXY_S9, PIXEL, PROFILES, XIAOMI, PhoneProfile

COMPUTER = Place(id="this-computer", kind="computer", name="here", state="device", ready=True, text="Ready.")
FOLDER = "/data/local/tmp"


def test_output_errors_and_exit_code_apart(server: AdbServer, phone: Phone) -> None:
    done = wait(shell.run(server, phone.serial, "echo out; echo err >&2; exit 7"))
    assert (done.code, done.stdout, done.stderr) == (7, b"out\n", b"err\n")


def test_words_arrive_as_they_are(server: AdbServer, phone: Phone) -> None:
    words = ("it's; rm -rf *", '"$(reboot)"', "模型 é", "a\nb")
    done = wait(shell.run(server, phone.serial, shell.quoted("printf", "%s|", *words)))
    assert done.text() == "|".join(words) + "|"


def test_much_output_arrives_whole(server: AdbServer, phone: Phone) -> None:
    done = wait(shell.run(server, phone.serial, "head -c 20000000 /dev/zero", limit=30_000_000))
    assert done.stdout == bytes(20_000_000)


def test_endless_output_is_abandoned(server: AdbServer, phone: Phone) -> None:
    with pytest.raises(DeviceRefusedError, match="can't be right"):
        wait(shell.run(server, phone.serial, "yes", limit=100_000))


def test_a_cut_link_is_no_success(server: AdbServer, phone: Phone) -> None:
    phone.faults.cut_after_output = 10
    with pytest.raises(DeviceLostError, match="was lost"):
        wait(shell.run(server, phone.serial, "echo 0123456789; sleep 0.2; echo more; exit 0"))


def test_a_frozen_phone_is_given_up(server: AdbServer, phone: Phone) -> None:
    phone.faults.frozen = True
    began = time.monotonic()
    with pytest.raises(DeviceSilentError, match="No answer from"):
        wait(shell.run(server, phone.serial, "echo hello", silence=0.5))
    assert time.monotonic() - began < 20
    phone.faults.frozen = False


def test_files_there_and_back(server: AdbServer, phone: Phone, tmp_path: Path) -> None:
    source = tmp_path / "a file"
    source.write_bytes(os.urandom(3_000_000))
    seen: list[tuple[int, int]] = []
    path = f"{FOLDER}/a 'file'; é"
    wait(sync.push(server, phone.serial, source, path, 0o755, lambda done, total: seen.append((done, total))))
    assert seen[-1] == (3_000_000, 3_000_000)
    assert seen == sorted(seen)
    found = wait(sync.stat(server, phone.serial, path))
    assert (found.bytes, found.is_file, found.mode & 0o777) == (3_000_000, True, 0o755)
    back = tmp_path / "back"
    assert wait(sync.pull(server, phone.serial, path, back, limit=10_000_000)) == 3_000_000
    assert hashlib.sha256(back.read_bytes()).digest() == hashlib.sha256(source.read_bytes()).digest()


def test_an_empty_file(server: AdbServer, phone: Phone, tmp_path: Path) -> None:
    source = tmp_path / "empty"
    source.touch()
    wait(sync.push(server, phone.serial, source, f"{FOLDER}/empty"))
    assert wait(sync.stat(server, phone.serial, f"{FOLDER}/empty")).bytes == 0


def test_a_full_disk_is_said_in_the_phones_words(server: AdbServer, phone: Phone, tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(bytes(8_000_000))
    phone.faults.disk_free = 1_000_000
    with pytest.raises(DeviceRefusedError, match="No space left on device") as caught:
        wait(sync.push(server, phone.serial, source, f"{FOLDER}/large"))
    assert "Free some space" in (caught.value.remedy or "")
    phone.faults.disk_free = None
    with pytest.raises(DeviceRefusedError, match="has no file"):
        wait(sync.stat(server, phone.serial, f"{FOLDER}/large"))


def test_pushing_onto_a_folder_is_refused(server: AdbServer, phone: Phone, tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"x")
    with pytest.raises(DeviceRefusedError, match="Is a directory"):
        wait(sync.push(server, phone.serial, source, FOLDER))


def test_unplugged_while_a_file_goes_over(server: AdbServer, phone: Phone, tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(bytes(8_000_000))
    phone.faults.cut_after_push = 2_000_000
    with pytest.raises(DeviceLostError):
        wait(sync.push(server, phone.serial, source, f"{FOLDER}/large"))
    until(lambda: not phone.path(f"{FOLDER}/large").exists())  # half a file is no file


def test_frozen_while_a_file_goes_over(server: AdbServer, phone: Phone, tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(bytes(30_000_000))

    def freeze(done: int, total: int) -> None:
        phone.faults.frozen = True

    with pytest.raises(DeviceSilentError):
        wait(sync.push(server, phone.serial, source, f"{FOLDER}/large", transferred=freeze, silence=0.5))
    phone.faults.frozen = False


def test_a_pull_is_bounded(server: AdbServer, phone: Phone, tmp_path: Path) -> None:
    phone.path(f"{FOLDER}/large").write_bytes(bytes(500_000))
    with pytest.raises(DeviceRefusedError, match="can't be right"):
        wait(sync.pull(server, phone.serial, f"{FOLDER}/large", tmp_path / "x", limit=100_000))


def test_a_phone_that_isnt_there(server: AdbServer) -> None:
    with pytest.raises(DeviceLostError, match="no-such-phone is not connected"):
        wait(shell.run(server, "no-such-phone", "true"))


def test_unauthorized_then_allowed(server: AdbServer, make_phone: MakePhone) -> None:
    phone = make_phone(trusting=False)

    async def states() -> list[str]:
        seen: list[str] = []
        async with contextlib.aclosing(tracking.track(server)) as tracked:
            async for entries in tracked:
                seen += [entry.state for entry in entries if entry.serial == phone.serial]
                if "unauthorized" in seen and phone.asking:
                    await asyncio.to_thread(phone.allow)
                if seen and seen[-1] == "device":
                    return seen
        raise AssertionError("the server went away")

    with pytest.raises(DeviceStateError) as caught:
        wait(shell.run(server, phone.serial, "true"))
    assert "Allow" in (caught.value.remedy or "") or "Wait" in (caught.value.remedy or "")
    assert "unauthorized" in wait(asyncio.wait_for(states(), 30))


@pytest.mark.parametrize("state", ["recovery", "sideload", "bootloader"])
def test_other_modes_are_said_with_advice(server: AdbServer, make_phone: MakePhone, state: str) -> None:
    phone = make_phone(state=state)
    (entry,) = [each for each in wait(tracking.devices(server)) if each.serial == phone.serial]
    place = wait(phones.described(server, entry))
    assert (place.state, place.ready) == (state, False)
    assert place.remedy


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_phones_say_what_they_are(server: AdbServer, make_phone: MakePhone, profile: PhoneProfile) -> None:
    phone = make_phone(profile)
    device, sensors = wait(phones.read(server, phone.serial))
    assert device.name == profile.properties["ro.product.model"]
    assert device.abi == profile.properties["ro.product.cpu.abi"]
    assert device.cores == sum(len(domain.cores) for domain in profile.domains)
    assert [cluster.max_khz for cluster in device.clusters] == sorted({domain.khz for domain in profile.domains})
    assert (sensors.celsius is None) == (profile.name == "meizu")
    assert sensors.cpu_khz


def test_a_phone_without_shell_of_its_own_time(server: AdbServer, make_phone: MakePhone) -> None:
    """Its clock is wrong; nothing of ours asks it."""
    phone = make_phone()
    assert wait(shell.run(server, phone.serial, "date")).text().startswith("Thu Jan  1")
    assert wait(phones.read(server, phone.serial))[0].name == "Pixel 8"


def test_places_come_and_go(server: AdbServer, make_phone: MakePhone) -> None:
    async def story() -> None:
        async with contextlib.aclosing(watch(server, COMPUTER)) as watched:

            async def until(what: str, condition: object) -> Devices:
                async for document in watched:
                    assert document.places[0] == COMPUTER
                    if condition(document):  # type: ignore[operator]
                        return document
                raise AssertionError(what)

            one = await asyncio.to_thread(make_phone, PIXEL)
            two = await asyncio.to_thread(make_phone, XIAOMI)

            def place(document: Devices, phone: Phone) -> Place | None:
                return next((each for each in document.places if each.id == phone.serial), None)

            both = await until("both read", lambda d: all((p := place(d, each)) and p.device for each in (one, two)))
            assert place(both, two).name == XIAOMI.properties["ro.product.model"]  # type: ignore[union-attr]
            await asyncio.to_thread(one.unplug)
            await until("one gone", lambda d: (p := place(d, one)) is None or not p.ready)
            one.plug_in()
            await until("one back", lambda d: (p := place(d, one)) is not None and p.ready)

    wait(asyncio.wait_for(story(), 60))


def test_a_fault_in_watching_is_no_silence(server: AdbServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(tracking, "parse_devices", broken)

    async def story() -> None:
        async with contextlib.aclosing(watch(server, COMPUTER)) as watched:
            async for _ in watched:
                pass

    with pytest.raises(ZeroDivisionError):
        wait(asyncio.wait_for(story(), 20))


def test_a_killed_server_is_said_and_found_again(tmp_path: Path) -> None:
    with PrivateServer(tmp_path) as private, Phone(tmp_path / "phone", GALAXY_S9) as phone:
        private.connect(phone.serial)

        async def story() -> None:
            async with contextlib.aclosing(watch(private.address, COMPUTER, adb="/nowhere/adb")) as watched:
                async for document in watched:
                    if any(place.device for place in document.places):
                        break
                await asyncio.to_thread(private.kill)
                async for document in watched:
                    if document.problem:
                        assert document.places == (COMPUTER,)
                        assert "/nowhere/adb" in document.problem or "was lost" in document.problem
                        break
                await asyncio.to_thread(private.start)
                await asyncio.to_thread(private.connect, phone.serial)
                async for document in watched:
                    if any(place.device for place in document.places):
                        return

        wait(asyncio.wait_for(story(), 60))


def test_no_adb_says_where_it_looked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found = program.find(None, {"PATH": str(tmp_path), "ANDROID_HOME": str(tmp_path / "sdk")})
    if found.found is None:  # /usr/lib/android-sdk may be there
        error = found.missing()
        assert str(tmp_path / "sdk") in str(error)
        assert "nstall" in (error.remedy or "")
    chosen = program.find(str(tmp_path / "adb"))
    assert chosen.found is None
    assert str(tmp_path / "adb") in str(chosen.missing())


def test_the_server_is_started_when_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = AdbServer(port=free_port())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ANDROID_ADB_SERVER_ADDRESS")
    monkeypatch.setenv("ADB_LOCAL_TRANSPORT_MAX_PORT", "5553")
    try:
        wait(program.ensure_server(server))
        assert wait(server.version()) > 30
    finally:
        with contextlib.suppress(QuantscopeError):
            wait(server.ask("host:kill", 2))


def test_a_remote_server_that_isnt_there_is_not_started() -> None:
    document = wait(survey(AdbServer("127.0.0.2", free_port()), COMPUTER))
    assert document.places == (COMPUTER,)
    assert "no adb server" in (document.problem or "")


class Imposter:
    """Something else that listens, or a server of another version."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = answers
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = AdbServer(port=self.socket.getsockname()[1])
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = self.socket.accept()
                with link:
                    for answer in self.answers:
                        link.recv(65536)
                        link.sendall(answer)
                    link.shutdown(socket.SHUT_WR)
                    link.recv(65536)

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


def test_something_that_is_no_adb_server() -> None:
    imposter = Imposter(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    try:
        with pytest.raises(AdbError, match="doesn't speak adb's protocol"):
            wait(imposter.address.version())
    finally:
        imposter.close()


def test_a_server_of_another_version_is_used_and_left_alone() -> None:
    imposter = Imposter(b"OKAY" + b"0004" + b"001f")
    try:
        wait(program.ensure_server(imposter.address))
        assert wait(imposter.address.version()) == 31
    finally:
        imposter.close()


def test_connecting_goes_by_the_text(server: AdbServer) -> None:
    with pytest.raises(AdbError, match=f"127.0.0.1:{(port := free_port())} can't be connected"):
        wait(program.connect(server, f"127.0.0.1:{port}"))
    for nonsense in ("", "host:port", "a b:1", "host:99999"):
        with pytest.raises(AdbError, match="is not an address"):
            wait(program.connect(server, nonsense))


def test_pairing_needs_a_code_a_port_and_a_server_that_can(server: AdbServer) -> None:
    with pytest.raises(AdbError, match="six digits"):
        wait(program.pair(server, "127.0.0.1:1", "12345"))
    with pytest.raises(AdbError, match="is not an address"):
        wait(program.pair(server, "192.168.1.20", "123456"))
    with pytest.raises(AdbError, match=r"too old to pair|Nothing that can be paired answers") as caught:
        wait(program.pair(server, f"127.0.0.1:{free_port()}", "123456"))
    assert caught.value.remedy


@pytest.mark.parametrize("version", [30, 34])
def test_pairing_by_code_with_a_server_that_can(version: int) -> None:
    """Each outcome in our words, and each says what to do."""
    with PairingServer({"192.168.1.20:37001": "482193", "192.168.1.21:37002": "000111"}, version) as pairing:
        wait(program.pair(pairing.address, "192.168.1.20:37001", "482193"))
        with pytest.raises(AdbError, match="doesn't accept that code") as caught:
            wait(program.pair(pairing.address, "192.168.1.21:37002", "999999"))
        assert "use the new one" in (caught.value.remedy or "")
        with pytest.raises(AdbError, match="Nothing that can be paired answers") as caught:
            wait(program.pair(pairing.address, "192.168.1.21:37002", "000111"))
        assert "its port is another" in (caught.value.remedy or "")


def test_phones_with_one_serial_number_are_told_apart(server: AdbServer, phone: Phone) -> None:
    """Each by the number of its connection, which the real server knows a phone by, too."""
    lines = "0123456789 device model:A transport_id:3\n0123456789 device model:B transport_id:7\nR5 device\n"
    assert [entry.serial for entry in tracking.parse_devices(lines)] == ["0123456789#3", "0123456789#7", "R5"]
    (entry,) = [entry for entry in wait(tracking.devices(server)) if entry.serial == phone.serial]
    named = f"{phone.serial}#{entry.transport}"
    assert wait(shell.run(server, named, "getprop ro.product.model")).text().strip() == "Pixel 8"
    with pytest.raises(QuantscopeError):
        wait(shell.run(server, f"{phone.serial}#999999", "true"))


def test_connected_and_gone_again(server: AdbServer, make_phone: MakePhone) -> None:
    phone = make_phone(connected=False)
    assert wait(program.connect(server, phone.serial)) == phone.serial
    assert wait(program.connect(server, phone.serial)) == phone.serial
    assert phone.serial in [entry.serial for entry in wait(tracking.devices(server))]
