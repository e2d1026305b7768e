"""Options of an operator, by their schema names."""

from collections.abc import Mapping
from struct import Struct, calcsize, unpack_from
from typing import Final

from quantscope.model.graph import Model, Operator
from quantscope.model.schema import schema

_STRUCT_CODES: Final = {
    "b1": "?", "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q", "f4": "f",
    "f8": "d",
}  # fmt: skip
_INT32: Final = Struct("<i")
_UINT32: Final = Struct("<I")
_UINT16: Final = Struct("<H")


class OptionsReader:
    """Scalar options of many operators. Those of one kind mostly share a vtable, whose layout is worked out once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._layouts: dict[tuple[str, int], tuple[dict[str, int | float], list[tuple[str, int, Struct]]]] = {}

    def scalars(self, operator: Operator) -> Mapping[str, int | float]:
        """The operator's scalar options, for instance {"StrideW": 2, ...}; defaults where the file is silent or cut
        off.

        Empty for operators without options or with options of a type the schema doesn't know.
        """
        return self.table(operator.options_type, operator.options)

    def second(self, operator: Operator) -> Mapping[str, int | float]:
        """The same of the options that operators of StableHLO have in a field of their own."""
        return self.table(*self._second(operator))

    def place(self, operator: Operator) -> tuple[str, str, int]:
        """The operator's field that holds its options, the schema's name of their table, and where that is (0:
        absent)."""
        if operator.options_type != "NONE":
            return "BuiltinOptions", operator.options_type, operator.options
        return "BuiltinOptions2", *self._second(operator)

    def table(self, name: str, position: int) -> Mapping[str, int | float]:
        """The same of any table of the kind `name` that the reader has checked; 0 as `position` gives the defaults."""
        file = self.model.mapping
        if name == "NONE" or name.startswith("UNKNOWN"):
            return {}
        vtable = position - _INT32.unpack_from(file, position)[0] if position else 0
        if (name, vtable) not in self._layouts:
            self._layouts[name, vtable] = self._layout(name, vtable)
        defaults, fields = self._layouts[name, vtable]
        result = defaults.copy()
        for field, offset, form in fields:
            if position + offset + form.size <= self.model.bytes:
                result[field] = form.unpack_from(file, position + offset)[0]
        return result

    def _second(self, operator: Operator) -> tuple[str, int]:
        kind = int(self.table("Operator", operator.position)["BuiltinOptions2Type"])
        name = schema().options2_names.get(kind, "UNKNOWN")
        return name, target(self.model, "Operator", operator.position, "BuiltinOptions2")

    def _layout(self, name: str, vtable: int) -> tuple[dict[str, int | float], list[tuple[str, int, Struct]]]:
        """Default of every scalar field, and where tables with this vtable (0: there is none) keep those they have."""
        scalars = {field: (spec, spec.dtype) for field, spec in schema().table(name).items() if spec.dtype is not None}
        return (
            {field: spec.default for field, (spec, _) in scalars.items()},
            [
                (field, offset, Struct("<" + _STRUCT_CODES[dtype.str[1:]]))
                for field, (spec, dtype) in scalars.items()
                if vtable and (offset := _offset(self.model, vtable, spec.slot))
            ],
        )


def leading_elements(model: Model, table: str, position: int, name: str, most: int, kind: str = "i") -> tuple[int, ...]:
    """Up to `most` first elements of the vector that a field of the table at `position` (0: absent) refers to.

    `table` and `name` are schema names, `kind` is the elements' struct code. Empty where there is no such vector, or
    where it doesn't fit into the file.
    """
    start = target(model, table, position, name) + 4
    if start == 4 or start > model.bytes:
        return ()
    count = _UINT32.unpack_from(model.mapping, start - 4)[0]
    if start + count * calcsize(kind) > model.bytes:
        return ()
    return unpack_from(f"<{min(count, most)}{kind}", model.mapping, start)


def target(model: Model, table: str, position: int, name: str) -> int:
    """What an offset field of the table at `position` (0: absent) refers to, 0 where it is silent or cut off."""
    if position == 0:
        return 0
    vtable = position - _INT32.unpack_from(model.mapping, position)[0]
    offset = _offset(model, vtable, schema().table(table)[name].slot)
    place = position + offset
    return place + int(_UINT32.unpack_from(model.mapping, place)[0]) if offset and place + 4 <= model.bytes else 0


def _offset(model: Model, vtable: int, slot: int) -> int:
    """Offset of a field within tables of this vtable, which the reader has checked; 0 where they don't have it."""
    if 4 + 2 * slot >= _UINT16.unpack_from(model.mapping, vtable)[0]:
        return 0
    offset: int = _UINT16.unpack_from(model.mapping, vtable + 4 + 2 * slot)[0]
    return offset
