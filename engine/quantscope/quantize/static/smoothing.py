"""Values on their way from float to integers, evened out channel by channel so that one scale does for all.

A transformer's activations have a few channels many times as large as the rest, which one scale for the tensor leaves
next to nothing. Multiplying each channel by a factor before it is rounded and the weight's columns by its inverse
changes nothing but that (Xiao et al., "SmoothQuant", arXiv 2211.10438). Where a tensor turns from float to integers
anyway, that is one more float operator in front of the QUANTIZE; tensors that others read aren't touched.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from quantscope.model.graph import Subgraph
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.static.kernels import INTEGER_FACTS
from quantscope.quantize.static.scales import Range, real_inputs
from quantscope.quantize.weights import Floats

PRODUCTS: Final = frozenset({"FULLY_CONNECTED", "CONV_2D"})
# How much of a channel's smallness is made up for: the rest is left to the weights, whose columns it makes uneven.
STRENGTH: Final = 0.75
LARGEST_FACTOR: Final = 64.0
# Below this spread of channels (the largest over the median one) evening out isn't worth an operator.
UNEVEN: Final = 3.0


def smoothing(
    subgraph: Subgraph, dtypes: Mapping[int, str], constants: frozenset[int], calibration: Calibration
) -> Mapping[int, Floats]:
    """The factors (float32 [channels]) of tensors that come in float and are read in int8 by matrix products alone."""
    made = {index for at in dtypes for index in subgraph.operators[at].outputs}
    readers: dict[int, set[str]] = {}
    weights: dict[int, set[int]] = {}
    for at, dtype in dtypes.items():
        operator = subgraph.operators[at]
        for slot in real_inputs(subgraph, operator, INTEGER_FACTS[operator.type]):
            index = operator.inputs[slot]
            sound = operator.type in PRODUCTS and dtype == "INT8" and slot == 0
            readers.setdefault(index, set()).add("product" if sound else "other")
            if sound:
                weights.setdefault(subgraph.tensors[operator.inputs[1]].buffer, set()).add(index)
    shared = {index for tensors in weights.values() if len(tensors) > 1 for index in tensors}
    factors = {}
    for index, kinds in readers.items():
        if index in made or index in constants or index in shared or kinds != {"product"}:
            continue
        seen = calibration.tensors.get((subgraph.index, index))
        if seen is None or seen.channels is None or subgraph.tensors[index].shape[-1:] != seen.channels.low.shape:
            continue
        sizes = np.maximum(np.abs(seen.channels.low), np.abs(seen.channels.high))
        largest, median = float(sizes.max()), float(np.median(sizes))
        if largest > UNEVEN * median > 0:
            ratios = np.clip(largest / np.maximum(sizes, largest / LARGEST_FACTOR**2), 1.0, None)
            factors[index] = np.minimum(ratios**STRENGTH, LARGEST_FACTOR).astype(np.float32)
    return factors


def smoothed_range(calibration: Calibration, key: tuple[int, int], factors: Floats) -> Range:
    """The range of a tensor after its channels have been multiplied."""
    channels = calibration.tensors[key].channels
    assert channels is not None
    return float(min((channels.low * factors).min(), 0.0)), float(max((channels.high * factors).max(), 0.0))
