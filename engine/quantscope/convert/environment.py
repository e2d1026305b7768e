"""Converters' own Python environments: made, checked, removed.

An environment is built under another name and renamed when pip is done, so one that stands under its name is whole. Its
marker file says what was asked for; where that no longer is what the adapter asks for, it counts as missing.
"""

import contextlib
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from quantscope.convert.adapters import Adapter
from quantscope.convert.folders import converters_folder
from quantscope.errors import ConverterInstallError
from quantscope.progress import Progress

MARKER: Final = "quantscope.json"
PARTIAL: Final = ".partial-"
LOG_TAIL: Final = 4000
ANSWER_SECONDS: Final = 30
PROBE_SECONDS: Final = 300
INDEX_SECONDS: Final = 10
FULL_BYTES: Final = 1_000_000
POLL_SECONDS: Final = 0.1
CLEARINGS: Final = 30
NO_NETWORK: Final = re.compile(
    r"NewConnectionError|Temporary failure in name resolution|Name or service not known|Network is unreachable"
    r"|getaddrinfo failed|nodename nor servname|ConnectTimeoutError|Failed to establish a new connection|ProxyError"
)
NOT_FOUND: Final = re.compile(r"No matching distribution found for (\S+)")
DISK_FULL: Final = re.compile(r"No space left on device|not enough space on the disk", re.IGNORECASE)
DOWNLOADING: Final = re.compile(r"Downloading (\S+?)(?:\s+\(([\d.]+) ([kMG]?B)\))?\s*$")
# Pythons that need not be on the path: pyenv's, uv's, Homebrew's, python.org's for macOS.
PLACES: Final = (
    "~/.pyenv/versions/3.{minor}.*/bin/python3",
    "~/.local/share/uv/python/cpython-3.{minor}.*/bin/python3",
    "/opt/homebrew/opt/python@3.{minor}/bin/python3.{minor}",
    "/Library/Frameworks/Python.framework/Versions/3.{minor}/bin/python3",
)
UNITS: Final = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class Environment:
    """An installed converter: its folder, its Python, and the room they took when they were installed."""

    folder: Path
    python: Path
    bytes: int


