"""A drawing made ready for painting: arrays in an order in which what is visible can be found at once. Knows no Qt."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from quantscope.documents import drawing
from quantscope.documents.drawing import GROUP, OPERATOR, Drawing

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Key = tuple[int, int]
NOWHERE: Final = -1


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the units of the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def grown(self, by: float) -> "Box":
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True, slots=True)
class Lines:
    """Pieces of lines by their upper ends, as drawing.Lines."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    y2: Floats
    tensor: Ints
    source: Ints
    target: Ints
    row: Ints
    tallest: float


@dataclass(frozen=True, slots=True)
class Frames:
    """Rectangles around what is in open groups, inner ones first; all arrays are (frames,). `group` is the group,
    `depth` counts the frames around a frame; its title has `room`."""

    left: Floats
    top: Floats
    right: Floats
    bottom: Floats
    group: Ints
    depth: Ints
    room: Floats

    def visible(self, box: Box) -> Ints:
        """Frames that reach into `box`, the outer ones first."""
        outside = (self.left > box.right) | (self.right < box.left) | (self.top > box.bottom) | (self.bottom < box.top)
        shown: Ints = np.nonzero(~outside)[0][::-1]
        return shown


def frames_of(sides: Floats, group: Ints, depth: Ints, room: Floats) -> Frames:
    """Frames with these sides, (frames, 4): left, top, right, bottom."""
    return Frames(sides[:, 0], sides[:, 1], sides[:, 2], sides[:, 3], group, depth, room)


