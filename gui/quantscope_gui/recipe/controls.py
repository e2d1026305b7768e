"""Recipe and target in the toolbar: what is chosen for the selected model, edits and all."""

from PySide6.QtCore import QObject

from quantscope_gui.engine import texts
from quantscope_gui.models.library import Library, Selection
from quantscope_gui.recipe.choices import Choices
from quantscope_gui.recipe.combo import ChoiceCombo
from quantscope_gui.recipe.desk import RecipeDesk
from quantscope_gui.theme.theme import Theme


class RecipeControls(QObject):
    """Two combo boxes that follow the choices, the desk and the selection."""

    def __init__(self, library: Library, choices: Choices, desk: RecipeDesk, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self._choices = choices
        self._desk = desk
        self.recipe = ChoiceCombo(self.tr("Recipe"), theme)
        self.target = ChoiceCombo(self.tr("Target"), theme)
        self.recipe.chosen.connect(self._choose_recipe)
        self.target.chosen.connect(choices.set_target)
        choices.catalogued.connect(self._fill)
        choices.changed.connect(self._changed)
        desk.changed.connect(self._changed)
        library.selection_changed.connect(self._show)

    def _fill(self) -> None:
        catalogue = self._choices.catalogue
        if catalogue is not None:
            self.recipe.set_choices(catalogue.recipes, self._choices.recipe)
            self.target.set_choices(catalogue.targets, self._choices.target)

    def _choose_recipe(self, identity: str) -> None:
        selection = self._library.selection
        if selection is None:
            self._choices.set_recipe(identity)
        else:
            title = self.recipe.itemText(self.recipe.findData(identity))
            self._desk.choose(selection.model, identity, self.tr("recipe {recipe}").format(recipe=title))
        self._show()

    def _show(self) -> None:
        """The recipe of the selected model, which may have edits of its own."""
        selection = self._library.selection
        recipe = self._desk.recipe(selection.model) if selection is not None else None
        own = selection is not None and self._desk.is_edited(selection.model)
        title = ""
        if recipe is not None and own:
            title = texts.recipe_title(recipe, recipe.name.endswith(texts.EDITED))
        self.recipe.show_choice(self._choices.recipe, title)
        self.target.show_choice(self._choices.target)

    def _changed(self) -> None:
        """A new plan is the source's: results stay what they are."""
        self._show()
        selection = self._library.selection
        if selection is not None and selection.variant is not None:
            self._library.select(Selection(selection.model))
