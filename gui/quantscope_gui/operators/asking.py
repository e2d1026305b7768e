"""Asking the engine for the plan of a model: the whole of it, or only what differs from a plan that is at hand."""

from functools import partial
from pathlib import Path

from quantscope.recipe import Recipe
from quantscope.worker import protocol
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.models.data import Samples
from quantscope_gui.operators import plan
from quantscope_gui.operators.plan import Plan


def ask(
    client: EngineClient, path: Path, recipe: Recipe | str, target: str, samples: Samples | None, known: Plan | None
) -> Job:
    """A job whose result is the Plan, or None where `known` is of what the file was before: then ask without it."""
    kind = protocol.Inspect if known is None else protocol.Replan
    return client.submit(
        lambda identity: kind(
            id=identity,
            path=str(path),
            recipe=recipe,
            target=target,
            calibration=None if samples is None else str(samples.path),
            calibration_samples=None if samples is None else samples.count,
        ),
        plan.decode if known is None else partial(plan.replanned, known=known),
    )
