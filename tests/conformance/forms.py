"""Float models with their weights quantized by hand, in every form that weights can have in a .tflite file."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as tfl

from quantscope.quantize.kernels import FACTS
from tests.models import Array, ModelBuilder

LEVELS = {"INT8": 127, "INT4": 7}


@dataclass(frozen=True)
class Form:
    """How weights are stored and read: `granularity` is "tensor", "channel" or "block-N"; `direct` by the operator's
    own kernel, else by a DEQUANTIZE in front of it."""

    dtype: str
    granularity: str
    direct: bool

    @property
    def block(self) -> int:
        return int(self.granularity.partition("-")[2] or 0)

    def __str__(self) -> str:
        return f"{self.dtype.lower()} {self.granularity} {'direct' if self.direct else 'dequantized'}"


GRANULARITIES = ("tensor", "channel", "block-32", "block-64", "block-128", "block-256")
FORMS = tuple(
    Form(dtype, granularity, direct) for direct in (True, False) for dtype in LEVELS for granularity in GRANULARITIES
)


def packed_int4(codes: Array) -> Array:
    """Two codes a byte, the lower half first."""
    flat = codes.reshape(-1)
    flat = np.append(flat, np.zeros(flat.size % 2, flat.dtype)).astype(np.uint8)
    packed: Array = flat[::2] & 15 | flat[1::2] << 4
    return packed


def bfloat16(values: Array) -> Array:
    """The nearest values with 8 bits of precision, which is what kernels keep of a block's scale."""
    bits = values.astype(np.float32).view(np.uint32)
    rounded: Array = (bits + 0x7FFF + (bits >> 16 & 1) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    return rounded


def channel_axis(kind: str, rank: int, adj_y: bool) -> int:
    """The axis along which a kernel with scales for each channel wants them."""
    if kind == "DEPTHWISE_CONV_2D":
        return rank - 1
    if kind == "BATCH_MATMUL":
        return rank - (2 if adj_y else 1)
    return 0


def quantized(built: ModelBuilder, kind: str, form: Form, version: int | None = None) -> ModelBuilder | None:
    """`built`, whose operators of type `kind` get their weights in `form`; None where the weights' shapes don't allow
    it, or where the form needs two dimensions. `version` is the operators' where they read the weights directly."""
    model = built.model
    (graph,) = model.subgraphs
    facts = FACTS[kind]
    operators = [each for each in graph.operators if _kind(model, each) == kind]
    done: dict[int, int] = {}
    before: list[Any] = []
    for operator in operators:
        operator.inputs = [*operator.inputs]
        for at in (*facts.weights, *facts.only_stored):
            index = operator.inputs[at] if at < len(operator.inputs) else -1
            if index < 0 or model.buffers[graph.tensors[index].buffer].data is None:
                continue
            tensor = graph.tensors[index]
            if index not in done:
                axis = channel_axis(kind, len(tensor.shape), bool(getattr(operator.builtinOptions, "adjY", False)))
                if not _quantize(built, tensor, form, axis):
                    return None
                done[index] = index
                if not form.direct:
                    real = tfl.TensorT(
                        shape=tensor.shape, type=tfl.TensorType.FLOAT32, buffer=0, name=f"real{index}", hasRank=True
                    )
                    graph.tensors.append(real)
                    done[index] = len(graph.tensors) - 1
                    before.append(
                        tfl.OperatorT(
                            opcodeIndex=built.operator_code("DEQUANTIZE", 2), inputs=[index], outputs=[done[index]]
                        )
                    )
            operator.inputs[at] = done[index]
        if form.direct and version is not None:
            operator.opcodeIndex = built.operator_code(kind, version)
        if form.direct and hasattr(operator.builtinOptions, "asymmetricQuantizeInputs"):
            operator.builtinOptions.asymmetricQuantizeInputs = True
    graph.operators = [*before, *graph.operators]
    return built


def _kind(model: Any, operator: Any) -> str:
    code = model.operatorCodes[operator.opcodeIndex].builtinCode
    return next(name for name, value in vars(tfl.BuiltinOperator).items() if value == code)


def _quantize(built: ModelBuilder, tensor: Any, form: Form, axis: int) -> bool:
    model = built.model
    shape: Sequence[int] = tensor.shape
    values = model.buffers[tensor.buffer].data.view(np.float32).reshape(shape)
    levels = LEVELS[form.dtype]
    if form.block:
        if len(shape) < 2 or shape[-1] % form.block:
            return False
        blocks = values.reshape(*shape[:-1], -1, form.block)
        scales = bfloat16(np.abs(blocks).max(-1) / levels)
        codes = np.clip(np.rint(blocks / scales[..., None]), -levels, levels)
        graph = model.subgraphs[0]
        graph.tensors.append(
            tfl.TensorT(
                shape=[*scales.shape], type=tfl.TensorType.FLOAT16, name=f"{tensor.name}_scales", hasRank=True,
                buffer=built.buffer(scales.astype(np.float16)),
            )
        )  # fmt: skip
        tensor.quantization = tfl.QuantizationParametersT(
            quantizedDimension=0,
            detailsType=tfl.QuantizationDetails.BlockwiseQuantization,
            details=tfl.BlockwiseQuantizationT(scales=len(graph.tensors) - 1, zeroPoints=-1, blockSize=form.block),
        )
    else:
        others = None if form.granularity == "tensor" else tuple(at for at in range(len(shape)) if at != axis)
        scales = np.abs(values).max(axis=others, keepdims=True) / np.float32(levels)
        codes = np.rint(values / scales)
        tensor.quantization = tfl.QuantizationParametersT(
            scale=scales.reshape(-1).astype(np.float32), zeroPoint=np.zeros(scales.size, np.int64),
            quantizedDimension=axis if scales.size > 1 else 0,
        )  # fmt: skip
    codes = codes.astype(np.int8).reshape(shape)
    data = packed_int4(codes) if form.dtype == "INT4" else codes.view(np.uint8).reshape(-1)
    assert data.size == (math.prod(shape) + 1) // 2 or form.dtype != "INT4"
    # A buffer of its own: what shares the old one goes on reading floats.
    tensor.buffer = built.buffer(data)
    tensor.type = getattr(tfl.TensorType, form.dtype)
    return True
