"""What runners say: the worker protocol's events, read strictly, since a converter's process is not to be trusted."""

from typing import Final

import msgspec

MAX_LINE: Final = 4 * 1024 * 1024


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Base of what a runner says."""


class Ready(Event, frozen=True, kw_only=True, tag="ready"):
    """It has its request."""

    protocol: int


class Progress(Event, frozen=True, kw_only=True, tag="progress"):
    """Where it is."""

    fraction: float
    text: str


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """How far one output is from the source's on seeded inputs; `note` says why there is no figure."""

    signature: str
    output: str
    max_abs: float | None
    sqnr_db: float | None
    note: str | None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    checks: tuple[Check, ...]
    warnings: tuple[str, ...]
    versions: dict[str, str]


class Result(Event, frozen=True, kw_only=True, tag="result"):
    """The model is written."""

    document: Outcome


class Failed(Event, frozen=True, kw_only=True, tag="failed"):
    """It will not be."""

    code: str
    message: str
    remedy: str | None = None
    detail: str | None = None


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to convert; see runners/serving.py."""

    id: int = 1
    kind: str
    source: str
    output: str
    work: str
    signatures: tuple[str, ...]
    shapes: dict[str, tuple[int, ...]]
    allow_code: bool
    allow_select_ops: bool
    seed: int


def decode(line: bytes) -> Ready | Progress | Result | Failed:
    """The event on a line. Raises msgspec.MsgspecError if it isn't one."""
    event: Ready | Progress | Result | Failed = msgspec.json.decode(line, type=Ready | Progress | Result | Failed)
    return event
