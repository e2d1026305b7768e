"""How a scene is painted: everything that colours and words depend on, gathered into one immutable value for any
thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from quantscope.documents.drawing import GROUP, OPERATOR
from quantscope_gui.graph.colouring import Colouring, Weight
from quantscope_gui.graph.scene import NOWHERE, Flags, Ints, Scene
from quantscope_gui.theme.tokens import Tokens

BODY: Final = {Weight.QUIET: 0.0, Weight.NORMAL: 0.1, Weight.LOUD: 0.26}
EDGE: Final = {Weight.QUIET: 0.25, Weight.NORMAL: 0.5, Weight.LOUD: 1.0}
FAR: Final = {Weight.QUIET: 0.45, Weight.NORMAL: 0.8, Weight.LOUD: 1.0}


def blend(under: str, over: str, share: float) -> QColor:
    """`share` of one #rrggbb over another."""
    a, b = QColor(under), QColor(over)
    channels = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(x + (y - x) * share) for x, y in channels))


@dataclass(frozen=True, slots=True)
class Ink:
    """A swatch on a theme: `full` itself, the `body` and `edge` of a card, a whole node seen from `far`, and what is
    drawn `on` the full colour."""

    full: QColor
    body: QColor
    edge: QColor
    far: QColor
    on: QColor
    mark: str
    name: str
    weight: Weight


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """`of` (nodes,) is each operator's place in `inks`, NOWHERE for other nodes; `shares` of a closed group how many of
    its operators have each ink; `captions` the two lines of words on a closed group; `titles`
    what the frames of open ones are called. `lit` (nodes,) are the nodes that
    stay when the others are dimmed, None where nothing is dimmed."""

    tokens: Tokens
    inks: tuple[Ink, ...]
    of: Ints
    shares: Mapping[int, Ints]
    captions: Mapping[int, tuple[str, str]]
    titles: tuple[str, ...] = ()
    lit: Flags | None = None


def of(
    scene: Scene,
    colouring: Colouring,
    tokens: Tokens,
    counted: Callable[[int], str],
    lit: Flags | None = None,
) -> Look:
    """The look of `scene` coloured by `colouring` on a theme; `counted(n)` says "n operators" in the user's words."""
    numbers = colouring.of.get(scene.subgraph, np.zeros(0, np.int16))
    places = np.full(scene.nodes, NOWHERE, np.int64)
    known = (scene.kind == OPERATOR) & (scene.first < numbers.size)
    places[known] = numbers[scene.first[known]]
    places[(scene.kind == OPERATOR) & ~known] = 0
    closed = np.nonzero(scene.kind == GROUP)[0].tolist()
    return Look(
        tokens=tokens,
        inks=tuple(
            Ink(
                full=QColor(swatch.color),
                body=blend(tokens.surface, swatch.color, BODY[swatch.weight]),
                edge=blend(tokens.border_strong, swatch.color, EDGE[swatch.weight]),
                far=blend(tokens.surface, swatch.color, FAR[swatch.weight]),
                on=QColor(tokens.surface),
                mark=swatch.mark,
                name=swatch.name,
                weight=swatch.weight,
            )
            for swatch in colouring.swatches
        ),
        of=places,
        shares={node: colouring.count(scene.subgraph, int(scene.first[node]), int(scene.end[node])) for node in closed},
        captions={
            node: (group_name(scene, int(scene.group[node])), counted(int(scene.end[node] - scene.first[node])))
            for node in closed
        },
        titles=tuple(group_name(scene, group) for group in scene.frames.group.tolist()),
        lit=lit,
    )


def group_name(scene: Scene, group: int) -> str:
    """A scope's own name, or the number of a repeat."""
    label = scene.texts[int(scene.groups.label.values[group])]
    repeat = int(scene.groups.repeat.values[group])
    return label or QCoreApplication.translate("Graph", "Block {number}").format(number=repeat)
