"""The centre while a model is selected: result card, summary, and the tabs."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from quantscope_gui.compare.panel import ComparePanel
from quantscope_gui.jobs.result_card import ResultCard
from quantscope_gui.models.library import Selection
from quantscope_gui.operators.panel import OperatorsPanel
from quantscope_gui.operators.summary import SummaryStrip
from quantscope_gui.services import Services
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.empty import EmptyState

GRAPH, OPERATORS = "graph", "operators"

if TYPE_CHECKING:
    from quantscope_gui.graph.panel import GraphPanel


class WorkArea(QStackedWidget):
    """Shows one selection. Tabs that would be empty are not there."""

    filter_changed = Signal(str)

    def __init__(self, services: Services, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection: Selection | None = None
        self._comparer = services.comparer
        self._prober = services.prober
        self._operator = services.operator
        self._settings = services.settings
        self.card = ResultCard(theme)
        self.summary = SummaryStrip(theme)
        self.operators = OperatorsPanel(theme, services.settings, services.operator)
        self._theme = theme
        self._drawer = services.drawer
        self._graph: GraphPanel | None = None
        self.compare = ComparePanel(theme, services.operator, self)
        self.compare.hide()
        self.reading = EmptyState(theme, "model", "", "")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.operators, self.tr("Operators"))
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.card)
        layout.addWidget(self.summary)
        layout.addWidget(self.tabs, 1)
        self.addWidget(self.reading)
        self.addWidget(content)

        self.tabs.currentChanged.connect(self._remember_tab)
        self.operators.filter_changed.connect(self._highlight)
        self.summary.filter_wanted.connect(self.toggle_filter)
        self.operators.filter_changed.connect(self.summary.show_filter)
        self.operators.filter_changed.connect(self.filter_changed)
        self.card.compare_wanted.connect(services.comparer.compare)

    @property
    def graph(self) -> "GraphPanel":
        """The Graph tab. Built when it is first asked for: numpy, which it needs, must not delay the first paint."""
        if self._graph is None:
            from quantscope_gui.graph.panel import GraphPanel

            self._graph = graph = GraphPanel(self._theme, self._drawer, self._operator)
            in_front = self._settings.tab != OPERATORS
            self.tabs.insertTab(0, graph, self.tr("Graph"))
            self.tabs.setCurrentWidget(graph if in_front else self.operators)
            graph.drawn.connect(self._show_drawn)
        return self._graph

    def toggle_filter(self, text: str) -> None:
        """Shows only these operators in the table, and dims the others in the graph; or all again."""
        if self.tabs.currentWidget() is not self.graph:
            self.tabs.setCurrentWidget(self.operators)
        self.operators.toggle_filter(text)

    def _highlight(self, text: str) -> None:
        self.graph.set_highlight(self.operators.table.operators.shown_keys() if text else None)

    def _remember_tab(self) -> None:
        current = self.tabs.currentWidget()
        if self._graph is not None and current in (self._graph, self.operators):
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
        self.operators.set_plan(plan)
        self.summary.show_filter(self.operators.filter.text())
        self.show_compare(False)
        self.setCurrentIndex(1)

    def show_compared(self) -> None:
        """Brings all views up to date after a comparison: rows have errors now."""
        if self._selection is not None and self._selection.plan is not None:
            self.show_selection(self._selection)

    def show_compare(self, in_front: bool) -> None:
        """Brings the Compare tab up to date; it is there only while it has something to say."""
        selection = self._selection
        variant = selection.variant if selection is not None else None
        busy = variant is not None and self._comparer.busy(variant)
        wanted = variant is not None and (busy or variant.comparison is not None)
        place = self.tabs.indexOf(self.compare)
        if wanted and selection is not None:
            measuring = variant is not None and self._prober.busy(variant)
            self.compare.show_selection(selection, busy, measuring)
            if place < 0:
                self.tabs.addTab(self.compare, self.tr("Compare"))
            if in_front:
                self.tabs.setCurrentWidget(self.compare)
        elif place >= 0:
            self.tabs.removeTab(place)
            self.compare.hide()
