"""`quantscope inspect`: every operator with its planned precision and the reason."""

import argparse
from collections import defaultdict

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from quantscope import api, documents
from quantscope.cli.choices import add_calibration_options, add_plan_options, place
from quantscope.cli.details import print_details
from quantscope.cli.output import TerminalProgress, add_json, console, print_json, size, styled
from quantscope.quantize.presets import find_recipe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("model", metavar="MODEL", help="a .tflite file")
    add_plan_options(parser)
    add_calibration_options(parser)
    parser.add_argument(
        "--operator",
        type=place,
        metavar="[SUBGRAPH:]N",
        help="show everything about one operator: attributes, scales, weights before and after",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plans and prints."""
    model, recipe = api.load(arguments.model), find_recipe(arguments.recipe)
    calibration = None
    if recipe.reads_calibration and arguments.calibration is not None:
        with TerminalProgress() as progress:
            calibration = api.calibrate(model, arguments.calibration, arguments.calibration_samples, progress)
    plan = api.plan(model, recipe, arguments.target, calibration)
    if arguments.operator is not None:
        subgraph, operator = arguments.operator
        details = api.details(plan, operator, subgraph)
        if arguments.json:
            print_json(details)
        else:
            print_details(details, console())
        return 0
    document = api.inspect(plan)
    if arguments.json:
        print_json(document)
    else:
        out = console()
        _print_operators(document, out)
        _print_reasons(document, out)
        print_summary(document, out)
    return 0


def _print_operators(document: documents.Inspection, out: Console) -> None:
    for subgraph in document.subgraphs:
        table = Table(
            title=escape(subgraph.name) if len(document.subgraphs) > 1 else None, title_justify="left", box=None
        )
        # On a narrow terminal it is the shape and the code that give way; the reasons follow in full below.
        table.add_column("#", justify="right", style="dim", no_wrap=True, min_width=len(str(len(subgraph.operators))))
        table.add_column("operator", no_wrap=True, min_width=17)
        table.add_column("output", no_wrap=True)
        table.add_column("weights", justify="right", no_wrap=True, min_width=7)
        table.add_column("precision", no_wrap=True, min_width=16)
        table.add_column("reason", style="dim", no_wrap=True)
        for operator in subgraph.operators:
            first = operator.outputs[0] if operator.outputs else None
            table.add_row(
                str(operator.index),
                escape(operator.type),
                f"{first.dtype} {'x'.join(map(str, first.shape))}" if first else "",
                size(operator.weight_bytes) if operator.weight_bytes else "",
                styled(operator.precision),
                operator.reason.code,
            )
        out.print(table)


def _print_reasons(document: documents.Inspection, out: Console) -> None:
    """Each reason once, with how many operators have it; of sentences that differ only in numbers, the first."""
    groups: dict[tuple[str, str], list[documents.Reason]] = defaultdict(list)
    for subgraph in document.subgraphs:
        for operator in subgraph.operators:
            groups[operator.precision, operator.reason.code].append(operator.reason)
    out.print("\n[bold]Why[/]")
    for (precision, code), reasons in sorted(groups.items(), key=lambda group: -len(group[1])):
        first, differ = reasons[0], len({reason.text for reason in reasons}) > 1
        out.print(f"{len(reasons):5} × {styled(precision)} [dim]{code}[/]")
        out.print(Padding(("For instance: " if differ else "") + escape(first.text), (0, 0, 0, 8)))
        if first.remedy:
            out.print(Padding(f"[dim]→ {escape(first.remedy)}[/]", (0, 0, 0, 8)))


def _stored(end: documents.End) -> str:
    """How an input or output is stored, now and as planned."""
    numbers = [end.now] if end.now == end.planned else [end.now, end.planned]
    return " → ".join(map(_number, numbers))


def _number(number: documents.Number) -> str:
    if number.scale is None:
        return number.dtype
    return f"{number.dtype} [dim](scale {number.scale:.6g}, zero point {number.zero_point})[/]"


def print_summary(document: documents.Inspection, out: Console) -> None:
    """Size, operators in 8 bits, fallbacks, partitions."""
    summary = document.summary
    ratio = summary.planned_bytes / summary.bytes
    out.print(
        f"\n[bold]{escape(document.model.path)}[/]  [dim]{document.recipe} for {document.target}[/]", soft_wrap=True
    )
    out.print(f"  size        {size(summary.bytes)} → {size(summary.planned_bytes)} planned  [bold]{ratio:.0%}[/]")
    out.print(f"  8-bit       {summary.eight_bit} of {summary.operators} operators")
    out.print(f"  fallback    {summary.fallback} run in float although the recipe asked for less")
    if summary.partitions is not None:
        out.print(f"  partitions  {summary.partitions}")
    for end in document.ends:
        title = "output" if end.output else "input"
        out.print(
            f"  {title:12}{escape(end.name)} [dim]{'x'.join(map(str, end.shape))}[/] {_stored(end)}", soft_wrap=True
        )
    if document.calibration is not None and document.calibration.warning is not None:
        out.print(f"[bold yellow]{escape(document.calibration.warning)}[/]")
    for finding in document.findings:
        out.print(f"  [yellow]note[/]        {escape(finding.text)} [dim]{finding.code}[/]", soft_wrap=True)
