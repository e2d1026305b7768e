"""Reading a .tflite file: mapped, checked, never copied."""

import mmap
import os
import stat
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from quantscope.errors import ModelReadError, ModelUnsupportedError
from quantscope.model.flatbuffer import FlatBuffer, Positions, Ranges, Tables, broken
from quantscope.model.graph import Buffer, Model, Operator, OperatorCode, Quantization, Signature, Subgraph, Tensor
from quantscope.model.schema import IDENTIFIER, VERSION, Schema, schema
from quantscope.model.unknown import follow_unknown

MAX_RANK: Final = 16
T = TypeVar("T")


def read(path: str | os.PathLike[str]) -> Model:
    """The model in the file at `path`.

    Raises ModelReadError if the file can't be opened or isn't an intact TFLite model, ModelUnsupportedError if its
    weights lie in other files or it is beyond all bounds.
    """
    name = os.fspath(path)
    mapping = _map(name)
    return _Reader(FlatBuffer(np.frombuffer(mapping, np.uint8)), schema()).model(name, mapping)


def _map(path: str) -> mmap.mmap:
    try:
        if stat.S_ISFIFO(os.stat(path).st_mode):  # opening one waits for somebody to write
            raise ModelReadError(f"'{path}' is a pipe, not a .tflite file.", "Save the model to a file first.")
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < 8:
                raise ModelReadError(f"'{path}' is not a TensorFlow Lite model: it holds only {size} bytes.")
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError as error:
        raise ModelReadError(f"There is no file '{path}'.", "Check the path.") from error
    except IsADirectoryError as error:
        raise ModelReadError(
            f"'{path}' is a folder, not a .tflite file.", "Choose the .tflite file inside it."
        ) from error
    except PermissionError as error:
        if os.path.isdir(path):  # what Windows says of a folder
            raise ModelReadError(f"'{path}' is a folder, not a .tflite file.") from error
        raise ModelReadError(f"'{path}' may not be read by you.", "Change the file's permissions.") from error
    except (OSError, ValueError) as error:
        raise ModelReadError(f"'{path}' can't be read: {getattr(error, 'strerror', None) or error}.") from error


@dataclass(frozen=True, slots=True)
class _Codes:
    """Columns of the operator codes."""

    codes: tuple[OperatorCode, ...]
    types: list[str]
    versions: list[int]


