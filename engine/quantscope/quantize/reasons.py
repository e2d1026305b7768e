"""Why an operator has its precision: stable codes, and one sentence with its remedy for each.

Codes are API (reports, CI gates and translations key on them). The sentences are templates; a `Reason` fills them in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from quantscope.precision import Precision
from quantscope.recipe import Change


class ReasonCode(StrEnum):
    """One code for each kind of reason."""

    HYBRID_KERNEL = "hybrid-kernel"
    INT8_LOOKUP = "int8-lookup"
    FLOAT16_WEIGHTS = "float16-weights"
    HOLDS_PARTITION = "holds-partition"
    HYBRID_NOT_FASTER = "hybrid-not-faster"
    PER_TENSOR_TOO_COARSE = "per-tensor-too-coarse"
    NO_QUANTIZED_KERNEL = "no-quantized-kernel"
    INT4_KERNEL = "int4-kernel"
    INT4_LOOKUP = "int4-lookup"
    INT4_LEAVES_DELEGATE = "int4-leaves-delegate"
    INT4_TOO_COARSE = "int4-too-coarse"
    NO_INT4_KERNEL = "no-int4-kernel"
    NO_SUCH_SCALES = "no-such-scales"
    DYNAMIC_SHAPE = "dynamic-shape"
    SHARED_WEIGHT = "shared-weight"
    WEIGHT_NOT_CONSTANT = "weight-not-constant"
    TOO_FEW_ELEMENTS = "too-few-elements"
    NOT_SMALLER = "not-smaller"
    RECURRENT_INCOMPLETE = "recurrent-incomplete"
    OUT_OF_FLOAT16_RANGE = "out-of-float16-range"
    SPARSE_WEIGHT = "sparse-weight"
    NOT_FLOAT = "not-float"
    WEIGHT_ONLY = "weight-only"
    NEEDS_CALIBRATION = "needs-calibration"
    INTEGER_KERNEL = "integer-kernel"
    INTEGER_DATA = "integer-data"
    NO_INTEGER_KERNEL = "no-integer-kernel"
    UNSOUND_INTEGER_KERNEL = "unsound-integer-kernel"
    FASTER_IN_FLOAT = "faster-in-float"
    BETWEEN_FLOAT = "between-float"
    SLOWER_IN_INTEGERS = "slower-in-integers"
    LOOP_STATE = "loop-state"
    LOOP_PRODUCT = "loop-product"
    NOT_REACHED = "not-reached"
    FAR_APART_VALUES = "far-apart-values"
    SCALES_TOO_FAR_APART = "scales-too-far-apart"
    NOT_FINITE = "not-finite"
    KEPT_BY_RULE = "kept-by-rule"
    KEPT_BY_DEFAULT = "kept-by-default"
    NOT_REQUESTED = "not-requested"
    CONTROL_FLOW = "control-flow"
    CUSTOM_OPERATOR = "custom-operator"
    ALREADY_QUANTIZED = "already-quantized"
    FLOAT16_SOURCE = "float16-source"
    DATA_MOVEMENT = "data-movement"


@dataclass(frozen=True, slots=True)
class Sentence:
    """English templates with {named} arguments: what is so, and what the user can do about it. `edit` is the remedy as
    a change of the recipe for the operator, where there is one."""

    text: str
    remedy: str | None = None
    edit: Change | None = None


SENTENCES: Final[Mapping[ReasonCode, Sentence]] = {
    ReasonCode.HYBRID_KERNEL: Sentence(
        "Runs in 8 bits: {target} has a kernel with int8 weights that quantizes the activations on the fly."
    ),
    ReasonCode.INT8_LOOKUP: Sentence("Looks up rows of int8 weights and gives them out in float."),
    ReasonCode.FLOAT16_WEIGHTS: Sentence(
        "Weights are stored in 16 bits; they are computed in float16 where the hardware has it, else in float32."
    ),
    ReasonCode.HOLDS_PARTITION: Sentence(
        "{target} has no kernel for {operator} with int8 weights and float activations. The weights are stored in 8"
        " bits and computed in float, so that the delegate keeps the graph in one piece."
    ),
    ReasonCode.HYBRID_NOT_FASTER: Sentence(
        "Quantizing the activations on the fly would cost about as much time as 8-bit arithmetic saves here"
        " ({depth} products are summed for each of {outputs} outputs, from {inputs} inputs). The weights are stored in"
        " 8 bits and computed in float.",
        "A rule that asks for hybrid-int8 here overrides this.",
        Change(precision=Precision.HYBRID_INT8),
    ),
    ReasonCode.PER_TENSOR_TOO_COARSE: Sentence(
        "The 8-bit kernel of {operator} knows only one scale for a whole weight, which would leave just {decibel} dB"
        " of this one. The weights are stored in 8 bits with a scale for each row and computed in float.",
        "A rule that asks for hybrid-int8 here overrides this.",
        Change(precision=Precision.HYBRID_INT8),
    ),
    ReasonCode.NO_QUANTIZED_KERNEL: Sentence(
        "{target} computes {operator} wrongly or not at all with int8 weights in this form ({what}). The weights are"
        " stored in 8 bits and computed in float."
    ),
    ReasonCode.INT4_KERNEL: Sentence(
        "Runs with 4-bit weights ({scales}): {target} has a kernel that quantizes the activations on the fly."
    ),
    ReasonCode.INT4_LOOKUP: Sentence("Looks up rows of 4-bit weights ({scales}) and gives them out in float."),
    ReasonCode.INT4_LEAVES_DELEGATE: Sentence(
        "Weights are stored in 4 bits, as the recipe asks, and computed in float. {target} unpacks no such weights, so"
        " the operator runs in a built-in kernel and the delegate's graph is cut here.",
        "Ask for weight-only-int8 here if speed counts for more than size.",
        Change(precision=Precision.WEIGHT_ONLY_INT8),
    ),
    ReasonCode.INT4_TOO_COARSE: Sentence(
        "In 4 bits its weights would keep {decibel} dB, and together with the other operators' that is more error than"
        " the model can be expected to stand. 8 bits are used instead.",
        "A rule that asks for hybrid-int4 here overrides this.",
        Change(precision=Precision.HYBRID_INT4),
    ),
    ReasonCode.NO_SUCH_SCALES: Sentence(
        "{target} has a kernel for {operator} with quantized weights, but none with the scales that the recipe asks for"
        " ({asked}) in this form. {scales} is used instead."
    ),
    ReasonCode.NO_INT4_KERNEL: Sentence(
        "{target} has no kernel for {operator} with 4-bit weights in this form. 8 bits are used instead."
    ),
    ReasonCode.DYNAMIC_SHAPE: Sentence(
        "The shape of the indices is known only when the model runs. The weights are stored in 8 bits and looked up in"
        " float.",
        "Fix the model's input shape when converting it.",
    ),
    ReasonCode.SHARED_WEIGHT: Sentence(
        "The weight is shared with {other}, which needs it in another form.",
        "Give the operators weights of their own when converting.",
    ),
    ReasonCode.WEIGHT_NOT_CONSTANT: Sentence(
        "The weight isn't a constant of this subgraph: it is computed while the model runs, or handed in by the caller."
    ),
    ReasonCode.TOO_FEW_ELEMENTS: Sentence(
        "The weight has {elements} elements, fewer than the recipe's minimum of {minimum}: keeping it in float costs"
        " {bytes} bytes and preserves accuracy.",
        "Lower minimum_elements in a recipe file of your own: 'quantscope recipes NAME' prints one to start from.",
        Change(minimum_elements=1),
    ),
    ReasonCode.NOT_SMALLER: Sentence(
        "Stored in 8 bits the weight would not be smaller: its scales would take the room that its values save."
    ),
    ReasonCode.RECURRENT_INCOMPLETE: Sentence(
        "Only some of this operator's weights are constant, and its kernel takes all of them in 8 bits or none."
    ),
    ReasonCode.OUT_OF_FLOAT16_RANGE: Sentence(
        "The weight's values are too large or too small for float16, which ends at 65504 and loses precision below"
        " 6e-5.",
        "Store the weight in 8 bits, whose scale fits its values.",
        Change(precision=Precision.WEIGHT_ONLY_INT8),
    ),
    ReasonCode.SPARSE_WEIGHT: Sentence(
        "The weight is stored sparse, which this recipe can't quantize.", "Convert the model without sparsity."
    ),
    ReasonCode.NOT_FLOAT: Sentence("Its input is not float32, so there is nothing to quantize on the fly."),
    ReasonCode.WEIGHT_ONLY: Sentence("Weights are stored small, as the recipe asks, and computed in float."),
    ReasonCode.NEEDS_CALIBRATION: Sentence(
        "Arithmetic in {precision} needs the ranges of activations, which are measured on sample data; there is none.",
        "Give sample data for calibration, or quantize the activations on the fly.",
        Change(precision=Precision.HYBRID_INT8),
    ),
    ReasonCode.KEPT_BY_RULE: Sentence(
        "Rule {rule} of the recipe {recipe} keeps it in float.",
        "Add a rule that asks for 8 bits here.",
        Change(precision=Precision.HYBRID_INT8),
    ),
    ReasonCode.KEPT_BY_DEFAULT: Sentence(
        "The recipe {recipe} quantizes only what its rules name, and none names it.",
        "Add a rule that asks for 8 bits here.",
        Change(precision=Precision.HYBRID_INT8),
    ),
    ReasonCode.INTEGER_KERNEL: Sentence("Runs in integers alone: {target} has a kernel with {precision} activations."),
    ReasonCode.INTEGER_DATA: Sentence("Moves quantized values as they are, on the grid of the operators around it."),
    ReasonCode.NO_INTEGER_KERNEL: Sentence("{target} has no kernel for {operator} in {precision}; it runs in float."),
    ReasonCode.UNSOUND_INTEGER_KERNEL: Sentence(
        "{target} computes {operator} in {precision} wrongly or not at all in this form ({what}); it runs in float."
    ),
    ReasonCode.FASTER_IN_FLOAT: Sentence(
        "{target} runs {operator} in float only. In {precision} it would leave the delegate and split the graph, which"
        " takes longer than converting to float and back."
    ),
    ReasonCode.SLOWER_IN_INTEGERS: Sentence(
        "The {precision} kernel of {operator} is less than half as fast as the one that quantizes activations on the"
        " fly, and less exact.",
        "Add a rule that names it to have it in integers all the same.",
    ),
    ReasonCode.BETWEEN_FLOAT: Sentence(
        "The operators around it run in float, and converting its operands would cost more than integers save here."
    ),
    ReasonCode.LOOP_STATE: Sentence(
        "Part of a loop's body: rounded to few bits its errors would add up from step to step."
    ),
    ReasonCode.LOOP_PRODUCT: Sentence(
        "Part of a loop's body, where values stay in float: in {precision} its results would be rounded at every step."
        " Quantizing the activations on the fly rounds none and is no slower.",
        "Add a rule that names it to have it in integers all the same.",
    ),
    ReasonCode.NOT_REACHED: Sentence(
        "The calibration data never reached it, so its ranges aren't known; it runs in float.",
        "Give sample data that does.",
    ),
    ReasonCode.FAR_APART_VALUES: Sentence(
        "Its values lie in two groups far apart, the larger at {largest}, as where a mask is added; one scale can't"
        " hold both, so it runs in float."
    ),
    ReasonCode.SCALES_TOO_FAR_APART: Sentence(
        "Its operands and result differ too much in size for the integer kernel of {operator}; it runs in float."
    ),
    ReasonCode.NOT_FINITE: Sentence(
        "Operand '{tensor}' holds infinite or NaN values, which integers can't.", "Check how the model was trained."
    ),
    ReasonCode.NOT_REQUESTED: Sentence("Has no weight that the recipe {recipe} quantizes, so it stays in float."),
    ReasonCode.CONTROL_FLOW: Sentence("Only calls other subgraphs, whose operators have precisions of their own."),
    ReasonCode.CUSTOM_OPERATOR: Sentence("A custom operator: only the application that brings it knows its kernels."),
    ReasonCode.ALREADY_QUANTIZED: Sentence("Already quantized in the source model; left as it is."),
    ReasonCode.FLOAT16_SOURCE: Sentence(
        "The source model stores its weights in 16 bits already; left as they are.",
        "A recipe with 8-bit weights makes them smaller; integer arithmetic needs the float32 model.",
    ),
    ReasonCode.DATA_MOVEMENT: Sentence("Moves, indexes or converts data; there is no float arithmetic to quantize."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with the arguments of its sentence.

    Decisions don't depend on what the recipe is called, so sentences that say its name get it with `in_recipe`; without
    they speak of the recipe chosen.
    """

    code: ReasonCode
    arguments: Mapping[str, str | int] = field(default_factory=dict)

    def in_recipe(self, name: str) -> "Reason":
        """The reason with the recipe's name, if its sentence says it."""
        if "{recipe}" not in SENTENCES[self.code].text:
            return self
        return Reason(self.code, {"recipe": name, **self.arguments})

    @property
    def text(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.code].text.format(**{"recipe": "chosen", **self.arguments})

    @property
    def edit(self) -> Change | None:
        """The remedy as a change of the recipe for this operator."""
        return SENTENCES[self.code].edit

    @property
    def remedy(self) -> str | None:
        """What the user can do about it, in English."""
        remedy = SENTENCES[self.code].remedy
        return remedy and remedy.format(**self.arguments)


PLAIN: Final[Mapping[ReasonCode, Reason]] = {code: Reason(code) for code in ReasonCode}
