"""The document of a file of samples, held against a model: what calibration and comparison would be given."""

from typing import Final

from quantscope.documents import Document, File

DATA: Final = "quantscope.data/1"
METRIC_FUNCTIONS: Final = "quantscope.metric-functions/1"


class Remark(Document, frozen=True, kw_only=True):
    """Something odd about the samples. `code` is stable, `text` one English sentence, `arguments` fill a
    translation."""

    code: str
    text: str
    arguments: dict[str, str | int | float] = {}


class InputData(Document, frozen=True, kw_only=True):
    """What one input of the model is given. `shape` and `dtype` are the model's (-1 where a dimension is open),
    `data_shape` and `data_dtype` those of one sample in the file, `low` and `high` the extremes of its finite values,
    None without any."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    data_shape: tuple[int, ...]
    data_dtype: str
    low: float | None
    high: float | None
    remarks: tuple[Remark, ...] = ()


class DataCheck(Document, frozen=True, kw_only=True):
    """A file of samples that fits a model, or a saved `calibration` of it; one that doesn't fit is an error, which says
    why. `samples` are looked at of the `available` ones in the file."""

    schema: str = DATA
    model: File
    path: str
    samples: int
    available: int
    calibration: bool = False
    inputs: tuple[InputData, ...]
    remarks: tuple[Remark, ...] = ()


class MetricFunctions(Document, frozen=True, kw_only=True):
    """The functions of a Python file that can be a metric, in the file's order; there is at least one."""

    schema: str = METRIC_FUNCTIONS
    path: str
    functions: tuple[str, ...]
