"""`quantscope sensitivity`: what keeping the worst operators in float would gain, measured one after the other, then
the others together."""

import argparse
from typing import Final

from rich.markup import escape
from rich.table import Table

from quantscope import api
from quantscope.cli.choices import add_calibration_options, add_plan_options
from quantscope.cli.data import add_data_options, positive
from quantscope.cli.output import TerminalProgress, add_json, console, counted, print_json, size, styled
from quantscope.progress import part
from quantscope.quantize.presets import find_recipe
from quantscope.sensitivity import DEFAULT_WORST

CALIBRATION_SHARE: Final = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("model", metavar="MODEL", help="a float .tflite file")
    add_plan_options(parser)
    add_calibration_options(parser)
    add_data_options(parser)
    parser.add_argument(
        "--worst",
        type=positive,
        default=DEFAULT_WORST,
        metavar="N",
        help="how many operators to try, those with the largest own errors (default: %(default)s)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measures and prints."""
    model, recipe = api.load(arguments.model), find_recipe(arguments.recipe)
    with TerminalProgress() as progress:
        calibration = None
        if recipe.needs_calibration or (recipe.reads_calibration and arguments.calibration is not None):
            stage = part(progress, 0.0, CALIBRATION_SHARE)
            calibration = api.calibrate(model, arguments.calibration, arguments.calibration_samples, stage)
        plan = api.plan(model, recipe, arguments.target, calibration)
        rest = part(progress, CALIBRATION_SHARE, 1.0) if calibration else progress
        document = api.sensitivity(plan, arguments.data, arguments.samples, arguments.worst, rest)
    if arguments.json:
        print_json(document)
        return 0
    out = console()
    several = len(plan.model.subgraphs) > 1
    table = Table(box=None)
    table.add_column("kept in float", no_wrap=True)
    table.add_column("instead of", no_wrap=True)
    for heading in ("own SQNR dB", "model's SQNR dB", "gain dB", "larger by", "dB per kB"):
        table.add_column(heading, justify="right")
    for each in document.operators:
        place = f"{each.subgraph}:{each.index}" if several else f"{each.index}"
        larger = max(each.extra_bytes, 0)
        table.add_row(
            escape(f"{each.type} #{place}"),
            styled(each.precision),
            f"{each.own_sqnr_db:.1f}",
            "identical" if each.identical else _number(each.sqnr_db, ".1f"),
            _number(each.gain_db, "+.1f"),
            size(larger),
            _number(each.gain_db * 1000 / larger if each.gain_db is not None and larger else None, ".3g"),
        )
    if document.rest is not None:
        others = document.rest
        table.add_row(
            f"[dim]{'the other one' if others.operators == 1 else f'the {others.operators} others together'}[/]",
            "",
            "",
            "identical" if others.identical else _number(others.sqnr_db, ".1f"),
            _number(others.gain_db, "+.1f"),
            size(max(others.extra_bytes, 0)),
            "",
        )
    now = "without error" if document.sqnr_db is None else f"{document.sqnr_db:.1f} dB"
    out.print(f"As {escape(document.recipe)} has it: {now}, {size(document.bytes)}")
    if document.operators:
        out.print(table)
    tried = len(document.operators)
    which = "all that make an error" if document.rest is None else "those with the largest errors of their own"
    out.print(f"[dim]{tried} of {document.candidates} operators tried one by one, {which}[/]")
    out.print(f"[dim]{counted(document.samples, 'sample')}, {escape(document.inputs)}[/]")
    return 0


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
