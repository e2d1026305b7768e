"""The Latency tab: settings and buttons, the answer, the live chart, and below it operators, words and history."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from quantscope.documents import profile as profiles
from quantscope_gui import formatting
from quantscope_gui.engine import texts
from quantscope_gui.latency.chart import LatencyChart
from quantscope_gui.latency.figures import FiguresTable
from quantscope_gui.latency.headline import Headline
from quantscope_gui.latency.historian import Historian
from quantscope_gui.latency.history_panel import HistoryPanel
from quantscope_gui.latency.measurement import Measurement
from quantscope_gui.latency.measurer import Measurer
from quantscope_gui.latency.operators import TimesTable
from quantscope_gui.latency.remembered import Remembered
from quantscope_gui.latency.setup import Setup
from quantscope_gui.models.library import Selection
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.empty import EmptyState

HEADLINE_MILLISECONDS = 200
UPPER_HEIGHT, LOWER_HEIGHT = 420, 260


class LatencyPanel(QWidget):
    """Measures the selected model with all that was made from it. `data_wanted` when inputs shall come from a file;
    `said(sentence)` for the status line."""

    data_wanted = Signal()
    said = Signal(str)

    def __init__(
        self,
        theme: Theme,
        measurer: Measurer,
        historian: Historian,
        operator: OperatorSelection,
        remembered: Remembered,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._measurer = measurer
        self._historian = historian
        self._selection: Selection | None = None
        self.setup = Setup(remembered)
        self.setup.data_wanted.connect(self.data_wanted)
        self.go = QPushButton(self.tr("Measure"))
        self.go.setProperty("primary", True)
        self.go.clicked.connect(self.measure)
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.setToolTip(self.tr("End now and keep what was measured"))
        self.stop.clicked.connect(self._stop)
        self.chart = LatencyChart(theme)
        self.headline = Headline(theme)
        self.figures = FiguresTable()
        self.times = TimesTable(theme, operator)
        self.sums = QLabel()
        self.sums.setProperty("muted", True)
        self.sums.setWordWrap(True)
        self.sums.setContentsMargins(12, 6, 12, 8)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setContentsMargins(14, 12, 14, 12)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.history = HistoryPanel(theme, historian)
        self.history.said.connect(self.said)
        self.empty = EmptyState(
            theme,
            "latency",
            self.tr("Nothing measured yet"),
            self.tr("Measure runs the model and everything made from it in turns, so that heat hits all alike."),
        )
        self._headline_tick = QTimer(self)
        self._headline_tick.setSingleShot(True)
        self._headline_tick.setInterval(HEADLINE_MILLISECONDS)
        self._headline_tick.timeout.connect(self._show_headline)
        self._lay_out()
        measurer.began.connect(self._began)
        measurer.grew.connect(self._grew)
        measurer.ended.connect(self._ended)
        theme.changed.connect(self._show_headline)
        self._show()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        bar.addWidget(self.setup, 1)
        bar.addWidget(self.stop)
        bar.addWidget(self.go)
        operators = QWidget()
        column = QVBoxLayout(operators)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.times, 1)
        column.addWidget(self.sums)
        words = QScrollArea()
        words.setWidgetResizable(True)
        words.setWidget(self.words)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(operators, self.tr("Operators"))
        self.tabs.addTab(words, self.tr("Where the time went"))
        self.tabs.addTab(self.figures, self.tr("Figures"))
        self.tabs.addTab(self.history, self.tr("History"))
        self.tabs.currentChanged.connect(self._tab_changed)
        live = QWidget()
        upper = QVBoxLayout(live)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(0)
        upper.addWidget(self.headline)
        upper.addWidget(self.chart, 1)
        self.upper = QStackedWidget()
        self.upper.addWidget(self.empty)
        self.upper.addWidget(live)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.upper)
        self.splitter.addWidget(self.tabs)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([UPPER_HEIGHT, LOWER_HEIGHT])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.splitter, 1)

    def show_selection(self, selection: Selection | None) -> None:
        """What Measure would measure."""
        self._selection = selection
        self._enable()

    def choose_data(self, path: Path) -> None:
        """Measures on the first sample of this file from now on."""
        self.setup.choose_data(str(path), path.name)

    def measure(self) -> None:
        """Measures the selected model and what was made from it, or does nothing while a measurement runs."""
        selection = self._selection
        if selection is None or self._measurer.busy:
            return
        self.setup.remember()
        variants = (selection.variant,) if selection.variant is not None else tuple(selection.model.variants)
        self._measurer.measure(selection.model, (None, *variants), self.setup.device.chosen(), self.setup.settings())

    def _stop(self) -> None:
        self._measurer.stop()
        self._enable()

    def _began(self, measurement: Measurement) -> None:
        self.chart.show_measurement(measurement)
        self._show()

    def _grew(self, part: profiles.LivePart) -> None:
        if isinstance(part, profiles.Measured | profiles.Noticed | profiles.Standing):
            self.chart.refresh()
        if not self._headline_tick.isActive():
            self._headline_tick.start()

    def _ended(self) -> None:
        self.chart.refresh()
        if self._historian.history is not None:
            self._historian.load()
        self._show()

    def _show(self) -> None:
        measurement = self._measurer.measurement
        profile = measurement.profile if measurement is not None else None
        shown = measurement is not None and (bool(measurement.courses) or not measurement.over)
        self.upper.setCurrentIndex(1 if shown else 0)
        self.times.show_profile(profile)
        self.figures.show_profile(profile)
        self.sums.setText(self._sums(profile) if profile is not None else "")
        self.sums.setVisible(bool(self.sums.text()))
        self.words.setText(self._words(profile))
        self._show_headline()
        self._enable()

    def _enable(self) -> None:
        busy = self._measurer.busy
        self.go.setEnabled(self._selection is not None and not busy)
        self.go.setVisible(not busy)
        self.stop.setVisible(busy)
        self.stop.setEnabled(busy and not self._measurer.stopping)
        self.setup.setEnabled(not busy)

    def _show_headline(self) -> None:
        self._headline_tick.stop()
        measurement = self._measurer.measurement
        if measurement is not None:
            colors = {run: self.chart.color(run) for run in measurement.courses}
            self.headline.show_measurement(measurement, colors, self._state(measurement))

    def _state(self, measurement: Measurement) -> str:
        if measurement.over:
            return self.tr("Nothing was measured")
        if measurement.waiting is not None:
            return self.tr("Cooling down: {now} of {wanted} \u00b0C, {seconds} s at most").format(
                now=f"{measurement.waiting.celsius:.1f}",
                wanted=f"{measurement.waiting.wanted:.0f}",
                seconds=f"{measurement.waiting.seconds:.0f}",
            )
        return self.tr("Measuring\u2026") if measurement.courses else self.tr("Preparing\u2026")

    def _sums(self, profile: profiles.Profile) -> str:
        sentences = []
        for run in profile.runs:
            name = run.recipe or Path(run.model.path).stem
            if run.per_operator_note:
                sentences.append(f"{name}: {texts.phrase(run.per_operator_note)}")
            if run.operators_us is not None and run.unprofiled_us:
                text = self.tr("{name}: the operators take {sum}, {share} of an unprofiled inference").format(
                    name=name,
                    sum=formatting.duration(run.operators_us),
                    share=formatting.percent(run.operators_us / run.unprofiled_us),
                )
                if run.call_us:
                    call = self.tr("the call itself {time}").format(time=formatting.duration(run.call_us))
                    text = f"{text}; {call}"
                if run.overhead is not None:
                    overhead = self.tr("profiling itself {overhead}").format(
                        overhead=f"{run.overhead * 100:+.1f}\u202f%"
                    )
                    text = f"{text}; {overhead}"
                if run.unattributed_us:
                    rest = self.tr("not attributed {time}").format(time=formatting.duration(run.unattributed_us))
                    text = f"{text}; {rest}"
                sentences.append(text)
        return "\n".join(sentences)

    def _words(self, profile: profiles.Profile | None) -> str:
        changes = [change for comparison in (profile.comparisons if profile else ()) for change in comparison.changes]
        if not changes:
            return self.tr("Measure a model and a variant of it operator by operator: what changed is said here.")
        return "\n".join(map(texts.change, changes))

    def _tab_changed(self) -> None:
        if self.tabs.currentWidget() is self.history and self._historian.history is None:
            self._historian.load()
