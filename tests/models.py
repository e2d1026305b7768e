"""A small builder of .tflite models for tests.

    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 8))
    w = graph.constant("w", np.ones((4, 8), np.float32))
    y = graph.tensor("y", (1, 4))
    graph.operator("FULLY_CONNECTED", [x, w, -1], [y], tfl.FullyConnectedOptionsT(keepNumDims=False))
    graph.outputs = [y]
    model.signature("serve", {"image": x}, {"scores": y})
    content = model.build()

Everything is the object API of the installed schema underneath: `tfl` is that module, `ModelBuilder.model` its ModelT,
and a test that needs something strange changes those objects before it calls `build`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as tfl

Array = npt.NDArray[Any]
Shape = Sequence[int]

DTYPES: Mapping[str, str] = {
    "float32": "FLOAT32", "float16": "FLOAT16", "float64": "FLOAT64", "int8": "INT8", "uint8": "UINT8",
    "int16": "INT16", "int32": "INT32", "int64": "INT64", "bool": "BOOL",
}  # fmt: skip


@dataclass
class SubgraphBuilder:
    """One subgraph. Tensors are numbered in the order they are added; -1 stands for an absent optional input."""

    model: "ModelBuilder"
    graph: Any

    @property
    def inputs(self) -> list[int]:
        return list(self.graph.inputs)

    @inputs.setter
    def inputs(self, tensors: Sequence[int]) -> None:
        self.graph.inputs = list(tensors)

    @property
    def outputs(self) -> list[int]:
        return list(self.graph.outputs)

    @outputs.setter
    def outputs(self, tensors: Sequence[int]) -> None:
        self.graph.outputs = list(tensors)

    def tensor(
        self,
        name: str,
        shape: Shape,
        dtype: str = "FLOAT32",
        *,
        buffer: int = 0,
        signature: Shape | None = None,
        variable: bool = False,
        scales: Sequence[float] | None = None,
        zero_points: Sequence[int] | None = None,
        axis: int = 0,
    ) -> int:
        """Index of a new tensor. `signature` is the shape with -1 for dynamic dimensions, where there are any."""
        quantization = None
        if scales is not None:
            quantization = tfl.QuantizationParametersT(
                scale=[*scales], zeroPoint=[*(zero_points or [0] * len(scales))], quantizedDimension=axis
            )
        self.graph.tensors.append(
            tfl.TensorT(
                shape=[*shape],
                type=getattr(tfl.TensorType, dtype),
                buffer=buffer,
                name=name,
                quantization=quantization,
                isVariable=variable,
                shapeSignature=None if signature is None else [*signature],
                hasRank=True,
            )
        )
        return len(self.graph.tensors) - 1

    def input(self, name: str, shape: Shape, dtype: str = "FLOAT32", **more: Any) -> int:
        """A new tensor that is an input of the subgraph."""
        index = self.tensor(name, shape, dtype, **more)
        self.inputs = [*self.inputs, index]
        return index

    def constant(self, name: str, values: Array, **more: Any) -> int:
        """A new tensor with these values, in a buffer of its own."""
        return self.tensor(name, values.shape, DTYPES[values.dtype.name], buffer=self.model.buffer(values), **more)

    def operator(
        self,
        kind: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        options: Any = None,
        version: int = 1,
        *,
        intermediates: Sequence[int] | None = None,
        custom: bytes | None = None,
    ) -> int:
        """Index of a new operator. `kind` is the schema's name or "CUSTOM:code", `options` one of its ...OptionsT."""
        made = tfl.OperatorT(
            opcodeIndex=self.model.operator_code(kind, version),
            inputs=[*inputs],
            outputs=[*outputs],
            intermediates=None if intermediates is None else [*intermediates],
            customOptions=None if custom is None else np.frombuffer(custom, np.uint8),
        )
        if options is not None:
            name = type(options).__name__.removesuffix("T")
            if hasattr(tfl.BuiltinOptions, name):
                made.builtinOptionsType, made.builtinOptions = getattr(tfl.BuiltinOptions, name), options
            else:
                made.builtinOptions2Type, made.builtinOptions2 = getattr(tfl.BuiltinOptions2, name), options
        self.graph.operators.append(made)
        return len(self.graph.operators) - 1


