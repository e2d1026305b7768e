"""What a recipe asks for that did not come about: stable codes, and one sentence for each.

Codes are API, as those of reasons are. A finding speaks of a rule of the recipe (or of its default setting); what
became of each operator is in the operator's own reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class FindingCode(StrEnum):
    """One code for each kind of finding."""

    RULE_MATCHES_NOTHING = "rule-matches-nothing"
    RULE_OVERRIDDEN = "rule-overridden"
    NO_KERNEL = "no-kernel"
    DEFAULT_NO_KERNEL = "default-no-kernel"
    NEEDS_CALIBRATION = "needs-calibration"
    INT4_TOO_COARSE = "int4-too-coarse"
    INTERFACE_IN_FLOAT = "interface-in-float"


SENTENCES: Final[Mapping[FindingCode, str]] = {
    FindingCode.RULE_MATCHES_NOTHING: "Rule {number} matches no operator of this model.",
    FindingCode.RULE_OVERRIDDEN: "Rule {number} has no effect: later rules change all that it sets.",
    FindingCode.NO_KERNEL: (
        "Rule {number} asks for {precision} ({granularity}), which {target} has no kernel for in {count} of the"
        " {matched} operators that it matches; their reasons say what they get instead."
    ),
    FindingCode.DEFAULT_NO_KERNEL: (
        "The recipe asks for {precision} ({granularity}), which {target} has no kernel for in any operator of this"
        " model; their reasons say what they get instead."
    ),
    FindingCode.INT4_TOO_COARSE: (
        "In 4 bits the weights of {count} operators lose more than a model can be expected to stand ({decibel} dB in"
        " all). Compare with float before using it; dynamic-int4 puts only what stands it into 4 bits."
    ),
    FindingCode.INTERFACE_IN_FLOAT: (
        "{count} of the model's inputs and outputs that the recipe asks for as integers stay in float, {name} first:"
        " nothing runs in integers there, or nothing was seen of them."
    ),
    FindingCode.NEEDS_CALIBRATION: (
        "The recipe asks for {precision} in {count} operators, which needs sample data to measure ranges with; they"
        " stay in float."
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` is the index of the rule it is about, None for the default setting; `number` in sentences is one more."""

    code: FindingCode
    rule: int | None
    arguments: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.code].format(**self.arguments)
