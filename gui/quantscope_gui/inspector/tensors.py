"""A list of tensors: name, data type, shape, scales, spread of values. Rows are reused, so that walking the table is
quick."""

from typing import Final

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from quantscope import documents
from quantscope.documents.details import Form, Scales, TensorDetails
from quantscope_gui import formatting
from quantscope_gui.inspector.plots import HistogramPlot, ScalesPlot
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.labels import ElidedLabel

SHOWN: Final = 48
SEPARATOR: Final = "  \u00b7  "


def scale_text(scales: Scales) -> str:
    """A scale with its zero point, or the range of many."""
    low, high = min(scales.values), max(scales.values)
    zeros = scales.zero_points
    text = formatting.significant(low)
    if len(scales.values) > 1:
        text = f"{text}\u2013{formatting.significant(high)}"
    return (
        text
        if set(zeros) <= {0}
        else f"{text}, {min(zeros)}"
        if len(zeros) == 1
        else f"{text}, {min(zeros)}\u2013{max(zeros)}"
    )


class TensorRow(QWidget):
    """The name, what it is, and what is stored for it now and as planned."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = ElidedLabel()
        self._facts = ElidedLabel(muted=theme)
        self.planned = ElidedLabel()
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.histogram = HistogramPlot(theme)
        self.scales = ScalesPlot(theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 4)
        layout.setSpacing(1)
        for widget in (self._name, self._facts, self.planned, self.problem, self.histogram, self.scales):
            layout.addWidget(widget)
        self._hide_details()

    def show_tensor(self, tensor: documents.Tensor) -> None:
        self._hide_details()
        if tensor.index < 0:
            self._name.set_text(self.tr("(absent)"))
            self._facts.set_text(self.tr("optional input that is not given"))
            return
        self._name.set_text(tensor.name or self.tr("(unnamed tensor {index})").format(index=tensor.index))
        facts = [tensor.dtype, formatting.shape(tensor.shape)]
        if tensor.constant:
            facts.append(self.tr("constant"))
        self._facts.set_text(SEPARATOR.join(facts))

    def show_details(self, details: TensorDetails, kind: str) -> None:
        """Adds what the engine found out; `kind` is the planned precision of the operator."""
        if details.tensor.index < 0:
            return
        facts = [details.tensor.dtype, formatting.shape(details.tensor.shape), *self._stored(details.now)]
        self._facts.set_text(SEPARATOR.join(facts))
        if details.planned is not None:
            facts = [f"{formatting.ARROW} {details.planned.dtype}", *self._stored(details.planned)]
            if details.sqnr_db is not None:
                facts.append(formatting.decibel(details.sqnr_db))
            self.planned.set_text(SEPARATOR.join(facts))
            self.planned.setToolTip(
                self.tr(
                    "As planned: data type, size, scale with zero point, and the weight's own signal to noise ratio"
                )
            )
            self.planned.show()
        self.problem.setText(details.problem or "")
        self.problem.setVisible(bool(details.problem))
        if details.now.histogram is not None and sum(details.now.histogram.counts) > 1:
            planned = details.planned.histogram if details.planned is not None else None
            self.histogram.show_histograms(details.now.histogram, planned, kind)
            self.histogram.show()
        scales = details.planned.scales if details.planned is not None else details.now.scales
        if scales is not None and len(scales.values) > 1:
            self.scales.show_scales(scales, kind)
            self.scales.show()

    def _hide_details(self) -> None:
        for widget in (self.planned, self.problem, self.histogram, self.scales):
            widget.hide()

    def _stored(self, form: Form) -> list[str]:
        facts = []
        if form.bytes is not None:
            facts.append(formatting.size(form.bytes))
        if form.scales is not None and len(form.scales.values) == 1:
            facts.append(self.tr("scale {scale}").format(scale=scale_text(form.scales)))
        return facts


class TensorList(QWidget):
    """A heading with the number of tensors, and their rows."""

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._theme = theme
        self.rows: list[TensorRow] = []
        self._heading = QLabel()
        self._heading.setProperty("section", True)
        self._more = QLabel()
        self._more.setProperty("muted", True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addWidget(self._heading)
        self._layout.addWidget(self._more)

    def show_tensors(self, tensors: tuple[documents.Tensor, ...]) -> None:
        self._heading.setText(f"{self._title}  {len(tensors)}")
        while len(self.rows) < min(len(tensors), SHOWN):
            row = TensorRow(self._theme)
            self.rows.append(row)
            self._layout.insertWidget(len(self.rows), row)
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(tensors))
            if place < len(tensors):
                row.show_tensor(tensors[place])
        rest = len(tensors) - SHOWN
        self._more.setVisible(rest > 0)
        self._more.setText(self.tr("and %n more", "", max(rest, 0)))

    def show_details(self, details: tuple[TensorDetails, ...], kind: str) -> None:
        for row, each in zip(self.rows, details, strict=False):
            row.show_details(each, kind)
