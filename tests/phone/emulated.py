"""The phone itself: its folder, its faults, and the loop it lives on."""

import asyncio
import posixpath
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from tests.phone.faults import Faults
from tests.phone.profiles import PhoneProfile
from tests.phone.transport import Link

MAPPED: Final = re.compile(r"(?<![\w./-])/(data|sys|sdcard|proc/(?:cpuinfo|meminfo|uptime))(?=[/\s'\";|&)>]|$)")


class Phone:
    """An emulated phone that listens on a port of 127.0.0.1; runs on a thread of its own.

    `trusting` False shows the question whether to allow this computer; `allow()` answers it. `state` other than device
    says so in its greeting (recovery, sideload, bootloader).
    """

    def __init__(self, root: Path, profile: PhoneProfile, *, trusting: bool = True, state: str = "device") -> None:
        self.root = str(root)
        self.profile = profile
        self.trusting = trusting
        self.state = state
        self.faults = Faults()
        self.links: set[Link] = set()
        self.asking: set[Link] = set()
        self.port = 0
        self.loop = asyncio.new_event_loop()
        self.server: asyncio.Server | None = None
        self.thread = threading.Thread(target=self._live, name=f"phone {profile.name}")
        profile.build(root)

    def __enter__(self) -> Self:
        self.server = self.loop.run_until_complete(asyncio.start_server(self._linked, "127.0.0.1", self.port))
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.faults.frozen = False
        self.call(self._close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    @property
    def serial(self) -> str:
        """What adb calls it."""
        return f"127.0.0.1:{self.port}"

    def path(self, path: str) -> Path:
        """Where a file of the phone lies; nothing leads out of its folder."""
        return Path(self.root + posixpath.normpath("/" + path))

    def mapped(self, command: str) -> str:
        """A command with the phone's paths led to its folder."""
        return MAPPED.sub(lambda match: f"{self.root}/{match[1]}", command)

    def environment(self) -> dict[str, str]:
        """What its shell finds: its own commands first, then this computer's."""
        return {"PATH": f"{self.root}/system/bin:/usr/bin:/bin", "HOME": "/", "PHONE": self.root}

    def cut(self) -> None:
        """Breaks every link, as pulling the cable does."""
        for link in list(self.links):
            link.cut()

    def unplug(self) -> None:
        """Breaks every link and takes no new one."""
        self.faults.refusing = True
        self.call(self.cut)

    def plug_in(self) -> None:
        """Takes links again."""
        self.faults.refusing = False

    def allow(self) -> None:
        """Answers the question on its screen with Allow."""
        self.trusting = True

        def welcome() -> None:
            for link in self.asking:
                link.welcome()
            self.asking.clear()

        self.call(welcome)

    def calls(self) -> list[str]:
        """The settings commands (svc, cmd, settings) that were given, in order."""
        log = Path(self.root, "system/calls.log")
        return log.read_text().splitlines() if log.exists() else []

    def call(self, work: Callable[[], object]) -> None:
        """Does `work` on the phone's own thread, and waits for it."""

        async def done() -> None:
            result = work()
            if asyncio.iscoroutine(result):
                await result

        asyncio.run_coroutine_threadsafe(done(), self.loop).result()

    async def _linked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Link(self, reader, writer).serve()

    async def _close(self) -> None:
        assert self.server
        self.server.close()
        self.cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=10)

    def _live(self) -> None:
        asyncio.set_event_loop(self.loop)
        # Children are watched without signals, which reach the main thread alone.
        self.loop.run_forever()
