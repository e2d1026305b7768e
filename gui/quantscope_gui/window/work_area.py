"""The centre while a model is selected: result card, summary, and the tabs."""

import bisect
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from quantscope import documents
from quantscope_gui.colour.colours import PLANNED
from quantscope_gui.compare.panel import ComparePanel
from quantscope_gui.find.bar import FindBar
from quantscope_gui.jobs.result_card import ResultCard
from quantscope_gui.latency.tab import LatencyTab
from quantscope_gui.models.library import Selection
from quantscope_gui.operators.plan import Key
from quantscope_gui.operators.summary import SummaryStrip
from quantscope_gui.operators.table import OperatorsTable
from quantscope_gui.recipe.combo import ChoiceCombo
from quantscope_gui.services import Services
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.deferred import Deferred
from quantscope_gui.widgets.empty import EmptyState

GRAPH, OPERATORS = "graph", "operators"

if TYPE_CHECKING:
    from quantscope_gui.compare.graphs import CompareGraphs
    from quantscope_gui.graph.panel import GraphPanel


class WorkArea(QStackedWidget):
    """Shows one selection. Tabs that would be empty are not there. `legend_changed(items)` says what the colours mean:
    None stands for the planned precisions. `menu_wanted(position)` for the menu of the selected operators."""

    filter_changed = Signal(str)
    legend_changed = Signal(object)
    menu_wanted = Signal(object)

    def __init__(self, services: Services, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection: Selection | None = None
        self._comparer = services.comparer
        self._prober = services.prober
        self._values = services.values
        self._operator = services.operator
        self._settings = services.settings
        self.card = ResultCard(theme)
        self.summary = SummaryStrip(theme)
        self.search = FindBar(theme)
        self.table = OperatorsTable(theme, services.settings, services.operator)
        self._theme = theme
        self._drawer = services.drawer
        self._colours = services.colours
        self._services = services
        self._graph: GraphPanel | None = None
        self._graphs: CompareGraphs | None = None
        self.differences = Deferred(lambda: self.graphs, self)
        self.differences.hide()
        self.colour_by = ChoiceCombo(self.tr("Colour by"), theme)
        self.colour_by.chosen.connect(services.colours.choose)
        services.colours.changed.connect(self._recolour)
        theme.changed.connect(self._show_colours)
        self.latency = LatencyTab(services, theme)
        self.compare = ComparePanel(theme, services.operator, services.metrics, self)
        self.compare.hide()
        self.reading = EmptyState(theme, "model", "", "")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.table, self.tr("Operators"))
        self.tabs.addTab(self.latency, self.tr("Latency"))
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.card)
        layout.addWidget(self.summary)
        layout.addWidget(self.search)
        layout.addWidget(self.tabs, 1)
        self.addWidget(self.reading)
        self.addWidget(content)

        self.tabs.currentChanged.connect(self._remember_tab)
        self.table.menu_wanted.connect(self.menu_wanted.emit)
        self.search.changed.connect(self._find)
        self.search.entered.connect(self._enter)
        self.search.left_downwards.connect(lambda: self._enter(downwards=True))
        self.search.step_wanted.connect(self.step)
        self.table.operators.shown_changed.connect(self._show_found)
        services.operator.changed.connect(self._show_count)
        self.summary.filter_wanted.connect(self.toggle_filter)
        self.card.compare_wanted.connect(services.comparer.compare)

    @property
    def graph(self) -> "GraphPanel":
        """The Graph tab. Built when it is first asked for: numpy, which it needs, must not delay the first paint."""
        if self._graph is None:
            from quantscope_gui.graph.panel import GraphPanel

            self._graph = graph = GraphPanel(self._theme, self._drawer, self._operator)
            in_front = self._settings.tab != OPERATORS
            self.tabs.insertTab(0, graph, self.tr("Graph"))
            self.tabs.setCurrentWidget(graph if in_front else self.table)
            graph.drawn.connect(self._show_drawn)
            graph.menu_wanted.connect(self.menu_wanted.emit)
            graph.set_colourist(self._colours.colour)
            graph.add_tool(self.colour_by)
        return self._graph

    @property
    def graphs(self) -> "CompareGraphs":
        """What the Differences tab holds. Built when that is first looked at."""
        if self._graphs is None:
            from quantscope_gui.compare.graphs import CompareGraphs

            services = self._services
            self._graphs = CompareGraphs(
                self._theme,
                self._drawer,
                services.library,
                services.written,
                services.operator,
                services.background,
            )
            if self._selection is not None:
                self._graphs.show_selection(self._selection)
        return self._graphs

    def toggle_filter(self, text: str) -> None:
        """Shows only these operators in the table, and dims the others in the graph; or all again."""
        if self.tabs.currentWidget() is not self.graph:
            self.tabs.setCurrentWidget(self.table)
        self.search.toggle(text)

    def step(self, direction: int) -> None:
        """Selects the next (1) or previous (-1) operator found, in order of execution and round again."""
        found = sorted(self.table.operators.shown_keys())
        if not found:
            return
        current = self._operator.current
        if current is None:
            place = 0 if direction > 0 else -1
        elif direction > 0:
            place = bisect.bisect_right(found, current) % len(found)
        else:
            place = bisect.bisect_left(found, current) - 1
        self._operator.select([found[place]])

    def _find(self, text: str) -> None:
        self.table.operators.set_filter(text)
        self.summary.show_filter(text)
        self.filter_changed.emit(text)

    def _enter(self, downwards: bool = False) -> None:
        """Return goes to the next match in the graph; in the table, where the others are gone, it goes into it."""
        if self.tabs.currentWidget() is self.table:
            self.table.enter()
        elif downwards:
            self.graph.view.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.step(1)

    def highlight(self, keys: frozenset[Key] | None) -> None:
        """Dims all but these operators in the graph and marks them in the table; None goes back to what was found."""
        self.table.operators.mark(keys or frozenset())
        if keys is None:
            self._show_found()
        else:
            self.graph.set_highlight(keys)

    def _recolour(self) -> None:
        if self._graph is not None:
            self._graph.set_colourist(self._colours.colour)
        self._show_colours()

    def _show_colours(self) -> None:
        """The scheme in force, those there are, and what its colours mean."""
        plan = self._selection.plan if self._selection is not None else None
        if plan is None or self._graph is None:
            return
        from quantscope_gui.colour import legend, schemes

        self.colour_by.set_choices(
            tuple(
                documents.Choice(id=scheme.key, title=schemes.title(scheme), description="")
                for scheme in self._colours.available()
            ),
            self._colours.scheme().key,
        )
        if self._colours.scheme().key == PLANNED:
            self.legend_changed.emit(None)
        else:
            self.legend_changed.emit(legend.items(self._colours.colour(plan, self._theme.tokens)))

    def _show_found(self) -> None:
        """What was found is all there is in the table; in the graph the others are dim."""
        if self._graph is not None:
            self._graph.set_highlight(self.table.operators.shown_keys() if self.search.text else None)
        self._show_count()

    def _show_count(self) -> None:
        operators, current = self.table.operators, self._operator.current
        if not self.search.text or current is None or operators.place(current) is None:
            place = None
        else:
            place = sorted(operators.shown_keys()).index(current)
        self.search.show_found(operators.rowCount(), operators.count, place, operators.problem)

    def _remember_tab(self) -> None:
        current = self.tabs.currentWidget()
        if self._graph is not None and current in (self._graph, self.table):
            self._settings.tab = GRAPH if current is self._graph else OPERATORS

    def _show_drawn(self) -> None:
        """The graph is there before the plan that colours it."""
        selection = self._selection
        if selection is not None and selection.plan is None and self.tabs.currentWidget() is self.graph:
            self.summary.show_pending()
            self.setCurrentIndex(1)

    def show_selection(self, selection: Selection) -> None:
        """Shows what is selected, as far as it is known by now."""
        if self._selection is None or self._selection.model is not selection.model:
            self._operator.clear()
        self._selection = selection
        plan = selection.plan
        self.graph.show_model(selection.model.path, plan)
        if self.card.selection != selection:
            self.card.hide()
        if plan is None:
            self.reading.title.setText(self.tr("Reading {model}\u2026").format(model=selection.model.name))
            self.reading.text.setText(str(selection.model.path))
            self.setCurrentIndex(0)
            return
        self.summary.show_selection(selection)
        self._operator.set_plan(plan)
        self.table.set_plan(plan)
        self.latency.show_selection(selection)
        self.summary.show_filter(self.search.text)
        self.show_compare(False)
        self._show_graphs(selection)
        self._show_colours()
        self.setCurrentIndex(1)

    def _show_graphs(self, selection: Selection) -> None:
        """The Differences tab is there while a result is selected."""
        place = self.tabs.indexOf(self.differences)
        if selection.variant is not None:
            if self._graphs is not None:
                self._graphs.show_selection(selection)
            if place < 0:
                self.tabs.insertTab(self.tabs.indexOf(self.latency), self.differences, self.tr("Differences"))
        elif place >= 0:
            self.tabs.removeTab(place)
            self.differences.hide()

    def show_compared(self) -> None:
        """Brings all views up to date after a comparison: rows have errors now."""
        if self._selection is not None and self._selection.plan is not None:
            self.show_selection(self._selection)

    def measure(self) -> None:
        """Measures what is selected, in view."""
        self.tabs.setCurrentWidget(self.latency)
        self.latency.panel.measure()

    def show_compare(self, in_front: bool) -> None:
        """Brings the Compare tab up to date; it is there only while it has something to say."""
        selection = self._selection
        variant = selection.variant if selection is not None else None
        busy = variant is not None and self._comparer.busy(variant)
        wanted = variant is not None and (busy or variant.comparison is not None)
        place = self.tabs.indexOf(self.compare)
        if wanted and selection is not None:
            measuring = variant is not None and self._prober.busy(variant)
            reading = variant is not None and self._values.busy(variant)
            self.compare.show_selection(selection, busy, measuring, reading)
            if place < 0:
                self.tabs.insertTab(self.tabs.indexOf(self.latency), self.compare, self.tr("Compare"))
            if in_front:
                self.tabs.setCurrentWidget(self.compare)
        elif place >= 0:
            self.tabs.removeTab(place)
            self.compare.hide()
