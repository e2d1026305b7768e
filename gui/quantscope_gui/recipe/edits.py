"""What a click does to a recipe: pure functions from a recipe to the next one.

An edit adds a rule at the end, where it wins, or changes the last rule if that is for the same operators. Indices of
operators speak of one model, so edited recipes belong to models.
"""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from quantscope.precision import Precision
from quantscope.recipe import Change, Match, Recipe, Rule
from quantscope_gui.engine.texts import EDITED
from quantscope_gui.operators.plan import Key

MOST_NAME: Final = 64

# What an operator can be asked for, in the order of the menus.
ASKABLE: Final = (
    Precision.FLOAT32,
    Precision.HYBRID_INT8,
    Precision.INT8,
    Precision.INT16X8,
    Precision.WEIGHT_ONLY_INT8,
    Precision.FLOAT16,
    Precision.HYBRID_INT4,
    Precision.WEIGHT_ONLY_INT4,
)


def matches_of(keys: Iterable[Key]) -> tuple[Match, ...]:
    """Conditions for exactly the operators `keys`, one for each of their subgraphs."""
    places: dict[int, list[int]] = {}
    for subgraph, operator in sorted(keys):
        places.setdefault(subgraph, []).append(operator)
    return tuple(Match(operators=tuple(operators), subgraph=subgraph) for subgraph, operators in places.items())


def asked(precision: Precision, single: bool) -> Change:
    """Asking for a precision. Where `single` operators are meant, their weights' sizes don't matter."""
    quantizes = precision is not Precision.FLOAT32
    return Change(precision=precision, minimum_elements=1 if single and quantizes else None)


def with_change(recipe: Recipe, matches: Iterable[Match], change: Change) -> Recipe:
    """`recipe` with `change` for the operators that `matches` describe."""
    rules = list(recipe.rules)
    for match in matches:
        if rules and rules[-1].match == match:
            rules[-1] = Rule(match=match, set=_merged(rules[-1].set, change))
        else:
            rules.append(Rule(match=match, set=change))
    return edited(recipe, tuple(rules))


def without(recipe: Recipe, keys: Iterable[Key]) -> Recipe:
    """`recipe` with `keys` taken out of the rules that name operators by their indices; empty rules go."""
    gone = frozenset(keys)
    rules = []
    for rule in recipe.rules:
        match = rule.match
        if match.operators is not None and match.subgraph is not None:
            left = tuple(place for place in match.operators if (match.subgraph, place) not in gone)
            if not left:
                continue
            rule = Rule(match=replace(match, operators=left), set=rule.set)
        rules.append(rule)
    return edited(recipe, tuple(rules))


def edited(recipe: Recipe, rules: tuple[Rule, ...]) -> Recipe:
    """`recipe` with other rules, under a name that says so."""
    return recipe if rules == recipe.rules else replace(recipe, rules=rules, name=edited_name(recipe.name))


def edited_name(name: str) -> str:
    return name if name.endswith(EDITED) else name[: MOST_NAME - len(EDITED)] + EDITED


def settled(recipe: Recipe, presets: Iterable[Recipe]) -> Recipe:
    """The preset that `recipe` asks the same as, if its name says that it comes from one; `recipe` itself otherwise."""
    for preset in presets:
        told = replace(recipe, name=preset.name, title=preset.title, description=preset.description)
        if told == preset and recipe.name in (preset.name, edited_name(preset.name)):
            return preset
    return recipe


def _merged(before: Change, after: Change) -> Change:
    given = {name: value for name in after.__struct_fields__ if (value := getattr(after, name)) is not None}
    return replace(before, **given)
