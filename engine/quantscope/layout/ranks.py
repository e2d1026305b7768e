"""Rows: longest path from the inputs; and which edges are too long to be drawn as lines."""

from typing import Final

import numpy as np

from quantscope.layout.values import Flags, Graph, Ints

# A line longer than this many rows says less than two labelled ends; far less of a tensor that is used everywhere.
LONGEST_LINE: Final = 120
LONGEST_HUB_LINE: Final = 3
HUB_USES: Final = 4
HUB_SPREAD: Final = 30


def rank(graph: Graph) -> Ints:
    """Row of each node, (nodes,): below all its inputs, and no higher than its lines are shorter for it."""
    edges = graph.edges[graph.edges[:, 0] < graph.edges[:, 1]]
    rows = [0] * graph.nodes
    order = np.argsort(edges[:, 1], kind="stable")
    for source, target in zip(edges[order, 0].tolist(), edges[order, 1].tolist(), strict=True):
        if rows[source] >= rows[target]:
            rows[target] = rows[source] + 1
    return _without_empty_rows(_lowered(graph, rows))


def _lowered(graph: Graph, rows: list[int]) -> Ints:
    """Moves nodes down to their first use where that shortens lines: each of their outputs gets shorter by a row, their
    inputs longer, but what several nodes share is lengthened once for all of them."""
    forward = graph.edges[:, 0] < graph.edges[:, 1]
    edges, nets = graph.edges[forward], graph.nets[forward]
    if nets.size == 0:
        return np.array(rows, np.int64)
    share = 1.0 / np.bincount(nets)[nets]
    cost = np.bincount(edges[:, 1], share, graph.nodes)
    first_uses = np.unique(np.stack([nets, edges[:, 0]], axis=1), axis=0)
    gain = np.bincount(first_uses[:, 1], minlength=graph.nodes)
    movable = (gain > cost + 1e-9).tolist()
    nowhere = graph.nodes + 1
    first_use = [nowhere] * graph.nodes
    order = np.argsort(-edges[:, 0], kind="stable")
    last = -1
    for source, target in zip(edges[order, 0].tolist(), edges[order, 1].tolist(), strict=True):
        if source != last and last >= 0 and movable[last]:
            rows[last] = first_use[last] - 1
        last = source
        if rows[target] < first_use[source]:
            first_use[source] = rows[target]
    if movable[last]:
        rows[last] = first_use[last] - 1
    return np.array(rows, np.int64)


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
