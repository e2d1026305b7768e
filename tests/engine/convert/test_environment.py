"""Converters' environments: real venv and pip, with a package of the test's own in place of a framework."""

import contextlib
import dataclasses
import functools
import http.server
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from quantscope.convert import environment
from quantscope.convert.adapters import ADAPTERS, Adapter
from quantscope.convert.folders import OVERRIDE
from quantscope.convert.kinds import Kind
from quantscope.convert.sources import convert, describe, list_converters
from quantscope.errors import CancelledError, ConverterInstallError, ConverterMissingError
from quantscope.progress import silent
from tests.engine.convert import specimens
from tests.engine.convert.conftest import need_python

NAME = "quantscope_test_framework"


def adapter(*packages: str, probe: str = NAME, pythons: tuple[int, ...] = (sys.version_info.minor,)) -> Adapter:
    return Adapter(
        "fake", "Fake", frozenset({Kind.ONNX}), packages or (f"{NAME}==1.0",), pythons, 1000, Path("x"), probe
    )


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(OVERRIDE, str(tmp_path / "conv ü"))
    return tmp_path / "conv ü"


@pytest.fixture
def wheels(tmp_path: Path) -> str:
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = f"{NAME}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{NAME}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{NAME}.py", "VALUE = 1\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"{NAME}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return str(folder)


def test_installed_from_wheels_checked_and_removed(root: Path, wheels: str) -> None:
    said: list[float] = []
    made = environment.install(adapter(), lambda fraction, text: said.append(fraction), wheels)
    assert said[-1] == 1.0
    assert environment.find(adapter()) == made
    assert 1_000_000 < made.bytes < 100_000_000
    code = f"import {NAME}, sys; print({NAME}.VALUE, sys.prefix)"
    answer = subprocess.run([made.python, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert answer.split(maxsplit=1) == ["1", f"{root / 'fake'}\n"]
    assert {entry.name for entry in root.iterdir()} == {"fake"}
    newer = adapter(f"{NAME}==2.0")
    assert environment.find(newer) is None, "another version is wanted: what is there doesn't count"
    assert environment.remove(adapter())
    assert not environment.remove(adapter())
    assert not list(root.iterdir())


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (adapter("quantscope-no-such-package==1"), "no package for quantscope-no-such-package==1"),
        (adapter(probe="no_such_module"), "No module named 'no_such_module'"),
        (adapter(pythons=(1, 2)), "needs Python 3.1 or 3.2"),
    ],
)
def test_what_is_in_the_way_is_said(wanted: Adapter, words: str, root: Path, wheels: str) -> None:
    with pytest.raises(ConverterInstallError, match=words):
        environment.install(wanted, silent, wheels)
    assert environment.find(wanted) is None
    assert not root.exists() or not list(root.iterdir())


