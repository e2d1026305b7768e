"""Where the command line's output goes: one JSON document on stdout, words and progress for a person."""

import argparse
import os
import sys
import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from quantscope import documents
from quantscope.precision import Precision

LOG_WIDTH: Final = 120
STYLES: Final = {
    Precision.HYBRID_INT8: "green",
    Precision.HYBRID_INT4: "green",
    Precision.INT8: "green",
    Precision.INT16X8: "green",
    Precision.WEIGHT_ONLY_INT8: "cyan",
    Precision.WEIGHT_ONLY_INT4: "cyan",
    Precision.FLOAT16: "blue",
    Precision.FLOAT32: "yellow",
    Precision.NONE: "dim",
}


def add_json(parser: argparse.ArgumentParser) -> None:
    """The --json flag, the same everywhere."""
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def print_json(document: documents.Document) -> None:
    """The document on stdout."""
    sys.stdout.buffer.write(documents.to_json(document, indent=2) + b"\n")
    sys.stdout.buffer.flush()


def console() -> Console:
    """For people: the terminal if stdout is one, else stderr."""
    terminal = sys.stdout.isatty()
    return Console(stderr=not terminal, highlight=False, width=None if terminal or sys.stderr.isatty() else LOG_WIDTH)


def size(count: int) -> str:
    """Bytes in words a person reads."""
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 1000 or unit == "GB":
            break
    return f"{value:.1f} {unit}" if value < 100 else f"{value:.0f} {unit}"


def counted(number: int, noun: str) -> str:
    """ "1 sample", "2 samples"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shortened(text: str, room: int) -> str:
    """A name in so many characters, its middle left out: what tells names apart is at their ends."""
    if len(text) <= room:
        return text
    head = (room - 1) // 2
    return f"{text[:head]}\u2026{text[len(text) - (room - 1 - head) :]}"


def styled(precision: str) -> str:
    """A precision in its colour."""
    return f"[{STYLES[Precision(precision)]}]{precision}[/]"


class TerminalProgress:
    """A progress bar on stderr if that is a terminal, else nothing; used as a context manager and called with
    progress."""

    def __init__(self) -> None:
        error = Console(stderr=True)
        self.bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            console=error,
            transient=True,
            disable=not error.is_terminal or bool(os.environ.get("CI")),
        )
        self.task = self.bar.add_task("Starting", total=1.0)
        self.next = 0.0

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()

    def __call__(self, fraction: float, text: str) -> None:
        """Shows where the work is."""
        now = time.monotonic()
        if now >= self.next:
            self.next = now + 0.05
            self.bar.update(self.task, completed=fraction, description=text)
