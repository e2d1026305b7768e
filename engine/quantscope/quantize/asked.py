"""What a recipe asks for each operator of a model: its rules resolved, and what they come to nothing in."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec

from quantscope.model.graph import Model, Operator, Subgraph
from quantscope.precision import Precision
from quantscope.quantize.findings import Finding, FindingCode
from quantscope.recipe import Change, Match, Recipe, Setting

_Condition = Callable[[Subgraph, Operator], bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """The setting for one operator; `rule` is the index of the rule that its precision is from, None: the default."""

    recipe: str
    setting: Setting
    rule: int | None

    def asking(self, precision: Precision) -> "Asked":
        """The same with another precision."""
        return replace(self, setting=msgspec.structs.replace(self.setting, precision=precision))


@dataclass(frozen=True, slots=True)
class Resolved:
    """operators[subgraph][operator] is what is asked, rules[subgraph][operator] the rules that match, and `matched` how
    many operators each rule matches."""

    operators: tuple[tuple[Asked, ...], ...]
    rules: tuple[tuple[tuple[int, ...], ...], ...]
    matched: tuple[int, ...]
    findings: tuple[Finding, ...]


def resolve(recipe: Recipe, model: Model) -> Resolved:
    """The setting of every operator of `model` by `recipe`; later rules win."""
    rules = [_conditions(rule.match) for rule in recipe.rules]
    counts = [0] * len(rules)
    effective: set[int] = set()
    known: dict[tuple[int, ...], Asked] = {}
    rows, matches = [], []
    for subgraph in model.subgraphs:
        row, hits = [], []
        for operator in subgraph.operators:
            matching = tuple(
                at for at, conditions in enumerate(rules) if all(holds(subgraph, operator) for holds in conditions)
            )
            for at in matching:
                counts[at] += 1
            if matching not in known:
                known[matching], sources = _setting(recipe, matching)
                effective |= sources
            row.append(known[matching])
            hits.append(matching)
        rows.append(tuple(row))
        matches.append(tuple(hits))
    return Resolved(tuple(rows), tuple(matches), tuple(counts), tuple(_findings(counts, effective)))


def operator_name(subgraph: Subgraph, operator: Operator) -> str:
    """An operator has no name of its own in TFLite; its first output's is the custom."""
    return next((subgraph.tensors[index].name for index in operator.outputs if index >= 0), "")


def _setting(recipe: Recipe, matching: Sequence[int]) -> tuple[Asked, set[int]]:
    """The setting by these rules, and those of them that have a say in it."""
    values = {name: getattr(recipe.default, name) for name in Setting.__struct_fields__}
    sources: dict[str, int] = {}
    for at in matching:
        change = recipe.rules[at].set
        given = {name: value for name in Change.__struct_fields__ if (value := getattr(change, name)) is not None}
        values |= given
        sources |= dict.fromkeys(given, at)
    return Asked(recipe.name, Setting(**values), sources.get("precision")), set(sources.values())


def _findings(counts: Sequence[int], effective: set[int]) -> list[Finding]:
    findings = []
    for at, count in enumerate(counts):
        if count == 0 or at not in effective:
            code = FindingCode.RULE_MATCHES_NOTHING if count == 0 else FindingCode.RULE_OVERRIDDEN
            findings.append(Finding(code, at, {"number": at + 1}))
    return findings


def _conditions(match: Match) -> list[_Condition]:
    """What must hold for an operator to be matched, cheapest first."""
    conditions: list[_Condition] = []
    if match.subgraph is not None:
        conditions.append(lambda subgraph, operator: subgraph.index == match.subgraph)
    if match.operators is not None:
        indices = frozenset(match.operators)
        conditions.append(lambda subgraph, operator: operator.index in indices)
    if match.type is not None:
        fits_type = _wildcards(match.type).fullmatch
        conditions.append(lambda subgraph, operator: fits_type(operator.type) is not None)
    if match.name is not None:
        conditions.append(_named(_wildcards(match.name).fullmatch))
    if match.regex is not None:
        conditions.append(_named(re.compile(match.regex).search))
    if match.scope is not None:
        conditions.append(_named(_scope(match.scope).search))
    return conditions


def _named(fits: Callable[[str], object]) -> _Condition:
    return lambda subgraph, operator: fits(operator_name(subgraph, operator)) is not None


def _wildcards(pattern: str) -> re.Pattern[str]:
    """`*` and `?` as in a shell. Brackets mean themselves: names of tensors hold them often."""
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.compile("".join(parts), re.DOTALL)


def _scope(scope: str) -> re.Pattern[str]:
    """Converters join the names of what they fuse with semicolons; each may lie in the scope."""
    return re.compile(rf"(?:^|;){re.escape(scope.rstrip('/'))}(?:/|;|:|$)")
