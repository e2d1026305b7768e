"""Numbers for operators in the form of Model Explorer's node data, to take out and to bring in.

The form (google-ai-edge/model-explorer, node_data_builder.py): graphs by id, in each `results` by node key, which is
the name of an output tensor or, where no tensor has that name, the node's id, with a `value` that is a number or a
text, and colours. One graph may stand alone. Of TFLite files (its direct_flatbuffer_to_json_graph_convert.cc) the
graph's id is its name, "main" or "subgraph_1" where it has none, and a node's id is its number.
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
        named = graphs.get(_graph_id(subgraph)) or (graphs.get("") if place == 0 else None)
        operators = _operators(subgraph) if named is not None else {}
        for key, result in named.results.items() if named is not None else ():
            number = _number(result.value)
            if number is not None and key in operators:
                found[subgraph.index, operators[key]] = number
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
        results = {}
        keys = _keys(subgraph)
        for operator, place in zip(subgraph.operators, colouring.of[subgraph.index].tolist(), strict=True):
            swatch = colouring.swatches[place]
            value = numbers.get((subgraph.index, operator.index), swatch.name) if numbers else swatch.name
            if operator.index in keys and not (numbers and isinstance(value, str)):
                results[keys[operator.index]] = _Written(
                    value=value, bgColor=swatch.color, textColor=_ink(swatch.color)
                )
        graphs.setdefault(_graph_id(subgraph), {"results": results})
    return msgspec.json.format(msgspec.json.encode(graphs), indent=1)


def _graph_id(subgraph: documents.Subgraph) -> str:
    return subgraph.name or (f"subgraph_{subgraph.index}" if subgraph.index else "main")


def _tensors(subgraph: documents.Subgraph) -> dict[int, str]:
    """The names of all tensors that operators use or make."""
    operands = [tensor for operator in subgraph.operators for tensor in operator.inputs]
    operands += [tensor for operator in subgraph.operators for tensor in operator.outputs]
    return {tensor.index: tensor.name for tensor in operands if tensor.index >= 0}


def _operators(subgraph: documents.Subgraph) -> dict[str, int]:
    """Which operator each key means: of a name that repeats the last one, as Model Explorer has it."""
    names = set(_tensors(subgraph).values())
    numbers = {str(operator.index): operator.index for operator in subgraph.operators}
    return {number: index for number, index in numbers.items() if number not in names} | {
        tensor.name: operator.index for operator in subgraph.operators for tensor in operator.outputs
    }


def _keys(subgraph: documents.Subgraph) -> dict[int, str]:
    """A key that means this operator and nothing else, for each operator that has one."""
    uses = Counter(_tensors(subgraph).values())
    found: dict[int, str] = {}
    for operator in subgraph.operators:
        names = [tensor.name for tensor in operator.outputs if tensor.name and uses[tensor.name] == 1]
        numbers = [number for number in (str(operator.index),) if number not in uses]
        if names or numbers:
            found[operator.index] = (names + numbers)[0]
    return found


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
    """Black or white, whichever has more contrast to a colour (#rrggbb), by WCAG's luminance."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    )
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"
