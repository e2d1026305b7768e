"""The inputs that benchmark_model is given: the very ones this computer would measure with, as raw files."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantscope.documents.profile import RANDOM, ZEROS
from quantscope.errors import DataError
from quantscope.evaluate.inputs import from_file, runnable
from quantscope.evaluate.runner import running
from quantscope.model.read import read


@dataclass(frozen=True)
class InputFile:
    """An input's values as they lie in memory, in a file on this computer."""

    shape: tuple[int, ...]
    path: str
    sha256: str


def input_files(model_path: str, wanted: str, folder: Path) -> tuple[InputFile, ...]:
    """Writes one file for each input into `folder`; `wanted` is random, zeros, or an .npz file.

    The model is run here once, in a process of its own, to know sizes it runs with. Raises RunError if it doesn't run
    here at all, DataError where the data doesn't fit.
    """
    model = read(model_path)
    with running(model_path) as (runner, loaded):
        if wanted in (RANDOM, ZEROS):
            arrays = runnable(runner, model, loaded.inputs, 1).sample(0)
        else:
            arrays = from_file(wanted, model, loaded.inputs, 1).sample(0)
    files = []
    for number, array in enumerate(arrays):
        if array.dtype.kind in "SO":
            raise DataError("Inputs that are text can't be given to benchmark_model.")
        data = (np.zeros_like(array) if wanted == ZEROS else np.ascontiguousarray(array)).tobytes()
        path = folder / f"input{number}"
        path.write_bytes(data)
        files.append(InputFile(array.shape, str(path), hashlib.sha256(data).hexdigest()))
    return tuple(files)
