"""Which benchmark_model runs on a phone: a file the user chose for its ABI, or the official one, fetched when the user
says so.

What was fetched is kept by its sha256, which is written down at the first download and shown; whatever comes under the
same address later and isn't that is refused.
"""

import contextlib
import hashlib
import http.client
import importlib.metadata
import os
import re
import struct
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from quantscope.errors import DataError, DownloadError
from quantscope.progress import Progress, silent
from quantscope.temporary import replace_with

# e_machine of the ELF header. Source: elf.h.
MACHINES: Final = {183: "arm64-v8a", 40: "armeabi-v7a", 62: "x86_64", 3: "x86"}
# A program may be larger than this only by mistake.
MAX_BYTES: Final = 512 * 1024 * 1024
BLOCK: Final = 256 * 1024
SECONDS: Final = 30.0
TRIES: Final = 3
PINS: Final = "benchmark_model.json"

_STORE: Final = "https://storage.googleapis.com"
_NIGHTLY: Final = f"{_STORE}/tensorflow-nightly-public/prod/tensorflow/release/lite/tools/nightly/latest"


def official_url(abi: str, version: str | None = None) -> str | None:
    """Where Google publishes benchmark_model for an ABI, None where it doesn't.

    For 64-bit phones the build that belongs to a LiteRT release, as litert-cli fetches it: by default that of the
    runtime installed here, so that phone and computer run the same code.
    """
    if abi == "arm64-v8a":
        release = version or installed_runtime() or "nightly"
        return f"{_STORE}/litert/binaries/{release}/android_arm64/benchmark_model"
    if abi == "armeabi-v7a":
        return f"{_NIGHTLY}/android_arm_benchmark_model"
    return None


def installed_runtime() -> str | None:
    """Version of ai-edge-litert here."""
    try:
        return importlib.metadata.version("ai-edge-litert")
    except importlib.metadata.PackageNotFoundError:
        return None


def built_for(path: str | os.PathLike[str]) -> str | None:
    """The ABI that a program is built for; None for a script, which runs wherever its interpreter does.

    Raises DataError if it is no program.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(20)
    except OSError as error:
        raise DataError(f"'{os.fspath(path)}' can't be read: {error.strerror}.") from error
    if head.startswith(b"#!"):
        return None
    if len(head) == 20 and head.startswith(b"\x7fELF"):
        (machine,) = struct.unpack_from("<H" if head[5] == 1 else ">H", head, 18)
        return MACHINES.get(machine, f"machine {machine}")
    raise DataError(
        f"'{os.fspath(path)}' is no program for a phone.", "Choose a benchmark_model built for Android (an ELF file)."
    )


class Pin(msgspec.Struct, frozen=True):
    """What was fetched from an address the first time."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Program:
    """A benchmark_model on this computer."""

    path: str
    sha256: str

    @property
    def name(self) -> str:
        """What to call it in results."""
        return f"benchmark_model {self.sha256[:12]}"


