"""Measuring on a phone, with the real adb, a phone that fails on command and a benchmark_model that really runs."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from quantscope.devices import runner as runners
from quantscope.devices.benchmark.binaries import Programs
from quantscope.devices.runner import PhoneOptions, PhoneRunner
from quantscope.documents import File
from quantscope.documents.profile import Settings
from quantscope.errors import (
    CancelledError,
    DataError,
    DeviceError,
    DeviceLostError,
    DeviceRefusedError,
    DeviceSilentError,
    DeviceStateError,
    ProgramMissingError,
    RunError,
)
from quantscope.files import describe
from tests.devices.conftest import MakePhone, until
from tests.devices.test_binaries import elf
from tests.phone.adb_server import PrivateServer
from tests.phone.benchmark import REPOSITORY, write_program
from tests.phone.emulated import Phone
from tests.phone.profiles import GALAXY_S9, MOTO, PIXEL

SAMPLE = REPOSITORY / "resources/samples/digits_depthwise.tflite"
FOLDER = "data/local/tmp/quantscope"
RESTORED = "settings delete global stay_on_while_plugged_in"

QUICK = Settings(warm_up_seconds=0.0)

Make = Callable[..., PhoneRunner]


def unmade(*_: object) -> tuple[()]:
    raise RunError("The model wasn't run here.")


def running_on(phone: Phone) -> list[psutil.Process]:
    """What runs in a phone's folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        places = [*(process.info["cmdline"] or []), process.info["cwd"] or ""]
        if any(f"{phone.root}/{FOLDER}" in place for place in places):
            found.append(process)
    return found


def clean(phone: Phone) -> bool:
    """Nothing runs, settings are as they were, and of the measurement only the kept files are there."""
    folders = [path.name for path in Path(phone.root, FOLDER).glob("run-*")]
    changed = phone.calls().count("svc power stayon true")
    return not running_on(phone) and not folders and phone.calls().count(RESTORED) >= changed


@pytest.fixture
def sample(tmp_path: Path) -> File:
    """A model whose name is a text like any other."""
    path = tmp_path / 'it\'s; $(reboot) "模型" & é.tflite'
    shutil.copy(SAMPLE, path)
    return describe(path)


