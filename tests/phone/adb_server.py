"""A private adb server of the real adb: own port, own keys, nothing of the user's seen or touched."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from quantscope.devices.adb.host import AdbServer

ADB = shutil.which("adb")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PrivateServer:
    """Runs while used as a context manager; may be killed and started again."""

    def __init__(self, home: Path) -> None:
        assert ADB, "the Debian package adb is missing: run scripts/system_packages.sh test"
        self.home = home
        self.address = AdbServer(port=free_port())
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name != "ANDROID_ADB_SERVER_ADDRESS"},
            "HOME": str(self.home),
            "ANDROID_ADB_SERVER_PORT": str(self.address.port),
            "ADB_LOCAL_TRANSPORT_MAX_PORT": "5553",  # it looks for no emulators
            "ADB_MDNS_AUTO_CONNECT": "0",
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        assert ADB
        self.process = subprocess.Popen(
            [ADB, "-P", str(self.address.port), "nodaemon", "server"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.address.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the adb server didn't start")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def adb(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Runs the adb binary against this server."""
        assert ADB
        return subprocess.run(
            [ADB, *arguments], env=self.environment, capture_output=True, text=True, timeout=timeout, check=False
        )

    def connect(self, serial: str) -> None:
        """Connects a phone, as a user would."""
        done = self.adb("connect", serial)
        assert "connected to" in done.stdout or "authenticate" in done.stdout, done.stdout + done.stderr
