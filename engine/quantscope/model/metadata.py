"""Ranges of inputs, as TFLite Metadata in the file declares them.

The metadata is a flatbuffer of its own (tensorflow/lite-support metadata_schema.fbs, identifier M001): ModelMetadata's
field 3 lists subgraphs, SubGraphMetadata's field 2 their inputs, TensorMetadata's field 5 is Stats, with the vectors
max (0) and min (1).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from quantscope.errors import ModelReadError, ModelUnsupportedError
from quantscope.model.flatbuffer import FlatBuffer
from quantscope.model.graph import Model
from quantscope.model.schema import Field

ENTRY: Final = "TFLITE_METADATA"
SUBGRAPHS: Final = Field(3, None, 0)
INPUTS: Final = Field(2, None, 0)
STATS: Final = Field(5, None, 0)
MAXIMA: Final = Field(0, None, 0)
MINIMA: Final = Field(1, None, 0)


def input_ranges(model: Model) -> Mapping[int, tuple[float, float]]:
    """(low, high) of the inputs, by position, for which the metadata declares finite ones. Broken metadata declares
    none."""
    if ENTRY not in model.metadata:
        return {}
    try:
        return _ranges(FlatBuffer(model.raw(model.metadata[ENTRY])))
    except (ModelReadError, ModelUnsupportedError):
        return {}


def _ranges(file: FlatBuffer) -> Mapping[int, tuple[float, float]]:
    root = file.tables(file.offsets(np.zeros(1, np.int64), "metadata"), "metadata")
    subgraphs = file.table_vector(int(root.targets(SUBGRAPHS)[0]), "metadata subgraph")
    if not len(subgraphs):
        return {}
    inputs = file.table_vector(int(subgraphs.targets(INPUTS)[0]), "metadata input")
    stats = file.tables(inputs.targets(STATS), "statistics")
    pairs = zip(stats.lists(MINIMA, "<f4"), stats.lists(MAXIMA, "<f4"), strict=True)
    return {
        position: (min(low), max(high))
        for position, (low, high) in enumerate(pairs)
        if low and high and np.isfinite([*low, *high]).all() and min(low) <= max(high)
    }