@dataclass
class ModelBuilder:
    """A model under construction. Buffer 0 is the empty one, as every converter writes it."""

    model: Any = field(
        default_factory=lambda: tfl.ModelT(
            version=3,
            operatorCodes=[],
            subgraphs=[],
            description="made by a test",
            buffers=[tfl.BufferT()],
        )
    )

    def subgraph(self, name: str = "main") -> SubgraphBuilder:
        graph = tfl.SubGraphT(tensors=[], inputs=[], outputs=[], operators=[], name=name)
        self.model.subgraphs.append(graph)
        return SubgraphBuilder(self, graph)

    def buffer(self, values: Array | bytes) -> int:
        """Index of a new buffer that holds these values."""
        data = np.frombuffer(values if isinstance(values, bytes) else values.tobytes(), np.uint8)
        self.model.buffers.append(tfl.BufferT(data=data))
        return len(self.model.buffers) - 1

    def operator_code(self, kind: str, version: int = 1) -> int:
        """Index of the operator code, added where there is none yet."""
        kind, _, custom = kind.partition(":")
        code = getattr(tfl.BuiltinOperator, kind)
        for index, known in enumerate(self.model.operatorCodes):
            if (known.builtinCode, known.version, known.customCode or "") == (code, version, custom):
                return index
        self.model.operatorCodes.append(
            tfl.OperatorCodeT(
                deprecatedBuiltinCode=min(code, 127), builtinCode=code, version=version, customCode=custom or None
            )
        )
        return len(self.model.operatorCodes) - 1

    def signature(self, key: str, inputs: Mapping[str, int], outputs: Mapping[str, int], subgraph: int = 0) -> None:
        """Adds a signature; `inputs` and `outputs` map its names to tensors of the subgraph."""
        maps = [
            [tfl.TensorMapT(name=name, tensorIndex=tensor) for name, tensor in names.items()]
            for names in (inputs, outputs)
        ]
        self.model.signatureDefs = [
            *(self.model.signatureDefs or []),
            tfl.SignatureDefT(inputs=maps[0], outputs=maps[1], signatureKey=key, subgraphIndex=subgraph),
        ]

    def metadata(self, name: str, data: bytes) -> int:
        """Adds a metadata entry; its buffer's index."""
        buffer = self.buffer(data)
        self.model.metadata = [*(self.model.metadata or []), tfl.MetadataT(name=name, buffer=buffer)]
        self.model.metadataBuffer = [*(self.model.metadataBuffer or []), buffer]
        return buffer

    def build(self, *, external: bool = False, unknown_fields: Collection[str] = ()) -> bytes:
        """The file; `external`: with buffers outside the flatbuffer; `unknown_fields`: what of `UNKNOWN` tables get."""
        return _externally(self.model, unknown_fields) if external else _pack(self.model, unknown_fields)


# One-operator models -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Input:
    """An input of a one-operator model; `signature` has -1 for dynamic dimensions."""

    shape: Shape
    dtype: str = "FLOAT32"
    signature: Shape | None = None


def one_operator(
    kind: str,
    operands: Sequence[Input | Array | None],
    results: Sequence[Shape],
    options: Any = None,
    version: int = 1,
    dtype: str = "FLOAT32",
    custom: bytes | None = None,
) -> ModelBuilder:
    """A model of one operator: inputs x0, x1... and constants w0, w1... (by place in `operands`), outputs y0, y1..."""
    model = ModelBuilder()
    graph = model.subgraph()
    inputs = []
    for at, operand in enumerate(operands):
        if operand is None:
            inputs.append(-1)
        elif isinstance(operand, Input):
            inputs.append(graph.input(f"x{at}", operand.shape, operand.dtype, signature=operand.signature))
        else:
            inputs.append(graph.constant(f"w{at}", operand))
    graph.outputs = [graph.tensor(f"y{at}", shape, dtype) for at, shape in enumerate(results)]
    graph.operator(kind, inputs, graph.outputs, options, version, custom=custom)
    return model


def fully_connected(weights: Array, rows: int = 1, bias: Array | None = None) -> ModelBuilder:
    """y = x @ weights.T; `weights` is (units, depth), x is (rows, depth)."""
    units, depth = weights.shape
    return one_operator(
        "FULLY_CONNECTED", [Input((rows, depth)), weights, bias], [(rows, units)], tfl.FullyConnectedOptionsT()
    )


def conv(weights: Array, size: int = 8, bias: Array | None = None) -> ModelBuilder:
    """CONV_2D with stride 1 and SAME padding; `weights` is (filters, height, width, channels)."""
    filters, _, _, depth = weights.shape
    bias = np.zeros(filters, np.float32) if bias is None else bias
    options = tfl.Conv2DOptionsT(padding=tfl.Padding.SAME, strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1)
    return one_operator("CONV_2D", [Input((1, size, size, depth)), weights, bias], [(1, size, size, filters)], options)


