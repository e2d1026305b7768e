"""The precisions an operator can have: how its arithmetic really runs."""

from enum import StrEnum
from typing import Final


class Precision(StrEnum):
    """How an operator's arithmetic runs. The values are API: documents and reports hold them."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"  # weights stored in 16 bits; arithmetic in float16 where the hardware has it
    HYBRID_INT8 = "hybrid-int8"  # int8 weights, activations quantized on the fly, float in and out ("dynamic range")
    HYBRID_INT4 = "hybrid-int4"
    INT8 = "int8"  # all-integer
    INT16X8 = "int16x8"  # int16 activations, int8 weights
    WEIGHT_ONLY_INT8 = "weight-only-int8"  # stored in 8 bits, computed in float
    WEIGHT_ONLY_INT4 = "weight-only-int4"
    NONE = "none"  # moves or indexes data only


EIGHT_BIT: Final = frozenset({Precision.HYBRID_INT8, Precision.HYBRID_INT4, Precision.INT8, Precision.INT16X8})
