"""What keeping single operators in float would gain: the answer to "which layer lost the accuracy"."""

from typing import Final

from quantscope.documents import Document, File

SENSITIVITY: Final = "quantscope.sensitivity/1"


class Kept(Document, frozen=True, kw_only=True):
    """The quantized model with one more operator kept in float, and what was measured of it.

    `own_sqnr_db` is the operator's own error before; `sqnr_db` that of the whole model's outputs now (None where they
    are `identical` to the float ones), `gain_db` how much better that is, `extra_bytes` how much larger the file is.
    Operators that share a weight with it may have gone to float with it.
    """

    subgraph: int
    index: int
    type: str
    name: str
    precision: str
    own_sqnr_db: float
    sqnr_db: float | None
    gain_db: float | None
    extra_bytes: int
    identical: bool = False


class Rest(Document, frozen=True, kw_only=True):
    """The quantized model with all `operators` operators in float that weren't tried one by one, measured as `Kept`
    is: what may have been missed."""

    operators: int
    sqnr_db: float | None
    gain_db: float | None
    extra_bytes: int
    identical: bool = False


class Sensitivity(Document, frozen=True, kw_only=True):
    """`quantscope sensitivity`: the operators with the largest errors of their own, each kept in float in turn.

    `candidates` is how many operators make an error of their own; `rest` are those of them that weren't tried, None
    where all were. How large an operator's own error is doesn't tell what it costs (docs/compare.md).
    `sqnr_db` is that of the quantized model as the recipe has it, over all outputs, each with the same say:
    -10 log10 of the mean of their noise to signal ratios. `bytes` is its size. `operators` are in order of what they
    gain, the most first.
    """

    schema: str = SENSITIVITY
    model: File
    recipe: str
    target: str
    inputs: str
    samples: int
    sqnr_db: float | None
    bytes: int
    operators: tuple[Kept, ...]
    candidates: int = 0
    rest: Rest | None = None
