"""The inspector: why this operator gets its precision, first; then what it is made of."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from quantscope_gui.engine import texts
from quantscope_gui.inspector.tensors import TensorList
from quantscope_gui.inspector.weights import WeightBars
from quantscope_gui.operators.plan import Row
from quantscope_gui.theme import precisions
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.empty import EmptyState
from quantscope_gui.widgets.glyph import Glyph
from quantscope_gui.widgets.labels import ElidedLabel, Mark

SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


def _wrapped() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(SELECTABLE)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    return label


class OperatorDetails(QWidget):
    """One operator in full."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.type = QLabel()
        self.type.setProperty("heading", True)
        self.type.setTextInteractionFlags(SELECTABLE)
        font = self.type.font()
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.type.setFont(font)
        self.place = QLabel()
        self.place.setProperty("muted", True)
        self.name = ElidedLabel(muted=theme)
        self.mark = Mark(theme, "none")
        self.precision = QLabel()
        self.precision.setProperty("heading", True)
        self.reason = _wrapped()
        self.remedy = _wrapped()
        self.version = QLabel()
        self.version.setProperty("muted", True)
        self.weights_title = QLabel(self.tr("Weights"))
        self.weights_title.setProperty("section", True)
        self.weights = WeightBars(theme)
        self.inputs = TensorList(self.tr("Inputs"), theme)
        self.outputs = TensorList(self.tr("Outputs"), theme)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 14)
        layout.setSpacing(4)
        heading = QHBoxLayout()
        heading.addWidget(self.type)
        heading.addWidget(self.place)
        heading.addStretch(1)
        layout.addLayout(heading)
        layout.addWidget(self.name)
        layout.addSpacing(8)
        layout.addWidget(self._why(theme))
        layout.addSpacing(10)
        layout.addWidget(self.weights_title)
        layout.addWidget(self.weights)
        layout.addSpacing(10)
        layout.addWidget(self.inputs)
        layout.addSpacing(10)
        layout.addWidget(self.outputs)
        layout.addSpacing(10)
        layout.addWidget(self.version)
        layout.addStretch(1)

    def _why(self, theme: Theme) -> QFrame:
        card = QFrame()
        card.setProperty("card", "sunken")
        precision = QHBoxLayout()
        precision.setSpacing(7)
        precision.addWidget(self.mark)
        precision.addWidget(self.precision)
        precision.addStretch(1)
        self._remedy_line = QWidget()
        remedy = QHBoxLayout(self._remedy_line)
        remedy.setContentsMargins(0, 4, 0, 0)
        remedy.setSpacing(7)
        remedy.addWidget(Glyph(theme, "remedy", "text_muted", 16), 0, Qt.AlignmentFlag.AlignTop)
        remedy.addWidget(self.remedy, 1)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(12, 10, 12, 11)
        layout.setSpacing(5)
        layout.addLayout(precision)
        layout.addWidget(self.reason)
        layout.addWidget(self._remedy_line)
        return card

    def show_row(self, row: Row, several_subgraphs: bool) -> None:
        operator = row.operator
        self.type.setText(operator.type)
        place = f"#{operator.index}"
        self.place.setText(f"{place} \u00b7 {row.subgraph or row.key[0]}" if several_subgraphs else place)
        self.name.set_text(operator.name)
        self.mark.set_kind(row.kind)
        self.precision.setText(precisions.name(row.kind))
        self.precision.setToolTip(precisions.meaning(row.kind))
        self.reason.setText(texts.reason(operator.reason))
        remedy = texts.remedy(operator.reason)
        self.remedy.setText(remedy)
        self._remedy_line.setVisible(bool(remedy))
        for widget in (self.weights_title, self.weights):
            widget.setVisible(operator.weight_bytes > 0)
        self.weights.show_row(row)
        self.inputs.show_tensors(operator.inputs)
        self.outputs.show_tensors(operator.outputs)
        facts = [self.tr("version {version}").format(version=operator.version)]
        if operator.delegated is not None:
            facts.append(
                self.tr("taken by the delegate") if operator.delegated else self.tr("not taken by the delegate")
            )
        self.version.setText("  \u00b7  ".join(facts))


class Inspector(QStackedWidget):
    """The details of the selected operator, or a friendly word where there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(230)
        self.empty = EmptyState(
            theme,
            "cursor",
            self.tr("Select an operator"),
            self.tr("Its precision, the reason for it and its tensors are shown here."),
        )
        self.details = OperatorDetails(theme)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.details)
        self.area.setProperty("focusable", True)
        self.area.setAccessibleName(self.tr("Inspector"))
        self.addWidget(self.empty)
        self.addWidget(self.area)

    def show_row(self, row: Row | None, several_subgraphs: bool = False) -> None:
        if row is not None:
            self.details.show_row(row, several_subgraphs)
        self.setCurrentIndex(0 if row is None else 1)
