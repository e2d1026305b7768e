"""Facts about the runtime's all-integer kernels: which operators have one, and how scales must relate.

Sources: the kernels of ai-edge-litert 2.3.0, TensorFlow's operator_property.cc and op_version.cc. Every row is run on
the real interpreter by `python -m tests.conformance`, in int8 and with int16 activations, and what isn't here fails
there or computes nonsense.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from quantscope.model.graph import Tensor
from quantscope.quantize.kernels import is_grouped
from quantscope.quantize.ranges import Grid

Options = Mapping[str, int | float]
Inputs = tuple[Tensor | None, ...]


class Scaling(StrEnum):
    """How the scales of an operator's inputs and outputs must relate."""

    FREE = "free"  # each has its own
    SAME = "same"  # all real-valued inputs and outputs share one
    FIXED = "fixed"  # the outputs' are given by the kernel


class Kind(StrEnum):
    """What an operator costs, for choosing between arrangements."""

    MATRIX = "matrix"  # multiplies matrices: what quantizing is for
    ARITHMETIC = "arithmetic"  # value by value
    MOVEMENT = "movement"  # computes nothing


Unsound = Callable[[Inputs, Options], str | None]


@dataclass(frozen=True, slots=True)
class IntegerFacts:
    """The all-integer kernels of one operator type.

    `version` and `version16` are the operator's with int8 and int16 activations, None without such a kernel.
    `activations` are its real-valued inputs that are quantized like activations, constants among them; None: all of
    float type. `weight` is its weight input with scales along `axis` (None: one scale), `bias` its bias. `fixed` and
    `fixed16` are the outputs' grids where the kernel gives them. `options` are changed for int16. `unsound` gives a
    phrase if this form of the operator is computed wrongly or not at all.
    """

    version: int | None
    version16: int | None
    kind: Kind
    scaling: Scaling = Scaling.FREE
    activations: tuple[int, ...] | None = None
    weight: int | None = None
    axis: int | None = 0
    bias: int | None = None
    fixed: Grid | None = None
    fixed16: Grid | None = None
    options: Mapping[str, bool] | None = None
    unsound: Unsound = lambda inputs, options: None

    def has_kernel(self, dtype: str) -> bool:
        """True if there is a kernel for activations of this type."""
        return (self.version if dtype == "INT8" else self.version16) is not None

    def fixed_grid(self, dtype: str) -> Grid | None:
        """The grid that the kernel gives its outputs in, if it does."""
        return self.fixed if dtype == "INT8" else self.fixed16


_MATRIX: Final = IntegerFacts(3, 8, Kind.MATRIX, activations=(0,), weight=1, bias=2)
_MOVEMENT: Final = IntegerFacts(2, 3, Kind.MOVEMENT, Scaling.SAME)
_ONE_MOVED: Final = replace(_MOVEMENT, activations=(0,))
_ARITHMETIC: Final = IntegerFacts(2, None, Kind.ARITHMETIC)
_ONE: Final = replace(_ARITHMETIC, activations=(0,))
_COMPARISON: Final = IntegerFacts(2, 1, Kind.ARITHMETIC)

_UNIT: Final = Grid("INT8", 1 / 256, -128)  # [0, 1)
_SIGNED_UNIT: Final = Grid("INT8", 1 / 128, 0)  # [-1, 1)
_UNIT16: Final = Grid("INT16", 1 / 32768, 0)

