"""Tables of results, for a terminal and for a Markdown file, and the machine they come from."""

import importlib.metadata
import os
import platform
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

PASS, FAIL, UNSURE = "✓", "✗", "~"
PACKAGES = ("quantscope", "ai-edge-litert", "litert-quantizer", "tensorflow-cpu", "tf_keras", "numpy")
INT8_DOT_PRODUCT_FLAGS = frozenset({"avx_vnni", "avx512_vnni", "asimddp", "i8mm"})


@dataclass(frozen=True, slots=True)
class Section:
    """One benchmark's results: `key` names it for good, `notes` say how to read it, `rows` hold finished cells."""

    key: str
    title: str
    notes: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.header, *self.rows, strict=True)]
        lines = [spaced(row, widths) for row in (self.header, *self.rows)]
        return "\n".join([f"== {self.title}", self.notes, "", *lines, ""])

    def markdown(self) -> str:
        rule = tuple("---" for _ in self.header)
        lines = [f"| {' | '.join(row)} |" for row in (self.header, rule, *self.rows)]
        return "\n".join([f"## {self.title}", "", self.notes, "", *lines, "", conditions(), ""])


def spaced(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def judged(text: str, passed: bool) -> str:
    return f"{text} {PASS if passed else FAIL}"


def at_most(value: float, bar: float) -> str:
    """`value` with its bar and whether it keeps it."""
    return judged(f"{value:.3f} (≤ {bar:g})", value <= bar)


def conditions() -> str:
    """Machine, versions, date and command, in one paragraph."""
    versions = ", ".join(f"{name} {version}" for name, version in installed(PACKAGES))
    command = shlex.join(["python", "-m", "tests.bench", *sys.argv[1:]])
    return f"Measured {date.today()} by `{command}` on {machine()}; Python {platform.python_version()}, {versions}."


def installed(packages: Iterable[str]) -> Iterable[tuple[str, str]]:
    for name in packages:
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue


def machine() -> str:
    """Processor, cores and, since hybrid kernels depend on it, whether it multiplies int8 natively."""
    facts = Path("/proc/cpuinfo")
    text = facts.read_text() if facts.exists() else ""
    model = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    flags = set(text.split()) & INT8_DOT_PRODUCT_FLAGS
    dot_product = f"int8 dot product: {', '.join(sorted(flags)) or 'no'}" if text else "int8 dot product: unknown"
    processor = model.group(1) if model else platform.processor()
    return f"{platform.system()} {platform.machine()}, {processor}, {os.cpu_count()} cores, {dot_product}"


def write_section(path: Path, section: Section) -> None:
    """Puts `section` into the Markdown file at `path`, in place of what it held under the same key."""
    start, end = f"<!-- bench:{section.key} -->", f"<!-- /bench:{section.key} -->"
    block = f"{start}\n{section.markdown()}{end}\n"
    text = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n\n"
    before, found, rest = text.partition(start)
    after = rest.partition(end)[2].removeprefix("\n")
    path.write_text(before + block + after if found else f"{text.rstrip()}\n\n{block}", encoding="utf-8")
