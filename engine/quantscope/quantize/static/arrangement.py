"""Which operators run in integers where both forms are possible: the arrangement that costs least, found exactly.

An operator that only moves values or adds them up gains less by integers than a conversion costs. Choosing for all of
them at once is a minimum cut: nodes are operators, their preference is an edge to one of the terminals, and each tensor
that would need a QUANTIZE or DEQUANTIZE joins its maker with its readers. Operators whose form is settled stand for the
terminals, so the graph falls into small components, each solved by itself. A component too large for that is arranged
operator by operator, as long as it gets cheaper.
"""

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

FOREVER: Final = float("inf")
LARGEST_CUT: Final = 300  # nodes of a component that is solved exactly; the work grows with the square
SWEEPS: Final = 20
INTEGER: Final = "integer"
FLOAT: Final = "float"

Node = Hashable


@dataclass(frozen=True, slots=True)
class Link:
    """A tensor between its maker and its readers (nodes or the terminals INTEGER and FLOAT): converting it, either way,
    costs `cost` once, however many read it."""

    maker: Node
    readers: tuple[Node, ...]
    cost: float


def arranged(preferences: Mapping[Node, float], links: Sequence[Link]) -> frozenset[Node]:
    """The nodes that run in integers in the cheapest arrangement; `preferences` are what integers save, in the unit of
    the links' costs. Of equally cheap arrangements the one with fewest integers."""
    result: set[Node] = set()
    for component in _components(preferences, links):
        if len(component.nodes) > LARGEST_CUT:
            result.update(_improved(component, preferences))
            continue
        network = _Network()
        for node in component.nodes:
            network.join(INTEGER, node, max(preferences[node], 0.0))
            network.join(node, FLOAT, max(-preferences[node], 0.0))
        for at, link in enumerate(component.links):
            # Paid if the maker is on the integer side and any reader isn't, and the other way round.
            dequantized, quantized = ("dequantized", at), ("quantized", at)
            network.join(link.maker, dequantized, link.cost)
            network.join(quantized, link.maker, link.cost)
            for reader in link.readers:
                network.join(dequantized, reader, FOREVER)
                network.join(reader, quantized, FOREVER)
        result.update(network.source_side().intersection(component.nodes))
    return frozenset(result)


def _improved(component: "_Component", preferences: Mapping[Node, float]) -> set[Node]:
    """A cheap arrangement: the better of those that changing one node after the other comes to from all integers and
    from all float."""
    touching: dict[Node, list[Link]] = defaultdict(list)
    for link in component.links:
        for node in {link.maker, *link.readers}:
            touching[node].append(link)

    def price(links: Iterable[Link], integer: set[Node]) -> float:
        return sum(
            link.cost
            for link in links
            if any((reader in integer) != (link.maker in integer) for reader in link.readers)
        )

    arrangements = []
    for start in (set(component.nodes), set[Node]()):
        integer = {INTEGER, *start}
        for _ in range(SWEEPS):
            changed = False
            for node in component.nodes:
                integer.discard(node)
                float_price = price(touching[node], integer)
                integer.add(node)
                integer_price = price(touching[node], integer) - preferences[node]
                wanted = integer_price < float_price
                if not wanted:
                    integer.discard(node)
                changed |= wanted != (node in start)
                (start.add if wanted else start.discard)(node)
            if not changed:
                break
        total = price(component.links, integer) - sum(preferences[node] for node in start)
        arrangements.append((total, len(start), start))
    return min(arrangements, key=lambda each: each[:2])[2]


@dataclass(frozen=True, slots=True)
class _Component:
    nodes: list[Node]
    links: list[Link]


def _components(preferences: Mapping[Node, float], links: Sequence[Link]) -> Iterable[_Component]:
    """Nodes that links join, with those links; the terminals join nothing."""
    parents: dict[Node, Node] = {node: node for node in preferences}

    def root(node: Node) -> Node:
        while parents[node] != node:
            parents[node] = node = parents[parents[node]]
        return node

    for link in links:
        inner = [root(node) for node in (link.maker, *link.readers) if node in parents]
        for node in inner[1:]:
            parents[node] = root(inner[0])
    components: dict[Node, _Component] = defaultdict(lambda: _Component([], []))
    for node in preferences:
        components[root(node)].nodes.append(node)
    for link in links:
        inner = [node for node in (link.maker, *link.readers) if node in parents]
        if inner:
            components[root(inner[0])].links.append(link)
    return components.values()


class _Network:
    """A flow network from INTEGER to FLOAT; the maximum flow by shortest augmenting paths."""

    def __init__(self) -> None:
        self.room: dict[Node, dict[Node, float]] = defaultdict(dict)

    def join(self, start: Node, end: Node, capacity: float) -> None:
        if start != end and capacity > 0:
            self.room[start][end] = self.room[start].get(end, 0.0) + capacity
            self.room[end].setdefault(start, 0.0)

    def source_side(self) -> set[Node]:
        """The nodes that INTEGER still reaches when no more can flow."""
        while True:
            came_from: dict[Node, Node] = {INTEGER: INTEGER}
            queue: deque[Node] = deque([INTEGER])
            while queue and FLOAT not in came_from:
                start = queue.popleft()
                for end, room in self.room[start].items():
                    if room > 0 and end not in came_from:
                        came_from[end] = start
                        queue.append(end)
            if FLOAT not in came_from:
                return set(came_from)
            path: list[tuple[Node, Node]] = []
            node: Node = FLOAT
            while node != INTEGER:
                path.append((came_from[node], node))
                node = came_from[node]
            flow = min(self.room[start][end] for start, end in path)
            for start, end in path:
                self.room[start][end] -= flow
                self.room[end][start] += flow
