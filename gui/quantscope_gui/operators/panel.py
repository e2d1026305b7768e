"""The Operators tab: a filter over the table."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from quantscope_gui.operators.plan import Plan
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.operators.table import OperatorsTable
from quantscope_gui.settings import Settings
from quantscope_gui.theme.theme import Theme

DELAY_MILLISECONDS = 60


class FilterEdit(QLineEdit):
    """Escape clears it, Down goes on into the table. Files dropped on it are the window's business."""

    left_downwards = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(False)
        self.setClearButtonEnabled(True)
        self._icon = self.addAction(theme.icon("search", "text_muted"), QLineEdit.ActionPosition.LeadingPosition)
        theme.bind_icon(self._icon, "search", "text_muted")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)


class OperatorsPanel(QWidget):
    """Table and filter of one plan. `filter_changed(text)` lets others show which filter is on."""

    filter_changed = Signal(str)

    def __init__(
        self, theme: Theme, settings: Settings, selection: OperatorSelection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.table = OperatorsTable(theme, settings, selection, self)
        self.filter = FilterEdit(theme, self)
        self.filter.setPlaceholderText(self.tr("Filter: type, name, precision or reason — e.g. conv is:fallback"))
        self.filter.setAccessibleName(self.tr("Filter operators"))
        self.filter.setToolTip(
            self.tr(
                "All words must occur. Also type: name: precision: reason: dtype: shape: subgraph:\n"
                "is:8bit is:fallback is:delegated is:undelegated is:weighted; a leading - excludes."
            )
        )
        self._count = QLabel()
        self._count.setProperty("muted", True)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY_MILLISECONDS)
        self._delay.timeout.connect(self._apply)
        self.filter.textChanged.connect(self._delay.start)
        self.filter.left_downwards.connect(self._enter_table)
        self.table.operators.shown_changed.connect(self._show_count)

        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(12)
        bar.addWidget(self.filter, 1)
        bar.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.table, 1)

    def set_plan(self, plan: Plan | None) -> None:
        self.table.set_plan(plan)

    def set_filter(self, text: str) -> None:
        """Shows the operators `text` selects, at once."""
        self.filter.setText(text)
        self._apply()

    def toggle_filter(self, text: str) -> None:
        """The same, or all operators again if `text` is on already."""
        self.set_filter("" if self.filter.text() == text else text)

    def focus_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def _apply(self) -> None:
        self._delay.stop()
        self.table.operators.set_filter(self.filter.text())
        self.filter_changed.emit(self.filter.text())

    def _enter_table(self) -> None:
        self._apply()
        if self.table.operators.rowCount():
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.table.selectionModel().hasSelection():
                self.table.selectRow(0)

    def _show_count(self, shown: int, every: int) -> None:
        self._count.setText(
            self.tr("%n operator(s)", "", every)
            if shown == every
            else self.tr("{shown} of {all} operators").format(shown=shown, all=every)
        )
