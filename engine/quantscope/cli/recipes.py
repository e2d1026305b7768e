"""`quantscope recipes`: what can be asked for."""

import argparse
import sys

from rich.table import Table

from quantscope import api
from quantscope.cli.output import add_json, console, print_json
from quantscope.errors import UsageError
from quantscope.quantize.litert_recipe import write_litert
from quantscope.quantize.presets import find_recipe, to_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="print this recipe, or that of a .json file (litert-quantizer's too), as JSON, ready to be changed",
    )
    parser.add_argument(
        "--export",
        choices=["litert-quantizer"],
        metavar="TOOL",
        help="print NAME as TOOL has it: litert-quantizer",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prints the list, or one recipe."""
    if arguments.export and not arguments.name:
        raise UsageError("--export needs the name or file of a recipe.", "See 'quantscope recipes' for the names.")
    if arguments.name:
        write = write_litert if arguments.export else to_json
        sys.stdout.write(write(find_recipe(arguments.name)).decode())
        return 0
    catalogue = api.catalogue()
    if arguments.json:
        print_json(catalogue)
        return 0
    out = console()
    for title, choices in (("recipe", catalogue.recipes), ("target", catalogue.targets)):
        table = Table(box=None)
        table.add_column(title, no_wrap=True, style="bold")
        table.add_column("")
        for choice in choices:
            table.add_row(choice.id, choice.description)
        out.print(table)
    return 0
