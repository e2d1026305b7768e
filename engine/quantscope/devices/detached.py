"""A program on the phone that outlives the connection: started in a session of its own, with files for its number, what
it printed and how it ended. A cut cable loses nothing: the result is picked up after reconnecting."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from quantscope.devices.adb.shell import quoted
from quantscope.devices.custody import Custody
from quantscope.devices.workspace import Workspace
from quantscope.errors import DeviceLostError, DeviceSilentError, DeviceStateError, RunError

MAX_OUTPUT: Final = 512 * 1024
RECONNECT_SECONDS: Final = 120.0
RETRY_SECONDS: Final = 0.5
PROBE_SECONDS: Final = 5.0
_ANSWER: Final = re.compile(r"(\d{1,3})\n(.*)", re.DOTALL)


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
        patience = time.monotonic() + self.reconnect_seconds
        while True:
            try:
                answer = await self.workspace.shell(work, seconds)
            except (DeviceLostError, DeviceStateError) as error:
                await self._again(error, patience)
                continue
            except DeviceSilentError:
                await self._hanging(seconds)
                raise
            patience = time.monotonic() + self.reconnect_seconds
            match = _ANSWER.fullmatch(answer.text())
            if match is None:
                raise RunError(
                    f"The program on {self.workspace.serial} was ended by the phone; it said: {answer.complaint()}.",
                    "The phone may be short of memory, or have restarted.",
                )
            return Ended(int(match[1]), match[2])

    async def resilient(self, command: str, silence: float = 20.0) -> str:
        """Output of a short command, through lost connections."""
        patience = time.monotonic() + self.reconnect_seconds
        while True:
            try:
                return (await self.workspace.shell(command, silence)).text()
            except (DeviceLostError, DeviceStateError) as error:
                await self._again(error, patience)

    async def _again(self, error: DeviceLostError | DeviceStateError, patience: float) -> None:
        left = patience - time.monotonic()
        if left <= 0:
            raise error
        self.waiting(f"Waiting up to {left:.0f} s for {self.workspace.serial} to come back: {error}")
        await asyncio.sleep(RETRY_SECONDS)

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
        return (
            f"{quoted('cd', self.workspace.folder)} && {{ rm -f {done}.*; : > lease; "
            f"if [ ! -e {name}.pid ]; then {start} wait $!; fi; "
            f"while [ ! -e {name}.done ] && {alive}; do sleep 0.05; done; "
            f"[ -e {name}.done ] && cat {name}.done {name}.out; }}"
        )
