"""What all tests share: nobody's own history is touched."""

import os
from pathlib import Path

import pytest

from quantscope.folders import OVERRIDE


@pytest.fixture(autouse=True)
def own_data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder for each test, for the processes it starts too."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv(OVERRIDE, str(folder))
    monkeypatch.setenv("ANDROID_ADB_SERVER_ADDRESS", "127.0.0.2")  # nor anybody's adb server used, or one started
    return folder


os.environ.setdefault(OVERRIDE, os.devnull)  # fixtures of wider scope come before; they must not find the user's
