"""What is remembered, and that nonsense in the settings file does no harm."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from quantscope_gui.settings import RECENT_KEPT, Settings
from quantscope_gui.theme.theme import Mode


def store(path: Path) -> QSettings:
    return QSettings(str(path / "s.ini"), QSettings.Format.IniFormat)


def test_everything_comes_back(tmp_path: Path) -> None:
    first = Settings(store(tmp_path))
    first.theme, first.language, first.recipe, first.target = Mode.DARK, "zh_CN", "float16", "builtin"
    first.geometry = QByteArray(b"\0\1geometry")
    first.folder = "/models"
    second = Settings(store(tmp_path))
    assert (second.theme, second.language, second.recipe, second.target) == (Mode.DARK, "zh_CN", "float16", "builtin")
    assert second.geometry == QByteArray(b"\0\1geometry")
    assert second.folder == "/models"


def test_recent_files_are_in_order_without_repeats(tmp_path: Path) -> None:
    settings = Settings(store(tmp_path))
    assert settings.recent == []
    settings.add_recent(Path("/a"))
    assert Settings(store(tmp_path)).recent == [Path("/a")]
    for number in range(20):
        settings.add_recent(Path(f"/{number}"))
    settings.add_recent(Path("/15"))
    assert settings.recent[:3] == [Path("/15"), Path("/19"), Path("/18")]
    assert len(settings.recent) == len(set(settings.recent)) == RECENT_KEPT


@pytest.mark.parametrize("nonsense", ["", "purple", ["a", "b"], 7])
def test_nonsense_is_ignored(tmp_path: Path, nonsense: object) -> None:
    settings = store(tmp_path)
    for key in ("theme", "language", "recipe", "geometry", "layout", "columns"):
        settings.setValue(key, nonsense)
    read = Settings(settings)
    assert read.theme is Mode.SYSTEM
    assert read.geometry == read.layout == read.columns == QByteArray()
    assert isinstance(read.recipe, str)
