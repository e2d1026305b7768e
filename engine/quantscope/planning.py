"""The beginning of every job, load and plan: apart from `api`, for it needs nothing that runs or measures models."""

import os

from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.plan import Plan, make_plan
from quantscope.quantize.presets import DEFAULT_RECIPE, find_recipe
from quantscope.quantize.targets import DEFAULT_TARGET, Target, find_target
from quantscope.recipe import Recipe


def load(path: str | os.PathLike[str]) -> Model:
    """The model in a .tflite file, mapped and checked.

    Raises ModelReadError if the file can't be read or is damaged, ModelUnsupportedError if its weights lie elsewhere,
    RuntimeMissingError without ai-edge-litert.
    """
    return read(path)


def plan(
    model: Model,
    recipe: str | os.PathLike[str] | Recipe = DEFAULT_RECIPE,
    target: str | Target = DEFAULT_TARGET,
    calibration: Calibration | None = None,
) -> Plan:
    """What quantizing `model` would do: a decision with its reason for every operator.

    `recipe` is a preset's name, a .json file or a Recipe; `target` a name or a Target; without a `calibration` no
    operator runs in integers alone. Raises RecipeError if there is no such recipe or target, DataError if the
    calibration is another model's.
    """
    return make_plan(
        model,
        recipe if isinstance(recipe, Recipe) else find_recipe(os.fspath(recipe)),
        find_target(target) if isinstance(target, str) else target,
        calibration,
    )
