"""Holding a file of samples against a model before anything is done with it: does it fit, and does it look right."""

import os
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.documents.data import DataCheck, InputData, Remark
from quantscope.evaluate.inputs import from_file, open_shape
from quantscope.evaluate.runner import Runner
from quantscope.evaluate.wire import TensorInfo
from quantscope.files import describe
from quantscope.model.graph import Model
from quantscope.model.metadata import input_ranges
from quantscope.progress import Progress, silent

# Fewer leave ranges to chance; the literature's usual hundreds gain little over it (docs/benchmarks.md).
FEW: Final = 16
SENTENCES: Final[Mapping[str, str]] = {
    "few-samples": "{count} samples are few to measure ranges on: {enough} or more, of all kinds, are better.",
    "not-finite": "Some values are infinite or not numbers.",
    "constant": "All values are {value}: is this really what the model sees?",
    "outside-declared-range": (
        "Values from {low} to {high} go beyond the model's own metadata, which declares {least} to {most}."
    ),
}


def check_data(model: Model, path: str | os.PathLike[str], progress: Progress = silent) -> DataCheck:
    """What `model` would be given from the .npz file at `path`, input by input.

    Raises DataError if the file can't be read or doesn't fit, RunError if the model can't be loaded, CancelledError
    when `progress` asks to stop.
    """
    with Runner() as runner:
        inputs = runner.load(model.path).inputs
    samples = from_file(os.fspath(path), model, inputs, None)
    declared = input_ranges(model)
    found = []
    for place, (info, values) in enumerate(zip(inputs, samples.arrays, strict=True)):
        progress(place / len(inputs), "Reading samples")
        found.append(_input(info, values, declared.get(place), progress))
    few = [_remark("few-samples", count=len(samples), enough=FEW)] if len(samples) < FEW else []
    return DataCheck(
        model=describe(model.path),
        path=os.fspath(path),
        samples=len(samples),
        inputs=tuple(found),
        remarks=tuple(few),
    )


def _input(
    info: TensorInfo, values: npt.NDArray[Any], declared: tuple[float, float] | None, progress: Progress
) -> InputData:
    low, high, finite = np.inf, -np.inf, True
    for sample in values:
        real = np.asarray(sample)
        if real.dtype.kind not in "fiub":
            break
        good = real if real.dtype.kind in "iub" else real[np.isfinite(real)]
        finite = finite and good.size == real.size
        if good.size:
            low, high = min(low, float(good.min())), max(high, float(good.max()))
    remarks = [] if finite else [_remark("not-finite")]
    if low == high:
        remarks.append(_remark("constant", value=low))
    if declared is not None and low < high and (low < declared[0] or high > declared[1]):
        remarks.append(_remark("outside-declared-range", low=low, high=high, least=declared[0], most=declared[1]))
    return InputData(
        name=info.name,
        shape=open_shape(info),
        dtype=np.dtype(info.dtype).name,
        data_shape=values.shape[1:],
        data_dtype=values.dtype.name,
        low=low if low <= high else None,
        high=high if low <= high else None,
        remarks=tuple(remarks),
    )


def _remark(code: str, **arguments: float | int) -> Remark:
    shown: dict[str, str | int | float] = {
        name: f"{value:.4g}" if isinstance(value, float) else value for name, value in arguments.items()
    }
    return Remark(code=code, text=SENTENCES[code].format(**shown), arguments=shown)
