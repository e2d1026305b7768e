"""Which operators the default XNNPACK delegate takes, predicted from the graph alone.

The rules restate `Subgraph::VisitNode` and `Delegate::PrepareOpsToDelegate` of google-ai-edge/LiteRT's
tflite/delegates/xnnpack/xnnpack_delegate.cc for ai-edge-litert 2.3.0. Every rule was run on that wheel, as single
operators and in whole models. Where the two differ (LOG is taken, RESHAPE to the one dimension -1 isn't, STRIDED_SLICE
beyond the extent is) the wheel counts. The delegate decides before shapes are propagated, so the shapes in the file are
the ones that matter, and a dynamic dimension makes no difference.

Not modelled: float16 activations of operators other than the unary ones, int4 weights with a scale for each block, and
the composite odml.scaled_dot_product_attention.
"""

import math
from collections.abc import Callable, Hashable, Mapping, Set
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from quantscope.model.graph import Tensor
from quantscope.quantize.planned_graph import PlannedGraph, PlannedOperator

MAX_RANK: Final = 6  # XNN_MAX_TENSOR_DIMS
CLAMPS: Final = frozenset({0, 1, 2, 3})  # ActivationFunctionType NONE, RELU, RELU_N1_TO_1, RELU6
VALID: Final = 1  # Padding
SMALLEST_NORMAL: Final = 2.0**-126  # of float32
BLOCKS: Final = 32  # sizes of blocks of int4 weights are multiples of it
SPARSE_WEIGHTS_VERSION: Final = 8  # of FULLY_CONNECTED

_FLOATS: Final = frozenset({"FLOAT32", "FLOAT16"})
_EIGHT_BIT: Final = frozenset({"INT8", "UINT8"})


class Fate(Enum):
    """What becomes of an operator by itself."""

    LEFT = 0
    TAKEN = 1
    UNPACKED = 2  # computed from constants when the delegate loads the model


def taken(graph: PlannedGraph, known: dict[Hashable, Fate] | None = None) -> frozenset[int]:
    """Positions in `graph.operators` of the operators that the delegate takes.

    `known` holds what other graphs with the same source have shown, by PlannedGraph.keys; what this one shows is added.
    """
    known = {} if known is None else known
    result: set[int] = set()
    unpackers: dict[int, int] = {}  # positions by the tensor that they unpack
    variables = _Variables()
    for position, (operator, key) in enumerate(zip(graph.operators, graph.keys(), strict=True)):
        if operator.type == "VAR_HANDLE":
            variables.note(_Candidate(graph, operator, unpackers.keys()), position)
            continue
        if operator.type in _VARIABLE_ACCESS:
            fate = variables.fate(_Candidate(graph, operator, unpackers.keys()))
        else:
            if key is not None and not unpackers.keys().isdisjoint(operator.inputs):
                key = key, tuple(map(unpackers.__contains__, operator.inputs))
            seen = known.get(key)
            fate = seen or _fate(_Candidate(graph, operator, unpackers.keys()))
            if seen is None and key is not None:
                known[key] = fate
        if fate is Fate.LEFT:
            # What an operator outside the delegate reads has to be computed outside.
            result.difference_update([unpackers[tensor] for tensor in operator.inputs if tensor in unpackers])
            continue
        if fate is Fate.UNPACKED:
            unpackers[operator.outputs[0]] = position
        result.add(position)
    return frozenset(result | {variables.handles[resource] for resource in variables.values})


def _fate(candidate: "_Candidate") -> Fate:
    return Fate.UNPACKED if _unpacks(candidate) else Fate.TAKEN if _is_taken(candidate) else Fate.LEFT


