"""Conditions and settings of rules as short texts, and back."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope.recipe import Algorithm, Change, Granularity, Interface, Match, Rounding
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
_TITLES: Final[Mapping[type[StrEnum], Mapping[StrEnum, str]]] = {
    Granularity: {
        Granularity.AUTO: QT_TRANSLATE_NOOP("Setting", "Auto"),
        Granularity.TENSOR: QT_TRANSLATE_NOOP("Setting", "Tensor"),
        Granularity.CHANNEL: QT_TRANSLATE_NOOP("Setting", "Channel"),
        Granularity.BLOCK_32: QT_TRANSLATE_NOOP("Setting", "Block of 32"),
        Granularity.BLOCK_64: QT_TRANSLATE_NOOP("Setting", "Block of 64"),
        Granularity.BLOCK_128: QT_TRANSLATE_NOOP("Setting", "Block of 128"),
        Granularity.BLOCK_256: QT_TRANSLATE_NOOP("Setting", "Block of 256"),
    },
    Algorithm: {
        Algorithm.AUTO: QT_TRANSLATE_NOOP("Setting", "Auto"),
        Algorithm.MINMAX: QT_TRANSLATE_NOOP("Setting", "Min-max"),
        Algorithm.MSE: QT_TRANSLATE_NOOP("Setting", "MSE"),
        Algorithm.OCTAV: QT_TRANSLATE_NOOP("Setting", "OCTAV"),
    },
    Rounding: {
        Rounding.AUTO: QT_TRANSLATE_NOOP("Setting", "rounding as suits"),
        Rounding.NEAREST: QT_TRANSLATE_NOOP("Setting", "rounded to nearest"),
        Rounding.BALANCED: QT_TRANSLATE_NOOP("Setting", "rounded in balance"),
        Rounding.COMPENSATED: QT_TRANSLATE_NOOP("Setting", "rounded with compensation (GPTQ)"),
    },
    Interface: {
        Interface.FLOAT: QT_TRANSLATE_NOOP("Setting", "Float"),
        Interface.INTEGER: QT_TRANSLATE_NOOP("Setting", "Integers"),
        Interface.INTEGER_INPUTS: QT_TRANSLATE_NOOP("Setting", "Integer inputs"),
        Interface.INTEGER_OUTPUTS: QT_TRANSLATE_NOOP("Setting", "Integer outputs"),
    },
}


def setting_title(value: StrEnum) -> str:
    """What a value of a recipe's setting is called in the window."""
    return QCoreApplication.translate("Setting", _TITLES[type(value)][value])


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
    words += [setting_title(value) for value in (change.granularity, change.algorithm, change.rounding) if value]
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
