"""Channels between two convolutions in integers brought to like sizes, so that one scale does for all of them.

Multiplying a channel by a factor where it is made and dividing what reads it by the same changes nothing in exact
arithmetic, behind a ReLU neither (Nagel et al., "Data-Free Quantization through Weight Equalization and Bias
Correction", ICCV 2019, cross-layer equalization). Weights have a scale for each channel, so it is the activation's one
scale that gains. Where a depthwise convolution reads it, its weights have scales of their own for the very channels,
and evening out costs nothing; elsewhere a part of it is left undone. A channel grows only as
far as twice what was seen of it stays below a ReLU6's bound and the range.

Factors are powers of two: multiplying by them is exact, and a file tells them (`evaluate.equalized`).
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from quantscope.model.graph import Operator, Subgraph
from quantscope.quantize.calibration import Calibration, Moments
from quantscope.quantize.kernels import Options
from quantscope.quantize.weights import Floats

CONVOLUTIONS: Final[Mapping[str, int]] = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": -1}  # axis of a weight's outputs
# Largest values by fused activation: NONE, RELU, RELU6.
BOUNDS: Final[Mapping[int, float]] = {0: np.inf, 1: np.inf, 3: 6.0}
STRENGTH: Final[Mapping[str, float]] = {"CONV_2D": 0.75, "DEPTHWISE_CONV_2D": 1.0}  # by reader
LARGEST_EXPONENT: Final = 3
# Octaves left free: samples that weren't seen reach further, and a channel's own range was its reserve.
HEADROOM: Final = 1


def equalization(
    subgraph: Subgraph,
    dtypes: Mapping[int, str],
    calibration: Calibration,
    readers: Mapping[int, int],
    options_of: Callable[[Operator], Options],
) -> Mapping[int, Floats]:
    """The factors (float32 [channels], powers of two from 1 on) of tensors between two convolutions in int8.

    `readers` says how many operands read each buffer: only weights and biases of one operator can be changed.
    """
    consumers: dict[int, list[Operator]] = {}
    for operator in subgraph.operators:
        for index in operator.inputs:
            consumers.setdefault(index, []).append(operator)
    found = {}
    for at, dtype in dtypes.items():
        maker = subgraph.operators[at]
        if dtype != "INT8" or maker.type not in CONVOLUTIONS:
            continue
        (index,) = maker.outputs
        if len(consumers.get(index, ())) != 1 or index in subgraph.outputs:
            continue
        (reader,) = consumers[index]
        seen = calibration.tensors.get((subgraph.index, index))
        if (
            reader.type not in CONVOLUTIONS
            or dtypes.get(reader.index) != "INT8"
            or reader.inputs[0] != index
            or seen is None
            or seen.channels is None
            or not _is_plain(subgraph, reader)
        ):
            continue
        constants = [subgraph.tensors[each] for each in (*maker.inputs[1:], reader.inputs[1]) if each >= 0]
        if any(readers[constant.buffer] != 1 for constant in constants):
            continue
        bound = BOUNDS.get(int(options_of(maker).get("FusedActivationFunction", 0)))
        if bound is None:
            continue
        sizes = np.maximum(np.abs(seen.channels.low), np.abs(seen.channels.high)).astype(np.float64)
        largest = float(sizes.max(initial=0.0))
        if largest > 0:
            with np.errstate(divide="ignore"):
                room = (np.log2(largest / sizes) - HEADROOM) * STRENGTH[reader.type]
                below = np.log2(bound / sizes) - HEADROOM
            exponents = np.clip(np.floor(np.minimum(room, below)), 0, LARGEST_EXPONENT)
            exponents[sizes == 0] = 0  # never seen awake: nothing is known of its size
            if exponents.any():
                found[index] = np.exp2(exponents).astype(np.float32)
    return found


def _is_plain(subgraph: Subgraph, reader: Operator) -> bool:
    """False for convolutions in groups, whose weights see a part of the channels each."""
    x, weight = subgraph.tensors[reader.inputs[0]], subgraph.tensors[reader.inputs[1]]
    channels = x.shape[-1]
    return weight.shape[-1] % channels == 0 if reader.type == "DEPTHWISE_CONV_2D" else weight.shape[-1] == channels


def made_larger(operator: Operator, values: Floats, factors: Floats) -> Floats:
    """The weight or bias of what makes a tensor whose channels are multiplied by `factors`."""
    if values.ndim > 1 and CONVOLUTIONS[operator.type] == 0:
        return np.asarray(values * factors.reshape(-1, *[1] * (values.ndim - 1)), np.float32)
    return np.asarray(values * factors, np.float32)


def for_larger(operator: Operator, values: Floats, factors: Floats) -> Floats:
    """The weight of what reads it."""
    return np.asarray(values / np.repeat(factors, values.shape[-1] // factors.size), np.float32)


def moments_of_larger(operator: Operator, moments: Moments, factors: Floats) -> Moments:
    """What that weight is multiplied with."""
    if operator.type == "CONV_2D":
        return moments.scaled(factors)
    column = factors[:, None]
    return Moments(moments.mean * column, moments.second * (column * column)[:, :, None])
