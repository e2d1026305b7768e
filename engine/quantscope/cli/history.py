"""`quantscope history`: what was ever measured."""

import argparse
import os
from typing import Literal

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quantscope.cli.live import duration
from quantscope.cli.output import add_json, console, print_json, size
from quantscope.documents.history import Entry, History, HistoryComparison
from quantscope.history import use
from quantscope.history.limit import parse_limit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "words", metavar="WORD", nargs="*", help="only runs whose model, recipe or device has all words"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--compare", type=int, nargs=2, metavar=("BASELINE", "RUN"), help="compare two runs by number")
    what.add_argument("--export", metavar="FILE", help="write the runs listed to a .csv or .json file")
    what.add_argument("--delete", type=int, nargs="+", metavar="RUN", help="forget runs by number")
    what.add_argument("--keep", metavar="SIZE", help="keep at most so much (500MB, 2GB); beyond it the oldest runs go")
    what.add_argument("--baseline", type=int, metavar="RUN", help="hold others to this run; 0 for none")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Does what was asked and prints."""
    if arguments.compare:
        compared = use.compare(*arguments.compare)
        if arguments.json:
            print_json(compared)
        else:
            _print_comparison(compared, console())
        return 0
    found = use.change(
        arguments.delete or (),
        arguments.baseline or None,
        clear_baseline=arguments.baseline == 0,
        most_bytes=parse_limit(arguments.keep).bytes if arguments.keep else None,
    )
    shown = msgspec.structs.replace(found, entries=_matching(found.entries, arguments.words))
    if arguments.export:
        exported = use.export([entry.id for entry in shown.entries], arguments.export)
        if arguments.json:
            print_json(exported)
        else:
            console().print(f"{exported.count} runs written to {escape(exported.path)}", soft_wrap=True)
    elif arguments.json:
        print_json(shown)
    else:
        _print(shown, console())
    return 0


def _matching(entries: tuple[Entry, ...], words: list[str]) -> tuple[Entry, ...]:
    def text(entry: Entry) -> str:
        return f"{entry.model.path} {entry.recipe or ''} {entry.device_id} {entry.device_name}".lower()

    return tuple(entry for entry in entries if all(word.lower() in text(entry) for word in words))


def _print(history: History, out: Console) -> None:
    if history.notice is not None:
        out.print(f"[yellow]![/] {escape(history.notice.text)}")
    table = Table(box=None)
    for heading, least in (
        ("number", 6), ("when (UTC)", 16), ("model", 12), ("recipe", 6), ("device", 8), ("settings", 12), ("median", 7),
        ("p10 – p90", 17), ("baseline", 8),
    ):  # fmt: skip
        justify: Literal["left", "right"] = "right" if heading in ("number", "median") else "left"
        table.add_column(heading, no_wrap=True, min_width=least, justify=justify)
    for entry in history.entries:
        table.add_row(
            str(entry.id),
            entry.started[:16].replace("T", " "),
            escape(os.path.basename(entry.model.path)),
            escape(entry.recipe or ""),
            escape(entry.device_name),
            f"{entry.threads} thr {entry.delegate} {entry.cores}",
            duration(entry.median),
            f"{duration(entry.p10)} – {duration(entry.p90)}" if entry.median is not None else entry.ending,
            "baseline" if entry.baseline else f"{entry.against_baseline:.2f}x" if entry.against_baseline else "",
        )
    out.print(table if history.entries else "Nothing has been measured yet.")
    out.print(f"[dim]All measurements take {size(history.bytes)} of the {size(history.most_bytes)} they may.[/]")


def _print_comparison(found: HistoryComparison, out: Console) -> None:
    for word, run in (("baseline", found.baseline), ("run", found.run)):
        median = run.latency_us.median if run.latency_us else None
        out.print(
            f"{word:9} {escape(run.model.path)}  [bold]{duration(median)}[/]  {escape(run.device.name)}", soft_wrap=True
        )
    low, high = found.ci95
    out.print(
        f"The run is [bold]{found.speedup:.2f}x[/] as fast as the baseline [dim](95 % CI {low:.2f} – {high:.2f})[/]"
    )
    for change in found.changes:
        out.print(f"  {escape(change.text)}")
    for caveat in found.caveats:
        out.print(f"[yellow]![/] {escape(caveat.text)}")
