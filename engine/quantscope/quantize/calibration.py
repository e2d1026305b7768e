"""What running a model on data has shown of its tensors: a value that can be saved, and that planning reads."""

import hashlib
import io
import json
import math
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.errors import DataError
from quantscope.model.graph import Model

SCHEMA: Final = "quantscope.calibration/1"

TensorKey = tuple[int, int]  # subgraph, tensor
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How often values were seen: `counts[i]` lay in [(first + i) * width, (first + i + 1) * width), width =
    2**exponent.

    Widths are powers of two, so that histograms merge without any error, in whatever order.
    """

    exponent: int
    first: int
    counts: npt.NDArray[np.int64]

    @property
    def centres(self) -> npt.NDArray[np.float64]:
        """The middle of each bin."""
        centres: npt.NDArray[np.float64] = np.ldexp(self.first + np.arange(self.counts.size) + 0.5, self.exponent)
        return centres


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """Smallest, largest and mean value of each index of a tensor's last axis: float32 [channels]."""

    low: Floats
    high: Floats
    mean: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What was seen of one tensor.

    `lows` and `highs` are the smallest and largest finite value of each sample (float32 [samples]; of samples that
    reached the tensor). `histogram` is None where only extremes can be seen, as within the bodies of loops; so is
    `octaves`, int64 [256], numbers of some of the values by their float32 exponent. `moments` is the mean of x * x^T
    over all rows x along the last axis (float32 [channels, channels]), where it was asked for.
    """

    lows: Floats
    highs: Floats
    histogram: Histogram | None = None
    octaves: npt.NDArray[np.int64] | None = None
    channels: Channels | None = None
    moments: Floats | None = None

    @property
    def low(self) -> float:
        """The smallest value seen."""
        return float(self.lows.min())

    @property
    def high(self) -> float:
        """The largest value seen."""
        return float(self.highs.max())


@dataclass(frozen=True, eq=False)
class Calibration:
    """What was seen of a model's float tensors on `samples` samples from `source`.

    `generated` tells that the samples were made up, so that ranges are those of noise. `fingerprint` is of the model.
    """

    fingerprint: str
    source: str
    generated: bool
    samples: int
    tensors: Mapping[TensorKey, Observed]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the calibration to an .npz file. Raises OSError if that fails."""
        arrays: dict[str, npt.NDArray[Any]] = {}
        for (subgraph, tensor), observed in self.tensors.items():
            for name, values in _parts(observed).items():
                arrays[f"{subgraph}/{tensor}/{name}"] = values
        header = {
            "schema": SCHEMA,
            "fingerprint": self.fingerprint,
            "source": self.source,
            "generated": self.generated,
            "samples": self.samples,
        }
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
        content = io.BytesIO()
        np.savez(content, **arrays)  # type: ignore[arg-type]
        Path(path).write_bytes(content.getbuffer())

    def check(self, model: Model) -> None:
        """Raises DataError if the calibration is another model's."""
        if self.fingerprint != fingerprint(model):
            raise DataError("The calibration was made with another model.", "Calibrate this model anew.")


def load_calibration(path: str | os.PathLike[str]) -> Calibration:
    """The calibration that was saved in a file. Raises DataError if there is none."""
    name = os.path.basename(os.fspath(path))
    try:
        with np.load(path, allow_pickle=False) as archive:
            header = json.loads(bytes(archive["header"]))
            parts: dict[TensorKey, dict[str, npt.NDArray[Any]]] = {}
            for entry in archive.files:
                if entry != "header":
                    subgraph, tensor, part = entry.split("/")
                    parts.setdefault((int(subgraph), int(tensor)), {})[part] = archive[entry]
        if header["schema"] != SCHEMA:
            raise DataError(f"'{name}' has schema '{header['schema']}'; only '{SCHEMA}' is known.")
        tensors = {key: _observed(found) for key, found in parts.items()}
        return Calibration(
            str(header["fingerprint"]),
            str(header["source"]),
            bool(header["generated"]),
            int(header["samples"]),
            tensors,
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"'{name}' holds no calibration: {error}.", "Calibrate anew.") from error


def is_calibration(path: str | os.PathLike[str]) -> bool:
    """True if the file looks like a saved calibration; samples have no array called `header` and others by number."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    return "header.npy" in names and all(name == "header.npy" or name.count("/") == 2 for name in names)


def fingerprint(model: Model) -> str:
    """A digest of the names, shapes and types of all tensors: versions of one graph share it."""
    digest = hashlib.sha256()
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            digest.update(f"{subgraph.index}/{tensor.name}/{tensor.shape}/{tensor.dtype}\n".encode())
    return digest.hexdigest()[:32]


def _parts(observed: Observed) -> dict[str, npt.NDArray[Any]]:
    parts: dict[str, npt.NDArray[Any]] = {"lows": observed.lows, "highs": observed.highs}
    if observed.histogram is not None:
        parts["counts"] = observed.histogram.counts
        parts["bins"] = np.array([observed.histogram.exponent, observed.histogram.first], np.int64)
    if observed.octaves is not None:
        parts["octaves"] = observed.octaves
    if observed.channels is not None:
        parts["channels"] = np.stack([observed.channels.low, observed.channels.high, observed.channels.mean])
    if observed.moments is not None:
        parts["moments"] = observed.moments
    return parts


def _observed(parts: Mapping[str, npt.NDArray[Any]]) -> Observed:
    histogram = channels = None
    if "counts" in parts:
        exponent, first = (int(value) for value in parts["bins"])
        histogram = Histogram(exponent, first, parts["counts"])
    if "channels" in parts:
        channels = Channels(*parts["channels"])
    lows, highs = parts["lows"], parts["highs"]
    if lows.ndim != 1 or lows.shape != highs.shape or not all(map(math.isfinite, (*lows, *highs))):
        raise ValueError("a tensor's extremes are not numbers")
    return Observed(lows, highs, histogram, parts.get("octaves"), channels, parts.get("moments"))