def find(adapter: Adapter) -> Environment | None:
    """The adapter's environment if it is there, whole, and of the wanted versions."""
    folder = converters_folder() / adapter.id
    python = _python_in(folder)
    try:
        marker = json.loads((folder / MARKER).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(marker, dict) or marker.get("packages") != list(adapter.packages) or not python.exists():
        return None
    size = marker.get("bytes")
    return Environment(folder, python, size if isinstance(size, int) else adapter.installed_bytes)


def install(adapter: Adapter, progress: Progress, wheels: str | None = None) -> Environment:
    """Makes the adapter's environment; `wheels` is a folder to take packages from instead of the network.

    Raises ConverterInstallError with what is in the way, CancelledError; either way nothing is left behind.
    """
    if wheels is not None and not os.path.isdir(wheels):
        raise ConverterInstallError(f"'{wheels}' is not a folder of wheels.")
    root = converters_folder()
    python = find_python(adapter)
    try:
        root.mkdir(parents=True, exist_ok=True)
        _remove_left_behind(root, adapter)
        _check_room(root, adapter)
    except OSError as error:
        raise ConverterInstallError(
            f"'{root}' can't be written: {error.strerror}.", "Free some space, or see to its permissions."
        ) from error
    partial = root / f"{adapter.id}{PARTIAL}{os.getpid()}-{uuid.uuid4().hex[:8]}"
    try:
        partial.mkdir()
        progress(0.0, f"Making an environment for {adapter.title}")
        _run([python, "-m", "venv", str(partial)], progress, 0.0, adapter)
        _run(_pip(partial, adapter, wheels), progress, float(adapter.installed_bytes), adapter)
        progress(0.97, f"Trying {adapter.title}")
        _run([str(_python_in(partial)), "-I", "-c", f"import {adapter.probe}"], progress, 0.0, adapter)
        size = used_bytes(partial)
        (partial / MARKER).write_text(json.dumps({"packages": list(adapter.packages), "bytes": size}), "utf-8")
        folder = root / adapter.id
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
    except OSError as error:
        raise ConverterInstallError(f"{adapter.title} can't be installed: {error.strerror}.") from error
    finally:
        _clear_away(partial)
    progress(1.0, f"{adapter.title} is installed")
    return Environment(folder, _python_in(folder), size)


def _clear_away(folder: Path) -> None:
    """Deletes a folder that processes may still be writing to that have been killed a moment ago."""
    for _ in range(CLEARINGS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(POLL_SECONDS)


def remove(adapter: Adapter) -> bool:
    """Deletes the adapter's environment; False if there was none. Raises ConverterInstallError if it can't."""
    folder = converters_folder() / adapter.id
    if not folder.exists():
        return False
    try:
        doomed = Path(tempfile.mkdtemp(prefix=f"{adapter.id}{PARTIAL}{os.getpid()}-", dir=folder.parent))
        folder.rename(doomed / "removed")  # at once, however long deleting takes
        shutil.rmtree(doomed)
    except OSError as error:
        raise ConverterInstallError(f"'{folder}' can't be removed: {error.strerror}.") from error
    return True


def check(adapter: Adapter) -> str | None:
    """Why an installed converter doesn't work, None if it does. Imports its framework, which takes seconds."""
    environment = find(adapter)
    if environment is None:
        return "It is not installed."
    command = [str(environment.python), "-I", "-c", f"import {adapter.probe}"]
    try:
        tried = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = tried.stderr.decode("utf-8", "replace").strip().splitlines()
    return (lines[-1] if lines else f"It ended with code {tried.returncode}.") if tried.returncode else None


def used_bytes(root: Path) -> int:
    """The size of all files in a folder."""
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size
    return total


def find_python(adapter: Adapter) -> str:
    """A Python that the adapter's packages have wheels for: this one, or one on the path.

    Raises ConverterInstallError if there is none.
    """
    for candidate, minor in _pythons(adapter):
        if minor in adapter.pythons:
            return candidate
    wanted = " or ".join(f"3.{minor}" for minor in adapter.pythons)
    raise ConverterInstallError(
        f"{adapter.title} needs Python {wanted}, and there is none on this computer.",
        f"Install Python 3.{adapter.pythons[-1]} beside the one you have; Quantscope finds it by itself.",
    )


def _pythons(adapter: Adapter) -> Iterator[tuple[str, int]]:
    yield sys.executable, sys.version_info.minor
    for minor in reversed(adapter.pythons):
        found = [shutil.which(f"python3.{minor}")]
        found += [path for place in PLACES for path in sorted(glob.glob(os.path.expanduser(place.format(minor=minor))))]
        yield from ((path, minor) for path in found if path is not None and _answers(path, minor))
    if sys.platform == "win32" and (launcher := shutil.which("py")):
        for minor in reversed(adapter.pythons):
            asked = [launcher, f"-3.{minor}", "-c", "import sys; print(sys.executable)"]
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                answer = subprocess.run(asked, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=True)
                yield answer.stdout.strip(), minor


def _answers(python: str, minor: int) -> bool:
    """True if it is what its name says and can make environments; a version manager's stub may only pretend."""
    code = f"import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, {minor}))"
    try:
        return subprocess.run([python, "-I", "-c", code], capture_output=True, timeout=ANSWER_SECONDS).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _pip(folder: Path, adapter: Adapter, wheels: str | None) -> list[str]:
    command = [str(_python_in(folder)), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--no-warn-script-location", "--progress-bar", "off", "--only-binary", ":all:"]
    if wheels is not None:
        return [*command, "--no-index", "--find-links", wheels, *adapter.packages]
    if adapter.unwanted:
        constraints = folder / "unwanted.txt"
        constraints.write_text("".join(f"{name}<0\n" for name in adapter.unwanted), "utf-8")
        command += ["--constraint", str(constraints)]
    if adapter.index is not None and sys.platform == "linux" and _answers_web(adapter.index):
        command += ["--extra-index-url", adapter.index]
    return [*command, *adapter.packages]


def _answers_web(address: str) -> bool:
    """True if there is someone: pip would try one who doesn't answer again and again, for every package."""
    import urllib.request  # some megabytes that nothing else needs

    try:
        with urllib.request.urlopen(f"{address}/", timeout=INDEX_SECONDS):
            return True
    except (OSError, ValueError):
        return False


def _python_in(folder: Path) -> Path:
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def _check_room(root: Path, adapter: Adapter) -> None:
    free = shutil.disk_usage(root).free
    if free < adapter.installed_bytes:
        raise ConverterInstallError(
            f"{adapter.title} takes {adapter.installed_bytes / 1e9:.1f} GB and '{root}' has {free / 1e9:.1f} GB free.",
            "Free some space, or set QUANTSCOPE_CONVERTERS to a folder on another disk.",
        )


def _remove_left_behind(root: Path, adapter: Adapter) -> None:
    """What installations that were killed have left; those still under way are let be."""
    for folder in root.glob(f"{adapter.id}{PARTIAL}*"):
        owner = folder.name.removeprefix(f"{adapter.id}{PARTIAL}").split("-")[0]
        if not owner.isdigit() or not _alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    if os.name == "nt":
        import psutil

        return bool(psutil.pid_exists(process))
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _run(command: Sequence[str], progress: Progress, expected_bytes: float, adapter: Adapter) -> None:
    """Runs one step to its end, telling what it says; kills it when `progress` asks to stop."""
    environment = {**os.environ, "PYTHONNOUSERSITE": "1", "PIP_REQUIRE_VIRTUALENV": "0"}
    environment.pop("PYTHONPATH", None)
    lines: list[str] = []
    process: subprocess.Popen[str] | None = None
    held = _hold_interrupts()
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=os.name == "posix",
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        _let_interrupts(held)
        reader = threading.Thread(target=_collect, args=(process, lines), daemon=True)
        reader.start()
        while process.poll() is None:
            progress(*_where(lines, expected_bytes, adapter))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(POLL_SECONDS)
    except BaseException:
        if process is not None:
            _kill(process)
        _let_interrupts(held)
        raise
    reader.join()
    if process.returncode:
        raise _explained("\n".join(lines), adapter)


def _hold_interrupts() -> set[int]:
    """Puts off Ctrl-C: between the start of a process and our knowing of it, it would leave that process alone."""
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})) if os.name == "posix" else set()


