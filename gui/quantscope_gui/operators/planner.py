"""Keeps every open model's plan in step with its recipe and the chosen target."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from quantscope.recipe import Recipe
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.jobs.board import JobBoard
from quantscope_gui.models.data import Samples
from quantscope_gui.models.library import Library, Model, Selection
from quantscope_gui.operators.asking import ask
from quantscope_gui.operators.plan import Plan
from quantscope_gui.recipe.choices import Choices
from quantscope_gui.recipe.desk import RecipeDesk

Wanted = tuple[Recipe | None, str, Samples | None]


class Planner(QObject):
    """Plans the selected model whenever its plan is not for the choices in force; a stale answer is dropped.

    `opened(model)` with the first plan of a model. `failed(problem)` where there is none: a model that never had a plan
    is closed again, one that had keeps it.
    """

    opened = Signal(object)
    failed = Signal(Problem)

    def __init__(
        self,
        client: EngineClient,
        library: Library,
        choices: Choices,
        desk: RecipeDesk,
        board: JobBoard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._board = board
        self._client = client
        self._library = library
        self._choices = choices
        self._jobs: dict[Model, Job] = {}
        self._asked: dict[Model, Wanted] = {}
        self._made: dict[Model, Wanted] = {}
        library.selection_changed.connect(self._selection_changed)
        library.model_removed.connect(self._forget)
        choices.changed.connect(self._choices_changed)
        desk.changed.connect(self._ensure)

    def busy(self, model: Model) -> bool:
        return model in self._jobs

    def plan(self, model: Model) -> None:
        """Asks for the plan of `model` under the choices in force; whatever was asked before is dropped."""
        self._drop(model)
        self._choices.request()
        self._ask(model, model.plan)

    def _ask(self, model: Model, known: Plan | None) -> None:
        recipe, target, samples = self._wanted(model)
        if recipe is None or not target:
            return
        job = ask(self._client, model.path, recipe, target, samples, known)
        if samples is not None:
            self._board.add(job, self.tr("Measuring ranges of {model}").format(model=model.name))
        self._jobs[model] = job
        self._asked[model] = (recipe, target, samples)
        job.succeeded.connect(lambda result: self._planned(model, job, result))
        job.failed.connect(lambda failure: self._not_planned(model, job, failure))

    def _selection_changed(self, selection: Selection | None) -> None:
        if selection is not None:
            self._ensure(selection.model)

    def _choices_changed(self) -> None:
        selection = self._library.selection
        for model in list(self._jobs):
            self._drop(model)
        for model in self._library.models:
            if model.plan is None or (selection is not None and selection.model is model):
                self._ensure(model)

    def _ensure(self, model: Model) -> None:
        wanted = self._wanted(model)
        if model.plan is not None and self._made.get(model) == wanted:
            self._drop(model)
        elif self._asked.get(model) != wanted:
            self.plan(model)

    def _wanted(self, model: Model) -> Wanted:
        """Recipe, target and, where the recipe needs them, samples that the plan of `model` should be made with."""
        recipe = self._desk.recipe(model)
        samples = self._desk.samples(model)
        needed = recipe is not None and recipe.needs_calibration and samples is not None
        return recipe, self._choices.target, samples if needed else None

    def _forget(self, model: Model) -> None:
        self._drop(model)
        self._made.pop(model, None)

    def _drop(self, model: Model) -> None:
        self._asked.pop(model, None)
        job = self._jobs.pop(model, None)
        if job is not None:
            self._client.cancel(job)

    def _planned(self, model: Model, job: Job, result: Plan | None) -> None:
        if self._jobs.get(model) is not job:
            return
        if result is None:
            self._ask(model, None)
            return
        self._made[model] = self._asked.pop(model)
        del self._jobs[model]
        first = model.plan is None
        self._library.set_plan(model, result)
        if first:
            self.opened.emit(model)

    def _not_planned(self, model: Model, job: Job, failure: Failure) -> None:
        if self._jobs.get(model) is not job:
            return
        del self._jobs[model], self._asked[model]
        if model.plan is None:
            self._library.close(model)
            self.failed.emit(of_failure(failure, model.path.name, lambda: self._open_again(model.path)))
        else:
            self.failed.emit(of_failure(failure, model.path.name, lambda: self._plan_again(model)))

    def _open_again(self, path: Path) -> None:
        self._library.open(path)

    def _plan_again(self, model: Model) -> None:
        if model in self._library.models:
            self.plan(model)
