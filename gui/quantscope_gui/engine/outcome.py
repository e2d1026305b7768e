"""How an engine process or a request to it ended, as values."""

from dataclasses import dataclass
from enum import Enum


class Ending(Enum):
    """Why an engine process is no more."""

    COULD_NOT_START = "could-not-start"
    EXITED = "exited"
    CRASHED = "crashed"
    GARBLED = "garbled"
    INCOMPATIBLE = "incompatible"
    SILENT = "silent"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of an engine process. `exit_code` is a signal's number after a crash on Unix; `stderr` its last words."""

    ending: Ending
    exit_code: int
    stderr: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request got no result: what the engine said, or, with `outcome`, how the engine itself ended."""

    code: str
    message: str
    remedy: str | None = None
    detail: str | None = None
    outcome: Outcome | None = None
