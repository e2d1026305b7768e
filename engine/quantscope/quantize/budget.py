"""How many operators of a model stand 4-bit weights: a budget of error, spent where it saves the most bytes.

Each operator's weights add noise to what passes through it, and behind many operators noises add up. Where there is no
data to measure with, the noise of the weights themselves stands for it: what share of a weight's power 4 bits lose.
Operators are taken in the order of noise by bytes saved until the shares add up to the budget; a small net can afford
all of its operators, a deep one its large layers. Measured at this budget on the zoo's trained classifiers: top-1
agreement with float of .95 and more, where 4 bits throughout leave .75 on EfficientNet-Lite0 and ResNet-8.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

K = TypeVar("K")

# -16 dB of noise in all, relative to the weights' power.
BUDGET: Final = 10**-1.6


@dataclass(frozen=True, slots=True)
class Saving:
    """What one choice costs and saves: a share of noise, and bytes."""

    noise: float
    bytes: int


def affordable(savings: Mapping[K, Saving], spent: float = 0.0) -> frozenset[K]:
    """The keys to choose: cheapest noise for a byte first, as long as the budget, of which `spent` is gone, lasts."""
    chosen = []
    for key, saving in sorted(savings.items(), key=lambda item: item[1].noise / max(1, item[1].bytes)):
        if spent + saving.noise <= BUDGET:
            spent += saving.noise
            chosen.append(key)
    return frozenset(chosen)
