"""The values of an operator's output in both models, fetched from the engine when somebody asks for them."""

from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from quantscope.documents.tensors import TensorComparison
from quantscope.worker import protocol
from quantscope_gui import formatting
from quantscope_gui.compare.answer import place
from quantscope_gui.compare.work import VariantWork
from quantscope_gui.engine import decoding
from quantscope_gui.inspector.plots import HistogramPlot
from quantscope_gui.models.library import Selection, Variant
from quantscope_gui.operators.plan import Row
from quantscope_gui.theme.theme import Theme

# Histograms settle soon; the models run on all of them twice.
SAMPLES: Final = 64
WIDTH: Final = 300


class ValueReader(VariantWork):
    """Reads the values of one operator's first output in a variant and in its source."""

    def read(self, selection: Selection, row: Row) -> None:
        """On the data that the variant was last compared on."""
        model, variant = selection.model, selection.variant
        if variant is None or not row.operator.outputs:
            return
        tensor, data = row.operator.outputs[0].index, variant.data
        self._start(
            selection,
            variant,
            lambda identity: protocol.CompareTensor(
                id=identity,
                path=str(model.path),
                quantized=str(variant.path),
                subgraph=row.key[0],
                tensor=tensor,
                data=None if data is None else str(data.path),
                samples=SAMPLES,
            ),
            decoding.small(TensorComparison),
            self.tr("Reading values of {operator}").format(operator=f"{row.operator.type} #{row.key[1]}"),
            lambda: self.read(selection, row),
        )

    def _keep(self, selection: Selection, variant: Variant, document: Any) -> None:
        variant.values[document.subgraph, document.operator] = document


class ValuesStrip(QWidget):
    """The selected operator's values below the table. `wanted` when they are to be read."""

    wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.title.setProperty("heading", True)
        self.facts = QLabel()
        self.facts.setProperty("muted", True)
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.read = QPushButton(self.tr("Show values"))
        self.read.setToolTip(self.tr("How the values of its output are spread in both models, and what is clipped"))
        self.read.clicked.connect(self.wanted)
        self.plot = HistogramPlot(theme)
        self.plot.setFixedWidth(WIDTH)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.title)
        words.addWidget(self.facts)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 10, 12, 10)
        layout.setSpacing(12)
        layout.addLayout(words, 1)
        layout.addWidget(self.read, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.plot)

    def show_operator(self, row: Row | None, values: TensorComparison | None, busy: bool, several: bool) -> None:
        """What is known of the operator's output; without `row` the strip is gone."""
        self.setVisible(row is not None)
        if row is None:
            return
        name = f"{row.operator.type} {place(*row.key, several)}"
        self.title.setText(self.tr("Output of {operator}").format(operator=name))
        self.read.setVisible(values is None)
        self.read.setEnabled(not busy and bool(row.operator.outputs))
        self.plot.setVisible(values is not None)
        self.facts.setText(self.tr("Reading\u2026") if busy and values is None else "")
        if values is not None:
            self.plot.show_histograms(values.float_values, values.quantized_values, row.kind)
            self.facts.setText(self._facts(values))

    def _facts(self, values: TensorComparison) -> str:
        lines = []
        if values.scales is not None and values.low is not None and values.high is not None:
            lines.append(
                self.tr("{dtype}, scale {scale}, zero point {zero}: represents {low} to {high}").format(
                    dtype=values.written_dtype,
                    scale=formatting.significant(values.scales.values[0]),
                    zero=values.scales.zero_points[0],
                    low=formatting.significant(values.low),
                    high=formatting.significant(values.high),
                )
            )
        else:
            lines.append(self.tr("{dtype}: nothing is clipped").format(dtype=values.written_dtype))
        if values.clipped is not None:
            lines.append(self.tr("{share} of the values clipped").format(share=formatting.percent(values.clipped)))
        lines.append(self.tr("%n value(s)", "", values.values))
        return " \u00b7 ".join(lines)
