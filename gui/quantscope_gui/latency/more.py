"""The settings that are seldom changed, in a popup of their own."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QMenu, QPushButton, QSpinBox, QWidget, QWidgetAction

from quantscope.documents import profile as profiles

MOST_RUNS = 1_000_000
HOTTEST = 90.0


class MoreSettings(QPushButton):
    """A number of runs instead of seconds, warm-up, and cooling down before; and what the caller puts first, as (name,
    field)."""

    def __init__(self, first: Sequence[tuple[str, QWidget]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(self.tr("More"))
        self.setToolTip(self.tr("Cores, inputs, number of runs, warm-up, cooling down before"))
        default = profiles.Settings()
        self.runs = QSpinBox()
        self.runs.setRange(0, MOST_RUNS)
        self.runs.setSpecialValueText(self.tr("by seconds"))
        self.warm_up = QDoubleSpinBox()
        self.warm_up.setRange(0, 600)
        self.warm_up.setValue(default.warm_up_seconds)
        self.warm_up.setSuffix("\u202fs")
        self.cool_below = QDoubleSpinBox()
        self.cool_below.setRange(0, HOTTEST)
        self.cool_below.setDecimals(0)
        self.cool_below.setSpecialValueText(self.tr("don't wait"))
        self.cool_below.setSuffix("\u202f\u00b0C")
        self.cool_below.setToolTip(self.tr("Begin when the device is below this temperature, or after three minutes"))
        form = QWidget()
        layout = QFormLayout(form)
        for name, field in (
            *first,
            (self.tr("Runs"), self.runs),
            (self.tr("Warm-up"), self.warm_up),
            (self.tr("Cool down below"), self.cool_below),
        ):
            field.setAccessibleName(name)
            layout.addRow(name, field)
        menu = QMenu(self)
        action = QWidgetAction(menu)
        action.setDefaultWidget(form)
        menu.addAction(action)
        self.setMenu(menu)
