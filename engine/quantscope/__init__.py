"""Quantscope: post-training quantization of TensorFlow Lite models that says what it does and why.

    import quantscope

    model = quantscope.load("model.tflite")
    plan = quantscope.plan(model, recipe="dynamic-int8", target="xnnpack")
    result = quantscope.apply(plan, "model.dynamic-int8.tflite")
    comparison = quantscope.compare("model.tflite", result.output.path)

Everything is loaded on first use: importing this package is cheap, and the window never loads numpy through it.
"""

import importlib
from typing import TYPE_CHECKING, Any

from quantscope._version import __version__

if TYPE_CHECKING:
    from quantscope.api import apply, calibrate, compare, convert, inspect, quantize_file
    from quantscope.errors import QuantscopeError
    from quantscope.model.graph import Model
    from quantscope.planning import load, plan
    from quantscope.quantize.calibration import Calibration
    from quantscope.quantize.decision import Decision
    from quantscope.quantize.plan import Plan
    from quantscope.recipe import Recipe

__all__ = [
    "Calibration",
    "Decision",
    "Model",
    "Plan",
    "QuantscopeError",
    "Recipe",
    "__version__",
    "apply",
    "calibrate",
    "compare",
    "convert",
    "inspect",
    "load",
    "plan",
    "quantize_file",
]

_HOMES = {
    "Calibration": "quantscope.quantize.calibration",
    "Decision": "quantscope.quantize.decision",
    "Model": "quantscope.model.graph",
    "Plan": "quantscope.quantize.plan",
    "QuantscopeError": "quantscope.errors",
    "Recipe": "quantscope.recipe",
    "load": "quantscope.planning",
    "plan": "quantscope.planning",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'quantscope' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES.get(name, "quantscope.api")), name)
