"""Scalar options of an operator, by their schema names."""

from collections.abc import Mapping

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
