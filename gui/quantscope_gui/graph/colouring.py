"""What colours the operators: an immutable value, so that it can be made anywhere and painted in any thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Final

import numpy as np
import numpy.typing as npt

from quantscope_gui.operators.plan import Plan
from quantscope_gui.theme import precisions
from quantscope_gui.theme.tokens import Tokens


class Weight(Enum):
    """How much an operator stands out."""

    QUIET = 0
    NORMAL = 1
    LOUD = 2


@dataclass(frozen=True, slots=True)
class Swatch:
    """One look: `color` #rrggbb, the `mark` (a kind of theme.precisions, or empty) that tells it apart without colour,
    and its `name` for people."""

    color: str
    mark: str
    name: str
    weight: Weight = Weight.NORMAL


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """`of[subgraph]` (operators,) is the place in `swatches` of each operator, which fits in 16 bits. With `borders`
    lines between operators of different swatches are crossed by a bar."""

    title: str
    swatches: tuple[Swatch, ...]
    of: Mapping[int, npt.NDArray[np.int16]]
    borders: bool = False

    def count(self, subgraph: int, start: int, end: int) -> npt.NDArray[np.int64]:
        """How many of the operators `start` to `end` have each swatch, (swatches,)."""
        numbers = self.of.get(subgraph, np.zeros(0, np.int16))[start:end]
        counts: npt.NDArray[np.int64] = np.bincount(numbers, minlength=len(self.swatches))
        return counts


PLAIN: Final = "plain"


def plain(tokens: Tokens) -> Colouring:
    """Every operator alike: what is shown until there is a plan."""
    return Colouring("", (Swatch(tokens.text_muted, "", ""),), {})


def by_precision(plan: Plan, tokens: Tokens) -> Colouring:
    """Each operator in the colour and with the mark of its planned precision; what falls back to float is loud."""
    kinds = [kind for kind in precisions.ORDER if kind in plan.kinds]
    kinds += sorted(kind for kind in plan.kinds if kind not in precisions.ORDER)
    weight = {precisions.FALLBACK: Weight.LOUD, "none": Weight.QUIET}
    place = {kind: at for at, kind in enumerate(kinds)}
    places = np.fromiter(map(place.__getitem__, map(attrgetter("kind"), plan.rows)), np.int16, len(plan.rows))
    return Colouring(
        title=precisions.title(),
        swatches=tuple(
            Swatch(precisions.color(kind, tokens).name(), kind, precisions.name(kind), weight.get(kind, Weight.NORMAL))
            for kind in kinds
        ),
        of=by_subgraph(plan, places),
    )


def by_subgraph(plan: Plan, places: npt.NDArray[np.int16]) -> Mapping[int, npt.NDArray[np.int16]]:
    """Places in the swatches of all rows of a plan, (rows,), as Colouring wants them."""
    subgraphs = plan.document.subgraphs
    parts = np.split(places, np.cumsum([len(subgraph.operators) for subgraph in subgraphs])[:-1])
    return {subgraph.index: part for subgraph, part in zip(subgraphs, parts, strict=True)}
