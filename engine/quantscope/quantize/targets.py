"""Targets: the runtimes that will run the model, as tables of what their kernels can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from quantscope.errors import RecipeError
from quantscope.precision import Precision
from quantscope.recipe import Granularity

Kernels = Mapping[str, frozenset[Granularity]]

DEFAULT_TARGET: Final = "xnnpack"


@dataclass(frozen=True, slots=True)
class Work:
    """What a matrix product or convolution has to do: sum `taps` times `channels` products for each output element.

    `weights`, `inputs` and `outputs` are numbers of elements.
    """

    taps: float
    channels: int
    weights: int
    inputs: int
    outputs: int

    @property
    def depth(self) -> int:
        """Products for each output element."""
        return round(self.taps * self.channels)


@dataclass(frozen=True, slots=True)
class HybridCost:
    """When quantizing activations on the fly pays. The unit is the time of one product in float arithmetic.

    An int8 product takes `product`, with the channels filled up to a multiple of `group`, which one dot product
    instruction sums; an output costs `output` extra (scales and zero point corrections), an input `input` (range and
    rounding), of which a float convolution, too, reads each once for every tap; a weight saves `weight`, being read in
    8 bits, which is what counts where each is used only a few times.

    Measured on 1,200 single operators of random shapes on ai-edge-litert 2.3.0 on a processor with int8 dot products
    (AVX512-VNNI; `python -m tests.bench hybrid` does it again): the choice costs 1 to 3 % against the faster one of
    each, and its worst is 0.86 of float's speed. Phones have had dot products since 2018 (ARMv8.2) and save as much by
    them, four products to one. Where there are none (x86 before AVX-VNNI) an int8 product costs about as much as a
    float one, and what is said to pay here gains little or loses up to a tenth.
    """

    product: float = 0.5
    output: float = 8.0
    input: float = 16.0
    weight: float = 2.0
    group: int = 4

    def pays(self, work: Work) -> bool:
        """True if hybrid arithmetic is expected to be faster than float."""
        filled = -(-work.channels // self.group) * self.group
        per_output = work.taps * (work.channels - self.product * filled) - self.output
        saved = work.outputs * per_output + work.weights * self.weight
        return saved >= work.inputs * self.input / max(1.0, work.taps)


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    `kernels` are the operators that it has kernels for with quantized weights and float activations, with the
    granularities that those read; the others in `kernels.FACTS` are stored small and computed in float. `integer` are
    the operators whose all-integer int8 kernels its delegate has; others run in integers on built-in kernels.
    `delegate` tells whether operators go to XNNPACK, `unpacks` which data types of constants behind a DEQUANTIZE it
    unpacks when it loads, so that their operators stay with the delegate; `hybrid_cost` when hybrid arithmetic of a
    matrix product or convolution pays (None: always).
    """

    id: str
    title: str
    short: str
    description: str
    kernels: Mapping[Precision, Kernels]
    integer: frozenset[str]
    delegate: bool
    unpacks: frozenset[str]
    hybrid_cost: HybridCost | None


_TENSOR: Final = frozenset({Granularity.TENSOR})
_CHANNELS: Final = frozenset({Granularity.TENSOR, Granularity.CHANNEL})
_BLOCKS: Final = frozenset(Granularity) - {Granularity.AUTO}

# Every row is proved by `python -m tests.conformance`, and that what isn't here goes wrong or leaves the delegate.
_INT8: Final[Kernels] = {
    "CONV_2D": _CHANNELS, "FULLY_CONNECTED": _CHANNELS, "BATCH_MATMUL": _CHANNELS, "TRANSPOSE_CONV": _CHANNELS,
    "LSTM": _TENSOR, "UNIDIRECTIONAL_SEQUENCE_LSTM": _TENSOR, "BIDIRECTIONAL_SEQUENCE_LSTM": _TENSOR, "RNN": _TENSOR,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _TENSOR, "BIDIRECTIONAL_SEQUENCE_RNN": _TENSOR, "SVDF": _TENSOR,
    "EMBEDDING_LOOKUP": _CHANNELS, "GATHER": _CHANNELS,
}  # fmt: skip
_INT4: Final[Kernels] = {"FULLY_CONNECTED": _BLOCKS, "EMBEDDING_LOOKUP": _BLOCKS, "GATHER": _BLOCKS}
# What a DEQUANTIZE in front of a float kernel reads, of any operator: blocks it reads wrongly or crashes on.
STORED: Final[Mapping[Precision, frozenset[Granularity]]] = {
    Precision.WEIGHT_ONLY_INT8: _CHANNELS,
    Precision.WEIGHT_ONLY_INT4: _CHANNELS,
}

# The delegate's rules for int8 activations (xnnpack.py), by operator type.
_DELEGATED_INTEGER: Final = frozenset({
    "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "ADD", "SUB", "MUL", "MEAN", "SUM",
    "REDUCE_MAX", "REDUCE_MIN", "MAX_POOL_2D", "ELU", "LOGISTIC", "TANH", "LEAKY_RELU", "CONCATENATION", "SPLIT",
    "PAD", "RESHAPE", "RESIZE_BILINEAR", "SLICE", "STRIDED_SLICE", "TRANSPOSE", "DEPTH_TO_SPACE", "SPACE_TO_DEPTH",
})  # fmt: skip

TARGETS: Final[Mapping[str, Target]] = {
    target.id: target
    for target in (
        Target(
            id="xnnpack",
            title="XNNPACK (default CPU)",
            short="XNNPACK",
            description="The default CPU path of LiteRT on phones and computers.",
            kernels={Precision.HYBRID_INT8: _INT8, Precision.HYBRID_INT4: _INT4},
            integer=_DELEGATED_INTEGER,
            delegate=True,
            unpacks=frozenset({"INT8", "FLOAT16"}),
            hybrid_cost=HybridCost(),
        ),
        Target(
            id="builtin",
            title="Built-in kernels",
            short="The built-in kernel set",
            description="LiteRT without any delegate.",
            kernels={
                Precision.HYBRID_INT8: {**_INT8, "DEPTHWISE_CONV_2D": frozenset({Granularity.CHANNEL})},
                Precision.HYBRID_INT4: {**_INT4, "CONV_2D": _CHANNELS},
            },
            integer=frozenset(),
            delegate=False,
            unpacks=frozenset(),
            hybrid_cost=None,
        ),
    )
}


def find_target(name: str) -> Target:
    """A target by its id. Raises RecipeError if there is none."""
    if name not in TARGETS:
        raise RecipeError(f"There is no target '{name}'.", f"Choose one of {', '.join(TARGETS)}.")
    return TARGETS[name]
