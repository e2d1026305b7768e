"""What is decided for one operator, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from quantscope.model.graph import Operator, Tensor
from quantscope.precision import EIGHT_BIT, Precision
from quantscope.quantize.reasons import Reason, ReasonCode

# A float32 scale and an int64 zero point.
SCALE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Storage:
    """How a weight is stored: schema data type and, for int8, the axis that has its own scales (None: one scale)."""

    dtype: str
    axis: int | None

    def shrinks(self, weight: Tensor) -> bool:
        """True if the weight takes less room in this form, scales included, than in float32."""
        scales = 1 if self.axis is None else weight.shape[self.axis]
        return weight.elements + SCALE_BYTES * scales < 4 * weight.elements


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
    return Decision(operator.index, precision, Reason(code, arguments or {}), fallback=fallback)
