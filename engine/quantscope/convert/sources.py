"""From any source to a float .tflite: what it is (`describe`), and turning it into one (`convert`)."""

import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from quantscope.convert import bundles, environment, wire
from quantscope.convert.adapters import ADAPTERS, Adapter, adapter_for, runner_for
from quantscope.convert.archives import unpack
from quantscope.convert.contents import Argument, Contents, read_contents
from quantscope.convert.environment import Environment
from quantscope.convert.failures import runs_code
from quantscope.convert.folders import converters_folder
from quantscope.convert.kinds import BUNDLES, KINDS, Kind
from quantscope.convert.process import Limits, run
from quantscope.convert.recognise import Recognised, recognise
from quantscope.documents import convert as forms
from quantscope.errors import ConverterMissingError, SourceError, UsageError
from quantscope.files import describe as describe_file
from quantscope.files import refuse_overwriting
from quantscope.progress import Progress, part, silent
from quantscope.temporary import replacing

# float32 carries 24 bits; sums over long vectors lose some of them. Below this the two compute different things.
AGREEING_DB: Final = 40.0
AGREEING_ABS: Final = 1e-4
DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user chose: `signatures` (empty: the serving one), fixed `shapes` by input name, the model of a bundle,
    and what is allowed."""

    signatures: tuple[str, ...] = ()
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    entry: str | None = None
    allow_code: bool = False
    allow_select_ops: bool = False
    seed: int = 0


def needs_converting(path: str | os.PathLike[str]) -> bool:
    """True for a source that is no .tflite model, False for one that is, or for what is no model at all."""
    try:
        return recognise(path).kind is not Kind.TFLITE
    except SourceError:
        return False


def describe(path: str | os.PathLike[str]) -> forms.Source:
    """What the file or folder at `path` is. Nothing in it is run.

    Raises SourceError if it can't be read, is damaged, or is no model of a kind that Quantscope knows.
    """
    found = recognise(path)
    if not found.archived:
        return _described(found, read_contents(found.path, found.kind))
    with tempfile.TemporaryDirectory(prefix="quantscope-source-") as folder:
        return _described(found, read_contents(unpack(found, folder), found.kind))


def convert(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    wishes: Wishes = Wishes(),
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> forms.Conversion:
    """Writes the float .tflite of the source at `path` to `output`, or leaves `output` as it was.

    Raises SourceError, SourceRunsCodeError where that isn't allowed, ConverterMissingError, ConversionError with the
    converter's log as detail, UsageError, OutputError, CancelledError; in every case nothing else is left behind.
    """
    started = time.perf_counter()
    found = recognise(path)
    if os.path.isdir(found.path):
        _refuse_inside(found.path, output)
    else:
        refuse_overwriting(found.path, output)
    if found.kind is Kind.TFLITE:
        raise UsageError(f"'{found.path}' is a .tflite model already.", "Quantize it as it is.")
    if found.kind in BUNDLES:
        return _extracted(found, output, wishes, started)
    adapter = adapter_for(found.kind)
    assert adapter is not None
    installed = environment.find(adapter)
    if installed is None:
        raise ConverterMissingError(
            f"{adapter.title}, the converter for this {KINDS[found.kind].title}, is not installed.",
            f"Install it with 'quantscope converters --install {adapter.id}'"
            f" ({adapter.installed_bytes / 1e9:.1f} GB, apart from your own Python).",
        )
    with tempfile.TemporaryDirectory(prefix="quantscope-convert-", ignore_cleanup_errors=True) as work:
        source = unpack(found, tempfile.mkdtemp(dir=work)) if found.archived else found.path
        contents = read_contents(source, found.kind)
        if contents.runs_code and not wishes.allow_code:
            raise runs_code(f"'{os.path.basename(found.path)}' is refused: {contents.runs_code}.")
        made = os.path.join(work, "converted.tflite")
        request = _request(found, source, made, work, wishes)
        outcome = run(installed, runner_for(adapter, found.kind), request, limits, part(progress, 0.0, 0.97))
        progress(0.98, "Writing the model")
        with replacing(output) as temporary:
            shutil.copyfile(made, temporary)
    checks = tuple(_checked(check) for check in outcome.checks)
    progress(1.0, "Done")
    return forms.Conversion(
        source=_described(found, contents),
        output=describe_file(output),
        checks=checks,
        agrees=all(check.agrees for check in checks) if checks else None,
        warnings=outcome.warnings,
        versions=outcome.versions,
        seconds=time.perf_counter() - started,
    )


def list_converters(check: bool = False, progress: Progress = silent) -> forms.Converters:
    """The converters there are. With `check` each installed one is tried, which takes seconds."""
    listed = []
    for number, adapter in enumerate(ADAPTERS.values()):
        progress(number / len(ADAPTERS), f"Trying {adapter.title}")
        described = converter_document(adapter)
        problem = environment.check(adapter) if check and described.installed else None
        listed.append(msgspec.structs.replace(described, problem=problem))
    return forms.Converters(folder=str(converters_folder()), converters=tuple(listed))


def converter_document(adapter: Adapter) -> forms.Converter:
    """One converter as a document."""
    installed: Environment | None = environment.find(adapter)
    return forms.Converter(
        id=adapter.id,
        title=adapter.title,
        kinds=tuple(sorted(adapter.kinds)),
        installed=installed is not None,
        installed_bytes=installed.bytes if installed is not None else adapter.installed_bytes,
        packages=adapter.packages,
        folder=str(installed.folder) if installed else None,
    )


def _described(found: Recognised, contents: Contents) -> forms.Source:
    adapter = adapter_for(found.kind)
    models = bundles.entries(found) if found.kind in BUNDLES else ()
    return forms.Source(
        path=found.path,
        kind=found.kind.value,
        title=KINDS[found.kind].title,
        archived=found.archived,
        converter=converter_document(adapter) if adapter else None,
        signatures=tuple(
            forms.Signature(
                name=signature.name,
                inputs=tuple(_argument(one) for one in signature.inputs),
                outputs=tuple(_argument(one) for one in signature.outputs),
            )
            for signature in contents.signatures
        ),
        entries=tuple(forms.Entry(name=entry.name, bytes=entry.bytes) for entry in models),
        foreign_operators=contents.foreign,
        runs_code=contents.runs_code,
    )


def _argument(argument: Argument) -> forms.Argument:
    return forms.Argument(name=argument.name, dtype=argument.dtype, shape=argument.shape)


def _request(found: Recognised, source: str, made: str, work: str, wishes: Wishes) -> wire.Request:
    return wire.Request(
        kind=found.kind.value,
        source=source,
        output=made,
        work=work,
        signatures=wishes.signatures,
        shapes=dict(wishes.shapes),
        allow_code=wishes.allow_code,
        allow_select_ops=wishes.allow_select_ops,
        seed=wishes.seed,
    )


def _checked(check: wire.Check) -> forms.Check:
    close = check.max_abs is not None and check.max_abs <= AGREEING_ABS
    alike = check.sqnr_db is not None and check.sqnr_db >= AGREEING_DB
    same = check.sqnr_db is None and check.max_abs is None and check.note is None
    return forms.Check(
        signature=check.signature,
        output=check.output,
        max_abs=check.max_abs,
        sqnr_db=check.sqnr_db,
        note=check.note,
        agrees=close or alike or same,
    )


def _extracted(found: Recognised, output: str | os.PathLike[str], wishes: Wishes, started: float) -> forms.Conversion:
    models = bundles.entries(found)
    if wishes.entry is None and len(models) > 1:
        names = ", ".join(entry.name for entry in models)
        raise UsageError(f"'{found.path}' holds {len(models)} models: {names}.", "Choose one (--entry NAME).")
    bundles.extract(found, wishes.entry or models[0].name, os.fspath(output))
    return forms.Conversion(
        source=_described(found, Contents()),
        output=describe_file(output),
        checks=(),
        agrees=None,
        warnings=(),
        versions={},
        seconds=time.perf_counter() - started,
    )


def _refuse_inside(folder: str, output: str | os.PathLike[str]) -> None:
    inside = os.path.commonpath([os.path.realpath(folder), os.path.realpath(output)]) == os.path.realpath(folder)
    if inside:
        raise UsageError("The output lies in the source's own folder, which is never changed.", "Give another place.")
    if os.path.isdir(output):
        raise UsageError(f"The output '{os.fspath(output)}' is a folder.", "Give the name of a file.")
