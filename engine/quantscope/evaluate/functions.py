"""Which functions of a Python file can be a metric: read from its text, without running any of it."""

import ast
import os
from pathlib import Path
from typing import Final

from quantscope.documents.data import MetricFunctions
from quantscope.errors import DataError

LARGEST: Final = 4 << 20  # bytes of a file that is somebody's metric
ARGUMENTS: Final = 2  # outputs and labels


def metric_functions(path: str | os.PathLike[str]) -> MetricFunctions:
    """The public functions in the file at `path` that can be called with outputs and labels.

    Raises DataError if it can't be read, isn't Python, or has none.
    """
    name = os.path.basename(os.fspath(path))
    try:
        size = os.path.getsize(path)
        text = Path(path).read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise DataError(f"'{name}' can't be read: {error.strerror}.", "Check the path.") from error
    if size > LARGEST:
        raise DataError(f"'{name}' is too large for a Python file.", "Choose the file that holds the metric.")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise DataError(f"'{name}' isn't Python: {error.msg} (line {error.lineno}).", "Correct the file.") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise DataError(f"'{name}' isn't Python: {error}.", "Choose another file.") from error
    functions = (each for each in tree.body if isinstance(each, ast.FunctionDef))
    found = tuple(each.name for each in functions if not each.name.startswith("_") and _takes_both(each.args))
    if not found:
        raise DataError(
            f"'{name}' has no function that takes outputs and labels.",
            "Write one: def metric(outputs, labels), which returns a number.",
        )
    return MetricFunctions(path=os.path.abspath(path), functions=found)


def _takes_both(arguments: ast.arguments) -> bool:
    places = [*arguments.posonlyargs, *arguments.args]
    needed = len(places) - len(arguments.defaults)
    named = len(arguments.kwonlyargs) > sum(default is not None for default in arguments.kw_defaults)
    return needed <= ARGUMENTS and (len(places) >= ARGUMENTS or arguments.vararg is not None) and not named
