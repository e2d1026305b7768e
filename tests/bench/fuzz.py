"""Damages model files in every way a file can be damaged and watches what reading, planning and writing do with them.

    python -m tests.bench.fuzz [--cases 10000] [--seed 0]

Each case is one mutated file, determined by its number and the seed; `--first N --cases 1` repeats case N. Half of
the cases are files with damaged bytes, half are well-formed files that say something nonsensical. Cases run in child
processes that may neither die, nor take more than 2 s of processor time or a bounded amount of memory for a case. Only
ModelReadError and ModelUnsupportedError may come out of reading, only QuantscopeError out of what follows, and what was
written must be readable again. Exits with 1 if any case broke a rule. Linux and macOS.
"""

import argparse
import io
import itertools
import json
import math
import os
import queue
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

import quantscope
from quantscope.errors import ModelReadError, ModelUnsupportedError, QuantscopeError
from quantscope.model.edit import ModelEdit
from quantscope.model.metadata import input_ranges
from quantscope.model.write import write
from quantscope.quantize.apply import write_quantized
from tests.engine.specimens import SPECIMENS, zoo_models
from tests.models import ModelBuilder, tfl

CASES: Final = 10_000
SECONDS: Final = 2.0  # of processor time for one case
MEMORY: Final = 128 << 20  # bytes that the process may grow by over all its cases, beyond what intact files took
ADDRESSES: Final = 1 << 30  # bytes of address space it may add; beyond, allocation fails
SILENCE: Final = 60.0  # seconds without a sign of life after which a child hangs in something that takes no time
LARGEST: Final = 2 << 20  # bytes of a zoo model that is still worth damaging: larger ones are weights and nothing else
LARGEST_REPACKED: Final = 1 << 20

INTERESTING: Final = (0, 1, 2, 3, 4, 7, 8, 12, 15, 16, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000,
    0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFF0, 0xFFFFFFFC, 0xFFFFFFFE, 0xFFFFFFFF)  # fmt: skip
INTERESTING_OPERATORS: Final = tuple(
    getattr(tfl.BuiltinOperator, name) for name in (
        "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "BATCH_MATMUL", "LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM",
        "BIDIRECTIONAL_SEQUENCE_LSTM", "RNN", "UNIDIRECTIONAL_SEQUENCE_RNN", "BIDIRECTIONAL_SEQUENCE_RNN", "SVDF",
        "EMBEDDING_LOOKUP", "GATHER", "TRANSPOSE_CONV", "DEQUANTIZE", "DENSIFY", "WHILE", "RESHAPE", "CUSTOM",
    )
)  # fmt: skip

Random = np.random.Generator
Mutation = Callable[[Random, bytearray, "Seed"], None]


@dataclass(frozen=True, slots=True)
class Seed:
    """An intact file and where its structure is: references forward, what they lead to, vtables.

    `unpackable`: the schema's object API holds all of it, and fast.
    """

    name: str
    content: bytes
    offsets: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    vtables: npt.NDArray[np.int64]
    unpackable: bool

    @classmethod
    def of(cls, name: str, content: bytes, folder: str) -> "Seed":
        path = os.path.join(folder, "seed.tflite")
        Path(path).write_bytes(content)
        model = quantscope.load(path)
        references = model.references
        forward = [each for each in references if not each.backward]
        return cls(
            name,
            content,
            np.unique(np.concatenate([each.locations for each in forward])),
            np.unique(np.concatenate([each.targets for each in forward])),
            np.unique(np.concatenate([each.targets for each in references if each.backward])),
            not any(buffer.external for buffer in model.buffers) and len(content) < LARGEST_REPACKED,
        )


# Mutations -----------------------------------------------------------------------------------------------------------


def _put(data: bytearray, at: int, value: int, width: int = 4) -> None:
    if 0 <= at <= len(data) - width:
        data[at : at + width] = (value & (1 << 8 * width) - 1).to_bytes(width, "little")


