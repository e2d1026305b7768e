"""Reading protocol buffers without their schema: fields by number, as the wire format gives them.

Enough to tell what a file is and what goes in and out of the model in it, before any converter is installed. Files are
hostile: every length is checked before it is followed, and nothing is copied but what is asked for. Format:
protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MAX_VARINT: Final = 10
FIXED_SIZES: Final = {FIXED64: 8, FIXED32: 4}


class NotProtobufError(ValueError):
    """The bytes are no protocol buffer."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its number, wire type, and a number or a stretch of bytes."""

    number: int
    wire: int
    value: int
    data: memoryview


NO_BYTES: Final = memoryview(b"")


def fields(data: memoryview) -> Iterator[Field]:
    """The fields of a message in order. Raises NotProtobufError where the bytes are none."""
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise NotProtobufError("field 0")
        if wire == VARINT:
            value, position = _varint(data, position)
            yield Field(number, wire, value, NO_BYTES)
            continue
        if wire == BYTES:
            size, position = _varint(data, position)
        elif wire in FIXED_SIZES:
            size = FIXED_SIZES[wire]
        else:
            raise NotProtobufError(f"wire type {wire}")
        if size > len(data) - position:
            raise NotProtobufError("a field ends behind its message")
        yield Field(number, wire, 0, data[position : position + size])
        position += size


def messages(data: memoryview, number: int) -> Iterator[memoryview]:
    """The bytes of every field `number` that has some."""
    return (field.data for field in fields(data) if field.number == number and field.wire == BYTES)


def message(data: memoryview, *path: int) -> memoryview:
    """The first message at the end of a path of field numbers, empty where there is none."""
    for number in path:
        data = next(messages(data, number), NO_BYTES)
    return data


def text(data: memoryview, number: int) -> str:
    """A string field, empty where there is none."""
    return bytes(message(data, number)).decode("utf-8", "replace")


def integer(data: memoryview, number: int, default: int = 0) -> int:
    """A varint field as a signed 64-bit number."""
    value = next((field.value for field in fields(data) if field.number == number and field.wire == VARINT), default)
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(MAX_VARINT):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, position
    raise NotProtobufError("a number without end")
