"""Rows, and where lines leave and reach nodes."""

from typing import Final

import numpy as np

from quantscope.layout.coordinates import Shelves
from quantscope.layout.segments import Pieces
from quantscope.layout.values import ROW_GAP, Arrangement, Flags, Floats, Graph, Ints, Lines, starts_of

PORT_GAP: Final = 12.0
PORT_MARGIN: Final = 16.0
SLOPE: Final = 0.07
MOST_EXTRA_GAP: Final = 56.0


def route(graph: Graph, rows: Ints, pieces: Pieces, vertex_x: Floats, portals: Ints) -> Arrangement:
    """The arrangement of `graph` from where the vertices of its pieces stand."""
    layered = pieces.layered
    x = vertex_x[pieces.vertex]
    upper = vertex_x[layered.links[pieces.link, 0]]
    lower = vertex_x[layered.links[pieces.link, 1]]
    lower_bend = layered.bend[layered.links[pieces.link, 1]]
    upper_bend = layered.bend[layered.links[pieces.link, 0]]

    count = int(rows.max()) + 1 if rows.size else 0
    height = np.zeros(count)
    np.maximum.at(height, rows, graph.heights)
    reach = np.zeros(count)
    np.maximum.at(reach, pieces.row, np.abs(lower - upper))
    gap = np.where(np.arange(count) > 0, ROW_GAP + np.minimum(MOST_EXTRA_GAP, SLOPE * reach), 0.0)
    middle = np.cumsum(gap) + np.cumsum(height) - height / 2
    y = middle[rows]

    start_x = np.where(upper_bend, upper, x[pieces.source] + _exits(graph, pieces, lower, upper_bend))
    end_x = np.where(lower_bend, lower, x[pieces.target] + _ports(graph, pieces, upper, x, lower_bend))
    above = pieces.row - 1
    y0 = middle[above] + np.where(upper_bend, height[above], graph.heights[pieces.source]) / 2
    bottom = middle[pieces.row] + height[pieces.row] / 2
    y1 = middle[pieces.row] - np.where(lower_bend, height[pieces.row], graph.heights[pieces.target]) / 2
    return Arrangement(
        x=x,
        y=y,
        rows=rows,
        lines=Lines(
            x0=start_x,
            y0=y0,
            x1=end_x,
            y1=y1,
            y2=np.where(lower_bend, bottom, y1),
            net=pieces.net,
            source=pieces.source,
            target=pieces.target,
            row=pieces.row,
        ),
        portals=portals,
    )


def _exits(graph: Graph, pieces: Pieces, lower: Floats, upper_bend: Flags) -> Floats:
    """Offset from its node's centre at which each line leaves: nets of one node apart, in the order they go to."""
    offset = np.zeros(pieces.net.size)
    leaving = np.nonzero(~upper_bend)[0]
    nets, net = np.unique(pieces.net[leaving], return_inverse=True)
    net = net.reshape(-1)
    towards = np.bincount(net, lower[leaving], nets.size) / np.bincount(net, minlength=nets.size)
    owner = np.zeros(nets.size, np.int64)
    owner[net] = pieces.source[leaving]
    order = np.lexsort((towards, owner))
    count = np.bincount(owner, minlength=graph.nodes)
    place = np.empty(nets.size, np.int64)
    place[order] = np.arange(nets.size) - starts_of(count)[owner[order]]
    room = np.maximum(0.0, graph.widths[owner] - 2 * PORT_MARGIN)
    step = np.minimum(PORT_GAP * 2, room / np.maximum(1, count[owner] - 1))
    offset[leaving] = ((place - (count[owner] - 1) / 2) * step)[net]
    return offset


def _ports(graph: Graph, pieces: Pieces, upper: Floats, x: Floats, lower_bend: Flags) -> Floats:
    """Offset from its node's centre at which each line arrives: straight down where it can, apart from the others."""
    offset = np.zeros(pieces.net.size)
    arriving = np.nonzero(~lower_bend)[0]
    if arriving.size == 0:
        return offset
    target = pieces.target[arriving]
    wanted = upper[arriving] - x[target]
    room = np.maximum(0.0, graph.widths[target] / 2 - PORT_MARGIN)
    order = np.lexsort((wanted, target))
    count = np.bincount(target, minlength=graph.nodes)
    first = starts_of(count)[target[order]]
    place = np.arange(order.size) - first
    step = np.minimum(PORT_GAP, 2 * room[order] / np.maximum(1, count[target[order]] - 1))
    offsets = place.astype(np.float64) * step
    shelves = Shelves(np.arange(order.size), target[order], offsets)
    # The last still has to find room on its node's edge, and so does every one before it.
    limit = room[order] - (count[target[order]] - 1 - place) * step
    clipped = np.clip(wanted[order], -room[order] + offsets, limit)
    offset[arriving[order]] = shelves.settle(clipped)
    return offset
