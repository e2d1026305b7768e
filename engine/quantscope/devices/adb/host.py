"""Speaking to an adb server: requests, and streams to one device."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Final, TypeVar

from quantscope.devices.adb.states import refusal
from quantscope.errors import AdbError, DeviceLostError, DeviceSilentError

DEFAULT_PORT: Final = 5037
CONNECT_SECONDS: Final = 5.0
REPLY_SECONDS: Final = 10.0
BUFFER: Final = 1024 * 1024
MAX_REPLY: Final = 0xFFFF
# Between a serial number that several devices have and the number of a connection.
APART: Final = "#"

T = TypeVar("T")


class Connection:
    """One TCP connection to the server. Once a device is asked for, the stream is the device's and `about` names it in
    errors. A plain socket: asyncio's streams copy what arrives twice more."""

    def __init__(self, link: socket.socket, about: str) -> None:
        self.link = link
        self.about = about
        self.loop = asyncio.get_running_loop()
        self.room = bytearray(BUFFER)
        self.pending = b""

    async def request(self, service: str, seconds: float = REPLY_SECONDS) -> None:
        """Asks for a service; returns once the server has said OKAY. Raises its refusal as a typed error."""
        data = service.encode()
        if len(data) > MAX_REPLY:
            raise AdbError("The command is longer than the adb protocol allows.")
        await self.send(b"%04x" % len(data) + data, seconds)
        status = await self.read(4, seconds)
        if status == b"OKAY":
            return
        if status == b"FAIL":
            raise refusal(self.about, await self.text(seconds))
        raise self._foreign()

    async def text(self, seconds: float | None = REPLY_SECONDS) -> str:
        """A text with its length in four hex digits in front, and where it tells of a failure, FAIL before these."""
        length = await self.read(4, seconds)
        if length == b"FAIL":  # of adb 34 and later
            length = await self.read(4, seconds)
        try:
            size = int(length, 16)
        except ValueError:
            raise AdbError(
                f"What answers as {self.about} doesn't speak adb's protocol.", "Check its address."
            ) from None
        return (await self.read(size, seconds)).decode("utf-8", "replace")

    async def read(self, size: int, seconds: float | None) -> bytes:
        """Exactly `size` bytes."""
        parts = []
        while size > 0:
            data = await self.some(seconds)
            if not data:
                raise self._lost()
            parts.append(data[:size])
            self.pending = data[size:]
            size -= len(parts[-1])
        return b"".join(parts)

    async def some(self, seconds: float | None) -> bytes:
        """The next bytes, empty at the end of the stream."""
        count = await self.into(memoryview(self.room), seconds)
        return bytes(memoryview(self.room)[:count])

    async def into(self, room: memoryview, seconds: float | None) -> int:
        """Reads the next bytes into `room`; gives their number, 0 at the end of the stream."""
        if self.pending:
            data, self.pending = self.pending[: len(room)], self.pending[len(room) :]
            room[: len(data)] = data
            return len(data)
        return await self._within(seconds, self.loop.sock_recv_into(self.link, room))

    async def send(self, data: bytes, seconds: float | None = REPLY_SECONDS) -> None:
        """Writes, and waits while the other side takes nothing in."""
        await self._within(seconds, self.loop.sock_sendall(self.link, data))

    def _foreign(self) -> AdbError:
        return AdbError(f"What answers as {self.about} doesn't speak adb's protocol.", "Check its address.")

    def _lost(self) -> DeviceLostError:
        return DeviceLostError(
            f"The connection to {self.about} was lost.", "Plug it in again; what was measured is kept."
        )

    async def _within(self, seconds: float | None, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError:
            raise DeviceSilentError(
                f"No answer from {self.about} for {seconds:g} seconds.",
                "Unplug it and plug it in again; if it still doesn't answer, restart it.",
            ) from None
        except OSError:
            raise self._lost() from None


@dataclass(frozen=True)
class AdbServer:
    """An adb server by address. Servers of every version are spoken to as they are; none is ever killed."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def local(self) -> bool:
        """Whether the server is on this computer, so that it may be started."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A fresh connection. Raises AdbError where no server listens."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                link = await self._connected()
        except TimeoutError:
            raise AdbError(f"The adb server at {self} doesn't answer.", "Check its address and your network.") from None
        except OSError as error:
            raise AdbError(
                f"There is no adb server at {self}: {error.strerror or error}.",
                "Start one with 'adb start-server', or check the address.",
            ) from None
        with link:
            yield Connection(link, f"the adb server at {self}")

    async def _connected(self) -> socket.socket:
        loop = asyncio.get_running_loop()
        try:  # a number needs no asking
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:
            found = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        refused: OSError = OSError("it has no address")
        for family, kind, protocol, _, address in found:
            link = socket.socket(family, kind, protocol)
            link.setblocking(False)
            try:
                await loop.sock_connect(link, address)
            except OSError as error:
                link.close()
                refused = error
            except BaseException:
                link.close()
                raise
            else:
                return link
        raise refused

    async def ask(self, service: str, seconds: float = REPLY_SECONDS) -> str:
        """The server's answer to a request that has one text for an answer."""
        async with self.connection() as connection:
            await connection.request(service, seconds)
            return await connection.text(seconds)

    async def version(self) -> int:
        """Version of the server's protocol (41 for all of the last years)."""
        answer = await self.ask("host:version")
        try:
            return int(answer, 16)
        except ValueError:
            raise AdbError(f"What listens at {self} is no adb server.", "Check the address.") from None

    @contextlib.asynccontextmanager
    async def stream(self, serial: str, service: str, seconds: float = REPLY_SECONDS) -> AsyncIterator[Connection]:
        """A stream to `service` on device `serial`. Raises DeviceStateError, DeviceLostError or DeviceSilentError."""
        async with self.connection() as connection:
            connection.about = serial
            _, apart, transport = serial.rpartition(APART)
            by_number = bool(apart) and transport.isdecimal()
            await connection.request(
                f"host:transport-id:{transport}" if by_number else f"host:transport:{serial}", seconds
            )
            await connection.request(service, seconds)
            yield connection
