"""`quantscope recipes`: what can be asked for."""

import argparse
import sys

from rich.table import Table

from quantscope import api
from quantscope.cli.output import add_json, console, print_json
from quantscope.quantize.presets import find_recipe, to_json

HELP = "list the recipes and targets, or print one recipe as JSON"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="print this recipe as JSON, ready to be changed")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prints the list, or one recipe."""
    if arguments.name:
        sys.stdout.write(to_json(find_recipe(arguments.name)).decode())
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
