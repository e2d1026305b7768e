"""A whole graph, arranged."""

from collections.abc import Callable
from typing import Final

import numpy as np

from quantscope.layout import coordinates, ordering, ranks, routes, segments
from quantscope.layout.values import Arrangement, Graph

BENDS_PER_NODE: Final = 3
FREE_BENDS: Final = 4000


def arrange(graph: Graph, check: Callable[[], None] = lambda: None) -> Arrangement:
    """Rows from the inputs down, repeated pieces alike, long lines straight, everything beside a straight spine.

    Work is bounded by the number of nodes: the larger the graph, the fewer long lines and sweeps. `check` is called
    between steps and may raise to stop the work. Equal graphs give equal arrangements.
    """
    rows = ranks.rank(graph)
    lines = ranks.drawn_as_lines(graph, rows, FREE_BENDS + BENDS_PER_NODE * graph.nodes)
    check()
    pieces = segments.cut(graph, rows, lines)
    check()
    position = ordering.order(pieces.layered, check)
    x = coordinates.place(pieces.layered, position, check)
    check()
    return routes.route(graph, rows, pieces, x, np.nonzero(~lines)[0])
