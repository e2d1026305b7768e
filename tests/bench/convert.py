"""What a conversion costs: processor time and peak memory."""

import resource
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from tests.bench import child, tools
from tests.bench.models import Model
from tests.bench.report import Section, at_most
from tests.bench.zoo import Zoo, note

NOTES = """Ratios of ours to the peer's, medians of several, interleaved, each in a fresh process (one of TensorFlow).
*Work*: user + system time from the end of imports to the written file: read, plan, apply, write. *Job*: the same from
the start of Python, imports included, and for ours with the final check (a process of its own), checksums and report,
which the peers do not have. *Peak*: highest resident memory of the process that does the work. litert-quantizer starts
from the same .tflite, TensorFlow from the SavedModel."""
HEADER = (
    "model",
    "work s",
    "job s",
    "peak MB",
    "work / litert-quantizer",
    "job / litert-quantizer",
    "peak / litert-quantizer",
    "work / TensorFlow",
    "job / TensorFlow",
)
MEASURED = (tools.OURS, tools.OURS_CHECKED, *tools.PEERS)
LITERT_QUANTIZER_CPU_BAR, TENSORFLOW_CPU_BAR, PEAK_BAR = 0.7, 0.05, 0.65


class Cost(TypedDict):
    """Seconds of processor time and bytes of memory of one conversion."""

    work: float
    job: float
    peak: float


def run(zoo: Zoo, models: Sequence[Model], runs: int) -> Section:
    """Lets every tool convert every model `runs` times."""
    rows = tuple(row(model.name, costs(zoo, model, runs)) for model in models)
    return Section("convert", "Cost of conversion", NOTES, HEADER, rows)


def costs(zoo: Zoo, model: Model, runs: int) -> Mapping[str, Cost]:
    """Median costs by tool, for the tools that can convert this model."""
    note(f"convert: {model.name}")
    taken: dict[str, list[Cost]] = {tool: [] for tool in MEASURED if zoo.source(tool, model).exists()}
    with tempfile.TemporaryDirectory(dir=zoo.cache) as folder:
        for _ in range(runs):
            for tool in tuple(taken):
                if tool == tools.TENSORFLOW and taken[tool]:  # takes long, and one run tells enough
                    continue
                try:
                    output = Path(folder) / f"{tool}.tflite"
                    taken[tool].append(child.call(measure, tool=tool, source=zoo.source(tool, model), output=output))
                    output.unlink()
                except child.ChildFailed as error:
                    note(f"  {tool}: {error}")
                    del taken[tool]
    return {tool: median(several) for tool, several in taken.items()}


def measure(tool: str, source: str, output: str) -> Cost:
    """Converts once; for a child process."""
    work = tools.TOOLS[tool].load()
    imported = processor_seconds(resource.RUSAGE_SELF)
    work(Path(source), Path(output))
    done = processor_seconds(resource.RUSAGE_SELF)
    return Cost(work=done - imported, job=done + processor_seconds(resource.RUSAGE_CHILDREN), peak=peak_bytes())


def processor_seconds(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def peak_bytes() -> float:
    """Highest resident memory of this process. `ru_maxrss` on Linux counts the parent's memory at the fork too, hence
    the kernel's own figure there."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return float(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def median(several: Sequence[Cost]) -> Cost:
    def of(figures: Sequence[float]) -> float:
        return statistics.median(figures)

    return Cost(
        work=of([cost["work"] for cost in several]),
        job=of([cost["job"] for cost in several]),
        peak=of([cost["peak"] for cost in several]),
    )


def row(name: str, cost: Mapping[str, Cost]) -> tuple[str, ...]:
    ours, checked = cost.get(tools.OURS), cost.get(tools.OURS_CHECKED)
    if ours is None or checked is None:
        return name, "failed", *("-" for _ in HEADER[2:])
    litert, tensorflow = cost.get(tools.LITERT_QUANTIZER), cost.get(tools.TENSORFLOW)
    return (
        name,
        f"{ours['work']:.3f}",
        f"{checked['job']:.3f}",
        f"{ours['peak'] / 1e6:.0f}",
        at_most(ours["work"] / litert["work"], LITERT_QUANTIZER_CPU_BAR) if litert else "-",
        f"{checked['job'] / litert['job']:.3f}" if litert else "-",
        at_most(ours["peak"] / litert["peak"], PEAK_BAR) if litert else "-",
        at_most(ours["work"] / tensorflow["work"], TENSORFLOW_CPU_BAR) if tensorflow else "-",
        f"{checked['job'] / tensorflow['job']:.3f}" if tensorflow else "-",
    )
