"""A program on the phone that outlives the connection: started in a session of its own, with files for its number, what
it printed and how it ended. A cut cable loses nothing: the result is picked up after reconnecting."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from quantscope.devices.adb.shell import quoted
from quantscope.devices.custody import Custody
from quantscope.devices.workspace import Workspace
from quantscope.errors import (
    AdbError,
    DeviceClosedError,
    DeviceLostError,
    DeviceSilentError,
    DeviceStateError,
    RunError,
)

MAX_OUTPUT: Final = 512 * 1024
RECONNECT_SECONDS: Final = 120.0
RETRY_SECONDS: Final = 0.5
PROBE_SECONDS: Final = 5.0
_ANSWER: Final = re.compile(r"(\d{1,3})\n(.*)", re.DOTALL)


T = TypeVar("T")


@dataclass(frozen=True)
class Ended:
    """How a program ended and what it printed, standard output and error together, bounded."""

    code: int
    text: str


class Detached:
    """Runs programs one after the other in the workspace of a phone."""

    def __init__(
        self,
        workspace: Workspace,
        custody: Custody,
        waiting: Callable[[str], None],
        reconnect_seconds: float = RECONNECT_SECONDS,
    ) -> None:
        self.workspace = workspace
        self.custody = custody
        self.waiting = waiting
        self.reconnect_seconds = reconnect_seconds
        self.count = 0

    async def run(self, command: str, seconds: float) -> Ended:
        """Runs a command line to its end, through any number of lost connections.

        Raises DeviceLostError if the phone stays away, DeviceSilentError if it freezes, RunError if the program isn't
        done after `seconds` (it is then ended).
        """
        name = f"p{self.count}"
        done = f"p{self.count - 1}"
        self.count += 1
        work = self._script(name, done, command)
        try:
            answer = await self.through(lambda: self.workspace.shell(work, seconds))
        except DeviceSilentError:
            await self._hanging(seconds)
            raise
        match = _ANSWER.fullmatch(answer.text())
        if match is None:
            raise RunError(
                f"The program on {self.workspace.serial} was ended by the phone; it said: {answer.complaint()}.",
                "The phone may be short of memory, or have restarted.",
            )
        return Ended(int(match[1]), match[2])

    async def through(self, work: Callable[[], Awaitable[T]]) -> T:
        """Does `work`, which may be begun anew, again and again until no connection is lost over it. Raises the last
        error once the phone, or the adb server, has been away for too long.

        What the phone closes at once is a connection that broke just then: what it can't do at all was seen when it was
        opened.
        """
        away_since: float | None = None
        while True:
            began = time.monotonic()
            try:
                return await work()
            except (AdbError, DeviceClosedError, DeviceLostError, DeviceStateError) as error:
                away_since = began if away_since is None else away_since
                left = away_since + self.reconnect_seconds - time.monotonic()
                if left <= 0:
                    raise
                self.waiting(f"Waiting up to {left:.0f} s for {self.workspace.serial} to come back: {error}")
                await asyncio.sleep(min(RETRY_SECONDS, left))

    async def _hanging(self, seconds: float) -> None:
        """Tells a program that hangs from a phone that does: ends the program, or raises DeviceSilentError."""
        await self.workspace.shell("true", PROBE_SECONDS)
        await self.workspace.shell(self.custody.kill(), PROBE_SECONDS)
        raise RunError(f"The program on {self.workspace.serial} wasn't done after {seconds:.0f} seconds and was ended.")

    def _script(self, name: str, done: str, command: str) -> str:
        """Starts the program unless it was started already, and waits for it. The one before may go now: its result has
        arrived."""
        inner = (
            f"echo $$ > {name}.pid; {{ {command}; echo $? > {name}.code; }} 2>&1 | head -c {MAX_OUTPUT} > {name}.out; "
            f"mv {name}.code {name}.done"
        )
        start = f"{quoted('setsid', 'sh', '-c', inner)} </dev/null >/dev/null 2>&1 &"
        alive = f"kill -0 $(cat {name}.pid 2>/dev/null) 2>/dev/null"
        # The number may not have been written yet: where setsid goes on in a process of its own, nothing waits for it.
        gone = f"! {alive} && sleep 0.3 && ! {alive}"
        return (
            f"{quoted('cd', self.workspace.folder)} && {{ rm -f {done}.*; : > lease; "
            f"if [ ! -e {name}.pid ]; then {start} wait $!; fi; "
            f"while [ ! -e {name}.done ]; do if {gone}; then break; fi; sleep 0.05; done; "
            f"[ -e {name}.done ] && cat {name}.done {name}.out; }}"
        )
