"""litert-quantizer's recipes (ai-edge-quantizer's, as it was called), read and written.

Theirs is a list of entries, each for the operators of a type in whose output names a regular expression is found; what
no entry is for stays in float, and later entries win. Formats of litert-quantizer 0.11.0.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from quantscope.errors import RecipeError
from quantscope.precision import Precision
from quantscope.recipe import Algorithm, Change, Granularity, Interface, Match, Recipe, Rounding, Rule, Setting

ALGORITHMS: Final[Mapping[str, Algorithm]] = {
    "min_max_uniform_quantize": Algorithm.MINMAX,
    "MSE": Algorithm.MSE,
    "OCTAV": Algorithm.OCTAV,
}
GRANULARITIES: Final[Mapping[str, Granularity]] = {
    "TENSORWISE": Granularity.TENSOR,
    "CHANNELWISE": Granularity.CHANNEL,
    "BLOCKWISE_32": Granularity.BLOCK_32,
    "BLOCKWISE_64": Granularity.BLOCK_64,
    "BLOCKWISE_128": Granularity.BLOCK_128,
    "BLOCKWISE_256": Granularity.BLOCK_256,
}
NO_QUANTIZE: Final = "no_quantize"
FLOAT_CASTING: Final = "float_casting"
EVERYTHING: Final = ".*"
# Names of operator types that differ; theirs first.
TYPES: Final[Mapping[str, str]] = {"CONV_2D_TRANSPOSE": "TRANSPOSE_CONV", "CUSTOM_OP": "CUSTOM*", "*": "*"}
# The model's inputs and outputs are operators to them; which of the two are integers is our interface.
ENDS: Final = ("INPUT", "OUTPUT")
INTERFACES: Final[Mapping[tuple[bool, ...], Interface]] = {
    (interface.inputs, interface.outputs): interface for interface in Interface
}
# (activation bits, weight bits, computes in integers) of what both tools know.
PRECISIONS: Final[Mapping[tuple[int | None, int, bool], Precision]] = {
    (8, 8, True): Precision.INT8,
    (16, 8, True): Precision.INT16X8,
    (None, 8, True): Precision.HYBRID_INT8,
    (None, 4, True): Precision.HYBRID_INT4,
    (None, 8, False): Precision.WEIGHT_ONLY_INT8,
    (None, 4, False): Precision.WEIGHT_ONLY_INT4,
}


class _Tensors(msgspec.Struct, frozen=True, kw_only=True):
    num_bits: int
    symmetric: bool = True
    granularity: str = "TENSORWISE"
    dtype: Literal["INT", "UINT", "FLOAT"] = "INT"
    block_size: int = 0


class _Config(msgspec.Struct, frozen=True, kw_only=True):
    weight_tensor_config: _Tensors | None = None
    activation_tensor_config: _Tensors | None = None
    compute_precision: Literal["INTEGER", "FLOAT"] = "FLOAT"
    explicit_dequantize: bool = False
    min_weight_elements: int = 0


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    regex: str
    operation: str
    algorithm_key: str = "min_max_uniform_quantize"
    op_config: _Config = _Config()


def is_litert_recipe(data: bytes) -> bool:
    """True if `data` can only be a recipe of litert-quantizer: a JSON list."""
    return data.lstrip()[:1] == b"["


def read_litert(data: bytes, name: str) -> Recipe:
    """The recipe in `data` in our form, called `name`. Weights are rounded to the nearest, as litert-quantizer does.

    Raises RecipeError where it asks for what Quantscope doesn't do, msgspec.MsgspecError if it isn't such a recipe.
    """
    default = Setting(precision=Precision.FLOAT32)
    rules: list[Rule] = []
    entries = msgspec.json.decode(data, type=list[_Entry])
    if not entries:
        raise RecipeError("The litert-quantizer recipe has no entries, so it asks for nothing.")
    integers: dict[str, bool] = {}
    for number, entry in enumerate(entries, 1):
        change = _change(entry, number)
        if entry.regex == EVERYTHING and entry.operation in ("*", *ENDS):
            ends = ENDS if entry.operation == "*" else (entry.operation,)
            integers.update(dict.fromkeys(ends, change.precision in (Precision.INT8, Precision.INT16X8)))
            if entry.operation in ENDS:
                continue
        if entry.regex == EVERYTHING and entry.operation == "*":
            # Theirs forgets earlier entries for everything; ours are overridden.
            default = Setting(**{field: getattr(change, field) for field in _given(change)})
            rules = [rule for rule in rules if rule.match.regex is not None]
            continue
        kind = TYPES.get(entry.operation, entry.operation)
        match = Match(
            type=None if kind == "*" else kind, regex=None if entry.regex == EVERYTHING else _regex(entry.regex, number)
        )
        rules.append(Rule(match=match, set=change))
    interface = INTERFACES[tuple(integers.get(end, False) for end in ENDS)]
    return Recipe(name=name, title=name, default=default, rules=tuple(rules), interface=interface)


def _change(entry: _Entry, number: int) -> Change:
    if entry.algorithm_key == NO_QUANTIZE:
        return Change(precision=Precision.FLOAT32)
    config, weights = entry.op_config, entry.op_config.weight_tensor_config
    if weights is None:
        raise _unknown(number, "weights that it doesn't describe")
    smallest = max(1, config.min_weight_elements)
    if entry.algorithm_key == FLOAT_CASTING:
        return Change(precision=Precision.FLOAT16, minimum_elements=smallest)
    activations = config.activation_tensor_config
    key = (activations.num_bits if activations else None, weights.num_bits, config.compute_precision == "INTEGER")
    if key not in PRECISIONS or weights.dtype != "INT":
        raise _unknown(number, f"{weights.num_bits}-bit {weights.dtype} weights computed as {config.compute_precision}")
    if entry.algorithm_key not in ALGORITHMS:
        raise _unknown(number, f"the algorithm '{entry.algorithm_key}'")
    granularity = f"BLOCKWISE_{weights.block_size}" if weights.block_size else weights.granularity
    if granularity not in GRANULARITIES:
        raise _unknown(number, f"the granularity '{granularity}'")
    return Change(
        precision=PRECISIONS[key],
        granularity=GRANULARITIES[granularity],
        algorithm=ALGORITHMS[entry.algorithm_key],
        rounding=Rounding.NEAREST,
        minimum_elements=smallest,
    )


def _given(change: Change) -> list[str]:
    return [field for field in Change.__struct_fields__ if getattr(change, field) is not None]


def _regex(pattern: str, number: int) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise _unknown(number, f"the regular expression '{pattern}' ({error})") from error
    return pattern


def _unknown(number: int, what: str) -> RecipeError:
    return RecipeError(
        f"Entry {number} of the litert-quantizer recipe asks for {what}, which Quantscope doesn't know.",
        "Take the entry out, or write the recipe in Quantscope's own form.",
    )


def write_litert(recipe: Recipe) -> bytes:
    """`recipe` in litert-quantizer's form.

    Its rounding is always to the nearest, so that is not written. Raises RecipeError where a rule can't be said there:
    by indices or subgraph, or changing less than the precision.
    """
    entries = [_entry(recipe.default, EVERYTHING, "*", "The default setting")]
    for number, rule in enumerate(recipe.rules, 1):
        who = f"Rule {number}"
        match, change = rule.match, rule.set
        if match.operators is not None or match.subgraph is not None:
            raise _unsaid(who, "picks operators by index or subgraph")
        if change.precision is None:
            raise _unsaid(who, "changes a setting without naming a precision")
        setting = msgspec.structs.replace(recipe.default, **{field: getattr(change, field) for field in _given(change)})
        if match.type is not None and re.search(r"[*?]", match.type) and match.type != "*":
            raise _unsaid(who, f"picks operators by the pattern '{match.type}'")
        kind = next((theirs for theirs, ours in TYPES.items() if ours == (match.type or "*")), match.type or "*")
        entries.append(_entry(setting, _as_regex(match, who), kind, who))
    if recipe.needs_calibration:
        kept = Setting(precision=Precision.FLOAT32)
        integers = zip(ENDS, (recipe.interface.inputs, recipe.interface.outputs), strict=True)
        entries += [_entry(kept, EVERYTHING, end, end) for end, integer in integers if not integer]
    return msgspec.json.format(msgspec.json.encode(entries), indent=2) + b"\n"


def _entry(setting: Setting, regex: str, kind: str, who: str) -> Mapping[str, Any]:
    entry: dict[str, Any] = {"regex": regex, "operation": kind}
    if setting.precision is Precision.FLOAT32:
        return {**entry, "algorithm_key": NO_QUANTIZE, "op_config": {}}
    if setting.precision is Precision.FLOAT16:
        weights: dict[str, Any] = {"num_bits": 16, "dtype": "FLOAT"}
        config = {"compute_precision": "FLOAT", "explicit_dequantize": True}
        algorithm = FLOAT_CASTING
    else:
        activation, bits, integer = next(key for key, each in PRECISIONS.items() if each is setting.precision)
        asked = Granularity.CHANNEL if setting.granularity is Granularity.AUTO else setting.granularity
        granularity = next(theirs for theirs, ours in GRANULARITIES.items() if ours is asked)
        weights = {"num_bits": bits, "symmetric": True, "granularity": granularity, "dtype": "INT"}
        config = {"compute_precision": "INTEGER" if integer else "FLOAT", "explicit_dequantize": not integer}
        if activation is not None:
            config["activation_tensor_config"] = {
                "num_bits": activation, "symmetric": activation == 16, "granularity": "TENSORWISE", "dtype": "INT",
            }  # fmt: skip
        wanted = Algorithm.MSE if setting.algorithm is Algorithm.AUTO else setting.algorithm
        algorithm = next((theirs for theirs, ours in ALGORITHMS.items() if ours is wanted), "")
        if not algorithm:
            raise _unsaid(who, f"asks for the algorithm '{setting.algorithm}'")
    config |= {"weight_tensor_config": weights, "min_weight_elements": setting.minimum_elements}
    return {**entry, "algorithm_key": algorithm, "op_config": config}


def _as_regex(match: Match, who: str) -> str:
    """One regular expression for all that a rule says of names. Theirs is searched for in output names, each closed by
    a semicolon."""
    said = [each for each in (match.name, match.regex, match.scope) if each is not None]
    if len(said) > 1:
        raise _unsaid(who, "picks operators by their names in more than one way")
    if match.name is not None:
        parts = re.split(r"([*?])", match.name)
        return "^" + "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts) + ";"
    if match.scope is not None:
        return f"(^|;){re.escape(match.scope.rstrip('/'))}[/;:]"
    return match.regex or EVERYTHING


def _unsaid(who: str, what: str) -> RecipeError:
    return RecipeError(f"{who} can't be written for litert-quantizer: it {what}.", "Change or leave out that rule.")
