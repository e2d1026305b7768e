"""What goes wrong in the engine, in the user's language.

The engine's sentences hold names, addresses and other programs' words. Each is marked in `sentences` with numbers in
their places, and recognised by what stands around those; what stands in them is translated in turn where it is a
sentence itself. tests/gui/test_translations.py holds that none of the engine's is missing.
"""

import re
from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope_gui.engine.sentences import devices, models, sources

SENTENCES: Final = (*devices.SENTENCES, *models.SENTENCES, *sources.SENTENCES)
_PLACE: Final = re.compile(r"\\{(\d)\\}")


def said(text: str) -> str:
    """An engine's sentence, translated where it is a known one."""
    for pattern, source in _patterns():
        if found := pattern.fullmatch(text):
            return QCoreApplication.translate("Failure", source).format(*map(_part, found.groups()))
    return text


def _part(text: str) -> str:
    state = QCoreApplication.translate("DeviceState", text)
    return state if state != text else said(text)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those with the most words of their own come first: "{0} says: {1}." would take others' sentences."""
    ordered = sorted(SENTENCES, key=lambda source: -len(re.sub(r"\{\d\}", "", source)))
    return tuple((re.compile(_PLACE.sub("(.+?)", re.escape(source)), re.DOTALL), source) for source in ordered)
