"""How large the history may grow."""

import contextlib
from pathlib import Path
from typing import Final

import msgspec

from quantscope.errors import UsageError
from quantscope.temporary import replace_with

FILE: Final = "history.json"
# Tens of thousands of measurements of some seconds.
MOST_BYTES: Final = 2_000_000_000
NO_LIMIT: Final = 2**53  # beyond it JSON's numbers aren't exact
REMEDY: Final = "Give one such as 500MB or 2GB."
UNITS: Final = {"kb": 10**3, "mb": 10**6, "gb": 10**9}


class Limit(msgspec.Struct, frozen=True):
    """What is kept of the history: its compressed measurements take at most so many bytes."""

    bytes: int = MOST_BYTES


def read_limit(folder: Path) -> Limit:
    """As it was saved; the standard one where the file is missing or damaged."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Limit)
    return Limit()


def save_limit(folder: Path, limit: Limit) -> None:
    """Keeps it. Raises UsageError for a limit that is none, OutputError where it can't be written."""
    if not 1 <= limit.bytes < NO_LIMIT:
        raise UsageError(f"A history can't be limited to {limit.bytes} bytes.", REMEDY)
    with contextlib.suppress(OSError):  # what is wrong with the folder will show when the file is written
        folder.mkdir(parents=True, exist_ok=True)
    replace_with(folder / FILE, msgspec.json.encode(limit))


def parse_limit(text: str) -> Limit:
    """A size such as 500MB or 2GB. Raises UsageError for anything else."""
    number, unit = text[:-2], text[-2:].lower()
    with contextlib.suppress(ValueError):
        size = float(number) * UNITS.get(unit, 0)
        if 1 <= size < NO_LIMIT:
            return Limit(round(size))
    raise UsageError(f"'{text}' is no size for the history.", REMEDY)
