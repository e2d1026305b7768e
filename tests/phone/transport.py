"""adbd's side of the transport: packets, the handshake, and streams with one unacknowledged write each.

Source: protocol.txt of Android's adb.
"""

import asyncio
import contextlib
import os
import struct
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final

from tests.phone import shell, sync

if TYPE_CHECKING:
    from tests.phone.emulated import Phone

HEAD: Final = struct.Struct("<6I")
CNXN, OPEN, OKAY, CLSE, WRTE, AUTH = (int.from_bytes(word, "little") for word in
                                      (b"CNXN", b"OPEN", b"OKAY", b"CLSE", b"WRTE", b"AUTH"))  # fmt: skip
VERSION: Final = 0x01000001  # from this version on data has no checksum
MAX_DATA: Final = 1024 * 1024
TOKEN, SIGNATURE, PUBLIC_KEY = 1, 2, 3
FEATURES: Final = "shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir"  # only what is there: adb makes do with it
POLL: Final = 0.02


class ClosedError(Exception):
    """The other side closed the stream."""


class Link:
    """One connection of an adb server."""

    def __init__(self, phone: "Phone", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.phone = phone
        self.reader = reader
        self.writer = writer
        self.streams: dict[int, Stream] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.next = 1
        self.max_data = 4096
        self.online = False
        self.output = 0

    def send(self, command: int, first: int, second: int, data: bytes = b"") -> None:
        check = sum(data) & 0xFFFFFFFF if command in (CNXN, AUTH) else 0  # wanted until versions are agreed
        if not self.writer.is_closing():
            self.writer.write(HEAD.pack(command, first, second, len(data), check, command ^ 0xFFFFFFFF) + data)

    async def serve(self) -> None:
        if self.phone.faults.refusing:
            self.writer.close()
            return
        self.phone.links.add(self)
        try:
            while True:
                command, first, second, length, _, magic = HEAD.unpack(await self.reader.readexactly(HEAD.size))
                if magic != command ^ 0xFFFFFFFF or length > MAX_DATA:
                    return
                data = await self.reader.readexactly(length)
                while self.phone.faults.frozen:
                    await asyncio.sleep(POLL)
                self._take(command, first, second, data)
                await self.writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.phone.links.discard(self)
            for stream in list(self.streams.values()):
                stream.closed()
            self.writer.close()
            if self.tasks:
                await asyncio.wait(self.tasks)

    def cut(self) -> None:
        """Breaks the link as pulling the cable does."""
        self.writer.transport.abort()

    def welcome(self) -> None:
        if self.phone.state != "device":
            banner = f"{self.phone.state}::"
        else:
            names = ";".join(
                f"{name}={self.phone.profile.properties.get(name, '')}"
                for name in ("ro.product.name", "ro.product.model", "ro.product.device")
            )
            banner = f"device::{names};features={FEATURES}"
        self.send(CNXN, VERSION, MAX_DATA, banner.encode())
        self.online = True

    def _take(self, command: int, first: int, second: int, data: bytes) -> None:
        if command == CNXN:
            self.max_data = min(second, MAX_DATA)
            if self.phone.trusting:
                self.welcome()
            else:
                self.send(AUTH, TOKEN, 0, os.urandom(20))
        elif command == AUTH and first == SIGNATURE:
            self.send(AUTH, TOKEN, 0, os.urandom(20))  # a key it doesn't know
        elif command == AUTH and first == PUBLIC_KEY:
            self.phone.asking.add(self)  # the question is on its screen
        elif not self.online:
            return
        elif command == OPEN:
            self._open(data.rstrip(b"\0").decode("utf-8", "replace"), first)
        elif command == OKAY and second in self.streams:
            self.streams[second].acknowledged.set()
        elif command == WRTE and second in self.streams:
            self.streams[second].arrived.put_nowait(data)
        elif command == CLSE and second in self.streams:
            self.streams[second].closed()

    def _open(self, service: str, peer: int) -> None:
        stream = Stream(self, self.next, peer)
        self.next += 1
        work = stream.service(service)
        if work is None:
            self.send(CLSE, 0, peer)
            return
        self.streams[stream.id] = stream
        self.send(OKAY, stream.id, peer)
        task = asyncio.ensure_future(stream.run(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


class Stream:
    """One service on a link."""

    def __init__(self, link: Link, number: int, peer: int) -> None:
        self.link = link
        self.phone = link.phone
        self.id = number
        self.peer = peer
        self.acknowledged = asyncio.Event()
        self.arrived: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.buffer = bytearray()
        self.over = asyncio.Event()
        self.writing = asyncio.Lock()

    def service(self, name: str) -> Coroutine[Any, Any, None] | None:
        kind, _, argument = name.partition(":")
        if kind == "sync":
            return sync.serve(self)
        options = kind.split(",")
        if options[0] == "shell":
            return shell.serve(self, argument, framed="v2" in options)
        return None

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        with contextlib.suppress(ClosedError, ConnectionError):
            await work
        if not self.over.is_set():
            self.closed()
            self.link.send(CLSE, self.id, self.peer)

    def closed(self) -> None:
        self.over.set()
        self.acknowledged.set()
        self.arrived.put_nowait(None)
        self.link.streams.pop(self.id, None)

    async def read(self, size: int) -> bytes:
        """Exactly `size` bytes; acknowledged as they are consumed."""
        while len(self.buffer) < size:
            data = await self.arrived.get()
            if data is None:
                raise ClosedError
            self.buffer += data
            await self._slowly(len(data))
            self.link.send(OKAY, self.id, self.peer)
        taken = bytes(memoryview(self.buffer)[:size])
        del self.buffer[:size]
        return taken

    async def write(self, data: bytes) -> None:
        async with self.writing:
            for start in range(0, len(data), self.link.max_data):
                if self.over.is_set():
                    raise ClosedError
                self.acknowledged.clear()
                self.link.send(WRTE, self.id, self.peer, data[start : start + self.link.max_data])
                await self.acknowledged.wait()
                await self._slowly(min(len(data) - start, self.link.max_data))

    def count_output(self, size: int) -> None:
        """Cuts the link once enough went out."""
        self.link.output += size
        limit = self.phone.faults.cut_after_output
        if limit is not None and self.link.output >= limit:
            self.phone.faults.cut_after_output = None
            self.phone.cut()

    async def _slowly(self, size: int) -> None:
        if rate := self.phone.faults.bytes_per_second:
            await asyncio.sleep(size / rate)
