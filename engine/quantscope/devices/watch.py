"""All places to measure, as they come and go: what the window's panel and `quantscope devices --watch` show."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Final

from quantscope.devices import phone
from quantscope.devices.adb import program, tracking
from quantscope.devices.adb.host import AdbServer
from quantscope.devices.adb.tracking import Listed
from quantscope.documents.devices import Devices, Place
from quantscope.errors import DeviceError

RETRY_SECONDS: Final = 2.0
REFRESH_SECONDS: Final = 15.0
ASK_SECONDS: Final = 2.0


async def survey(server: AdbServer, computer: Place, adb: str | None = None) -> Devices:
    """The places there are now, every phone asked what it is. Phones that can't be seen at all are a `problem`."""
    try:
        await program.ensure_server(server, adb)
        entries = await tracking.devices(server)
    except DeviceError as error:
        return _unseen(server, computer, error)
    found = await asyncio.gather(*(phone.described(server, entry) for entry in entries))
    return Devices(server=str(server), places=(computer, *found))


async def watch(server: AdbServer, computer: Place, adb: str | None = None) -> AsyncGenerator[Devices, None]:
    """The places there are, at once and at every change, until closed. Survives the server's end."""
    watcher = _Watcher(server, computer, adb)
    task = asyncio.ensure_future(watcher.run())
    try:
        while True:
            coming = asyncio.ensure_future(watcher.changed())
            await asyncio.wait((coming, task), return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                coming.cancel()
                task.result()  # it only ends by a fault of ours
            yield coming.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Watcher:
    """Follows the server, asks each phone what it is once it is ready and how it fares now and then."""

    def __init__(self, server: AdbServer, computer: Place, adb: str | None) -> None:
        self.server = server
        self.computer = computer
        self.adb = adb
        self.places: dict[str, Place] = {}
        self.readers: dict[str, tuple[Listed, asyncio.Task[None]]] = {}
        self.documents: asyncio.Queue[Devices] = asyncio.Queue()
        self.last: Devices | None = None

    async def changed(self) -> Devices:
        """The newest state, once it is another than before."""
        document = await self.documents.get()
        while not self.documents.empty():
            document = self.documents.get_nowait()
        return document

    async def run(self) -> None:
        try:
            while True:
                try:
                    await program.ensure_server(self.server, self.adb)
                    await self._follow()
                except DeviceError as error:
                    await self._take(())
                    self._say(_unseen(self.server, self.computer, error))
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            await self._take(())

    async def _follow(self) -> None:
        """Takes what the server tells, and asks now and then: some servers don't tell that a phone became
        unauthorized."""
        async with contextlib.aclosing(tracking.track(self.server)) as tracked:
            coming = asyncio.ensure_future(anext(tracked))
            try:
                while True:
                    await asyncio.wait((coming,), timeout=ASK_SECONDS)
                    if coming.done():
                        entries = coming.result()
                        coming = asyncio.ensure_future(anext(tracked))
                    else:
                        entries = await tracking.devices(self.server)
                    await self._take(entries)
            finally:
                coming.cancel()
                await asyncio.wait((coming,))

    async def _take(self, entries: tuple[Listed, ...]) -> None:
        known = {entry.serial: entry for entry in entries}
        for serial, (entry, task) in list(self.readers.items()):
            if known.get(serial) != entry:
                del self.readers[serial]
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        before, self.places = self.places, {}
        for serial, entry in known.items():
            place = phone.listed(entry)
            # What was read stays shown while it is read again.
            self.places[serial] = before[serial] if serial in self.readers and serial in before else place
            if place.ready and serial not in self.readers:
                self.readers[serial] = entry, asyncio.ensure_future(self._read(entry))
        self._tell()

    async def _read(self, entry: Listed) -> None:
        while True:
            place = await phone.described(self.server, entry)
            if entry.serial in self.places:
                self.places[entry.serial] = place
                self._tell()
            await asyncio.sleep(REFRESH_SECONDS)

    def _tell(self) -> None:
        self._say(Devices(server=str(self.server), places=(self.computer, *self.places.values())))

    def _say(self, document: Devices) -> None:
        if document != self.last:
            self.last = document
            self.documents.put_nowait(document)


def _unseen(server: AdbServer, computer: Place, error: DeviceError) -> Devices:
    return Devices(server=str(server), places=(computer,), problem=str(error), remedy=error.remedy)
