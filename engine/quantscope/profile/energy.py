"""Energy per inference, where the battery tells: only while it discharges, over minutes, for one variant alone."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from quantscope.documents.profile import Energy, Sensors

LEAST_SECONDS: Final = 120.0
BLOCKS: Final = 10
# No phone that computes draws less than 10 mA: a smaller number is in milliampere (some Samsung phones).
SMALLEST_MICROAMPERE: Final = 10_000

NOT_TOLD: Final = "This device doesn't tell its battery's current."
CHARGING: Final = "It was charging: the battery's current then says nothing about what it used."
TOO_SHORT: Final = "Energy can be known from two minutes of measuring on battery or more."
IN_TURNS: Final = "Variants took turns, so the battery's current can't be told apart; measure one variant alone."


def energy(sensors: Sequence[Sensors], median_us: float, variants: int) -> Energy | str:
    """Energy of one inference in millijoule, or one sentence why it can't be known.

    The whole device's power, the mean of |current| x voltage over the readings, times the median latency. The interval
    is that of the mean (1.96 standard errors over BLOCKS blocks of consecutive readings, which aren't independent).
    """
    readings = [each for each in sensors if each.battery_ua and each.battery_mv]
    if not readings:  # what charges is not asked for its current
        return CHARGING if any(each.charging for each in sensors) else NOT_TOLD
    if any(each.charging is not False for each in readings):
        return CHARGING
    if variants > 1:
        return IN_TURNS
    seconds = readings[-1].t - readings[0].t
    if seconds < LEAST_SECONDS or len(readings) < 2 * BLOCKS:
        return TOO_SHORT
    current = np.abs(np.array([each.battery_ua for each in readings], np.float64))
    in_milliampere = bool(np.median(current) < SMALLEST_MICROAMPERE)
    watts = current * (1e-3 if in_milliampere else 1e-6) * np.array([each.battery_mv for each in readings]) * 1e-3
    blocks = np.array([block.mean() for block in np.array_split(watts, BLOCKS)])
    half = 1.96 * float(blocks.std(ddof=1)) / BLOCKS**0.5
    mean = float(watts.mean())
    millijoule = median_us * 1e-3
    unit = "taken for mA" if in_milliampere else "in µA"
    return Energy(
        mj=mean * millijoule,
        ci95=((mean - half) * millijoule, (mean + half) * millijoule),
        method=(
            f"Power of the whole device, screen and system included: battery current ({unit}) times voltage, "
            f"{len(readings)} readings in {seconds:.0f} s, times the median latency."
        ),
    )
