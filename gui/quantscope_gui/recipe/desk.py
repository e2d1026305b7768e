"""The recipe of every open model, the samples its ranges are measured on, and the history of both."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoGroup, QUndoStack

from quantscope.recipe import Change, Match, Recipe
from quantscope_gui.models.data import Samples
from quantscope_gui.models.library import Library, Model, Selection
from quantscope_gui.operators.plan import Key
from quantscope_gui.recipe import edits
from quantscope_gui.recipe.choices import Choices


@dataclass(frozen=True, slots=True)
class State:
    """What a plan is made from: the chosen preset's id, the model's `own` recipe if it has one, and its samples."""

    preset: str
    own: Recipe | None = None
    samples: Samples | None = None


class _Edit(QUndoCommand):
    """What a model's plan is made from becomes something else."""

    def __init__(self, desk: "RecipeDesk", model: Model, after: State, text: str) -> None:
        super().__init__(text)
        self._desk = desk
        self._model = model
        self._before = desk.state(model)
        self._after = after

    def redo(self) -> None:
        self._desk.put(self._model, self._after)

    def undo(self) -> None:
        self._desk.put(self._model, self._before)


class RecipeDesk(QObject):
    """A model without edits follows the preset chosen in the window; edits are a model's own.

    `changed(model)` when a model got another recipe or other samples by an edit, its undoing or redoing.
    """

    changed = Signal(object)

    def __init__(self, library: Library, choices: Choices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._choices = choices
        self._own: dict[Model, Recipe] = {}
        self._samples: dict[Model, Samples] = {}
        self._stacks: dict[Model, QUndoStack] = {}
        self.history = QUndoGroup(self)
        library.selection_changed.connect(self._selection_changed)
        library.model_removed.connect(self._forget)

    def recipe(self, model: Model) -> Recipe | None:
        """What `model` is planned with; None until the presets are known."""
        return self._own.get(model) or self._choices.preset

    def samples(self, model: Model) -> Samples | None:
        """The samples that ranges are measured on, where some were chosen."""
        return self._samples.get(model)

    def set_samples(self, model: Model, samples: Samples | None, text: str) -> None:
        """Chooses the samples that ranges are measured on."""
        if samples != self._samples.get(model):
            self._push(model, replace(self.state(model), samples=samples), text)

    def is_edited(self, model: Model) -> bool:
        return model in self._own

    def state(self, model: Model) -> State:
        return State(self._choices.recipe, self._own.get(model), self._samples.get(model))

    def choose(self, model: Model, preset: str, text: str) -> None:
        """Starts over from a preset."""
        state = replace(self.state(model), preset=preset, own=None)
        if state != self.state(model):
            self._push(model, state, text)

    def set(self, model: Model, recipe: Recipe, text: str) -> None:
        """Gives `model` a recipe of its own; one that asks what a preset asks is the preset."""
        presets = self._choices.catalogue.presets if self._choices.catalogue is not None else ()
        recipe = edits.settled(recipe, presets)
        if recipe == self.recipe(model):
            return
        state = self.state(model)
        if recipe in presets:
            self._push(model, replace(state, preset=recipe.name, own=None), text)
        else:
            self._push(model, replace(state, own=recipe), text)

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

    def put(self, model: Model, state: State) -> None:
        """Used by the history: sets without a trace."""
        self._own.pop(model, None)
        self._samples.pop(model, None)
        if state.own is not None:
            self._own[model] = state.own
        if state.samples is not None:
            self._samples[model] = state.samples
        self._choices.set_recipe(state.preset)
        self.changed.emit(model)

    def _push(self, model: Model, state: State, text: str) -> None:
        self._stack(model).push(_Edit(self, model, state, text))

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
