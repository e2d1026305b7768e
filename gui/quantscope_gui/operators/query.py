"""The little language that filters the table and finds in the graph: words that must all occur, and `key:value` terms.

`conv is:fallback precision:float32 reason:no-kernel shape:224 -type:add name:/layer_[0-3]\\b/ "two words"` - a leading
minus excludes, slashes enclose a regular expression, quotes what has spaces in it.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QCoreApplication, QRegularExpression

from quantscope_gui.operators.plan import Row
from quantscope_gui.theme import precisions

Test = Callable[[Row], bool]
Fits = Callable[[str], bool]

_TERM: Final = re.compile(r"""(-(?=\S))?(?:([A-Za-z]+):)?("[^"]*"|/(?:\\.|[^/\\])+/(?=\s|$)|\S+)""")
# Names come from files and expressions from people: together they may take for ever, and this is the UI thread.
SECONDS_FOR_EXPRESSIONS: Final = 0.25

# As documents.Summary.eight_bit counts; tests/gui holds the two together.
EIGHT_BIT: Final = frozenset({"int8", "hybrid-int8", "hybrid-int4", "int16x8"})

_IS: Final = MappingProxyType[str, Test](
    {
        "8bit": lambda row: row.operator.precision in EIGHT_BIT,
        "fallback": lambda row: row.operator.fallback,
        "delegated": lambda row: row.operator.delegated is True,
        "undelegated": lambda row: row.operator.delegated is False,
        "weighted": lambda row: row.operator.weight_bytes > 0,
    }
)


def _shapes(row: Row) -> str:
    return " ".join("x".join(map(str, tensor.shape)) for tensor in row.operator.outputs)


_FIELDS: Final = MappingProxyType[str, Callable[[Row], str]](
    {
        "type": lambda row: row.operator.type,
        "name": lambda row: row.operator.name,
        "reason": lambda row: row.operator.reason.code,
        "dtype": lambda row: " ".join(tensor.dtype for tensor in (*row.operator.inputs, *row.operator.outputs)),
        "shape": _shapes,
        "subgraph": lambda row: row.subgraph,
    }
)
# Numbers: 1 is not 12.
_EXACT: Final = MappingProxyType[str, Callable[[Row], str]](
    {
        "partition": lambda row: "" if row.operator.partition is None else str(row.operator.partition + 1),
        "rule": lambda row: " ".join(str(rule + 1) for rule in row.operator.rules),
    }
)


def _precision(value: str) -> Test:
    """A whole precision is meant where one is named ("int8" is not "hybrid-int8"), else the beginning of one."""
    if value in precisions.ORDER:
        return lambda row: value == row.kind
    return lambda row: row.kind.startswith(value) or row.operator.precision.startswith(value)


class _TooSlow(Exception):
    """An expression that takes too long."""


@dataclass(frozen=True, slots=True)
class Found:
    """Positions of the rows that pass, in order. `problem` is a sentence where a part of the text can't be used as it
    stands."""

    places: list[int]
    problem: str = ""


def search(rows: tuple[Row, ...], text: str) -> Found:
    """The rows that pass all terms of `text`; every row where there are none."""
    problems: list[str] = []
    tests = [_term(minus, key, value, problems) for minus, key, value in _TERM.findall(text)]
    if not tests:
        return Found(list(range(len(rows))))
    try:
        places = [place for place, row in enumerate(rows) if all(test(row) for test in tests)]
    except _TooSlow:
        return Found([], QCoreApplication.translate("Query", "This expression takes too long on the names here."))
    return Found(places, " ".join(problems))


def select(rows: tuple[Row, ...], text: str) -> list[int]:
    """Positions of the rows that pass the filter `text`, in order."""
    return search(rows, text).places


def _term(minus: str, key: str, value: str, problems: list[str]) -> Test:
    test = _plain_term(key.lower(), value, problems)
    return (lambda row: not test(row)) if minus else test


def _plain_term(key: str, value: str, problems: list[str]) -> Test:
    lowered = value.lower()
    if key == "is" and lowered in _IS:
        return _IS[lowered]
    if key == "precision" and not value.startswith("/"):
        return _precision(lowered)
    if key in _EXACT:
        field = _EXACT[key]
        return lambda row: lowered in field(row).split()
    if key == "precision" or key in _FIELDS:
        fits = _fits(value, problems)
        field = _FIELDS.get(key, _kind)
        return lambda row: fits(field(row))
    fits = _fits(f"{key}:{value}" if key else value, problems)
    return lambda row: fits(row.text)


def _kind(row: Row) -> str:
    return row.kind


def _fits(value: str, problems: list[str]) -> Fits:
    """Whether a text has in it what a term asks for."""
    if len(value) > 2 and value[0] == value[-1] == "/":
        expression = QRegularExpression(value[1:-1], QRegularExpression.PatternOption.CaseInsensitiveOption)
        if expression.isValid():
            return _matching(expression)
        template = QCoreApplication.translate("Query", "{expression} is no regular expression: {reason}.")
        problems.append(template.format(expression=value, reason=expression.errorString()))
    wanted = (value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value).lower()
    return lambda text: wanted in text.lower()


def _matching(expression: QRegularExpression) -> Fits:
    end = time.monotonic() + SECONDS_FOR_EXPRESSIONS

    def fits(text: str) -> bool:
        match = expression.match(text)
        if not match.isValid() or time.monotonic() > end:
            raise _TooSlow
        return match.hasMatch()

    return fits
