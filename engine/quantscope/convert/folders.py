"""Where converters live: a folder of Quantscope's own under the user's data, never an environment of the user's."""

import os
import sys
from pathlib import Path

OVERRIDE = "QUANTSCOPE_CONVERTERS"


def converters_folder() -> Path:
    """The platform's place for an application's data, or what the environment variable QUANTSCOPE_CONVERTERS says."""
    if chosen := os.environ.get(OVERRIDE):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "quantscope" / "converters"
