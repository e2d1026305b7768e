"""Tries out a recipe that is being typed: which operators its rules match, without making it the model's plan."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from quantscope.recipe import Recipe
from quantscope.worker import protocol
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.models.library import Model
from quantscope_gui.operators import plan
from quantscope_gui.operators.plan import Plan
from quantscope_gui.recipe.choices import Choices
from quantscope_gui.recipe.desk import RecipeDesk


class Drafter(QObject):
    """One draft at a time: a new one drops the one before."""

    def __init__(self, client: EngineClient, choices: Choices, desk: RecipeDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._client = client
        self._choices = choices
        self._job: Job | None = None

    def try_out(
        self, model: Model, recipe: Recipe | str, done: Callable[[Plan], None], failed: Callable[[Failure], None]
    ) -> None:
        """Plans `model` with a recipe, or with the one in a .json file; `done(plan)` unless another draft comes
        first."""
        self.drop()
        target = self._choices.target
        samples = self._desk.samples(model)
        job = self._client.submit(
            lambda identity: protocol.Inspect(
                id=identity,
                path=str(model.path),
                recipe=recipe,
                target=target,
                calibration=None if samples is None else str(samples.path),
                calibration_samples=None if samples is None else samples.count,
            ),
            plan.decode,
        )
        self._job = job

        def succeeded(result: Plan) -> None:
            if self._job is job:
                self._job = None
                done(result)

        def not_done(failure: Failure) -> None:
            if self._job is job:
                self._job = None
                failed(failure)

        job.succeeded.connect(succeeded)
        job.failed.connect(not_done)

    def drop(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            self._client.cancel(job)
