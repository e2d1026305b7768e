"""The check that every written model passes before it is handed over: it loads, allocates, runs once, and stays
finite."""

import re
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from quantscope.errors import ModelUnsupportedError, RunError, VerificationError
from quantscope.evaluate.inputs import runnable
from quantscope.evaluate.runner import running
from quantscope.model.calls import entries
from quantscope.model.graph import Model
from quantscope.progress import Progress, silent

# Loading a model of a gigabyte and running it once takes some ten seconds. A loop in a model can go on for ever.
LONGEST_SECONDS: Final = 300.0


def verify(
    model: Model, written: str, delegate: bool, progress: Progress = silent, seconds: float = LONGEST_SECONDS
) -> None:
    """Runs the model at `written`, made from `model`, once by each signature on generated inputs in a child process.

    Raises VerificationError, with the operator named where the runtime names it, if `written` doesn't load, allocate,
    run, or gives values that aren't finite where the source's are; ModelUnsupportedError if the source itself doesn't
    run. Not to be done within `seconds` is not to run.
    """

    def limited() -> Callable[[], None]:
        end = time.monotonic() + seconds

        def check() -> None:
            progress(0.5, "Checking the result")
            if time.monotonic() > end:
                raise RunError(f"It was still running after {seconds:g} s.")

        return check

    try:
        culprit = _not_finite(model, written, delegate, limited())
    except RunError as error:
        _run_source(model, delegate, limited())
        named = re.search(r"Node number (\d+) \((\w+)\)", str(error))
        raise _failed(f"{named[2]} #{named[1]}: {error}" if named else str(error)) from error
    # A source that gives infinities on random inputs (a logarithm, say) may go on doing so.
    if culprit is not None and _run_source(model, delegate, limited()) is None:
        raise _failed(f"{culprit} gives values that are not finite.")


def _not_finite(model: Model, path: str, delegate: bool, check: Callable[[], None]) -> str | None:
    """Runs the model at `path` once by each of its entries; the first operator that gives infinite or NaN values, None
    if the outputs are finite."""
    for entry in entries(model):
        with running(path, check, delegate=delegate, entry=entry) as (runner, loaded):
            inputs = runnable(runner, model, loaded.inputs, 1, entry.subgraph).sample(0)
            if all(np.isfinite(output).all() for output in runner.run(inputs) if output.dtype.kind == "f"):
                continue
        with running(path, check, delegate=False, keep_tensors=True, entry=entry) as (runner, _):
            runner.run(inputs)
            other = f"An operator of the signature '{entry.key}'" if entry.subgraph else "An operator of the delegate"
            return runner.first_not_finite() or other
    return None


def _run_source(model: Model, delegate: bool, check: Callable[[], None]) -> str | None:
    try:
        return _not_finite(model, model.path, delegate, check)
    except RunError as error:
        raise ModelUnsupportedError(
            f"The source model itself can't be run here, so a quantized one can't be checked. {error}"
        ) from error


def _failed(why: str) -> VerificationError:
    return VerificationError(
        f"The quantized model failed its check, so it was not kept. {why}",
        "Try another recipe or target, and report this: it should not happen.",
    )
