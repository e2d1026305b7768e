"""The kinds of source a model can come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a file or folder holds. The values are API: documents hold them."""

    TFLITE = "tflite"
    TASK = "task-bundle"
    LITERT_LM = "litertlm-bundle"
    SAVED_MODEL = "saved-model"
    KERAS = "keras"
    KERAS_HDF5 = "keras-hdf5"
    GRAPH_DEF = "graph-def"
    ONNX = "onnx"
    TORCH_EXPORT = "torch-export"
    TORCH_SCRIPT = "torchscript"
    TORCH_PICKLE = "torch-pickle"
    STABLE_HLO = "stablehlo"


@dataclass(frozen=True, slots=True)
class KindFacts:
    """How a kind is called, and in what packing it comes: its `suffix` when it has to be written to a file."""

    title: str
    suffix: str = ""


KINDS: Final[Mapping[Kind, KindFacts]] = {
    Kind.TFLITE: KindFacts("TensorFlow Lite model", ".tflite"),
    Kind.TASK: KindFacts("MediaPipe task bundle", ".task"),
    Kind.LITERT_LM: KindFacts("LiteRT-LM bundle", ".litertlm"),
    Kind.SAVED_MODEL: KindFacts("TensorFlow SavedModel"),
    Kind.KERAS: KindFacts("Keras model", ".keras"),
    Kind.KERAS_HDF5: KindFacts("Keras model (HDF5)", ".h5"),
    Kind.GRAPH_DEF: KindFacts("TensorFlow frozen graph", ".pb"),
    Kind.ONNX: KindFacts("ONNX model", ".onnx"),
    Kind.TORCH_EXPORT: KindFacts("PyTorch exported program", ".pt2"),
    Kind.TORCH_SCRIPT: KindFacts("TorchScript module", ".pt"),
    Kind.TORCH_PICKLE: KindFacts("pickled PyTorch object", ".pt"),
    Kind.STABLE_HLO: KindFacts("StableHLO module", ".mlir"),
}

# Bundles hold .tflite models as they are; nothing has to be converted.
BUNDLES: Final = frozenset({Kind.TASK, Kind.LITERT_LM})
