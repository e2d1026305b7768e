"""`quantscope convert`: a float .tflite from a SavedModel, Keras, ONNX or PyTorch model, checked against its source."""

import argparse
import os

from rich.console import Console
from rich.markup import escape

from quantscope.cli.output import TerminalProgress, add_json, console, print_json, size
from quantscope.convert.process import Limits
from quantscope.convert.sources import Wishes, convert, describe, needs_converting
from quantscope.documents.convert import Conversion, Source
from quantscope.errors import UsageError
from quantscope.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("source", metavar="SOURCE", help="a model file, a SavedModel folder, or an archive of one")
    parser.add_argument("-o", "--output", metavar="OUT", help="the file to write (default: SOURCE.tflite)")
    parser.add_argument("--describe", action="store_true", help="only say what SOURCE is; nothing is converted")
    add_source_options(parser)
    add_json(parser)


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen about a source, wherever one is given."""
    group = parser.add_argument_group("for sources that are not .tflite")
    group.add_argument("--signature", action="append", default=[], metavar="NAME", help="convert this signature")
    group.add_argument(
        "--shape", action="append", default=[], metavar="NAME=1,224,224,3", help="fix the shape of an input"
    )
    group.add_argument("--entry", metavar="NAME", help="which model of a bundle")
    group.add_argument("--allow-code", action="store_true", help="run code that came with this file (Lambda, pickle)")
    group.add_argument("--allow-select-ops", action="store_true", help="keep TensorFlow operators (needs Flex)")
    group.add_argument("--timeout", type=float, default=3600.0, metavar="S", help="stop the converter after S seconds")
    group.add_argument("--memory", type=float, metavar="GB", help="stop the converter if it takes more")


def wishes(arguments: argparse.Namespace) -> Wishes:
    """The user's choices. Raises UsageError for a shape that is none."""
    return Wishes(
        signatures=tuple(arguments.signature),
        shapes=dict(map(_shape, arguments.shape)),
        entry=arguments.entry,
        allow_code=arguments.allow_code,
        allow_select_ops=arguments.allow_select_ops,
    )


def limits(arguments: argparse.Namespace) -> Limits:
    """What the conversion may take."""
    return Limits(arguments.timeout, int(arguments.memory * 1e9) if arguments.memory else None)


def float_model(arguments: argparse.Namespace, progress: Progress) -> tuple[str, Conversion | None]:
    """The .tflite to quantize: the model itself, or what is made of another source, beside the output to come.

    A path that can't be recognised is left to the reader of models, which says what is wrong with it.
    """
    path = arguments.model.rstrip("/" + os.sep)
    if not needs_converting(path):
        return arguments.model, None
    output = f"{os.path.splitext(arguments.output or path)[0]}.float.tflite"
    conversion = convert(path, output, wishes(arguments), limits(arguments), progress)
    return conversion.output.path, conversion


def _shape(text: str) -> tuple[str, tuple[int, ...]]:
    name, _, sizes = text.rpartition("=")
    try:
        shape = tuple(int(size) for size in sizes.replace("x", ",").split(","))
    except ValueError:
        shape = ()
    if not name or not shape or min(shape) < 1:
        raise UsageError(f"'{text}' is not the shape of an input.", "Write it like --shape image=1,224,224,3.")
    return name, shape


def run(arguments: argparse.Namespace) -> int:
    """Describes, or converts and prints."""
    out = console()
    if arguments.describe:
        source = describe(arguments.source)
        if arguments.json:
            print_json(source)
        else:
            print_source(source, out)
        return 0
    path = arguments.source.rstrip("/" + os.sep)
    output = arguments.output if arguments.output is not None else f"{os.path.splitext(path)[0]}.tflite"
    with TerminalProgress() as progress:
        document = convert(arguments.source, output, wishes(arguments), limits(arguments), progress)
    if arguments.json:
        print_json(document)
    else:
        print_conversion(document, out)
    return 0


def print_source(source: Source, out: Console) -> None:
    """What was recognised."""
    out.print(f"[bold]{escape(source.path)}[/]: {source.title}{', packed' if source.archived else ''}", soft_wrap=True)
    for signature in source.signatures:
        out.print(f"  signature [bold]{escape(signature.name)}[/]")
        for word, arguments in (("in", signature.inputs), ("out", signature.outputs)):
            for one in arguments:
                shape = "?" if one.shape is None else "x".join("?" if size < 0 else str(size) for size in one.shape)
                known = shape if one.dtype == "unknown" else f"{one.dtype} {shape}"
                out.print(f"    {word:3} {escape(one.name)}  [dim]{known}[/]")
    for entry in source.entries:
        out.print(f"  holds {escape(entry.name)}  [dim]{size(entry.bytes)}[/]")
    if source.foreign_operators:
        out.print(f"  custom operators: {escape(', '.join(source.foreign_operators))}")
    if source.runs_code:
        out.print(f"  [yellow]runs code[/]: {escape(source.runs_code)}")
    if source.converter is not None:
        state = "installed" if source.converter.installed else "not installed"
        out.print(f"  converter {source.converter.title} [dim]({state})[/]")


def print_conversion(document: Conversion, out: Console) -> None:
    """What was written, and how well it agrees."""
    for check in document.checks:
        figure = check.note or (
            "identical" if not check.max_abs else f"max abs {check.max_abs:.2g}, SQNR {check.sqnr_db or 0:.0f} dB"
        )
        mark = "[green]agrees[/]" if check.agrees else "[bold red]DIFFERS[/]"
        out.print(f"  {mark}  {escape(check.output)}: {escape(figure)}")
    for warning in document.warnings:
        out.print(f"  [yellow]note[/]  {escape(warning)}")
    if document.agrees is False:
        out.print("[bold red]The converted model does not compute what its source computes. Don't ship it.[/]")
    with_ = ", ".join(f"{name} {version}" for name, version in document.versions.items())
    out.print(
        f"Wrote [bold]{escape(document.output.path)}[/]: {size(document.output.bytes)}, in {document.seconds:.1f} s"
        + (f" [dim]({with_})[/]" if with_ else ""),
        soft_wrap=True,
    )