class _Reader:
    """Reads one file; its methods check what they read and hand on values."""

    def __init__(self, file: FlatBuffer, tflite: Schema) -> None:
        self.file = file
        self.schema = tflite

    def model(self, path: str, mapping: mmap.mmap) -> Model:
        data = self.file.data
        if data[4:8].tobytes() != IDENTIFIER:
            raise ModelReadError(f"'{path}' is not a TensorFlow Lite model.", "Open a .tflite file.")
        root = self.file.tables(self.file.offsets(np.zeros(1, np.int64), "the model"), "model")
        fields = self.schema.table("Model")
        root.follow(fields)
        version = int(root.scalars(fields["Version"])[0])
        if version != VERSION:
            raise ModelReadError(
                f"'{path}' has schema version {version}; only version {VERSION} is known.",
                "Convert the model again with a current converter.",
            )
        if root.targets(fields["ExternalBufferGroups"])[0] if "ExternalBufferGroups" in fields else False:
            raise ModelUnsupportedError(f"'{path}' keeps its weights in other files, which Quantscope can't read yet.")
        buffers = self._buffers(self._list(root, "Buffers", "buffer"))
        codes = self._operator_codes(self._list(root, "OperatorCodes", "operator code"))
        subgraphs = self._subgraphs(self._list(root, "Subgraphs", "subgraph"), codes, buffers)
        if not subgraphs:
            raise ModelReadError(f"'{path}' holds no subgraph.")
        signatures = self._signatures(self._list(root, "SignatureDefs", "signature"), subgraphs)
        metadata = self._metadata(self._list(root, "Metadata", "metadata entry"), len(buffers))
        metadata_buffers = self._metadata_buffers(root, len(buffers))
        if self.file.unknown:
            follow_unknown(self.file, self._known(buffers))
        return Model(
            path=path,
            mapping=mapping,
            data=data,
            position=int(root.positions[0]),
            subgraphs=subgraphs,
            buffers=buffers,
            operator_codes=codes.codes,
            signatures=signatures,
            metadata=metadata,
            metadata_buffers=metadata_buffers,
            references=tuple(self.file.references),
            parts=self.file.parts,
            description=root.strings(fields["Description"])[0],
        )

    def _known(self, buffers: tuple[Buffer, ...]) -> Ranges:
        """Where everything is that the schema knows: what was read, what is referred to, and the weights."""
        starts = np.array([buffer.start for buffer in buffers], np.int64)
        sizes = np.array([buffer.size for buffer in buffers], np.int64)
        referred = [Ranges(each.targets, each.targets + 4) for each in self.file.references]
        return Ranges.of([self.file.parts.ranges, *referred, Ranges(starts, starts + sizes)])

    def _list(self, root: Tables, field: str, what: str) -> Tables:
        return self.file.table_vector(int(root.targets(root_field(self.schema, field))[0]), what)

    def _buffers(self, tables: Tables) -> tuple[Buffer, ...]:
        fields = self.schema.table("Buffer")
        tables.follow(fields)
        inline = tables.vectors(fields["Data"], 1)
        offsets = tables.scalars(fields["Offset"])
        sizes = tables.scalars(fields["Size"])
        # Offset and size 1 are the writers' placeholder for "no data"; both are 64-bit, so compare before adding.
        external = (offsets > 1) & (inline.counts == 0)
        limit = np.uint64(self.file.data.size)
        if np.any(external & ((offsets > limit) | (sizes > limit))) or np.any(
            offsets[external] + sizes[external] > limit
        ):
            raise broken("a buffer lies outside the file")
        starts = np.where(external, offsets.astype(np.int64), inline.starts)
        lengths = np.where(external, sizes.astype(np.int64), inline.counts)
        lengths[:1] = 0  # the runtime takes number 0 for "no data", whatever that buffer holds
        columns = (tables.positions, starts, lengths, external)
        return tuple(
            Buffer(index, *row) for index, row in enumerate(zip(*(column.tolist() for column in columns), strict=True))
        )

    def _operator_codes(self, tables: Tables) -> _Codes:
        fields = self.schema.table("OperatorCode")
        tables.follow(fields)
        # Files older than 2020 know only the 8-bit field; newer ones fill both.
        builtin = np.maximum(tables.scalars(fields["BuiltinCode"]), tables.scalars(fields["DeprecatedBuiltinCode"]))
        versions = tables.scalars(fields["Version"]).tolist()
        names = tables.strings(fields["CustomCode"])
        custom = self.schema.operator_codes["CUSTOM"]
        types = [
            f"CUSTOM:{name}" if code == custom else self.schema.operator_names.get(code, f"UNKNOWN:{code}")
            for code, name in zip(builtin.tolist(), names, strict=True)
        ]
        codes = tuple(
            OperatorCode(position, kind, version)
            for position, kind, version in zip(tables.positions.tolist(), types, versions, strict=True)
        )
        return _Codes(codes, types, versions)

    def _subgraphs(self, tables: Tables, codes: _Codes, buffers: tuple[Buffer, ...]) -> tuple[Subgraph, ...]:
        fields = self.schema.table("SubGraph")
        tables.follow(fields)
        names = tables.strings(fields["Name"])
        inputs = tables.lists(fields["Inputs"], "<i4")
        outputs = tables.lists(fields["Outputs"], "<i4")
        tensor_lists = tables.targets(fields["Tensors"])
        present = tensor_lists[tensor_lists > 0]
        if len(set(present.tolist())) < present.size:
            raise broken("two subgraphs share their list of tensors")
        # All subgraphs at once: a hostile file can have a great many of them.
        tensor_tables, tensor_counts = self.file.table_vectors(tensor_lists, "tensor")
        operator_tables, operator_counts = self.file.table_vectors(tables.targets(fields["Operators"]), "operator")
        tensors = split(self._tensors(tensor_tables, numbered(tensor_counts), buffers), tensor_counts)
        limits = tensor_counts.repeat(operator_counts).tolist()
        operators = split(self._operators(operator_tables, numbered(operator_counts), codes, limits), operator_counts)
        subgraphs = []
        for index, position in enumerate(tables.positions.tolist()):
            for tensor in tensors[index]:
                if tensor.quantization and not -1 <= tensor.quantization.block_scales < len(tensors[index]):
                    raise broken(f"tensor '{tensor.name}' has scales in a tensor that doesn't exist")
            for io in (inputs[index], outputs[index]):
                if io and not 0 <= min(io) <= max(io) < len(tensors[index]):
                    raise broken(f"subgraph {index} names an input or output it doesn't have")
            subgraphs.append(
                Subgraph(
                    index=index,
                    position=position,
                    name=names[index],
                    tensors=tensors[index],
                    operators=operators[index],
                    inputs=tuple(inputs[index]),
                    outputs=tuple(outputs[index]),
                )
            )
        return tuple(subgraphs)

    def _tensors(self, tables: Tables, numbers: list[int], buffers: tuple[Buffer, ...]) -> list[Tensor]:
        fields = self.schema.table("Tensor")
        shapes = tables.lists(fields["Shape"], "<i4")
        signatures = tables.lists(fields["ShapeSignature"], "<i4")
        types = tables.scalars(fields["Type"]).tolist()
        buffer_indices = tables.scalars(fields["Buffer"]).astype(np.int64)
        if "ExternalBuffer" in fields and tables.scalars(fields["ExternalBuffer"]).any():
            raise ModelUnsupportedError("The model keeps weights in other files, which Quantscope can't read yet.")
        if np.any(buffer_indices >= len(buffers)):
            raise broken("a tensor names a buffer that doesn't exist")
        tables.follow(fields)
        sparsities = tables.targets(fields["Sparsity"])
        self._sparsities(sparsities)
        self._variants(tables.targets(fields["VariantTensors"]))
        columns = zip(
            numbers,
            tables.positions.tolist(),
            tables.strings(fields["Name"]),
            shapes,
            signatures,
            types,
            buffer_indices.tolist(),
            (tables.scalars(fields["IsVariable"]) != 0).tolist(),
            self._quantizations(tables.targets(fields["Quantization"])),
            (sparsities > 0).tolist(),
            strict=True,
        )
        result = []
        for index, position, name, shape, signature, kind, buffer, variable, quantization, sparse in columns:
            if kind not in self.schema.data_types:
                raise ModelUnsupportedError(
                    f"Tensor '{name}' has data type {kind}, which the installed runtime doesn't know.",
                    "Update ai-edge-litert.",
                )
            if len(shape) > MAX_RANK or min(shape, default=0) < 0:
                raise broken(f"tensor '{name}' has an impossible shape")
            if signature and len(signature) != len(shape):
                raise broken(f"tensor '{name}' has two shapes of different rank")
            # A constant has the shape it has, whatever else it may claim.
            signs = shape if buffers[buffer].size else signature or shape
            dynamic = tuple(-1 if sign == -1 else size for size, sign in zip(shape, signs, strict=True))
            dtype = self.schema.data_types[kind]
            tensor = Tensor(index, position, name, dynamic, dtype, buffer, variable, quantization, sparse)
            self._check_size(tensor, kind, shape, buffers[buffer])
            result.append(tensor)
        return result

    def _check_size(self, tensor: Tensor, kind: int, shape: list[int], buffer: Buffer) -> None:
        bits = self.schema.bits(kind)
        if buffer.size == 0 or tensor.sparse or not bits:
            return
        elements = 1
        for size in shape:
            elements *= size
        if buffer.size != (elements * bits + 7) // 8:
            raise broken(f"tensor '{tensor.name}' of shape {shape} has {buffer.size} bytes of values")
        quantization = tensor.quantization
        if quantization and quantization.per_channel:
            axis = quantization.axis
            if not 0 <= axis < len(shape) or shape[axis] != len(quantization.scales):
                raise broken(f"tensor '{tensor.name}' has scales that don't fit its shape")

    def _quantizations(self, positions: Positions) -> list[Quantization | None]:
        tables = self.file.tables(positions, "quantization")
        fields = self.schema.table("QuantizationParameters")
        scales = tables.lists(fields["Scale"], "<f4")
        zero_points = tables.lists(fields["ZeroPoint"], "<i8")
        if any(scale and len(scale) != len(zero) for scale, zero in zip(scales, zero_points, strict=True)):
            raise broken("a tensor doesn't have as many zero points as scales")  # the runtime refuses it too
        tables.follow(fields)
        blocks, block_scales = self._blocks(tables.targets(fields["Details"]), tables.scalars(fields["DetailsType"]))
        axes = tables.scalars(fields["QuantizedDimension"]).tolist()
        return [
            Quantization(tuple(scale), tuple(zero), axis, block, at) if scale or block else None
            for scale, zero, axis, block, at in zip(scales, zero_points, axes, blocks, block_scales, strict=True)
        ]

    def _blocks(self, details: Positions, kinds: npt.NDArray[Any]) -> tuple[list[int], list[int]]:
        """For each quantization its size of blocks (0: none) and the tensor that holds their scales."""
        if not details.any():
            return [0] * details.size, [-1] * details.size
        blockwise = (details > 0) & (kinds == self.schema.details_codes.get("BlockwiseQuantization", -1))
        self.file.tables(details[~blockwise], "quantization detail").follow({})
        tables = self.file.tables(details[blockwise], "blockwise quantization")
        fields = self.schema.table("BlockwiseQuantization")
        tables.follow(fields)
        sizes, scales = np.zeros(details.size, np.int64), np.full(details.size, -1, np.int64)
        if np.any(blockwise):
            sizes[blockwise], scales[blockwise] = tables.scalars(fields["BlockSize"]), tables.scalars(fields["Scales"])
        if np.any(sizes[blockwise] <= 0):
            raise broken("a tensor has blocks of no size")
        return sizes.tolist(), scales.tolist()

    def _operators(self, tables: Tables, numbers: list[int], codes: _Codes, limits: list[int]) -> list[Operator]:
        """`limits` is the number of tensors that each operator's subgraph has."""
        fields = self.schema.table("Operator")
        opcodes = tables.scalars(fields["OpcodeIndex"]).astype(np.int64)
        if np.any(opcodes >= len(codes.types)):
            raise broken("an operator names an operator code that doesn't exist")
        inputs = tables.lists(fields["Inputs"], "<i4")
        outputs = tables.lists(fields["Outputs"], "<i4")
        intermediates = tables.lists(fields["Intermediates"], "<i4")
        for lists in (inputs, outputs, intermediates):
            for indices, limit in zip(lists, limits, strict=True):
                if indices and not -1 <= min(indices) <= max(indices) < limit:
                    raise broken("an operator names a tensor that doesn't exist")
        tables.follow(fields)
        if np.any(tables.scalars(fields["LargeCustomOptionsOffset"]) > 1):  # 1 is the writers' placeholder for "none"
            raise ModelUnsupportedError("The model keeps options of operators outside the flatbuffer.")
        options = tables.targets(fields["BuiltinOptions"])
        option_types = tables.scalars(fields["BuiltinOptionsType"])
        self._options(options, option_types, self.schema.options_names)
        options2_types = tables.scalars(fields["BuiltinOptions2Type"])
        self._options(tables.targets(fields["BuiltinOptions2"]), options2_types, self.schema.options2_names)
        columns = zip(
            numbers,
            tables.positions.tolist(),
            opcodes.tolist(),
            inputs,
            outputs,
            intermediates,
            option_types.tolist(),
            options.tolist(),
            strict=True,
        )
        return [
            Operator(
                index=index,
                position=position,
                type=codes.types[opcode],
                version=codes.versions[opcode],
                opcode=opcode,
                inputs=tuple(reads),
                outputs=tuple(writes),
                intermediates=tuple(keeps),
                options_type=self.schema.options_names.get(kind, f"UNKNOWN:{kind}"),
                options=at,
            )
            for index, position, opcode, reads, writes, keeps, kind, at in columns
        ]

    def _options(self, positions: Positions, types: npt.NDArray[Any], names: dict[int, str]) -> None:
        """Checks the options tables and follows their references, those of types the schema doesn't know included."""
        present = positions > 0
        tables, kinds = self.file.tables(positions[present], "options"), types[present]
        for kind in set(kinds.tolist()):
            tables.where(kinds == kind).follow(self.schema.table(names[kind]) if kind in names else {})

    def _variants(self, lists: Positions) -> None:
        """Checks the variant types of tensors and follows their references."""
        if lists.any():
            variants = self.file.tables(self.file.listed(lists, "variant types"), "variant type")
            variants.follow(self.schema.table("VariantSubType"))

    def _sparsities(self, positions: Positions) -> None:
        """Checks sparsity parameters and follows their references."""
        if not positions.any():
            return
        tables = self.file.tables(positions[positions > 0], "sparsity")
        fields = self.schema.table("SparsityParameters")
        tables.follow(fields)
        listed = self.file.listed(tables.targets(fields["DimMetadata"]), "sparse dimensions")
        dimensions = self.file.tables(listed, "sparse dimension")
        fields = self.schema.table("DimensionMetadata")
        for name in ("ArraySegments", "ArrayIndices"):
            self.file.tables(dimensions.targets(fields[name]), "sparse indices").follow(
                self.schema.table("Int32Vector")
            )

    def _signatures(self, tables: Tables, subgraphs: tuple[Subgraph, ...]) -> tuple[Signature, ...]:
        fields = self.schema.table("SignatureDef")
        tables.follow(fields)
        keys = tables.strings(fields["SignatureKey"])
        indices = tables.scalars(fields["SubgraphIndex"]).tolist()
        result = []
        maps = self._tensor_maps(np.concatenate([tables.targets(fields[name]) for name in ("Inputs", "Outputs")]))
        for key, index, reads, writes in zip(keys, indices, maps[: len(tables)], maps[len(tables) :], strict=True):
            if index >= len(subgraphs):
                raise broken(f"signature '{key}' names a subgraph that doesn't exist")
            if any(tensor >= len(subgraphs[index].tensors) for tensor in (*reads.values(), *writes.values())):
                raise broken(f"signature '{key}' names a tensor that doesn't exist")
            result.append(Signature(key, index, reads, writes))
        return tuple(result)

    def _tensor_maps(self, positions: Positions) -> list[dict[str, int]]:
        tables, counts = self.file.table_vectors(positions, "signature entry")
        fields = self.schema.table("TensorMap")
        tables.follow(fields)
        indices: list[int] = tables.scalars(fields["TensorIndex"]).tolist()
        names = tables.strings(fields["Name"])
        return [dict(entries) for entries in split(list(zip(names, indices, strict=True)), counts)]

    def _metadata(self, tables: Tables, buffers: int) -> dict[str, int]:
        fields = self.schema.table("Metadata")
        tables.follow(fields)
        indices = tables.scalars(fields["Buffer"]).tolist()
        if indices and max(indices) >= buffers:
            raise broken("a metadata entry names a buffer that doesn't exist")
        return dict(zip(tables.strings(fields["Name"]), indices, strict=True))

    def _metadata_buffers(self, root: Tables, buffers: int) -> frozenset[int]:
        listed = root.lists(root_field(self.schema, "MetadataBuffer"), "<i4")[0]
        if listed and not 0 <= min(listed) <= max(listed) < buffers:
            raise broken("the list of metadata buffers names one that doesn't exist")
        return frozenset(listed)


def split(items: list[T], counts: Positions) -> list[tuple[T, ...]]:
    """`items` cut into rows of `counts` each."""
    return [
        tuple(items[end - count : end]) for end, count in zip(counts.cumsum().tolist(), counts.tolist(), strict=True)
    ]


def numbered(counts: Positions) -> list[int]:
    """0, 1, 2... within each row of `counts`."""
    return [number for count in counts.tolist() for number in range(count)]


def root_field(tflite: Schema, name: str) -> Any:
    """A field of the schema's root table."""
    return tflite.table("Model")[name]
