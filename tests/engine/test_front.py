"""New parts of a flatbuffer, read back by flatbuffers' own accessors."""

import flatbuffers
import numpy as np
import pytest
from flatbuffers import number_types as types
from flatbuffers.table import Table

from quantscope.model.front import ALIGNMENT, Entries, Front

REST = bytes(range(3 * ALIGNMENT))
FLAGS = {1: types.Uint8Flags, 2: types.Uint16Flags, 4: types.Uint32Flags, 8: types.Uint64Flags}


def read(front: Front, root: int) -> tuple[bytearray, Table]:
    data = front.finished(root, b"TEST")
    assert data[4:8] == b"TEST"
    assert len(data) % ALIGNMENT == 0
    assert data.endswith(REST)
    return data, Table(data, flatbuffers.encode.Get(flatbuffers.packer.uoffset, data, 0))


def scalar(table: Table, slot: int, width: int) -> int:
    at = table.Offset(4 + 2 * slot)
    assert at
    assert (table.Pos + at) % width == 0
    return int(table.Get(FLAGS[width], table.Pos + at))


@pytest.mark.parametrize("before", range(9))
def test_scalars_of_all_widths_are_where_they_belong(before: int) -> None:
    front = Front(REST)
    front.string("x" * before)
    widths = {0: 1, 2: 8, 3: 2, 4: 4, 6: 8, 7: 1}
    entries: Entries = {slot: (slot + 1).to_bytes(width, "little") for slot, width in widths.items()}
    root, places = front.table_and_fields(entries)
    data, table = read(front, root)
    assert {slot: scalar(table, slot, width) for slot, width in widths.items()} == {slot: slot + 1 for slot in widths}
    assert {slot: len(data) - place for slot, place in places.items()} == {
        slot: table.Pos + table.Offset(4 + 2 * slot) for slot in widths
    }
    assert [slot for slot in (1, 5, 8) if table.Offset(4 + 2 * slot)] == []


@pytest.mark.parametrize("before", range(9))
def test_references_lead_to_vectors_strings_tables_and_the_rest(before: int) -> None:
    front = Front(REST)
    front.string("x" * before)
    numbers, name = front.vector(np.arange(5, dtype="<i8")), front.string("näme")
    leaves = [front.table({0: bytes([value])}) for value in (7, 8)]
    root = front.table({0: numbers, 1: name, 2: front.references(leaves), 3: len(REST)})
    data, table = read(front, root)
    start = table.Vector(table.Offset(4))
    assert start % 8 == 0
    assert np.frombuffer(data, "<i8", table.VectorLen(table.Offset(4)), start).tolist() == [0, 1, 2, 3, 4]
    assert table.String(table.Pos + table.Offset(6)).decode() == "näme"
    list_of_tables, count = table.Vector(table.Offset(8)), table.VectorLen(table.Offset(8))
    found = [Table(data, table.Indirect(list_of_tables + 4 * at)) for at in range(count)]
    assert [scalar(leaf, 0, 1) for leaf in found] == [7, 8]
    assert table.Indirect(table.Pos + table.Offset(10)) == len(data) - len(REST)


def test_tables_of_one_form_share_their_vtable() -> None:
    front = Front(REST)
    front.table({0: bytes(4), 1: bytes(1)})
    before = front.size
    front.table({0: bytes(4), 1: bytes(1)})
    assert front.size - before == 12
