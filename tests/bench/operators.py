"""The error that operators make themselves in each tool's file, by Quantscope's own comparison."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from quantscope import compare, documents
from tests.bench import tools
from tests.bench.data import SAMPLES
from tests.bench.models import Model
from tests.bench.report import Section
from tests.bench.zoo import Zoo, note

NOTES = """`quantscope compare` on dynamic-range files of each tool, 16 samples of the model's own data: how many
operators were found in the file (*exact*: by the places of tensors, else by structure), and the one with the largest
error of its own when it is given the float model's inputs, in dB. Kernels are those of the default runtime. *Cost*:
CPU time of a comparison with all operators over that of one of the outputs alone, ours."""
HEADER = ("model", "operators", *(f"{tool}: found, worst" for tool in (tools.OURS, *tools.PEERS)), "cost")
COUNT = 16


def run(zoo: Zoo, models: Sequence[Model]) -> Section:
    """Compares every trained model with data."""
    rows = tuple(row(zoo, model, model.data) for model in models if model.data is not None)
    return Section("operators", "Errors of operators", NOTES, HEADER, rows)


def row(zoo: Zoo, model: Model, data: str) -> tuple[str, ...]:
    note(f"operators: {model.name}")
    samples = SAMPLES[data](zoo.models / "data")
    source, variants = zoo.float_file(model), zoo.variants(model)
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "samples.npz"
        some = {name: spread(values) for name, values in samples.inputs.items()}
        np.savez(stored, **({"x": next(iter(some.values()))} if len(some) == 1 else some))
        started = cpu_seconds()
        compare(source, variants[tools.OURS], stored, operators=False)
        outputs = cpu_seconds() - started
        found: dict[str, documents.Comparison] = {}
        seconds = 0.0
        for tool, file in variants.items():
            started = cpu_seconds()
            found[tool] = compare(source, file, stored)
            seconds = seconds or cpu_seconds() - started
    count = str(len(found[tools.OURS].operators))
    cells = (cell(found[tool]) if tool in found else "-" for tool in (tools.OURS, *tools.PEERS))
    return (model.name, count, *cells, f"{seconds / outputs:.1f}")


def cpu_seconds() -> float:
    """CPU time of this process and of those it has started and seen end."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def spread(values: np.ndarray) -> np.ndarray:
    """Some of the samples, evenly spread."""
    return values[np.arange(min(COUNT, len(values))) * len(values) // min(COUNT, len(values))]


def cell(comparison: documents.Comparison) -> str:
    aligned = sum(bool(error.written) for error in comparison.operators)
    text = f"{aligned}{' exact' if comparison.alignment == 'exact' else ''}"
    own = [
        (error.own.sqnr_db, f"{error.type} #{error.index}")
        for error in comparison.operators
        if error.own is not None and error.own.sqnr_db is not None
    ]
    if not own:
        return text
    worst, name = min(own)
    return f"{text}, {worst:.1f} {name}"
