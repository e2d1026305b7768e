"""Inputs to run models on: from a file of arrays, or generated from what the model says of itself."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from quantscope.errors import DataError, RunError
from quantscope.evaluate.npz import ONLY, Archive, opened
from quantscope.evaluate.runner import Runner
from quantscope.evaluate.wire import TensorInfo
from quantscope.model.calls import Entry
from quantscope.model.graph import Model, Subgraph
from quantscope.model.metadata import input_ranges
from quantscope.model.options import OptionsReader

Arrays = list[npt.NDArray[Any]]

# Names under which a data file's labels are found without being asked for.
LABELS: Final = ("y", "labels")
SEED: Final = 0x5EED
# An integer input that indexes nothing we can see: values this small are valid nearly everywhere.
SMALL_INTEGERS: Final = 2
IMAGE_BYTES: Final = 256
# Sizes tried for open dimensions: tokens, pixels, and samples of sound in common lengths.
OPEN_SIZES: Final = (16, 224, 1280, 16000)


class Samples(Protocol):
    """A sequence of inputs for a model: one list of arrays, in the order of the model's inputs, for each sample."""

    @property
    def description(self) -> str:
        """Where the samples come from."""

    def __len__(self) -> int: ...

    def sample(self, index: int) -> Arrays:
        """Inputs of one sample, in the model's shapes and dtypes."""


@dataclass(frozen=True, slots=True)
class Generated:
    """Random inputs, the same for the same seed: in the ranges that the metadata names, else normal; ids within their
    table."""

    inputs: tuple[TensorInfo, ...]
    ranges: tuple[tuple[float, float] | None, ...]
    count: int

    @property
    def description(self) -> str:
        """What they are."""
        return f"generated (seed {SEED})"

    def __len__(self) -> int:
        return self.count

    def sample(self, index: int) -> Arrays:
        """Inputs of one sample."""
        random = np.random.default_rng((SEED, index))
        return [_draw(random, info, span) for info, span in zip(self.inputs, self.ranges, strict=True)]


@dataclass(frozen=True, slots=True)
class Some:
    """`count` of the samples in `every`, spread evenly, since a file's samples may be in order of their classes."""

    every: Samples
    count: int

    @property
    def description(self) -> str:
        """Where they come from."""
        return self.every.description

    def __len__(self) -> int:
        return self.count

    def sample(self, index: int) -> Arrays:
        """Inputs of one sample."""
        return self.every.sample(spread(index, len(self.every), self.count))


def spread(index: int, available: int, count: int) -> int:
    """Which of the `available` samples is number `index` of `count` that are spread evenly over them."""
    return index * available // count


def generated(
    model: Model, inputs: Sequence[TensorInfo], count: int, size: int | None = None, subgraph: int = 0
) -> Generated:
    """Random inputs for a subgraph of `model`, whose inputs the runtime describes as `inputs`; strings are empty.

    Dimensions that the model leaves open have the file's size (1, mostly), or `size` beyond the first of each input.
    Raises DataError for types that have no random values.
    """
    for info in inputs:
        if np.dtype(info.dtype).kind not in "fiubSO":
            raise DataError(f"Input '{info.name}' takes {np.dtype(info.dtype).name} values, which can't be generated.")
    if size is not None:
        inputs = [msgspec.structs.replace(info, shape=_sized(info, size)) for info in inputs]
    declared = {} if subgraph else input_ranges(model)
    graph = model.subgraphs[subgraph]
    ranges = tuple(declared.get(position) or _index_range(model, graph, position) for position in range(len(inputs)))
    return Generated(tuple(inputs), ranges, count)


def runnable(runner: Runner, model: Model, inputs: Sequence[TensorInfo], count: int, subgraph: int = 0) -> Generated:
    """Random inputs that the subgraph loaded in `runner` runs on: sizes for the dimensions it leaves open are tried.

    Raises RunError, as the first try did, if it runs on none.
    """
    sizes = (None, *OPEN_SIZES) if any(-1 in info.signature_shape for info in inputs) else (None,)
    refusals: list[RunError] = []
    for size in sizes:
        samples = generated(model, inputs, count, size, subgraph)
        try:
            runner.run(samples.sample(0))
        except RunError as error:
            refusals.append(error)
        else:
            return samples
    raise refusals[0]


def _sized(info: TensorInfo, size: int) -> tuple[int, ...]:
    """The input's shape with every open dimension but the first, which is the batch, of `size`."""
    return tuple(
        size if sign == -1 and axis > 0 else have
        for axis, (have, sign) in enumerate(zip(info.shape, info.signature_shape, strict=True))
    )


