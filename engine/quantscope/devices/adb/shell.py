"""Shell protocol version 2: standard output, standard error and exit code apart.

A stream that ends without its exit packet is a lost connection, never a success: that is what the adb binary gets
wrong. Every word of a command is parsed once more by the phone's shell; `quoted` makes that harmless.
"""

import contextlib
import shlex
import struct
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from quantscope.devices.adb.host import BUFFER, REPLY_SECONDS, AdbServer
from quantscope.errors import DeviceLostError, DeviceRefusedError

OUTPUT_LIMIT: Final = 4 * 1024 * 1024
COMMAND_SECONDS: Final = 20.0
MAX_PACKET: Final = 8 * 1024 * 1024
HEAD: Final = struct.Struct("<BI")


class Channel(IntEnum):
    """Packet identifiers. Source: shell_protocol.h of adb."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    EXIT = 3
    CLOSE_STDIN = 4


@dataclass(frozen=True)
class Completed:
    """A command that ended by itself."""

    code: int
    stdout: bytes
    stderr: bytes

    def text(self) -> str:
        """Standard output, with what isn't UTF-8 replaced."""
        return self.stdout.decode("utf-8", "replace")

    def complaint(self) -> str:
        """What it said went wrong, in one line."""
        return " ".join((self.stderr or self.stdout).decode("utf-8", "replace").split())[-300:]


def quoted(*words: str) -> str:
    """A command line whose words arrive as they are."""
    return shlex.join(words)


async def packets(
    server: AdbServer, serial: str, command: str, silence: float | None = COMMAND_SECONDS
) -> AsyncGenerator[tuple[Channel, bytes], None]:
    """Runs `command`; yields its output as it comes, and last (Channel.EXIT, one byte).

    Raises DeviceLostError when the stream ends before that, DeviceSilentError after `silence` seconds without a byte.
    """
    seconds = REPLY_SECONDS if silence is None else min(silence, REPLY_SECONDS)
    async with server.stream(serial, f"shell,v2,raw:{command}", seconds) as connection:
        room = bytearray(BUFFER)
        have = 0
        while count := await connection.into(memoryview(room)[have:], silence):
            have += count
            start = 0
            while have - start >= HEAD.size:
                kind, length = HEAD.unpack_from(room, start)
                end = start + HEAD.size + length
                if have < end:
                    break
                body = bytes(memoryview(room)[start + HEAD.size : end])
                start = end
                if kind in (Channel.STDOUT, Channel.STDERR):
                    yield Channel(kind), body
                elif kind == Channel.EXIT:
                    yield Channel.EXIT, body[:1] or b"\0"
                    return
            room[: have - start] = room[start:have]
            have -= start
            if have == len(room):
                if have > MAX_PACKET:
                    raise DeviceRefusedError(f"{serial} answered in a way that can't be right.")
                room += bytes(have)
        raise DeviceLostError(f"The connection to {serial} was lost.", "Plug it in again; what was measured is kept.")


async def run(
    server: AdbServer,
    serial: str,
    command: str,
    *,
    silence: float | None = COMMAND_SECONDS,
    limit: int = OUTPUT_LIMIT,
) -> Completed:
    """Runs a command to its end.

    Output is bounded: a command that says more than `limit` bytes is abandoned with DeviceRefusedError.
    """
    output: dict[Channel, bytearray] = {Channel.STDOUT: bytearray(), Channel.STDERR: bytearray()}
    code = 0
    async with contextlib.aclosing(packets(server, serial, command, silence)) as arriving:
        async for channel, data in arriving:
            if channel is Channel.EXIT:
                code = data[0]
                continue
            output[channel] += data
            if sum(map(len, output.values())) > limit:
                raise DeviceRefusedError(f"{serial} answered with more than {limit // 1024} KiB, which can't be right.")
    return Completed(code, bytes(output[Channel.STDOUT]), bytes(output[Channel.STDERR]))
