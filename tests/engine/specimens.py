"""Models that have one of everything the format offers; what runs on the runtime is in `RUNNABLE`."""

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from flatbuffers import flexbuffers

from tests.models import UNKNOWN, Input, ModelBuilder, conv, depthwise_conv, fully_connected, one_operator, tfl

ZOO: Final = Path(os.environ.get("QUANTSCOPE_ZOO", Path(__file__).parents[3] / "shared" / "zoo"))
SAMPLES: Final = Path(__file__).parents[2] / "resources" / "samples"


def weights(*shape: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Normally distributed weights."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def several() -> ModelBuilder:
    """Two subgraphs with a signature each, a weight that both share, metadata, an intermediate name used twice."""
    model = ModelBuilder()
    shared = model.buffer(weights(64, 64))
    for name, activation in (("first", tfl.ActivationFunctionType.NONE), ("second", tfl.ActivationFunctionType.RELU)):
        graph = model.subgraph(name)
        x = graph.input("x", (1, 64))
        w = graph.tensor("w", (64, 64), buffer=shared)
        b = graph.constant("b", weights(64, seed=1))
        hidden, y = graph.tensor("same", (1, 64)), graph.tensor("same", (1, 64))
        graph.operator(
            "FULLY_CONNECTED", [x, w, b], [hidden], tfl.FullyConnectedOptionsT(fusedActivationFunction=activation)
        )
        graph.operator("TANH", [hidden], [y])
        graph.outputs = [y]
        model.signature(name, {"image": x}, {"scores": y}, subgraph=len(model.model.subgraphs) - 1)
    model.metadata("min_runtime_version", b"1.14.0".ljust(16, b"\0"))
    model.metadata("notes", bytes(range(256)) * 4)
    return model


def looked_up() -> ModelBuilder:
    """A tied embedding: GATHER and FULLY_CONNECTED read the same table."""
    model = ModelBuilder()
    graph = model.subgraph()
    ids = graph.input("ids", (1, 5), "INT32")
    table = graph.constant("table", weights(200, 32))
    rows, y = graph.tensor("rows", (1, 5, 32)), graph.tensor("logits", (1, 5, 200))
    graph.operator("GATHER", [table, ids], [rows], tfl.GatherOptionsT())
    graph.operator("FULLY_CONNECTED", [rows, table, -1], [y], tfl.FullyConnectedOptionsT(keepNumDims=True))
    graph.outputs = [y]
    model.signature("serving_default", {"ids": ids}, {"logits": y})
    return model


def sparse() -> ModelBuilder:
    """FULLY_CONNECTED on a sparse weight: half of its rows are empty."""
    model = fully_connected(weights(64, 64))
    weight = model.model.subgraphs[0].tensors[1]
    model.model.buffers[weight.buffer].data = np.frombuffer(weights(32, 64).tobytes(), np.uint8)
    dense, csr = tfl.DimensionType.DENSE, tfl.DimensionType.SPARSE_CSR
    kind = tfl.SparseIndexVector.Int32Vector
    segments = np.repeat(np.arange(0, 33) * 64, 2)[1:].astype("<i4")
    weight.sparsity = tfl.SparsityParametersT(
        traversalOrder=[0, 1],
        dimMetadata=[
            tfl.DimensionMetadataT(format=dense, denseSize=64),
            tfl.DimensionMetadataT(
                format=csr,
                arraySegmentsType=kind,
                arraySegments=tfl.Int32VectorT(values=segments),
                arrayIndicesType=kind,
                arrayIndices=tfl.Int32VectorT(values=np.tile(np.arange(64, dtype="<i4"), 32)),
            ),
        ],
    )
    return model


def custom() -> ModelBuilder:
    """A custom operator between two convolutions, with options of its own."""
    model = conv(weights(16, 3, 3, 16))
    graph = model.model.subgraphs[0]
    made = one_operator("CUSTOM:Secret", [Input((1, 8, 8, 16))], [(1, 8, 8, 16)], custom=b"private options").model
    graph.tensors.append(made.subgraphs[0].tensors[1])
    operator = made.subgraphs[0].operators[0]
    operator.opcodeIndex = model.operator_code("CUSTOM:Secret")
    operator.inputs, operator.outputs = graph.outputs, [len(graph.tensors) - 1]
    graph.operators.append(operator)
    graph.outputs = operator.outputs
    return model


def loop() -> ModelBuilder:
    """WHILE with a condition and a body as subgraphs; the body multiplies by a constant matrix."""
    model = ModelBuilder()
    main = model.subgraph("main")
    start, x = main.input("n", (), "INT32"), main.input("x", (1, 64))
    end, y = main.tensor("n_end", (), "INT32"), main.tensor("y", (1, 64))
    main.operator("WHILE", [start, x], [end, y], tfl.WhileOptionsT(condSubgraphIndex=1, bodySubgraphIndex=2))
    main.outputs = [y]
    condition = model.subgraph("condition")
    n = condition.input("n", (), "INT32")
    condition.input("x", (1, 64))
    three, again = condition.constant("three", np.array(3, np.int32)), condition.tensor("again", (), "BOOL")
    condition.operator("LESS", [n, three], [again], tfl.LessOptionsT())
    condition.outputs = [again]
    body = model.subgraph("body")
    n, x = body.input("n", (), "INT32"), body.input("x", (1, 64))
    one, w = body.constant("one", np.array(1, np.int32)), body.constant("w", weights(64, 64) / np.float32(8))
    after, y = body.tensor("n_after", (), "INT32"), body.tensor("y", (1, 64))
    body.operator("ADD", [n, one], [after], tfl.AddOptionsT())
    body.operator("FULLY_CONNECTED", [x, w, -1], [y], tfl.FullyConnectedOptionsT())
    body.outputs = [after, y]
    return model


def composite() -> ModelBuilder:
    """STABLEHLO_COMPOSITE: the weights are in the subgraph it stands for."""
    model = ModelBuilder()
    main, inner = model.subgraph("main"), model.subgraph("decomposition")
    x = main.input("x", (2, 64))
    main.outputs = [main.tensor("y", (2, 64))]
    attributes = np.frombuffer(flexbuffers.Dumps({}), np.uint8)
    options = tfl.StableHLOCompositeOptionsT(
        name="test.dense", decompositionSubgraphIndex=1, compositeAttributes=attributes
    )
    main.operator("STABLEHLO_COMPOSITE", [x], main.outputs, options)
    x = inner.input("x", (2, 64))
    inner.outputs = [inner.tensor("y", (2, 64))]
    inner.operator(
        "FULLY_CONNECTED", [x, inner.constant("w", weights(64, 64)), -1], inner.outputs, tfl.FullyConnectedOptionsT()
    )
    return model


def dequantized() -> ModelBuilder:
    """float16 weights behind a DEQUANTIZE: a model that is quantized already."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 64))
    w16 = graph.constant("w", weights(64, 64).astype(np.float16))
    w, y = graph.tensor("w_dequantized", (64, 64)), graph.tensor("y", (1, 64))
    graph.operator("DEQUANTIZE", [w16], [w], tfl.DequantizeOptionsT(), 3)
    graph.operator("FULLY_CONNECTED", [x, w, -1], [y], tfl.FullyConnectedOptionsT())
    graph.outputs = [y]
    return model


def old() -> ModelBuilder:
    """Operator codes as files before 2020 have them: in the 8-bit field alone."""
    model = depthwise_conv(weights(1, 3, 3, 256))
    for code in model.model.operatorCodes:
        code.builtinCode = 0
    return model


def archived(content: bytes) -> bytes:
    """The model with labels in a ZIP archive at its end, as TFLite Metadata appends associated files."""
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("labels.txt", "cat\ndog\n")
        archive.writestr("vocabulary.txt", "word\n" * 1000, zipfile.ZIP_DEFLATED)
    return file.getvalue()


RUNNABLE: Final[Mapping[str, Callable[[], bytes]]] = {
    "fully_connected": lambda: fully_connected(weights(64, 64), bias=weights(64, seed=1)).build(),
    "conv": lambda: conv(weights(16, 3, 3, 16)).build(),
    "depthwise": lambda: depthwise_conv(weights(1, 3, 3, 256)).build(),
    "several": lambda: several().build(),
    "several external": lambda: several().build(external=True),
    "several unknown": lambda: several().build(unknown_fields=UNKNOWN),
    "several archived": lambda: archived(several().build()),
    "looked_up": lambda: looked_up().build(),
    "loop": lambda: loop().build(),
    "loop external unknown": lambda: loop().build(external=True, unknown_fields=UNKNOWN),
    "dequantized": lambda: dequantized().build(),
    "old": lambda: old().build(),
}
SPECIMENS: Final[Mapping[str, Callable[[], bytes]]] = {
    **RUNNABLE,
    "sparse": lambda: sparse().build(),
    "custom": lambda: custom().build(),
    "custom unknown": lambda: custom().build(unknown_fields=UNKNOWN),
}


def zoo_models() -> list[Path]:
    """The models of the zoo, smallest first; none where there is no zoo."""
    return sorted(ZOO.glob("*.tflite"), key=lambda path: path.stat().st_size)


def real_models() -> list[Path]:
    """The samples that the project brings, and the zoo where there is one."""
    return [*sorted(SAMPLES.glob("*.tflite")), *zoo_models()]


def same(left: Any, right: Any) -> bool:
    """True if two arrays are equal bit for bit."""
    return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
