"""Running models on both targets' kernels, in a child process that a crash may take."""

import json
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.conformance import reference
from tests.models import Array, ModelBuilder

CHILD = """
import json, sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

for line in sys.stdin:
    path, delegate, results = json.loads(line)
    kernels = OpResolverType.AUTO if delegate else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    try:
        interpreter = Interpreter(path, num_threads=1, experimental_op_resolver_type=kernels)
        interpreter.allocate_tensors()
        given = np.load(path + ".npz")
        for at, detail in enumerate(interpreter.get_input_details()):
            interpreter.set_tensor(detail["index"], given[f"arr_{at}"])
        interpreter.invoke()
        outputs = interpreter.get_output_details()
        np.savez(path + ".out.npz", *(interpreter.get_tensor(detail["index"]) for detail in outputs))
        nodes = [node for node in interpreter._get_ops_details() if node["op_name"] == "DELEGATE"]
        read, made = ({int(i) for node in nodes for i in node[end]} for end in ("inputs", "outputs"))
        ends = {int(detail["index"]) for detail in outputs}
        # What is made within a partition neither enters nor leaves one.
        delegated = made >= ends and not any(i in read and i not in made for i in results)
        print(json.dumps(["ran", delegated]), flush=True)
    except (RuntimeError, ValueError) as error:
        print(json.dumps(["refused", str(error)[:300]]), flush=True)
"""
SOUND_DB = 25.0
AGREEING = 0.95


@dataclass(frozen=True)
class Outcome:
    """`kind` is "ran", "refused" or "crashed"; `decibel` the SQNR against the reference, `delegated` whether the
    delegate made the outputs."""

    kind: str
    decibel: float = float("nan")
    delegated: bool = False
    text: str = ""

    @property
    def sound(self) -> bool:
        return self.kind == "ran" and self.decibel >= SOUND_DB

    def __str__(self) -> str:
        if self.kind != "ran":
            return self.kind
        return f"{self.decibel:.0f} dB" + (" delegated" if self.delegated else "")


class Laboratory:
    """Runs models one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.path = ""
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Laboratory":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        if self.process is not None:
            self.process.stdin.close()  # type: ignore[union-attr]
            self.process.wait()
            self.process = None

    def outcomes(self, built: ModelBuilder, delegates: Sequence[bool] = (True, False)) -> list[Outcome]:
        """What becomes of a model with and without the delegate."""
        path = self.write(built)
        inputs = sample(built)
        expected = reference.run(built.model, inputs)
        return [self.outcome(path, inputs, expected, delegate) for delegate in delegates]

    def next_path(self) -> Path:
        """Where the next model goes."""
        self.count += 1
        path = self.folder / f"{self.count}.tflite"
        self.path = str(path)
        return path

    def write(self, built: ModelBuilder) -> str:
        """A file with the model."""
        path = self.next_path()
        path.write_bytes(built.build())
        return str(path)

    def outcome(
        self,
        path: str,
        inputs: Sequence[Array],
        expected: Sequence[Array],
        delegate: bool,
        results: Collection[int] = (),
    ) -> Outcome:
        """What becomes of a model at `path`; the delegate has to make the tensors `results`, too, to be said to."""
        np.savez(f"{path}.npz", *inputs)
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([path, delegate, sorted(results)]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            self.process.wait()
            self.process = None
            return Outcome("crashed")
        kind, more = json.loads(answer)
        if kind == "refused":
            return Outcome(kind, text=more)
        with np.load(f"{path}.out.npz") as found:
            return Outcome(kind, decibel(expected, [found[name] for name in found.files]), more)


def sample(built: ModelBuilder) -> list[Array]:
    """Inputs of a model: normal floats that aren't centred, as those behind an activation aren't; small integers."""
    rng = np.random.default_rng(5)
    (graph,) = built.model.subgraphs
    return [
        (rng.standard_normal(tensor.shape) + 0.5).astype(np.float32)
        if reference.NUMPY[tensor.type] is np.float32
        else rng.integers(0, 20, tensor.shape).astype(reference.NUMPY[tensor.type])
        for tensor in (graph.tensors[index] for index in graph.inputs)
    ]


def decibel(expected: Sequence[Array], found: Sequence[Array]) -> float:
    """Signal to noise ratio over all outputs; minus infinity where values aren't finite or shapes differ.

    Of places and truth values, which nearly equal values may change, 95 % have to agree for infinity; else 0.
    """
    if any(one.shape != two.shape or not np.isfinite(two).all() for one, two in zip(expected, found, strict=True)):
        return -np.inf
    if all(one.dtype.kind in "iub" for one in expected):
        agreeing = [float((one == two).mean()) for one, two in zip(expected, found, strict=True)]
        return float("inf") if min(agreeing) >= AGREEING else 0.0
    power = sum(float((one.astype(np.float64) ** 2).sum()) for one in expected)
    noise = sum(float(((one - two.astype(np.float64)) ** 2).sum()) for one, two in zip(expected, found, strict=True))
    if power == 0:
        return float("nan")  # nothing but zeros: shows nothing
    return float(10 * np.log10(power / noise)) if noise > 0 else float("inf")
