"""The documents Quantscope gives out: the JSON contract of the command line, the worker's results, the window's input.

Keys may be added, never renamed. Every document names its `schema` with a version and the `model` it speaks of. Sizes
are bytes, times seconds. `to_json` and `from_json` convert; reading is strict, since a document may come from another
process.
"""

from typing import Any, Final, TypeVar

import msgspec

from quantscope.recipe import Change, Recipe

INSPECT: Final = "quantscope.inspect/1"
QUANTIZE: Final = "quantscope.quantize/1"
COMPARE: Final = "quantscope.compare/1"
EXPORTED_RECIPE: Final = "quantscope.exported-recipe/1"
RECIPES: Final = "quantscope.recipes/1"


class Document(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of every value below: immutable, compared by value. The garbage collector needn't look at them: what can't
    be changed can't refer to itself."""


class File(Document, frozen=True, kw_only=True):
    """A file as it was when it was read or written. `sha256` is in lower-case hex."""

    path: str
    bytes: int
    sha256: str


class Tensor(Document, frozen=True, kw_only=True):
    """One operand. `index` is -1 for an optional input that is absent; `shape` holds -1 where a dimension is
    dynamic."""

    index: int
    name: str
    dtype: str
    shape: tuple[int, ...]
    constant: bool


class Reason(Document, frozen=True, kw_only=True):
    """Why an operator has its precision. `code` is stable; `text` is one English sentence; `arguments` fill a
    translation. `edit` is the change of the recipe that does what the remedy says, where a change of the recipe can."""

    code: str
    text: str
    remedy: str | None
    arguments: dict[str, str | int] = {}
    edit: Change | None = None


class Operator(Document, frozen=True, kw_only=True):
    """One operator with its planned precision.

    `weight_bytes` is what its constant weights take now, `planned_weight_bytes` after quantization (a shared weight
    counts at every user). `delegated` says whether the target's delegate takes the operator, None on a target without
    delegate; `partition` in which of the subgraph's partitions, counted from 0 in the order in which they run;
    `rules` are the indices of the recipe's rules that match it; `precision_now` is its precision in the source model.
    """

    index: int
    type: str
    name: str
    version: int
    precision: str
    reason: Reason
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    weight_bytes: int
    planned_weight_bytes: int
    delegated: bool | None
    fallback: bool
    partition: int | None = None
    rules: tuple[int, ...] = ()
    precision_now: str = ""


class Subgraph(Document, frozen=True, kw_only=True):
    """One subgraph and its operators in execution order. `partitions` is None on a target without delegate."""

    index: int
    name: str
    operators: tuple[Operator, ...]
    partitions: int | None


class Summary(Document, frozen=True, kw_only=True):
    """Totals over all subgraphs.

    `by_precision` counts operators by precision; `eight_bit` those whose arithmetic runs in 8 bits; `fallback` those
    that run in float although the recipe asked for less; `partitions` the delegate's partitions (None without
    delegate).
    """

    operators: int
    by_precision: dict[str, int]
    eight_bit: int
    fallback: int
    partitions: int | None
    bytes: int
    planned_bytes: int


class Finding(Document, frozen=True, kw_only=True):
    """Something the recipe asks for in vain. `rule` is the index of the rule, None for the recipe's default setting;
    `code` is stable, `text` one English sentence, `arguments` fill a translation."""

    code: str
    rule: int | None
    text: str
    arguments: dict[str, str | int] = {}


class Calibration(Document, frozen=True, kw_only=True):
    """What ranges were measured on. `warning` says what is wrong with that, None if nothing is."""

    source: str
    samples: int
    generated: bool
    warning: str | None = None


class Number(Document, frozen=True, kw_only=True):
    """How a tensor's values are stored: where `scale` isn't None, real = scale * (stored - zero_point)."""

    dtype: str
    scale: float | None = None
    zero_point: int | None = None


class End(Document, frozen=True, kw_only=True):
    """An input of the model or, if `output`, an output of it: how its values are stored now, and as planned. `shape`
    holds -1 where a dimension is dynamic."""

    name: str
    output: bool
    shape: tuple[int, ...]
    now: Number
    planned: Number


class Inspection(Document, frozen=True, kw_only=True):
    """`quantscope inspect`: the model as it is and as the recipe would make it on the target.

    `recipe` is the recipe's name, `recipe_document` all of it. `calibration` is None where the plan was made without.
    `ends` are the inputs and outputs of the main subgraph, in order.
    """

    schema: str = INSPECT
    model: File
    recipe: str
    recipe_document: Recipe
    findings: tuple[Finding, ...] = ()
    target: str
    subgraphs: tuple[Subgraph, ...]
    summary: Summary
    calibration: Calibration | None = None
    ends: tuple[End, ...] = ()


class Quantization(Document, frozen=True, kw_only=True):
    """`quantscope quantize`: what was written. `ratio` is output / input bytes.

    origins[subgraph][operator of the written file] is the source's operator that it is or does a part of the work of,
    None for one that was inserted only to change how a value is stored (QUANTIZE, DEQUANTIZE).
    """

    schema: str = QUANTIZE
    model: File
    input: File
    output: File
    ratio: float
    plan: Inspection
    seconds: float
    peak_rss_bytes: int
    origins: tuple[tuple[int | None, ...], ...] = ()


class OutputError(Document, frozen=True, kw_only=True):
    """How far one output of the quantized model is from the float one, over all samples. `signature` is the key of the
    further signature that gives it, empty for the main subgraph.

    `sqnr_db` = 10 log10(sum(float^2) / sum((float - quantized)^2)), None where `identical`, or where the reference is
    all zeros; `cosine` is the mean over samples, None where a vector is all zeros; `top1_agreement` the share of rows
    (last axis) whose largest element is in the same place, None for outputs without a last axis of at least two
    elements. Where an output is infinite or NaN, `sqnr_db`, `max_abs` and `cosine` are None.
    """

    name: str
    sqnr_db: float | None
    max_abs: float | None
    cosine: float | None
    top1_agreement: float | None
    identical: bool
    signature: str = ""

    @property
    def label(self) -> str:
        """The name, with a further signature's key in front."""
        return f"{self.signature}/{self.name}" if self.signature else self.name


class Error(Document, frozen=True, kw_only=True):
    """How far values are from the float ones, over all samples; the figures are those of `OutputError`."""

    sqnr_db: float | None
    max_abs: float | None
    cosine: float | None
    identical: bool


class OperatorError(Document, frozen=True, kw_only=True):
    """How far one operator's float outputs are off in the quantized model.

    `subgraph` and `index` are the float model's; `written` are the operators of the quantized file that stand in its
    place, inserted ones included. `own` is the error that the operator makes itself: it is given the float model's
    tensors as inputs, in the form it takes them, so rounded where it takes integers. `sqnr_db`, `max_abs`, `cosine` and
    `identical` speak of the accumulated error, in the quantized model as it runs. The float model is run without a
    delegate, so operators that stay in float may differ by rounding: 100 dB and more. What can't be measured is None,
    and `note` says why.
    """

    subgraph: int
    index: int
    sqnr_db: float | None
    type: str = ""
    max_abs: float | None = None
    cosine: float | None = None
    identical: bool = False
    own: Error | None = None
    written: tuple[int, ...] = ()
    note: str | None = None


class TaskMetric(Document, frozen=True, kw_only=True):
    """How well both models do a task, for instance the share of samples whose label is among the five best."""

    name: str
    float_value: float
    quantized_value: float


class Comparison(Document, frozen=True, kw_only=True):
    """`quantscope compare`: float against quantized on the same inputs. `inputs` says where those came from.

    `alignment` tells how operators were found in the quantized file: "exact" where both files have the same tensors in
    the same places and every operator of one is accounted for in the other, "best-effort" where operators were matched
    by what they compute from what, "none" where operators weren't compared. Names of tensors are never used.
    `operators` were looked at on `operator_samples` of the samples, spread evenly. `available` is how many samples the
    data file has, 0 where they were generated; `labels` is the array of it that the metrics were told, None where they
    weren't, and `label_arrays` are all that could be.
    """

    schema: str = COMPARE
    model: File
    quantized: File
    inputs: str
    samples: int
    outputs: tuple[OutputError, ...]
    operators: tuple[OperatorError, ...] = ()
    alignment: str = "none"
    metrics: tuple[TaskMetric, ...] = ()
    operator_samples: int = 0
    available: int = 0
    labels: str | None = None
    label_arrays: tuple[str, ...] = ()


class Choice(Document, frozen=True, kw_only=True):
    """Something a user can choose: a recipe or a target."""

    id: str
    title: str
    description: str


class Catalogue(Document, frozen=True, kw_only=True):
    """`quantscope recipes`: the recipes and targets there are, the default ones first; `presets` are the recipes in
    full."""

    schema: str = RECIPES
    recipes: tuple[Choice, ...]
    targets: tuple[Choice, ...]
    presets: tuple[Recipe, ...] = ()


class ExportedRecipe(Document, frozen=True, kw_only=True):
    """A recipe as the file of another tool: `text` is what is to be written."""

    schema: str = EXPORTED_RECIPE
    tool: str
    text: str


T = TypeVar("T", bound=Document)


def to_json(document: Document, *, indent: int | None = None) -> bytes:
    """UTF-8 JSON of a document; `indent` spaces per level, or compact."""
    data = msgspec.json.encode(document)
    return data if indent is None else msgspec.json.format(data, indent=indent)


def from_json(data: bytes, kind: type[T]) -> T:
    """The document in `data`.

    Raises msgspec.ValidationError if it isn't a `kind`, msgspec.DecodeError if it isn't JSON.
    """
    return msgspec.json.decode(data, type=kind)


def to_builtins(document: Document) -> Any:
    """The document as dicts, lists, strings and numbers."""
    return msgspec.to_builtins(document)
