"""How much memory a model of 1.2 GB takes beyond the file that is mapped: quantizing with and without calibration,
comparing, finding sensitive operators."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from quantscope.model.edit import ModelEdit, NewTensor, OperatorEdit, SubgraphEdit
from quantscope.model.read import read
from quantscope.model.write import write
from tests.bench.report import Section, at_most
from tests.bench.zoo import Zoo, note
from tests.models import ModelBuilder

NOTES = """Peak memory on a generated model: an embedding of 131,072 x 1,024 and eleven fully connected layers of
4,096 x 4,096, all float32. *Ours* is what our own process allocates (RssAnon), without the pages of the mapped file,
which the system takes back at will; *resident* is with them (RssAnon + RssFile). *Runtime* is what LiteRT allocates in
the processes that run the models, the larger of them: it packs weights into its own layout. Polled every 10 ms. Bar:
ours at most a tenth of the file."""
HEADER = ("job", "file MB", "ours MB", "ours / file", "resident MB", "runtime MB", "seconds")
ROWS, WIDTH, SIDE, LAYERS = 131_072, 1024, 4096, 11
SAMPLES = 32
SHARE_BAR = 0.1
POLL_SECONDS = 0.01
JOBS: Mapping[str, tuple[str, ...]] = {
    "quantize dynamic-int8": ("quantize", "{model}", "-o", "{output}", "--recipe", "dynamic-int8"),
    "compare, all operators": ("compare", "{model}", "{output}", "--samples", "2"),
    "quantize float16": ("quantize", "{model}", "-o", "{output}", "--recipe", "float16"),
    "quantize static-int8": (
        "quantize", "{model}", "-o", "{output}", "--recipe", "static-int8", "--calibration", "{data}",
    ),
    "compare static, all operators": ("compare", "{model}", "{output}", "--data", "{data}", "--samples", "2"),
    "sensitivity, 2 of static-int8": (
        "sensitivity", "{model}", "--recipe", "static-int8", "--calibration", "{data}", "--data", "{data}",
        "--samples", "2", "--worst", "2",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """Float32 weights drawn while they are written."""

    seed: int
    rows: int
    columns: int

    @property
    def size(self) -> int:
        return 4 * self.rows * self.columns

    def chunks(self) -> Iterator[NDArray[np.uint8]]:
        random = np.random.default_rng(self.seed)
        for _ in range(0, self.rows, 1024):
            values = random.standard_normal((1024, self.columns), np.float32) / np.float32(np.sqrt(self.columns))
            yield values.reshape(-1).view(np.uint8)


def run(zoo: Zoo) -> Section:
    """Quantizes and compares the large model by the command line."""
    model = zoo.cache / "large.tflite"
    if not model.exists():
        note(f"writing {model}")
        build(model)
    output, data = zoo.cache / "large.quantized.tflite", zoo.cache / "large.npz"
    np.savez(data, ids=np.random.default_rng(1).integers(0, ROWS, (SAMPLES, 1, 4), np.int32))
    rows = []
    for name, arguments in JOBS.items():
        note(name)
        command = [argument.format(model=model, output=output, data=data) for argument in arguments]
        rows.append((name, *measured(command, model.stat().st_size)))
    output.unlink()
    data.unlink()
    return Section("memory", "Memory", NOTES, HEADER, tuple(rows))


def build(path: Path) -> None:
    """Writes the model without ever holding it."""
    skeleton = ModelBuilder()
    graph = skeleton.subgraph()
    ids = graph.input("ids", (1, 4), "INT32")
    table = graph.constant("table", np.zeros((1, WIDTH), np.float32))
    rows, flat = graph.tensor("rows", (1, 4, WIDTH)), graph.tensor("flat", (1, SIDE))
    shape = graph.constant("shape", np.array([1, SIDE], np.int32))
    graph.operator("GATHER", [table, ids], [rows], schema.GatherOptionsT())
    graph.operator("RESHAPE", [rows, shape], [flat], schema.ReshapeOptionsT(newShape=[1, SIDE]))
    x = flat
    for layer in range(LAYERS):
        y = graph.tensor(f"layer_{layer}", (1, SIDE))
        graph.operator("FULLY_CONNECTED", [x, table, -1], [y], schema.FullyConnectedOptionsT())
        x = y
    graph.outputs = [x]
    small = path.with_suffix(".skeleton")
    small.write_bytes(skeleton.build())
    model = read(small)
    (source,) = model.subgraphs
    weights = [Drawn(0, ROWS, WIDTH), *(Drawn(1 + layer, SIDE, SIDE) for layer in range(LAYERS))]
    first, buffers = len(source.tensors), len(model.buffers)
    tensors = [
        NewTensor(f"weight_{place}", (each.rows, each.columns), "FLOAT32", buffers + place)
        for place, each in enumerate(weights)
    ]
    operators: list[int | OperatorEdit] = []
    for operator in source.operators:
        inputs = tuple(
            first + max(operator.index - 1, 0) if source.tensors[index].name == "table" else index
            for index in operator.inputs
        )
        same = inputs == operator.inputs
        operators.append(operator.index if same else OperatorEdit(operator.index, operator.version, inputs))
    edit = ModelEdit({0: SubgraphEdit({}, tensors, tuple(operators))}, {}, tuple(weights))
    with open(path.with_suffix(".part"), "wb") as file:
        write(model, edit, file)
    path.with_suffix(".part").rename(path)
    small.unlink()


def measured(arguments: Sequence[str], size: int) -> tuple[str, ...]:
    """Cells of one run of the command line: memory of its own process and of those that run models for it."""
    started = time.monotonic()
    command = [sys.executable, "-m", "quantscope", *arguments, "--json"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        ours = resident = runtime = 0
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            anonymous, mapped = memory(process.pid)
            ours, resident = max(ours, anonymous), max(resident, anonymous + mapped)
            runtime = max([runtime, *(memory(child.pid)[0] for child in children(watched))])
            time.sleep(POLL_SECONDS)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}")
    seconds = time.monotonic() - started
    megabytes = [f"{value / 1e6:.0f}" for value in (size, ours, resident, runtime)]
    share = at_most(ours / size, SHARE_BAR)
    return megabytes[0], megabytes[1], share, megabytes[2], megabytes[3], f"{seconds:.1f}"


def children(process: psutil.Process) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return found


def memory(pid: int) -> tuple[int, int]:
    """Bytes that a process has allocated, and bytes of files that it has mapped and in memory; Linux only."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    values = dict(line.split(":", 1) for line in lines if ":" in line)
    return tuple(1024 * int(values.get(name, "0 kB").split()[0]) for name in ("RssAnon", "RssFile"))  # type: ignore[return-value]
