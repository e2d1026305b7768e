"""Tries every form of weights of every operator, and every operator in integers, on both targets' kernels and prints
what came of it.

    python -m tests.conformance              the tables: what works, for each operator and form
    python -m tests.conformance --all        every single trial
    python -m tests.conformance --only conv  the cases whose names have this in them
    python -m tests.conformance --zoo FOLDER only the partitions of the real models there under every recipe

Ends with 1 if the targets' tables claim what doesn't work, or deny what does. Run it again for a new runtime.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from quantscope.quantize.targets import TARGETS
from tests.conformance.integers import IntegerRow, integer_rows, rowless_rows
from tests.conformance.partitions import counts
from tests.conformance.table import Row, rows
from tests.conformance.trial import Laboratory
from tests.operators import CASES
from tests.static_operators import CASES as INTEGER_CASES
from tests.static_operators import ROWLESS


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.conformance", description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true", help="print every trial")
    parser.add_argument("--only", default="", metavar="WORD", help="only cases with this in their names")
    parser.add_argument("--zoo", metavar="FOLDER", help="count partitions of the models in a folder instead")
    arguments = parser.parse_args()
    if arguments.zoo:
        return print_partitions(Path(arguments.zoo))
    found: list[Row] = []
    integers: list[IntegerRow] = []
    with tempfile.TemporaryDirectory() as folder, Laboratory(Path(folder)) as laboratory:
        for case in CASES:
            if arguments.only in case.name:
                found += rows(laboratory, case, tuple(TARGETS.values()))
        for name in INTEGER_CASES:
            if arguments.only in name:
                integers += integer_rows(laboratory, name, tuple(TARGETS.values()))
        for name in ROWLESS:
            if arguments.only in name:
                integers += rowless_rows(laboratory, name, TARGETS["builtin"])
    everything = [*found, *integers]
    if arguments.all:
        print(*everything, sep="\n")
    else:
        print_table(found)
        print_integers(integers)
    wrong = [row for row in everything if not (row.holds and row.foreseen)]
    print(f"\nai-edge-litert {version('ai-edge-litert')}: {len(everything)} trials, {len(wrong)} against the tables")
    if not arguments.all:
        print(*wrong, sep="\n")
    return 1 if wrong else 0


def print_partitions(zoo: Path) -> int:
    """Predicted and real partitions of every model under every recipe."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted(zoo.glob("*.tflite")):
            for count in counts(source, Path(folder)):
                print(count, flush=True)
                wrong += not count.holds
    print(f"\nai-edge-litert {version('ai-edge-litert')}: {wrong} wrong predictions")
    return 1 if wrong else 0


def print_table(found: Sequence[Row]) -> None:
    """One line for each operator, form and target: in how many of its cases it works, and with the delegate."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in found:
        groups[row.case.kind, str(row.form), row.target.id].append(row)
    print(f"{'operator':30} {'weights':28} {'target':8} {'claimed':>8} {'sound':>6} {'delegated':>9} {'of':>3}  worst")
    for (kind, form, target), group in groups.items():
        worst = min((row.outcome for row in group if row.claimed), key=lambda outcome: outcome.decibel, default="")
        counts = (sum(values) for values in zip(*map(_counts, group), strict=True))
        claimed, sound, delegated = counts
        print(f"{kind:30} {form:28} {target:8} {claimed:8} {sound:6} {delegated:9} {len(group):3}  {worst}")


def print_integers(found: Sequence[IntegerRow]) -> None:
    """One line for each operator: the worst that comes of it in integers of either type, on each target."""
    groups: dict[str, dict[tuple[str, str], list[IntegerRow]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        groups[row.kind][row.dtype, row.target.id].append(row)
    columns = [(dtype, target) for dtype in ("INT8", "INT16") for target in TARGETS]
    heads = "".join(f"{f'{dtype.lower()} {target}':22}" for dtype, target in columns)
    print(f"\n{'operator in integers':30}{heads}")
    for kind, cells in groups.items():
        print(f"{kind:30}" + "".join(f"{_cell(cells.get(column, ())):22}" for column in columns))


def _cell(group: Sequence[IntegerRow]) -> str:
    if not group:
        return ""
    worst = min(group, key=lambda row: row.outcome.decibel if row.outcome.kind == "ran" else float("-inf"))
    return str(worst.outcome) if worst.claimed else f"denied: {worst.outcome}"


def _counts(row: Row) -> tuple[bool, bool, bool]:
    return row.claimed, row.outcome.sound, row.outcome.delegated


if __name__ == "__main__":
    sys.exit(main())
