"""A place to try models: written to a folder, quantized, run by the real interpreter in a child process, read back.

Reading back goes by the schema's own object API, so that what the engine wrote is not judged by the engine's reader.
"""

import itertools
import os
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as tfl

from quantscope.calibrate.run import calibrate
from quantscope.errors import RunError
from quantscope.evaluate.inputs import generated
from quantscope.evaluate.runner import Runner
from quantscope.model.read import read
from quantscope.quantize.apply import write_quantized
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.plan import Plan, make_plan
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.size import planned_bytes
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Recipe
from tests.models import Array, ModelBuilder

SAMPLES = 3


class _Generated(dict[str, Calibration]):
    """Calibrations by path, on generated samples."""

    def __missing__(self, path: str) -> Calibration:
        self[path] = calibrate(read(path), samples=SAMPLES)
        return self[path]


class Lab:
    """Models in one folder, run in one child process after the other (a new one after a crash)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count()
        self.runner = Runner()
        self.calibrations: dict[str, Calibration] = _Generated()
        self.known: dict[tuple[str, bool], list[list[Array]]] = {}

    def write(self, built: ModelBuilder, name: str = "") -> str:
        """A file with the model."""
        path = self.folder / f"{name or next(self.numbers)}.tflite"
        path.write_bytes(built.build())
        return str(path)

    def float_outputs(self, path: str, delegate: bool) -> list[list[Array]]:
        if (path, delegate) not in self.known:
            self.known[path, delegate] = self.outputs(path, path, delegate)
        return self.known[path, delegate]

    def outputs(self, path: str, source: str, delegate: bool) -> list[list[Array]]:
        """Outputs of the model at `path` on samples generated for the model at `source`."""
        try:
            loaded = self.runner.load(path, delegate=delegate)
            samples = generated(read(source), loaded.inputs, SAMPLES)
            return [self.runner.run(samples.sample(index)) for index in range(SAMPLES)]
        except RunError:
            self.close()
            self.runner = Runner()
            raise

    def plan(self, path: str, recipe: str | Recipe, target: str) -> Plan:
        """The plan, made on generated samples where the recipe needs some."""
        asked = PRESETS[recipe] if isinstance(recipe, str) else recipe
        calibration = self.calibrations[path] if asked.needs_calibration else None
        return make_plan(read(path), asked, TARGETS[target], calibration)

    def quantized(self, path: str, recipe: str, target: str) -> tuple[Plan, str]:
        """The plan, and the file that applying it gives, unchecked."""
        plan = self.plan(path, recipe, target)
        output = self.folder / f"{Path(path).stem}.{recipe}.{target}.tflite"
        if not output.exists():
            with open(output, "wb") as file:
                write_quantized(plan, file)
        return plan, str(output)

    def close(self) -> None:
        self.runner.__exit__()


def sqnr(expected: list[list[Array]], found: list[list[Array]]) -> float:
    """Signal to noise ratio in dB over all outputs and samples."""
    pairs = [(a.astype(np.float64), b.astype(np.float64)) for one, two in zip(expected, found, strict=True)
             for a, b in zip(one, two, strict=True)]  # fmt: skip
    assert all(a.shape == b.shape for a, b in pairs)
    power = sum(float((a**2).sum()) for a, _ in pairs)
    noise = sum(float(((a - b) ** 2).sum()) for a, b in pairs)
    return float("inf") if noise == 0 else 10 * float(np.log10(power / noise))


def unpacked(path: str) -> Any:
    return tfl.ModelT.InitFromObj(tfl.Model.GetRootAs(Path(path).read_bytes(), 0))


def operators_of(model: Any, kind: str) -> list[Any]:
    code = getattr(tfl.BuiltinOperator, kind)
    return [
        each
        for graph in model.subgraphs
        for each in graph.operators
        if model.operatorCodes[each.opcodeIndex].builtinCode == code
    ]


def stored(model: Any, index: int) -> tuple[Any, Array]:
    """A constant tensor of the first subgraph and its values as stored."""
    tensor = model.subgraphs[0].tensors[index]
    dtype = {tfl.TensorType.INT8: np.int8, tfl.TensorType.FLOAT16: np.float16, tfl.TensorType.FLOAT32: np.float32}
    return tensor, model.buffers[tensor.buffer].data.view(dtype[tensor.type]).reshape(tensor.shape)


def constant_behind(model: Any, index: int) -> int:
    """The constant that a DEQUANTIZE in front of an operator reads."""
    (dequantize,) = [each for each in operators_of(model, "DEQUANTIZE") if each.outputs[0] == index]
    return int(dequantize.inputs[0])


def check_size(plan: Plan, output: str) -> None:
    """The file is smaller than the source and as large as the plan foretold."""
    size = os.path.getsize(output)
    assert size < plan.model.bytes
    assert abs(planned_bytes(plan) - size) <= max(1000, 0.01 * size)
