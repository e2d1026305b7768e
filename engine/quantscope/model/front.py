"""A flatbuffer that grows towards lower addresses, in front of bytes that are there already.

That is how flatbuffers are built (references only point forward), and why new tables can refer to a source file's old
ones. flatbuffers.Builder does the same, one scalar at a time; here a table is put together as a whole, which takes a
quarter of its time. A *place* is the distance from the end of the file.
"""

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

ALIGNMENT = 16  # of the whole, and of `rest`

# What a table holds by slot: the place that a reference leads to, or a scalar's bytes.
Entries = Mapping[int, int | bytes]


class Front:
    """New parts in front of `rest`, whose length is a multiple of ALIGNMENT."""

    def __init__(self, rest: bytes | bytearray) -> None:
        self.size = len(rest)
        self._parts: list[bytes | bytearray] = [rest]
        self._vtables: dict[bytes, int] = {}

    def _add(self, part: bytes) -> None:
        self._parts.append(part)
        self.size += len(part)

    def table(self, entries: Entries) -> int:
        """Place of a new table."""
        return self.table_and_fields(entries)[0]

    def table_and_fields(self, entries: Entries) -> tuple[int, Mapping[int, int]]:
        """Place of a new table, and of each of its fields by slot."""
        widths = {slot: 4 if isinstance(entry, int) else len(entry) for slot, entry in entries.items()}
        order = sorted(entries, key=lambda slot: -widths[slot])  # the widest first, so that none needs padding
        inline, offsets = 4, [0] * (max(entries, default=-1) + 1)
        for slot in order:
            offsets[slot] = inline
            inline += widths[slot]
        place = self.size + inline
        place += (4 - place) % 8 if 8 in widths.values() else -place % 4
        vtable = struct.pack(f"<{len(offsets) + 2}H", 2 * len(offsets) + 4, inline, *offsets)
        known = self._vtables.get(vtable)
        vtable_place = place + len(vtable) if known is None else known
        fields = [
            struct.pack("<I", place - offsets[slot] - entry) if isinstance(entry, int) else entry
            for slot, entry in ((slot, entries[slot]) for slot in order)
        ]
        parts = [struct.pack("<i", vtable_place - place), *fields, b"\0" * (place - self.size - inline)]
        if known is None:
            parts.insert(0, vtable)
            self._vtables[vtable] = vtable_place
        self._add(b"".join(parts))
        return place, {slot: place - offsets[slot] for slot in entries}

    def vector(self, values: npt.NDArray[Any]) -> int:
        """Place of a new vector of scalars."""
        return self._vector(values.tobytes(), values.size, values.itemsize)

    def string(self, text: str) -> int:
        """Place of a new string."""
        data = text.encode()
        return self._vector(data + b"\0", len(data), 1)

    def references(self, places: list[int]) -> int:
        """Place of a new vector of references to these places."""
        own = self.size + -self.size % 4 + 4 * np.arange(len(places), 0, -1)
        return self.vector((own - np.array(places, np.int64)).astype("<u4"))

    def _vector(self, data: bytes, count: int, width: int) -> int:
        padding = b"\0" * (-(self.size + len(data)) % max(4, width))
        self._add(struct.pack("<I", count) + data + padding)
        return self.size

    def finished(self, root: int, identifier: bytes) -> bytearray:
        """The file, with the table at place `root` as its root."""
        self._add(b"\0" * (-(self.size + 8) % ALIGNMENT))
        self._add(struct.pack("<I", self.size + 8 - root) + identifier)
        return bytearray().join(reversed(self._parts))
