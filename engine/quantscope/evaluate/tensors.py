"""The values of one tensor in both models: first how far they reach, then how they are spread."""

import math
import os
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.documents.details import Histogram, Scales
from quantscope.documents.tensors import TensorComparison
from quantscope.errors import UsageError
from quantscope.evaluate.alignment import Pair, align
from quantscope.evaluate.compare import samples_for, shared_entries
from quantscope.evaluate.measures import Distance
from quantscope.evaluate.operators import NOT_FOUND, NOT_RUN, obstacle, out_of_reach
from quantscope.evaluate.station import Watch
from quantscope.evaluate.walk import Reach, Walk
from quantscope.files import describe
from quantscope.model.calls import Entry
from quantscope.model.graph import Model, Tensor
from quantscope.model.read import read
from quantscope.progress import Progress, part, silent

PARTS: Final = 64
# The codes of integer types that activations are stored in.
CODES: Final = {"INT8": (-128, 127), "UINT8": (0, 255), "INT16": (-32768, 32767), "INT32": (-(2**31), 2**31 - 1)}


@dataclass(slots=True)
class Extent:
    """How far finite values reach."""

    low: float = math.inf
    high: float = -math.inf

    def add(self, reference: npt.NDArray[Any], other: npt.NDArray[Any]) -> None:
        """Takes in the values of both models."""
        for values in (reference, other):
            finite = values[np.isfinite(values)]
            if finite.size:
                self.low = min(self.low, float(finite.min()))
                self.high = max(self.high, float(finite.max()))


@dataclass(slots=True)
class Spread:
    """How many values lie in each part of [low, high], and how many of the float model's beyond what `limits` allow."""

    low: float
    high: float
    limits: tuple[Any, Any] | None  # numbers, or arrays by channel
    distance: Distance = field(default_factory=Distance)
    counts: list[npt.NDArray[np.int64]] = field(default_factory=lambda: [np.zeros(PARTS, np.int64) for _ in range(2)])
    values: int = 0
    beyond: int = 0

    def add(self, reference: npt.NDArray[Any], other: npt.NDArray[Any]) -> None:
        """Takes in the values of both models."""
        self.distance.add(reference, other)
        self.values += reference.size
        for counts, values in zip(self.counts, (reference, other), strict=True):
            counts += np.histogram(values[np.isfinite(values)], PARTS, (self.low, self.high))[0]
        if self.limits is not None:
            low, high = self.limits
            self.beyond += int(((reference < low) | (reference > high)).sum())


def compare_tensor(
    reference: str | os.PathLike[str],
    quantized: str | os.PathLike[str],
    tensor: int,
    subgraph: int = 0,
    data: str | os.PathLike[str] | None = None,
    samples: int | None = None,
    progress: Progress = silent,
) -> TensorComparison:
    """The values of an operator's output `tensor` of the float model and of what stands for it in the quantized one.

    Samples as for `compare`, of the first signature that runs the subgraph. Raises UsageError if that isn't an
    operator's output or can't be watched, and what `compare` raises.
    """
    model, other = read(reference), read(quantized)
    alignment = align(model, other)
    pair, written, entry = _place(model, other, alignment.subgraphs, subgraph, tensor)
    inputs = samples_for(model, other, entry, data, samples, progress)
    mine, theirs = model.subgraphs[subgraph].tensors[tensor], other.subgraphs[subgraph].tensors[written]
    walk, key = Walk(model, other, alignment, entry.subgraph), (subgraph, pair.operator)
    only = Pair(pair.operator, pair.written, {}, {written: tensor})
    extent = Extent()
    walk.run({key: Watch(only, extent)}, inputs, part(progress, 0.0, 0.5))
    if extent.low > extent.high:
        raise UsageError(f"Tensor {tensor} of subgraph {subgraph} has no values. {NOT_RUN}", "Give other data.")
    limits = representable(theirs)
    factors = walk.factors(subgraph).get(written)
    if limits is not None and factors is not None:
        spread = Spread(extent.low, extent.high, (limits[0] / factors, limits[1] / factors))
        limits = limits[0] / float(factors.min()), limits[1] / float(factors.min())
    else:
        spread = Spread(extent.low, extent.high, limits)
    walk.run({key: Watch(only, spread)}, inputs, part(progress, 0.5, 1.0))
    progress(1.0, "Compared")
    one, two = (Histogram(low=extent.low, high=extent.high, counts=tuple(each.tolist())) for each in spread.counts)
    return TensorComparison(
        model=describe(model.path),
        quantized=describe(other.path),
        inputs=inputs.description,
        samples=len(inputs),
        subgraph=subgraph,
        tensor=tensor,
        operator=pair.operator,
        name=mine.name,
        shape=mine.shape,
        dtype=mine.dtype.lower(),
        written=written,
        written_dtype=theirs.dtype.lower(),
        scales=_scales(theirs),
        low=limits[0] if limits else None,
        high=limits[1] if limits else None,
        clipped=spread.beyond / spread.values if limits and spread.values else None,
        values=spread.values,
        float_values=one,
        quantized_values=two,
        error=spread.distance.error(),
    )


def _place(
    model: Model, other: Model, pairs: tuple[tuple[Pair, ...], ...], subgraph: int, tensor: int
) -> tuple[Pair, int, Entry]:
    """The pair of operators that gives a tensor, the tensor's number in the quantized file, and what to run."""
    what = f"tensor {tensor} of subgraph {subgraph}"
    if subgraph >= len(model.subgraphs) or tensor >= len(model.subgraphs[subgraph].tensors):
        raise UsageError(f"The model has no {what}.", "inspect --json lists all tensors.")
    one, reach = model.subgraphs[subgraph], Reach(model)
    runs = {entry.subgraph: entry for entry in shared_entries(model, other)}
    if not any(tensor in operator.outputs for operator in one.operators):
        raise UsageError(f"No operator gives {what}.", "Choose an operator's output; inspect --operator shows weights.")
    for pair in pairs[subgraph] if subgraph < len(pairs) else ():
        for written, mine in pair.results.items():
            if mine == tensor:
                why = obstacle(one, other.subgraphs[subgraph], pair)
                why = why or out_of_reach(reach, subgraph, runs)
                if why is not None:
                    raise UsageError(f"The operator that gives {what} can't be watched. {why}")
                return pair, written, next(runs[root] for root in runs if subgraph in reach.below(root))
    raise UsageError(f"The operator that gives {what} can't be watched. {NOT_FOUND}")


def representable(tensor: Tensor) -> tuple[float, float] | None:
    """The least and the largest real value of an integer tensor's codes; None for one in float."""
    if tensor.dtype not in CODES or tensor.quantization is None or not tensor.quantization.scales:
        return None
    low, high = CODES[tensor.dtype]
    scale, zero = tensor.quantization.scales[0], tensor.quantization.zero_points[0]
    return scale * (low - zero), scale * (high - zero)


def _scales(tensor: Tensor) -> Scales | None:
    found = tensor.quantization
    if found is None or not found.scales:
        return None
    return Scales(values=found.scales, zero_points=found.zero_points, axis=found.axis if found.per_channel else None)
