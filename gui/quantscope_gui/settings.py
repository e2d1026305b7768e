"""What the window remembers between sessions."""

import hashlib
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QSettings

from quantscope_gui.theme.theme import Mode

RECENT_KEPT: Final = 12
LAYOUT_VERSION: Final = 2
CONVERSION_MINUTES: Final = 60


def _key(path: Path) -> str:
    """A name for a path that QSettings takes: there slashes make groups."""
    return hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:24]


class Settings:
    """Typed access to QSettings. Every read survives missing or nonsensical values."""

    def __init__(self, store: QSettings) -> None:
        self._store = store

    @property
    def theme(self) -> Mode:
        value = self._text("theme")
        return next((mode for mode in Mode if mode.value == value), Mode.SYSTEM)

    @theme.setter
    def theme(self, mode: Mode) -> None:
        self._store.setValue("theme", mode.value)

    @property
    def language(self) -> str:
        """A language code like zh_CN, or empty for the system's."""
        return self._text("language")

    @language.setter
    def language(self, code: str) -> None:
        self._store.setValue("language", code)

    @property
    def recipe(self) -> str:
        return self._text("recipe")

    @recipe.setter
    def recipe(self, identity: str) -> None:
        self._store.setValue("recipe", identity)

    @property
    def target(self) -> str:
        return self._text("target")

    @target.setter
    def target(self, identity: str) -> None:
        self._store.setValue("target", identity)

    @property
    def tab(self) -> str:
        """Key of the tab in front: graph or operators."""
        return self._text("tab")

    @tab.setter
    def tab(self, key: str) -> None:
        self._store.setValue("tab", key)

    @property
    def folder(self) -> str:
        """The folder file dialogs start in."""
        return self._text("folder")

    @folder.setter
    def folder(self, path: str) -> None:
        self._store.setValue("folder", path)

    @property
    def recent(self) -> list[Path]:
        """Models opened lately, the last one first."""
        value = self._store.value("recent", [])
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [Path(text) for text in texts if isinstance(text, str)][:RECENT_KEPT]

    def add_recent(self, path: Path) -> None:
        others = [other for other in self.recent if other != path]
        self._store.setValue("recent", [str(path) for path in [path, *others][:RECENT_KEPT]])

    def clear_recent(self) -> None:
        self._store.remove("recent")

    def source(self, path: Path) -> str:
        """What was chosen when the source at `path` was last converted, empty if it never was."""
        return self._text(f"sources/{_key(path)}")

    def set_source(self, path: Path, choice: str) -> None:
        self._store.setValue(f"sources/{_key(path)}", choice)

    def measuring(self, kind: str) -> str:
        """How was measured last on a kind of device, empty if it never was."""
        return self._text(f"measuring/{kind}")

    def set_measuring(self, kind: str, value: str) -> None:
        self._store.setValue(f"measuring/{kind}", value)

    @property
    def conversion_minutes(self) -> int:
        """How long a converter may take."""
        return max(1, self._whole("conversion_minutes", CONVERSION_MINUTES))

    @conversion_minutes.setter
    def conversion_minutes(self, minutes: int) -> None:
        self._store.setValue("conversion_minutes", minutes)

    @property
    def conversion_gigabytes(self) -> int:
        """How much memory a converter may take; 0 for nine tenths of what the computer has."""
        return max(0, self._whole("conversion_gigabytes", 0))

    @conversion_gigabytes.setter
    def conversion_gigabytes(self, gigabytes: int) -> None:
        self._store.setValue("conversion_gigabytes", gigabytes)

    @property
    def geometry(self) -> QByteArray:
        return self._bytes("geometry")

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    @property
    def layout(self) -> QByteArray:
        return self._bytes("layout")

    @layout.setter
    def layout(self, value: QByteArray) -> None:
        self._store.setValue("layout", value)

    @property
    def columns(self) -> QByteArray:
        """State of the operators table's header."""
        return self._bytes("columns")

    @columns.setter
    def columns(self, value: QByteArray) -> None:
        self._store.setValue("columns", value)

    def _text(self, key: str) -> str:
        value = self._store.value(key, "")
        return value if isinstance(value, str) else ""

    def _whole(self, key: str, default: int) -> int:
        value = self._store.value(key, default)
        try:
            return int(value) if isinstance(value, int | str) else default  # a file gives back text
        except ValueError:
            return default

    def _bytes(self, key: str) -> QByteArray:
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()
