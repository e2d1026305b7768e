"""The options that say on which data models are compared, the same for every command that does."""

import argparse
from typing import Final

from quantscope.evaluate.compare import DEFAULT_SAMPLES
from quantscope.evaluate.metrics import DEFAULT_SECONDS, Function

MOST_SECONDS: Final = 24 * 3600


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Adds --data and --samples."""
    parser.add_argument(
        "--data", metavar="FILE.npz", help="inputs: arrays named after the model's inputs, samples first"
    )
    parser.add_argument(
        "--samples",
        type=positive,
        metavar="N",
        help=f"how many samples (default: all of --data, or {DEFAULT_SAMPLES} generated ones)",
    )


def add_metric_options(parser: argparse.ArgumentParser) -> None:
    """Adds --labels, --metric and --metric-timeout."""
    parser.add_argument(
        "--labels",
        metavar="NAME",
        help="array of --data with the right classes, for top-1 and top-5 (default: y or labels, if there is one)",
    )
    parser.add_argument(
        "--metric",
        metavar="FILE.py:FUNCTION",
        help="a function of your own, metric(outputs, labels) -> float, run in a process of its own",
    )
    parser.add_argument(
        "--metric-timeout",
        type=_seconds,
        default=DEFAULT_SECONDS,
        metavar="SECONDS",
        help="how long it may take for one model (default: %(default)g)",
    )


def metric(arguments: argparse.Namespace) -> Function | None:
    """The user's function, if one is given. Raises DataError if it can't be found."""
    return None if arguments.metric is None else Function.parse(arguments.metric, arguments.metric_timeout)


def positive(text: str) -> int:
    """A number from 1 up."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a number from 1 up")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= MOST_SECONDS:
        raise argparse.ArgumentTypeError("must be a number of seconds, at most a day")
    return value
