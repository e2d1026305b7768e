"""Files to and from a device: adb's sync protocol."""

import asyncio
import contextlib
import os
import stat as modes
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final

from quantscope.devices.adb.host import AdbServer, Connection
from quantscope.errors import AdbError, DeviceLostError, DeviceRefusedError, DeviceSilentError, OutputError

CHUNK: Final = 64 * 1024
# Blocks go to the socket this many at a time: fewer turns of the event loop, same protocol.
BLOCKS: Final = 8
SILENCE_SECONDS: Final = 20.0
MAX_MESSAGE: Final = 4096
HEAD: Final = struct.Struct("<4sI")
STAT_1: Final = struct.Struct("<3I")
STAT_2: Final = struct.Struct("<IQQIIIIQqqq")

# Called with bytes done and bytes in all; may raise to stop.
Transferred = Callable[[int, int], None]


@dataclass(frozen=True)
class Stat:
    """What is known of a file on the device: st_mode, bytes, seconds since 1970 by the device's clock."""

    mode: int
    bytes: int
    seconds: int

    @property
    def is_file(self) -> bool:
        """Whether it is an ordinary file."""
        return modes.S_ISREG(self.mode)


def nobody(done: int, total: int) -> None:
    """Progress that nobody looks at."""


async def push(
    server: AdbServer,
    serial: str,
    source: str | os.PathLike[str],
    path: str,
    mode: int = 0o644,
    transferred: Transferred = nobody,
    silence: float = SILENCE_SECONDS,
) -> None:
    """Writes a file to the device. Raises DeviceRefusedError in its own words (disk full, no such folder)."""
    if "\0" in path:
        raise DeviceRefusedError("A path on the phone can't hold a zero character.")
    with open(source, "rb", buffering=0) as file:
        total = os.fstat(file.fileno()).st_size
        async with server.stream(serial, "sync:") as connection:
            name = f"{path},{modes.S_IFREG | mode}".encode()
            await connection.send(HEAD.pack(b"SEND", len(name)) + name, silence)
            # The phone may refuse in the midst of it, and goes on swallowing: listen while sending.
            verdict = asyncio.ensure_future(_verdict(connection))
            try:
                await _send(connection, file, total, transferred, silence, verdict)
                await _settled(connection, verdict, silence)
            finally:
                verdict.cancel()
                with contextlib.suppress(asyncio.CancelledError, DeviceLostError, DeviceRefusedError, AdbError):
                    await verdict


async def _send(
    connection: Connection,
    file: IO[bytes],
    total: int,
    transferred: Transferred,
    silence: float,
    verdict: asyncio.Future[None],
) -> None:
    done = 0
    while not verdict.done() and (data := file.read(CHUNK * BLOCKS)):
        view = memoryview(data)
        blocks = [view[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
        await connection.send(b"".join(p for block in blocks for p in (HEAD.pack(b"DATA", len(block)), block)), silence)
        done += len(data)
        transferred(done, total)
    if not verdict.done():
        await connection.send(HEAD.pack(b"DONE", int(os.fstat(file.fileno()).st_mtime) & 0xFFFFFFFF), silence)


async def _settled(connection: Connection, verdict: asyncio.Future[None], silence: float) -> None:
    try:
        await asyncio.wait_for(asyncio.shield(verdict), silence)
    except TimeoutError:
        raise DeviceSilentError(
            f"{connection.about} hasn't confirmed the file for {silence:g} seconds.",
            "Unplug it and plug it in again; if it still doesn't answer, restart it.",
        ) from None


async def _verdict(connection: Connection) -> None:
    kind, length = HEAD.unpack(await connection.read(HEAD.size, None))
    if kind == b"OKAY":
        return
    if kind != b"FAIL":
        raise AdbError(f"{connection.about} answered a push with {kind!r}, which isn't in the protocol.")
    await _refused(connection, length, None)


async def _refused(connection: Connection, length: int, silence: float | None) -> None:
    reason = (await connection.read(min(length, MAX_MESSAGE), silence)).decode("utf-8", "replace")
    full = "No space left" in reason
    raise DeviceRefusedError(
        f"{connection.about} says: {' '.join(reason.split())}.",
        "Free some space on the phone, or clear Quantscope's files from it." if full else None,
    )


async def pull(
    server: AdbServer,
    serial: str,
    path: str,
    target: str | os.PathLike[str],
    *,
    limit: int,
    transferred: Transferred = nobody,
    silence: float = SILENCE_SECONDS,
) -> int:
    """Reads a file of at most `limit` bytes from the device into `target`; gives its size."""
    total = (await stat(server, serial, path)).bytes
    async with server.stream(serial, "sync:") as connection:
        name = path.encode()
        await connection.send(HEAD.pack(b"RECV", len(name)) + name, silence)
        done = 0
        try:
            with open(target, "wb") as file:
                while True:
                    kind, length = HEAD.unpack(await connection.read(HEAD.size, silence))
                    if kind == b"DONE":
                        return done
                    if kind == b"FAIL":
                        await _refused(connection, length, silence)
                    done += length
                    if kind != b"DATA" or length > CHUNK or done > limit:
                        raise DeviceRefusedError(f"{serial} sent '{path}' in a way that can't be right.")
                    file.write(await connection.read(length, silence))
                    transferred(done, max(total, done))
        except OSError as error:
            raise OutputError(f"'{os.fspath(target)}' can't be written: {error.strerror}.") from error


async def stat(server: AdbServer, serial: str, path: str) -> Stat:
    """What the device knows of a file. Raises DeviceRefusedError if it isn't there."""
    features = (await server.ask(f"host-serial:{serial}:features")).split(",")
    name = path.encode()
    async with server.stream(serial, "sync:") as connection:
        if "stat_v2" in features:
            await connection.send(HEAD.pack(b"STA2", len(name)) + name)
            await connection.read(4, SILENCE_SECONDS)
            error, _, _, mode, _, _, _, size, _, seconds, _ = STAT_2.unpack(
                await connection.read(STAT_2.size, SILENCE_SECONDS)
            )
        else:  # sizes modulo 2^32, and zeros for a file that isn't there
            await connection.send(HEAD.pack(b"STAT", len(name)) + name)
            await connection.read(4, SILENCE_SECONDS)
            mode, size, seconds = STAT_1.unpack(await connection.read(STAT_1.size, SILENCE_SECONDS))
            error = 0 if mode else 2
    if error:
        raise DeviceRefusedError(f"{serial} has no file '{path}'.")
    return Stat(mode, size, seconds)