INTEGER_FACTS: Final[Mapping[str, IntegerFacts]] = {
    # Matrix products.
    "CONV_2D": _MATRIX,
    "DEPTHWISE_CONV_2D": replace(_MATRIX, axis=-1, version16=3),
    "FULLY_CONNECTED": replace(_MATRIX, version=4, version16=11),
    "TRANSPOSE_CONV": replace(_MATRIX, activations=(2,), bias=3, version16=5),
    "BATCH_MATMUL": IntegerFacts(2, 3, Kind.MATRIX, activations=(0, 1)),
    # Their weights are those of `recurrent`.
    "UNIDIRECTIONAL_SEQUENCE_LSTM": IntegerFacts(2, None, Kind.MATRIX, activations=(0,)),
    "LSTM": IntegerFacts(2, None, Kind.MATRIX, activations=(0,)),
    "SVDF": IntegerFacts(3, None, Kind.MATRIX, activations=(0,)),
    # Arithmetic with scales of its own.
    "ADD": replace(_ARITHMETIC, version16=3, options={"PotScaleInt16": False}),
    "SUB": replace(_ARITHMETIC, version16=5, options={"PotScaleInt16": False}),
    "MUL": replace(_ARITHMETIC, version16=4),
    "SQUARED_DIFFERENCE": _ARITHMETIC,
    "DIV": replace(_ARITHMETIC, version16=1),
    "PRELU": replace(_ARITHMETIC, version=1),
    "MEAN": replace(_ONE, version16=3),
    "SUM": replace(_ONE, version16=1),
    "RELU": replace(_ONE, version16=3),
    "RELU6": replace(_ONE, version16=3),
    "RELU_N1_TO_1": replace(_ONE, version=1),
    "RELU_0_TO_1": replace(_ONE, version=1),
    "LEAKY_RELU": replace(_ONE, version16=2),
    "ELU": replace(_ONE, version=1),
    "EXP": replace(_ONE, version16=2),
    "HARD_SWISH": replace(_ONE, version=1),
    "GELU": replace(_ONE, version16=1),
    "RSQRT": replace(_ONE, version16=3),
    "SQRT": replace(_ONE, version16=1),
    "LOG": replace(_ONE, version16=1),
    "ABS": replace(_ONE, version16=3),
    "REDUCE_PROD": replace(_ONE, version=2, version16=2),
    # Work on what is stored, so zero has to be stored as zero.
    "FLOOR_MOD": replace(_ARITHMETIC, version=None, version16=1, scaling=Scaling.SAME),
    "NEG": replace(_ONE, version=None, version16=1, scaling=Scaling.SAME),
    # Outputs in a range of the kernel's.
    "SOFTMAX": replace(_ONE, version16=3, scaling=Scaling.FIXED, fixed=_UNIT, fixed16=_UNIT16),
    "LOGISTIC": replace(_ONE, version16=3, scaling=Scaling.FIXED, fixed=_UNIT, fixed16=_UNIT16),
    "TANH": replace(_ONE, version16=3, scaling=Scaling.FIXED, fixed=_SIGNED_UNIT, fixed16=_UNIT16),
    "L2_NORMALIZATION": replace(_ONE, scaling=Scaling.FIXED, fixed=_SIGNED_UNIT),
    "LOG_SOFTMAX": replace(_ONE, scaling=Scaling.FIXED, fixed=Grid("INT8", 16 / 256, 127)),
    # One scale for inputs and outputs.
    "MAX_POOL_2D": replace(_ONE, version16=3, scaling=Scaling.SAME),
    "AVERAGE_POOL_2D": replace(_ONE, version16=3, scaling=Scaling.SAME),
    "MAXIMUM": replace(_ARITHMETIC, version16=4, scaling=Scaling.SAME),
    "MINIMUM": replace(_ARITHMETIC, version16=4, scaling=Scaling.SAME),
    "REDUCE_MAX": replace(_ONE, version16=3, scaling=Scaling.SAME),
    "REDUCE_MIN": replace(_ONE, version16=3, scaling=Scaling.SAME),
    "RESIZE_BILINEAR": replace(_ONE, version=3, version16=4, scaling=Scaling.SAME),
    "RESIZE_NEAREST_NEIGHBOR": replace(_ONE, version=3, version16=4, scaling=Scaling.SAME),
    # Movement.
    "RESHAPE": replace(_ONE_MOVED, version=1, version16=1),
    "SQUEEZE": replace(_ONE_MOVED, version=1, version16=1),
    "EXPAND_DIMS": replace(_ONE_MOVED, version=1, version16=1),
    "TRANSPOSE": replace(_ONE_MOVED, version16=5),
    "CONCATENATION": _MOVEMENT,
    "PACK": _MOVEMENT,
    "UNPACK": replace(_ONE_MOVED, version16=4),
    "SPLIT": replace(_MOVEMENT, activations=(1,), version16=4),
    "SPLIT_V": replace(_ONE_MOVED, version16=2),
    "SLICE": replace(_ONE_MOVED, version16=4),
    "STRIDED_SLICE": replace(_ONE_MOVED, version16=4),
    "GATHER": replace(_ONE_MOVED, version16=4),
    "GATHER_ND": replace(_ONE_MOVED, version=1, version16=3),
    "PAD": _ONE_MOVED,
    "PADV2": replace(_MOVEMENT, activations=(0, 2)),
    "MIRROR_PAD": _ONE_MOVED,
    "TILE": replace(_ONE_MOVED, version=3, version16=3),
    "BROADCAST_TO": replace(_ONE_MOVED, version16=3),
    "REVERSE_V2": replace(_ONE_MOVED, version=3, version16=3),
    "SPACE_TO_DEPTH": replace(_ONE_MOVED, version16=None),
    "DEPTH_TO_SPACE": replace(_ONE_MOVED, version16=None),
    "SPACE_TO_BATCH_ND": replace(_ONE_MOVED, version=3, version16=4),
    "BATCH_TO_SPACE_ND": replace(_ONE_MOVED, version=3, version16=4),
    "SELECT": replace(_MOVEMENT, activations=(1, 2), version16=2),
    "SELECT_V2": replace(_MOVEMENT, activations=(1, 2), version=1, version16=1),
    "DYNAMIC_UPDATE_SLICE": replace(_MOVEMENT, activations=(0, 1), version16=2),
    "TOPK_V2": replace(_ONE_MOVED, version16=3),
    "REVERSE_SEQUENCE": replace(_ONE_MOVED, version=None, version16=1),
    "FILL": replace(_MOVEMENT, activations=(1,), version=3, version16=3),
    "DILATE": replace(_MOVEMENT, activations=(0, 2), version=1, version16=1),
    "ONE_HOT": replace(_MOVEMENT, activations=(2, 3), version=1, version16=None),
    "SPARSE_TO_DENSE": replace(_MOVEMENT, activations=(2, 3), version=3, version16=None),
    # Writes a zero between the values, whatever zero is stored as.
    "MATRIX_DIAG": replace(_ONE_MOVED, version=None, version16=1),
    "MATRIX_SET_DIAG": replace(_MOVEMENT, version=1, version16=1),
    # Integers and truth values come out.
    "SHAPE": replace(_ONE_MOVED, version=1, version16=1),
    "RANK": replace(_ONE_MOVED, version=1, version16=1),
    "ARG_MAX": _ONE,
    "ARG_MIN": _ONE,
    "EQUAL": _COMPARISON,
    "NOT_EQUAL": _COMPARISON,
    "LESS": _COMPARISON,
    "LESS_EQUAL": _COMPARISON,
    "GREATER": _COMPARISON,
    "GREATER_EQUAL": _COMPARISON,
}


def integer_version(kind: str, facts: IntegerFacts, dtype: str, inputs: Inputs, options: Options, present: int) -> int:
    """The version of an operator in integers (op_version.cc), never below the present one."""
    version = (facts.version if dtype == "INT8" else facts.version16) or 1
    if kind == "CONV_2D" and is_grouped(inputs):
        version = max(version, 6)
    if kind == "FULLY_CONNECTED" and dtype == "INT8":
        version = 6 if len(inputs) == 2 else 5 if options.get("KeepNumDims") else 4
    if kind == "TRANSPOSE_CONV" and dtype == "INT8":
        version = 4 if options.get("FusedActivationFunction") else 3 if len(inputs) > 3 and inputs[3] else 2
    return max(version, present)
