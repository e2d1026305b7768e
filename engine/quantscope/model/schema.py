"""The TFLite schema, reflected from the module that ships in the ai-edge-litert wheel (no vendored copy).

flatc's Python output has no reflection, but its `<Table>Add<Field>` functions tell a builder each field's slot, type
and default; a builder that only takes notes turns them back into a description. Names of operators, data types and
options come from the enum classes.
"""

from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Final

import numpy as np

from quantscope.errors import RuntimeMissingError

VERSION: Final = 3
IDENTIFIER: Final = b"TFL3"

_BITS: Final = {
    "FLOAT32": 32, "FLOAT16": 16, "INT32": 32, "UINT8": 8, "INT64": 64, "STRING": 0, "BOOL": 8, "INT16": 16,
    "COMPLEX64": 64, "INT8": 8, "FLOAT64": 64, "COMPLEX128": 128, "UINT64": 64, "RESOURCE": 0, "VARIANT": 0,
    "UINT32": 32, "UINT16": 16, "INT4": 4, "BFLOAT16": 16, "INT2": 2, "UINT4": 4, "FLOAT8E4M3FN": 8, "FLOAT8E5M2": 8,
}  # fmt: skip

# flatbuffers.number_types by name; UOffsetTFlags is in every accessor.
_ELEMENTS: Final = {
    "BoolFlags": "?", "Uint8Flags": "B", "Uint16Flags": "H", "Uint32Flags": "I", "Uint64Flags": "Q", "Int8Flags": "b",
    "Int16Flags": "h", "Int32Flags": "i", "Int64Flags": "q", "Float32Flags": "f", "Float64Flags": "d",
}  # fmt: skip


# What each method of a flatbuffers.Builder adds to a table; None for an offset or an inline struct.
_ADDED: Final[dict[str, np.dtype[Any] | None]] = {
    "PrependUOffsetTRelativeSlot": None,
    "PrependStructSlot": None,
    **{f"Prepend{name.removesuffix('Flags')}Slot": np.dtype(f"<{code}") for name, code in _ELEMENTS.items()},
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table: vtable slot, numpy dtype of a scalar (None for an offset or an inline struct), default."""

    slot: int
    dtype: np.dtype[Any] | None
    default: float

    @property
    def is_offset(self) -> bool:
        """True if the field holds an offset to a table, vector or string."""
        return self.dtype is None


class _Notes:
    """Stands in for a flatbuffers.Builder and remembers the one field it is told to add."""

    def __init__(self) -> None:
        self.field: Field | None = None

    def __getattr__(self, name: str) -> Any:
        if name not in _ADDED:
            raise AttributeError(name)

        def note(slot: int, _value: object, default: float) -> None:
            self.field = Field(slot, _ADDED[name], default)

        return note


class Schema:
    """Tables, enums and generated functions of the TFLite schema."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.operator_names = _names(module.BuiltinOperator)
        self.data_types = _names(module.TensorType)
        self.options_names = _names(module.BuiltinOptions)
        self.options2_names = _names(module.BuiltinOptions2)
        # Codes by name.
        self.operator_codes = vars(module.BuiltinOperator)
        self.data_type_codes = vars(module.TensorType)
        self.options_codes = vars(module.BuiltinOptions)
        self.details_codes = vars(module.QuantizationDetails)
        self._tables: dict[str, dict[str, Field]] = {}

    def table(self, name: str) -> dict[str, Field]:
        """Fields of a table by their schema name in CamelCase, for instance `table("Tensor")["QuantizedDimension"]`."""
        if name not in self._tables:
            self._tables[name] = self._reflect(name)
        return self._tables[name]

    def _reflect(self, name: str) -> dict[str, Field]:
        fields, functions = {}, vars(self.module)
        for field in vars(functions.get(name, object)):  # the accessors of the fields are among them
            add = functions.get(f"{name}Add{field}")
            if add is not None:
                notes = _Notes()
                add(notes, 0)
                if notes.field is not None:
                    fields[field] = notes.field
        return fields

    def elements(self, table: str, field: str) -> str | None:
        """What a vector field holds, as a struct code, "s" for a string; None for other fields.

        Taken from the names that the field's generated accessor uses.
        """
        accessor = getattr(getattr(self.module, table, None), field, None)
        names = accessor.__code__.co_names if accessor is not None else ()
        if "String" in names:
            return "s"
        kinds = [_ELEMENTS[name] for name in names if name in _ELEMENTS]
        return kinds[0] if "Vector" in names and len(kinds) == 1 else None

    def bits(self, data_type: int) -> int | None:
        """Bits of one element, 0 for types without a fixed width, None for a type this schema doesn't know."""
        name = self.data_types.get(data_type)
        return None if name is None else _BITS.get(name)


def _names(enum: type) -> dict[int, str]:
    return {value: name for name, value in vars(enum).items() if isinstance(value, int) and not name.startswith("_")}


@cache
def schema() -> Schema:
    """The schema of the installed runtime.

    Raises RuntimeMissingError where ai-edge-litert is not installed (there is no wheel for Intel Macs).
    """
    try:
        from ai_edge_litert import schema_py_generated
    except ImportError as error:
        raise RuntimeMissingError(
            "The LiteRT runtime (ai-edge-litert) is not installed, so models can't be read or run here.",
            "Install it with 'pip install ai-edge-litert'. There is no build for Intel Macs or 32-bit systems.",
        ) from error
    return Schema(schema_py_generated)
