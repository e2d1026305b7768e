"""The process that a metric of the user's runs in: `python -m quantscope.evaluate.metric_child REQUEST`."""

import importlib.util
import math
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import numpy as np

from quantscope.evaluate.metrics import MetricRequest, MetricResult


def main() -> None:
    """Calls the function that the request names, and writes its value to the file that it names."""
    request = msgspec.json.decode(sys.argv[1], type=MetricRequest)
    Path(request.result).write_bytes(msgspec.json.encode(_judged(request)))


def _judged(request: MetricRequest) -> MetricResult:
    outputs: Any = {name: np.load(path, mmap_mode="r") for name, path in request.outputs.items()}
    if len(outputs) == 1:
        (outputs,) = outputs.values()
    labels = None if request.labels is None else np.load(request.labels)
    try:
        function = getattr(_module(request.path), request.function, None)
        if not callable(function):
            return MetricResult(error=f"'{request.path}' has no function of this name.")
        value = float(function(outputs, labels))
    except Exception as error:
        # Only the user's own lines: where in their file it went wrong, and how.
        places = [each for each in traceback.extract_tb(error.__traceback__) if each.filename == request.path]
        place = f" (line {places[-1].lineno})" if places else ""
        return MetricResult(error=f"{type(error).__name__}: {error}{place}")
    if not math.isfinite(value):
        return MetricResult(error=f"its value is {value}, which is not a finite number.")
    return MetricResult(value=value)


def _module(path: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location("quantscope_user_metric", path)
    if specification is None or specification.loader is None:
        raise ImportError("it is not a Python file")
    module = importlib.util.module_from_spec(specification)
    sys.path.insert(0, str(Path(path).parent))  # what lies beside the file may be imported
    specification.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
