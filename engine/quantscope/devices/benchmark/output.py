"""What benchmark_model prints, read strictly: bounded text of a program that may be any program.

All numbers on its count= lines are microseconds. It prints two such lines, after the warm-up and after the measured
runs, in forms that differ when there was one run, or none, or all took the same time; a program that was killed prints
neither. Exit codes: 0 on success, 1 on most failures, 134 on fatal ones.
"""

import re
from dataclasses import dataclass
from typing import Final

from quantscope.devices.properties import printable

MAX_TEXT: Final = 1024 * 1024
MAX_LINES: Final = 20_000
MAX_COMPLAINTS: Final = 20

# Builds differ in whether lines begin with their severity.
_SEVERITY: Final = re.compile(r"(?:INFO|WARN|WARNING|ERROR|FATAL): ")
_NUMBER: Final = r"-?\d{1,15}(?:\.\d{1,9})?(?:e[+-]?\d{1,3})?"
_COUNT: Final = re.compile(rf"count=\d{{1,12}}(?: [a-z0-9]{{2,6}}={_NUMBER}(?:\(all same\))?)*")
_PAIR: Final = re.compile(rf"([a-z0-9]{{2,6}})=({_NUMBER})")
_TIMINGS: Final = re.compile(rf"Inference timings in us: Init: ({_NUMBER}), First inference: ({_NUMBER}), .*")
_MEMORY: Final = re.compile(
    rf"Memory footprint delta from the start of the tool \(MB\): init=({_NUMBER}) overall=({_NUMBER})"
)
_PEAK: Final = re.compile(rf"Overall peak memory footprint \(MB\) via periodic monitoring: ({_NUMBER})")
_UNCONSUMED: Final = re.compile(r"Unconsumed cmdline flags: (.{1,500})")
_PARTITIONS: Final = re.compile(r".*executed by the delegate w/ (\d{1,6}) delegate kernels?\..*")
_DROPPED: Final = "Warning: Dropping ProfileBuffer event."
_WHOLE: Final = "the model graph will be completely executed by the delegate"
# Said of one delegate or another; what stands for it in our words.
_DELEGATES: Final = {
    "Created TensorFlow Lite XNNPACK delegate for CPU": "xnnpack",
    "XNNPACK delegate created": "xnnpack",
    "Explicitly applied XNNPACK delegate": "xnnpack",
    "Created TensorFlow Lite delegate for GPU": "gpu",
    "GPU delegate created": "gpu",
    "Explicitly applied GPU delegate": "gpu",
}
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True)
class Timing:
    """One count= line: `count` runs in microseconds. What the line doesn't tell is None; with one run, or none, it
    tells little."""

    count: int
    median: float | None = None
    first: float | None = None
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    std: float | None = None
    p5: float | None = None
    p95: float | None = None


@dataclass(frozen=True)
class Output:
    """What a run of benchmark_model said.

    Times in microseconds, memory in bytes beyond the program's own. `measured` is None unless the measured runs came to
    their end. `delegates` are those it named; `partitions` what it said of their number. `unconsumed` are flags it
    didn't know, `dropped` profile events lost, `complaints` its errors, in order.
    """

    warm_up: Timing | None = None
    measured: Timing | None = None
    init_us: float | None = None
    first_us: float | None = None
    init_bytes: int | None = None
    overall_bytes: int | None = None
    peak_bytes: int | None = None
    delegates: frozenset[str] = frozenset()
    partitions: int | None = None
    whole: bool = False
    unconsumed: tuple[str, ...] = ()
    dropped: bool = False
    complaints: tuple[str, ...] = ()


def parse_output(text: str) -> Output:
    """Reads standard output and error, in any mixture; lines that aren't known are passed over."""
    timings: list[Timing] = []
    complaints: list[str] = []
    unconsumed: list[str] = []
    delegates: set[str] = set()
    numbers: dict[str, float] = {}
    partitions: int | None = None
    whole = dropped = False
    for raw in text[:MAX_TEXT].splitlines()[:MAX_LINES]:
        severity = _SEVERITY.match(raw)
        line = raw[severity.end() :] if severity else raw
        if severity and severity[0] in ("ERROR: ", "FATAL: ") and len(complaints) < MAX_COMPLAINTS:
            complaints.append(printable(line))
        elif _COUNT.fullmatch(line) and len(timings) < 2:
            timings.append(_timing(line))
        elif match := _TIMINGS.fullmatch(line):
            numbers["init"], numbers["first"] = float(match[1]), float(match[2])
        elif match := _MEMORY.fullmatch(line):
            numbers["memory"], numbers["overall"] = float(match[1]), float(match[2])
        elif match := _PEAK.fullmatch(line):
            numbers["peak"] = float(match[1])
        elif match := _UNCONSUMED.fullmatch(line):
            unconsumed += printable(match[1]).split()
        elif line == _DROPPED:
            dropped = True
        else:
            delegates |= {name for start, name in _DELEGATES.items() if line.startswith(start)}
            whole |= _WHOLE in line
            if match := _PARTITIONS.fullmatch(line):
                partitions = int(match[1])
    finished = "init" in numbers and len(timings) == 2
    return Output(
        warm_up=timings[0] if timings else None,
        measured=timings[1] if finished and timings[1].count else None,
        init_us=numbers.get("init"),
        first_us=(numbers.get("first") or None) if finished else None,
        init_bytes=_bytes(numbers.get("memory")),
        overall_bytes=_bytes(numbers.get("overall")),
        peak_bytes=_bytes(numbers.get("peak")),
        delegates=frozenset(delegates),
        partitions=1 if whole else partitions,
        whole=whole,
        unconsumed=tuple(unconsumed[:MAX_COMPLAINTS]),
        dropped=dropped,
        complaints=tuple(each for each in complaints if each != "Benchmarking failed."),
    )


def _timing(line: str) -> Timing:
    values = {name: float(value) for name, value in _PAIR.findall(line)}
    count = int(values["count"])
    if count == 0:
        return Timing(0)
    return Timing(
        count,
        median=values.get("median"),
        first=values.get("first"),
        min=values.get("min"),
        max=values.get("max"),
        mean=values.get("avg"),
        std=values.get("std"),
        p5=values.get("p5"),
        p95=values.get("p95"),
    )


def _bytes(megabytes: float | None) -> int | None:
    return round(megabytes * MEGABYTE) if megabytes is not None and megabytes >= 0 else None
