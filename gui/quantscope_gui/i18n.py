"""Translations, read straight from Qt Linguist's .ts files: a checkout and an installed copy work alike, with nothing
to build. Sources are English; quantscope_en.ts holds only English plural forms.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final
from xml.etree import ElementTree

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from quantscope_gui import resources

LANGUAGES: Final = MappingProxyType({"en": "English", "zh_CN": "简体中文"})
_PLURAL: Final[Mapping[str, Callable[[int], int]]] = MappingProxyType(
    {"en": lambda n: int(n != 1), "zh_CN": lambda n: 0}
)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # lupdate looks for this very name; Qt's own has no type
    """Marks `text` for translation where it stands in a table; it is translated when it is shown."""
    return text


class TsTranslator(QTranslator):
    """A QTranslator over the finished messages of one .ts file."""

    def __init__(self, path: Path, language: str) -> None:
        super().__init__()
        self._plural = _PLURAL[language]
        self._messages: dict[tuple[str, str, str], tuple[str, ...]] = {}
        for context in ElementTree.parse(path).getroot().iter("context"):
            for message in context.iter("message"):
                self._add(context.findtext("name", ""), message)

    def _add(self, context: str, message: ElementTree.Element) -> None:
        translation = message.find("translation")
        if translation is None or translation.get("type") in ("unfinished", "vanished", "obsolete"):
            return
        forms = tuple(form.text or "" for form in translation.iter("numerusform")) or (translation.text or "",)
        if all(forms):
            self._messages[context, message.findtext("source", ""), message.findtext("comment", "")] = forms

    def isEmpty(self) -> bool:
        return not self._messages

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        forms = self._messages.get((context, source, disambiguation or ""))
        if forms is None:
            return None
        return forms[min(self._plural(n), len(forms) - 1)] if n >= 0 else forms[0]


def language(chosen: str) -> str:
    """The language in force: the chosen one, else the system's where there is a translation, else English."""
    if chosen in LANGUAGES:
        return chosen
    return "zh_CN" if QLocale.system().language() is QLocale.Language.Chinese else "en"


def install(app: QCoreApplication, code: str) -> list[QTranslator]:
    """Installs the translations of language `code`; the caller keeps the returned objects alive."""
    translators: list[QTranslator] = []
    path = resources.path("translations", f"quantscope_{code}.ts")
    if path.is_file():
        translators.append(TsTranslator(path, code))
    qt = QTranslator()
    if code != "en" and qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        translators.append(qt)
    for translator in translators:
        app.installTranslator(translator)
    return translators
