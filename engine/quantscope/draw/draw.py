"""Drawing a subgraph."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from quantscope.documents import drawing
from quantscope.documents.columns import Column
from quantscope.documents.drawing import GROUP, INPUT, OPERATOR, OUTPUT
from quantscope.draw import groups as grouping
from quantscope.draw.groups import Group
from quantscope.draw.shown import Shown, shown
from quantscope.errors import UsageError
from quantscope.layout.layered import arrange
from quantscope.layout.values import Arrangement, Graph
from quantscope.model.attributes import attributes
from quantscope.model.graph import Model, Operator, Subgraph, Tensor

HEIGHTS: Final = {OPERATOR: 46.0, INPUT: 34.0, OUTPUT: 34.0, GROUP: 58.0}
LEAST_WIDTH: Final = {OPERATOR: 136.0, INPUT: 112.0, OUTPUT: 112.0, GROUP: 184.0}
MOST_WIDTH: Final = 296.0
WIDTH_STEP: Final = 8.0
# Of a letter of a label and of a shape, in the widest of the fonts that desktops come with; and of what is beside them.
LETTER: Final = {OPERATOR: 9.5, INPUT: 7.6, OUTPUT: 7.6, GROUP: 8.4}
DIGIT: Final = 7.2
BESIDE: Final = 58.0
# Operators whose options name subgraphs that they run.
RUNNERS: Final = frozenset(
    {
        "CALL", "CALL_ONCE", "IF", "WHILE", "STABLEHLO_CASE", "STABLEHLO_COMPOSITE", "STABLEHLO_REDUCE",
        "STABLEHLO_REDUCE_WINDOW", "STABLEHLO_SCATTER", "STABLEHLO_SORT", "STABLEHLO_WHILE",
    }
)  # fmt: skip
_ROLE: Final = re.compile(r"(?:(?P<role>.+)_)?subgraph(?:_index|_indices)?")


def draw(
    model: Model, subgraph: int, opened: Iterable[int] | None = None, check: Callable[[], None] = lambda: None
) -> drawing.Drawing:
    """A drawing of the model's subgraph with the groups in `opened` open; None opens what suits the size.

    Raises UsageError if there is no such subgraph; `check` may raise to stop the work.
    """
    if not 0 <= subgraph < len(model.subgraphs):
        raise UsageError(f"The model has no subgraph {subgraph}.", "Choose one of its subgraphs.")
    graph = model.subgraphs[subgraph]
    groups = grouping.find(model, graph)
    chosen = grouping.automatic(groups, len(graph.operators)) if opened is None else frozenset(opened)
    what = shown(model, graph, groups, chosen)
    check()
    texts = _Texts()
    labels = _labels(graph, groups, what)
    results = _results(graph, what)
    shapes = [shape_text(tensor) if tensor else "" for tensor in results]
    widths = np.array(list(map(_width, what.kind.tolist(), labels, shapes)))
    heights = np.array([HEIGHTS[kind] for kind in what.kind.tolist()])
    arranged = arrange(Graph(widths, heights, what.edges, what.tensors), check)
    return drawing.Drawing(
        model=model.path,
        subgraph=subgraph,
        name=graph.name,
        nodes=drawing.Nodes(
            kind=Column.of(what.kind, "|u1"),
            first=Column.of(what.first, "<i4"),
            end=Column.of(what.end, "<i4"),
            group=Column.of(what.group, "<i4"),
            label=Column.of([texts.of(text) for text in labels], "<i4"),
            name=Column.of([texts.of(tensor.name if tensor else "") for tensor in results], "<i4"),
            detail=Column.of([texts.of(shape) for shape in shapes], "<i4"),
            x=Column.of(arranged.x, "<f8"),
            y=Column.of(arranged.y, "<f8"),
            width=Column.of(widths, "<f8"),
            height=Column.of(heights, "<f8"),
            row=Column.of(arranged.rows, "<i4"),
        ),
        edges=_edges(what, arranged),
        lines=_lines(arranged),
        groups=drawing.Groups(
            start=Column.of([group.start for group in groups], "<i4"),
            end=Column.of([group.end for group in groups], "<i4"),
            parent=Column.of([group.parent for group in groups], "<i4"),
            label=Column.of([texts.of(group.label) for group in groups], "<i4"),
            repeat=Column.of([group.repeat for group in groups], "<i4"),
            structure=Column.of([group.structure for group in groups], "<i4"),
            open=Column.of([index in chosen for index in range(len(groups))], "|u1"),
        ),
        pages=tuple(_pages(model, graph)),
        texts=texts.all,
    )


class _Texts:
    """Every text once, by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(self._numbers)


