"""The live line of a measurement on a terminal."""

import os
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live as Line
from rich.text import Text

from quantscope.documents import Document
from quantscope.documents.profile import Measured, Noticed, Sensed, Standing, Waiting, with_uncertainty


def duration(us: float | None) -> str:
    """Microseconds as people read them, with three digits."""
    if us is None:
        return "–"
    for limit, factor, unit in ((1e3, 1, "µs"), (1e6, 1e3, "ms")):
        if us < limit:
            return f"{us / factor:.3g} {unit}"
    return f"{us / 1e6:.3g} s"


def uncertain(us: float | None, error: float | None) -> str:
    """Microseconds with how far they may be off, where that matters."""
    return duration(us) if us is None else with_uncertainty(us, error, duration)


def model_names(paths: Sequence[str]) -> list[str]:
    """The files' names, with their folders where names alone don't tell them apart."""
    names = [os.path.basename(path) for path in paths]
    return [
        name if len({p for p, n in zip(paths, names, strict=True) if n == name}) == 1 else path
        for name, path in zip(names, paths, strict=True)
    ]


class TerminalLive:
    """One line on stderr if that is a terminal, else only why nothing happens yet; a context manager, and a
    quantscope.live.Live."""

    stopping = False

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.medians: dict[int, float] = {}
        self.speedups: dict[int, str] = {}
        self.celsius: float | None = None
        self.said: set[tuple[str, int | None, str, float | None]] = set()
        self.text = "Starting"
        self.fraction = 0.0
        self.waiting: set[str] = set()
        self.error = Console(stderr=True, highlight=False)
        shown = self.error.is_terminal and not os.environ.get("CI")
        self.line = Line(console=self.error, transient=True, refresh_per_second=8) if shown else None

    def __enter__(self) -> Self:
        if self.line is not None:
            self.line.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.line is not None:
            self.line.stop()

    def __call__(self, fraction: float, text: str) -> None:
        """Shows where the work is."""
        self.fraction, self.text = fraction, text
        self._show()

    def publish(self, document: Document) -> None:
        """Takes in what happened."""
        if isinstance(document, Measured):
            self.medians.setdefault(document.run, document.batch.median)
        elif isinstance(document, Standing):
            self.medians |= document.medians
            for each in document.comparisons:
                self.speedups[each.run] = f"{each.speedup:.2f}x [{each.ci95[0]:.2f}, {each.ci95[1]:.2f}]"
        elif isinstance(document, Sensed):
            self.celsius = document.sensors.celsius
        elif isinstance(document, Waiting) and self.line is None and document.device not in self.waiting:
            self.waiting.add(document.device)
            self.error.print(
                f"Waiting for {document.device} to cool down from {document.celsius:.1f} to {document.wanted:.1f} °C, "
                f"{document.seconds:.0f} s at most",
                markup=False,
            )
        elif isinstance(document, Noticed) and self.line is not None:
            notice = document.notice
            key = (document.device, document.run, notice.code, notice.t)
            if key not in self.said:
                self.said.add(key)
                self.line.console.print(Text(f"! {notice.text}", "yellow"))

    def _show(self) -> None:
        if self.line is None:
            return
        parts = [f"{self.fraction:4.0%} {self.text}"]
        for run, median in self.medians.items():
            name = self.names[run % len(self.names)]
            parts.append(f"{name} {duration(median)} {self.speedups.get(run, '')}".rstrip())
        if self.celsius is not None:
            parts.append(f"{self.celsius:.0f} °C")
        self.line.update(Text("  ".join(parts), no_wrap=True, overflow="ellipsis"))
