"""The documents of `quantscope convert` and `quantscope converters`: what a source is, what became of it, and the
converters there are."""

from typing import Final

from quantscope.documents import Document, File

SOURCE: Final = "quantscope.source/1"
CONVERT: Final = "quantscope.convert/1"
CONVERTERS: Final = "quantscope.converters/1"


class Argument(Document, frozen=True, kw_only=True):
    """An input or output of a source. -1 in `shape` is a size left open; None: the file doesn't say."""

    name: str
    dtype: str
    shape: tuple[int, ...] | None


class Signature(Document, frozen=True, kw_only=True):
    """One way to call the source."""

    name: str
    inputs: tuple[Argument, ...]
    outputs: tuple[Argument, ...]


class Converter(Document, frozen=True, kw_only=True):
    """A converter. `installed_bytes` is the room it takes (measured on Linux where it isn't installed here), `packages`
    what pip is asked for, `folder` where its environment is, None where it isn't installed; `problem` why it doesn't
    work, if it was checked."""

    id: str
    title: str
    kinds: tuple[str, ...]
    installed: bool
    installed_bytes: int
    packages: tuple[str, ...]
    folder: str | None
    problem: str | None = None


class Converters(Document, frozen=True, kw_only=True):
    """`quantscope converters`: the converters there are, in a folder of Quantscope's own."""

    schema: str = CONVERTERS
    folder: str
    converters: tuple[Converter, ...]


class Entry(Document, frozen=True, kw_only=True):
    """A .tflite model in a bundle."""

    name: str
    bytes: int


class Source(Document, frozen=True, kw_only=True):
    """What a file or folder was recognised as.

    `kind` is a stable string, `title` its name; `converter` None where nothing has to be converted. `entries` are the
    models in a bundle. `runs_code` is a sentence if loading the source would run code that came with it.
    """

    schema: str = SOURCE
    path: str
    kind: str
    title: str
    archived: bool
    converter: Converter | None
    signatures: tuple[Signature, ...]
    entries: tuple[Entry, ...] = ()
    foreign_operators: tuple[str, ...] = ()
    runs_code: str | None = None


class Check(Document, frozen=True, kw_only=True):
    """How far one output of the converted model is from its source's on the same seeded inputs.

    `sqnr_db` is None where the two are identical or there is no figure; `note` says why there is none. `agrees` is
    False for a difference that rounding in float32 doesn't explain.
    """

    signature: str
    output: str
    max_abs: float | None
    sqnr_db: float | None
    note: str | None
    agrees: bool


class Conversion(Document, frozen=True, kw_only=True):
    """`quantscope convert`: the float model that was written, and how well it agrees with its source."""

    schema: str = CONVERT
    source: Source
    output: File
    checks: tuple[Check, ...]
    agrees: bool | None
    warnings: tuple[str, ...]
    versions: dict[str, str]
    seconds: float
