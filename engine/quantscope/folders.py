"""Where a user's data lies."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

OVERRIDE: Final = "QUANTSCOPE_DATA"


def data_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The folder of this user's data, by the platform's convention (XDG base directories, Known Folders, Apple's file
    system guide), or the one that QUANTSCOPE_DATA names."""
    if chosen := environment.get(OVERRIDE):
        return Path(chosen)
    home = Path.home()
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "quantscope"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "quantscope"
    wanted = Path(environment.get("XDG_DATA_HOME") or "")
    return (wanted if wanted.is_absolute() else home / ".local" / "share") / "quantscope"
