"""Conditions and settings of rules as short texts, and back."""

import re
from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope.recipe import Change, Interface, Match
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.theme import precisions

MOST_OPERATORS: Final = 100_000
_SPAN: Final = re.compile(r"(\d{1,9})(?:\s*[-\u2013]\s*(\d{1,9}))?")
_CONDITIONS: Final = {
    "type": QT_TRANSLATE_NOOP("Rule", "{value}"),
    "name": QT_TRANSLATE_NOOP("Rule", "\u201c{value}\u201d"),
    "regex": QT_TRANSLATE_NOOP("Rule", "/{value}/"),
    "scope": QT_TRANSLATE_NOOP("Rule", "{value}/\u2026"),
    "operators": QT_TRANSLATE_NOOP("Rule", "#{value}"),
    "subgraph": QT_TRANSLATE_NOOP("Rule", "in subgraph {value}"),
}
_INTERFACES: Final = {
    Interface.FLOAT: QT_TRANSLATE_NOOP("Interface", "Float"),
    Interface.INTEGER: QT_TRANSLATE_NOOP("Interface", "Integers"),
    Interface.INTEGER_INPUTS: QT_TRANSLATE_NOOP("Interface", "Integer inputs"),
    Interface.INTEGER_OUTPUTS: QT_TRANSLATE_NOOP("Interface", "Integer outputs"),
}


def interface_title(interface: Interface) -> str:
    """What inputs and outputs are of."""
    return QCoreApplication.translate("Interface", _INTERFACES[interface])


def match_text(match: Match) -> str:
    """The conditions of a rule in a line."""
    words = []
    for name, template in _CONDITIONS.items():
        value = getattr(match, name)
        if value is not None:
            shown = operators_text(value) if name == "operators" else value
            words.append(QCoreApplication.translate("Rule", template).format(value=shown))
    return ", ".join(words) or QCoreApplication.translate("Rule", "all operators")


def change_text(change: Change) -> str:
    """What a rule sets, in a line."""
    words = []
    if change.precision is not None:
        words.append(precisions.name(change.precision.value))
    words += [
        value.value for name in ("granularity", "algorithm", "rounding") if (value := getattr(change, name, None))
    ]
    if change.minimum_elements is not None:
        template = QCoreApplication.translate("Rule", "from {count} elements")
        words.append(template.format(count=change.minimum_elements))
    return ", ".join(words) or QCoreApplication.translate("Rule", "nothing")


def operators_text(operators: tuple[int, ...]) -> str:
    """Numbers with runs joined: "1, 4-7"."""
    runs: list[list[int]] = []
    for number in sorted(operators):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def operators_of(text: str) -> tuple[int, ...] | None:
    """The numbers that such a text names; None for an empty one. Raises ValueError for any other."""
    numbers: set[int] = set()
    parts = [part.strip() for part in text.split(",") if part.strip()]
    for part in parts:
        span = _SPAN.fullmatch(part)
        if span is None:
            raise ValueError(part)
        first, last = int(span[1]), int(span[2] or span[1])
        if last < first or last - first + len(numbers) > MOST_OPERATORS:
            raise ValueError(part)
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers)) if parts else None
