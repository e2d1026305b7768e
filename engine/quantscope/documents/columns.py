"""Columns: many numbers in a document at the cost of one value, which a reader maps onto an array."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.documents import Document

DTYPES: Final = frozenset({"<f8", "<i8", "<i4", "|u1"})


class Column(Document, frozen=True, kw_only=True):
    """Numbers of one kind: `dtype` as numpy writes it (one of DTYPES), `data` base64 of the values."""

    dtype: str
    data: bytes

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES or len(self.data) % np.dtype(self.dtype).itemsize:
            raise ValueError(f"not a column of {self.dtype}")

    @staticmethod
    def of(values: npt.ArrayLike, dtype: str) -> "Column":
        return Column(dtype=dtype, data=np.asarray(values, dtype).tobytes())

    @property
    def values(self) -> npt.NDArray[Any]:
        """The numbers, (n,), read-only."""
        return np.frombuffer(self.data, self.dtype)


class Table(Document, frozen=True, kw_only=True):
    """Columns of equal length."""

    def __post_init__(self) -> None:
        columns = (getattr(self, name) for name in self.__struct_fields__)
        if len({column.values.size for column in columns if isinstance(column, Column)}) > 1:
            raise ValueError("columns of different lengths")

    def __len__(self) -> int:
        columns = (getattr(self, name) for name in self.__struct_fields__)
        return next(column.values.size for column in columns if isinstance(column, Column))
