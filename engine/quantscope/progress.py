"""How long work tells where it is, and is told to stop."""

from collections.abc import Callable

# Called with a fraction in [0, 1] and what is being done; raises CancelledError when the work shall stop.
Progress = Callable[[float, str], None]


def silent(fraction: float, text: str) -> None:
    """Progress that nobody looks at and nobody cancels."""


def part(progress: Progress, low: float, high: float) -> Progress:
    """Progress of one stage that takes the span from `low` to `high` of the whole."""
    return lambda fraction, text: progress(low + (high - low) * fraction, text)
