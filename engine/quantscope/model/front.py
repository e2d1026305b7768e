"""A flatbuffer that grows towards lower addresses, in front of bytes that are there already.

That is how flatbuffers are built (references only point forward), and why new tables can refer to a source file's old
ones. flatbuffers.Builder does the same, one scalar at a time; here a table is put together as a whole, which takes a
quarter of its time. A *place* is the distance from the end of the file.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

ALIGNMENT = 16  # of the whole, and of `rest`

# What a table holds by slot: the place that a reference leads to, or a scalar's bytes.
Entries = Mapping[int, int | bytes]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Offsets of a table's fields by slot in the order in which they stand, its inline size, and its vtable; `wide` if
    a field has 8 bytes."""

    offsets: Mapping[int, int]
    inline: int
    vtable: bytes
    wide: bool


class Front:
    """New parts in front of `rest`, whose length is a multiple of ALIGNMENT."""

    def __init__(self, rest: bytes | bytearray) -> None:
        self.size = len(rest)
        self._parts: list[bytes | bytearray] = [rest]
        self._vtables: dict[bytes, int] = {}
        self._layouts: dict[tuple[tuple[int, int], ...], _Layout] = {}

    def _add(self, part: bytes) -> None:
        self._parts.append(part)
        self.size += len(part)

    def table(self, entries: Entries) -> int:
        """Place of a new table."""
        return self.table_and_fields(entries)[0]

    def table_and_fields(self, entries: Entries) -> tuple[int, Mapping[int, int]]:
        """Place of a new table, and of each of its fields by slot."""
        layout = self._layout(
            tuple((slot, 4 if isinstance(each, int) else len(each)) for slot, each in entries.items())
        )
        place = self.size + layout.inline
        place += (4 - place) % 8 if layout.wide else -place % 4
        known = self._vtables.get(layout.vtable)
        vtable = place + len(layout.vtable) if known is None else known
        places = {slot: place - offset for slot, offset in layout.offsets.items()}
        fields = [
            struct.pack("<I", at - entry) if isinstance(entry := entries[slot], int) else entry
            for slot, at in places.items()
        ]
        parts = [struct.pack("<i", vtable - place), *fields, bytes(place - self.size - layout.inline)]
        if known is None:
            parts.insert(0, layout.vtable)
            self._vtables[layout.vtable] = vtable
        self._add(b"".join(parts))
        return place, places

    def _layout(self, widths: tuple[tuple[int, int], ...]) -> "_Layout":
        """How tables with fields of these widths by slot are laid out, which is worked out once."""
        if widths not in self._layouts:
            offsets, inline = {}, 4
            for slot, width in sorted(widths, key=lambda each: -each[1]):  # the widest first: none needs padding
                offsets[slot] = inline
                inline += width
            slots = [offsets.get(slot, 0) for slot in range(max(offsets, default=-1) + 1)]
            vtable = struct.pack(f"<{len(slots) + 2}H", 2 * len(slots) + 4, inline, *slots)
            self._layouts[widths] = _Layout(offsets, inline, vtable, any(width == 8 for _, width in widths))
        return self._layouts[widths]

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
