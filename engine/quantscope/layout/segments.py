"""Cutting the graph where one node carries everything, and finding the pieces that repeat.

Between two cuts nothing depends on what lies outside, so each piece is arranged by itself, each different one once.
"""

from dataclasses import dataclass

import numpy as np

from quantscope.layout.values import Flags, Floats, Graph, Ints, ranges, starts_of


@dataclass(frozen=True, slots=True)
class Layered:
    """The different pieces side by side, as one layered graph in which every link joins neighbouring layers.

    Vertices are the nodes and then the bends, points where a line passes a layer. `layer`, `width`, `bend`, `seed`
    (which orders a layer at the start) and `anchored` (stands on the axis) are (vertices,); `links` is (links, 2),
    upper and lower vertex; `piece` tells each layer's piece.
    """

    layer: Ints
    width: Floats
    bend: Flags
    seed: Floats
    anchored: Flags
    links: Ints
    piece: Ints

    @property
    def vertices(self) -> int:
        return int(self.layer.size)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The layered graph of the different pieces, and how to read the whole from it.

    `vertex` (nodes,) is the vertex of each node. Lines of the whole: `link` (lines,) is the link each one follows,
    `net`, `source`, `target` (-1 for a bend) and `row` (of its lower end) as in values.Lines.
    """

    layered: Layered
    vertex: Ints
    link: Ints
    net: Ints
    source: Ints
    target: Ints
    row: Ints


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Nodes in order of rows, and edges in order of pieces, with nodes by their place in that order."""

    nodes: Ints
    rows: Ints
    row_starts: Ints
    source: Ints
    target: Ints
    net: Ints
    name: Ints


def cut(graph: Graph, rows: Ints, lines: Flags) -> Pieces:
    """The pieces of `graph`, whose nodes stand in `rows`; only edges in `lines` hold it together."""
    ordered = _sort(graph, rows, lines)
    bounds = _bounds(ordered)
    piece_of_edge = np.minimum(np.searchsorted(bounds, ordered.rows[ordered.source], "right") - 1, bounds.size - 2)
    first_edge = np.searchsorted(piece_of_edge, np.arange(bounds.size))
    first_node = ordered.row_starts[bounds[:-1]]
    end_node = ordered.row_starts[np.minimum(bounds[1:] + 1, ordered.row_starts.size - 1)]
    model, models = _distinct(graph, ordered, bounds, first_node, end_node, first_edge)
    return _compose(graph, ordered, bounds, first_node, end_node, first_edge, model, models)


def _sort(graph: Graph, rows: Ints, lines: Flags) -> _Sorted:
    nodes = np.lexsort((np.arange(graph.nodes), rows))
    place = np.empty(graph.nodes, np.int64)
    place[nodes] = np.arange(graph.nodes)
    kept = np.nonzero(lines)[0]
    triples = np.stack([place[graph.edges[kept, 0]], graph.nets[kept], place[graph.edges[kept, 1]]], axis=1)
    triples = np.unique(triples, axis=0) if kept.size else triples.reshape(0, 3)
    changed = np.ones(len(triples), np.bool_)
    changed[1:] = (triples[1:, :2] != triples[:-1, :2]).any(axis=1)
    count = np.bincount(rows, minlength=1)
    row_starts = np.concatenate([[0], np.cumsum(count)])
    return _Sorted(nodes, rows[nodes], row_starts, triples[:, 0], triples[:, 2], np.cumsum(changed) - 1, triples[:, 1])


def _bounds(ordered: _Sorted) -> Ints:
    """Rows at which to cut: a single node, and no line passing it; and the first and last row."""
    last = ordered.row_starts.size - 2
    change = np.zeros(last + 3, np.int64)
    upper, lower = ordered.rows[ordered.source], ordered.rows[ordered.target]
    long = lower - upper > 1
    np.add.at(change, upper[long] + 1, 1)
    np.add.at(change, lower[long], -1)
    single = np.diff(ordered.row_starts) == 1
    cuts = np.nonzero(single & (np.cumsum(change)[: last + 1] == 0))[0]
    bounds = np.unique(np.concatenate([[0], cuts, [last]]))
    return bounds if bounds.size > 1 else np.array([0, 0], np.int64)


