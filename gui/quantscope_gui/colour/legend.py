"""The legend of a colouring: one entry per swatch that occurs."""

import numpy as np

from quantscope_gui.colour.colours import keys_by_swatch
from quantscope_gui.graph.colouring import Colouring
from quantscope_gui.operators.legend import Item


def items(colouring: Colouring) -> list[Item]:
    """Entries in the order of the swatches, with the operators that each is for."""
    length = len(colouring.swatches)
    counts = sum((np.bincount(places, minlength=length) for places in colouring.of.values()), np.zeros(length, int))
    used = [swatch for swatch in range(length) if counts[swatch]]
    keys = keys_by_swatch(colouring, used)
    return [
        Item(
            name=colouring.swatches[swatch].name,
            count=int(counts[swatch]),
            hint=colouring.title,
            mark=colouring.swatches[swatch].mark,
            color=colouring.swatches[swatch].color,
            keys=keys[swatch],
        )
        for swatch in used
    ]
