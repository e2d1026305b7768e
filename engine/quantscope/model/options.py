"""Options of an operator, by their schema names."""

from collections.abc import Mapping
from struct import calcsize, unpack_from

from quantscope.model.graph import Model, Operator
from quantscope.model.schema import schema


def scalar_options(model: Model, operator: Operator) -> Mapping[str, int | float]:
    """The operator's scalar options, for instance {"StrideW": 2, ...}; defaults where the file is silent.

    Empty for operators without options or with options of a type the schema doesn't know.
    """
    name = operator.options_type
    if name == "NONE" or name.startswith("UNKNOWN"):
        return {}
    fields = schema().table(name)
    if not operator.options:
        return {field: spec.default for field, spec in fields.items() if spec.dtype is not None}
    data, position = model.data, operator.options
    vtable = position - int(data[position : position + 4].view("<i4")[0])
    slots = data[vtable : vtable + int(data[vtable : vtable + 2].view("<u2")[0])].view("<u2").tolist()[2:]
    result: dict[str, int | float] = {}
    for field, spec in fields.items():
        if spec.dtype is None:
            continue
        at = slots[spec.slot] if spec.slot < len(slots) else 0
        start = position + at
        result[field] = data[start : start + spec.dtype.itemsize].view(spec.dtype)[0].item() if at else spec.default
    return result


def scalar_option(model: Model, operator: Operator, name: str) -> int | float:
    """One scalar option: its default where the file is silent, 0 where operators of this type have no such option."""
    if operator.options_type == "NONE" or operator.options_type.startswith("UNKNOWN"):
        return 0
    spec = schema().table(operator.options_type).get(name)
    if spec is None or spec.dtype is None:
        return 0
    start = _place(model, operator.options, spec.slot)
    end = start + spec.dtype.itemsize
    if start == 0 or end > model.bytes:
        return spec.default
    value: int | float = model.data[start:end].view(spec.dtype)[0].item()
    return value


def leading_elements(model: Model, table: str, position: int, name: str, most: int, kind: str = "i") -> tuple[int, ...]:
    """Up to `most` first elements of the vector that a field of the table at `position` (0: absent) refers to.

    `table` and `name` are schema names, `kind` is the elements' struct code. Empty where there is no such vector, or
    where it doesn't fit into the file.
    """
    place = _place(model, position, schema().table(table)[name].slot)
    if place == 0 or place + 4 > model.bytes:
        return ()
    start = place + unpack_from("<I", model.mapping, place)[0] + 4
    if start > model.bytes:
        return ()
    count = unpack_from("<I", model.mapping, start - 4)[0]
    if start + count * calcsize(kind) > model.bytes:
        return ()
    return unpack_from(f"<{min(count, most)}{kind}", model.mapping, start)


def _place(model: Model, position: int, slot: int) -> int:
    """Where the table at `position` (0: absent) keeps a field, 0 where it doesn't; the reader has checked it."""
    if position == 0:
        return 0
    vtable = position - unpack_from("<i", model.mapping, position)[0]
    if 4 + 2 * slot >= unpack_from("<H", model.mapping, vtable)[0]:
        return 0
    offset: int = unpack_from("<H", model.mapping, vtable + 4 + 2 * slot)[0]
    return position + offset if offset else 0
