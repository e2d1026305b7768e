"""`quantscope quantize`: writes the quantized model."""

import argparse
import os

from rich.markup import escape

from quantscope import api
from quantscope.cli.choices import add_calibration_options, add_interface, add_plan_options, asked_recipe
from quantscope.cli.convert import add_source_options, float_model, print_conversion
from quantscope.cli.inspect import print_summary
from quantscope.cli.output import TerminalProgress, add_json, console, print_json, size
from quantscope.progress import part


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("model", metavar="MODEL", help="a float .tflite file, or any source that 'convert' takes")
    parser.add_argument("-o", "--output", metavar="OUT", help="the file to write (default: MODEL.RECIPE.tflite)")
    add_plan_options(parser)
    add_interface(parser)
    add_calibration_options(parser)
    add_source_options(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plans, applies, prints."""
    recipe = asked_recipe(arguments)
    with TerminalProgress() as progress:
        model, conversion = float_model(arguments, part(progress, 0.0, 0.6))
        output = arguments.output
        if output is None:
            output = f"{os.path.splitext(model)[0]}.{recipe.name}.tflite"
        document = api.quantize_file(
            model,
            output,
            recipe,
            arguments.target,
            part(progress, 0.6, 1.0) if conversion else progress,
            arguments.calibration,
            arguments.calibration_samples,
        )
    if arguments.json:
        print_json(document)
    else:
        out = console()
        if conversion is not None:
            print_conversion(conversion, out)
        print_summary(document.plan, out)
        out.print(
            f"\nWrote [bold]{escape(document.output.path)}[/]: {size(document.output.bytes)},"
            f" [bold]{document.ratio:.1%}[/] of the source, in {document.seconds:.1f} s. It loads and runs.",
            soft_wrap=True,
        )
    return 0