def depthwise_conv(weights: Array, size: int = 8, bias: Array | None = None) -> ModelBuilder:
    """DEPTHWISE_CONV_2D with stride 1, SAME padding and multiplier 1; `weights` is (1, height, width, channels)."""
    depth = weights.shape[-1]
    bias = np.zeros(depth, np.float32) if bias is None else bias
    options = tfl.DepthwiseConv2DOptionsT(
        padding=tfl.Padding.SAME, strideW=1, strideH=1, depthMultiplier=1, dilationWFactor=1, dilationHFactor=1
    )
    return one_operator(
        "DEPTHWISE_CONV_2D", [Input((1, size, size, depth)), weights, bias], [(1, size, size, depth)], options
    )


# Packing -------------------------------------------------------------------------------------------------------------

UNKNOWN: Mapping[str, Any] = {
    "byte": 0xA5, "short": 0xA55A, "word": 0x0BADF00D, "long": 0x0123456789ABCDEF, "string": "fields of tomorrow",
    "table": 0x5EED, "vector": (1, 22, 333, 4444), "tables": (11, 12, 13),
}  # fmt: skip
"""What each unknown field holds, in the order of their slots, which follow the last one that the schema knows."""


class _Builder(flatbuffers.Builder):  # type: ignore[misc]
    """Aligns buffers as converters do and, on request, gives every table fields of `UNKNOWN`."""

    def __init__(self, unknown_fields: Collection[str]) -> None:
        super().__init__(1024)
        self.unknown_fields = unknown_fields
        self.slots = 0
        self.objects: dict[str, int] = {}

    def CreateNumpyVector(self, x: Array) -> int:
        if x.dtype == np.uint8:
            self.Prep(16, x.nbytes)
        place: int = super().CreateNumpyVector(x)
        return place

    def StartObject(self, numfields: int) -> None:
        self.slots = numfields
        # What the fields refer to must stand before the table is begun.
        self.objects = {name: make(self) for name, make in _OBJECTS.items() if name in self.unknown_fields}
        super().StartObject(numfields + (len(UNKNOWN) if self.unknown_fields else 0))

    def table(self, value: int) -> int:
        super().StartObject(1)
        self.PrependUint32Slot(0, value, 0)
        place: int = super().EndObject()
        return place

    def tables(self, values: Sequence[int]) -> int:
        places = [self.table(value) for value in values]
        self.StartVector(4, len(places), 4)
        for place in reversed(places):
            self.PrependUOffsetTRelative(place)
        vector: int = self.EndVector()
        return vector

    def EndObject(self) -> int:
        prepend = {
            "byte": self.PrependUint8Slot,
            "short": self.PrependUint16Slot,
            "word": self.PrependUint32Slot,
            "long": self.PrependUint64Slot,
        }
        for slot, name in enumerate(UNKNOWN, self.slots):
            if name in self.objects:
                self.PrependUOffsetTRelativeSlot(slot, self.objects[name], 0)
            elif name in self.unknown_fields:
                prepend[name](slot, UNKNOWN[name], 0)
        place: int = super().EndObject()
        return place


_OBJECTS: Mapping[str, Callable[[_Builder], int]] = {
    "string": lambda builder: builder.CreateString(UNKNOWN["string"]),
    "table": lambda builder: builder.table(UNKNOWN["table"]),
    "vector": lambda builder: builder.CreateNumpyVector(np.array(UNKNOWN["vector"], "<i4")),
    "tables": lambda builder: builder.tables(UNKNOWN["tables"]),
}


def _pack(model: Any, unknown_fields: Collection[str]) -> bytes:
    builder = _Builder(unknown_fields)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _externally(model: Any, unknown_fields: Collection[str]) -> bytes:
    """Packed twice: the first time shows how long the flatbuffer is, and so where the buffers' data will lie."""
    inline = model.buffers
    datas = [b"" if buffer.data is None else buffer.data.tobytes() for buffer in inline]
    starts, length = [], 0
    for data in datas:
        starts.append(length)
        length += len(data) + -len(data) % 16
    try:
        front = 1 << 20
        for _ in range(2):
            model.buffers = [
                tfl.BufferT(offset=front + start, size=len(data)) if data else tfl.BufferT()
                for start, data in zip(starts, datas, strict=True)
            ]
            content = _pack(model, unknown_fields)
            front = len(content) + -len(content) % 16
    finally:
        model.buffers = inline
    return content.ljust(front, b"\0") + b"".join(data + b"\0" * (-len(data) % 16) for data in datas)
