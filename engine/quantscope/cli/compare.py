"""`quantscope compare`: how far the quantized model's outputs are from the float one's, and which operators did it."""

import argparse
from collections import Counter
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from quantscope import api, documents
from quantscope.cli.choices import place
from quantscope.cli.data import add_data_options, add_metric_options, metric, positive
from quantscope.cli.details import print_tensor
from quantscope.cli.output import TerminalProgress, add_json, console, counted, print_json, shortened
from quantscope.evaluate.compare import OPERATOR_SAMPLES

WORST: Final = 8
MOST_NOTES: Final = 5
# Characters that a name gets at least, and that the figures beside it take.
NAME_ROOM: Final = 16
FIGURES_ROOM: Final = 56
# What kernels in float differ by, because they add in another order.
FLOAT_NOISE_DB: Final = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("float", metavar="FLOAT", help="the float .tflite file")
    parser.add_argument("quantized", metavar="QUANTIZED", help="the quantized .tflite file")
    add_data_options(parser)
    add_metric_options(parser)
    parser.add_argument(
        "--operator-samples",
        type=positive,
        default=OPERATOR_SAMPLES,
        metavar="N",
        help="on how many of the samples to look at each operator (default: %(default)s)",
    )
    parser.add_argument(
        "--signature",
        metavar="KEY",
        help="run the models by this signature (default: by all that there are inputs for)",
    )
    parser.add_argument(
        "--outputs-only", action="store_true", help="don't look at each operator, which takes several times as long"
    )
    parser.add_argument(
        "--tensor",
        type=place,
        metavar="[SUBGRAPH:]N",
        help="show only how the values of one tensor are spread in both models, an operator's output of FLOAT",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compares and prints."""
    if arguments.tensor is not None:
        return _run_tensor(arguments)
    with TerminalProgress() as progress:
        document = api.compare(
            arguments.float,
            arguments.quantized,
            arguments.data,
            arguments.samples,
            progress,
            operators=not arguments.outputs_only,
            labels=arguments.labels,
            metric=metric(arguments),
            operator_samples=arguments.operator_samples,
            signature=arguments.signature,
        )
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
            escape(shortened(output.label, max(NAME_ROOM, out.width - FIGURES_ROOM))),
            "identical" if output.identical else _number(output.sqnr_db, ".1f"),
            _number(output.max_abs, ".3g"),
            _number(output.cosine, ".6f"),
            _number(output.top1_agreement, ".1%"),
        )
    out.print(table)
    if document.metrics:
        _print_metrics(document, out)
    if document.operators:
        _print_operators(document, out)
    out.print(f"[dim]{counted(document.samples, 'sample')}, {escape(document.inputs)}[/]")
    return 0


def _run_tensor(arguments: argparse.Namespace) -> int:
    subgraph, tensor = arguments.tensor
    with TerminalProgress() as progress:
        found = api.compare_tensor(
            arguments.float, arguments.quantized, tensor, subgraph, arguments.data, arguments.samples, progress
        )
    if arguments.json:
        print_json(found)
    else:
        print_tensor(found, console())
    return 0


def _print_metrics(document: documents.Comparison, out: Console) -> None:
    table = Table(box=None)
    table.add_column("metric", no_wrap=True)
    for heading in ("float", "quantized", "difference"):
        table.add_column(heading, justify="right")
    for each in document.metrics:
        difference = each.quantized_value - each.float_value
        table.add_row(escape(each.name), f"{each.float_value:.4g}", f"{each.quantized_value:.4g}", f"{difference:+.4g}")
    out.print()
    out.print(table)


def _print_operators(document: documents.Comparison, out: Console) -> None:
    """The operators with the largest errors of their own."""
    several = any(operator.subgraph for operator in document.operators)
    table = Table(box=None)
    table.add_column("operator", no_wrap=True)
    for heading in ("own SQNR dB", "own max |error|", "accumulated SQNR dB"):
        table.add_column(heading, justify="right")
    worst = sorted(
        (operator.own.sqnr_db, place, operator.own)
        for place, operator in enumerate(document.operators)
        if operator.own and operator.own.sqnr_db is not None and operator.own.sqnr_db < FLOAT_NOISE_DB
    )
    for sqnr_db, at, own in worst[:WORST]:
        operator = document.operators[at]
        place = f"{operator.subgraph}:{operator.index}" if several else f"{operator.index}"
        table.add_row(
            escape(f"{operator.type} #{place}"),
            _number(sqnr_db, ".1f"),
            _number(own.max_abs, ".3g"),
            "identical" if operator.identical else _number(operator.sqnr_db, ".1f"),
        )
    out.print()
    if worst:
        out.print(table)
    notes = Counter(operator.note for operator in document.operators if operator.note is not None)
    measured = len(document.operators) - notes.total()
    out.print(
        f"[dim]{measured} of {len(document.operators)} operators measured on "
        f"{counted(document.operator_samples, 'sample')}, alignment {document.alignment}; --json gives all[/]"
    )
    for note, count in notes.most_common(MOST_NOTES):
        out.print(Padding(f"[dim]{count} not: {escape(note)}[/]", (0, 0, 0, 2)))


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
