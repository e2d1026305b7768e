"""Partitions of real models: what is predicted for every recipe, and what the runtime makes of the written files."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from quantscope.calibrate.run import calibrate
from quantscope.model.read import read
from quantscope.quantize.apply import write_quantized
from quantscope.quantize.plan import make_plan
from quantscope.quantize.predict import delegation
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.rewrite import rewrite
from quantscope.quantize.targets import TARGETS

# The runtime tells of the first subgraph only; tests/engine/test_delegation.py makes each other one the first.
COUNT: Final = """
import sys
from ai_edge_litert.interpreter import Interpreter

interpreter = Interpreter(sys.argv[1], num_threads=1)
interpreter.allocate_tensors()
print(sum(node["op_name"] == "DELEGATE" for node in interpreter._get_ops_details()))
"""


@dataclass(frozen=True)
class Count:
    """Partitions of a model's first subgraph after a recipe, as predicted and as they are."""

    model: str
    recipe: str
    predicted: int
    actual: int

    @property
    def holds(self) -> bool:
        return self.predicted == self.actual

    def __str__(self) -> str:
        wrong = "" if self.holds else " WRONG"
        return f"{self.model:34} {self.recipe:18} {self.predicted:4} predicted {self.actual:4} real{wrong}"


def counts(source: Path, folder: Path) -> Iterator[Count]:
    """One model under every recipe for XNNPACK."""
    model, target = read(source), TARGETS["xnnpack"]
    calibration = calibrate(model, samples=1)
    for name, recipe in PRESETS.items():
        plan = make_plan(model, recipe, target, calibration if recipe.needs_calibration else None)
        path = folder / f"{source.stem}.{name}.tflite"
        with path.open("wb") as file:
            write_quantized(plan, file)
        predicted = delegation(model, rewrite(plan), target)[0].partitions
        run = subprocess.run([sys.executable, "-c", COUNT, str(path)], capture_output=True, text=True, check=True)
        yield Count(source.stem, name, predicted, json.loads(run.stdout))
        path.unlink()
