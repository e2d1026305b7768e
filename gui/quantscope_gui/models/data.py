"""Files of samples, as the user chose them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUFFIXES: Final = (".npz", ".npy")


@dataclass(frozen=True, slots=True)
class Samples:
    """`count` of a file's samples, spread evenly over it, or all of them (None)."""

    path: Path
    count: int | None = None
