"""What is decided for one operator, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from quantscope.model.graph import Operator, Tensor
from quantscope.precision import EIGHT_BIT, Precision
from quantscope.quantize.reasons import PLAIN, Reason, ReasonCode
from quantscope.recipe import Algorithm, Rounding

# A float32 scale and an int64 zero point; a block's scale is a float16.
SCALE_BYTES: Final = 12
BLOCK_SCALE_BYTES: Final = 2


@dataclass(frozen=True, slots=True)
class Storage:
    """How a weight is stored.

    `dtype` is the schema's name: INT8, INT4 or FLOAT16. `axis` has its own scales (None: one scale); or each `block`
    neighbours along the last axis have (0: no blocks). `algorithm` finds the scales. `rows` is the axis whose indices
    are outputs, each a sum over the other axes, and `rounding` finds the codes.
    """

    dtype: str
    axis: int | None
    block: int = 0
    algorithm: Algorithm = Algorithm.MINMAX
    rows: int = 0
    rounding: Rounding = Rounding.NEAREST

    @property
    def bits(self) -> int:
        """Bits of an element."""
        return {"INT4": 4, "INT8": 8, "FLOAT16": 16}[self.dtype]

    @property
    def levels(self) -> int:
        """The largest code; the smallest is its negative."""
        return (1 << self.bits - 1) - 1

    @property
    def is_plain(self) -> bool:
        """True for int8 by the plain formula: the largest magnitude is the largest code, and to the nearest."""
        return (self.dtype, self.block, self.algorithm) == ("INT8", 0, Algorithm.MINMAX) and not self.balanced

    @property
    def balanced(self) -> bool:
        """True if errors of an output's weights are to add up to nothing, where nothing is known of its inputs."""
        return self.rounding in (Rounding.AUTO, Rounding.BALANCED)

    @property
    def compensates(self) -> bool:
        """True if codes are to be found by what weights are multiplied with, where that is known."""
        return self.dtype != "FLOAT16" and self.rounding in (Rounding.AUTO, Rounding.COMPENSATED)

    def reads_as(self, other: "Storage") -> bool:
        """True if a kernel that reads this form reads the other one too: they differ in how codes are found alone."""
        return (self.dtype, self.axis, self.block) == (other.dtype, other.axis, other.block)

    def stored_bytes(self, weight: Tensor) -> int:
        """Bytes of the weight's values, scales not counted."""
        return -(-weight.elements * self.bits // 8)

    def scales(self, weight: Tensor) -> int:
        """Number of scales."""
        if self.dtype == "FLOAT16":
            return 0
        if self.block:
            return weight.elements // self.block
        return 1 if self.axis is None else weight.shape[self.axis]

    def shrinks(self, weight: Tensor) -> bool:
        """True if the weight takes less room in this form, scales included, than it does now."""
        room = BLOCK_SCALE_BYTES if self.block else SCALE_BYTES
        now = (2 if weight.dtype == "FLOAT16" else 4) * weight.elements
        return self.stored_bytes(weight) + room * self.scales(weight) < now


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for one operator, and why.

    `stored` says for each input that is to be stored small how; `direct` tells whether the kernel reads the stored
    values itself (else a DEQUANTIZE stands in front), `lookup` that a GATHER becomes an EMBEDDING_LOOKUP. `fallback`:
    it runs in float although the recipe asked for less.
    """

    operator: int
    precision: Precision
    reason: Reason
    stored: Mapping[int, Storage] = field(default_factory=dict)
    direct: bool = False
    lookup: bool = False
    fallback: bool = False

    @property
    def runs_in_eight_bits(self) -> bool:
        """True if the operator's arithmetic runs in 8 (or fewer) bits."""
        return self.precision in EIGHT_BIT


def keep(
    operator: Operator,
    code: ReasonCode,
    arguments: Mapping[str, str | int] | None = None,
    precision: Precision = Precision.FLOAT32,
    fallback: bool = False,
) -> Decision:
    """The operator stays as it is."""
    reason = Reason(code, arguments) if arguments else PLAIN[code]
    return Decision(operator.index, precision, reason, fallback=fallback)
