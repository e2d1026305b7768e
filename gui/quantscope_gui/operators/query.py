"""The filter's little language: words that must all occur, and `key:value` terms. No Qt.

`conv is:fallback precision:float32 reason:no-kernel shape:224 -type:add` - a leading minus excludes.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from quantscope_gui.operators.plan import Row
from quantscope_gui.theme import precisions

Test = Callable[[Row], bool]

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


def _precision(value: str) -> Test:
    """A whole precision is meant where one is named ("int8" is not "hybrid-int8"), else the beginning of one."""
    if value in precisions.ORDER:
        return lambda row: value == row.kind
    return lambda row: row.kind.startswith(value) or row.operator.precision.startswith(value)


def _term(word: str) -> Test:
    key, colon, value = word.partition(":")
    if colon and key == "is" and value in _IS:
        return _IS[value]
    if colon and key == "precision":
        return _precision(value)
    if colon and key in _FIELDS:
        field = _FIELDS[key]
        return lambda row: value in field(row).lower()
    return lambda row: word in row.text


def _negated(test: Test) -> Test:
    return lambda row: not test(row)


def parse(text: str) -> tuple[Test, ...]:
    """The tests a row must all pass; an empty text gives none."""
    return tuple(
        _negated(_term(word[1:])) if word.startswith("-") and len(word) > 1 else _term(word)
        for word in text.lower().split()
    )


def select(rows: tuple[Row, ...], text: str) -> list[int]:
    """Positions of the rows that pass the filter `text`, in order."""
    tests = parse(text)
    if not tests:
        return list(range(len(rows)))
    return [place for place, row in enumerate(rows) if all(test(row) for test in tests)]
