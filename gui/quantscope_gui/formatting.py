"""Numbers as people read them. Sizes are decimal (1 MB = 1,000,000 bytes), as phones and file managers show them."""

from typing import Final

from quantscope.documents.profile import with_uncertainty

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
NARROW_SPACE: Final = "\u202f"
TIMES: Final = "\u00d7"
ARROW: Final = "\u2192"


def size(count: int) -> str:
    """A number of bytes with three significant digits: "512 B", "4.40 MB", "438 MB"."""
    value = float(count)
    unit = 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    if unit == 0:
        return f"{count}{NARROW_SPACE}B"
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f}{NARROW_SPACE}{_UNITS[unit]}"


def percent(fraction: float) -> str:
    """A share: "26 %"; below a tenth with one decimal; "< 0.1 %" for what would look like nothing."""
    value = fraction * 100
    if 0 < value < 0.05:
        return f"<{NARROW_SPACE}0.1{NARROW_SPACE}%"
    return f"{value:.{0 if value >= 9.95 or value == 0 else 1}f}{NARROW_SPACE}%"


def shape(dimensions: tuple[int, ...]) -> str:
    """A tensor's shape: "1 × 224 × 224 × 3", "?" where a dimension is dynamic, "scalar" written as "[]"."""
    if not dimensions:
        return "[]"
    return f"{NARROW_SPACE}{TIMES}{NARROW_SPACE}".join("?" if extent < 0 else str(extent) for extent in dimensions)


def seconds(value: float) -> str:
    """A duration: "0.42 s", "12 s", "3 min 05 s"."""
    if value < 9.95:
        return f"{value:.2g}{NARROW_SPACE}s"
    if value < 60:
        return f"{value:.0f}{NARROW_SPACE}s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}{NARROW_SPACE}min {rest:02d}{NARROW_SPACE}s"


def decibel(value: float) -> str:
    return f"{value:.1f}{NARROW_SPACE}dB"


def significant(value: float) -> str:
    """A plain number with three significant digits."""
    return f"{value:.3g}"


def duration(us: float) -> str:
    """Microseconds with three significant digits: "0 \u00b5s", "812 ns", "4.57 ms", "1.20 s"."""
    if us == 0:
        return f"0{NARROW_SPACE}\u00b5s"
    steps = ((999.5e-3, "ns", 1e-3), (999.5, "\u00b5s", 1.0), (999.5e3, "ms", 1e3))
    unit, scale = next(((unit, scale) for limit, unit, scale in steps if abs(us) < limit), ("s", 1e6))
    value = us / scale
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:.{digits}f}{NARROW_SPACE}{unit}"


def uncertain(us: float, error: float | None) -> str:
    """Microseconds with how far they may be off, where that matters: "1.50 \u00b5s \u00b1 500 ns", "< 1.00 \u00b5s"."""
    return with_uncertainty(us, error, duration)


def factor(value: float) -> str:
    """How many times: "2.31×"."""
    return f"{value:.2f}{TIMES}"
