"""Documents from bytes in small steps, for a worker thread.

msgspec decodes a 20 MB document in one call that holds the interpreter for 0.3 s, and the window would stand still as
long. Decoded operator by operator the interpreter is passed on every 5 ms (measured: longest wait 17 ms), and with the
cyclic collector off it is faster too; documents hold no cycles.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from quantscope import documents

D = TypeVar("D", bound=documents.Document)


class _Subgraph(documents.Subgraph, frozen=True, kw_only=True):
    operators: tuple[msgspec.Raw, ...]  # type: ignore[assignment]


class _Inspection(documents.Inspection, frozen=True, kw_only=True):
    subgraphs: tuple[_Subgraph, ...]


class _Quantization(documents.Quantization, frozen=True, kw_only=True):
    plan: _Inspection


class _Comparison(documents.Comparison, frozen=True, kw_only=True):
    operators: tuple[msgspec.Raw, ...] = ()  # type: ignore[assignment]


def _fields(shell: documents.Document) -> dict[str, Any]:
    return {name: getattr(shell, name) for name in shell.__struct_fields__}


def _inspection(shell: _Inspection) -> documents.Inspection:
    decode = msgspec.json.Decoder(documents.Operator).decode
    subgraphs = tuple(
        documents.Subgraph(**_fields(subgraph) | {"operators": tuple(decode(raw) for raw in subgraph.operators)})
        for subgraph in shell.subgraphs
    )
    return documents.Inspection(**_fields(shell) | {"subgraphs": subgraphs})


def inspection(data: bytes) -> documents.Inspection:
    """The inspection in `data`; raises msgspec.MsgspecError if it isn't one."""
    return _inspection(msgspec.json.decode(data, type=_Inspection))


def quantization(data: bytes) -> documents.Quantization:
    """The quantization in `data`; raises msgspec.MsgspecError if it isn't one."""
    shell = msgspec.json.decode(data, type=_Quantization)
    return documents.Quantization(**_fields(shell) | {"plan": _inspection(shell.plan)})


def comparison(data: bytes) -> documents.Comparison:
    """The comparison in `data`; raises msgspec.MsgspecError if it isn't one."""
    shell = msgspec.json.decode(data, type=_Comparison)
    decode = msgspec.json.Decoder(documents.OperatorError).decode
    return documents.Comparison(**_fields(shell) | {"operators": tuple(decode(raw) for raw in shell.operators)})


def small(kind: type[D]) -> Callable[[bytes], D]:
    """Decoder of a document that is never big."""
    return lambda data: documents.from_json(data, kind)
