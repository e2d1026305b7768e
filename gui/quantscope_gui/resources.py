"""Where icons, translations and samples are: beside the sources in a checkout, inside the package when installed."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CANDIDATES = (_PACKAGE / "_resources", _PACKAGE.parent.parent / "resources")


@cache
def root() -> Path:
    """The resources folder; an installed copy wins over a checkout's."""
    return next((folder for folder in _CANDIDATES if folder.is_dir()), _CANDIDATES[0])


def path(*parts: str) -> Path:
    """A path below the resources folder; the file need not exist."""
    return root().joinpath(*parts)
