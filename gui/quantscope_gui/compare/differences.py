"""What sets two files of one model apart, operator by operator. No widgets.

Both are known by the source they came from: `origins` of a written file says for each of its operators which one of
the source's it stands for (quantscope.documents.Quantization). The source itself stands for itself.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from quantscope_gui.operators.plan import Key, Plan

Origins = tuple[tuple[int | None, ...], ...]


class Change(Enum):
    """What became of an operator, seen from its own file."""

    SAME = 0
    CHANGED = 1  # another precision or kind than its counterpart's
    INSERTED = 2  # only changes how a value is stored, and the other file has none of it


@dataclass(frozen=True, slots=True)
class Side:
    """A file: its operators as they are, and what they stand for (None: the source)."""

    plan: Plan
    origins: Origins | None = None

    def source(self, key: Key) -> Key | None:
        """The source's operator that one of this file stands for, None for one that was inserted."""
        if self.origins is None:
            return key
        subgraph, operator = key
        known = self.origins[subgraph] if subgraph < len(self.origins) else ()
        origin = known[operator] if operator < len(known) else None
        return None if origin is None else (subgraph, origin)


@dataclass(frozen=True, slots=True)
class Differences:
    """`to_right` and `to_left` lead from an operator to its counterparts; `left` and `right` say what became of each.
    `steps` are pairs (left key, right key) to go through, in order of execution; one of a pair may be None."""

    to_right: Mapping[Key, tuple[Key, ...]]
    to_left: Mapping[Key, tuple[Key, ...]]
    left: Mapping[Key, Change]
    right: Mapping[Key, Change]
    steps: tuple[tuple[Key | None, Key | None], ...]


def differences(left: Side, right: Side) -> Differences:
    """Aligns two files of one model by what their operators stand for in the source."""
    lefts, rights = _by_source(left), _by_source(right)
    to_right = {key: tuple(rights.get(source, ())) for source, keys in lefts.items() for key in keys}
    to_left = {key: tuple(lefts.get(source, ())) for source, keys in rights.items() for key in keys}
    steps: list[tuple[Key, Key | None, Key | None]] = []
    changes: dict[str, dict[Key, Change]] = {"left": {}, "right": {}}
    for source in lefts.keys() | rights.keys():
        ones, others = lefts.get(source, []), rights.get(source, [])
        same = _forms(left, ones) == _forms(right, others)
        for name, keys in (("left", ones), ("right", others)):
            changes[name] |= dict.fromkeys(keys, Change.SAME if same else Change.CHANGED)
        if not same:
            steps.append((source, _main(left, ones), _main(right, others)))
    steps.sort()
    ordered: list[tuple[Key | None, Key | None]] = [(one, other) for _, one, other in steps]
    for name, side in (("left", left), ("right", right)):
        for row in side.plan.rows:
            if side.source(row.key) is None:
                changes[name][row.key] = Change.INSERTED
    inserted = [key for key, change in changes["right"].items() if change is Change.INSERTED]
    inserted_left = [key for key, change in changes["left"].items() if change is Change.INSERTED]
    ordered += [(None, key) for key in sorted(inserted)] + [(key, None) for key in sorted(inserted_left)]
    return Differences(to_right, to_left, changes["left"], changes["right"], tuple(ordered))


def _by_source(side: Side) -> dict[Key, list[Key]]:
    """The operators of a file by what they stand for, in order."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for row in side.plan.rows:
        source = side.source(row.key)
        if source is not None:
            found[source].append(row.key)
    return found


def _forms(side: Side, keys: list[Key]) -> list[tuple[str, str]]:
    """Kind and precision of operators, as they are in their file."""
    rows = [row for key in keys if (row := side.plan.row(key)) is not None]
    return [(row.operator.type, row.operator.precision_now) for row in rows]


def _main(side: Side, keys: list[Key]) -> Key | None:
    """The one of several operators that does the work: the one with the weights, else the last."""
    rows = [row for key in keys if (row := side.plan.row(key)) is not None]
    return max(rows, key=lambda row: (row.operator.weight_bytes, row.key)).key if rows else None
