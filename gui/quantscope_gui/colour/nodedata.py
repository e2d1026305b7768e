"""Numbers for operators in the form of Model Explorer's node data, to take out and to bring in.

The form (google-ai-edge/model-explorer, node_data_builder.py): graphs by id, in each `results` by node key, which is
the name of an output tensor or the node's id, with a `value` that is a number or a text, and colours. One graph may
stand alone. Of TFLite files the graph's id is its name, and a node's id its number.
"""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from quantscope import documents
from quantscope.errors import QuantscopeError
from quantscope_gui.graph.colouring import Colouring
from quantscope_gui.operators.plan import Key, Plan

MOST_BYTES: Final = 64 << 20
Text = Annotated[str, msgspec.Meta(max_length=64 << 10)]


class NodeDataError(QuantscopeError):
    """A file that is no node data, or none for this model."""

    code = "node-data-invalid"


class _Result(msgspec.Struct, frozen=True):
    value: float | int | Text | None = None


class _Graph(msgspec.Struct, frozen=True):
    results: dict[str, _Result]


class _Written(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    value: float | str
    bgColor: str = ""
    textColor: str = ""


def read(data: bytes, document: documents.Inspection) -> dict[Key, float]:
    """The numbers in `data` by operator of the model. Texts and what isn't finite are left out.

    Raises NodeDataError if it isn't node data, or if none of it is about this model.
    """
    if len(data) > MOST_BYTES:
        raise NodeDataError("The overlay is larger than 64 MB.", "Choose a smaller file.")
    try:
        graphs = _graphs(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise NodeDataError(
            f"This is not node data: {error}.", "Choose a JSON file in the form of Model Explorer's node data."
        ) from error
    found: dict[Key, float] = {}
    for place, subgraph in enumerate(document.subgraphs):
        named = graphs.get(subgraph.name) or graphs.get(str(subgraph.index)) or (graphs.get("") if place == 0 else None)
        for results in (named.results,) if named is not None else ():
            for operator in subgraph.operators:
                keys = (*(tensor.name for tensor in operator.outputs), str(operator.index))
                result = next((results[key] for key in keys if key in results), None)
                number = _number(result.value) if result is not None else None
                if number is not None:
                    found[subgraph.index, operator.index] = number
    if not found:
        raise NodeDataError(
            "None of the overlay's numbers is about an operator of this model.",
            "Nodes go by the names of their output tensors or by their numbers, graphs by their names.",
        )
    return found


def write(plan: Plan, colouring: Colouring, numbers: Mapping[Key, float]) -> bytes:
    """Node data of a plan: each operator's number, or what its colour means where it has none, and the colour."""
    graphs: dict[str, dict[str, dict[str, _Written]]] = {}
    for subgraph in plan.document.subgraphs:
        names = Counter(tensor.name for operator in subgraph.operators for tensor in operator.outputs[:1])
        results = {}
        for operator, place in zip(subgraph.operators, colouring.of[subgraph.index].tolist(), strict=True):
            swatch = colouring.swatches[place]
            name = operator.outputs[0].name if operator.outputs else ""
            key = name if name and names[name] == 1 else str(operator.index)
            value = numbers.get((subgraph.index, operator.index), swatch.name) if numbers else swatch.name
            if not numbers or not isinstance(value, str):
                results[key] = _Written(value=value, bgColor=swatch.color, textColor=_ink(swatch.color))
        graphs[subgraph.name] = {"results": results}
    return msgspec.json.format(msgspec.json.encode(graphs), indent=1)


def _graphs(data: bytes) -> dict[str, _Graph]:
    keys = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    if "results" in keys:
        return {"": msgspec.json.decode(data, type=_Graph)}
    return msgspec.json.decode(data, type=dict[str, _Graph])


def _number(value: float | int | str | None) -> float | None:
    if value is None or isinstance(value, str):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _ink(color: str) -> str:
    """Black or white, whichever is read better on a colour (#rrggbb)."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else "#ffffff"
