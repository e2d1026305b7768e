"""Which way of choosing ranges is truest for a model: both are tried on some of the samples it was calibrated on.

Clipping a few outliers makes everything else finer, which is worth 4 dB on one model and costs 14 dB on the next, where
the outliers belong to one sample and decide its class (measured; fsdd_dscnn and mlperf_vww_mobilenet). Statistics of
single tensors don't tell the two apart, the model's outputs do.
"""

import math
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope.errors import ModelUnsupportedError, RunError
from quantscope.evaluate.inputs import Samples
from quantscope.evaluate.runner import running
from quantscope.model.graph import Model
from quantscope.progress import Progress
from quantscope.quantize.apply import write_quantized
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.plan import Plan, make_plan
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.targets import DEFAULT_TARGET, TARGETS
from quantscope.recipe import Ranges

TRIED: Final = (Ranges.MIN_MAX, Ranges.MSE)
SAMPLES: Final = 32
# Unseen samples reach beyond what was seen, so clipping has to be worth it by 0.13 dB. With 0.7 dB resnet8 keeps its
# extremes and loses 6 dB on images it hasn't seen; EfficientNet-Lite0 keeps them in either case.
CLEARLY_LESS: Final = 0.97

Outputs = list[list[npt.NDArray[Any]]]


def with_truest_ranges(model: Model, calibration: Calibration, samples: Samples, progress: Progress) -> Calibration:
    """The calibration with its `ranges` set to what gives outputs nearest to the float model's.

    As it is where integers have no place or their model doesn't run. Raises CancelledError when `progress` asks to
    stop.
    """
    chosen = range(0, len(samples), max(1, len(samples) // SAMPLES))
    noises: dict[Ranges, float] = {}
    try:
        expected = _outputs(model.path, samples, chosen, lambda: progress(0.0, "Choosing ranges"))
        for number, ranges in enumerate(TRIED):
            share = number / len(TRIED)

            def check(share: float = share) -> None:
                progress(share, "Choosing ranges")

            asked = replace(calibration, ranges=ranges)
            plan = make_plan(model, PRESETS["static-int8"], TARGETS[DEFAULT_TARGET], asked)
            if not plan.integers:
                return calibration
            noises[ranges] = _noise(expected, _trial(plan, samples, chosen, check))
    except (RunError, ModelUnsupportedError):
        return calibration
    clips = noises[Ranges.MSE] < CLEARLY_LESS * noises[Ranges.MIN_MAX]
    return replace(calibration, ranges=Ranges.MSE if clips else Ranges.MIN_MAX)


def _trial(plan: Plan, samples: Samples, chosen: range, check: Callable[[], None]) -> Outputs:
    with tempfile.TemporaryDirectory(prefix="quantscope-") as folder:
        path = os.path.join(folder, "trial.tflite")
        with open(path, "wb") as file:
            write_quantized(plan, file, lambda fraction, text: check())
        return _outputs(path, samples, chosen, check)


def _outputs(path: str, samples: Samples, chosen: range, check: Callable[[], None]) -> Outputs:
    results = []
    with running(path, check) as (runner, _):
        for index in chosen:
            check()
            results.append(runner.run(samples.sample(index)))
    return results


def _noise(expected: Outputs, found: Outputs) -> float:
    """Mean over outputs of noise to signal over all samples; infinite where a value isn't a number."""
    shares = []
    for one, two in zip(zip(*expected, strict=True), zip(*found, strict=True), strict=True):
        pairs = [(a.astype(np.float64), b.astype(np.float64)) for a, b in zip(one, two, strict=True)]
        power = sum(float(np.vdot(a, a)) for a, _ in pairs)
        noise = sum(float(np.vdot(a - b, a - b)) for a, b in pairs)
        if power > 0:
            shares.append(noise / power)
    mean = float(np.mean(shares)) if shares else 0.0
    return mean if math.isfinite(mean) else math.inf
