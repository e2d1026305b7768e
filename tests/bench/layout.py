"""Crossings of the graph's lines, ours against dagre's on the same graphs (npm package @dagrejs/dagre, run by node)."""

import json
import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantscope.documents.drawing import Drawing
from quantscope.draw.draw import draw
from quantscope.model.read import read
from tests.bench.report import Section, judged
from tests.bench.zoo import note

NOTES = """Pairs of edges whose lines cross, counted by geometry on both drawings; edges of one tensor share their line
here but count one by one. What is drawn as a pair of portals is left out of dagre's graph too. dagre (network simplex,
default options) gets the same sizes of nodes. Times are of the processor: ours is arranging and everything else about
the drawing, dagre's its `layout` alone."""
SCRIPT = Path(__file__).with_name("dagre.js")

Line = list[tuple[float, float]]
Edge = tuple[int, int, int]
Points = NDArray[np.float64]


def run(files: Sequence[Path], package: Path) -> Section:
    """`files` are models, `package` is where npm has installed dagre (folder node_modules/@dagrejs/dagre)."""
    rows = tuple(row for file in files for row in compared(file, package))
    header = ("graph", "nodes", "edges", "portals", "crossings", "dagre", "ours s", "dagre s")
    return Section("layout", "Layout", NOTES, header, rows)


def compared(file: Path, package: Path) -> Iterable[tuple[str, ...]]:
    """A row for every subgraph of the model, all groups open."""
    model = read(file)
    for subgraph in model.subgraphs:
        note(f"layout: {file.stem} {subgraph.name}")
        start = time.process_time()
        drawn = draw(model, subgraph.index, range(1 << 20))
        seconds = time.process_time() - start
        edges = drawable(drawn)
        theirs = dagre(drawn, edges, package)
        ours = crossings(our_lines(drawn, edges), edges)
        other = crossings(theirs["lines"], edges)
        name = file.stem if len(model.subgraphs) == 1 else f"{file.stem}/{subgraph.name}"
        portals = int(drawn.edges.portal.values.sum())
        yield (
            name,
            str(len(drawn.nodes)),
            str(len(drawn.edges)),
            str(portals),
            judged(str(ours), ours <= other),
            str(other),
            f"{seconds:.3f}",
            f"{theirs['seconds']:.3f}",
        )


def drawable(drawn: Drawing) -> list[Edge]:
    """Source, target and tensor of each edge that is a line."""
    columns = (drawn.edges.source, drawn.edges.target, drawn.edges.tensor, drawn.edges.portal)
    edges = zip(*(column.values.tolist() for column in columns), strict=True)
    return [(source, target, tensor) for source, target, tensor, portal in edges if not portal]


def dagre(drawn: Drawing, edges: Sequence[Edge], package: Path) -> dict[str, Any]:
    """What dagre.js says of the same nodes and edges."""
    nodes = list(zip(drawn.nodes.width.values.tolist(), drawn.nodes.height.values.tolist(), strict=True))
    content = json.dumps({"nodes": nodes, "edges": [edge[:2] for edge in edges]})
    command = ["node", "--stack-size=20000", str(SCRIPT), os.path.abspath(package)]
    done = subprocess.run(command, input=content, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def our_lines(drawn: Drawing, edges: Sequence[Edge]) -> list[Line]:
    """The course of each edge, from the pieces of its tensor's line."""
    columns = ("tensor", "source", "target", "row", "x0", "y0", "x1", "y1", "y2")
    pieces = zip(*(getattr(drawn.lines, name).values.tolist() for name in columns), strict=True)
    bends: dict[tuple[int, int], Line] = {}
    ends: dict[Edge, tuple[int, Line]] = {}
    for tensor, source, target, row, x0, y0, x1, y1, y2 in pieces:
        piece = [(x0, y0), (x1, y1), (x1, y2)]
        if target < 0:
            bends[tensor, row] = piece
        else:
            ends[source, target, tensor] = (row, piece)
    rows = drawn.nodes.row.values
    lines = []
    for edge in edges:
        row, piece = ends[edge]
        above = [point for at in range(rows[edge[0]] + 1, row) for point in bends[edge[2], at]]
        lines.append([*above, *piece])
    return lines


def crossings(lines: Sequence[Line], edges: Sequence[Edge]) -> int:
    """Pairs of edges with different ends whose lines cross, each crossing counted."""
    owner = np.repeat(np.arange(len(lines)), [len(line) - 1 for line in lines])
    if owner.size == 0:
        return 0
    start = np.array([point for line in lines for point in line[:-1]])
    end = np.array([point for line in lines for point in line[1:]])
    ends = np.array([edge[:2] for edge in edges])
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    total = 0
    for at in range(owner.size):
        others = np.nonzero((owner > owner[at]) & (low < high[at]) & (high > low[at]))[0]
        shared = (ends[owner[others]][:, :, None] == ends[owner[at]][None, None, :]).any(axis=(1, 2))
        others = others[~shared]
        total += int(_cross(start[at], end[at], start[others], end[others]).sum())
    return total


def _cross(a: Points, b: Points, c: Points, d: Points) -> NDArray[np.bool_]:
    """Whether the segment from a to b properly crosses each of those from c to d."""
    first, second = _side(a, b, c), _side(a, b, d)
    third, fourth = _side(c, d, a), _side(c, d, b)
    crossed: NDArray[np.bool_] = (first * second < 0) & (third * fourth < 0)
    return crossed


def _side(a: Points, b: Points, p: Points) -> Points:
    side = (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (p[..., 0] - a[..., 0])
    return np.sign(np.where(np.abs(side) < 1e-6, 0.0, side))