class Programs:
    """The programs at hand: chosen ones by ABI, and those fetched into `folder`."""

    def __init__(self, folder: str | os.PathLike[str], chosen: Mapping[str, str] | None = None) -> None:
        self.folder = Path(folder)
        self.chosen = dict(chosen or {})

    def find(self, abis: tuple[str, ...]) -> Program | None:
        """The program for a phone that runs these ABIs, the best first; None if there is none yet.

        Raises DataError where a chosen file is unreadable or built for another kind of phone.
        """
        for abi in abis:
            if path := self.chosen.get(abi) or self.chosen.get("any"):
                made_for = built_for(path)
                if made_for is not None and made_for not in abis:
                    raise DataError(
                        f"'{path}' is built for {made_for}; the phone runs {', '.join(abis)}.",
                        f"Choose a benchmark_model built for {abis[0]}.",
                    )
                return Program(path, sha256_of(path))
            if fetched := self.fetched(abi):
                return fetched
        return None

    def fetched(self, abi: str, url: str | None = None) -> Program | None:
        """What was fetched for an ABI before, if it is still what it was."""
        address = url or official_url(abi)
        pin = self._pins().get(address or "")
        path = self._path(pin) if pin else None
        if pin is None or path is None or not path.is_file() or sha256_of(path) != pin.sha256:
            return None
        return Program(str(path), pin.sha256)

    def fetch(self, abi: str, url: str | None = None, progress: Progress = silent) -> Program:
        """Downloads the official program; goes on where an earlier try ended. The user must have agreed.

        Raises DownloadError if it can't be had, is no program for `abi`, or isn't what it was the first time.
        """
        address = url or official_url(abi)
        if address is None:
            raise DownloadError(f"There is no official benchmark_model for {abi}.", "Build one, and choose the file.")
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.part"
        for attempt in range(TRIES):
            try:
                _download(address, part, progress)
                break
            except (OSError, http.client.HTTPException) as error:
                if attempt == TRIES - 1:
                    raise _failed(address, error) from error
        return self._accept(abi, address, part)

    def _accept(self, abi: str, address: str, part: Path) -> Program:
        digest, size = sha256_of(part), part.stat().st_size
        pins = self._pins()
        known = pins.get(address)
        try:
            if known is not None and known.sha256 != digest:
                raise DownloadError(
                    f"What {_host(address)} sends now (sha256 {digest[:16]}…) isn't what it sent first "
                    f"(sha256 {known.sha256[:16]}…), so it is not used.",
                    "If you know that it was replaced, forget the old one in the settings, or choose a file.",
                )
            try:
                made_for = built_for(part)
            except DataError as error:
                raise DownloadError(f"What {_host(address)} sent is no program.") from error
            if made_for not in (abi, None):
                raise DownloadError(f"What {_host(address)} sent is built for {made_for}, not for {abi}.")
        except DownloadError:
            part.unlink(missing_ok=True)
            raise
        pin = Pin(digest, size)
        target = self._path(pin)
        os.chmod(part, 0o755)
        os.replace(part, target)
        replace_with(self.folder / PINS, msgspec.json.encode({**pins, address: pin}))
        return Program(str(target), digest)

    def forget(self, address: str) -> None:
        """Drops what is known of an address, so that something else may come from it."""
        pins = {key: pin for key, pin in self._pins().items() if key != address}
        replace_with(self.folder / PINS, msgspec.json.encode(pins))

    def _path(self, pin: Pin) -> Path:
        return self.folder / f"benchmark_model-{pin.sha256[:16]}"

    def _pins(self) -> dict[str, Pin]:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return msgspec.json.decode((self.folder / PINS).read_bytes(), type=dict[str, Pin])
        return {}


def sha256_of(path: str | os.PathLike[str]) -> str:
    """In lower-case hex. Raises DataError if the file can't be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"'{os.fspath(path)}' can't be read: {error.strerror}.") from error


def _download(address: str, part: Path, progress: Progress) -> None:
    """Appends what `part` doesn't have yet; a server that can't go on is asked for all of it."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(request, timeout=SECONDS)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # it has no more than we have
            return
        raise
    with answer:
        going_on = answer.status == 206 and _first_byte(answer.headers.get("Content-Range", "")) == have
        have = have if going_on else 0
        length = answer.headers.get("Content-Length", "")
        total = have + int(length) if length.isdecimal() else None
        with open(part, "ab" if going_on else "wb") as file:
            while block := answer.read(BLOCK):
                file.write(block)
                have += len(block)
                if have > MAX_BYTES:
                    raise DownloadError(f"What {_host(address)} sends is larger than any benchmark_model.")
                progress(have / total if total else 0.0, "Downloading benchmark_model")
    if total is not None and have != total:
        raise http.client.IncompleteRead(b"", total - have)


def _first_byte(content_range: str) -> int | None:
    match = re.match(r"bytes (\d+)-", content_range)
    return int(match[1]) if match else None


def _failed(address: str, error: Exception) -> DownloadError:
    if isinstance(error, urllib.error.HTTPError):
        what = f"it answers {error.code} {error.reason}"
    elif isinstance(error, urllib.error.URLError):
        what = str(getattr(error.reason, "strerror", None) or error.reason)
    else:
        what = getattr(error, "strerror", None) or "the connection broke"
    return DownloadError(
        f"benchmark_model can't be downloaded from {_host(address)}: {what}.",
        "Try again (what is there already is kept), or choose a file.",
    )


def _host(address: str) -> str:
    return urllib.parse.urlsplit(address).hostname or address
