"""What a recipe asks for each operator of a model: its rules resolved, and what they come to nothing in."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from quantscope.model.graph import Model, Operator, Subgraph
from quantscope.precision import Precision
from quantscope.quantize.findings import Finding, FindingCode
from quantscope.recipe import Change, Match, Recipe, Setting

_Condition = Callable[[Subgraph, Operator], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The setting for one operator; `rule` is the index of the rule that its precision is from, None: the default.

    Compared by identity: a Resolver makes one for each setting and rule, so that what follows from it can be remembered
    and looked up at little cost.
    """

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


_Places = tuple[tuple[int, ...], ...]


class Resolver:
    """Resolves recipes for one model. What rules match is remembered as long as they are in the recipe, for an edit
    leaves most of them as they are."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._places: dict[Match, _Places] = {}
        self._asked: dict[tuple[Setting, int | None], Asked] = {}

    def resolve(self, recipe: Recipe) -> Resolved:
        """The setting of every operator by `recipe`; later rules win."""
        self._places = {rule.match: self._matched(rule.match) for rule in recipe.rules}
        matching: list[list[tuple[int, ...]]] = [[()] * len(subgraph.operators) for subgraph in self._model.subgraphs]
        counts = []
        for at, rule in enumerate(recipe.rules):
            places = self._places[rule.match]
            counts.append(sum(map(len, places)))
            for row, operators in zip(matching, places, strict=True):
                for operator in operators:
                    row[operator] += (at,)
        settings: dict[tuple[int, ...], Asked] = {}
        effective: set[int] = set()
        for rules in dict.fromkeys(rules for row in matching for rules in row):
            settings[rules], sources = self._setting(recipe, rules)
            effective |= sources
        return Resolved(
            tuple(tuple(map(settings.__getitem__, row)) for row in matching),
            tuple(map(tuple, matching)),
            tuple(counts),
            tuple(_findings(counts, effective)),
        )

    def _matched(self, match: Match) -> _Places:
        """The operators that are matched, by subgraph."""
        if match in self._places:
            return self._places[match]
        conditions = _conditions(match)
        return tuple(
            tuple(
                operator.index
                for operator in _candidates(match, subgraph)
                if all(holds(subgraph, operator) for holds in conditions)
            )
            for subgraph in self._model.subgraphs
        )

    def _setting(self, recipe: Recipe, matching: Sequence[int]) -> tuple[Asked, set[int]]:
        """The setting by these rules, and those of them that have a say in it."""
        values = {name: getattr(recipe.default, name) for name in Setting.__struct_fields__}
        sources: dict[str, int] = {}
        for at in matching:
            change = recipe.rules[at].set
            given = {name: value for name in Change.__struct_fields__ if (value := getattr(change, name)) is not None}
            values |= given
            sources |= dict.fromkeys(given, at)
        key = Setting(**values), sources.get("precision")
        return self._asked.setdefault(key, Asked(*key)), set(sources.values())


def operator_name(subgraph: Subgraph, operator: Operator) -> str:
    """An operator has no name of its own in TFLite; its first output's is the custom."""
    return next((subgraph.tensors[index].name for index in operator.outputs if index >= 0), "")


def _findings(counts: Sequence[int], effective: set[int]) -> list[Finding]:
    findings = []
    for at, count in enumerate(counts):
        if count == 0 or at not in effective:
            code = FindingCode.RULE_MATCHES_NOTHING if count == 0 else FindingCode.RULE_OVERRIDDEN
            findings.append(Finding(code, at, {"number": at + 1}))
    return findings


def _candidates(match: Match, subgraph: Subgraph) -> Iterable[Operator]:
    """The operators to look at: those that are named, in the order of execution, or all."""
    if match.subgraph not in (None, subgraph.index):
        return ()
    if match.operators is None:
        return subgraph.operators
    return (subgraph.operators[at] for at in sorted({*match.operators}) if at < len(subgraph.operators))


def _conditions(match: Match) -> list[_Condition]:
    """What else must hold for an operator to be matched, cheapest first."""
    conditions: list[_Condition] = []
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