def _get(data: bytearray, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _value(random: Random, data: bytearray) -> int:
    """A number that is likely to hurt: a limit, the file's size or near it, or anything."""
    kind = random.integers(4)
    if kind == 0:
        return int(random.choice(INTERESTING))
    if kind == 1:
        return len(data) + int(random.integers(-16, 17))
    if kind == 2:
        return int(random.integers(0, 2**32))
    return int(random.integers(0, 64))


def flip_bits(random: Random, data: bytearray, seed: Seed) -> None:
    for at in random.integers(0, len(data), random.integers(1, 9)).tolist():
        data[at] ^= 1 << int(random.integers(8))


def flip_structure(random: Random, data: bytearray, seed: Seed) -> None:
    places = (seed.offsets, seed.targets, seed.vtables)[random.integers(3)]
    for at in (random.choice(places, random.integers(1, 5)) + random.integers(-4, 32)).tolist():
        if 0 <= at < len(data):
            data[at] ^= 1 << int(random.integers(8))


def overwrite(random: Random, data: bytearray, seed: Seed) -> None:
    at = int(random.integers(0, len(data)))
    noise = random.bytes(int(random.integers(1, 65)))
    data[at : at + len(noise)] = noise


def truncate(random: Random, data: bytearray, seed: Seed) -> None:
    at = int(random.choice(seed.targets)) if random.integers(2) else int(random.integers(0, len(data)))
    del data[at + int(random.integers(0, 9)) :]


def delete(random: Random, data: bytearray, seed: Seed) -> None:
    at = int(random.integers(0, len(data)))
    del data[at : at + int(random.integers(1, 129))]


def insert(random: Random, data: bytearray, seed: Seed) -> None:
    at = int(random.integers(0, len(data)))
    data[at:at] = random.bytes(int(random.integers(1, 129)))


def splice(random: Random, data: bytearray, seed: Seed) -> None:
    """Copies a stretch of the file over another."""
    source, target = (int(at) for at in random.choice(seed.targets, 2))
    size = int(random.integers(4, 257))
    stretch = data[source : source + size]
    if target + len(stretch) <= len(data):
        data[target : target + len(stretch)] = stretch


def rewrite_offset(random: Random, data: bytearray, seed: Seed) -> None:
    """Points a reference somewhere else, mostly at something that makes sense elsewhere."""
    at = int(random.choice(seed.offsets))
    aim = int(random.choice(seed.targets)) - at if random.integers(4) else _value(random, data)
    _put(data, at, aim)


def rewrite_vtable(random: Random, data: bytearray, seed: Seed) -> None:
    """Changes a vtable's size, the table's size, or where a field is."""
    at = int(random.choice(seed.vtables)) + 2 * int(random.integers(0, 14))
    _put(data, at, int(random.integers(0, 64)) if random.integers(2) else _value(random, data), 2)


def inflate(random: Random, data: bytearray, seed: Seed) -> None:
    """Makes a vector claim more elements, or another number of them."""
    at = int(random.choice(seed.targets))
    count = _get(data, at)
    new = (count + 1, count * 2, max(0, count - 1), len(data) // 4, len(data), 2**31, 2**32 - 1)[random.integers(7)]
    _put(data, at, new)


def set_number(random: Random, data: bytearray, seed: Seed) -> None:
    """Overwrites a number behind something that is referred to: a scalar of a table, an element of a list."""
    at = int(random.choice(seed.targets)) + 4 * int(random.integers(0, 12))
    width = int(random.choice((1, 2, 4, 8)))
    _put(data, at, _value(random, data), width)


MUTATIONS: Final[Sequence[Mutation]] = (
    flip_bits, flip_structure, overwrite, truncate, delete, insert, splice, rewrite_offset, rewrite_vtable, inflate,
    set_number, set_number, rewrite_offset, flip_structure,
)  # fmt: skip


# Mutations of meaning: the file is well-formed, but what it says is nonsense ------------------------------------------


def rewire(random: Random, model: Any) -> None:
    """Changes what an operator or a subgraph reads and writes."""
    graph = _any(random, model.subgraphs)
    owner = _any(random, graph.operators or [graph]) if random.integers(4) else graph
    name = _any(random, ("inputs", "outputs"))
    tensors = [*_list(getattr(owner, name))]
    other = int(random.integers(-1 if owner is not graph else 0, len(graph.tensors)))
    kind = random.integers(5)
    if kind == 0 or not tensors:
        tensors.append(other)
    elif kind == 1:
        tensors.pop(random.integers(len(tensors)))
    elif kind == 2:
        tensors.clear()
    else:
        tensors[random.integers(len(tensors))] = other
    setattr(owner, name, tensors)


def retype_operator(random: Random, model: Any) -> None:
    code = _any(random, model.operatorCodes)
    code.builtinCode = int(random.choice([*INTERESTING_OPERATORS, int(random.integers(0, 210))]))
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)


def change_options(random: Random, model: Any) -> None:
    """Changes, removes or swaps an operator's options."""
    operators = [each for graph in model.subgraphs for each in graph.operators or []]
    if not operators:
        return
    operator, other = _any(random, operators), _any(random, operators)
    kind = random.integers(6)
    if kind == 0:
        operator.builtinOptions, operator.builtinOptionsType = None, 0
    elif kind == 1:
        operator.builtinOptions, operator.builtinOptionsType = other.builtinOptions, other.builtinOptionsType
    elif operator.builtinOptions is not None and vars(operator.builtinOptions):
        name = _any(random, sorted(vars(operator.builtinOptions)))
        now = getattr(operator.builtinOptions, name)
        if isinstance(now, bool):
            setattr(operator.builtinOptions, name, not now)
        elif isinstance(now, int):
            setattr(operator.builtinOptions, name, int(random.choice((-1, 0, 1, 2, 3, 127))))


def reshape(random: Random, model: Any) -> None:
    """Gives a tensor another shape, of the same number of elements or of any, or dynamic dimensions."""
    tensor = _any(random, _any(random, model.subgraphs).tensors)
    shape = [*_list(tensor.shape)]
    kind = random.integers(7)
    if kind == 0:
        shape = [min(math.prod(shape), 2**31 - 1)]
    elif kind == 1:
        random.shuffle(shape)
    elif kind == 2:
        shape = [1, *shape]
    elif kind == 3:
        shape = [*shape, 1]
    elif kind == 4 and shape:
        shape[random.integers(len(shape))] = int(random.choice((0, 1, 65536, 2**31 - 1)))
    elif kind == 5:
        shape = []
    else:
        tensor.shapeSignature = [size if random.integers(2) else -1 for size in shape]
        return
    tensor.shape, tensor.shapeSignature = shape, None


def retype_tensor(random: Random, model: Any) -> None:
    tensor = _any(random, _any(random, model.subgraphs).tensors)
    kind = random.integers(4)
    if kind == 0:
        tensor.type = int(random.integers(0, 23))
    elif kind == 1:
        tensor.isVariable = not tensor.isVariable
    elif kind == 2:
        tensor.buffer = int(random.integers(len(model.buffers)))
    else:
        scales = random.choice((0.0, -1.0, 1e-40, 0.5, np.inf, np.nan), random.integers(1, 70)).tolist()
        tensor.quantization = tfl.QuantizationParametersT(
            scale=scales, zeroPoint=[0] * int(random.integers(0, 3)), quantizedDimension=int(random.integers(-1, 5))
        )


def reorder(random: Random, model: Any) -> None:
    """Shuffles, repeats or removes operators."""
    graph = _any(random, model.subgraphs)
    operators = [*(graph.operators or [])]
    kind = random.integers(3)
    if kind == 0:
        random.shuffle(operators)
    elif kind == 1:
        operators.insert(random.integers(len(operators) + 1), _any(random, operators or [None]))
    elif operators:
        operators.pop(random.integers(len(operators)))
    graph.operators = [operator for operator in operators if operator is not None]


def poison(random: Random, model: Any) -> None:
    """Puts other numbers into a constant."""
    buffer = _any(random, model.buffers)
    if buffer.data is not None and len(buffer.data) >= 4:
        data = np.array(buffer.data, np.uint8)
        values = data[: data.size // 4 * 4].view("<f4")
        values[random.integers(values.size)] = random.choice((np.inf, np.nan, 3e38, 1e-45, -0.0, 70000.0))
        if not random.integers(4):
            values[:] = values[0]
        buffer.data = data


MEANINGS: Final[Sequence[Callable[[Random, Any], None]]] = (
    rewire, rewire, retype_operator, change_options, reshape, reshape, retype_tensor, reorder, poison,
)  # fmt: skip


def _any(random: Random, items: Sequence[Any]) -> Any:
    return items[random.integers(len(items))]


def _list(items: Any) -> list[int]:
    return [] if items is None or isinstance(items, int) else [int(item) for item in items]


def nonsense(random: Random, content: bytes) -> tuple[list[str], bytes]:
    """A file rewritten with a few changes of meaning."""
    model = tfl.ModelT.InitFromPackedBuf(content)
    done = []
    for _ in range(int(random.choice((1, 2, 3, 5)))):
        mutation = _any(random, MEANINGS)
        mutation(random, model)
        done.append(mutation.__name__)
    return done, ModelBuilder(model).build()


def mutated(number: int, seed: int, seeds: Sequence[Seed]) -> tuple[str, bytes]:
    """Case `number`: what was done to which file, and the result."""
    random = np.random.default_rng((seed, number))
    origin = seeds[random.integers(len(seeds))]
    done: list[str] = []
    content = origin.content
    if number % 2 and origin.unpackable:
        done, content = nonsense(random, content)
        if random.integers(4):
            return f"{origin.name}: {', '.join(done)}", content
    data = bytearray(content)
    for _ in range(int(random.choice((1, 1, 1, 2, 3, 6)))):
        mutation = MUTATIONS[random.integers(len(MUTATIONS))]
        mutation(random, data, origin)
        done.append(mutation.__name__)
        if len(data) < 8:
            break
    return f"{origin.name}: {', '.join(done)}", bytes(data)


# One case ------------------------------------------------------------------------------------------------------------


def exercise(path: str, number: int) -> str:
    """Reads, plans, writes and reads again, as a job does. Returns how far it came; raises what it should not."""
    try:
        model = quantscope.load(path)
    except (ModelReadError, ModelUnsupportedError):
        return "refused"
    input_ranges(model)
    recipe, target = list(itertools.product(("dynamic-int8", "float16"), ("xnnpack", "builtin")))[number % 4]
    try:
        plan = quantscope.plan(model, recipe, target)
        quantscope.inspect(plan)
    except QuantscopeError:
        return "not planned"
    outcome = "planned"
    for change in (
        lambda file: write(model, ModelEdit({}, {}, ()), file, flatbuffer_limit=2**30 if number % 3 else 0),
        lambda file: write_quantized(plan, file),
    ):
        file = io.BytesIO()
        try:
            change(file)
        except QuantscopeError:
            continue
        outcome = "written"
        again = path + ".written"
        Path(again).write_bytes(file.getvalue())
        quantscope.load(again)
    return outcome


# The child -----------------------------------------------------------------------------------------------------------


def child(first: int, last: int, step: int, seed: int, largest: int) -> None:
    """Runs cases, announcing each on stdout as a JSON line, and its outcome."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case.tflite")
        seeds = intact(folder, largest)
        for number, each in itertools.product(range(4), seeds):
            Path(path).write_bytes(each.content)
            exercise(path, number)
        base = _peak()
        addresses = _addresses() + ADDRESSES
        resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))
        for number in range(first, last, step):
            what, content = mutated(number, seed, seeds)
            _say({"case": number, "what": what})
            Path(path).write_bytes(content)
            # The signal's default action ends the process, so that not even compiled code can go on.
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            try:
                outcome = exercise(path, number)
            except BaseException as error:
                outcome = "wrong error"
                _say({"case": number, "error": _last_lines(error)})
            signal.setitimer(signal.ITIMER_PROF, 0)
            if _peak() - base > MEMORY:
                _say({"case": number, "error": f"memory grew by {(_peak() - base) >> 20} MB"})
                base = _peak()
            _say({"case": number, "outcome": outcome})


def intact(folder: str, largest: int) -> list[Seed]:
    """The files to damage."""
    files = {name: build() for name, build in SPECIMENS.items()}
    files |= {path.stem: path.read_bytes() for path in zoo_models() if path.stat().st_size <= largest}
    return [Seed.of(name, content, folder) for name, content in files.items()]


def _say(message: Mapping[str, object]) -> None:
    print(json.dumps(message), flush=True)


def _last_lines(error: BaseException) -> str:
    return " | ".join("".join(traceback.format_exception(error)).splitlines()[-7:])


def _peak() -> int:
    """Bytes of memory that the process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _addresses() -> int:
    if not os.path.exists("/proc/self/statm"):
        return 1 << 40
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


# The parent ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Report:
    """How many cases came how far, and what went wrong: (case, what was done, what happened)."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str, str]] = field(default_factory=list)


def run(first: int, cases: int, seed: int = 0, processes: int = 1, largest: int = LARGEST) -> Report:
    """Runs `cases` cases from number `first` on."""
    report = Report()
    threads = [
        threading.Thread(target=_drive, args=(report, first + lane, first + cases, processes, seed, largest))
        for lane in range(processes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report.failures.sort()
    return report


def _drive(report: Report, first: int, last: int, step: int, seed: int, largest: int) -> None:
    """Runs one lane of cases; a child that dies is a failure of its case and is replaced behind that case."""
    at = first
    while at < last:
        command = [sys.executable, "-m", "tests.bench.fuzz", "--child", *map(str, (at, last, step, seed, largest))]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment())
        case, what = None, ""
        for message in _messages(process):
            if "what" in message:
                case, what = int(str(message["case"])), str(message["what"])
            elif "error" in message:
                report.failures.append((case or 0, what, str(message["error"])))
            else:
                report.outcomes[str(message["outcome"])] += 1
        code = process.wait()
        if code == 0:
            return
        died = f"took more than {SECONDS} s" if code == -signal.SIGPROF else f"ended the process with {code}"
        report.failures.append((at if case is None else case, what or "start", died))
        report.outcomes["died"] += 1
        if case is None:
            return
        at = case + step


def _messages(process: "subprocess.Popen[str]") -> Iterator[Mapping[str, object]]:
    """What the child says; a child that is silent for too long is ended."""
    lines: queue.Queue[str | None] = queue.Queue()
    assert process.stdout is not None
    stream = process.stdout

    def pump() -> None:
        for line in stream:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=pump, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=SILENCE)
        except queue.Empty:
            process.kill()
            continue
        if line is None:
            return
        yield json.loads(line)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.bench.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--child", type=int, nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(*arguments.child)
        return 0
    report = run(arguments.first, arguments.cases, arguments.seed, arguments.processes)
    for case, what, happened in report.failures:
        print(f"case {case} ({what}): {happened}")
    print(f"{arguments.cases} damaged files: {dict(report.outcomes)}; {len(report.failures)} broke the rules")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
