"""Energy per inference: known only where the battery tells, and else a sentence why not."""

import numpy as np
import pytest

from quantscope.documents.profile import Energy, Sensors
from quantscope.profile import energy as module
from quantscope.profile.energy import energy


def readings(seconds: int, ua: float, *, charging: bool | None = False, mv: int | None = 4000) -> list[Sensors]:
    random = np.random.default_rng(1)
    return [
        Sensors(
            t=float(t), battery_ua=round(ua * (1 + 0.1 * random.standard_normal())), battery_mv=mv, charging=charging
        )
        for t in range(seconds)
    ]


@pytest.mark.parametrize(("ua", "unit"), [(500_000, "in µA"), (-500_000, "in µA"), (500, "taken for mA")])
def test_power_times_time(ua: float, unit: str) -> None:
    """0.5 A at 4 V is 2 W; an inference of 10 ms takes 20 mJ."""
    found = energy(readings(200, ua), 10_000, 1)
    assert isinstance(found, Energy)
    assert found.mj == pytest.approx(20, rel=0.02)
    assert found.ci95[0] < 20 < found.ci95[1]
    assert unit in found.method


@pytest.mark.parametrize(
    ("sensors", "variants", "why"),
    [
        ([], 1, module.NOT_TOLD),
        ([Sensors(t=0, celsius=30)], 1, module.NOT_TOLD),
        ([Sensors(t=0, battery_percent=80, charging=True)], 1, module.CHARGING),
        (readings(200, 5e5, mv=None), 1, module.NOT_TOLD),
        (readings(200, 5e5, charging=True), 1, module.CHARGING),
        (readings(200, 5e5, charging=None), 1, module.CHARGING),
        (readings(100, 5e5), 1, module.TOO_SHORT),
        (readings(200, 5e5), 2, module.IN_TURNS),
    ],
)
def test_why_it_is_not_known(sensors: list[Sensors], variants: int, why: str) -> None:
    assert energy(sensors, 10_000, variants) == why
