"""The --recipe, --interface and --target options, and how a place in a model is written: the same for every command."""

import argparse
from typing import Final

from msgspec.structs import replace

from quantscope.errors import UsageError
from quantscope.quantize.presets import DEFAULT_RECIPE, PRESETS, find_recipe
from quantscope.quantize.targets import DEFAULT_TARGET, TARGETS
from quantscope.recipe import Interface, Recipe

INTERFACES: Final = tuple(interface.value for interface in Interface)


def add_plan_options(parser: argparse.ArgumentParser) -> None:
    """Adds --recipe and --target."""
    parser.add_argument(
        "--recipe",
        default=DEFAULT_RECIPE,
        metavar="R",
        help=f"what is asked: {', '.join(PRESETS)}, or a recipe .json file (default: %(default)s)",
    )
    parser.add_argument(
        "--target",
        default=DEFAULT_TARGET,
        metavar="T",
        help=f"the runtime it is made for: {', '.join(TARGETS)} (default: %(default)s)",
    )


def add_interface(parser: argparse.ArgumentParser) -> None:
    """Adds --interface."""
    parser.add_argument(
        "--interface",
        choices=INTERFACES,
        help="the model's inputs and outputs under a static recipe: float32, or both, only inputs or only outputs"
        " integers with a scale (default: as the recipe says)",
    )


def asked_recipe(arguments: argparse.Namespace) -> Recipe:
    """The recipe of --recipe, with the interface of --interface. Raises RecipeError, UsageError."""
    recipe = find_recipe(arguments.recipe)
    if arguments.interface is None:
        return recipe
    if not recipe.needs_calibration:
        raise UsageError(
            f"The recipe {recipe.name} computes in float, so its inputs and outputs can't be integers.",
            "Take static-int8 or static-int16x8.",
        )
    return replace(recipe, interface=Interface(arguments.interface))


def add_calibration_options(parser: argparse.ArgumentParser) -> None:
    """Adds --calibration and --calibration-samples."""
    parser.add_argument(
        "--calibration",
        metavar="FILE",
        help="an .npz file of samples, arrays named after the model's inputs: static recipes measure ranges on it, and"
        " all round weights by it",
    )
    parser.add_argument(
        "--calibration-samples",
        type=int,
        metavar="N",
        help="how many of the samples to take (default: all; 16 if generated)",
    )


def place(text: str) -> tuple[int, int]:
    """(subgraph, number) of "3" or "1:3"."""
    subgraph, colon, number = text.rpartition(":")
    if not number.isdecimal() or (colon and not subgraph.isdecimal()):
        raise argparse.ArgumentTypeError(f"'{text}' is neither a number nor one of a subgraph, as in 1:3")
    return int(subgraph or 0), int(number)
