"""Where converters live: a folder of Quantscope's own under the user's data, never an environment of the user's."""

import os
from pathlib import Path
from typing import Final

from quantscope.folders import data_folder

OVERRIDE: Final = "QUANTSCOPE_CONVERTERS"


def converters_folder() -> Path:
    """Below the user's data, or what the environment variable QUANTSCOPE_CONVERTERS says."""
    chosen = os.environ.get(OVERRIDE)
    return Path(chosen) if chosen else data_folder() / "converters"
