"""Where vertices stand horizontally: straight lines of aligned vertices, pushed apart only as far as they must be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from quantscope.layout.segments import Layered
from quantscope.layout.values import LINE_GAP, NODE_GAP, Flags, Floats, Ints

MOST_ROUNDS: Final = 24
LEAST_ROUNDS: Final = 6
BUDGET: Final = 36_000
MOST_PUSHES: Final = 24
FAR: Final = 1e9


@dataclass(frozen=True, slots=True)
class Shelves:
    """Vertices in the order of layers and positions: `order` (vertices,). `offset` is how far each must at least stand
    from the first of its layer; `first` where its layer starts, as a place in the order."""

    order: Ints
    layer: Ints
    offset: Floats

    @staticmethod
    def of(layer: Ints, position: Ints, width: Floats, bend: Flags) -> "Shelves":
        order = np.lexsort((position, layer))
        layers, half = layer[order], width[order] / 2
        gap = np.where(bend[order][1:] & bend[order][:-1], LINE_GAP, NODE_GAP)
        gap = np.where(bend[order][1:] ^ bend[order][:-1], (NODE_GAP + LINE_GAP) / 2, gap)
        step = np.concatenate([[0.0], half[:-1] + half[1:] + gap])
        total = np.cumsum(step)
        first = np.searchsorted(layers, layers)
        return Shelves(order, layers, total - total[first])

    def push_right(self, x: Floats) -> Floats:
        """Least places not left of `x` with enough room in every layer."""
        free = x[self.order] - self.offset
        lifted = np.maximum.accumulate(free + self.layer * FAR) - self.layer * FAR
        result = np.empty_like(x)
        result[self.order] = lifted + self.offset
        return result

    def push_left(self, x: Floats) -> Floats:
        """Greatest places not right of `x` with enough room in every layer."""
        free = (x[self.order] - self.offset + self.layer * FAR)[::-1]
        lowered = np.minimum.accumulate(free)[::-1] - self.layer * FAR
        result = np.empty_like(x)
        result[self.order] = lowered + self.offset
        return result

    def settle(self, x: Floats) -> Floats:
        """Places with enough room, as near to `x` as the worst of each layer allows."""
        placed: Floats = (self.push_right(x) + self.push_left(x)) / 2
        return placed


def place(graph: Layered, position: Ints, check: Callable[[], None]) -> Floats:
    """Horizontal centre of each vertex, (vertices,); anchored ones stand at 0."""
    if graph.vertices == 0:
        return np.zeros(0)
    shelves = Shelves.of(graph.layer, position, graph.width, graph.bend)
    block = _blocks(graph, position)
    blocks = int(block.max()) + 1
    members = np.argsort(block, kind="stable")
    starts = np.searchsorted(block[members], np.arange(blocks))
    size = np.bincount(block)
    fixed = np.zeros(blocks, np.bool_)
    fixed[block[graph.anchored]] = True
    upper, lower = graph.links[:, 0], graph.links[:, 1]
    ends = block[np.stack([np.concatenate([upper, lower]), np.concatenate([lower, upper])], axis=1)]
    weight = np.tile(np.where(graph.bend[upper] | graph.bend[lower], 2.0, 1.0), 2)
    outward = ends[:, 0] != ends[:, 1]
    ends, weight = ends[outward], weight[outward]
    pull = np.bincount(ends[:, 0], weight, blocks)

    def of_blocks(x: Floats, reduce: np.ufunc) -> Floats:
        values: Floats = reduce.reduceat(x[members], starts)
        return values

    def settle(wanted: Floats) -> Floats:
        right = left = wanted
        for push, reduce, is_right in ((shelves.push_right, np.maximum, True), (shelves.push_left, np.minimum, False)):
            x = wanted
            for _ in range(MOST_PUSHES):
                pushed = of_blocks(push(x[block]), reduce)
                if np.array_equal(pushed, x):
                    break
                x = pushed
            right, left = (x, left) if is_right else (right, x)
        return (right + left) / 2

    centred = shelves.offset.copy()
    ends_of_layers = np.append(np.nonzero(np.diff(shelves.layer))[0], shelves.layer.size - 1)
    middle = np.zeros(graph.vertices)
    middle[shelves.order] = centred - np.repeat(
        shelves.offset[ends_of_layers] / 2, np.diff(np.concatenate([[-1], ends_of_layers]))
    )
    clamp = _clamp(graph, shelves)
    x = np.where(fixed, 0.0, np.bincount(block, middle, blocks) / size)
    x = settle(_within(x, clamp, block, members, starts))
    rounds = max(LEAST_ROUNDS, min(MOST_ROUNDS, BUDGET // graph.vertices))
    for _ in range(rounds):
        check()
        wanted = np.where(pull > 0, np.bincount(ends[:, 0], weight * x[ends[:, 1]], blocks) / np.maximum(pull, 1e-9), x)
        wanted = np.where(fixed, 0.0, wanted)
        x = (x + settle(_within(wanted, clamp, block, members, starts))) / 2
    low, high = clamp
    placed = shelves.settle(np.clip(x[block], low, high))
    return np.where(graph.anchored, 0.0, placed)


def _within(x: Floats, clamp: tuple[Floats, Floats], block: Ints, members: Ints, starts: Ints) -> Floats:
    low = np.maximum.reduceat(clamp[0][members], starts)
    high = np.minimum.reduceat(clamp[1][members], starts)
    return np.where(low <= high, np.clip(x, np.minimum(low, high), np.maximum(low, high)), x)


def _clamp(graph: Layered, shelves: Shelves) -> tuple[Floats, Floats]:
    """Between what each vertex must stay so that the anchored one of its layer can stand at 0."""
    layers = int(graph.layer.max()) + 1
    at = np.full(layers, np.nan)
    anchored = graph.anchored[shelves.order]
    at[shelves.layer[anchored]] = shelves.offset[anchored]
    distance = shelves.offset - at[shelves.layer]
    low, high = np.full(graph.vertices, -np.inf), np.full(graph.vertices, np.inf)
    low[shelves.order] = np.where(distance >= 0, distance, -np.inf)
    high[shelves.order] = np.where(distance <= 0, distance, np.inf)
    return low, high


def _blocks(graph: Layered, position: Ints) -> Ints:
    """Number of the straight line each vertex belongs to, (vertices,).

    A vertex is aligned with at most one above and one below; alignments don't cross, long lines and the spine first.
    """
    upper, lower = graph.links[:, 0], graph.links[:, 1]
    rank = np.where(
        graph.anchored[upper] & graph.anchored[lower], 0, np.where(graph.bend[upper] & graph.bend[lower], 1, 2)
    )
    chosen = _mutual(upper, lower, rank, position)
    kept = _uncrossed(graph.layer[upper[chosen]], position[upper[chosen]], position[lower[chosen]], rank[chosen])
    chosen = chosen[kept]
    head = np.arange(graph.vertices)
    head[lower[chosen]] = upper[chosen]
    while True:
        further = head[head]
        if np.array_equal(further, head):
            break
        head = further
    block: Ints = np.unique(head, return_inverse=True)[1].reshape(-1)
    return block


def _mutual(upper: Ints, lower: Ints, rank: Ints, position: Ints) -> Ints:
    """Links that both of their ends prefer: the median among their most important ones."""
    down = _medians(upper, rank, position[lower])
    up = _medians(lower, rank, position[upper])
    return np.intersect1d(down, up)


def _medians(owner: Ints, rank: Ints, key: Ints) -> Ints:
    """For each owner the link in the middle of those of its lowest rank."""
    if owner.size == 0:
        return owner
    arranged = np.lexsort((key, rank, owner))
    group = owner[arranged] * 4 + rank[arranged]
    first = np.nonzero(np.concatenate([[True], np.diff(group) != 0]))[0]
    count = np.diff(np.append(first, group.size))
    lead = np.concatenate([[True], np.diff(owner[arranged][first]) != 0])
    medians: Ints = arranged[first[lead] + (count[lead] - 1) // 2]
    return medians


def _uncrossed(gap: Ints, above: Ints, below: Ints, rank: Ints) -> Ints:
    """Places of alignments that cross none of a more important rank, nor an earlier one of their own."""
    kept = np.zeros(0, np.int64)
    for level in (0, 1, 2):
        candidates = np.nonzero(rank == level)[0]
        everyone = np.concatenate([kept, candidates])
        arranged = everyone[np.lexsort((above[everyone], gap[everyone]))]
        sure = rank[arranged] < level
        layer = gap[arranged] * (1 << 40)
        most = np.maximum.accumulate(np.where(sure, below[arranged], -1) + layer)
        least = np.minimum.accumulate((np.where(sure, below[arranged], 1 << 39) + layer)[::-1])[::-1]
        free = (below[arranged] + layer >= most) & (below[arranged] + layer <= least)
        arranged, layer = arranged[free], layer[free]
        best = np.maximum.accumulate(below[arranged] + layer)
        record = np.concatenate([[True], best[1:] > best[:-1]]) if best.size else np.zeros(0, np.bool_)
        kept = arranged[record | (rank[arranged] < level)]
    return kept
