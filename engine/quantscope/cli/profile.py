"""`quantscope profile`: latency of models, measured in turns, live."""

import argparse
import math

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quantscope import api
from quantscope.cli.live import TerminalLive, duration, model_names, uncertain
from quantscope.cli.output import add_json, console, print_json, size
from quantscope.documents.profile import (
    CORES,
    DELEGATES,
    RANDOM,
    THIS_COMPUTER,
    ZEROS,
    Comparison,
    Notice,
    OperatorTime,
    Profile,
    Run,
    Settings,
)
from quantscope.errors import exit_code
from quantscope.history import use as history

GATE_MISSED = 1
OPERATORS_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    default = Settings()
    parser.add_argument(
        "models", metavar="MODEL", nargs="+", help="a .tflite file; the first is what others are held to"
    )
    parser.add_argument(
        "--on", action="append", metavar="DEVICE", help=f"{THIS_COMPUTER} (default) or an adb serial; may be repeated"
    )
    parser.add_argument("--threads", type=int, default=default.threads, metavar="N", help="default: %(default)s")
    parser.add_argument("--cores", choices=CORES, default=default.cores, help="default: %(default)s")
    parser.add_argument("--delegate", choices=DELEGATES, default=default.delegate, help="default: %(default)s")
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--seconds", type=_seconds, default=default.seconds, metavar="S", help="for each model (default: %(default)s)"
    )
    length.add_argument("--runs", type=int, metavar="N", help="for each model, instead of seconds")
    parser.add_argument(
        "--warm-up", type=float, default=default.warm_up_seconds, metavar="S", help="seconds, default: %(default)s"
    )
    parser.add_argument(
        "--inputs", default=RANDOM, metavar="I", help=f"{RANDOM} (default), {ZEROS}, or an .npz file's first sample"
    )
    parser.add_argument(
        "--cool-below", type=float, metavar="C", help="wait until the device is below C degrees Celsius"
    )
    parser.add_argument(
        "--cool-seconds", type=float, default=default.cool_seconds, metavar="S", help="at most, default: %(default)s"
    )
    parser.add_argument("--per-op", action="store_true", help="also time each operator, in runs of their own")
    parser.add_argument("--max-median-ms", type=float, metavar="X", help="exit with 1 if the last model is slower")
    parser.add_argument("--min-speedup", type=float, metavar="X", help="exit with 1 if the last model speeds up less")
    parser.add_argument("--no-history", action="store_true", help="don't keep the measurement in the history")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measures, prints, and judges."""
    settings = Settings(
        threads=arguments.threads,
        delegate=arguments.delegate,
        cores=arguments.cores,
        seconds=None if arguments.runs is not None else arguments.seconds,
        runs=arguments.runs,
        warm_up_seconds=arguments.warm_up,
        inputs=arguments.inputs,
        per_operator=arguments.per_op,
        cool_below=arguments.cool_below,
        cool_seconds=arguments.cool_seconds,
    )
    with TerminalLive(model_names(arguments.models)) as live:
        document = api.measure(arguments.models, arguments.on or [THIS_COMPUTER], settings, live)
    if not arguments.no_history:
        document = history.keep(document)
    if arguments.json:
        print_json(document)
    else:
        print_profile(document, console())
    missed = list(_missed(document, arguments.max_median_ms, arguments.min_speedup))
    for sentence in missed:
        Console(stderr=True, highlight=False).print(f"quantscope: {sentence}", markup=False, soft_wrap=True)
    if missed:
        return GATE_MISSED
    failed = [run.failure_code for run in document.runs if run.failure_code is not None]
    return exit_code(failed[0]) if failed else 0


def _missed(document: Profile, max_median_ms: float | None, min_speedup: float | None) -> list[str]:
    """What falls short, one sentence each; on every device it is the last model that is judged."""
    found = []
    models = list(dict.fromkeys(run.model.path for run in document.runs))
    last = [run for run in document.runs if run.model.path == models[-1]]
    for run in last if max_median_ms is not None else []:
        median = run.latency_us.median / 1000 if run.latency_us else math.inf
        if not median <= (max_median_ms or 0):
            found.append(f"The median on {run.device.id} is {median:.3g} ms, above {max_median_ms:g} ms.")
    if min_speedup is not None:
        judged = {each.run: each for each in document.comparisons}
        for run in last:
            comparison = judged.get(document.runs.index(run))
            if comparison is None:
                found.append(f"There is no speed-up to judge on {run.device.id}: two measured models are needed.")
            elif comparison.speedup < min_speedup:
                found.append(f"The speed-up on {run.device.id} is {comparison.speedup:.2f}, below {min_speedup:g}.")
    return found


def print_profile(document: Profile, out: Console) -> None:
    """Latencies, speed-ups, what became of time, operators, warnings."""
    names = dict(
        zip((run.model.path for run in document.runs), model_names([r.model.path for r in document.runs]), strict=True)
    )
    table = Table(box=None)
    table.add_column("model", no_wrap=True)
    table.add_column("device", no_wrap=True)
    for heading in ("median", "p10 – p90", "runs", "first", "init", "memory"):
        table.add_column(heading, justify="right", no_wrap=True)
    for run in document.runs:
        found = run.latency_us
        table.add_row(
            escape(names[run.model.path]),
            escape(run.device.name),
            f"[bold]{duration(found.median)}[/]" if found else "–",
            f"{duration(found.p10)} – {duration(found.p90)}" if found else "–",
            str(found.count) if found else "0",
            duration(run.first_us),
            duration(run.init_us),
            size(run.memory_bytes) if run.memory_bytes is not None else "–",
        )
    out.print(table)
    for comparison in document.comparisons:
        _print_comparison(document, comparison, names, out)
    for run in document.runs:
        if run.operators or run.per_operator_note:
            _print_operators(run, names[run.model.path], out)
    for run in document.runs:
        if run.energy is not None:
            low, high = run.energy.ci95
            out.print(
                f"{escape(names[run.model.path])}: [bold]{run.energy.mj:.3g} mJ[/] per inference "
                f"[dim](95 % CI {low:.3g} – {high:.3g}; {escape(run.energy.method)})[/]"
            )
    notes = {(run.device.name, run.energy_note) for run in document.runs if run.device.kind == "phone"}
    for device, note in sorted((device, note) for device, note in notes if note is not None):
        out.print(f"[dim]No energy on {escape(device)}: {escape(note)}[/]")
    told: set[tuple[str, str]] = set()
    for run in document.runs:
        if run.failure and (run.device.id, run.failure) not in told:
            told.add((run.device.id, run.failure))
            words = " ".join(filter(None, (run.failure, run.remedy)))
            out.print(f"[red]{escape(names[run.model.path])}: {escape(words)}[/]")
        for notice in run.warnings:
            out.print(f"[yellow]![/] {escape(names[run.model.path])}: {escape(notice.text)}{_when(notice)}")


def _when(notice: Notice) -> str:
    if notice.t is None:
        return ""
    return f" ({notice.t:.0f} – {notice.until:.0f} s)" if notice.until is not None else f" (at {notice.t:.0f} s)"


def _print_comparison(document: Profile, comparison: Comparison, names: dict[str, str], out: Console) -> None:
    baseline, run = document.runs[comparison.baseline], document.runs[comparison.run]
    low, high = comparison.ci95
    out.print(
        f"\n{escape(names[run.model.path])} is [bold]{comparison.speedup:.2f}x[/] as fast as "
        f"{escape(names[baseline.model.path])} [dim](95 % CI {low:.2f} – {high:.2f}, on {escape(run.device.name)})[/]"
    )
    for change in comparison.changes:
        out.print(f"  {escape(change.text)}")


def _print_operators(run: Run, name: str, out: Console) -> None:
    out.print(f"\n[bold]{escape(name)}[/] [dim]operator by operator[/]")
    if run.per_operator_note:
        out.print(f"  {escape(run.per_operator_note)}")
    if not run.operators:
        return
    table = Table(box=None)
    for heading, justify in (
        ("#", "right"),
        ("operator", "left"),
        ("time", "right"),
        ("share", "right"),
        ("how", "left"),
    ):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for each in sorted(run.operators, key=_time, reverse=True)[:OPERATORS_SHOWN]:
        share = f"{each.share:.1%}" if each.share is not None else "–"
        place = str(each.index) if each.subgraph == 0 else f"{each.subgraph}/{each.index}"
        table.add_row(
            place,
            escape(each.type),
            uncertain(each.us, each.error_us),
            share,
            escape(" + ".join(each.kernels)) or each.attribution,
        )
    out.print(table)
    hidden = len(run.operators) - OPERATORS_SHOWN
    if hidden > 0:
        out.print(
            f"  [dim]and {hidden} more, {duration(sum(map(_time, sorted(run.operators, key=_time)[:hidden])))}[/]"
        )
    parts = [f"sum of operators {duration(run.operators_us)}"]
    if run.unprofiled_us and run.operators_us is not None:
        parts[0] += f" ({run.operators_us / run.unprofiled_us:.1%} of the unprofiled median)"
    for words, us in (("the call itself", run.call_us), ("not attributed", run.unattributed_us)):
        if us:
            parts.append(f"{words} {duration(us)}")
    if run.overhead is not None:
        parts.append(f"profiling itself {run.overhead:+.1%}")
    out.print(f"  [dim]{'; '.join(parts)}[/]")


def _time(operator: OperatorTime) -> float:
    return operator.us or 0.0


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be a number of seconds") from error