@dataclass(slots=True)
class _Candidate:
    """One operator with its operands; `unpacked` are tensors that the delegate computes from constants when loading."""

    graph: PlannedGraph
    operator: PlannedOperator
    unpacked: Set[int]
    _options: Mapping[str, int | float] | None = field(default=None, init=False)

    def has_arity(self, least: int, most: int | None = None, outputs: int = 1) -> bool:
        """Numbers of inputs and outputs are right, and all outputs and the first `least` inputs are there."""
        given = self.operator.inputs
        return (
            least <= len(given) <= (most or least)
            and -1 not in given[:least]
            and len(self.operator.outputs) == outputs
            and -1 not in self.operator.outputs
        )

    def has_input(self, slot: int) -> bool:
        return slot < len(self.operator.inputs) and self.operator.inputs[slot] >= 0

    def input(self, slot: int) -> Tensor:
        return self.graph.tensor(self.operator.inputs[slot])

    @property
    def inputs(self) -> list[Tensor]:
        return [self.graph.tensor(index) for index in self.operator.inputs]

    @property
    def output(self) -> Tensor:
        return self.graph.tensor(self.operator.outputs[0])

    @property
    def outputs(self) -> list[Tensor]:
        return [self.graph.tensor(index) for index in self.operator.outputs]

    def is_static(self, slot: int) -> bool:
        return self.operator.inputs[slot] in self.unpacked or self.graph.is_constant(self.input(slot))

    def is_constant(self, slot: int, *types: str) -> bool:
        tensor = self.input(slot)
        return (not types or tensor.dtype in types) and self.graph.is_constant(tensor)

    def integers(self, slot: int) -> tuple[int, ...] | None:
        return self.graph.integers(self.input(slot))

    def option(self, name: str) -> int | float:
        """A scalar option, 0 where operators of this type have no such option."""
        if self._options is None:
            self._options = self.graph.options(self.operator)
        return self._options.get(name, 0)

    def clamps(self) -> bool:
        """The fused activation, if any, is a clamp."""
        return self.option("FusedActivationFunction") in CLAMPS


_Rule = Callable[[_Candidate], bool]


# Tensors --------------------------------------------------------------------------------------------------------------


def _ranked(tensor: Tensor, least: int, most: int | None = None) -> bool:
    """Rank within bounds and no dimension empty (CheckTensorShape)."""
    return least <= len(tensor.shape) <= (most or least) and 0 not in tensor.shape


def _scales(tensor: Tensor) -> tuple[float, ...]:
    return tensor.quantization.scales if tensor.quantization else ()


def _axis(tensor: Tensor) -> int:
    return tensor.quantization.axis if tensor.quantization else 0


def _per_tensor(tensor: Tensor) -> bool:
    return len(_scales(tensor)) == 1 and _axis(tensor) == 0


def _real_or_q8(*tensors: Tensor) -> bool:
    """All float32, or 8-bit with one scale (CheckTensorFloat32OrQUInt8Type)."""
    return all(tensor.dtype == "FLOAT32" or (tensor.dtype in _EIGHT_BIT and _per_tensor(tensor)) for tensor in tensors)


def _real(*tensors: Tensor) -> bool:
    return all(tensor.dtype == "FLOAT32" for tensor in tensors)


def _filter(tensor: Tensor, axis: int) -> bool:
    """float32, or int8 around zero with one scale or scales along `axis` (CheckTensorFloat32OrQCInt8Type)."""
    if tensor.dtype == "FLOAT32":
        return True
    if tensor.dtype == "UINT8":
        return _per_tensor(tensor)
    quantization = tensor.quantization
    if tensor.dtype != "INT8" or quantization is None or quantization.block:
        return False
    if not all(SMALLEST_NORMAL <= scale < math.inf for scale in quantization.scales):
        return False
    if any(quantization.zero_points):
        return False
    return not quantization.per_channel or (
        quantization.axis == axis and len(quantization.scales) == tensor.shape[axis]
    )


def _bias(candidate: _Candidate, slot: int) -> bool:
    return _bias_type(candidate.input(slot)) and _ranked(candidate.input(slot), 1) and candidate.is_static(slot)


def _bias_type(tensor: Tensor) -> bool:
    return tensor.dtype in _FLOATS or (tensor.dtype == "INT32" and tensor.quantization is not None)


# Rules ----------------------------------------------------------------------------------------------------------------


def _unpacks(candidate: _Candidate) -> bool:
    """DEQUANTIZE of a constant (int8 with scales, or float16) and DENSIFY of a sparse one are computed when loading."""
    kind = candidate.operator.type
    if kind not in ("DEQUANTIZE", "DENSIFY") or not candidate.has_arity(1):
        return False
    source, result = candidate.input(0), candidate.output
    if kind == "DENSIFY":
        same = source.dtype == result.dtype and source.dtype in ("FLOAT16", "INT8", "FLOAT32")
        return same and source.sparse and candidate.is_constant(0)
    if source.sparse or not candidate.is_static(0) or result.dtype != "FLOAT32":
        return False
    return source.dtype == "FLOAT16" or (source.dtype == "INT8" and source.quantization is not None)