def _distinct(
    graph: Graph, ordered: _Sorted, bounds: Ints, first_node: Ints, end_node: Ints, first_edge: Ints
) -> tuple[Ints, Ints]:
    """For each piece which distinct one it is, and for each distinct one the piece that shows it first."""
    width = graph.widths[ordered.nodes]
    net_base = _first_nets(ordered, first_edge)
    known: dict[bytes, int] = {}
    model: list[int] = []
    models: list[int] = []
    table = np.stack([ordered.source, ordered.target], axis=1)
    for piece, (top, first, end, edge, edge_end) in enumerate(
        zip(*(a.tolist() for a in (bounds[:-1], first_node, end_node, first_edge[:-1], first_edge[1:])), strict=True)
    ):
        key = b"".join(
            (
                (ordered.rows[first:end] - top).tobytes(),
                width[first:end].tobytes(),
                (table[edge:edge_end] - first).tobytes(),
                (ordered.net[edge:edge_end] - net_base[piece]).tobytes(),
            )
        )
        at = known.setdefault(key, len(known))
        if at == len(models):
            models.append(piece)
        model.append(at)
    return np.array(model, np.int64), np.array(models, np.int64)


def _first_nets(ordered: _Sorted, first_edge: Ints) -> Ints:
    """The net of each piece's first edge; 0 where it has none."""
    nets = np.append(ordered.net, 0)
    return nets[np.minimum(first_edge[:-1], ordered.net.size)]


