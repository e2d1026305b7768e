"""Two files of one model as graphs: side by side, or one of them with its differences from the other in colour."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from quantscope import documents
from quantscope_gui.background import Background, Task, unexpected
from quantscope_gui.compare.colours import colouring
from quantscope_gui.compare.differences import Differences, Side, differences
from quantscope_gui.compare.variants import VariantsTable
from quantscope_gui.compare.written import WrittenPlans
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import of_failure
from quantscope_gui.graph.camera import Camera
from quantscope_gui.graph.colouring import Colouring
from quantscope_gui.graph.drawer import Drawer
from quantscope_gui.graph.panel import GraphPanel
from quantscope_gui.models.library import Library, Selection, Variant
from quantscope_gui.models.tree_model import variant_title
from quantscope_gui.operators.plan import Key, Plan
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.recipe.combo import ChoiceCombo
from quantscope_gui.theme.theme import Theme
from quantscope_gui.theme.tokens import Tokens
from quantscope_gui.widgets.empty import EmptyState

SOURCE = "source"


class CompareGraphs(QStackedWidget):
    """The selected variant on the right, the source or another variant on the left. Panning, zooming and selecting in
    one moves the other to the counterparts. Selecting on the source's side selects in the rest of the window, too.
    While hidden it only notes what it will show."""

    def __init__(
        self,
        theme: Theme,
        drawer: Drawer,
        library: Library,
        written: WrittenPlans,
        shared: OperatorSelection,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._background = background
        self._library = library
        self._written = written
        self._shared = shared
        self._selection: Selection | None = None
        self._other = SOURCE
        self._found: Differences | None = None
        self._finding: Task | None = None
        self._outdated = False
        self._step = -1
        self._following = False
        self.sides = (OperatorSelection(self), OperatorSelection(self))
        self.left, self.right = (GraphPanel(theme, drawer, side) for side in self.sides)
        self.variants = VariantsTable()
        self.variants.chosen.connect(self._choose_variant)
        for told in (library.variant_changed, library.variant_added, library.variant_removed):
            told.connect(lambda model, variant: self._show_variants())
        library.latency_changed.connect(lambda model: self._show_variants())
        self.message = EmptyState(theme, "compare", "", "")
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.left)
        self.split.addWidget(self.right)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.variants)
        layout.addLayout(self._bar())
        layout.addWidget(self.split, 1)
        self.addWidget(self.message)
        self.addWidget(content)
        for keys, direction in (("F7", 1), ("Shift+F7", -1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(partial(self.step, direction))
        for place, panel in enumerate((self.left, self.right)):
            panel.view.camera_changed.connect(partial(self._camera_moved, place))
            panel.drawn.connect(partial(self._drawn, place))
            self.sides[place].changed.connect(partial(self._selected, place))

    # What is shown -----------------------------------------------------------------------------------------------

    def show_selection(self, selection: Selection) -> None:
        """Shows the selected variant against what it is compared with."""
        if selection.variant is None:
            return
        self._selection = selection
        others = [variant for variant in selection.model.variants if variant is not selection.variant]
        choices = [documents.Choice(id=SOURCE, title=self.tr("the source"), description="")]
        choices += [
            documents.Choice(id=str(variant.path), title=variant_title(variant), description="") for variant in others
        ]
        if self._other not in [choice.id for choice in choices]:
            self._other = SOURCE
        self.against.set_choices(tuple(choices), self._other)
        self._show_variants()
        self._outdated = not self.isVisible()
        if not self._outdated:
            self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._outdated:
            self._outdated = False
            self._refresh()

    def stop(self) -> None:
        for panel in (self.left, self.right):
            panel.stop()

    @property
    def found(self) -> Differences | None:
        """The differences that are shown."""
        return self._found

    def step(self, direction: int) -> None:
        """Selects the next (1) or previous (-1) difference, round and round."""
        if self._found is None or not self._found.steps:
            return
        first = self._step < 0 and direction < 0
        self._step = (len(self._found.steps) - 1) if first else (self._step + direction) % len(self._found.steps)
        one, other = self._found.steps[self._step]
        self._following = True
        for panel, side, key in ((self.left, self.sides[0], one), (self.right, self.sides[1], other)):
            side.select(() if key is None else (key,))
            if key is not None:
                panel.view.centre_on(key)
        self._following = False
        shown = other if other is not None else one
        assert shown is not None
        self._match_camera(1 if other is not None else 0, shown)
        self._share(one)
        self._count()

    def _refresh(self) -> None:
        """Finds the differences anew, in a thread: of big models they are many."""
        sides = self._both()
        self._found = None
        if self._finding is not None:
            self._finding.forget()
            self._finding = None
        if sides is not None:
            (_, left), (_, right) = sides
            self._finding = self._background.run(
                partial(differences, left, right), partial(self._show_found, *sides), unexpected
            )

    def _show_found(self, left: tuple[Path, Side], right: tuple[Path, Side], found: Differences) -> None:
        self._finding = None
        self._found = found
        self._step = -1
        self._count()
        self.setCurrentIndex(1)
        panels, colourists = (self.left, self.right), (self._colour_left, self._colour_right)
        for side, panel, colourist, (path, file) in zip(self.sides, panels, colourists, (left, right), strict=True):
            side.set_plan(file.plan)
            panel.set_colourist(colourist)
            panel.show_model(path, file.plan)

    def _both(self) -> tuple[tuple[Path, Side], tuple[Path, Side]] | None:
        """Both files, or None with a word of why while one of them is not read yet."""
        selection = self._selection
        if selection is None or selection.variant is None or selection.model.plan is None:
            return None
        model, variant, source = selection.model, selection.variant, selection.model.plan
        other = next((each for each in model.variants if str(each.path) == self._other), None)
        right = self._side(variant)
        left = Side(source) if other is None else self._side(other)
        if left is None or right is None:
            self.message.title.setText(self.tr("Reading {model}\u2026").format(model=variant.name))
            self.message.text.setText(str(variant.path))
            self.setCurrentIndex(0)
            return None
        return (model.path if other is None else other.path, left), (variant.path, right)

    def _side(self, variant: Variant) -> Side | None:
        known = self._written.get(variant)
        if known is not None:
            return Side(known, variant.document.origins)
        self._written.ask(variant, self._refresh, partial(self._not_read, variant))
        return None

    def _not_read(self, variant: Variant, failure: Failure) -> None:
        problem = of_failure(failure, variant.path.name, self._refresh)
        self.message.title.setText(problem.title)
        self.message.text.setText("\n".join(filter(None, (problem.message, problem.remedy))))
        self.setCurrentIndex(0)

    def _colour_left(self, plan: Plan, tokens: Tokens) -> Colouring:
        return colouring(plan, tokens, self._found.left if self._found is not None else {}, self.tr("Differences"))

    def _colour_right(self, plan: Plan, tokens: Tokens) -> Colouring:
        return colouring(plan, tokens, self._found.right if self._found is not None else {}, self.tr("Differences"))

    def _count(self) -> None:
        count = len(self._found.steps) if self._found is not None else 0
        if 0 <= self._step < count:
            self.counter.setText(self.tr("difference {place} of {all}").format(place=self._step + 1, all=count))
        else:
            self.counter.setText(self.tr("%n difference(s)", "", count))
        for button in (self.previous, self.next):
            button.setEnabled(count > 0)

    # Together ----------------------------------------------------------------------------------------------------

    def _counterparts(self, place: int, key: Key) -> tuple[Key, ...]:
        if self._found is None:
            return ()
        return (self._found.to_right if place == 0 else self._found.to_left).get(key, ())

    def _selected(self, place: int) -> None:
        """Selects the counterparts of what was selected on one side."""
        if self._following:
            return
        self._following = True
        here, there = self.sides[place], self.sides[1 - place]
        keys = frozenset(other for key in here.keys for other in self._counterparts(place, key))
        current = here.current
        mates = self._counterparts(place, current) if current is not None else ()
        there.select(keys, mates[-1] if mates else None)
        self._following = False
        if current is not None and not self.left.isHidden():
            self._match_camera(place, current)
        if place == 0:
            self._share(current)
        else:
            self._share(mates[-1] if mates else None)

    def _share(self, key: Key | None) -> None:
        """The inspector and the table speak of the source's operators."""
        if self._other == SOURCE and key is not None:
            self._shared.select((key,))

    def _camera_moved(self, place: int, camera: Camera) -> None:
        """Keeps the counterpart of what is in the middle of one view at the same place in the other."""
        if self._following or not self.split.isVisible() or self.left.isHidden():
            return
        panel = (self.left, self.right)[place]
        scene = panel.view.scene
        if scene is None or scene.nodes == 0:
            return
        distances = abs(scene.x - camera.x) + abs(scene.y - camera.y)
        for node in distances.argsort()[:8].tolist():
            key = next(iter(scene.keys_of([node])), None)
            if key is not None and self._counterparts(place, key):
                self._match_camera(place, key)
                return

    def _match_camera(self, place: int, key: Key) -> None:
        here, there = ((self.left, self.right), (self.right, self.left))[place]
        mates = self._counterparts(place, key)
        one, other = here.view.scene, there.view.scene
        if not mates or one is None or other is None:
            return
        node, mate = one.node_of(key), other.node_of(mates[-1])
        if node < 0 or mate < 0:
            return
        camera = here.view.camera
        self._following = True
        there.view.set_camera(
            Camera(
                float(other.x[mate]) + camera.x - float(one.x[node]),
                float(other.y[mate]) + camera.y - float(one.y[node]),
                camera.zoom,
            )
        )
        self._following = False

    def _drawn(self, place: int) -> None:
        """A side that has just been drawn looks where the other one does."""
        other = (self.right, self.left)[place]
        if other.view.scene is not None:
            QTimer.singleShot(0, self, lambda: self._camera_moved(1 - place, other.view.camera))

    # Parts -------------------------------------------------------------------------------------------------------

    def _bar(self) -> QHBoxLayout:
        self.against = ChoiceCombo(self.tr("Against"), self._theme)
        self.against.chosen.connect(self._choose)
        self.beside = QToolButton()
        self.beside.setText(self.tr("Side by side"))
        self.beside.setCheckable(True)
        self.beside.setChecked(True)
        self.beside.setProperty("compact", True)
        self.beside.setToolTip(self.tr("Both graphs, or only the differences in one"))
        self.beside.toggled.connect(self.left.setVisible)
        self.counter = QLabel()
        self.counter.setProperty("muted", True)
        self.previous = self._button("chevron-up", self.tr("Previous difference (Shift+F7)"), -1)
        self.next = self._button("chevron-down", self.tr("Next difference (F7)"), 1)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(6)
        bar.addWidget(self.against)
        bar.addWidget(self.beside)
        bar.addStretch(1)
        for widget in (self.counter, self.previous, self.next):
            bar.addWidget(widget)
        return bar

    def _button(self, icon: str, words: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setProperty("tight", True)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(words)
        button.setAccessibleName(words.partition(" (")[0])
        button.clicked.connect(lambda: self.step(step))
        self._theme.bind_icon(button, icon, "text_muted")
        return button

    def _show_variants(self) -> None:
        selection = self._selection
        if selection is not None and selection.variant in selection.model.variants:
            self.variants.show_selection(selection)

    def _choose_variant(self, selection: Selection) -> None:
        """Later: the table must not change while it tells of its selection."""
        if selection != self._selection:
            QTimer.singleShot(0, self, lambda: self._library.select(selection))

    def _choose(self, other: str) -> None:
        self._other = other
        self._refresh()
