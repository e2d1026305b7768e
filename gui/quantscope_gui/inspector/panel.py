"""The inspector: why this operator gets its precision, first; then what it is made of."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from quantscope.documents.details import Details
from quantscope_gui.engine import texts
from quantscope_gui.inspector import copying
from quantscope_gui.inspector.attributes import Attributes
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
    """One operator in full. `remedy_wanted(row)` when the button of its remedy is pressed; `fill` puts into a menu what
    the selected operators can be asked for."""

    remedy_wanted = Signal(object)

    def __init__(self, theme: Theme, fill: Callable[[QMenu], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fill = fill
        self._row: Row | None = None
        self._details: Details | None = None
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
        self.do_remedy = QPushButton()
        self.do_remedy.setProperty("compact", True)
        self.do_remedy.clicked.connect(lambda: self.remedy_wanted.emit(self._row))
        self.ask = QToolButton()
        self.ask.setProperty("compact", True)
        self.ask.setText(self.tr("Make it"))
        self.ask.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.ask.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.ask.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.ask.setIconSize(QSize(14, 14))
        theme.bind_icon(self.ask, "chevron-down", "text_muted")
        for button in (self.do_remedy, self.ask):
            button.setFixedHeight(self.fontMetrics().height() + 10)
        menu = QMenu(self.ask)
        menu.aboutToShow.connect(lambda: self._open(menu))
        self.ask.setMenu(menu)
        self.others = QLabel()
        self.others.setProperty("muted", True)
        self.others.setWordWrap(True)
        self.copy = QToolButton()
        self.copy.setProperty("flat", True)
        self.copy.setProperty("tight", True)
        self.copy.setIconSize(QSize(16, 16))
        self.copy.setToolTip(self.tr("Copy details"))
        self.copy.setAccessibleName(self.tr("Copy details"))
        self.copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.copy.clicked.connect(self.copy_text)
        theme.bind_icon(self.copy, "copy", "text_muted")
        self.attributes = Attributes(theme)
        self.failure = _wrapped()
        self.failure.setProperty("muted", True)
        self.type.setMinimumWidth(40)
        self.version = _wrapped()
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
        heading.addWidget(self.copy)
        layout.addLayout(heading)
        layout.addWidget(self.name)
        layout.addSpacing(8)
        layout.addWidget(self._why(theme))
        layout.addWidget(self.others)
        layout.addSpacing(10)
        layout.addWidget(self.weights_title)
        layout.addWidget(self.weights)
        layout.addSpacing(10)
        layout.addWidget(self.inputs)
        layout.addSpacing(10)
        layout.addWidget(self.outputs)
        layout.addSpacing(10)
        layout.addWidget(self.attributes)
        layout.addWidget(self.failure)
        layout.addSpacing(6)
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
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 4, 0, 0)
        buttons.setSpacing(6)
        buttons.addWidget(self.do_remedy)
        buttons.addWidget(self.ask)
        buttons.addStretch(1)
        layout.addLayout(buttons)
        return card

    def show_row(self, row: Row, several_subgraphs: bool, selected: int = 1) -> None:
        """What the plan says, at once; `selected` operators are selected with this one."""
        operator = row.operator
        self._row, self._details = row, None
        self.others.setVisible(selected > 1)
        self.others.setText(self.tr("%n operators are selected; edits are for all of them.", "", selected))
        label = texts.remedy_button(operator.reason)
        self.do_remedy.setText(label)
        self.do_remedy.setVisible(bool(label))
        self.attributes.hide()
        self.failure.hide()
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
        if operator.partition is not None:
            facts.append(self.tr("partition {number}").format(number=operator.partition + 1))
        self.version.setText("  \u00b7  ".join(facts))

    def show_details(self, row: Row, details: Details) -> None:
        """What the engine found out about the operator shown; that of another one is too late."""
        if row is not self._row:
            return
        self._details = details
        self.attributes.show_attributes(dict(details.attributes))
        self.inputs.show_details(details.inputs, row.kind)
        self.outputs.show_details(details.outputs, row.kind)

    def show_failure(self, row: Row, sentence: str) -> None:
        """Why there is no more than what the plan says."""
        if row is self._row:
            self.failure.setText(sentence)
            self.failure.show()

    def copy_text(self) -> None:
        """Puts all of it on the clipboard as plain text."""
        if self._row is not None:
            QGuiApplication.clipboard().setText(copying.text(self._row, self._details))

    def _open(self, menu: QMenu) -> None:
        menu.clear()
        self._fill(menu)


class Inspector(QStackedWidget):
    """The details of the selected operator, or a friendly word where there is none."""

    def __init__(self, theme: Theme, fill: Callable[[QMenu], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(230)
        self.empty = EmptyState(
            theme,
            "cursor",
            self.tr("Select an operator"),
            self.tr("Its precision, the reason for it and its tensors are shown here."),
        )
        self.details = OperatorDetails(theme, fill)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.details)
        self.area.setProperty("focusable", True)
        self.area.setAccessibleName(self.tr("Inspector"))
        self.addWidget(self.empty)
        self.addWidget(self.area)

    def show_row(self, row: Row | None, several_subgraphs: bool = False, selected: int = 1) -> None:
        if row is not None:
            self.details.show_row(row, several_subgraphs, selected)
        self.setCurrentIndex(0 if row is None else 1)
