"""What is laid out and what comes of it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NODE_GAP: Final = 28.0
LINE_GAP: Final = 14.0
ROW_GAP: Final = 34.0


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in an order in which they could be executed, and edges between them.

    `widths` and `heights` are (nodes,) in the units of the drawing. `edges` is (edges, 2): from, to. `nets` (edges,)
    numbers what an edge carries: edges of one net (one tensor) leave the same node and share their line.
    An edge that leads backwards or to its own node belongs to no valid model; it is drawn as a portal.
    """

    widths: Floats
    heights: Floats
    edges: Ints
    nets: Ints

    @property
    def nodes(self) -> int:
        return int(self.widths.size)


@dataclass(frozen=True, slots=True)
class Lines:
    """Pieces of lines, each within the gap between two neighbouring rows, top to bottom.

    A piece leads from (`x0`, `y0`) to (`x1`, `y1`) and, past a row of nodes, straight on to (`x1`, `y2`). `net` is what
    it carries, `source` the node that the net leaves, `target` the node the piece ends at or -1, `row` the row of its
    end. All are (pieces,).
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    y2: Floats
    net: Ints
    source: Ints
    target: Ints
    row: Ints


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Centres `x`, `y` and `rows` of the nodes, the lines between them, and the edges (by index) drawn as portals."""

    x: Floats
    y: Floats
    rows: Ints
    lines: Lines
    portals: Ints


def ranges(starts: Ints, counts: Ints) -> Ints:
    """The numbers start, start + 1, ... of `counts` each, one range after the other."""
    total = int(counts.sum())
    ends = np.cumsum(counts)
    numbers: Ints = np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - counts), counts)
    return numbers


def starts_of(counts: Ints) -> Ints:
    """Where each of consecutive runs of these lengths starts."""
    starts: Ints = np.cumsum(counts) - counts
    return starts
