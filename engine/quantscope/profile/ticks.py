"""What a clock says that counts whole microseconds of a duration and drops the rest, as XNNPACK's does.

Each reading is of a kernel's own duration, so rounding doesn't average out: one that always takes 0.9 us reads 0 in
every run. What is certain is that the mean of many readings is below the mean duration by less than one tick. The
middle of that is what is given, with half a tick to either side; where in its tick a kernel is can't be told from
readings that are all the same.
"""

from dataclasses import dataclass
from typing import Final

HALF: Final = 0.5


@dataclass(slots=True)
class Reckoned:
    """Microseconds that add up, and how far off their sum may be."""

    us: float = 0.0
    error_us: float = 0.0

    def add_kernel(self, reading: float, times: float = 1.0) -> None:
        """Adds the mean reading per inference of a kernel that runs `times` times in each."""
        self.us += reading + HALF * times
        self.error_us += HALF * times

    def add(self, us: float) -> None:
        """Adds the difference of two looks at a clock: there rounding averages out."""
        self.us += us

    def include(self, other: "Reckoned") -> None:
        """Adds a part."""
        self.us += other.us
        self.error_us += other.error_us

    def subtract(self, other: "Reckoned") -> None:
        """Takes a part out."""
        self.us -= other.us
        self.error_us += other.error_us
