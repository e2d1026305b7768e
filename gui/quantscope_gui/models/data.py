"""Files of samples and metrics, as the user chose them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

SUFFIXES: Final = (".npz", ".npy")


@dataclass(frozen=True, slots=True)
class Samples:
    """`count` of a file's samples, spread evenly over it, or all of them (None). `labels` is the array that says what
    is right for each, if not the usual one."""

    path: Path
    count: int | None = None
    labels: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One of the `functions` of a Python file, and how long it may take for one model."""

    path: Path
    function: str
    functions: tuple[str, ...]
    seconds: float = 60.0

    def with_function(self, function: str) -> "Metric":
        return replace(self, function=function)

    def with_limit(self, seconds: float) -> "Metric":
        return replace(self, seconds=seconds)
