"""Rows: longest path from the inputs; and which edges are too long to be drawn as lines."""

from typing import Final

import numpy as np

from quantscope.layout.values import Flags, Graph, Ints

# A line longer than this many rows says less than two labelled ends; far less of a tensor that is used everywhere.
LONGEST_LINE: Final = 120
LONGEST_HUB_LINE: Final = 10
HUB_USES: Final = 4
HUB_SPREAD: Final = 30


def rank(graph: Graph) -> Ints:
    """Row of each node, (nodes,): below all its inputs; what has none stands just above its first use."""
    edges = graph.edges[graph.edges[:, 0] < graph.edges[:, 1]]
    rows = [0] * graph.nodes
    order = np.argsort(edges[:, 1], kind="stable")
    for source, target in zip(edges[order, 0].tolist(), edges[order, 1].tolist(), strict=True):
        if rows[source] >= rows[target]:
            rows[target] = rows[source] + 1
    result = np.array(rows, np.int64)
    fed = np.zeros(graph.nodes, np.bool_)
    fed[edges[:, 1]] = True
    loose = edges[~fed[edges[:, 0]]]
    first = np.full(graph.nodes, np.iinfo(np.int64).max)
    np.minimum.at(first, loose[:, 0], result[loose[:, 1]] - 1)
    result = np.where(fed | (first == np.iinfo(np.int64).max), result, first)
    return _without_empty_rows(result)


def _without_empty_rows(rows: Ints) -> Ints:
    if rows.size == 0:
        return rows
    used = np.bincount(rows) > 0
    compact: Ints = (np.cumsum(used) - 1)[rows]
    return compact


def drawn_as_lines(graph: Graph, rows: Ints, most_bends: int) -> Flags:
    """Which edges are lines, (edges,); the others become portals.

    Lines may pass `most_bends` rows altogether, those of one net counted once; the longest give way first.
    """
    source, target = graph.edges[:, 0], graph.edges[:, 1]
    span = rows[target] - rows[source]
    kept = (span > 0) & (span <= LONGEST_LINE)
    if not kept.any():
        return kept
    nets = int(graph.nets.max()) + 1
    longest = np.zeros(nets, np.int64)
    np.maximum.at(longest, graph.nets, span)
    uses = np.bincount(graph.nets, minlength=nets)
    hub = (longest > HUB_SPREAD) & (uses >= HUB_USES)
    kept &= ~hub[graph.nets] | (span <= LONGEST_HUB_LINE)
    limit = LONGEST_LINE
    while limit > 1 and _bends(graph, span, kept & (span <= limit), nets) > most_bends:
        limit = limit * 3 // 4
    return kept & (span <= limit)


def _bends(graph: Graph, span: Ints, kept: Flags, nets: int) -> int:
    longest = np.ones(nets, np.int64)
    np.maximum.at(longest, graph.nets[kept], span[kept])
    return int((longest - 1).sum())
