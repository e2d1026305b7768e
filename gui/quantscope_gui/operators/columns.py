"""The table's columns, one line each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from quantscope_gui import formatting
from quantscope_gui.engine import texts
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.operators import errors
from quantscope_gui.operators.plan import Row
from quantscope_gui.theme import precisions


@dataclass(frozen=True, slots=True)
class Column:
    """`text` is what a cell shows and copies, `order` what it sorts by, `width` in average characters."""

    key: str
    title: str
    explanation: str
    width: int
    text: Callable[[Row], str]
    order: Callable[[Row], Any]
    right: bool = False


def _bytes(count: int) -> str:
    return formatting.size(count) if count else ""


def _shape(row: Row) -> str:
    return ", ".join(formatting.shape(tensor.shape) for tensor in row.operator.outputs)


def _dtypes(row: Row) -> str:
    sources = dict.fromkeys(tensor.dtype for tensor in row.operator.inputs if tensor.index >= 0)
    results = dict.fromkeys(tensor.dtype for tensor in row.operator.outputs)
    if list(sources) == list(results):
        return ", ".join(results)
    return f"{', '.join(sources)} {formatting.ARROW} {', '.join(results)}"


def _elements(row: Row) -> tuple[int, ...]:
    return tuple(extent for tensor in row.operator.outputs for extent in tensor.shape)


COLUMNS: Final = (
    Column(
        "index",
        QT_TRANSLATE_NOOP("Column", "#"),
        QT_TRANSLATE_NOOP("Column", "Place in the subgraph's order of execution"),
        7,
        lambda row: str(row.operator.index),
        lambda row: row.key,
        right=True,
    ),
    Column(
        "subgraph",
        QT_TRANSLATE_NOOP("Column", "Subgraph"),
        QT_TRANSLATE_NOOP("Column", "The subgraph the operator is in"),
        14,
        lambda row: row.subgraph or str(row.key[0]),
        lambda row: row.key,
    ),
    Column(
        "type",
        QT_TRANSLATE_NOOP("Column", "Type"),
        QT_TRANSLATE_NOOP("Column", "Kind of operator"),
        27,
        lambda row: row.operator.type,
        lambda row: row.operator.type,
    ),
    Column(
        "name",
        QT_TRANSLATE_NOOP("Column", "Name"),
        QT_TRANSLATE_NOOP("Column", "Name of the operator's first output"),
        24,
        lambda row: row.operator.name,
        lambda row: row.operator.name,
    ),
    Column(
        "precision",
        QT_TRANSLATE_NOOP("Column", "Precision"),
        QT_TRANSLATE_NOOP("Column", "How the operator's arithmetic will run"),
        22,
        lambda row: precisions.name(row.kind),
        lambda row: precisions.ORDER.index(row.kind) if row.kind in precisions.ORDER else len(precisions.ORDER),
    ),
    Column(
        "reason",
        QT_TRANSLATE_NOOP("Column", "Reason"),
        QT_TRANSLATE_NOOP("Column", "Why the operator gets this precision"),
        30,
        lambda row: texts.reason(row.operator.reason),
        lambda row: (row.operator.reason.code, row.key),
    ),
    Column(
        "error",
        QT_TRANSLATE_NOOP("Column", "Own error"),
        QT_TRANSLATE_NOOP(
            "Column",
            "Signal to noise ratio of the operator's output when it is given exact inputs; higher is better. From the"
            " last comparison",
        ),
        15,
        lambda row: errors.own(row.error),
        lambda row: errors.order(row.error),
        right=True,
    ),
    Column(
        "weights",
        QT_TRANSLATE_NOOP("Column", "Weights"),
        QT_TRANSLATE_NOOP("Column", "Size of the operator's constant weights now"),
        13,
        lambda row: _bytes(row.operator.weight_bytes),
        lambda row: row.operator.weight_bytes,
        right=True,
    ),
    Column(
        "planned",
        QT_TRANSLATE_NOOP("Column", "Planned"),
        QT_TRANSLATE_NOOP("Column", "Size of the operator's constant weights after quantization"),
        13,
        lambda row: _bytes(row.operator.planned_weight_bytes),
        lambda row: row.operator.planned_weight_bytes,
        right=True,
    ),
    Column(
        "output",
        QT_TRANSLATE_NOOP("Column", "Output shape"),
        QT_TRANSLATE_NOOP("Column", "Shape of every output"),
        20,
        _shape,
        _elements,
    ),
    Column(
        "dtypes",
        QT_TRANSLATE_NOOP("Column", "Data types"),
        QT_TRANSLATE_NOOP("Column", "Data types of the inputs and outputs in the source model"),
        14,
        _dtypes,
        _dtypes,
    ),
)


def place(key: str) -> int:
    """Where the column `key` stands in COLUMNS."""
    return next(place for place, column in enumerate(COLUMNS) if column.key == key)


SUBGRAPH: Final = place("subgraph")
ERROR: Final = place("error")
REASON: Final = place("reason")


def title(column: Column) -> str:
    return QCoreApplication.translate("Column", column.title)


def explanation(column: Column) -> str:
    return QCoreApplication.translate("Column", column.explanation)
