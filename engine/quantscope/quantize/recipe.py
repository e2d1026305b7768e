"""Recipes: what is asked of the quantizer. A small versioned JSON form, and the presets."""

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from quantscope.errors import RecipeError

SCHEMA: Final = "quantscope.recipe/1"
DEFAULT_RECIPE: Final = "dynamic-int8"


class Weights(StrEnum):
    """How a recipe stores weights."""

    INT8 = "int8"
    FLOAT16 = "float16"


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked. `minimum_elements`: weights with fewer elements stay in float. The name is part of file names."""

    schema: str = SCHEMA
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    title: str = ""
    description: str = ""
    weights: Weights
    minimum_elements: Annotated[int, msgspec.Meta(ge=1)]


PRESETS: Final[Mapping[str, Recipe]] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="dynamic-int8",
            title="Dynamic int8",
            description="Weights in 8 bits, activations quantized on the fly: 4x smaller, faster, no data needed.",
            weights=Weights.INT8,
            # TensorFlow's minimum; on EfficientNet-Lite0 it is worth 4-5 dB for 5 kB (design.md section 8).
            minimum_elements=1024,
        ),
        Recipe(
            name="float16",
            title="Float16",
            description="Weights in 16 bits: 2x smaller, nearly exact, for GPUs and where 8 bits lose too much.",
            weights=Weights.FLOAT16,
            # A DEQUANTIZE and its tensor take about 200 bytes; below this a half-size weight would make the file
            # larger.
            minimum_elements=256,
        ),
    )
}


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
            recipe = msgspec.json.decode(file.read(1 << 20), type=Recipe)
    except (OSError, msgspec.MsgspecError) as error:
        raise RecipeError(f"'{os.path.basename(name)}' is not a recipe: {error}.") from error
    if recipe.schema != SCHEMA:
        raise RecipeError(f"'{name}' has schema '{recipe.schema}'; only '{SCHEMA}' is known.")
    return recipe
