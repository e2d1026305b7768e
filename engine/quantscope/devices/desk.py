"""Everything there is to do with phones, for callers that aren't asynchronous: the command line, the worker, the
library."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from quantscope.devices import workspace
from quantscope.devices.adb import program
from quantscope.devices.adb.host import DEFAULT_PORT, AdbServer
from quantscope.devices.benchmark.binaries import MACHINES, Programs, official_url
from quantscope.devices.runner import PhoneOptions, PhoneRunner
from quantscope.devices.watch import survey, watch
from quantscope.documents.devices import BenchmarkProgram, Connected, Devices, PhoneDesk, PhoneSettings, Place
from quantscope.documents.profile import THIS_COMPUTER, Settings
from quantscope.errors import DataError, UsageError
from quantscope.folders import data_folder
from quantscope.profile.computer import this_computer
from quantscope.progress import Progress, silent
from quantscope.temporary import replace_with

FILE: Final = "phones.json"
CHECK_SECONDS: Final = 0.1
SERVER_VARIABLES: Final = ("ANDROID_ADB_SERVER_ADDRESS", "ANDROID_ADB_SERVER_PORT")

T = TypeVar("T")


class Desk:
    """Phones as the user has set them up. Settings are read anew at every use: another process may change them."""

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.folder = Path(folder) if folder is not None else data_folder()

    @property
    def settings(self) -> PhoneSettings:
        """As they were saved; the standard ones where the file is missing or damaged."""
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return msgspec.json.decode((self.folder / FILE).read_bytes(), type=PhoneSettings)
        return PhoneSettings()

    def save(self, settings: PhoneSettings) -> None:
        """Keeps settings. Raises UsageError for an address that is none, OutputError where they can't be written."""
        server_at(settings.server)
        self.folder.mkdir(parents=True, exist_ok=True)
        replace_with(self.folder / FILE, msgspec.json.format(msgspec.json.encode(settings), indent=2))

    @property
    def options(self) -> PhoneOptions:
        """What runners need."""
        settings = self.settings
        return PhoneOptions(
            server=server_at(settings.server),
            programs=Programs(self.folder / "programs", settings.programs),
            adb=settings.adb,
            fixed_performance=settings.fixed_performance,
        )

    def describe(self) -> PhoneDesk:
        """The settings, and which benchmark_model is there for each ABI."""
        options = self.options
        official = {abi: url for abi in MACHINES.values() if (url := official_url(abi))}
        programs: dict[str, BenchmarkProgram] = {}
        problems: dict[str, str] = {}
        for abi in MACHINES.values():
            try:
                found = options.programs.find((abi,))
            except DataError as error:
                problems[abi] = str(error)
                continue
            if found is not None:
                chosen = found.path in options.programs.chosen.values()
                programs[abi] = _program(abi, found.path, found.sha256, None if chosen else official.get(abi))
        return PhoneDesk(settings=self.settings, official=official, programs=programs, problems=problems)

    def fetch(self, abi: str, progress: Progress = silent) -> BenchmarkProgram:
        """Downloads the official benchmark_model for an ABI. To be called only when the user has agreed."""
        found = self.options.programs.fetch(abi, progress=progress)
        return _program(abi, found.path, found.sha256, official_url(abi))

    def survey(self) -> Devices:
        """The places to measure that there are now."""
        options = self.options
        return _run(survey(options.server, this_computer_place(), options.adb))

    def watch(self, tell: Callable[[Devices], None], going_on: Callable[[], bool]) -> Devices | None:
        """Tells of the places now and at every change, until `going_on` says no (or raises)."""
        options = self.options
        return _run(_watch(watch(options.server, this_computer_place(), options.adb), tell, going_on))

    def connect(self, address: str) -> Connected:
        """Connects to a phone over the network."""
        options = self.options

        async def work() -> str:
            await program.ensure_server(options.server, options.adb)
            return await program.connect(options.server, address)

        return Connected(serial=_run(work()))

    def pair(self, address: str, code: str) -> Connected:
        """Pairs with a phone over the network."""
        options = self.options

        async def work() -> None:
            await program.ensure_server(options.server, options.adb)
            await program.pair(options.server, address, code)

        _run(work())
        return Connected(serial=None)

    def clean(self, serial: str) -> None:
        """Removes all files of Quantscope's from a phone."""
        _run(workspace.clean(self.options.server, serial))

    def runner(self, serial: str, settings: Settings, progress: Progress) -> PhoneRunner:
        """The runner of a phone."""
        return PhoneRunner(serial, settings, progress, self.options)


def server_at(address: str | None) -> AdbServer:
    """The adb server at host:port; None for that of this computer, or where adb's own variables say. Raises UsageError
    for what is no address."""
    if address is None:
        host, port = (os.environ.get(name, "") for name in SERVER_VARIABLES)
    else:
        host, _, port = address.rpartition(":") if ":" in address else (address, "", str(DEFAULT_PORT))
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        raise UsageError(f"'{address or port}' is no address of an adb server.", "Give host:port.")
    return AdbServer(host or "127.0.0.1", int(port) if port else DEFAULT_PORT)


def this_computer_place() -> Place:
    """This computer among the places."""
    device = this_computer()
    return Place(
        id=THIS_COMPUTER, kind="computer", name=device.name, state="device", ready=True, text="Ready.", device=device
    )


async def _watch(
    watched: AsyncGenerator[Devices, None], tell: Callable[[Devices], None], going_on: Callable[[], bool]
) -> Devices | None:
    last = None
    async with contextlib.aclosing(watched):
        coming = asyncio.ensure_future(anext(watched))
        try:
            while going_on():
                await asyncio.wait((coming,), timeout=CHECK_SECONDS)
                if coming.done():
                    last = coming.result()
                    tell(last)
                    coming = asyncio.ensure_future(anext(watched))
        finally:
            coming.cancel()
            await asyncio.wait((coming,))
    return last


def _program(abi: str, path: str, sha256: str, url: str | None) -> BenchmarkProgram:
    return BenchmarkProgram(abi=abi, path=path, sha256=sha256, bytes=os.path.getsize(path), url=url)


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
