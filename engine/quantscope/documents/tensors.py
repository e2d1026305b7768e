"""One tensor in both models: how its values are spread, and what its quantized form can't represent."""

from typing import Final

from quantscope.documents import Document, Error, File
from quantscope.documents.details import Histogram, Scales

TENSOR: Final = "quantscope.tensor/1"


class TensorComparison(Document, frozen=True, kw_only=True):
    """`quantscope compare --tensor`: an operator's output over all samples, in both models as they run.

    `tensor` and `operator`, which gives it, are numbered as in `subgraph` of the float model, `written` as in the
    quantized file. `scales` and `low`, `high` (the real values it can represent) are None where the quantized model
    keeps it in float. `clipped` is the share of the float model's values beyond them. Both histograms, of real values,
    have the same parts.
    """

    schema: str = TENSOR
    model: File
    quantized: File
    inputs: str
    samples: int
    subgraph: int
    tensor: int
    operator: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    written: int
    written_dtype: str
    scales: Scales | None
    low: float | None
    high: float | None
    clipped: float | None
    values: int
    float_values: Histogram
    quantized_values: Histogram
    error: Error
