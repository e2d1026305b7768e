"""The order within each layer: barycentre sweeps, then exchanges of neighbours while they save crossings.

A sweep goes down (or up) through windows of WINDOW layers, all windows at once, so its cost in numpy calls does not
depend on the size of the graph. Everything keeps the best order found for each piece by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from quantscope.layout.segments import Layered
from quantscope.layout.values import Floats, Ints, ranges, starts_of

WINDOW: Final = 24
MOST_SWEEPS: Final = 10
LEAST_SWEEPS: Final = 2
MOST_EXCHANGES: Final = 12
# Vertices times sweeps; beyond it there are fewer sweeps.
BUDGET: Final = 18_000
MOST_COPIES: Final = 8
ROOM_FOR_COPIES: Final = 2400
# An exchange compares every line of one vertex with every line of the other; of vertices with more it is left out.
MOST_PAIRS: Final = 4096


@dataclass(frozen=True, slots=True)
class _Side:
    """The links on one side of the vertices: those of vertex v are `other[start[v] : start[v] + count[v]]`."""

    start: Ints
    count: Ints
    other: Ints

    @staticmethod
    def of(near: Ints, far: Ints, vertices: int) -> "_Side":
        order = np.argsort(near, kind="stable")
        count = np.bincount(near, minlength=vertices)
        return _Side(starts_of(count), count, far[order])


def order(graph: Layered, check: Callable[[], None]) -> Ints:
    """Position of each vertex within its layer, (vertices,), with few crossings. `check` may raise to stop the work.

    Small graphs are tried from several beginnings at once, side by side, and each piece keeps the best.
    """
    if graph.vertices == 0:
        return np.zeros(0, np.int64)
    copies = max(1, min(MOST_COPIES, ROOM_FOR_COPIES // graph.vertices))
    pieces = int(graph.piece[-1]) + 1
    side_by_side = _copied(graph, copies)
    position, crossings = _order(side_by_side, pieces * copies, check)
    winner = crossings.reshape(copies, pieces).argmin(axis=0)
    chosen: Ints = position.reshape(copies, -1)[winner[graph.piece[graph.layer]], np.arange(graph.vertices)]
    return chosen


def _copied(graph: Layered, copies: int) -> Layered:
    """`copies` of the graph side by side: as it is, mirrored, and shuffled."""
    layers, pieces = graph.piece.size, int(graph.piece[-1]) + 1
    random = np.random.default_rng(0)
    seeds = [graph.seed, -graph.seed, *(random.random(graph.vertices) for _ in range(copies - 2))]
    shift = np.arange(copies)[:, None]
    return replace(
        graph,
        layer=(graph.layer + shift * layers).reshape(-1),
        width=np.tile(graph.width, copies),
        bend=np.tile(graph.bend, copies),
        seed=np.concatenate(seeds[:copies]),
        anchored=np.tile(graph.anchored, copies),
        links=(graph.links + shift[:, :, None] * graph.vertices).reshape(-1, 2),
        piece=(graph.piece + shift * pieces).reshape(-1),
    )


def _order(graph: Layered, pieces: int, check: Callable[[], None]) -> tuple[Ints, Ints]:
    """Positions, and the crossings of each piece."""
    above = _Side.of(graph.links[:, 1], graph.links[:, 0], graph.vertices)
    below = _Side.of(graph.links[:, 0], graph.links[:, 1], graph.vertices)
    position = _positions(graph.layer, graph.seed)
    best, fewest = position, _crossings(graph, position, pieces)
    sweeps = max(LEAST_SWEEPS, min(MOST_SWEEPS, BUDGET // graph.vertices))
    steps = _steps(graph)
    for sweep in range(sweeps):
        if not fewest.any():
            break
        check()
        down = sweep % 2 == 0
        position = _sweep(graph.layer, above if down else below, position, steps if down else steps[::-1])
        position = _exchange(graph, above, below, position, 2 if sweep + 1 < sweeps else MOST_EXCHANGES)
        count = _crossings(graph, position, pieces)
        better = (count < fewest)[graph.piece[graph.layer]]
        best = np.where(better, position, best)
        fewest = np.minimum(fewest, count)
    if fewest.any():
        best = _exchange(graph, above, below, best, MOST_EXCHANGES)
        fewest = _crossings(graph, best, pieces)
    return best, fewest


def _positions(layer: Ints, key: Floats) -> Ints:
    """Positions within layers in the order of `key`, those of equal keys in the order of vertices."""
    arranged = np.lexsort((key, layer))
    count = np.bincount(layer)
    position = np.empty(layer.size, np.int64)
    position[arranged] = np.arange(layer.size) - np.repeat(starts_of(count), count)
    return position


def _steps(graph: Layered) -> list[Ints]:
    """Vertices by the place of their layer in its window; windows begin where pieces do."""
    place = ((np.arange(graph.piece.size) - np.searchsorted(graph.piece, graph.piece)) % WINDOW)[graph.layer]
    arranged = np.argsort(place, kind="stable")
    return np.split(arranged, np.cumsum(np.bincount(place, minlength=WINDOW))[:-1])


def _sweep(layer: Ints, side: _Side, position: Ints, steps: list[Ints]) -> Ints:
    position = position.astype(np.float64)
    for vertices in steps:
        if vertices.size == 0:
            continue
        count = side.count[vertices]
        owner = np.repeat(np.arange(vertices.size), count)
        sums = np.bincount(owner, position[side.other[ranges(side.start[vertices], count)]], vertices.size)
        own = position[vertices]
        key = np.where(count > 0, sums / np.maximum(1, count), own)
        layers = layer[vertices]
        arranged = np.lexsort((own, key, layers))
        sizes = np.unique(layers, return_counts=True)[1]
        position[vertices[arranged]] = np.arange(vertices.size) - np.repeat(starts_of(sizes), sizes)
    return position.astype(np.int64)


def _crossings(graph: Layered, position: Ints, pieces: int) -> Ints:
    """Number of crossings within each piece."""
    upper, lower = graph.links[:, 0], graph.links[:, 1]
    gap = graph.layer[upper]
    arranged = np.lexsort((position[lower], position[upper], gap))
    inversions = count_inversions(gap[arranged], position[lower][arranged])
    return np.bincount(graph.piece[gap[arranged]], inversions, pieces).astype(np.int64)


def count_inversions(group: Ints, value: Ints) -> Ints:
    """How many larger values stand before each value in its group.

    `group` is sorted; groups and values are integers from 0. One stable partition by each bit of the values, so
    O(n log(largest value)).
    """
    found = np.zeros(value.size, np.int64)
    if value.size == 0:
        return found
    index = np.arange(value.size)
    start = np.searchsorted(group, group)
    end = np.searchsorted(group, group, "right")
    for bit in range(int(value.max()).bit_length() - 1, -1, -1):
        ones = (value[index] >> bit) & 1
        before = np.cumsum(ones) - ones
        ones_before = before - before[start]
        total = np.append(before, before[-1] + ones[-1])[end] - before[start]
        zero = ones == 0
        found[index[zero]] += ones_before[zero]
        zeros = end - start - total
        target = np.where(zero, index_of(start.size) - ones_before, start + zeros + ones_before)
        moved = np.empty_like(index)
        moved[target] = index
        new_start, new_end = np.empty_like(start), np.empty_like(end)
        new_start[target] = np.where(zero, start, start + zeros)
        new_end[target] = np.where(zero, start + zeros, end)
        index, start, end = moved, new_start, new_end
    return found


def index_of(size: int) -> Ints:
    """0 ... size - 1."""
    return np.arange(size, dtype=np.int64)


def _exchange(graph: Layered, above: _Side, below: _Side, position: Ints, rounds: int) -> Ints:
    """Exchanges neighbours while that saves crossings, at most `rounds` times over all layers.

    Pairs exchanged at once share no vertex and no neighbouring layer, so each saving counts in full.
    """
    position = position.copy()
    parity = graph.layer % 2
    for _ in range(rounds):
        exchanged = False
        for of_layer in (0, 1):
            members = np.nonzero(parity == of_layer)[0]
            members = members[np.lexsort((position[members], graph.layer[members]))]
            if members.size < 2:
                continue
            for of_pair in (0, 1):
                first, second = members[:-1], members[1:]
                pair = (graph.layer[first] == graph.layer[second]) & (position[first] % 2 == of_pair)
                at = np.nonzero(pair)[0]
                saved = sum(_saving(side, position, first[at], second[at]) for side in (above, below))
                at = at[saved > 0]
                if at.size:
                    exchanged = True
                    position[members[at]] += 1
                    position[members[at + 1]] -= 1
                    members[at], members[at + 1] = members[at + 1], members[at].copy()
        if not exchanged:
            break
    return position


def _saving(side: _Side, position: Ints, left: Ints, right: Ints) -> Ints:
    """Crossings on one side saved by exchanging each `left` vertex with its `right` neighbour."""
    pairs = side.count[left] * side.count[right]
    pairs = np.where(pairs > MOST_PAIRS, 0, pairs)
    owner = np.repeat(np.arange(left.size), pairs)
    within = np.arange(owner.size) - np.repeat(starts_of(pairs), pairs)
    width = side.count[right][owner]
    a = position[side.other[side.start[left][owner] + within // np.maximum(1, width)]]
    b = position[side.other[side.start[right][owner] + within % np.maximum(1, width)]]
    return np.bincount(owner, np.sign(a - b), left.size).astype(np.int64)