def _draw(random: "np.random.Generator", info: TensorInfo, span: tuple[float, float] | None) -> npt.NDArray[Any]:
    dtype = np.dtype(info.dtype)
    if dtype.kind == "f":
        values = random.standard_normal(info.shape) if span is None else random.uniform(*span, info.shape)
        return values.astype(dtype)
    if dtype.kind in "SO":
        return np.zeros(info.shape, "S1")
    if dtype.kind == "b":
        return random.integers(0, 2, info.shape).astype(bool)
    limits = np.iinfo(dtype)
    if info.scale or dtype.itemsize == 1:
        low, high = (limits.min, limits.max) if dtype.itemsize <= 2 else (0, IMAGE_BYTES - 1)
    else:
        low, high = (0, SMALL_INTEGERS - 1) if span is None else (int(span[0]), int(span[1]))
        low, high = (min(max(end, limits.min), limits.max) for end in (low, high))
    return random.integers(low, high, info.shape, endpoint=True).astype(dtype)


def _index_range(model: Model, subgraph: Subgraph, position: int) -> tuple[float, float] | None:
    """The length of the shortest axis that an input indexes, following it through operators that only move it."""
    if position >= len(subgraph.inputs):
        return None
    reached = {subgraph.inputs[position]}
    rows: list[int] = []
    options = OptionsReader(model)
    for operator in subgraph.operators:
        inputs = operator.inputs
        if operator.type in ("RESHAPE", "CAST", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "SLICE", "STRIDED_SLICE"):
            if inputs and inputs[0] in reached:
                reached.update(operator.outputs)
        elif operator.type in ("EMBEDDING_LOOKUP", "GATHER") and len(inputs) > 1:
            ids, table = (0, 1) if operator.type == "EMBEDDING_LOOKUP" else (1, 0)
            shape = subgraph.tensors[inputs[table]].shape
            axis = int(options.scalars(operator).get("Axis", 0))
            if inputs[ids] in reached and -len(shape) <= axis < len(shape):
                rows.append(shape[axis])
    return (0, max(0, min(rows) - 1)) if rows else None


@dataclass(frozen=True, slots=True)
class FromFile:
    """`count` of the samples of a file, spread evenly over the `available` ones, since they may be in order of their
    classes; one array (samples first) for each input, called `names` in the file."""

    path: str
    inputs: tuple[TensorInfo, ...]
    names: tuple[str, ...]
    arrays: tuple[npt.NDArray[Any], ...]
    available: int
    count: int

    @property
    def description(self) -> str:
        """The file's name."""
        return os.path.basename(self.path)

    def __len__(self) -> int:
        return self.count

    def sample(self, index: int) -> Arrays:
        """Inputs of one sample."""
        row = self.row(index)
        return [_fitted(array[row], info, self.path) for array, info in zip(self.arrays, self.inputs, strict=True)]

    def row(self, index: int) -> int:
        """Where in the file's arrays a sample stands."""
        return spread(index, self.available, self.count)


def from_file(path: str, model: Model, inputs: Sequence[TensorInfo], limit: int | None) -> FromFile:
    """At most `limit` samples, evenly spread, from an .npz file whose arrays are named after the model's inputs.

    An array may be named after a signature and its name for the input, too, as in "encode/ids". With a single input any
    single array besides labels will do, or the only one of its shape, or one named `x`, or an .npy file. Other arrays
    are ignored. Raises DataError if the file can't be read, an input has no array, numbers of samples differ, or shapes
    or dtypes don't fit.
    """
    with opened(path) as archive:
        if not archive.named and len(inputs) > 1:
            raise DataError(
                f"'{path}' holds one array, but the model has {len(inputs)} inputs.",
                "Save arrays named after the inputs together, with numpy.savez.",
            )
        names = _names(archive, model, inputs, path)
        chosen = tuple(map(archive.array, names))
    counts = {len(array) if array.ndim else 0 for array in chosen}
    if len(counts) != 1 or 0 in counts:
        raise DataError(f"The arrays in '{path}' hold different numbers of samples, or none: {sorted(counts)}.")
    (available,) = counts
    count = available if limit is None else min(available, limit)
    samples = FromFile(path, tuple(inputs), tuple(names), chosen, available, count)
    samples.sample(0)
    return samples


