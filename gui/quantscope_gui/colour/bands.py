"""Numbers as a few bands of colour: what a scale of sizes, errors or times looks like. No widgets."""

import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from typing import Final

import numpy as np
import numpy.typing as npt

from quantscope_gui.graph.colouring import Colouring, Swatch, Weight, by_subgraph
from quantscope_gui.operators.plan import Key, Plan
from quantscope_gui.theme.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Scale:
    """`borders` part the numbers into one band more than there are borders; `loud` names the bands that matter most,
    counted from the lowest, `rising` whether the strongest colour is for the largest numbers; `alarming` numbers take
    the colours that warn."""

    borders: tuple[float, ...]
    rising: bool = True
    alarming: bool = False
    loud: frozenset[int] = frozenset()

    def band(self, value: float) -> int:
        return bisect.bisect_right(self.borders, value)

    def names(self, text: Callable[[float], str]) -> list[str]:
        """What each band is called: "< 1 kB", "1 kB – 4 kB", "≥ 4 kB"."""
        first, last = self.borders[0], self.borders[-1]
        between = [
            f"{text(low)} \u2013 {text(high)}" for low, high in zip(self.borders, self.borders[1:], strict=False)
        ]
        return [f"< {text(first)}", *between, f"\u2265 {text(last)}"]


ROUND: Final = (1.0, 2.0, 5.0)


def logarithmic(values: Sequence[float], bands: int) -> Scale:
    """A scale of about `bands` bands over positive numbers, with round borders."""
    low, high = min(values), max(values)
    if low == high:
        return Scale((low,))
    inner = np.geomspace(low, high, bands + 1)[1:-1]
    return Scale(tuple(sorted({_rounded(float(value)) for value in inner})))


def _rounded(value: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(min((step * power for step in (*ROUND, 10.0)), key=lambda step: abs(np.log(step / value))))


def banded(
    plan: Plan,
    tokens: Tokens,
    title: str,
    values: Mapping[Key, float],
    scale: Scale,
    text: Callable[[float], str],
    without: str,
) -> Colouring:
    """Each operator in the colour of its number's band; those without a number are quiet and called `without`."""
    names = scale.names(text)
    colors = _spread(tokens.alarm if scale.alarming else tokens.ramp, len(names))
    if not scale.rising:
        colors.reverse()
    swatches = [
        Swatch(color, "", name, Weight.LOUD if band in scale.loud else Weight.NORMAL)
        for band, (color, name) in enumerate(zip(colors, names, strict=True))
    ]
    swatches.append(Swatch(tokens.precision["none"], "none", without, Weight.QUIET))
    places = {key: scale.band(value) for key, value in values.items()}
    return Colouring(title, tuple(swatches), places_by_subgraph(plan, places, len(names)))


def places_by_subgraph(plan: Plan, places: Mapping[Key, int], otherwise: int) -> Mapping[int, npt.NDArray[np.int16]]:
    """For each subgraph the swatch of every operator in order, as Colouring wants them."""
    found = map(places.get, map(attrgetter("key"), plan.rows), repeat(otherwise))
    numbers = np.fromiter(found, np.int16, len(plan.rows))
    return by_subgraph(plan, numbers)


def _spread(ramp: Sequence[str], count: int) -> list[str]:
    """`count` colours from the quiet end of a ramp to its strong end."""
    places = np.linspace(0, len(ramp) - 1, count).round().astype(int) if count > 1 else [len(ramp) - 1]
    return [ramp[place] for place in places]
