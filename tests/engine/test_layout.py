"""The layered layout: what must hold for every graph, tried on random ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantscope.layout.layered import arrange
from quantscope.layout.ordering import count_inversions
from quantscope.layout.values import Arrangement, Graph


def graph(nodes: int, edges: list[tuple[int, int]], widths: list[float] | None = None) -> Graph:
    table = np.array(sorted(set(edges)), np.int64).reshape(-1, 2)
    return Graph(np.array(widths or [120.0] * nodes), np.full(nodes, 46.0), table, table[:, 0].copy())


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any acyclic graph of up to 40 nodes, nodes without neighbours and several outputs of one node included."""
    nodes = draw(st.integers(1, 40))
    pairs = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1))
    edges = [(min(pair), max(pair)) for pair in draw(st.lists(pairs, max_size=90)) if pair[0] != pair[1]]
    widths = draw(st.lists(st.sampled_from([90.0, 136.0, 220.0]), min_size=nodes, max_size=nodes))
    made = graph(nodes, edges, widths)
    outputs = draw(st.integers(1, 3))
    return Graph(made.widths, made.heights, made.edges, made.edges[:, 0] * outputs + made.edges[:, 1] % outputs)


def line_spots(arranged: Arrangement) -> np.ndarray:
    """Points where lines pass rows: (points, 3) of row, x, tensor."""
    lines = arranged.lines
    passing = lines.target < 0
    return np.unique(np.stack([lines.row[passing], lines.x1[passing], lines.net[passing]], axis=1), axis=0)


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_whatever_the_graph(made: Graph) -> None:
    arranged = arrange(made)
    drawn = np.ones(len(made.edges), bool)
    drawn[arranged.portals] = False
    source, target = made.edges[:, 0], made.edges[:, 1]
    assert (arranged.rows[target] > arranged.rows[source]).all()
    assert np.isfinite(arranged.x).all()
    for row in np.unique(arranged.rows):
        nodes = np.nonzero(arranged.rows == row)[0]
        nodes = nodes[np.argsort(arranged.x[nodes])]
        left, right = arranged.x[nodes] - made.widths[nodes] / 2, arranged.x[nodes] + made.widths[nodes] / 2
        assert (left[1:] - right[:-1] >= 8).all(), "nodes overlap"
        assert np.ptp(arranged.y[nodes]) == 0
        for _, x, _ in (spot for spot in line_spots(arranged) if spot[0] == row):
            assert not ((left - 1 < x) & (x < right + 1)).any(), "a line passes through a node"
    lines = arranged.lines
    assert (lines.y1 > lines.y0).all()
    assert (lines.y2 >= lines.y1).all()
    # Every edge that is drawn ends in exactly one piece, and pieces of a net join up to its source.
    ending = lines.target >= 0
    ends = np.stack([lines.net[ending], lines.source[ending], lines.target[ending]], axis=1)
    assert sorted(ends.tolist()) == sorted(np.stack([made.nets, source, target], axis=1)[drawn].tolist())
    bends = {(net, row) for net, row, end in zip(lines.net, lines.row, lines.target, strict=True) if end < 0}
    for net, row, start in zip(lines.net, lines.row, lines.source, strict=True):
        assert row == arranged.rows[start] + 1 or (net, row - 1) in bends


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_equal_graphs_give_equal_arrangements(made: Graph) -> None:
    first, second = arrange(made), arrange(made)
    assert (first.x == second.x).all()
    assert (first.y == second.y).all()


@settings(max_examples=60, deadline=None)
@given(graphs(), st.integers(2, 5))
def test_repeats_look_alike(block: Graph, repeats: int) -> None:
    """A block between two operators that everything passes through looks the same each time."""
    size = block.nodes + 1
    edges: list[tuple[int, int]] = []
    for repeat in range(repeats):
        start = repeat * size
        inner = [(start + 1 + a, start + 1 + b) for a, b in block.edges.tolist()]
        sources = set(range(block.nodes)) - {b for _, b in block.edges.tolist()}
        sinks = set(range(block.nodes)) - {a for a, _ in block.edges.tolist()}
        edges += inner
        edges += [(start, start + 1 + node) for node in sources] + [(start + 1 + node, start + size) for node in sinks]
    widths = [120.0, *block.widths.tolist()] * repeats + [120.0]
    arranged = arrange(graph(repeats * size + 1, edges, widths))
    x = arranged.x[:-1].reshape(repeats, size)
    y = arranged.y[:-1].reshape(repeats, size)
    assert (x == x[0]).all()
    np.testing.assert_allclose(y - y[:, :1], np.tile(y[0] - y[0, 0], (repeats, 1)), atol=1e-6)
    spine = np.arange(0, repeats * size + 1, size)
    assert (arranged.x[spine] == 0).all()


def test_the_spine_is_straight_and_a_shortcut_beside_it() -> None:
    edges = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (4, 5)]
    arranged = arrange(graph(6, edges))
    assert (arranged.x == 0).all()
    shortcut = arranged.lines.x1[arranged.lines.target < 0]
    assert (np.abs(shortcut) > 60).all()
    assert np.ptp(shortcut) == 0, "a long line is straight"


def test_what_is_used_everywhere_is_drawn_as_portals() -> None:
    edges = [(0, 1), *((node, node + 1) for node in range(1, 80)), *((0, node) for node in range(10, 80, 10))]
    made = graph(81, edges)
    arranged = arrange(made)
    assert {tuple(edge) for edge in made.edges[arranged.portals].tolist()} >= {(0, 40), (0, 70)}


@pytest.mark.parametrize("edges", [[(0, 1), (1, 0)], [(1, 1), (0, 1)], [(3, 0), (2, 1)]])
def test_circles_and_wrong_orders_cost_nothing_but_portals(edges: list[tuple[int, int]]) -> None:
    table = np.array(edges, np.int64)
    arranged = arrange(Graph(np.full(4, 100.0), np.full(4, 40.0), table, table[:, 0].copy()))
    backward = [place for place, (a, b) in enumerate(edges) if a >= b]
    assert set(backward) <= set(arranged.portals.tolist())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30)), max_size=120))
def test_inversions_are_counted(pairs: list[tuple[int, int]]) -> None:
    pairs = sorted(pairs, key=lambda pair: pair[0])
    group = np.array([group for group, _ in pairs], np.int64)
    value = np.array([value for _, value in pairs], np.int64)
    expected = [((group[:at] == group[at]) & (value[:at] > value[at])).sum() for at in range(len(pairs))]
    assert count_inversions(group, value).tolist() == expected


def test_the_work_is_bounded() -> None:
    """A net of 3,000 nodes in which everything may be connected with everything: lines and sweeps give way."""
    random = np.random.default_rng(1)
    nodes = 3000
    a, b = random.integers(0, nodes, (2, 12_000))
    edges = [(int(min(pair)), int(max(pair))) for pair in zip(a, b, strict=True) if pair[0] != pair[1]]
    made = graph(nodes, edges)
    arranged = arrange(made)
    lines = arranged.lines
    assert lines.net.size <= len(made.edges) + 4000 + 3 * nodes
    assert (arranged.rows[made.edges[:, 1]] > arranged.rows[made.edges[:, 0]]).all()


def test_work_can_be_stopped() -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        arrange(graph(3, [(0, 1), (1, 2)]), stop)
