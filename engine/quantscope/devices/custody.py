"""What is changed on a phone while it measures, and how it is put back in every ending.

A small script waits on the phone for as long as the computer renews a lease. It puts back what was changed, ends what
runs and removes the measurement's folder when the computer falls silent: cable pulled for good, window closed, power
lost. It counts its own turns, so the phone's clock may be wrong.
"""

import re
from dataclasses import dataclass
from typing import Final

from quantscope.devices.adb.shell import quoted
from quantscope.devices.workspace import Workspace

TURN_SECONDS: Final = 10.0
TURNS: Final = 18
STAY_AWAKE: Final = "stay_on_while_plugged_in"

# Ends the process groups whose leaders wrote their numbers down. Numbers come from files: nothing else may become one.
# Some shells know no --.
KILL: Final = (
    "for f in *.pid; do p=$(cat \"$f\" 2>/dev/null); case $p in ''|*[!0-9]*|0|1) ;; "
    "*) kill -{signal} -- -$p 2>/dev/null || kill -{signal} -$p 2>/dev/null;; esac; done"
)


@dataclass(frozen=True)
class Change:
    """One setting: how to change it and how to put it back."""

    do: str
    undo: str


def stay_awake(before: str) -> Change:
    """Keeps the screen on while the phone is plugged in; `before` is the setting as it was."""
    value = before.strip()
    back = (
        quoted("settings", "put", "global", STAY_AWAKE, value)
        if re.fullmatch(r"\d{1,3}", value)
        else quoted("settings", "delete", "global", STAY_AWAKE)
    )
    return Change("svc power stayon true", back)


FIXED_PERFORMANCE: Final = Change(
    "cmd power set-fixed-performance-mode-enabled true", "cmd power set-fixed-performance-mode-enabled false"
)


class Custody:
    """Holds the changes made in one measurement."""

    def __init__(self, workspace: Workspace, turn_seconds: float = TURN_SECONDS, turns: int = TURNS) -> None:
        self.workspace = workspace
        self.turn_seconds = turn_seconds
        self.turns = turns
        self.changes: list[Change] = []

    async def begin(self, fixed_performance: bool = False) -> bool:
        """Changes the settings and starts the guard, which knows before they are made how to put them back. False if
        fixed performance was wanted and can't be had."""
        before = await self.workspace.shell(quoted("settings", "get", "global", STAY_AWAKE))
        self.changes = [stay_awake(before.text()), *([FIXED_PERFORMANCE] if fixed_performance else [])]
        await self.workspace.shell(f"{self._here()} && : > lease && {{ {self._guard()} & }}")
        results = [await self.workspace.shell(change.do) for change in self.changes]
        return not fixed_performance or results[-1].code == 0

    async def end(self, silence: float = 20.0) -> None:
        """Puts everything back and ends what runs, the guard too."""
        signal_guard = "g=$(cat guard 2>/dev/null)"
        end_guard = (
            "case $g in ''|*[!0-9]*|0|1) ;; *) kill -KILL -- -$g 2>/dev/null || kill -KILL -$g 2>/dev/null;; esac"
        )
        await self.workspace.shell(
            f"{self._here()} && {{ {signal_guard}; {self._undo()}; {end_guard}; }}; true", silence
        )

    @property
    def renewal_seconds(self) -> float:
        """How often the lease must be renewed: several times before it runs out."""
        return self.turn_seconds * self.turns / 6

    def renewal(self) -> str:
        """The command that renews the lease."""
        return f"{self._here()} && : > lease"

    def kill(self) -> str:
        """The command that ends what runs, politely and then not."""
        return f"{self._here()} && {{ {KILL.format(signal='TERM')}; sleep 0.3; {KILL.format(signal='KILL')}; }}; true"

    def _here(self) -> str:
        return quoted("cd", self.workspace.folder)

    def _undo(self) -> str:
        back = "".join(f"{change.undo} >/dev/null 2>&1; " for change in self.changes)
        return f"{KILL.format(signal='KILL')}; {back}cd / && {quoted('rm', '-rf', self.workspace.folder)}"

    def _guard(self) -> str:
        waiting = (
            f"echo $$ > guard; n=0; while [ $n -lt {self.turns} ]; do sleep {self.turn_seconds:g}; "
            "[ -d ../files ] || exit; "
            "if [ -e lease ]; then rm -f lease; n=0; else n=$((n+1)); fi; done; "
        )
        return f"{quoted('setsid', 'sh', '-c', waiting + self._undo())} </dev/null >/dev/null 2>&1"