def _unary(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(1) and _ranked(candidate.input(0), 0, MAX_RANK)):
        return False
    return candidate.input(0).dtype in _FLOATS and candidate.output.dtype in _FLOATS


def _q8_unary(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(1) and _ranked(candidate.input(0), 0, MAX_RANK)):
        return False
    return _real_or_q8(candidate.input(0), candidate.output)


def _leaky_relu(candidate: _Candidate) -> bool:
    alpha = candidate.option("Alpha")
    return _q8_unary(candidate) and alpha != 0 and math.isfinite(alpha)


def _dequantize(candidate: _Candidate) -> bool:
    """Of an activation; see _unpacks for constants."""
    if not (candidate.has_arity(1) and _ranked(candidate.input(0), 0, MAX_RANK)):
        return False
    return candidate.input(0).dtype in _EIGHT_BIT and _per_tensor(candidate.input(0))


def _quantize(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(1) and _ranked(candidate.input(0), 0, MAX_RANK)):
        return False
    source, result = candidate.input(0), candidate.output
    if not (_real_or_q8(source) and result.dtype in _EIGHT_BIT and _per_tensor(result)):
        return False
    return source.dtype in ("FLOAT32", result.dtype)


def _is_pair(candidate: _Candidate) -> bool:
    return candidate.has_arity(2) and all(_ranked(tensor, 0, MAX_RANK) for tensor in candidate.inputs)


def _arithmetic(candidate: _Candidate) -> bool:
    if not (_is_pair(candidate) and candidate.clamps()):
        return False
    tensors = [*candidate.inputs, candidate.output]
    return _real_or_q8(*tensors) and len({tensor.dtype for tensor in tensors}) == 1


def _real_pair(candidate: _Candidate) -> bool:
    return _is_pair(candidate) and _real(*candidate.inputs, candidate.output)


def _division(candidate: _Candidate) -> bool:
    return _real_pair(candidate) and candidate.clamps()


def _prelu(candidate: _Candidate) -> bool:
    return _real_pair(candidate) and candidate.is_static(1)


def _pool(of_type: Callable[..., bool]) -> _Rule:
    def rule(candidate: _Candidate) -> bool:
        if not (candidate.has_arity(1) and candidate.clamps() and of_type(candidate.input(0), candidate.output)):
            return False
        height, width = candidate.option("FilterHeight"), candidate.option("FilterWidth")
        down, across = candidate.option("StrideH"), candidate.option("StrideW")
        return 0 < down <= height and 0 < across <= width and not (height == width == 1 < max(down, across))

    return rule


def _convolution(candidate: _Candidate, axis: int) -> bool:
    if not (candidate.has_arity(3) and candidate.clamps()):
        return False
    steps = ("StrideW", "StrideH", "DilationWFactor", "DilationHFactor")
    if min(candidate.option(name) for name in steps) <= 0:
        return False
    source, weights, result = candidate.input(0), candidate.input(1), candidate.output
    if not (_real_or_q8(source, result) and source.dtype == result.dtype):
        return False
    if not all(_ranked(tensor, 4) for tensor in (source, weights, result)):
        return False
    return _filter(weights, axis) and candidate.is_static(1) and _bias(candidate, 2)


def _conv_2d(candidate: _Candidate) -> bool:
    if not _convolution(candidate, 0):
        return False
    source, weights = candidate.input(0), candidate.input(1)
    hybrid = source.dtype == "FLOAT32" and weights.dtype == "INT8"
    return (source.dtype == weights.dtype or hybrid) and source.shape[3] >= weights.shape[3]


def _depthwise_conv_2d(candidate: _Candidate) -> bool:
    """There is no hybrid kernel: filter and input are of one type."""
    if not _convolution(candidate, 3):
        return False
    multiplier, weights = candidate.option("DepthMultiplier"), candidate.input(1)
    return multiplier > 0 and weights.shape[3] % multiplier == 0 and weights.dtype == candidate.input(0).dtype


