"""`quantscope compare`: how far the quantized model's outputs are from the float one's."""

import argparse

from rich.markup import escape
from rich.table import Table

from quantscope import api
from quantscope.cli.output import TerminalProgress, add_json, console, print_json
from quantscope.evaluate.compare import DEFAULT_SAMPLES

HELP = "run a float and a quantized model on the same inputs and show how far their outputs are apart"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("float", metavar="FLOAT", help="the float .tflite file")
    parser.add_argument("quantized", metavar="QUANTIZED", help="the quantized .tflite file")
    parser.add_argument(
        "--data", metavar="FILE.npz", help="inputs: arrays named after the model's inputs, samples first"
    )
    parser.add_argument(
        "--samples",
        type=_positive,
        metavar="N",
        help=f"how many samples (default: all of --data, or {DEFAULT_SAMPLES} generated ones)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compares and prints."""
    with TerminalProgress() as progress:
        document = api.compare(arguments.float, arguments.quantized, arguments.data, arguments.samples, progress)
    if arguments.json:
        print_json(document)
        return 0
    out = console()
    table = Table(box=None)
    table.add_column("output", no_wrap=True)
    for heading in ("SQNR dB", "max |error|", "cosine", "top-1 agreement"):
        table.add_column(heading, justify="right")
    for output in document.outputs:
        table.add_row(
            escape(output.name),
            "identical" if output.identical else _number(output.sqnr_db, ".1f"),
            _number(output.max_abs, ".3g"),
            _number(output.cosine, ".6f"),
            _number(output.top1_agreement, ".1%"),
        )
    out.print(table)
    out.print(f"[dim]{document.samples} samples, {escape(document.inputs)}[/]")
    return 0


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a number from 1 up")
    return int(text)