NO_FRAMES: Final = frames_of(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One subgraph, arranged. Nodes keep the drawing's numbers; all arrays are (nodes,), (edges,) or (pieces,).

    `by_top` are the nodes by their upper edges `tops`. `portal_out` and `portal_in` (nodes,) count the portals.
    """

    subgraph: int
    name: str
    texts: tuple[str, ...]
    kind: Ints
    first: Ints
    end: Ints
    group: Ints
    label: Ints
    title: Ints
    detail: Ints
    row: Ints
    x: Floats
    y: Floats
    width: Floats
    height: Floats
    source: Ints
    target: Ints
    tensor: Ints
    portal: Flags
    portal_out: Ints
    portal_in: Ints
    lines: Lines
    by_top: Ints
    tops: Floats
    tallest: float
    bounds: Box
    groups: drawing.Groups
    pages: tuple[drawing.Page, ...]
    frames: Frames = NO_FRAMES

    @property
    def nodes(self) -> int:
        return int(self.x.size)

    def box(self, node: int) -> Box:
        half_width, half_height = float(self.width[node]) / 2, float(self.height[node]) / 2
        x, y = float(self.x[node]), float(self.y[node])
        return Box(x - half_width, y - half_height, x + half_width, y + half_height)

    def box_of(self, nodes: Iterable[int]) -> Box | None:
        """The rectangle around `nodes`; None around nothing."""
        chosen = np.fromiter(nodes, np.int64)
        if chosen.size == 0:
            return None
        half_width, half_height = self.width[chosen] / 2, self.height[chosen] / 2
        return Box(
            float((self.x[chosen] - half_width).min()),
            float((self.y[chosen] - half_height).min()),
            float((self.x[chosen] + half_width).max()),
            float((self.y[chosen] + half_height).max()),
        )

    def visible_nodes(self, box: Box) -> Ints:
        """Nodes that reach into `box`."""
        low = np.searchsorted(self.tops, box.top - self.tallest)
        high = np.searchsorted(self.tops, box.bottom, "right")
        nodes = self.by_top[low:high]
        half = self.width[nodes] / 2
        x, bottom = self.x[nodes], self.y[nodes] + self.height[nodes] / 2
        return nodes[(x + half >= box.left) & (x - half <= box.right) & (bottom >= box.top)]

    def visible_lines(self, box: Box) -> Ints:
        """Pieces of lines that may reach into `box`."""
        lines = self.lines
        low = np.searchsorted(lines.y0, box.top - lines.tallest)
        high = np.searchsorted(lines.y0, box.bottom, "right")
        x0, x1 = lines.x0[low:high], lines.x1[low:high]
        inside = (np.maximum(x0, x1) >= box.left) & (np.minimum(x0, x1) <= box.right) & (lines.y2[low:high] >= box.top)
        pieces: Ints = np.nonzero(inside)[0] + low
        return pieces

    def hit(self, x: float, y: float) -> int:
        """The node at a point, or NOWHERE."""
        nodes = self.visible_nodes(Box(x, y, x, y))
        return int(nodes[0]) if nodes.size else NOWHERE

    def node_of(self, key: Key) -> int:
        """The node that shows the operator `key` (a closed group may hide it), or NOWHERE."""
        subgraph, operator = key
        if subgraph != self.subgraph:
            return NOWHERE
        inner = (self.kind == OPERATOR) | (self.kind == GROUP)
        nodes = np.nonzero(inner & (self.first <= operator) & (operator < self.end))[0]
        return int(nodes[0]) if nodes.size else NOWHERE

    def nodes_of(self, keys: Iterable[Key]) -> Flags:
        """Which nodes show operators of `keys`, (nodes,)."""
        wanted = np.array([operator for subgraph, operator in keys if subgraph == self.subgraph], np.int64)
        wanted.sort()
        inner = (self.kind == OPERATOR) | (self.kind == GROUP)
        shown: Flags = inner & (np.searchsorted(wanted, self.first) < np.searchsorted(wanted, self.end))
        return shown

    def keys_of(self, nodes: Iterable[int]) -> list[Key]:
        """The operators that `nodes` stand for, those in closed groups included."""
        return [
            (self.subgraph, operator)
            for node in nodes
            if self.kind[node] in (OPERATOR, GROUP)
            for operator in range(int(self.first[node]), int(self.end[node]))
        ]

    def inputs_of(self, node: int) -> Ints:
        """Nodes whose results `node` uses, left to right."""
        nodes = np.unique(self.source[self.target == node])
        return nodes[np.argsort(self.x[nodes], kind="stable")]

    def outputs_of(self, node: int) -> Ints:
        """Nodes that use results of `node`, left to right."""
        nodes = np.unique(self.target[self.source == node])
        return nodes[np.argsort(self.x[nodes], kind="stable")]

    def alike(self, key: Key) -> frozenset[Key]:
        """The operators of all groups that are built as the innermost one around `key` that has its like."""
        subgraph, operator = key
        groups = self.groups
        start, end, structure = groups.start.values, groups.end.values, groups.structure.values
        around = np.nonzero((structure > 0) & (start <= operator) & (operator < end))[0]
        if subgraph != self.subgraph or around.size == 0:
            return frozenset()
        innermost = around[(end - start)[around].argmin()]
        like = np.nonzero(structure == structure[innermost])[0]
        return frozenset((subgraph, at) for group in like.tolist() for at in range(int(start[group]), int(end[group])))

    def upstream(self, nodes: Iterable[int]) -> Flags:
        """Which nodes `nodes` depend on, themselves included, (nodes,)."""
        return self._reached(nodes, self.target, self.source)

    def downstream(self, nodes: Iterable[int]) -> Flags:
        """Which nodes depend on `nodes`, themselves included, (nodes,)."""
        return self._reached(nodes, self.source, self.target)

    def _reached(self, nodes: Iterable[int], near: Ints, far: Ints) -> Flags:
        order = np.argsort(near, kind="stable")
        starts = np.searchsorted(near[order], np.arange(self.nodes + 1)).tolist()
        others = far[order].tolist()
        seen = set(nodes)
        waiting = list(seen)
        while waiting:
            node = waiting.pop()
            for other in others[starts[node] : starts[node + 1]]:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        flags = np.zeros(self.nodes, np.bool_)
        flags[list(seen)] = True
        return flags

    def lines_between(self, sources: Flags, targets: Flags) -> Ints:
        """Pieces of the lines that lead from a node in `sources` to one in `targets`."""
        edges = np.nonzero(sources[self.source] & targets[self.target] & ~self.portal)[0]
        lowest: dict[int, int] = {}
        for tensor, row in zip(self.tensor[edges].tolist(), self.row[self.target[edges]].tolist(), strict=True):
            lowest[tensor] = max(row, lowest.get(tensor, 0))
        if not lowest:
            return np.zeros(0, np.int64)
        deepest = np.full(int(self.tensor.max()) + 1, -1, np.int64)
        deepest[list(lowest)] = list(lowest.values())
        lines = self.lines
        on_the_way = (lines.target < 0) & (lines.row < deepest[lines.tensor]) & sources[lines.source]
        ending = (lines.target >= 0) & sources[lines.source] & targets[np.maximum(lines.target, 0)]
        pieces: Ints = np.nonzero(on_the_way | ending)[0]
        return pieces


def of(document: Drawing) -> Scene:
    """The scene of a drawing."""
    nodes, edges, pieces = document.nodes, document.edges, document.lines
    x, y, width, height = (getattr(nodes, name).values for name in ("x", "y", "width", "height"))
    top = y - height / 2
    by_top = np.argsort(top, kind="stable")
    order = np.argsort(pieces.y0.values, kind="stable")
    ends = pieces.y2.values - pieces.y0.values
    lines = Lines(
        **{name: getattr(pieces, name).values[order] for name in ("x0", "y0", "x1", "y1", "y2")},
        **{
            name: getattr(pieces, name).values[order].astype(np.int64) for name in ("tensor", "source", "target", "row")
        },
        tallest=float(ends.max()) if ends.size else 0.0,
    )
    portal = edges.portal.values.astype(np.bool_)
    source, target = edges.source.values.astype(np.int64), edges.target.values.astype(np.int64)
    reach = np.concatenate([x - width / 2, lines.x0, lines.x1]), np.concatenate([x + width / 2, lines.x0, lines.x1])
    empty = x.size == 0
    return Scene(
        subgraph=document.subgraph,
        name=document.name,
        texts=document.texts,
        **{
            name: getattr(nodes, name).values.astype(np.int64)
            for name in ("kind", "first", "end", "group", "label", "detail", "row")
        },
        title=nodes.name.values.astype(np.int64),
        x=x,
        y=y,
        width=width,
        height=height,
        source=source,
        target=target,
        tensor=edges.tensor.values.astype(np.int64),
        portal=portal,
        portal_out=np.bincount(source[portal], minlength=x.size),
        portal_in=np.bincount(target[portal], minlength=x.size),
        lines=lines,
        by_top=by_top,
        tops=top[by_top],
        tallest=float(height.max()) if not empty else 0.0,
        bounds=Box(0, 0, 0, 0)
        if empty
        else Box(float(reach[0].min()), float(top.min()), float(reach[1].max()), float((y + height / 2).max())),
        groups=document.groups,
        pages=document.pages,
    )