def _fully_connected(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(2, 3) and candidate.clamps()):
        return False
    if candidate.operator.version == SPARSE_WEIGHTS_VERSION or candidate.option("WeightsFormat"):
        return False
    source, weights, result = candidate.input(0), candidate.input(1), candidate.output
    if not (_real_or_q8(source, result) and source.dtype == result.dtype):
        return False
    if not (_ranked(weights, 2) and candidate.is_static(1)):
        return False
    rows, columns = weights.shape
    count = len(_scales(weights))
    if weights.dtype == "INT4" and weights.quantization is not None and weights.quantization.block:
        size = weights.quantization.block
        if source.dtype != "FLOAT32" or size % BLOCKS or columns % size:
            return False
    elif weights.dtype in ("INT8", "INT4"):
        if count == 0 or (count > 1 and _axis(weights) != 0):
            return False
        if weights.dtype == "INT4" and (count not in (1, rows) or columns % 2):
            return False
        if source.dtype not in ("FLOAT32", "INT8"):
            return False
    elif source.dtype != weights.dtype:
        return False
    if not candidate.has_input(2):
        return True
    bias = candidate.input(2)
    return _bias_type(bias) and bias.elements == rows and candidate.is_static(2)


def _batch_matmul(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(2) and all(len(tensor.shape) >= 2 for tensor in candidate.inputs)):
        return False
    left, right, result = candidate.input(0), candidate.input(1), candidate.output
    if not (_real_or_q8(left) and left.dtype == result.dtype):
        return False
    axis = len(right.shape) - (2 if candidate.option("AdjY") else 1)
    return _filter(right, axis) and left.dtype in ("FLOAT32", right.dtype)


def _transpose_conv(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(3, 4) and candidate.clamps() and candidate.is_constant(0, "INT32")):
        return False
    size = candidate.integers(0)
    if size is None or len(candidate.input(0).shape) != 1 or len(size) != 4:
        return False
    weights, source = candidate.input(1), candidate.input(2)
    if not _real_or_q8(source, candidate.output):
        return False
    if not all(_ranked(tensor, 4) for tensor in (source, weights, candidate.output)):
        return False
    if not (_filter(weights, 0) and candidate.is_static(1)):
        return False
    if candidate.has_input(3) and not _bias(candidate, 3):
        return False
    if weights.shape[0] != size[3] or weights.shape[3] != source.shape[3]:
        return False
    strides = candidate.option("StrideH"), candidate.option("StrideW")
    valid = candidate.option("Padding") == VALID
    return _deconvolves(size[1:3], source.shape[1:3], weights.shape[1:3], strides, valid)


