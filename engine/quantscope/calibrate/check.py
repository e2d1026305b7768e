"""Holding a file against a model before ranges are measured on it: does it fit, and does it look right."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.documents.data import DataCheck, InputData, Remark
from quantscope.evaluate.inputs import FromFile, from_file, open_shape
from quantscope.evaluate.runner import Runner
from quantscope.evaluate.wire import TensorInfo
from quantscope.files import describe
from quantscope.model.graph import Model
from quantscope.model.metadata import input_ranges
from quantscope.progress import Progress, part, silent
from quantscope.quantize.calibration import is_calibration, load_calibration

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


def check_data(
    model: Model, path: str | os.PathLike[str], samples: int | None = None, progress: Progress = silent
) -> DataCheck:
    """What `model` would be given from the file at `path`, input by input; of samples (.npz, .npy) at most `samples`,
    evenly spread. A saved calibration will do, too.

    Raises DataError if the file can't be read or doesn't fit, RunError if the model can't be loaded, CancelledError
    when `progress` asks to stop.
    """
    with Runner() as runner:
        inputs = runner.load(model.path).inputs
    if is_calibration(path):
        return _saved(model, os.fspath(path), inputs)
    chosen = from_file(os.fspath(path), model, inputs, samples)
    declared = input_ranges(model)
    found = []
    for place, (info, values) in enumerate(zip(inputs, chosen.arrays, strict=True)):
        stage = part(progress, place / len(inputs), (place + 1) / len(inputs))
        found.append(_input(info, values, chosen, declared.get(place), stage))
    return DataCheck(
        model=describe(model.path),
        path=os.fspath(path),
        samples=len(chosen),
        available=chosen.available,
        inputs=tuple(found),
        remarks=_few(len(chosen)),
    )


def _saved(model: Model, path: str, inputs: Sequence[TensorInfo]) -> DataCheck:
    """What is known of the samples that a saved calibration was made with."""
    calibration = load_calibration(path)
    calibration.check(model)
    found = []
    for tensor, info in zip(model.subgraphs[0].inputs, inputs, strict=True):
        seen = calibration.tensors.get((0, tensor))
        dtype, shape = np.dtype(info.dtype).name, open_shape(info)
        found.append(
            InputData(
                name=info.name,
                shape=shape,
                dtype=dtype,
                data_shape=shape,
                data_dtype=dtype,
                low=seen.low if seen else None,
                high=seen.high if seen else None,
            )
        )
    return DataCheck(
        model=describe(model.path),
        path=path,
        samples=calibration.samples,
        available=calibration.samples,
        calibration=True,
        inputs=tuple(found),
        remarks=_few(calibration.samples),
    )


def _few(samples: int) -> tuple[Remark, ...]:
    return (_remark("few-samples", count=samples, enough=FEW),) if samples < FEW else ()


def _input(
    info: TensorInfo,
    values: npt.NDArray[Any],
    chosen: FromFile,
    declared: tuple[float, float] | None,
    progress: Progress,
) -> InputData:
    low, high, finite = np.inf, -np.inf, True
    for index in range(len(chosen)):
        progress(index / len(chosen), "Reading samples")
        real = np.asarray(values[chosen.row(index)])
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
