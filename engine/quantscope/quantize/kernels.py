"""Facts about operators with weights: which inputs are weights, and what their dynamic range ("hybrid") kernels want.

Sources: TensorFlow's quantize_weights.cc (which inputs, all or none), op_version.cc (operator versions), and runs of
every row on ai-edge-litert 2.3.0 with both kernel sets. Where the runtime is known to compute garbage or to refuse, the
row says so through `unsound`, which the planner obeys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from quantscope.model.graph import Tensor
from quantscope.recipe import Granularity

Options = Mapping[str, int | float]
Inputs = tuple[Tensor | None, ...]


@dataclass(frozen=True, slots=True)
class WeightFacts:
    """One operator type.

    `weights` are its weight inputs. `axis` is the channel axis of its scales: an index into the shape (negative from
    the end) or None for one scale per tensor; `storage_axis` is the axis whose indices are its outputs (see
    `output_axis`), used when the weight is only stored small.
    `all_or_none`: the kernel takes all its weights in 8 bits or none. `version` is the operator's when hybrid.
    `unsound` gives a phrase if this form of the operator is known to go wrong in 8 bits, else None. `activation` is the
    input that must be float32. `lookup`: indexes rows and computes nothing. `optional`: just as well used without any
    constant operand. `only_stored` are further inputs that no kernel reads in 8 bits, but that may be constant and
    large in place of `weights`.
    """

    weights: tuple[int, ...]
    axis: int | None
    storage_axis: int
    version: Callable[[Inputs, Options], int]
    all_or_none: bool = False
    unsound: Callable[[Inputs, Options], str | None] = lambda inputs, options: None
    activation: int = 0
    lookup: bool = False
    optional: bool = False
    only_stored: tuple[int, ...] = ()

    def output_axis(self, at: int, weight: Tensor, options: Options) -> int:
        """The axis of the weight at input `at` whose indices are outputs: each sums products over the others."""
        axis = self.storage_axis
        if "AdjY" in options:  # BATCH_MATMUL: columns of the right operand, rows of the left one
            axis = -2 if (at == 0) != bool(options.get("AdjX" if at == 0 else "AdjY")) else -1
        return axis % len(weight.shape)


def _always(version: int) -> Callable[[Inputs, Options], int]:
    return lambda inputs, options: version


def is_grouped(inputs: Inputs) -> bool:
    """True for a convolution whose filter sees only some of the input channels."""
    return bool(inputs[0] and inputs[1] and inputs[0].shape[-1] != inputs[1].shape[-1])


def _transpose_conv_version(inputs: Inputs, options: Options) -> int:
    if options.get("FusedActivationFunction"):
        return 4
    return 3 if len(inputs) > 3 and inputs[3] else 2


def _lstm_version(inputs: Inputs, options: Options) -> int:
    return 4 if options.get("DiagonalRecurrentTensors") else 3


def _lstm_unsound(inputs: Inputs, options: Options) -> str | None:
    # The basic kernel has other operands in the weights' places, states among them.
    return "basic kernel" if options.get("KernelType") else None


def _fully_connected_unsound(inputs: Inputs, options: Options) -> str | None:
    return "shuffled weights" if options.get("WeightsFormat") else None


def _batch_matmul_unsound(inputs: Inputs, options: Options) -> str | None:
    # On builtin kernels a partly broadcast batch gives 7 dB, and two batch dimensions 8 to 12 dB, silently (measured).
    left, right = inputs[0], inputs[1]
    if left is None or right is None:
        return "missing operand"
    if sum(size != 1 for size in left.shape[:-2]) > 1:
        return "more than one batch dimension"
    batch = right.shape[:-2]
    if all(size == 1 for size in batch) or batch == left.shape[:-2]:
        return None
    return "partly broadcast batch dimensions"


def _bidirectional_rnn_unsound(inputs: Inputs, options: Options) -> str | None:
    # The hybrid kernel repeats a time-major sequence without resetting its state, and reads an auxiliary input with the
    # main one's width (bidirectional_sequence_rnn.cc; measured: 7 dB and 2 dB, silently).
    steps, auxiliary = inputs[0], inputs[9] if len(inputs) > 9 else None
    if options.get("TimeMajor") and steps and steps.shape[0] != 1:
        return "time-major sequence"
    if auxiliary and steps and auxiliary.shape[-1] != steps.shape[-1]:
        return "auxiliary input of another width"
    return None


_LSTM_WEIGHTS: Final = (*range(1, 12), 16)

FACTS: Final[Mapping[str, WeightFacts]] = {
    "CONV_2D": WeightFacts((1,), 0, 0, lambda inputs, options: 6 if is_grouped(inputs) else 5),
    # Per-tensor hybrid computes garbage silently, so it has no such row.
    "DEPTHWISE_CONV_2D": WeightFacts((1,), -1, -1, _always(6)),
    "FULLY_CONNECTED": WeightFacts((1,), 0, 0, _always(12), unsound=_fully_connected_unsound),
    # Per-channel works on today's runtime but older ones read only the first scale, so one scale it is.
    # An int8 left operand with a float right one fails to prepare.
    "BATCH_MATMUL": WeightFacts(
        (1,), None, -1, _always(4), unsound=_batch_matmul_unsound, optional=True, only_stored=(0,)
    ),
    # No kernel reads its weights quantized, and the delegate doesn't take it in float either.
    "CONV_3D": WeightFacts((1,), -1, -1, _always(1), unsound=lambda inputs, options: "three spatial dimensions"),
    "TRANSPOSE_CONV": WeightFacts((1,), 0, 0, _transpose_conv_version, activation=2),
    "LSTM": WeightFacts(_LSTM_WEIGHTS, None, 0, _always(4), all_or_none=True, unsound=_lstm_unsound),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": WeightFacts(_LSTM_WEIGHTS, None, 0, _lstm_version, all_or_none=True),
    "BIDIRECTIONAL_SEQUENCE_LSTM": WeightFacts(
        (*_LSTM_WEIGHTS, *range(18, 29), 33, *range(40, 48)), None, 0, _always(3), all_or_none=True
    ),
    "RNN": WeightFacts((1, 2), None, 0, _always(3), all_or_none=True),
    "UNIDIRECTIONAL_SEQUENCE_RNN": WeightFacts((1, 2), None, 0, _always(3), all_or_none=True),
    # TensorFlow lists 4, 8 and 9 too, which are states and an input.
    "BIDIRECTIONAL_SEQUENCE_RNN": WeightFacts(
        (1, 2, 5, 6, 10, 11), None, 0, _always(3), all_or_none=True, unsound=_bidirectional_rnn_unsound
    ),
    "SVDF": WeightFacts((1, 2), None, 0, _always(4), all_or_none=True),
    "EMBEDDING_LOOKUP": WeightFacts((1,), 0, 0, _always(4), lookup=True, optional=True),
    # GATHER itself can't read rows with scales of their own; the planner makes it an EMBEDDING_LOOKUP.
    "GATHER": WeightFacts((0,), 0, 0, _always(4), lookup=True, optional=True),
}


def unsound_scales(kind: str, granularity: Granularity, inputs: Inputs, options: Options, delegate: bool) -> bool:
    """True where a form of an operator goes wrong with scales that its kernel otherwise reads (measured)."""
    if kind == "CONV_2D":  # grouped, with one scale for all: built-in kernels refuse it
        return granularity is Granularity.TENSOR and is_grouped(inputs)
    # The built-in kernel for blocks applies a fused activation to parts of the sum: below 6 dB, silently.
    fused = bool(options.get("FusedActivationFunction"))
    return kind == "FULLY_CONNECTED" and granularity.block > 0 and fused and not delegate


CONTROL_FLOW: Final = frozenset(
    {"WHILE", "IF", "CALL", "CALL_ONCE", "STABLEHLO_COMPOSITE", "STABLEHLO_WHILE", "STABLEHLO_CASE"}
)

DATA_MOVEMENT: Final = frozenset({
    "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "CONCATENATION", "SPLIT", "SPLIT_V", "SLICE", "STRIDED_SLICE",
    "PACK", "UNPACK", "GATHER", "GATHER_ND", "SCATTER_ND", "PAD", "PADV2", "MIRROR_PAD", "TILE", "BROADCAST_TO",
    "SHAPE", "RANK", "FILL", "RANGE", "CAST", "REVERSE_V2", "REVERSE_SEQUENCE", "SPACE_TO_DEPTH", "DEPTH_TO_SPACE",
    "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND", "SELECT", "SELECT_V2", "WHERE", "ONE_HOT", "ZEROS_LIKE",
    "DYNAMIC_UPDATE_SLICE", "BITCAST", "QUANTIZE", "DEQUANTIZE", "DENSIFY", "VAR_HANDLE", "READ_VARIABLE",
    "ASSIGN_VARIABLE", "HASHTABLE", "HASHTABLE_FIND", "HASHTABLE_IMPORT", "HASHTABLE_SIZE", "EMBEDDING_LOOKUP_SPARSE",
    "HASHTABLE_LOOKUP", "UNIQUE", "SPARSE_TO_DENSE", "DILATE", "MATRIX_DIAG", "MATRIX_SET_DIAG",
})  # fmt: skip


# Of operators with 4-bit weights and float activations; op_version.cc has none of its own for those, so the first that
# read 4-bit weights at all (CONV_2D) or scales for each channel (FULLY_CONNECTED).
INT4_VERSIONS: Final[Mapping[str, int]] = {"CONV_2D": 7, "FULLY_CONNECTED": 12}


def lookup_version(new: bool) -> int:
    """Version of EMBEDDING_LOOKUP for a quantized table: old runtimes know one scale and int8 alone, new ones a scale
    for each row and int4."""
    return 4 if new else 3


def dequantize_version(dtype: str, per_channel: bool) -> int:
    """Version of DEQUANTIZE for a constant input (op_version.cc)."""
    if dtype == "FLOAT16":
        return 3
    if dtype == "INT4":
        return 6
    return 5 if per_channel else 2
