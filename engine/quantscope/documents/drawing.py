"""A drawing of one subgraph: what the window's canvas paints. A document like the others, but in columns, since a graph
of 20,000 operators must be on the screen at once.
"""

from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from quantscope.documents import Document

DRAWING: Final = "quantscope.drawing/1"
OPERATOR, INPUT, OUTPUT, GROUP = range(4)
DTYPES: Final = frozenset({"<f8", "<i4", "|u1"})


class Column(Document, frozen=True, kw_only=True):
    """Numbers of one kind: `dtype` as numpy writes it (one of DTYPES), `data` base64 of the values."""

    dtype: str
    data: bytes

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES or len(self.data) % np.dtype(self.dtype).itemsize:
            raise ValueError(f"not a column of {self.dtype}")

    @staticmethod
    def of(values: npt.ArrayLike, dtype: str) -> "Column":
        return Column(dtype=dtype, data=np.asarray(values, dtype).tobytes())

    @property
    def values(self) -> npt.NDArray[Any]:
        """The numbers, (n,), read-only."""
        return np.frombuffer(self.data, self.dtype)


class _Table(Document, frozen=True, kw_only=True):
    """Columns of equal length."""

    def __post_init__(self) -> None:
        columns = (getattr(self, name) for name in self.__struct_fields__)
        if len({column.values.size for column in columns if isinstance(column, Column)}) > 1:
            raise ValueError("columns of different lengths")

    def __len__(self) -> int:
        first: Column = getattr(self, self.__struct_fields__[0])
        return first.values.size


class Nodes(_Table, frozen=True, kw_only=True):
    """`kind` is OPERATOR, INPUT, OUTPUT or GROUP. `first` and `end` are the range of operators a node stands for; of an
    input or output `first` is the tensor and `end` is `first`. `group` is the group of a GROUP, else the innermost open
    group around it, or -1. `label` (operator type, tensor name or the group's name), `name` (of the first output) and
    `detail` (shape of the first output) are indices into Drawing.texts. `x` and `y` are centres."""

    kind: Column
    first: Column
    end: Column
    group: Column
    label: Column
    name: Column
    detail: Column
    x: Column
    y: Column
    width: Column
    height: Column
    row: Column


class Edges(_Table, frozen=True, kw_only=True):
    """From node, to node, the tensor, and whether it is drawn as a pair of portals instead of a line."""

    source: Column
    target: Column
    tensor: Column
    portal: Column


class Lines(_Table, frozen=True, kw_only=True):
    """Pieces of lines between neighbouring rows: from (x0, y0) bending to (x1, y1), then straight to (x1, y2).
    `target` is the node where the piece ends, or -1; `row` is the row it ends in."""

    x0: Column
    y0: Column
    x1: Column
    y1: Column
    y2: Column
    tensor: Column
    source: Column
    target: Column
    row: Column


class Groups(_Table, frozen=True, kw_only=True):
    """All groups of the subgraph, outer before inner: the range of operators, the group around (-1 if none), `label`
    in Drawing.texts, `repeat` (n for the n-th repeat of a structure, 0 for a scope), `structure` (the same number for
    groups whose operators are alike, 0 where there is none like it) and whether it is `open`."""

    start: Column
    end: Column
    parent: Column
    label: Column
    repeat: Column
    structure: Column
    open: Column


class Page(Document, frozen=True, kw_only=True):
    """`operator` runs `subgraph`; `role` is the schema's name of what it is to it, such as "body"."""

    operator: int
    subgraph: int
    role: str


class Drawing(Document, frozen=True, kw_only=True):
    """Subgraph `subgraph` of the model at `model`, arranged."""

    schema: str = DRAWING
    model: str
    subgraph: int
    name: str
    texts: tuple[str, ...]
    nodes: Nodes
    edges: Edges
    lines: Lines
    groups: Groups
    pages: tuple[Page, ...]


def decode(data: bytes) -> Drawing:
    """The drawing in `data`; raises msgspec.MsgspecError if it isn't one."""
    return msgspec.json.decode(data, type=Drawing)
