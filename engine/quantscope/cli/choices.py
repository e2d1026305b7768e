"""The --recipe and --target options, the same for every command that plans."""

import argparse

from quantscope.quantize.presets import DEFAULT_RECIPE, PRESETS
from quantscope.quantize.targets import DEFAULT_TARGET, TARGETS


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
