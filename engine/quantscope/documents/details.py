"""The document of one operator in full: `quantscope inspect --operator`, the window's inspector."""

from typing import Final

from quantscope.documents import Document, File, Operator, Tensor

DETAILS: Final = "quantscope.details/1"


class Scales(Document, frozen=True, kw_only=True):
    """real = value * (stored - zero point): one value for the tensor, or one per index of dimension `axis`; with
    `block` one for so many elements each along the last dimension, row by row. One zero point may stand for all."""

    values: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int | None
    block: int | None = None


class Histogram(Document, frozen=True, kw_only=True):
    """How many of a tensor's finite values lie in each of the equal parts of [`low`, `high`]."""

    low: float
    high: float
    counts: tuple[int, ...]


class Form(Document, frozen=True, kw_only=True):
    """How a tensor is stored. `bytes` is None and there is no histogram unless it is a constant; the histogram is of
    the real values that the stored ones stand for."""

    dtype: str
    bytes: int | None
    scales: Scales | None = None
    histogram: Histogram | None = None


class TensorDetails(Document, frozen=True, kw_only=True):
    """An operand now and, where quantizing changes it, as planned: both histograms have the same parts.

    `sqnr_db` says how far the planned values are from today's: 10 log10(sum(now^2) / sum((now - planned)^2)), None
    where nothing changes or they are equal. `problem` is a sentence where the weight can't be quantized.
    """

    tensor: Tensor
    now: Form
    planned: Form | None = None
    sqnr_db: float | None = None
    problem: str | None = None


class Details(Document, frozen=True, kw_only=True):
    """`quantscope inspect --operator`: one operator, everything about it. `attributes` are its options by their schema
    names, enum values by theirs."""

    schema: str = DETAILS
    model: File
    recipe: str
    target: str
    subgraph: int
    operator: Operator
    attributes: dict[str, bool | int | float | str | tuple[bool | int | float | str, ...]]
    inputs: tuple[TensorDetails, ...]
    outputs: tuple[TensorDetails, ...]
