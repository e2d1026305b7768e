"""Our folder on a phone: files named by their content, so that a stale model is never measured, and one folder for each
measurement under way."""

import os
import re
from collections.abc import Callable
from typing import Final

from quantscope.devices.adb import sync
from quantscope.devices.adb.host import AdbServer
from quantscope.devices.adb.shell import Completed, quoted, run
from quantscope.errors import DeviceRefusedError

ROOT: Final = "/data/local/tmp/quantscope"
# Reading a model back to know its hash takes its time on a slow phone.
HASH_SECONDS: Final = 120.0
_SHA256: Final = re.compile(r"\\?([0-9a-f]{64})\b")

Transferred = Callable[[int, int], None]


class Workspace:
    """The folder on one phone."""

    def __init__(self, server: AdbServer, serial: str, run_name: str) -> None:
        self.server = server
        self.serial = serial
        self.files = f"{ROOT}/files"
        self.folder = f"{ROOT}/{run_name}"

    async def make(self) -> None:
        """Makes the folders. Raises DeviceRefusedError where the phone won't have them."""
        done = await self.shell(quoted("mkdir", "-p", self.files, self.folder))
        if done.code:
            raise DeviceRefusedError(
                f"{self.serial} has no room for Quantscope's files: {done.complaint()}.",
                "Free some space on the phone; /data/local/tmp must be writable.",
            )

    async def put(
        self, source: str | os.PathLike[str], sha256: str, mode: int = 0o644, transferred: Transferred = sync.nobody
    ) -> str:
        """Puts a file there unless it is, and gives its path. It goes by the content it has on the phone, read back."""
        path = f"{self.files}/{sha256}"
        if await self._hash(path) == sha256:
            await self.shell(quoted("chmod", format(mode, "o"), path))
            return path
        part = f"{path}.part"
        await sync.push(self.server, self.serial, source, part, mode, transferred)
        arrived = await self._hash(part)
        if arrived not in (sha256, None):
            await self.shell(quoted("rm", "-f", part))
            raise DeviceRefusedError(
                f"What arrived on {self.serial} isn't what was sent.",
                "Try another cable, or check the phone's storage.",
            )
        moved = await self.shell(f"{quoted('chmod', format(mode, 'o'), part)} && {quoted('mv', '-f', part, path)}")
        if moved.code:
            raise DeviceRefusedError(f"{self.serial} can't keep the file: {moved.complaint()}.")
        return path

    async def shell(self, command: str, silence: float = 20.0) -> Completed:
        """Runs a short command."""
        return await run(self.server, self.serial, command, silence=silence)

    async def _hash(self, path: str) -> str | None:
        """The sha256 that the phone finds in a file; None if there is no file, or the phone can't tell."""
        done = await self.shell(quoted("sha256sum", path), HASH_SECONDS)
        match = _SHA256.match(done.text()) if done.code == 0 else None
        return match[1] if match else None


async def clean(server: AdbServer, serial: str) -> None:
    """Removes everything Quantscope ever left on a phone."""
    await run(server, serial, quoted("rm", "-rf", ROOT), silence=60)
