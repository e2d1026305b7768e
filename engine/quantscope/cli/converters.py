"""`quantscope converters`: lists, installs, removes and checks the converters for other sources."""

import argparse

from rich.table import Table

from quantscope.cli.output import TerminalProgress, add_json, console, print_json, size
from quantscope.convert import environment
from quantscope.convert.adapters import find_adapter
from quantscope.convert.sources import list_converters


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--install", metavar="NAME", help="install a converter, apart from your own Python")
    action.add_argument("--remove", metavar="NAME", help="delete an installed converter")
    action.add_argument("--check", action="store_true", help="try each installed converter")
    parser.add_argument("--wheels", metavar="FOLDER", help="install from the wheels in FOLDER, without network")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Does what is asked, then lists."""
    with TerminalProgress() as progress:
        if arguments.install:
            environment.install(find_adapter(arguments.install), progress, arguments.wheels)
        elif arguments.remove:
            environment.remove(find_adapter(arguments.remove))
        document = list_converters(arguments.check, progress)
    if arguments.json:
        print_json(document)
        return 0
    out = console()
    table = Table(box=None)
    for title in ("converter", "takes", "state", "size", "folder"):
        table.add_column(title, no_wrap=title in ("converter", "size"))
    for one in document.converters:
        state = "[green]installed[/]" if one.installed else "not installed"
        table.add_row(
            one.id,
            ", ".join(one.kinds),
            f"[red]{one.problem}[/]" if one.problem else state,
            ("" if one.installed else "about ") + size(one.installed_bytes),
            one.folder or "",
        )
    out.print(table)
    return 0