def _let_interrupts(held: set[int]) -> None:
    if os.name == "posix":
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _collect(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stdout is not None
    lines.extend(line.rstrip() for line in process.stdout)


def _kill(process: subprocess.Popen[str]) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _where(lines: list[str], expected_bytes: float, adapter: Adapter) -> tuple[float, str]:
    """How far pip is, by what it says to have downloaded; wheels take about a third of their installed size."""
    text, done = f"Installing {adapter.title}", 0.0
    for line in list(lines):
        if found := DOWNLOADING.search(line):
            done += float(found[2]) * UNITS[found[3]] if found[2] else 0.0
            text = f"Downloading {found[1].split('-')[0]}"
        elif line.startswith("Installing collected packages"):
            return 0.8, f"Unpacking {adapter.title}"
    return min(0.78, done / (expected_bytes / 3)) if expected_bytes else 0.0, text


def _explained(log: str, adapter: Adapter) -> ConverterInstallError:
    detail = log[-LOG_TAIL:]
    # venv keeps to itself why its steps fail.
    if DISK_FULL.search(log) or shutil.disk_usage(converters_folder()).free < FULL_BYTES:
        return ConverterInstallError(
            f"The disk became full while {adapter.title} was installed.", "Free some space and try again.", detail
        )
    if NO_NETWORK.search(log):
        return ConverterInstallError(
            f"{adapter.title} can't be downloaded: there is no network, or the package index can't be reached.",
            "Connect and try again, or give a folder that holds the wheels (--wheels FOLDER).",
            detail,
        )
    if adapter.index is not None and any(name in log for name in adapter.unwanted):
        return ConverterInstallError(
            f"{adapter.title} can't be installed: its build without CUDA is only at {adapter.index},"
            " which can't be reached.",
            "See that this address can be reached, or give a folder that holds the wheels (--wheels FOLDER).",
            detail,
        )
    if found := NOT_FOUND.search(log):
        return ConverterInstallError(
            f"{adapter.title} can't be installed: no package for {found[1]} fits this computer.",
            "Give a folder that holds the wheels (--wheels FOLDER), or use another computer.",
            detail,
        )
    last = next((line for line in reversed(log.splitlines()) if line.strip()), "it ended without a word")
    return ConverterInstallError(f"{adapter.title} can't be installed: {last.strip()}", None, detail)
