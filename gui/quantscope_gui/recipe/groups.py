"""Operators that belong together: what an edit or a selection can be extended to. No Qt.

Names of operators are paths of scopes, several joined by semicolons where a converter fused operators.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from quantscope.recipe import Match
from quantscope_gui.operators.plan import Key, Plan, Row
from quantscope_gui.recipe.edits import matches_of

SCOPES_OFFERED: Final = 3
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Group:
    """`kind` is "selection", "type", "scope", "repeats", "blocks" or "alike"; `label` what it goes by; `single` tells
    that its operators are named one by one."""

    kind: str
    label: str
    keys: frozenset[Key]
    matches: tuple[Match, ...]

    @property
    def single(self) -> bool:
        return self.kind in ("selection", "alike", "blocks")


def groups(plan: Plan, keys: frozenset[Key], current: Row, blocks: frozenset[Key] = frozenset()) -> list[Group]:
    """What there is around the selected operators, the selection itself first; `blocks` are those of the block that
    `current` lies in and of its repeats. Groups that would be no more than the selection are left out."""
    found = [Group("selection", "", keys, matches_of(keys))]
    kind, form = current.operator.type, _form(current)
    kin = [row for row in plan.rows if row.operator.type == kind]
    alike = frozenset(row.key for row in kin if _form(row) == form)
    found.append(Group("alike", kind, alike, matches_of(alike)))
    found.append(Group("type", kind, frozenset(row.key for row in kin), (Match(type=kind),)))
    scopes = scopes_of(current.operator.name)[-SCOPES_OFFERED:]
    for scope in reversed(scopes):
        inside = frozenset(row.key for row in plan.rows if in_scope(row.operator.name, scope))
        found.append(Group("scope", scope, inside, (Match(scope=scope),)))
    found += _repeats(plan.rows, current)
    found.append(Group("blocks", "", blocks, matches_of(blocks)))
    distinct: list[Group] = []
    for group in found:
        if group.kind == "selection" or not (group.keys <= keys or group.keys in [each.keys for each in distinct]):
            distinct.append(group)
    return distinct


def scopes_of(name: str) -> list[str]:
    """The scopes that an operator's (first) name lies in, outermost first: "a/b/c" lies in "a" and "a/b"."""
    parts = [part for part in name.partition(";")[0].split("/") if part]
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def in_scope(name: str, scope: str) -> bool:
    """As the engine's recipes mean it (quantscope.recipe.Match)."""
    wanted = scope.rstrip("/")
    return wanted in name and any(
        part == wanted or part.startswith((f"{wanted}/", f"{wanted}:")) for part in name.split(";")
    )


def _form(row: Row) -> tuple[object, ...]:
    operator = row.operator
    shapes = tuple((tensor.dtype, tensor.shape, tensor.constant) for tensor in operator.inputs)
    return operator.type, shapes, tuple((tensor.dtype, tensor.shape) for tensor in operator.outputs)


def _repeats(rows: Iterable[Row], current: Row) -> list[Group]:
    """All blocks that are numbered as those that `current` lies in, the innermost ones first: layer_0, layer_1, ..."""
    groups = []
    for scope in reversed(scopes_of(current.operator.name)):
        outer, _, last = scope.rpartition("/")
        if not _NUMBER.search(last):
            continue
        prefix = re.escape(f"{outer}/" if outer else "")
        pattern = prefix + _NUMBER.sub("[0-9]+", re.escape(last))
        repeated = re.compile(rf"(?:^|;)({pattern})(?:/|;|:|$)")
        found = [(row.key, match[1]) for row in rows if (match := repeated.search(row.operator.name))]
        if len({block for _, block in found}) > 1:
            keys = frozenset(key for key, _ in found)
            groups.append(Group("repeats", last, keys, (Match(regex=repeated.pattern),)))
    return groups[:SCOPES_OFFERED]
