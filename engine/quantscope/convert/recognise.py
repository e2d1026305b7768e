"""What a file or folder is, told by its content: names and suffixes are nobody's promise."""

import mmap
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from quantscope.convert import protobuf
from quantscope.convert.kinds import Kind
from quantscope.errors import SourceError

HEAD: Final = 4096
# More members than that no model has; a list that long is refused before it eats memory.
MAX_MEMBERS: Final = 200_000
SAVED_MODEL_FILES: Final = ("saved_model.pb", "saved_model.pbtxt")
HDF5_MAGIC: Final = b"\x89HDF\r\n\x1a\n"
MLIR_MAGIC: Final = b"ML\xefR"
LITERT_LM_MAGIC: Final = b"LITERTLM"
TAR_HEADS: Final = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
PICKLE_HEADS: Final = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
ADVICE: Final = (
    "Give a .tflite, a SavedModel folder (or its .zip or .tar), .keras, .h5, a frozen .pb, .onnx, .pt2, a TorchScript"
    " .pt, StableHLO, or a .task or .litertlm bundle."
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was found: its kind, and whether it is packed into an archive (`member`: the model's folder in it)."""

    path: str
    kind: Kind
    archived: bool = False
    member: str = ""


def recognise(path: str | os.PathLike[str]) -> Recognised:
    """The kind of model at `path`. Raises SourceError if it can't be read or is none that Quantscope knows."""
    name = os.path.abspath(path)
    try:
        mode = os.stat(name).st_mode
        if stat.S_ISDIR(mode):
            return _folder(name)
        if not stat.S_ISREG(mode):
            raise SourceError(f"'{name}' is neither a file nor a folder.", ADVICE)
        return _file(name)
    except OSError as error:
        raise SourceError(f"'{name}' can't be read: {error.strerror or error}.", "Check the path.") from error


def _folder(name: str) -> Recognised:
    if any(os.path.isfile(os.path.join(name, file)) for file in SAVED_MODEL_FILES):
        return Recognised(name, Kind.SAVED_MODEL)
    with os.scandir(name) as entries:
        inside = sorted(
            entry.name
            for entry in entries
            if entry.is_dir() and any(os.path.isfile(os.path.join(entry.path, file)) for file in SAVED_MODEL_FILES)
        )
    if len(inside) == 1:
        return Recognised(os.path.join(name, inside[0]), Kind.SAVED_MODEL)
    if inside:
        raise SourceError(f"'{name}' holds {len(inside)} SavedModels: {', '.join(inside[:5])}.", "Give one of them.")
    raise SourceError(f"The folder '{name}' is not a SavedModel: it has no saved_model.pb.", ADVICE)


def _file(name: str) -> Recognised:
    with open(name, "rb") as file:
        head = file.read(HEAD)
    if not head:
        raise SourceError(f"'{name}' is empty.", ADVICE)
    for matches, find in CONTENTS:
        if matches(head) and (found := find(name)) is not None:
            return found
    raise SourceError(f"'{name}' is no model of a kind that Quantscope knows.", ADVICE)


def _is(kind: Kind) -> Callable[[str], Recognised | None]:
    return lambda name: Recognised(name, kind)


def _zip(name: str) -> Recognised | None:
    try:
        with zipfile.ZipFile(name) as archive:
            members = [member.filename for member in archive.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise SourceError(f"'{name}' is a damaged ZIP archive: {error}.", "Get the file again.") from error
    if len(members) > MAX_MEMBERS:
        raise SourceError(f"'{name}' is an archive of {len(members):,} files, too many for a model.")
    bare = {PurePosixPath(member).name for member in members}
    if {"config.json", "model.weights.h5"} <= set(members):
        return Recognised(name, Kind.KERAS)
    if "constants.pkl" in bare and any("code" in PurePosixPath(member).parts for member in members):
        return Recognised(name, Kind.TORCH_SCRIPT)
    if "serialized_exported_program.json" in bare or ("archive_format" in bare and "archive_version" in bare):
        return Recognised(name, Kind.TORCH_EXPORT)
    if (packed := _packed(name, members)) is not None:
        return packed
    if "data.pkl" in bare:
        return Recognised(name, Kind.TORCH_PICKLE)
    if any(member.endswith(".tflite") or "TF_LITE" in PurePosixPath(member).name for member in members):
        return Recognised(name, Kind.TASK)
    return None


def _tar(name: str) -> Recognised | None:
    members: list[str] = []
    try:
        with tarfile.open(name) as archive:
            for member in archive:
                members.append(member.name)
                if len(members) > MAX_MEMBERS:
                    raise SourceError(f"'{name}' is an archive of over {MAX_MEMBERS:,} files, too many for a model.")
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        if isinstance(error, tarfile.ReadError) and not members:
            return None
        raise SourceError(f"'{name}' is a damaged archive: {error}.", "Get the file again.") from error
    return _packed(name, members)


def _packed(name: str, members: Iterable[str]) -> Recognised | None:
    """A SavedModel somewhere in an archive: the one highest up."""
    folders = sorted(
        (str(PurePosixPath(member).parent) for member in members if PurePosixPath(member).name in SAVED_MODEL_FILES),
        key=lambda folder: (len(PurePosixPath(folder).parts), folder),
    )
    return Recognised(name, Kind.SAVED_MODEL, archived=True, member=folders[0]) if folders else None


def mapped(name: str) -> memoryview:
    """The bytes of a file that isn't empty, not read before they are looked at."""
    with open(name, "rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _protobuf(name: str) -> Recognised | None:
    """Told apart by their fields: onnx.proto ModelProto, saved_model.proto SavedModel, graph.proto GraphDef."""
    data = mapped(name)
    try:
        seen = {(field.number, field.wire) for field in protobuf.fields(data)}
        if {(1, protobuf.VARINT), (7, protobuf.BYTES)} <= seen:
            return Recognised(name, Kind.ONNX)
        if {(1, protobuf.VARINT), (2, protobuf.BYTES)} == seen:
            if os.path.basename(name) in SAVED_MODEL_FILES:
                return Recognised(os.path.dirname(name), Kind.SAVED_MODEL)
            raise SourceError(f"'{name}' is only the graph of a SavedModel.", "Give the whole SavedModel folder.")
        if (1, protobuf.BYTES) in seen and all(
            protobuf.text(node, 1) and protobuf.text(node, 2) for node in protobuf.messages(data, 1)
        ):
            return Recognised(name, Kind.GRAPH_DEF)
    except protobuf.NotProtobufError:
        pass
    return None


def _mlir_text(head: bytes) -> bool:
    return head.lstrip().startswith((b"module", b"#loc", b"//", b"func.func", b"#")) and b"\0" not in head


def _stable_hlo(name: str) -> Recognised | None:
    with open(name, "rb") as file:
        text = file.read(1 << 20)
    return Recognised(name, Kind.STABLE_HLO) if b"stablehlo." in text or b"vhlo." in text else None


# What a file begins with, and who looks closer. The first that says yes decides.
CONTENTS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[str], Recognised | None]], ...]] = (
    (lambda head: head[4:8] == b"TFL3", _is(Kind.TFLITE)),
    (lambda head: head.startswith(LITERT_LM_MAGIC), _is(Kind.LITERT_LM)),
    (lambda head: head.startswith(HDF5_MAGIC), _is(Kind.KERAS_HDF5)),
    (lambda head: head.startswith(MLIR_MAGIC), _is(Kind.STABLE_HLO)),
    (lambda head: head.startswith(b"PK\x03\x04"), _zip),
    (lambda head: head.startswith(TAR_HEADS) or head[257:262] == b"ustar", _tar),
    (lambda head: head.startswith(PICKLE_HEADS), _is(Kind.TORCH_PICKLE)),
    (_mlir_text, _stable_hlo),
    (lambda head: True, _protobuf),
)