def _deconvolves(
    outputs: tuple[int, ...],
    inputs: tuple[int, ...],
    kernel: tuple[int, ...],
    strides: tuple[int | float, ...],
    valid: bool,
) -> bool:
    """The padding of a transposed convolution can be found (CalculateTransposeConvPaddings)."""
    if min(strides) <= 0:
        return False
    if valid:
        return all(extent <= out for extent, out in zip(kernel, outputs, strict=True))
    return all(
        -(-out // stride) == into and extent >= stride
        for out, into, extent, stride in zip(outputs, inputs, kernel, strides, strict=True)
    )


def _concatenation(candidate: _Candidate) -> bool:
    if not candidate.has_arity(2, 5) or -1 in candidate.operator.inputs:
        return False
    tensors = [*candidate.inputs, candidate.output]
    if not _real_or_q8(*tensors):
        return False
    return candidate.output.dtype != "UINT8" or len({_scales(tensor) for tensor in tensors}) == 1


def _split(candidate: _Candidate) -> bool:
    parts = len(candidate.operator.outputs)
    if not (2 <= parts <= 4 and candidate.has_arity(2, outputs=parts) and candidate.is_constant(0, "INT32")):
        return False
    return _real_or_q8(candidate.input(1), *candidate.outputs)


def _reduction(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(2) and _real_or_q8(candidate.input(0), candidate.output)):
        return False
    return candidate.is_constant(1, "INT32") and len(candidate.input(1).shape) <= 1


def _pad(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(2) and candidate.is_constant(1, "INT32")):
        return False
    source, result = candidate.input(0), candidate.output
    if not (_real_or_q8(source, result) and all(_ranked(tensor, 1, MAX_RANK) for tensor in (source, result))):
        return False
    paddings = candidate.integers(1)
    # The delegate looks at the first two dimensions only.
    return paddings is not None and candidate.input(1).shape == (len(source.shape), 2) and min(paddings[:4]) >= 0


def _reshape(candidate: _Candidate) -> bool:
    if not candidate.has_arity(1, 2):
        return False
    source, result = candidate.input(0), candidate.output
    if not (_real_or_q8(source, result) and all(_ranked(tensor, 0, MAX_RANK) for tensor in (source, result))):
        return False
    if source.dtype != "FLOAT32" and _scales(source) != _scales(result):
        return False
    if not candidate.has_input(1):
        return len(candidate.operator.inputs) == 1 and candidate.graph.new_shape(candidate.operator) != (-1,)
    shape = candidate.input(1)
    if shape.dtype == "INT32" and shape.shape == (0,):
        return True
    if not candidate.is_constant(1, "INT32") or any(size != 1 for size in shape.shape[:-1]):
        return False
    return candidate.integers(1) != (-1,)


def _resize_bilinear(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(2) and candidate.is_constant(1, "INT32") and len(candidate.input(1).shape) == 1):
        return False
    source, result = candidate.input(0), candidate.output
    if not (_real_or_q8(source, result) and _ranked(source, 4) and _ranked(result, 4)):
        return False
    size = candidate.integers(1)
    return size is not None and size[0] > 0


def _slice(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(3) and all(candidate.is_constant(slot, "INT32", "INT64") for slot in (1, 2))):
        return False
    begin, size = candidate.input(1), candidate.input(2)
    if len(begin.shape) != 1 or begin.shape != size.shape or not _real_or_q8(candidate.input(0), candidate.output):
        return False
    sizes = candidate.integers(2)
    return sizes is not None and min(sizes) > 0


def _strided_slice(candidate: _Candidate) -> bool:
    if not candidate.has_arity(4) or any(
        candidate.option(name) for name in ("EllipsisMask", "NewAxisMask", "ShrinkAxisMask")
    ):
        return False
    source = candidate.input(0)
    operands = (1, 2, 3)
    if not all(candidate.is_constant(slot, "INT32") for slot in operands):
        return False
    if any(candidate.input(slot).shape != (len(source.shape),) for slot in operands):
        return False
    strides = candidate.integers(3)
    return _real_or_q8(source, candidate.output) and strides is not None and set(strides) == {1}


def _transpose(candidate: _Candidate) -> bool:
    return candidate.has_arity(2) and _real_or_q8(candidate.input(0)) and candidate.is_constant(1)


def _softmax(candidate: _Candidate) -> bool:
    return candidate.has_arity(1) and _real(candidate.input(0), candidate.output) and candidate.option("Beta") == 1


def _depth_to_space(candidate: _Candidate) -> bool:
    if not (candidate.has_arity(1) and _real_or_q8(candidate.input(0), candidate.output)):
        return False
    return candidate.option("BlockSize") > 1


def _space_to_depth(candidate: _Candidate) -> bool:
    if not _depth_to_space(candidate):
        return False
    shape, block = candidate.input(0).shape, candidate.option("BlockSize")
    return len(shape) == 4 and shape[1] % block == 0 and shape[2] % block == 0


def _custom_transpose_conv(candidate: _Candidate) -> bool:
    """MediaPipe's Convolution2DTransposeBias; its options are padding (1: same, 2: valid), stride width and height."""
    if not candidate.has_arity(3):
        return False
    padding, across, down = candidate.graph.custom_integers(candidate.operator, 3)
    source, weights, result = candidate.input(0), candidate.input(1), candidate.output
    if padding not in (1, 2) or not _real(*candidate.inputs, result):
        return False
    if not (all(_ranked(tensor, 4) for tensor in (source, weights, result)) and candidate.is_static(1)):
        return False
    sizes = result.shape[1:3], source.shape[1:3], weights.shape[1:3]
    return _bias(candidate, 2) and _deconvolves(*sizes, (down, across), padding == 2)


def _custom_pool(inputs: int, outputs: int) -> _Rule:
    """MediaPipe's MaxPoolingWithArgmax2D and MaxUnpooling2D; options: padding, stride and filter (width, height)."""

    def rule(candidate: _Candidate) -> bool:
        if not candidate.has_arity(inputs, outputs=outputs):
            return False
        padding, across, down, width, height = candidate.graph.custom_integers(candidate.operator, 5)
        if padding not in (1, 2) or not (across == width > 0 and down == height > 0):
            return False
        source, result = candidate.input(0), candidate.output
        return _real(source, result) and _ranked(source, 4) and _ranked(result, 4)

    return rule


_UNARY: Final = (
    "ABS", "CEIL", "COS", "EXP", "FLOOR", "GELU", "HARD_SWISH", "LOG", "NEG", "RELU", "RELU6", "RELU_N1_TO_1", "ROUND",
    "RSQRT", "SIN", "SQRT", "SQUARE",
)  # fmt: skip

RULES: Final[Mapping[str, _Rule]] = {
    **dict.fromkeys(_UNARY, _unary),
    **dict.fromkeys(("ELU", "LOGISTIC", "TANH"), _q8_unary),
    **dict.fromkeys(("ADD", "MUL", "SUB"), _arithmetic),
    **dict.fromkeys(("MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE"), _real_pair),
    **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"), _reduction),
    "AVERAGE_POOL_2D": _pool(_real),
    "BATCH_MATMUL": _batch_matmul,
    "CONCATENATION": _concatenation,
    "CONV_2D": _conv_2d,
    "DEPTHWISE_CONV_2D": _depthwise_conv_2d,
    "DEPTH_TO_SPACE": _depth_to_space,
    "DEQUANTIZE": _dequantize,
    "DIV": _division,
    "FULLY_CONNECTED": _fully_connected,
    "LEAKY_RELU": _leaky_relu,
    "MAX_POOL_2D": _pool(_real_or_q8),
    "PAD": _pad,
    "PRELU": _prelu,
    "QUANTIZE": _quantize,
    "RESHAPE": _reshape,
    "RESIZE_BILINEAR": _resize_bilinear,
    "SLICE": _slice,
    "SOFTMAX": _softmax,
    "SPACE_TO_DEPTH": _space_to_depth,
    "SPLIT": _split,
    "STRIDED_SLICE": _strided_slice,
    "TRANSPOSE": _transpose,
    "TRANSPOSE_CONV": _transpose_conv,
    "CUSTOM:Convolution2DTransposeBias": _custom_transpose_conv,
    "CUSTOM:MaxPoolingWithArgmax2D": _custom_pool(1, 2),
    "CUSTOM:MaxUnpooling2D": _custom_pool(2, 1),
}


def _is_taken(candidate: _Candidate) -> bool:
    rule = RULES.get(candidate.operator.type)
    return rule is not None and rule(candidate)


_VARIABLE_ACCESS: Final = frozenset({"READ_VARIABLE", "ASSIGN_VARIABLE"})


@dataclass(frozen=True, slots=True)
class _Variables:
    """Resource variables. A handle is taken once a taken operator has shown the type and shape of its variable."""

    handles: dict[int, int] = field(default_factory=dict)  # positions of the VAR_HANDLE by resource tensor
    values: dict[int, tuple[str, tuple[int, ...]]] = field(default_factory=dict)  # type and shape by resource tensor

    def note(self, candidate: _Candidate, position: int) -> None:
        """Sees a VAR_HANDLE."""
        if candidate.has_arity(0):
            self.handles[candidate.operator.outputs[0]] = position

    def fate(self, candidate: _Candidate) -> Fate:
        """What becomes of an operator that reads or writes a variable."""
        return Fate.TAKEN if self._takes(candidate) else Fate.LEFT

    def _takes(self, candidate: _Candidate) -> bool:
        reads = candidate.operator.type == "READ_VARIABLE"
        if not (candidate.has_arity(1) if reads else candidate.has_arity(2, outputs=0)):
            return False
        resource = candidate.operator.inputs[0]
        value = candidate.output if reads else candidate.input(1)
        if not _real_or_q8(value) or (reads and not value.shape) or resource not in self.handles:
            return False
        seen = (value.dtype, value.shape)
        return self.values.setdefault(resource, seen) == seen
