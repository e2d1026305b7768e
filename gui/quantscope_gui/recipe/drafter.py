"""Tries out a recipe that is being typed: which operators its rules match, without making it the model's plan."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from quantscope.recipe import Recipe
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.models.library import Model
from quantscope_gui.operators.asking import ask
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
        self._ask(model, recipe, model.plan, done, failed)

    def _ask(
        self,
        model: Model,
        recipe: Recipe | str,
        known: Plan | None,
        done: Callable[[Plan], None],
        failed: Callable[[Failure], None],
    ) -> None:
        job = ask(self._client, model.path, recipe, self._choices.target, self._desk.samples(model), known)
        self._job = job

        def succeeded(result: Plan | None) -> None:
            if self._job is not job:
                return
            self._job = None
            if result is None:
                self._ask(model, recipe, None, done, failed)
            else:
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
