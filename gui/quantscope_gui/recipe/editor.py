"""The recipe panel at work: edits go to the desk, drafts to the engine, files in and out."""

from pathlib import Path

import msgspec
from PySide6.QtCore import QCoreApplication, QObject, Signal

from quantscope import documents
from quantscope.errors import QuantscopeError
from quantscope.recipe import Recipe
from quantscope.temporary import replace_with
from quantscope.worker import protocol
from quantscope_gui import dialogs
from quantscope_gui.background import Background
from quantscope_gui.engine import decoding, texts
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.models.library import Library, Model, Selection
from quantscope_gui.operators.plan import Plan
from quantscope_gui.recipe.desk import RecipeDesk
from quantscope_gui.recipe.drafter import Drafter
from quantscope_gui.recipe.panel import RecipePanel
from quantscope_gui.recipe.sampler import Sampler


class RecipeEditor(QObject):
    """`highlighted(keys)` with the operators that the rule in hand matches, None where there is none; `said(text)` for
    a passing remark, `failed(problem)`."""

    highlighted = Signal(object)
    said = Signal(str)
    failed = Signal(Problem)

    def __init__(
        self,
        panel: RecipePanel,
        library: Library,
        desk: RecipeDesk,
        drafter: Drafter,
        sampler: Sampler,
        client: EngineClient,
        background: Background,
    ) -> None:
        super().__init__(panel)
        self._panel = panel
        self._library = library
        self._desk = desk
        self._drafter = drafter
        self._background = background
        self._client = client
        self._sampler = sampler
        panel.edited.connect(self._edited)
        panel.drafted.connect(self._drafted)
        panel.rule_selected.connect(self._rule_selected)
        panel.import_wanted.connect(self.ask_import)
        panel.export_wanted.connect(self.ask_export)
        panel.samples.choose_wanted.connect(self.ask_samples)
        panel.samples.clear_wanted.connect(self.clear_samples)
        panel.samples.count_wanted.connect(self.use_count)
        sampler.checking.connect(self._checking)
        sampler.checked.connect(lambda model: self._show_samples(model))
        sampler.refused.connect(self._refused)
        desk.changed.connect(lambda _: self.refresh())
        library.plan_changed.connect(lambda _: self.refresh())
        library.selection_changed.connect(lambda _: self.refresh())

    @property
    def _model(self) -> Model | None:
        selection: Selection | None = self._library.selection
        return selection.model if selection is not None else None

    def refresh(self) -> None:
        """Shows the recipe of the selected model, and what became of its rules as far as it is planned."""
        model = self._model
        recipe = self._desk.recipe(model) if model is not None else None
        plan = model.plan if model is not None else None
        if plan is not None and (plan.document.recipe_document != recipe or self._lacks_samples(plan)):
            plan = None
        edited = model is not None and self._desk.is_edited(model)
        if model is not None:
            self._show_samples(model)
        self._panel.show_recipe(recipe, plan, edited and recipe is not None and recipe.name.endswith(texts.EDITED))

    def _lacks_samples(self, plan: Plan) -> bool:
        """True for a plan from before the samples that the recipe needs were chosen."""
        model = self._model
        chosen = model is not None and self._desk.samples(model) is not None
        return chosen and plan.document.recipe_document.needs_calibration and plan.document.calibration is None

    def _edited(self, recipe: Recipe, what: str) -> None:
        self._drafter.drop()
        if self._model is not None:
            self._desk.set(self._model, recipe, what)

    def _drafted(self, recipe: Recipe, rule: int) -> None:
        if self._model is not None:
            self._drafter.try_out(self._model, recipe, lambda plan: self._highlight(plan, rule), lambda failure: None)

    def _rule_selected(self, rule: int) -> None:
        model = self._model
        plan = model.plan if model is not None else None
        if rule < 0 or plan is None or self._panel.isHidden():
            self.highlighted.emit(None)
        elif model is not None and plan.document.recipe_document == self._desk.recipe(model):
            self._highlight(plan, rule)

    def _highlight(self, plan: Plan, rule: int) -> None:
        self.highlighted.emit(frozenset(row.key for row in plan.rows if rule in row.operator.rules))

    # Samples -----------------------------------------------------------------------------------------------------

    def ask_samples(self) -> None:
        title = QCoreApplication.translate("Dialogs", "Choose Samples")
        dialogs.ask_data(self._panel, self._folder(), self.use_samples, title)

    def use_samples(self, path: Path) -> None:
        """Measures ranges on the samples in a file from now on, if they fit the selected model."""
        if self._model is not None:
            self._sampler.choose(self._model, path)

    def use_count(self, count: int) -> None:
        """Measures ranges on so many of the samples that are in use."""
        samples = self._desk.samples(self._model) if self._model is not None else None
        if self._model is not None and samples is not None:
            self._sampler.choose(self._model, samples.path, count)

    def clear_samples(self) -> None:
        if self._model is not None:
            self._sampler.clear(self._model)

    def _checking(self, model: Model, path: Path) -> None:
        if self._model is model:
            self._panel.samples.show_file(path.name)
            self._panel.samples.show_checking()

    def _refused(self, model: Model, path: Path, sentence: str) -> None:
        if self._model is model and self._panel.isVisible():
            self._show_samples(model)
            self._panel.samples.show_problem(sentence)
        else:
            title = self.tr("These samples don\u2019t fit {model}").format(model=model.name)
            self.failed.emit(Problem(title, sentence, "", "", None))

    def _show_samples(self, model: Model) -> None:
        if self._model is not model or self._sampler.busy(model):
            return
        samples, check = self._desk.samples(model), self._sampler.check(model)
        self._panel.samples.show_file(samples.path.name if samples is not None else "")
        if check is not None:
            self._panel.samples.show_check(check)

    # Files -------------------------------------------------------------------------------------------------------

    def ask_import(self) -> None:
        dialogs.ask_recipe(self._panel, self._folder(), self.read)

    def _folder(self) -> str:
        """Where files that belong to the selected model are likely to be."""
        return str(self._model.path.parent) if self._model is not None else ""

    def read(self, path: Path) -> None:
        """Gives the selected model the recipe in a file; the engine reads it."""
        model = self._model
        if model is not None:
            self._drafter.try_out(
                model,
                str(path),
                lambda plan: self._desk.set(
                    model, plan.document.recipe_document, self.tr("import {name}").format(name=path.name)
                ),
                lambda failure: self._not_read(path, failure),
            )

    def _not_read(self, path: Path, failure: Failure) -> None:
        self.failed.emit(of_failure(failure, path.name, lambda: self.read(path)))

    def ask_export(self) -> None:
        model = self._model
        recipe = self._desk.recipe(model) if model is not None else None
        if model is not None and recipe is not None:
            suggestion = model.path.parent / f"{recipe.name}.json"
            dialogs.ask_recipe_destination(
                self._panel,
                suggestion,
                lambda path: self.write(recipe, path),
                lambda path: self.write_for_litert(recipe, path),
            )

    def write(self, recipe: Recipe, path: Path) -> None:
        """Writes a recipe to a file, or leaves the file as it was."""
        self._write(msgspec.json.format(msgspec.json.encode(recipe), indent=2) + b"\n", path)

    def write_for_litert(self, recipe: Recipe, path: Path) -> None:
        """The same in litert-quantizer's form; what that can't say is a problem, and nothing is written."""
        job = self._client.submit(
            lambda identity: protocol.ExportRecipe(id=identity, recipe=recipe),
            decoding.small(documents.ExportedRecipe),
        )
        job.succeeded.connect(lambda exported: self._write(exported.text.encode(), path))
        job.failed.connect(
            lambda failure: self.failed.emit(
                of_failure(failure, path.name, lambda: self.write_for_litert(recipe, path))
            )
        )

    def _write(self, data: bytes, path: Path) -> None:
        self._background.run(
            lambda: replace_with(path, data),
            lambda _: self.said.emit(self.tr("Saved {path}").format(path=path)),
            lambda error: self._not_written(data, path, error),
        )

    def _not_written(self, data: bytes, path: Path, error: Exception) -> None:
        remedy = error.remedy if isinstance(error, QuantscopeError) else None
        title = self.tr("The recipe was not saved")
        self.failed.emit(Problem(title, str(error), remedy or "", "", lambda: self._write(data, path)))
