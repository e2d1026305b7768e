"""Recipes: what is asked of the quantizer. A small versioned JSON form: a default setting, and rules that change it.

    {"schema": "quantscope.recipe/2", "name": "mine",
     "default": {"precision": "hybrid-int8", "minimum_elements": 1024},
     "rules": [{"match": {"type": "FULLY_CONNECTED", "scope": "encoder/layer_0"}, "set": {"precision": "float32"}}]}

Every rule whose conditions all hold for an operator changes its setting; later rules win.
"""

import re
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from quantscope.precision import Precision

SCHEMA: Final = "quantscope.recipe/2"

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Count = Annotated[int, msgspec.Meta(ge=1, le=1 << 62)]
Index = Annotated[int, msgspec.Meta(ge=0, le=1 << 31)]


class Granularity(StrEnum):
    """How many values of a weight share a scale. `AUTO`: what the target's kernel reads best."""

    AUTO = "auto"
    TENSOR = "tensor"
    CHANNEL = "channel"
    BLOCK_32 = "block-32"
    BLOCK_64 = "block-64"
    BLOCK_128 = "block-128"
    BLOCK_256 = "block-256"

    @property
    def block(self) -> int:
        """Values in a block along the innermost dimension, 0 where it isn't blocks."""
        return int(self.value.partition("-")[2] or 0)


class Algorithm(StrEnum):
    """How a weight's scales are found. `AUTO`: whichever leaves the smallest error of what comes out, where data tell
    what the weight is multiplied with, else of the weight."""

    AUTO = "auto"
    MINMAX = "minmax"  # the largest magnitude becomes the largest code
    MSE = "mse"  # the clipping threshold with the smallest mean squared error, searched
    OCTAV = "octav"  # the same by the fixed-point iteration of Sakr et al., "Optimal Clipping and Magnitude-aware ..."


class Ranges(StrEnum):
    """How an activation's range comes from what calibration saw. None depends on the order of the samples."""

    AUTO = "auto"  # min-max or mse, whichever was truer on the calibration data
    MIN_MAX = "min-max"  # the extremes
    PERCENTILE = "percentile"  # what 99.99 % of the values lie in, each side by itself
    MSE = "mse"  # the range with the smallest mean squared error
    MOVING_AVERAGE = "moving-average"  # the mean of the samples' extremes


class Interface(StrEnum):
    """The type of a model's real-valued inputs and outputs where it computes in integers: float32, or integers of its
    arithmetic's type with a scale and a zero point."""

    FLOAT = "float"
    INTEGER = "integer"
    INTEGER_INPUTS = "integer-inputs"
    INTEGER_OUTPUTS = "integer-outputs"

    @property
    def inputs(self) -> bool:
        """True if inputs are integers."""
        return self in (Interface.INTEGER, Interface.INTEGER_INPUTS)

    @property
    def outputs(self) -> bool:
        """True if outputs are integers."""
        return self in (Interface.INTEGER, Interface.INTEGER_OUTPUTS)


class Equalization(StrEnum):
    """Whether channels between convolutions in integers are brought to like sizes (cross-layer equalization)."""

    OFF = "off"
    ON = "on"  # no default: samples that reach beyond those of the calibration lose by it (docs/recipes.md)


class Rounding(StrEnum):
    """How a weight's codes are found, given its scales. `AUTO`: compensated where the data tell what the weight is
    multiplied with, else balanced where weights are summed up."""

    AUTO = "auto"
    NEAREST = "nearest"
    BALANCED = "balanced"  # so that the errors of an output's weights add up to nothing
    COMPENSATED = "compensated"  # each makes up for the errors of those before it (GPTQ); without data nearest


class _Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what recipes are made of. A key that isn't known is an error, never ignored."""


class Setting(_Form, frozen=True, kw_only=True):
    """What is asked for one operator. Weights with fewer than `minimum_elements` elements stay in float."""

    precision: Precision
    granularity: Granularity = Granularity.AUTO
    algorithm: Algorithm = Algorithm.AUTO
    rounding: Rounding = Rounding.AUTO
    minimum_elements: Count = 1

    def __post_init__(self) -> None:
        _refuse_none(self.precision)


class Change(_Form, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule sets; None leaves as it is. Precision float32 keeps an operator in float."""

    precision: Precision | None = None
    granularity: Granularity | None = None
    algorithm: Algorithm | None = None
    rounding: Rounding | None = None
    minimum_elements: Count | None = None

    def __post_init__(self) -> None:
        _refuse_none(self.precision)


class Match(_Form, frozen=True, kw_only=True, omit_defaults=True):
    """Which operators a rule is for: those for which all conditions given hold; without any, all operators.

    `type` is the schema's name ("CONV_2D") and `name` the operator's name, which is its first output's; in both `*`
    stands for anything and `?` for one character. `regex` is searched for in the name. `scope` is a place in the
    hierarchy of names: "encoder/layer_0" holds "encoder/layer_0/dense" but not "encoder/layer_01". `operators` are
    indices within `subgraph`, or within every subgraph.
    """

    type: str | None = None
    name: str | None = None
    regex: str | None = None
    scope: str | None = None
    operators: tuple[Index, ...] | None = None
    subgraph: Index | None = None

    def __post_init__(self) -> None:
        if self.regex is not None:
            try:
                re.compile(self.regex)
            except (re.error, RecursionError, OverflowError) as error:
                raise ValueError(f"'{self.regex}' is not a regular expression: {error}") from error


class Rule(_Form, frozen=True, kw_only=True):
    """Operators and what is asked for them in particular."""

    match: Match
    set: Change


class Recipe(_Form, frozen=True, kw_only=True):
    """What is asked. The name is part of file names; `ranges`, `equalization` and `interface` are for integer
    arithmetic."""

    schema: str = SCHEMA
    name: Name
    title: str = ""
    description: str = ""
    default: Setting
    rules: tuple[Rule, ...] = ()
    ranges: Ranges = Ranges.AUTO
    equalization: Equalization = Equalization.OFF
    interface: Interface = Interface.FLOAT

    @property
    def needs_calibration(self) -> bool:
        """True if it asks for arithmetic in integers alone, whose ranges have to be measured on data."""
        asked = {self.default.precision, *(rule.set.precision for rule in self.rules)}
        return bool(asked & {Precision.INT8, Precision.INT16X8})

    @property
    def reads_calibration(self) -> bool:
        """True if what comes out depends on data where there are some."""
        asked = {self.default.rounding, *(rule.set.rounding for rule in self.rules)}
        return self.needs_calibration or bool(asked & {Rounding.AUTO, Rounding.COMPENSATED})

    def __post_init__(self) -> None:
        if self.schema != SCHEMA:
            raise ValueError(f"its schema is '{self.schema}'; only '{SCHEMA}' is known")


def _refuse_none(precision: Precision | None) -> None:
    if precision is Precision.NONE:
        raise ValueError("precision 'none' can't be asked for; 'float32' keeps an operator in float")