def _labels(graph: Subgraph, groups: Sequence[Group], what: Shown) -> list[str]:
    operators, tensors = graph.operators, graph.tensors
    return [
        operators[first].type if kind == OPERATOR else groups[group].label if kind == GROUP else tensors[first].name
        for kind, first, group in zip(what.kind.tolist(), what.first.tolist(), what.group.tolist(), strict=True)
    ]


def _results(graph: Subgraph, what: Shown) -> list[Tensor | None]:
    """The first output of what each node stands for; of an input or output the tensor itself."""
    operators, tensors = graph.operators, graph.tensors
    return [
        tensors[first] if kind in (INPUT, OUTPUT) else _first_output(graph, operators[end - 1])
        for kind, first, end in zip(what.kind.tolist(), what.first.tolist(), what.end.tolist(), strict=True)
    ]


def _first_output(graph: Subgraph, operator: Operator) -> Tensor | None:
    return next(iter(graph.outputs_of(operator)), None)


def shape_text(tensor: Tensor) -> str:
    """The shape as 1\u00d7224\u00d7224\u00d73, ? for a dynamic dimension; of what isn't float with its dtype."""
    shape = "\u00d7".join("?" if size < 0 else str(size) for size in tensor.shape)
    dtype = "" if tensor.dtype == "FLOAT32" else tensor.dtype.lower()
    return " ".join(filter(None, (dtype, shape))) or "scalar"


def _width(kind: int, label: str, detail: str) -> float:
    wanted = max(len(label) * LETTER[kind], len(detail) * DIGIT) + BESIDE
    return math.ceil(min(MOST_WIDTH, max(LEAST_WIDTH[kind], wanted)) / WIDTH_STEP) * WIDTH_STEP


def _edges(what: Shown, arranged: Arrangement) -> drawing.Edges:
    portal = np.zeros(len(what.edges), np.uint8)
    portal[arranged.portals] = 1
    return drawing.Edges(
        source=Column.of(what.edges[:, 0], "<i4"),
        target=Column.of(what.edges[:, 1], "<i4"),
        tensor=Column.of(what.tensors, "<i4"),
        portal=Column.of(portal, "|u1"),
    )


def _lines(arranged: Arrangement) -> drawing.Lines:
    lines = arranged.lines
    return drawing.Lines(
        x0=Column.of(lines.x0, "<f8"),
        y0=Column.of(lines.y0, "<f8"),
        x1=Column.of(lines.x1, "<f8"),
        y1=Column.of(lines.y1, "<f8"),
        y2=Column.of(lines.y2, "<f8"),
        tensor=Column.of(lines.net, "<i4"),
        source=Column.of(lines.source, "<i4"),
        target=Column.of(lines.target, "<i4"),
        row=Column.of(lines.row, "<i4"),
    )


def _pages(model: Model, graph: Subgraph) -> Iterable[drawing.Page]:
    """The subgraphs that operators run, as far as there are such."""
    for operator in graph.operators:
        if operator.type not in RUNNERS:
            continue
        for name, value in attributes(model, operator).items():
            match = _ROLE.fullmatch(name)
            for index in value if isinstance(value, tuple) else (value,):
                if match and isinstance(index, int) and 0 <= index < len(model.subgraphs) and index != graph.index:
                    yield drawing.Page(operator=operator.index, subgraph=index, role=match["role"] or "body")