def from_file_by(
    path: str, model: Model, entry: Entry, inputs: Sequence[TensorInfo], limit: int | None
) -> FromFile | None:
    """The same for a further signature of `model`; None if the file has nothing for it.

    Its arrays are named after the signature and its name for each input, as in "encode/ids". Without any such array
    those that are named after the inputs alone serve, if they fit. Raises DataError if named ones don't.
    """
    with opened(path) as archive:
        names = [f"{entry.key}/{name}" for name in entry.names]
        named = any(name in archive.names for name in names)
        chosen = names if named else list(entry.names)
        if named and (missing := [name for name in names if name not in archive.names]):
            raise DataError(f"'{path}' has no array '{missing[0]}' for the signature '{entry.key}'.")
        if not set(chosen) <= set(archive.names):
            return None
        arrays = tuple(map(archive.array, chosen))
    counts = {len(array) if array.ndim else 0 for array in arrays}
    if len(counts) != 1 or 0 in counts:
        raise DataError(f"The arrays for '{entry.key}' in '{path}' hold different numbers of samples, or none.")
    (available,) = counts
    count = available if limit is None else min(available, limit)
    samples = FromFile(path, tuple(inputs), tuple(chosen), arrays, available, count)
    try:
        samples.sample(0)
    except DataError:
        if named:
            raise
        return None
    return samples


def arrays_in(path: str, names: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """Those of the named arrays that a file has. Raises DataError if it can't be read."""
    with opened(path) as archive:
        return {name: archive.array(name) for name in names if name in archive.names}


def _names(archive: Archive, model: Model, inputs: Sequence[TensorInfo], path: str) -> list[str]:
    available = archive.names
    signature = next((each for each in model.signatures if each.subgraph == 0), None)
    subgraph = model.subgraphs[0]
    named = signature.inputs if signature else {}
    by_tensor = {subgraph.tensors[tensor].name: name for name, tensor in named.items()}
    key = signature.key if signature else ""
    names = []
    for info in inputs:
        given = by_tensor.get(info.name, info.name)
        wanted = (f"{key}/{given}", info.name, given, info.name.split(":")[0])
        name = next((each for each in wanted if each in available), None)
        if name is None and len(inputs) == 1:
            name = ONLY if ONLY in available else _single(archive, info)
        if name is None:
            raise DataError(
                f"'{path}' has no array for input '{info.name}' (it has {', '.join(available) or 'none'}).",
                "Name the arrays after the model's inputs.",
            )
        names.append(name)
    return names


def _single(archive: Archive, info: TensorInfo) -> str | None:
    """What can only be meant for the only input: the only array besides labels, or the only one of its shape."""
    others = [each for each in archive.names if each not in LABELS]
    if len(others) > 1:
        shapes = {each: archive.shape(each) for each in others}
        others = [each for each, shape in shapes.items() if shape and _is_for(shape[1:], open_shape(info))]
    return others[0] if len(others) == 1 else None


def _is_for(sample: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """True for a sample of an input's shape, with or without the batch axis."""
    return _matches(sample, wanted) or (wanted[:1] in ((1,), (-1,)) and _matches(sample, wanted[1:]))


def _fitted(values: npt.NDArray[Any], info: TensorInfo, path: str) -> npt.NDArray[Any]:
    """One sample in the shape and dtype of an input."""
    shape = open_shape(info)
    if _matches(values.shape, shape):
        shaped = values
    elif shape and shape[0] in (1, -1) and _matches(values.shape, shape[1:]):
        shaped = values[None]
    else:
        raise DataError(
            f"Samples in '{path}' have shape {list(values.shape)}; input '{info.name}' takes {list(shape)}.",
            "The first axis of each array is the samples; each sample may come with or without the batch axis.",
        )
    return _cast(shaped, info, path)


def open_shape(info: TensorInfo) -> tuple[int, ...]:
    """The shape of an input with -1 where the caller may choose."""
    return info.signature_shape or info.shape


def _matches(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return len(found) == len(wanted) and all(size in (-1, have) for have, size in zip(found, wanted, strict=True))


def fitted_to(values: npt.NDArray[Any], info: TensorInfo) -> npt.NDArray[Any]:
    """Real values as an input of another version of the model wants them, which may be quantized."""
    dtype = np.dtype(info.dtype)
    if values.dtype.kind == "f" and dtype.kind in "iu" and info.scale:
        limits = np.iinfo(dtype)
        return np.clip(np.rint(values / info.scale + info.zero_point), limits.min, limits.max).astype(dtype)
    return values.astype(dtype, copy=False)


def _cast(values: npt.NDArray[Any], info: TensorInfo, path: str) -> npt.NDArray[Any]:
    dtype = np.dtype(info.dtype)
    if values.dtype.kind == "f" and dtype.kind in "iu" and info.scale:
        return fitted_to(values, info)
    if np.can_cast(values.dtype, dtype, "safe") or (values.dtype.kind == "f" and dtype.kind == "f"):
        return values.astype(dtype)
    if values.dtype.kind in "iub" and dtype.kind in "iuf" and np.array_equal(values.astype(dtype), values):
        return values.astype(dtype)
    raise DataError(
        f"'{path}' holds {values.dtype.name} for input '{info.name}', which takes {dtype.name}: values would change.",
        f"Convert the array to {dtype.name} yourself.",
    )
