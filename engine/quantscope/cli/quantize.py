"""`quantscope quantize`: writes the quantized model."""

import argparse
import os

from rich.markup import escape

from quantscope import api
from quantscope.cli.choices import add_calibration_options, add_plan_options
from quantscope.cli.inspect import print_summary
from quantscope.cli.output import TerminalProgress, add_json, console, print_json, size
from quantscope.quantize.presets import find_recipe

HELP = "write the quantized model, checked by running it once"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("model", metavar="MODEL", help="a float .tflite file")
    parser.add_argument("-o", "--output", metavar="OUT", help="the file to write (default: MODEL.RECIPE.tflite)")
    add_plan_options(parser)
    add_calibration_options(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plans, applies, prints."""
    recipe = find_recipe(arguments.recipe)
    output = (
        arguments.output
        if arguments.output is not None
        else f"{os.path.splitext(arguments.model)[0]}.{recipe.name}.tflite"
    )
    with TerminalProgress() as progress:
        document = api.quantize_file(
            arguments.model,
            output,
            recipe,
            arguments.target,
            progress,
            arguments.calibration,
            arguments.calibration_samples,
        )
    if arguments.json:
        print_json(document)
    else:
        out = console()
        print_summary(document.plan, out)
        out.print(
            f"\nWrote [bold]{escape(document.output.path)}[/]: {size(document.output.bytes)},"
            f" [bold]{document.ratio:.1%}[/] of the source, in {document.seconds:.1f} s. It loads and runs.",
            soft_wrap=True,
        )
    return 0