def test_without_network(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    with pytest.raises(ConverterInstallError, match="there is no network") as caught:
        environment.install(adapter(), silent)
    assert "--wheels" in (caught.value.remedy or "")
    assert not list(root.iterdir())


def test_a_disk_that_becomes_full(
    full_disk: Callable[[int], Path], wheels: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = full_disk(8_000_000)
    monkeypatch.setenv(OVERRIDE, str(disk))
    with pytest.raises(ConverterInstallError, match="disk became full") as caught:
        environment.install(adapter(), silent, wheels)
    assert caught.value.remedy
    assert not list(disk.iterdir())


def wheel(folder: Path, name: str, version: str, needs: str = "") -> None:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", "")
        requires = f"Requires-Dist: {needs}\n" if needs else ""
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")


def test_gigabytes_for_gpus_are_never_downloaded(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index with a build that needs CUDA, and another one, at first out of reach, with a build that doesn't."""
    usual, other = tmp_path / "usual", tmp_path / "other"
    for folder in (usual, other):
        (folder / "fakelib").mkdir(parents=True)
    (usual / "cuda_toolkit").mkdir()
    wheel(usual / "fakelib", "fakelib", "2.0", "cuda_toolkit==13")
    wheel(usual / "cuda_toolkit", "cuda_toolkit", "13")
    wheel(other / "fakelib", "fakelib", "2.0+cpu")
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")
    with served(usual) as usual_address, served(other) as other_address:
        monkeypatch.setenv("PIP_INDEX_URL", usual_address)

        def wanted(index: str) -> Adapter:
            made = adapter("fakelib==2.0", probe="fakelib")
            return dataclasses.replace(made, index=index, unwanted=("cuda-toolkit",))

        with pytest.raises(ConverterInstallError, match=r"build without CUDA is only at http://127\.0") as caught:
            environment.install(wanted("http://127.0.0.1:9"), silent)
        assert "--wheels" in (caught.value.remedy or "")
        assert not list(root.iterdir())
        made = environment.install(wanted(other_address), silent)
    assert list(made.folder.rglob("fakelib-2.0+cpu.dist-info"))
    assert not list(made.folder.rglob("cuda_toolkit*"))


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a web server for a folder."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_pythons_off_the_path_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pyenv keeps them, whose commands on the path only pretend."""
    home = tmp_path / "home"
    place = home / ".pyenv" / "versions" / "3.97.1" / "bin" / "python3"
    place.parent.mkdir(parents=True)
    place.write_text("#!/bin/sh\nexit 0\n")
    place.chmod(0o755)
    monkeypatch.setenv("HOME", str(home))
    assert environment.find_python(adapter(pythons=(97,))) == str(place)


def test_no_room_no_folder_and_no_permission(root: Path, wheels: str, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = Adapter("fake", "Fake", frozenset(), (NAME,), (sys.version_info.minor,), 1 << 60, Path("x"), NAME)
    with pytest.raises(ConverterInstallError, match="GB free"):
        environment.install(huge, silent, wheels)
    with pytest.raises(ConverterInstallError, match="not a folder of wheels"):
        environment.install(adapter(), silent, str(root / "nowhere"))
    monkeypatch.setenv(OVERRIDE, "/proc/nowhere")
    with pytest.raises(ConverterInstallError, match="can't be written"):
        environment.install(adapter(), silent, wheels)


def test_cancelled_while_pip_runs(root: Path, wheels: str) -> None:
    for seconds in (0.1, 1.5):
        end = time.monotonic() + seconds

        def check(fraction: float, text: str, end: float = end) -> None:
            if time.monotonic() > end:
                raise CancelledError("Cancelled.")

        with pytest.raises(CancelledError):
            environment.install(adapter(), check, wheels)
        assert not list(root.iterdir())


def test_what_a_killed_installation_left_goes_the_next_time(root: Path, wheels: str) -> None:
    root.mkdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (root / f"fake.partial-{gone.pid}-abc").mkdir()
    (root / f"fake.partial-{os.getppid()}-abc").mkdir()
    environment.install(adapter(), silent, wheels)
    assert {entry.name for entry in root.iterdir()} == {"fake", f"fake.partial-{os.getppid()}-abc"}


def test_two_installations_at_once(root: Path, wheels: str) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            environment.install(adapter(), silent, wheels)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert environment.find(adapter()) is not None
    assert all(isinstance(error, ConverterInstallError) for error in errors)
    assert {entry.name for entry in root.iterdir()} == {"fake"}


def test_a_broken_environment_is_reported(root: Path, wheels: str) -> None:
    made = environment.install(adapter(), silent, wheels)
    assert environment.check(adapter()) is None
    next(made.folder.rglob(f"{NAME}.py")).write_text("raise RuntimeError('rotten')")
    assert "rotten" in (environment.check(adapter()) or "")
    (made.folder / environment.MARKER).write_text("not json")
    assert environment.find(adapter()) is None


def test_a_missing_converter_is_offered(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(specimens.onnx_model())
    source = describe(path)
    assert source.converter is not None
    assert not source.converter.installed
    assert source.converter.installed_bytes > 1e8
    with pytest.raises(ConverterMissingError, match="onnx2tf") as caught:
        convert(path, tmp_path / "out.tflite")
    assert "converters --install onnx2tf" in (caught.value.remedy or "")
    assert {one.id for one in list_converters().converters} == set(ADAPTERS)
    assert not any(one.installed for one in list_converters().converters)


def test_a_killed_command_leaves_no_pip_behind(root: Path, wheels: str, tmp_path: Path) -> None:
    """Ctrl-C on the command line."""
    need_python("tensorflow")
    command = [sys.executable, "-P", "-m", "quantscope", "converters", "--install", "tensorflow", "--wheels", wheels]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not root.exists() or not list(root.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    process.communicate()
    assert not list(root.iterdir())
