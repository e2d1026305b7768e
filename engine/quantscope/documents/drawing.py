"""A drawing of one subgraph: what the window's canvas paints. A document like the others, but in columns, since a graph
of 20,000 operators must be on the screen at once.
"""

from typing import Final

import msgspec

from quantscope.documents import Document
from quantscope.documents.columns import Column, Table

DRAWING: Final = "quantscope.drawing/1"
OPERATOR, INPUT, OUTPUT, GROUP = range(4)


class Nodes(Table, frozen=True, kw_only=True):
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


class Edges(Table, frozen=True, kw_only=True):
    """From node, to node, the tensor, and whether it is drawn as a pair of portals instead of a line."""

    source: Column
    target: Column
    tensor: Column
    portal: Column


class Lines(Table, frozen=True, kw_only=True):
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


class Groups(Table, frozen=True, kw_only=True):
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
