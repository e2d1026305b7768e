"""Documents from bytes in small steps, for a worker thread.

msgspec decodes a 20 MB document in one call that holds the interpreter for 0.3 s, and the window would stand still as
long. Decoded operator by operator the interpreter is passed on every 5 ms (measured: longest wait 17 ms), and with the
cyclic collector off it is faster too; documents hold no cycles.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from quantscope import documents
from quantscope.recipe import Recipe

D = TypeVar("D", bound=documents.Document)


class _Subgraph(documents.Document, frozen=True, kw_only=True):
    index: int
    name: str
    operators: tuple[msgspec.Raw, ...]
    partitions: int | None


class _Inspection(documents.Document, frozen=True, kw_only=True):
    schema: str = documents.INSPECT
    model: documents.File
    recipe: str
    recipe_document: Recipe
    findings: tuple[documents.Finding, ...] = ()
    target: str
    subgraphs: tuple[_Subgraph, ...]
    summary: documents.Summary
    calibration: documents.Calibration | None = None
    ends: tuple[documents.End, ...] = ()


class _Quantization(documents.Document, frozen=True, kw_only=True):
    schema: str = documents.QUANTIZE
    model: documents.File
    input: documents.File
    output: documents.File
    ratio: float
    plan: _Inspection
    seconds: float
    peak_rss_bytes: int
    origins: tuple[tuple[int | None, ...], ...] = ()


class _Comparison(documents.Document, frozen=True, kw_only=True):
    schema: str = documents.COMPARE
    model: documents.File
    quantized: documents.File
    inputs: str
    samples: int
    outputs: tuple[documents.OutputError, ...]
    operators: tuple[msgspec.Raw, ...] = ()
    alignment: str = "none"
    metrics: tuple[documents.TaskMetric, ...] = ()
    operator_samples: int = 0


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
