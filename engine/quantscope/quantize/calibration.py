"""What running a model on data has shown of its tensors: a value that can be saved, and that planning reads."""

import hashlib
import json
import math
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.errors import DataError
from quantscope.model.graph import Model
from quantscope.recipe import Ranges
from quantscope.temporary import replacing

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


@dataclass(frozen=True, slots=True, order=True)
class Patches:
    """What a weight is multiplied with: rows of a tensor of subgraph 0, or windows of it where `height` > 0.

    `same`: windows reach into padding of zeros, as SAME does. `depthwise`: each channel has windows of its own.
    """

    tensor: int
    width_of_rows: int
    height: int = 0
    width: int = 0
    stride_h: int = 1
    stride_w: int = 1
    dilation_h: int = 1
    dilation_w: int = 1
    same: bool = False
    depthwise: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Of the vectors x that a weight's rows are multiplied with, over `rows` of them: their mean (float32 [groups,
    depth]) and the mean of x * x^T (float32 [groups, depth, depth]). A depthwise convolution has a group for each of
    its input's channels, other products have one."""

    mean: Floats
    second: Floats

    def scaled(self, factors: Floats) -> "Moments":
        """Those of one group after each channel, the innermost part of its depth, has been multiplied."""
        all_factors = np.tile(factors, self.mean.shape[1] // factors.size)
        return Moments(self.mean * all_factors, self.second * np.multiply.outer(all_factors, all_factors))


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What was seen of one tensor.

    `lows` and `highs` are the smallest and largest finite value of each sample (float32 [samples]; of samples that
    reached the tensor). `histogram` is None where only extremes can be seen, as within the bodies of loops; so is
    `octaves`, int64 [256], numbers of some of the values by their float32 exponent. `channels` is there for inputs and
    results of matrix products.
    """

    lows: Floats
    highs: Floats
    histogram: Histogram | None = None
    octaves: npt.NDArray[np.int64] | None = None
    channels: Channels | None = None

    @property
    def low(self) -> float:
        """The smallest value seen."""
        return float(self.lows.min())

    @property
    def high(self) -> float:
        """The largest value seen."""
        return float(self.highs.max())

    def joined(self, other: "Observed") -> "Observed":
        """What was seen of one tensor in two series of runs, as extremes alone."""
        return Observed(np.concatenate([self.lows, other.lows]), np.concatenate([self.highs, other.highs]))


@dataclass(frozen=True, eq=False)
class Calibration:
    """What was seen of a model's float tensors on `samples` samples from `source`.

    `generated` tells that the samples were made up, so that ranges are those of noise. `fingerprint` is of the model.
    `moments` are of what the larger weights are multiplied with; `ranges` is what was truest on the samples.
    """

    fingerprint: str
    source: str
    generated: bool
    samples: int
    tensors: Mapping[TensorKey, Observed]
    moments: Mapping[Patches, Moments] = field(default_factory=dict)
    ranges: Ranges = Ranges.MIN_MAX

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the calibration to an .npz file, whole or not at all. Raises OutputError if that fails."""
        arrays: dict[str, npt.NDArray[Any]] = {}
        for (subgraph, tensor), observed in self.tensors.items():
            for name, values in _parts(observed).items():
                arrays[f"{subgraph}/{tensor}/{name}"] = values
        for number, (patches, found) in enumerate(self.moments.items()):
            arrays[f"moments/{number}/patches"] = np.array(astuple(patches), np.int64)
            arrays[f"moments/{number}/mean"], arrays[f"moments/{number}/second"] = found.mean, found.second
        header = {
            "schema": SCHEMA,
            "fingerprint": self.fingerprint,
            "source": self.source,
            "generated": self.generated,
            "samples": self.samples,
            "ranges": self.ranges.value,
        }
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
        with replacing(path) as temporary, open(temporary, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]

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
            products: dict[int, dict[str, npt.NDArray[Any]]] = {}
            for entry in archive.files:
                if entry != "header":
                    first, second, part = entry.split("/")
                    if first == "moments":
                        products.setdefault(int(second), {})[part] = archive[entry]
                    else:
                        parts.setdefault((int(first), int(second)), {})[part] = archive[entry]
        if header["schema"] != SCHEMA:
            raise DataError(f"'{name}' has schema '{header['schema']}'; only '{SCHEMA}' is known.")
        tensors = {key: _observed(found) for key, found in parts.items()}
        return Calibration(
            str(header["fingerprint"]),
            str(header["source"]),
            bool(header["generated"]),
            int(header["samples"]),
            tensors,
            dict(map(_moments, products.values())),
            Ranges(header["ranges"]),
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"'{name}' holds no calibration: {error}.", "Calibrate anew.") from error


def is_calibration(path: str | os.PathLike[str]) -> bool:
    """True if the file looks like a saved calibration; samples have no array called `header` and others by number."""
    if not os.path.isfile(path):  # a pipe may never end
        return False
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
    return Observed(lows, highs, histogram, parts.get("octaves"), channels)


def _moments(parts: Mapping[str, npt.NDArray[Any]]) -> tuple[Patches, Moments]:
    tensor, rows, height, width, down, across, spread_h, spread_w, same, depthwise = map(int, parts["patches"])
    mean, second = parts["mean"], parts["second"]
    if mean.ndim != 2 or second.shape != (*mean.shape, mean.shape[1]) or not np.isfinite(second).all():
        raise ValueError("the moments of a product are not numbers")
    patches = Patches(
        tensor, rows, height, width, down, across, spread_h, spread_w, same=bool(same), depthwise=bool(depthwise)
    )
    return patches, Moments(mean, second)
