"""The adb binary: where it is, and starting a server with it.

It is used for nothing else: run against a server of another version it kills that server, and with it everybody's
connections. Connecting by address and pairing are asked of the server itself, so they work with a remote one too.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from quantscope.devices.adb.host import AdbServer
from quantscope.errors import AdbError

START_SECONDS: Final = 30.0
CONNECT_SECONDS: Final = 30.0
SDK_VARIABLES: Final = ("ANDROID_HOME", "ANDROID_SDK_ROOT")
# Where Android Studio and the usual packagers put the SDK, below the user's folder or absolute.
SDK_FOLDERS: Final = {
    "linux": ("Android/Sdk", "/usr/lib/android-sdk", "/opt/android-sdk"),
    "darwin": ("Library/Android/sdk", "/opt/homebrew/share/android-commandlinetools", "/usr/local/share/android-sdk"),
    "win32": ("AppData/Local/Android/Sdk", "C:/Android/Sdk"),
}
INSTALL: Final = {
    "linux": "Install it with 'sudo apt install adb' (Debian, Ubuntu) or 'sudo dnf install android-tools' (Fedora)",
    "darwin": "Install it with 'brew install android-platform-tools'",
    "win32": "Install it with 'winget install Google.PlatformTools'",
}


@dataclass(frozen=True)
class Search:
    """Where adb was looked for, in order, and what was found."""

    looked: tuple[str, ...]
    found: str | None

    def missing(self) -> AdbError:
        """The error of not having found it."""
        how = INSTALL.get(sys.platform, "Install Android's platform tools")
        return AdbError(
            f"adb was not found; looked in {', '.join(self.looked)}.",
            f"{how}, or Android Studio's SDK Platform-Tools, or choose the file in the settings.",
        )


def find(chosen: str | None = None, environment: Mapping[str, str] = os.environ) -> Search:
    """Looks for adb: the file the user chose, PATH, then where SDKs are installed."""
    name = "adb.exe" if sys.platform == "win32" else "adb"
    if chosen:
        return Search((chosen,), chosen if os.access(chosen, os.X_OK) and os.path.isfile(chosen) else None)
    if on_path := shutil.which(name, path=environment.get("PATH", "")):
        return Search(("PATH",), on_path)
    roots = [environment[variable] for variable in SDK_VARIABLES if environment.get(variable)]
    roots += [str(Path.home() / folder) for folder in SDK_FOLDERS.get(sys.platform, ())]
    places = [str(Path(root) / "platform-tools" / name) for root in roots]
    found = next((place for place in places if os.access(place, os.X_OK)), None)
    return Search(("PATH", *places), found)


async def ensure_server(server: AdbServer, chosen: str | None = None) -> None:
    """Starts the server if it is to be on this computer and isn't running. Raises AdbError where that can't be."""
    try:
        await server.version()
        return
    except AdbError:
        if not server.local:
            raise
    search = find(chosen)
    if search.found is None:
        raise search.missing()
    command = [search.found, "-P", str(server.port), "start-server"]
    try:
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, timeout=START_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AdbError(f"'{search.found}' can't start the adb server: {error}.") from error
    if done.returncode:
        words = " ".join(done.stderr.decode("utf-8", "replace").split())[-300:]
        raise AdbError(f"'{search.found}' can't start the adb server: {words or f'exit code {done.returncode}'}.")
    await server.version()


async def connect(server: AdbServer, address: str) -> str:
    """Connects to a phone's adb over the network; `address` is host or host:port. Gives the serial it then has.

    The server answers OKAY whatever comes of it: only its text tells.
    """
    _check_address(address, "5555")
    answer = await server.ask(f"host:connect:{address}", CONNECT_SECONDS)
    if answer.startswith(("connected to ", "already connected to ")):
        return answer.split(" to ", 1)[1].strip()
    raise AdbError(
        f"The phone at {address} can't be connected: {' '.join(answer.split())[:300].rstrip('.')}.",
        "Check the address on the phone (Developer options, Wireless debugging) and that both are in one network; "
        "a phone that was never paired must be paired first.",
    )


async def pair(server: AdbServer, address: str, code: str) -> None:
    """Pairs with a phone by the address and six-digit code it shows under 'Pair device with pairing code'.

    The server answers OKAY whatever comes of it: only its text tells. Source: adb's client/adb_wifi.cpp.
    """
    _check_address(address)
    if not (code.isdecimal() and len(code) == 6):
        raise AdbError("A pairing code has six digits.", "Read it off the phone again.")
    try:
        answer = await server.ask(f"host:pair:{code}:{address}", CONNECT_SECONDS)
    except AdbError as error:
        if "unknown host service" in str(error):
            raise AdbError(
                "The adb that runs here is too old to pair.",
                "Install adb 30 or later (Debian 12's own is 29, Google's platform tools are newer), end the old one "
                "with 'adb kill-server', then try again. A phone on the cable needs no pairing.",
            ) from None
        raise
    if answer.startswith("Successfully paired"):
        return
    if answer.startswith("Failed: Wrong password"):
        raise AdbError(
            f"The phone at {address} doesn't accept that code, or has closed its question.",
            "Codes are good once and for a short time: open 'Pair device with pairing code' again and use the new one.",
        )
    if answer.startswith("Failed: Unable to start"):
        raise AdbError(
            f"Nothing that can be paired answers at {address}.",
            "Give the address that 'Pair device with pairing code' shows while it is open: its port is another than "
            "that of Wireless debugging itself.",
        )
    raise AdbError(f"The phone at {address} was not paired: {' '.join(answer.split())[:300].rstrip('.')}.")


def _check_address(address: str, default_port: str = "") -> None:
    host, _, port = address.rpartition(":") if ":" in address else (address, "", default_port)
    good = host and port.isdecimal() and int(port) < 65536
    if not good or any(character.isspace() or not character.isprintable() for character in address):
        raise AdbError(
            f"'{address}' is not an address.", "Give host:port as the phone shows it, for instance 192.168.1.20:5555."
        )
