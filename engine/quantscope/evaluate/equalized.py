"""Tensors of a quantized file whose channels are multiples of the float model's, as its weights tell."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from quantscope.evaluate.alignment import Pair
from quantscope.model.graph import Model, Tensor
from quantscope.model.values import Affine, real

Floats = npt.NDArray[np.float32]

CONVOLUTIONS: Final[Mapping[str, int]] = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": -1}  # axis of a weight's outputs
CLOSE: Final = 0.25  # to a whole exponent: further away a ratio is no factor but an accident


def multiplied(reference: Model, quantized: Model, subgraph: int, pairs: Sequence[Pair]) -> Mapping[int, Floats]:
    """The factors (float32 [channels]) of what convolutions between integers give in a subgraph of `quantized`.

    Where two convolutions follow each other, Quantscope may have multiplied what the first one gives and divided the
    second one's weights (`static.equalization`).
    """
    one, two = reference.subgraphs[subgraph], quantized.subgraphs[subgraph]
    readers = {index: operator.type for operator in two.operators for index in operator.inputs[:1]}
    found: dict[int, Floats] = {}
    for pair in pairs:
        mine = one.operators[pair.operator]
        for written in (two.operators[at] for at in pair.written):
            if mine.type not in CONVOLUTIONS or written.type != mine.type:
                continue
            (result,) = written.outputs
            weights = one.tensors[mine.inputs[1]], two.tensors[written.inputs[1]]
            if (
                readers.get(result) in CONVOLUTIONS
                and two.tensors[result].dtype == weights[1].dtype == "INT8"
                and weights[0].dtype == "FLOAT32"
                and weights[0].shape == weights[1].shape
                and reference.is_constant(weights[0])
                and quantized.is_constant(weights[1])
            ):
                written_values, axis = _real_values(quantized, weights[1]), CONVOLUTIONS[mine.type]
                if (earlier := found.get(written.inputs[0])) is not None:
                    written_values *= np.repeat(earlier, written_values.shape[-1] // earlier.size)
                factors = factors_between(reference.values(weights[0]), written_values, axis)
                if factors is not None:
                    found[result] = factors
    return found


def factors_between(weight: Floats, written: Floats, axis: int) -> Floats | None:
    """By what powers of two, from 1 on, the outputs of a `written` weight were multiplied, float32 [channels].

    None if by none. `axis` is that of outputs. Rounding moves the ratio of two weights by far less than a factor of 2.
    """
    rows, others = (np.moveaxis(each, axis, 0).reshape(each.shape[axis], -1) for each in (weight, written))
    power = np.einsum("rc,rc->r", rows, rows, dtype=np.float64)
    ratios = np.einsum("rc,rc->r", rows, others, dtype=np.float64) / np.maximum(power, 1e-300)
    exact = np.log2(np.maximum(ratios, 1.0))
    exponents = np.where(np.abs(exact - np.rint(exact)) < CLOSE, np.rint(exact), 0)
    return np.exp2(exponents).astype(np.float32) if exponents.any() else None


def _real_values(model: Model, weight: Tensor) -> Floats:
    affine = Affine.of(weight.quantization, weight.shape) if weight.quantization else None
    raw = np.ascontiguousarray(model.values(weight)).reshape(-1).view(np.uint8)
    pieces = [piece.astype(np.float32) for piece in real(raw, weight.dtype, weight.shape, affine)]
    return np.concatenate(pieces).reshape(weight.shape)
