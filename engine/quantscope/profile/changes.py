"""Where the time went between two variants, in words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from quantscope.documents.profile import Change, OperatorTime, Run

MOST: Final = 8
# Changes below this share of the slower variant's time aren't worth a line.
NOTABLE: Final = 0.01
# Below, a change is written in microseconds.
MILLISECONDS_FROM: Final = 100.0
DELEGATED: Final = frozenset({"matched", "folded"})


@dataclass(slots=True)
class _Group:
    """The operators of one type in one variant."""

    count: int = 0
    delegated: int = 0
    us: float = 0.0


def changes(baseline: Run, run: Run) -> tuple[Change, ...]:
    """What became of the time, the greatest change first; nothing where either variant's operators weren't timed."""
    if not baseline.operators or not run.operators:
        return ()
    before, after = _groups(baseline.operators), _groups(run.operators)
    total = max(sum(group.us for group in groups.values()) for groups in (before, after))
    found = [_change(type, before[type], after[type]) for type in before.keys() | after.keys()]
    notable = [change for change in found if abs(change.us) >= NOTABLE * total]
    return tuple(sorted(notable, key=lambda change: (-abs(change.us), change.type))[:MOST])


def _groups(operators: Sequence[OperatorTime]) -> defaultdict[str, _Group]:
    groups: defaultdict[str, _Group] = defaultdict(_Group)
    for operator in operators:
        group = groups[operator.type]
        group.count += 1
        group.delegated += operator.attribution in DELEGATED
        group.us += operator.us or 0.0
    return groups


def _signed(us: float) -> str:
    return f"{us / 1000:+.2f} ms" if abs(us) >= MILLISECONDS_FROM else f"{us:+.3g} \u00b5s"


def _change(type: str, before: _Group, after: _Group) -> Change:
    us = after.us - before.us
    left = min(before.delegated - after.delegated, after.count - after.delegated)
    joined = min(after.delegated - before.delegated, before.count - before.delegated)
    if left > 0:
        code, count, words = "left-delegate", left, "left the delegate"
    elif joined > 0:
        code, count, words = "joined-delegate", joined, "are now run by the delegate"
    elif after.count > before.count:
        code, count, words = "added", after.count - before.count, "were added"
    elif after.count < before.count:
        code, count, words = "removed", before.count - after.count, "are gone"
    else:
        code, count, words = ("slower", after.count, "got slower") if us > 0 else ("faster", after.count, "got faster")
    return Change(
        code=code,
        text=f"{count} {type} {words}: {_signed(us)}",
        type=type,
        count=count,
        us=us,
        arguments={"count": count, "type": type, "before_us": round(before.us, 2), "after_us": round(after.us, 2)},
    )