@pytest.fixture
def make(private: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes runners; `before` is what their benchmark_model does first."""
    made: list[PhoneRunner] = []

    def runner(
        phone: Phone, settings: Settings = QUICK, before: str = "", inputs: bool = False, **options: Any
    ) -> PhoneRunner:
        if not inputs:  # making them takes a run of the model on this computer
            monkeypatch.setattr(runners, "input_files", unmade)
        program = write_program(tmp_path / f"benchmark_model{len(made)}", before)
        given = {
            "server": private.address,
            "programs": Programs(tmp_path / "programs", {"any": str(program)}),
            "reconnect_seconds": 30.0,
            "lease_seconds": 0.2,
            **options,
        }
        made.append(PhoneRunner(phone.serial, settings, lambda fraction, text: None, PhoneOptions(**given)))
        return made[-1]

    yield runner
    for each in made:
        each.close()


def test_latency_in_batches(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone, inputs=True)
    device = runner.open()
    assert (device.name, device.id) == ("Pixel 8", phone.serial)
    prepared = runner.prepare(sample)
    assert prepared.init_us
    assert prepared.first_us
    assert prepared.load_bytes
    assert prepared.program.startswith("benchmark_model ")
    assert prepared.notices == ()
    latencies = runner.measure(sample, 20)
    assert latencies.count == 20
    assert [notice.code for notice in latencies.notices] == (["coarse-clock"] if latencies.median < 50 else [])
    assert latencies.min is None or latencies.min <= latencies.median
    assert runner.memory(sample)
    sensors = runner.sense()
    assert (sensors.celsius, sensors.thermal_status, sensors.battery_percent) == (28.3, 0, 75)
    assert "svc power stayon true" in phone.calls()
    runner.close()
    until(lambda: clean(phone))
    kept = list(Path(phone.root, FOLDER, "files").iterdir())
    assert len(kept) == 3, "the program, the model and its input"


def test_models_and_programs_are_sent_once_and_read_back(phone: Phone, make: Make, sample: File) -> None:
    def stamps() -> dict[str, int]:
        return {each.name: each.stat().st_ino for each in Path(phone.root, FOLDER, "files").iterdir()}

    first = make(phone)
    first.open()
    first.prepare(sample)
    first.close()
    before = stamps()
    stale = Path(phone.root, FOLDER, "files", sample.sha256)
    stale.write_bytes(bytes(sample.bytes))  # as long, but another
    second = make(phone)
    second.open()
    second.prepare(sample)
    after = stamps()
    assert after[sample.sha256] != before[sample.sha256]
    assert {name: number for name, number in after.items() if name != sample.sha256} == {
        name: number for name, number in before.items() if name != sample.sha256
    }


def test_cores_are_pinned_by_cluster(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone, Settings(cores="prime", warm_up_seconds=0))
    runner.open()
    runner.prepare(sample)
    assert "taskset 100" in phone.calls()
    assert len(runner.sense().cpu_khz) == 1


def test_operators_are_timed_in_a_run_of_their_own(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone)
    runner.open()
    runner.prepare(sample)
    profile = runner.operators(sample, 30)
    assert [each.attribution for each in profile.operators if each.attribution == "none"] == []
    assert {"CONV_2D", "DEPTHWISE_CONV_2D"} <= {each.type for each in profile.operators if each.us}
    assert profile.latency_us
    assert profile.unprofiled_us


def test_without_the_delegate_every_operator_is_exact(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone, Settings(delegate="none", warm_up_seconds=0))
    runner.open()
    runner.prepare(sample)
    assert {each.attribution for each in runner.operators(sample, 20).operators} == {"exact"}


def test_a_gpu_that_isnt_there_is_a_warning(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone, Settings(delegate="gpu", warm_up_seconds=0))
    runner.open()
    assert [notice.code for notice in runner.prepare(sample).notices] == ["no-gpu", "own-inputs"]


def test_inputs_of_a_file_must_be_made_here(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone, Settings(inputs="data.npz", warm_up_seconds=0))
    runner.open()
    with pytest.raises(RunError, match="wasn't run here"):
        runner.prepare(sample)


def test_a_profile_is_never_that_of_another_run(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone)
    runner.open()
    runner.prepare(sample)
    assert runner.operators(sample, 5).operators
    assert len(list(Path(phone.root, runner.workspace.folder.lstrip("/")).glob("*.profile.pb"))) == 1
    count = runner.detached.count
    runner.operators(sample, 5)
    assert Path(phone.root, runner.workspace.folder.lstrip("/"), f"{count}.profile.pb").exists()


def test_settings_go_back_to_what_they_were(phone: Phone, make: Make) -> None:
    Path(phone.root, "system/settings.global.stay_on_while_plugged_in").write_text("3\n")
    runner = make(phone, fixed_performance=True)
    runner.open()
    runner.close()
    calls = phone.calls()
    assert "settings put global stay_on_while_plugged_in 3" in calls
    assert calls.index("cmd power set-fixed-performance-mode-enabled true") < calls.index(
        "cmd power set-fixed-performance-mode-enabled false"
    )


def test_no_program_says_what_to_do(phone: Phone, make: Make, tmp_path: Path) -> None:
    with pytest.raises(ProgramMissingError, match="no benchmark_model for Pixel 8") as caught:
        make(phone, programs=Programs(tmp_path / "none")).open()
    assert "--fetch" in (caught.value.remedy or "")


def test_a_program_for_another_phone(make_phone: MakePhone, make: Make, tmp_path: Path) -> None:
    program = tmp_path / "arm64"
    program.write_bytes(elf(183))
    with pytest.raises(DataError, match="built for arm64-v8a; the phone runs armeabi-v7a"):
        make(make_phone(MOTO), programs=Programs(tmp_path, {"armeabi-v7a": str(program)})).open()


def test_a_program_that_the_phone_cant_execute(phone: Phone, make: Make, sample: File, tmp_path: Path) -> None:
    program = tmp_path / "arm64"
    program.write_bytes(elf(183))  # right for the phone, but this computer is another
    runner = make(phone, programs=Programs(tmp_path, {"any": str(program)}))
    runner.open()
    with pytest.raises(DeviceRefusedError, match="can't execute"):
        runner.prepare(sample)


def test_no_permission_to_execute(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone)
    runner.open()
    phone.path(runner.program_path).chmod(0o644)
    with pytest.raises(DeviceRefusedError, match="permission denied"):
        runner.prepare(sample)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("import os; os.abort()", "SIGABRT"),
        ("import os; os.kill(os.getpid(), 9)", "short of memory"),
        ("while True: print('x' * 1000)", "benchmark_model"),
        ("import os; os.write(1, os.urandom(200_000)); sys.exit(0)", "printed no result"),
        ("sys.stderr.write('ERROR: tensor 0 is bad\\n' * 178_000); sys.exit(1)", "tensor 0 is bad"),
        ("sys.exit(7)", "exit code 7"),
    ],
    ids=["sigsegv", "sigabrt", "sigkill", "endless", "garbage", "flood", "code"],
)
def test_programs_that_go_wrong(phone: Phone, make: Make, sample: File, before: str, words: str) -> None:
    runner = make(phone, before=before)
    runner.open()
    with pytest.raises(RunError, match=words):
        runner.prepare(sample)
    runner.close()
    until(lambda: clean(phone))


def test_a_model_that_is_none(phone: Phone, make: Make, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(b"\x1c\x00\x00\x00TFL3" + os.urandom(2000))
    runner = make(phone)
    runner.open()
    with pytest.raises(RunError, match="not a valid Flatbuffer"):
        runner.prepare(describe(path))


def test_unplugged_before(phone: Phone, make: Make) -> None:
    phone.unplug()
    with pytest.raises((DeviceLostError, DeviceStateError)):
        make(phone, reconnect_seconds=0.5).open()
    phone.plug_in()


def test_unplugged_while_the_model_goes_over(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone)
    runner.open()
    phone.faults.cut_after_push = 1000
    runner.prepare(sample)
    assert phone.faults.cut_after_push is None
    assert runner.measure(sample, 5).count == 5


def test_unplugged_while_it_runs_loses_nothing(phone: Phone, make: Make, sample: File) -> None:
    """The program goes on; its result is fetched when the phone is back, and it ran once."""
    runner = make(phone, before="open('count', 'a').write('x'); import time; time.sleep(0.6)")
    runner.open()
    runner.prepare(sample)
    threading.Timer(0.3, phone.unplug).start()
    threading.Timer(1.5, phone.plug_in).start()
    began = time.monotonic()
    assert runner.measure(sample, 7).count == 7
    assert time.monotonic() - began > 1.2
    assert Path(phone.root, FOLDER, runner.workspace.folder.rpartition("/")[2], "count").read_text() == "xx"


def test_unplugged_while_it_profiles(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone, before="import time; time.sleep(0.5)")
    runner.open()
    runner.prepare(sample)
    threading.Timer(0.2, phone.unplug).start()
    threading.Timer(1.0, phone.plug_in).start()
    assert runner.operators(sample, 10).operators


def test_unplugged_for_good(phone: Phone, make: Make, sample: File) -> None:
    """The guard on the phone puts everything back."""
    runner = make(phone, before="import time; time.sleep(0.5)", reconnect_seconds=1.0)
    runner.open()
    runner.prepare(sample)
    threading.Timer(0.2, phone.unplug).start()
    with pytest.raises((DeviceLostError, DeviceStateError)):
        runner.measure(sample, 5)
    runner.close()
    until(lambda: clean(phone))


def test_a_run_may_take_longer_than_the_guard_waits(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone, before="import time; time.sleep(6)", lease_seconds=0.1)
    assert runner.custody.turn_seconds * runner.custody.turns < 3
    runner.open()
    assert runner.prepare(sample).init_us
    assert runner.sense().battery_percent


def test_what_began_is_cleaned_up_where_opening_fails(phone: Phone, make: Make) -> None:
    phone.faults.disk_free = 10
    runner = make(phone)
    with pytest.raises(DeviceRefusedError, match="No space left"):
        runner.open()
    phone.faults.disk_free = None
    runner.close()
    until(lambda: clean(phone))


def test_unauthorized_then_allowed(make_phone: MakePhone, make: Make, sample: File) -> None:
    phone = make_phone(trusting=False)
    with pytest.raises(DeviceStateError, match=r"trust|checking"):
        make(phone).open()
    until(lambda: bool(phone.asking))
    phone.allow()
    runner = make(phone)
    until(lambda: _opens(runner))
    assert runner.prepare(sample).init_us


def _opens(runner: PhoneRunner) -> bool:
    try:
        return bool(runner.open())
    except DeviceStateError:
        return False


def test_frozen_while_it_runs(phone: Phone, make: Make, sample: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "GRACE_SECONDS", 1.0)
    monkeypatch.setattr(runners, "CLOSE_SECONDS", 1.0)
    runner = make(phone)
    runner.open()
    runner.prepare(sample)
    phone.faults.frozen = True
    with pytest.raises(DeviceSilentError, match="No answer"):
        runner.measure(sample, 5)
    runner.close()
    phone.faults.frozen = False
    until(lambda: clean(phone))


def test_a_program_that_hangs_is_ended(phone: Phone, make: Make, sample: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "FIRST_SECONDS", 1.0)
    runner = make(phone, before="import time; time.sleep(600)")
    runner.open()
    with pytest.raises(RunError, match="wasn't done after 1 seconds"):
        runner.prepare(sample)
    runner.close()
    until(lambda: clean(phone))


def test_disk_full(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone)
    runner.open()
    phone.faults.disk_free = 1000
    with pytest.raises(DeviceRefusedError, match="No space left") as caught:
        runner.prepare(sample)
    assert "Free some space" in (caught.value.remedy or "")


def test_the_adb_server_is_killed(tmp_path: Path, make: Make, sample: File) -> None:
    """Started again, and the phone connected again, the measurement goes on."""
    with PrivateServer(tmp_path) as private, Phone(tmp_path / "phone", GALAXY_S9) as phone:
        private.connect(phone.serial)
        runner = make(phone, before="import time; time.sleep(0.3)", server=private.address, adb="/nowhere/adb")
        runner.open()
        runner.prepare(sample)

        def again() -> None:
            private.kill()
            time.sleep(0.5)
            private.start()
            private.connect(phone.serial)

        timer = threading.Timer(0.1, again)
        timer.start()
        assert runner.measure(sample, 5).count == 5
        timer.join()
        runner.close()
        until(lambda: clean(phone))


def test_cancel_ends_the_program_on_the_phone(phone: Phone, make: Make, sample: File) -> None:
    runner = make(phone, before="import time; time.sleep(600) if '--num_runs=77' in sys.argv else None")
    runner.open()
    runner.prepare(sample)
    threading.Timer(0.5, runner.cancel).start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        runner.measure(sample, 77)
    assert time.monotonic() - began < 3
    until(lambda: not any("benchmark" in " ".join(each.cmdline()) for each in running_on(phone)), 2)
    runner.close()
    until(lambda: clean(phone))


CLOSED = """
import sys
from quantscope.devices.adb.host import AdbServer
from quantscope.devices.benchmark.binaries import Programs
from quantscope.devices.runner import PhoneOptions, PhoneRunner
from quantscope.documents.profile import Settings
from quantscope.files import describe
port, serial, program, model = sys.argv[1:]
options = PhoneOptions(AdbServer(port=int(port)), Programs(".", {"any": program}), lease_seconds=0.2)
runner = PhoneRunner(serial, Settings(warm_up_seconds=0), lambda fraction, text: None, options)
runner.open()
runner.prepare(describe(model))
print("ready", flush=True)
runner.measure(describe(model), 77)
"""


def test_the_app_is_killed_during_a_run(private: PrivateServer, phone: Phone, sample: File, tmp_path: Path) -> None:
    program = write_program(tmp_path / "b", "import time; time.sleep(600) if '--num_runs=77' in sys.argv else None")
    command = [sys.executable, "-c", CLOSED, str(private.address.port), phone.serial, str(program), sample.path]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "engine")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=tmp_path) as app:
        assert app.stdout
        assert app.stdout.readline() == b"ready\n"
        until(lambda: any("--num_runs=77" in " ".join(each.cmdline()) for each in running_on(phone)))
        app.send_signal(signal.SIGKILL)
    assert not clean(phone)
    until(lambda: clean(phone), 30)


def test_two_phones_at_once_one_dying(make_phone: MakePhone, make: Make, sample: File) -> None:
    one, two = make_phone(PIXEL), make_phone(GALAXY_S9)
    good, bad = make(one), make(two, reconnect_seconds=0.5)
    for each in (good, bad):
        each.open()
        each.prepare(sample)
    failures: list[Exception] = []

    def measure() -> None:
        try:
            for _ in range(3):
                bad.measure(sample, 5)
        except DeviceError as error:
            failures.append(error)

    thread = threading.Thread(target=measure)
    thread.start()
    two.unplug()
    assert [good.measure(sample, 5).count for _ in range(3)] == [5, 5, 5]
    thread.join()
    assert failures
