"""How Quantscope starts Python processes of its own."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

PACKAGE_ROOT: Final = str(Path(__file__).resolve().parent.parent)


def module_command(module: str, *arguments: str) -> list[str]:
    """Command line that runs one of our modules.

    -P keeps the current folder out of the import path: it may be a folder of models from anywhere, with a numpy.py in
    it.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def module_environment() -> Mapping[str, str]:
    """Environment in which the child finds this very package, however it came to be importable here."""
    paths = [PACKAGE_ROOT, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