def _compose(
    graph: Graph,
    ordered: _Sorted,
    bounds: Ints,
    first_node: Ints,
    end_node: Ints,
    first_edge: Ints,
    model: Ints,
    models: Ints,
) -> Pieces:
    # Nodes and edges of the distinct pieces, one after the other.
    node_count = (end_node - first_node)[models]
    edge_count = np.diff(first_edge)[models]
    node_at, edge_at = ranges(first_node[models], node_count), ranges(first_edge[models], edge_count)
    node_start, edge_start = starts_of(node_count), starts_of(edge_count)
    layer_count = bounds[models + 1] - bounds[models] + 1
    layer_start = starts_of(layer_count)
    layer = ordered.rows[node_at] + np.repeat(layer_start - bounds[models], node_count)
    shift = np.repeat(node_start - first_node[models], edge_count)
    source, target = ordered.source[edge_at] + shift, ordered.target[edge_at] + shift
    executed = ordered.nodes[node_at].astype(np.float64)

    # Nets of the distinct pieces: their bends form a chain from the source down to above the lowest target.
    opens = np.ones(source.size, np.bool_)
    opens[1:] = (np.diff(ordered.net[edge_at]) != 0) | (np.diff(np.repeat(models, edge_count)) != 0)
    net = np.cumsum(opens) - 1
    net_source = source[opens]
    bends = np.zeros(net_source.size, np.int64)
    np.maximum.at(bends, net, layer[target] - layer[source] - 1)
    bend_start = starts_of(bends)
    nodes = layer.size
    bend_net = np.repeat(np.arange(bends.size), bends)
    depth = np.arange(bend_net.size) - np.repeat(bend_start, bends)
    bend_seed = np.zeros(net_source.size)
    np.maximum.at(bend_seed, net, executed[target])
    chain = np.stack(
        [np.where(depth == 0, net_source[bend_net], nodes + np.arange(depth.size) - 1), nodes + np.arange(depth.size)],
        axis=1,
    )
    span = layer[target] - layer[source]
    last = np.stack([np.where(span == 1, source, nodes + bend_start[net] + span - 2), target], axis=1)
    all_layers = np.concatenate([layer, layer[net_source[bend_net]] + 1 + depth])
    bend = np.concatenate([np.zeros(nodes, np.bool_), np.ones(bend_net.size, np.bool_)])
    layered = Layered(
        layer=all_layers,
        width=np.concatenate([graph.widths[ordered.nodes[node_at]], np.zeros(bend_net.size)]),
        bend=bend,
        seed=np.concatenate([executed, bend_seed[bend_net]]),
        anchored=np.concatenate([_spine(layer, source, target, layer_count), np.zeros(bend_net.size, np.bool_)]),
        links=np.concatenate([chain, last]),
        piece=np.repeat(np.arange(models.size), layer_count),
    )

    # The whole: every node, and every piece's lines.
    vertex = np.empty(graph.nodes, np.int64)
    every_count = node_count[model]
    vertex[ordered.nodes[ranges(first_node, every_count)]] = ranges(node_start[model], every_count)
    net_count = np.bincount(np.repeat(np.arange(models.size), edge_count)[opens], minlength=models.size)
    net_start = starts_of(net_count)
    bends_of = np.bincount(np.repeat(np.arange(models.size), net_count), weights=bends, minlength=models.size)
    bends_of = bends_of.astype(np.int64)
    chain_at = ranges(starts_of(bends_of)[model], bends_of[model])
    chain_piece = np.repeat(np.arange(model.size), bends_of[model])
    edge_of = ranges(edge_start[model], edge_count[model])
    edge_piece = np.repeat(np.arange(model.size), edge_count[model])
    whole_edge = ranges(first_edge[:-1], np.diff(first_edge))

    first_whole_edge = np.full(int(ordered.net.max()) + 1 if ordered.net.size else 0, -1, np.int64)
    first_whole_edge[ordered.net[::-1]] = np.arange(ordered.net.size)[::-1]
    base = _first_nets(ordered, first_edge)
    chain_net = base[chain_piece] + bend_net[chain_at] - net_start[model[chain_piece]]
    chain_edge = first_whole_edge[chain_net]
    row_shift = bounds[:-1] - layer_start[model]
    return Pieces(
        layered=layered,
        vertex=vertex,
        link=np.concatenate([chain_at, depth.size + edge_of]),
        net=np.concatenate([ordered.name[chain_edge], ordered.name[whole_edge]]),
        source=ordered.nodes[np.concatenate([ordered.source[chain_edge], ordered.source[whole_edge]])],
        target=np.concatenate([np.full(chain_at.size, -1, np.int64), ordered.nodes[ordered.target[whole_edge]]]),
        row=np.concatenate(
            [all_layers[nodes + chain_at] + row_shift[chain_piece], layer[target[edge_of]] + row_shift[edge_piece]]
        ),
    )


def _spine(layer: Ints, source: Ints, target: Ints, layer_count: Ints) -> Flags:
    """Which nodes lie on every longest path of their piece: there is at most one to a layer."""
    count = layer.size
    direct = layer[target] - layer[source] == 1
    upper, lower = source[direct], target[direct]
    # Paths that take one node a layer, from the piece's first layer and to its last; counts are only compared.
    first = starts_of(layer_count)
    last = first + layer_count - 1
    downwards, upwards = np.zeros(count), np.zeros(count)
    downwards[np.isin(layer, first)] = 1.0
    upwards[np.isin(layer, last)] = 1.0
    order = np.argsort(layer[upper], kind="stable")
    down = downwards.tolist()
    for a, b in zip(upper[order].tolist(), lower[order].tolist(), strict=True):
        down[b] = min(down[b] + down[a], 1e300)
    up = upwards.tolist()
    for a, b in zip(upper[order[::-1]].tolist(), lower[order[::-1]].tolist(), strict=True):
        up[a] = min(up[a] + up[b], 1e300)
    through = np.array(down) > 0
    through &= np.array(up) > 0
    alone = np.bincount(layer[through], minlength=int(layer_count.sum())) == 1
    flags: Flags = through & alone[layer]
    return flags
