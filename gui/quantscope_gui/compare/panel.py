"""The Compare tab: what happened in a sentence, the outputs' figures, and the operators that did it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QPushButton, QVBoxLayout, QWidget

from quantscope import documents
from quantscope_gui.compare.answer import answer
from quantscope_gui.compare.errors_table import ErrorsTable
from quantscope_gui.compare.metric import MetricButton, MetricDesk
from quantscope_gui.compare.table import COLUMNS, OutputsModel
from quantscope_gui.compare.values import ValuesStrip
from quantscope_gui.engine import texts
from quantscope_gui.models.library import Selection, Variant
from quantscope_gui.models.tree_model import variant_title
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.recipe.combo import ChoiceCombo
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.columns_table import QuietTable
from quantscope_gui.widgets.labels import ElidedLabel
from quantscope_gui.widgets.sample_count import SampleCount

MOST_OUTPUTS = 4
NO_LABELS = ""


class ComparePanel(QWidget):
    """`again_wanted` for generated inputs, `data_wanted` for a data file of the user's, `count_wanted` for so many of
    its samples, `labels_wanted` for another array of it that says what is right, `measure_wanted` to try the
    worst operators in float, `values_wanted` for the values of the selected operator's output."""

    again_wanted = Signal()
    data_wanted = Signal()
    count_wanted = Signal(int)
    labels_wanted = Signal(str)
    measure_wanted = Signal()
    values_wanted = Signal()

    def __init__(
        self, theme: Theme, selection: OperatorSelection, metrics: MetricDesk, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.title.setProperty("heading", True)
        self.inputs = ElidedLabel(muted=theme)
        self.again = self._button(theme, self.tr("Generated inputs"), "retry")
        self.again.clicked.connect(self.again_wanted)
        self.data = self._button(theme, self.tr("Data file\u2026"), "data")
        self.data.setToolTip(
            self.tr(
                "An .npz file whose arrays are named after the model's inputs, samples first; of a model with one input"
                " an .npy file, too. Labels called y or labels give the accuracy. It can be dropped as well."
            )
        )
        self.data.clicked.connect(self.data_wanted)
        self.count = SampleCount()
        self.count.wanted.connect(self.count_wanted)
        self.labels = ChoiceCombo(self.tr("Labels"), theme)
        self.labels.chosen.connect(self._choose_labels)
        self.judge = MetricButton(metrics, theme)
        self.answer = QLabel()
        self.answer.setWordWrap(True)
        self.answer.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.measure = self._button(theme, self.tr("Try in float"), "sensitivity")
        self.measure.setToolTip(
            self.tr("Keeps each of the worst operators in float in turn and measures what the outputs gain")
        )
        self.measure.clicked.connect(self.measure_wanted)
        self.outputs = OutputsModel(self)
        self.table = self._outputs_table()
        self.operators = ErrorsTable(theme, selection)
        self.values = ValuesStrip(theme)
        self.values.wanted.connect(self.values_wanted)
        self._operator = selection
        self._shown: tuple[Variant, bool] | None = None
        selection.changed.connect(self._show_values)

        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.inputs)
        bar = QHBoxLayout()
        bar.setContentsMargins(14, 12, 12, 8)
        bar.setSpacing(8)
        bar.addLayout(words, 1)
        bar.addWidget(self.again)
        bar.addWidget(self.data)
        bar.addWidget(self.count)
        bar.addWidget(self.labels)
        bar.addWidget(self.judge)
        verdict = QHBoxLayout()
        verdict.setContentsMargins(14, 0, 12, 12)
        verdict.setSpacing(8)
        verdict.addWidget(self.answer, 1)
        verdict.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addLayout(verdict)
        layout.addWidget(self.table)
        layout.addWidget(self.operators, 1)
        layout.addWidget(self.values)

    def _button(self, theme: Theme, text: str, icon: str) -> QPushButton:
        button = QPushButton(text)
        theme.bind_icon(button, icon)
        return button

    def _outputs_table(self) -> QuietTable:
        table = QuietTable(self.outputs, self.tr("Errors of the outputs"))
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, len(COLUMNS)):
            table.setColumnWidth(column, self.fontMetrics().averageCharWidth() * 15)
        return table

    def show_selection(self, selection: Selection, busy: bool, measuring: bool, reading: bool) -> None:
        variant = selection.variant
        if variant is None:
            return
        self.title.setText(self.tr("Float against {variant}").format(variant=variant_title(variant)))
        self.judge.show_model(selection.model)
        document = variant.comparison
        self.count.setVisible(document is not None and document.available > 0)
        self.answer.setVisible(document is not None)
        self.measure.setVisible(document is not None)
        self.measure.setEnabled(not measuring and not busy)
        self.operators.show_errors(variant.plan, variant.sensitivity)
        self._shown = variant, reading
        self._show_values()
        self._show_labels(document)
        if document is None:
            self.inputs.set_text(self.tr("Comparing\u2026") if busy else self.tr("Not compared yet"))
            self._show_outputs(())
            return
        if document.available:
            self.count.show_count(document.samples, document.available)
        self.inputs.set_text(
            self.tr("%n sample(s)", "", document.samples)
            + " \u00b7 "
            + self.tr("inputs: {inputs}").format(inputs=texts.phrase(document.inputs))
        )
        self.answer.setText(answer(document, variant.sensitivity, variant.plan))
        self._show_outputs(document.outputs)

    def _show_labels(self, document: documents.Comparison | None) -> None:
        """The arrays of the data file that could say what is right, where there is a choice."""
        arrays = document.label_arrays if document is not None else ()
        used = document.labels or NO_LABELS if document is not None else NO_LABELS
        self.labels.setVisible(bool(arrays) and arrays != (used,))
        told = self.tr("The array of the file that says what is right for each sample, for top-1, top-5 and the metric")
        choices = [documents.Choice(id=name, title=name, description=told) for name in arrays]
        if used == NO_LABELS:
            choices.insert(0, documents.Choice(id=NO_LABELS, title=self.tr("none"), description=told))
        self.labels.set_choices(tuple(choices), used)

    def _choose_labels(self, name: str) -> None:
        if name != NO_LABELS:
            self.labels_wanted.emit(name)

    def _show_values(self) -> None:
        """The strip follows the selected operator of the variant that is shown."""
        row = self._operator.row
        if self._shown is None or self._shown[0].comparison is None or row is None:
            self.values.show_operator(None, None, False, False)
            return
        variant, reading = self._shown
        self.values.show_operator(row, variant.values.get(row.key), reading, variant.plan.subgraphs > 1)

    def _show_outputs(self, outputs: tuple[documents.OutputError, ...]) -> None:
        """The table is as high as it need be; of many outputs some are scrolled to."""
        self.outputs.set_outputs(outputs)
        self.table.setFixedHeight(self.table.height_of(min(max(len(outputs), 1), MOST_OUTPUTS)))
