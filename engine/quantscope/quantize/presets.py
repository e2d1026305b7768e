"""The recipes that come along, and finding one by name or in a file."""

import os
import re
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from quantscope.errors import RecipeError
from quantscope.precision import Precision
from quantscope.quantize.litert_recipe import is_litert_recipe, read_litert
from quantscope.recipe import Algorithm, Count, Name, Recipe, Rounding, Setting

DEFAULT_RECIPE: Final = "dynamic-int8"
MAX_BYTES: Final = 1 << 20
# TensorFlow's minimum; on EfficientNet-Lite0 it is worth 4-5 dB for 5 kB (design.md section 8).
SMALLEST_INT8: Final = 1024
# A DEQUANTIZE and its tensor take about 200 bytes; below this a half-size weight would make the file larger.
SMALLEST_FLOAT16: Final = 256

PRESETS: Final[Mapping[str, Recipe]] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="dynamic-int8",
            title="Dynamic int8",
            description="Weights in 8 bits, activations quantized on the fly: 4x smaller, faster, no data needed.",
            default=Setting(
                precision=Precision.HYBRID_INT8,
                algorithm=Algorithm.MINMAX,
                rounding=Rounding.COMPENSATED,  # balanced takes several times as long as all the rest of the job
                minimum_elements=SMALLEST_INT8,
            ),
        ),
        Recipe(
            name="dynamic-int4",
            title="Dynamic int4",
            description="4 bits for the weights that stand it and that the target has kernels for, 8 for the others.",
            default=Setting(precision=Precision.HYBRID_INT4, minimum_elements=SMALLEST_INT8),
        ),
        Recipe(
            name="weight-only-int8",
            title="Weight-only int8",
            description="Weights in 8 bits, all arithmetic in float: 4x smaller, nearly exact, as fast as float.",
            default=Setting(
                precision=Precision.WEIGHT_ONLY_INT8, algorithm=Algorithm.MINMAX, minimum_elements=SMALLEST_INT8
            ),
        ),
        Recipe(
            name="weight-only-int4",
            title="Weight-only int4",
            description="All weights in 4 bits, all arithmetic in float: the smallest, for models that stand it.",
            default=Setting(precision=Precision.WEIGHT_ONLY_INT4, minimum_elements=SMALLEST_INT8),
        ),
        Recipe(
            name="static-int8",
            title="Static int8",
            description="Weights and activations in 8 bits: 4x smaller and fastest; ranges measured on sample data.",
            default=Setting(precision=Precision.INT8),
        ),
        Recipe(
            name="static-int16x8",
            title="Static int16x8",
            description="Weights in 8 bits, activations in 16: nearly exact, slow on CPUs; needs sample data.",
            default=Setting(precision=Precision.INT16X8),
        ),
        Recipe(
            name="float16",
            title="Float16",
            description="Weights in 16 bits: 2x smaller, nearly exact, for GPUs and where 8 bits lose too much.",
            default=Setting(precision=Precision.FLOAT16, minimum_elements=SMALLEST_FLOAT16),
        ),
    )
}


class _First(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recipe as Quantscope 0.1 wrote it: one way of storing weights for the whole model."""

    schema: Literal["quantscope.recipe/1"] = "quantscope.recipe/1"
    name: Name
    title: str = ""
    description: str = ""
    weights: Literal["int8", "float16"]
    minimum_elements: Count

    def today(self) -> Recipe:
        """The same in today's form."""
        precision = Precision.FLOAT16 if self.weights == "float16" else Precision.HYBRID_INT8
        setting = Setting(precision=precision, algorithm=Algorithm.MINMAX, minimum_elements=self.minimum_elements)
        return Recipe(name=self.name, title=self.title, description=self.description, default=setting)


def find_recipe(name: str) -> Recipe:
    """A preset by name, or the recipe in a JSON file by path.

    Raises RecipeError if there is none, or if the file does not hold a recipe.
    """
    if name in PRESETS:
        return PRESETS[name]
    if not name.endswith(".json"):
        raise RecipeError(f"There is no recipe '{name}'.", f"Choose one of {', '.join(PRESETS)}, or give a .json file.")
    try:
        with open(name, "rb") as file:
            return from_json(file.read(MAX_BYTES), _as_name(name))
    except (OSError, msgspec.MsgspecError, RecursionError) as error:
        raise RecipeError(f"'{os.path.basename(name)}' is not a recipe: {error}.") from error


def _as_name(path: str) -> str:
    """A recipe's name from its file's."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return re.sub(r"^[^A-Za-z0-9]+|[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:64] or "imported"


def from_json(data: bytes, name: str = "imported") -> Recipe:
    """The recipe in `data`: of this version, of the first, or one of litert-quantizer's, which gets `name`.

    Raises msgspec.MsgspecError if it isn't a recipe, RecipeError if Quantscope can't do what it asks for.
    """
    if is_litert_recipe(data):
        return read_litert(data, name)
    keys = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    if "weights" in keys:
        return msgspec.json.decode(data, type=_First).today()
    return msgspec.json.decode(data, type=Recipe)


def to_json(recipe: Recipe) -> bytes:
    """The recipe as JSON to read and change."""
    return msgspec.json.format(msgspec.json.encode(recipe), indent=2) + b"\n"
