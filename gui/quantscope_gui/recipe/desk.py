"""The recipe of every open model, and the history of its edits."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoGroup, QUndoStack

from quantscope.recipe import Change, Match, Recipe
from quantscope_gui.models.library import Library, Model, Selection
from quantscope_gui.operators.plan import Key
from quantscope_gui.recipe import edits
from quantscope_gui.recipe.choices import Choices


class _Edit(QUndoCommand):
    """A model's recipe becomes another one; None is whatever preset is chosen."""

    def __init__(self, desk: "RecipeDesk", model: Model, preset: str, recipe: Recipe | None, text: str) -> None:
        super().__init__(text)
        self._desk = desk
        self._model = model
        self._before = desk.state(model)
        self._after = (preset, recipe)

    def redo(self) -> None:
        self._desk.put(self._model, *self._after)

    def undo(self) -> None:
        self._desk.put(self._model, *self._before)


class RecipeDesk(QObject):
    """A model without edits follows the preset chosen in the window; edits are a model's own.

    `changed(model)` when a model got another recipe by an edit, its undoing or redoing, or other samples.
    """

    changed = Signal(object)

    def __init__(self, library: Library, choices: Choices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._choices = choices
        self._own: dict[Model, Recipe] = {}
        self._samples: dict[Model, Path] = {}
        self._stacks: dict[Model, QUndoStack] = {}
        self.history = QUndoGroup(self)
        library.selection_changed.connect(self._selection_changed)
        library.model_removed.connect(self._forget)

    def recipe(self, model: Model) -> Recipe | None:
        """What `model` is planned with; None until the presets are known."""
        return self._own.get(model) or self._choices.preset

    def samples(self, model: Model) -> Path | None:
        """The file of samples that ranges are measured on, where one was chosen."""
        return self._samples.get(model)

    def set_samples(self, model: Model, path: Path | None) -> None:
        """Chooses the samples that ranges are measured on."""
        if path == self._samples.get(model):
            return
        if path is None:
            del self._samples[model]
        else:
            self._samples[model] = path
        self.changed.emit(model)

    def is_edited(self, model: Model) -> bool:
        return model in self._own

    def state(self, model: Model) -> tuple[str, Recipe | None]:
        """The chosen preset's id and the model's own recipe, if it has one."""
        return self._choices.recipe, self._own.get(model)

    def choose(self, model: Model, preset: str, text: str) -> None:
        """Starts over from a preset."""
        if (preset, None) != self.state(model):
            self._push(model, preset, None, text)

    def set(self, model: Model, recipe: Recipe, text: str) -> None:
        """Gives `model` a recipe of its own; one that asks what a preset asks is the preset."""
        presets = self._choices.catalogue.presets if self._choices.catalogue is not None else ()
        recipe = edits.settled(recipe, presets)
        if recipe == self.recipe(model):
            return
        if recipe in presets:
            self._push(model, recipe.name, None, text)
        else:
            self._push(model, self._choices.recipe, recipe, text)

    def ask(self, model: Model, matches: Iterable[Match], change: Change, text: str) -> None:
        """Adds a rule for the operators that `matches` describe."""
        recipe = self.recipe(model)
        if recipe is not None:
            self.set(model, edits.with_change(recipe, matches, change), text)

    def release(self, model: Model, keys: Iterable[Key], text: str) -> None:
        """Takes operators out of the rules that name them one by one."""
        recipe = self.recipe(model)
        if recipe is not None:
            self.set(model, edits.without(recipe, keys), text)

    def put(self, model: Model, preset: str, recipe: Recipe | None) -> None:
        """Used by the history: sets without a trace."""
        if recipe is None:
            self._own.pop(model, None)
        else:
            self._own[model] = recipe
        self._choices.set_recipe(preset)
        self.changed.emit(model)

    def _push(self, model: Model, preset: str, recipe: Recipe | None, text: str) -> None:
        self._stack(model).push(_Edit(self, model, preset, recipe, text))

    def _stack(self, model: Model) -> QUndoStack:
        if model not in self._stacks:
            self._stacks[model] = QUndoStack(self)
            self.history.addStack(self._stacks[model])
        if self._library.selection is not None and self._library.selection.model is model:
            self.history.setActiveStack(self._stacks[model])
        return self._stacks[model]

    def _selection_changed(self, selection: Selection | None) -> None:
        if selection is None:
            self.history.setActiveStack(None)  # type: ignore[arg-type]
        else:
            self._stack(selection.model)

    def _forget(self, model: Model) -> None:
        self._own.pop(model, None)
        self._samples.pop(model, None)
        stack = self._stacks.pop(model, None)
        if stack is not None:
            self.history.removeStack(stack)
            stack.deleteLater()
