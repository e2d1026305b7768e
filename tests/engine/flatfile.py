"""A hand on the bytes of a .tflite file: finds tables, fields and vectors by name, and changes them in place."""

import struct
from collections.abc import Mapping
from typing import Any

from quantscope.model.schema import schema
from tests.models import UNKNOWN


class FlatFile:
    """The bytes of a model. A table is the position where it starts, a field that of its value, 0 if absent."""

    def __init__(self, content: bytes) -> None:
        self.data = bytearray(content)

    def get(self, at: int, form: str = "<I") -> Any:
        return struct.unpack_from(form, self.data, at)[0]

    def put(self, at: int, value: Any, form: str = "<I") -> "FlatFile":
        struct.pack_into(form, self.data, at, value)
        return self

    def save(self, path: Any) -> str:
        with open(path, "wb") as file:
            file.write(self.data)
        return str(path)

    def target(self, at: int) -> int:
        """What the reference at a position leads to."""
        return int(at + self.get(at))

    @property
    def model(self) -> int:
        return self.target(0)

    def vtable(self, table: int) -> int:
        return int(table - self.get(table, "<i"))

    def slot(self, table: int, slot: int) -> int:
        """The field in a slot."""
        vtable = self.vtable(table)
        if 4 + 2 * slot >= self.get(vtable, "<H"):
            return 0
        offset = self.get(vtable + 4 + 2 * slot, "<H")
        return table + offset if offset else 0

    def field(self, table: int, kind: str, name: str) -> int:
        """The field of a table of the kind by its schema name, "Tensor", "Shape" for instance."""
        return self.slot(table, schema().table(kind)[name].slot)

    def vector(self, table: int, kind: str, name: str) -> int:
        """Where the vector (or table) that a field leads to begins: at its length."""
        at = self.field(table, kind, name)
        assert at, f"{kind} has no {name}"
        return self.target(at)

    def tables(self, table: int, kind: str, name: str) -> list[int]:
        """The tables that a vector field lists."""
        if not self.field(table, kind, name):
            return []
        start = self.vector(table, kind, name)
        return [self.target(start + 4 + 4 * index) for index in range(self.get(start))]

    def subgraph(self, index: int = 0) -> int:
        return self.tables(self.model, "Model", "Subgraphs")[index]

    def tensor(self, index: int, subgraph: int = 0) -> int:
        return self.tables(self.subgraph(subgraph), "SubGraph", "Tensors")[index]

    def operator(self, index: int, subgraph: int = 0) -> int:
        return self.tables(self.subgraph(subgraph), "SubGraph", "Operators")[index]

    def buffer(self, index: int) -> int:
        return self.tables(self.model, "Model", "Buffers")[index]

    def unknown_field(self, table: int, kind: str, name: str) -> int:
        """A field of `tests.models.UNKNOWN`."""
        first = 1 + max(field.slot for field in schema().table(kind).values())
        return self.slot(table, first + list(UNKNOWN).index(name))

    def unknown(self, table: int, kind: str) -> Mapping[str, Any]:
        """The fields of `tests.models.UNKNOWN` as the table has them; {} if it lacks any."""
        at = {name: self.unknown_field(table, kind, name) for name in UNKNOWN}
        if not all(at.values()):
            return {}
        string, vector, tables = (self.target(at[name]) for name in ("string", "vector", "tables"))
        return {
            "byte": self.get(at["byte"], "<B"),
            "short": self.get(at["short"], "<H"),
            "word": self.get(at["word"]),
            "long": self.get(at["long"], "<Q"),
            "string": bytes(self.data[string + 4 : string + 4 + self.get(string)]).decode("utf-8", "replace"),
            "table": self._number(self.target(at["table"])),
            "vector": struct.unpack_from(f"<{min(100, self.get(vector))}i", self.data, vector + 4),
            "tables": tuple(
                self._number(self.target(tables + 4 + 4 * index)) for index in range(min(100, self.get(tables)))
            ),
        }

    def _number(self, table: int) -> int:
        return int(self.get(self.slot(table, 0)))
