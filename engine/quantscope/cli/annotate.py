"""`quantscope annotate`: a copy of the model for viewers such as Netron."""

import argparse
import os

from rich.markup import escape

from quantscope import api
from quantscope.cli.choices import add_calibration_options, add_plan_options
from quantscope.cli.output import TerminalProgress, add_json, console, print_json, size
from quantscope.quantize.presets import find_recipe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("model", metavar="MODEL", help="a .tflite file")
    parser.add_argument("-o", "--output", metavar="OUT", help="the file to write (default: MODEL.annotated.tflite)")
    add_plan_options(parser)
    add_calibration_options(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plans and writes the copy."""
    model, recipe = api.load(arguments.model), find_recipe(arguments.recipe)
    calibration = None
    if recipe.needs_calibration:
        with TerminalProgress() as progress:
            calibration = api.calibrate(model, arguments.calibration, arguments.calibration_samples, progress)
    output = arguments.output or f"{os.path.splitext(arguments.model)[0]}.annotated.tflite"
    written = api.annotate(api.plan(model, recipe, arguments.target, calibration), output)
    if arguments.json:
        print_json(written)
    else:
        console().print(
            f"Wrote [bold]{escape(written.path)}[/]: {size(written.bytes)}. The names of its tensors tell each"
            " operator's precision and why; it runs as the model itself.",
            soft_wrap=True,
        )
    return 0
