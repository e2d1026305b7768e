"""What to measure on and how, in one row of controls."""

import os
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QSpinBox, QWidget

from quantscope.documents import profile as profiles
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.latency.devices import DeviceChoice
from quantscope_gui.latency.more import MoreSettings
from quantscope_gui.latency.remembered import COMPUTER, PHONE, Remembered

DELEGATES: Final = {
    "xnnpack": QT_TRANSLATE_NOOP("Measuring", "XNNPACK"),
    "none": QT_TRANSLATE_NOOP("Measuring", "No delegate"),
    "gpu": QT_TRANSLATE_NOOP("Measuring", "GPU"),
}
CORES: Final = {
    "all": QT_TRANSLATE_NOOP("Measuring", "All cores"),
    "big": QT_TRANSLATE_NOOP("Measuring", "Big cores"),
    "prime": QT_TRANSLATE_NOOP("Measuring", "Prime core"),
}
INPUTS: Final = {
    profiles.RANDOM: QT_TRANSLATE_NOOP("Measuring", "Random inputs"),
    profiles.ZEROS: QT_TRANSLATE_NOOP("Measuring", "Zeros"),
}
MOST_THREADS: Final = 64
BESIDE_NUMBER: Final = 26
CONTROL_HEIGHT: Final = 30


class Setup(QWidget):
    """Device and settings, as they were last with that kind of device. `data_wanted` when the user wants inputs from a
    file."""

    data_wanted = Signal()

    def __init__(self, remembered: Remembered, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._remembered = remembered
        self.device = DeviceChoice([(profiles.THIS_COMPUTER, self.tr("This computer"))])
        self.threads = QSpinBox()
        self.threads.setRange(1, MOST_THREADS)
        self.threads.setPrefix(self.tr("threads: "))
        self.threads.setAccessibleName(self.tr("Threads"))
        self.threads.setToolTip(self.tr("How many threads the model may run on"))
        self.delegate = _choice(self.tr("Delegate"), DELEGATES)
        self.cores = _choice(self.tr("Cores"), CORES)
        self.cores.setToolTip(self.tr("Which cores it is kept to, where the system tells them apart"))
        self.seconds = QDoubleSpinBox()
        self.seconds.setRange(0.5, 3600)
        self.seconds.setDecimals(1)
        self.seconds.setValue(5)
        self.seconds.setSuffix("\u202fs")
        self.seconds.setAccessibleName(self.tr("Seconds for each"))
        self.seconds.setToolTip(self.tr("How long each variant is measured"))
        self.inputs = _choice(self.tr("Inputs"), INPUTS)
        self.inputs.addItem(self.tr("From a file\u2026"), None)
        self.inputs.activated.connect(self._input_chosen)
        self.per_operator = QCheckBox(self.tr("By operator"))
        self.per_operator.setChecked(True)
        self.per_operator.setToolTip(self.tr("Also times each operator, in runs of their own that take longer"))
        self.more = MoreSettings([(self.tr("Cores"), self.cores), (self.tr("Inputs"), self.inputs)])
        for control in (self.threads, self.delegate, self.seconds):
            control.setMinimumHeight(CONTROL_HEIGHT)
        self.seconds.setFixedWidth(self.fontMetrics().horizontalAdvance("3600.0\u202fs") + BESIDE_NUMBER)
        self._kind = self._kind_chosen()
        self.show_settings(remembered.load(self._kind))
        self.device.changed.connect(self._device_changed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.device)
        for widget in (self.threads, self.delegate, self.seconds, self.more, self.per_operator):
            layout.addWidget(widget)
        layout.addStretch(1)

    def choose_data(self, path: str, name: str) -> None:
        """Inputs come from this file from now on."""
        place = self.inputs.count() - 1
        if place > len(INPUTS):
            self.inputs.removeItem(len(INPUTS))
            place -= 1
        self.inputs.insertItem(place, name, path)
        self.inputs.setItemData(place, path, Qt.ItemDataRole.ToolTipRole)
        self.inputs.setCurrentIndex(place)

    def show_settings(self, settings: profiles.Settings) -> None:
        """Sets every control."""
        default = profiles.Settings()
        self.threads.setValue(settings.threads)
        self.delegate.setCurrentIndex(max(0, self.delegate.findData(settings.delegate)))
        self.cores.setCurrentIndex(max(0, self.cores.findData(settings.cores)))
        self.seconds.setValue(settings.seconds or default.seconds or 0.0)
        self.more.runs.setValue(settings.runs or 0)
        self.more.warm_up.setValue(settings.warm_up_seconds)
        self.more.cool_below.setValue(settings.cool_below or 0.0)
        self.per_operator.setChecked(settings.per_operator)
        if settings.inputs in INPUTS:
            self.inputs.setCurrentIndex(self.inputs.findData(settings.inputs))
        else:
            self.choose_data(settings.inputs, os.path.basename(settings.inputs))

    def remember(self) -> None:
        """Keeps the settings for the kind of device that is chosen."""
        self._remembered.save(self._kind, self.settings())

    def _kind_chosen(self) -> str:
        return COMPUTER if profiles.THIS_COMPUTER in self.device.chosen() else PHONE

    def _device_changed(self) -> None:
        kind = self._kind_chosen()
        if kind != self._kind:
            self.remember()
            self._kind = kind
            self.show_settings(self._remembered.load(kind))

    def settings(self) -> profiles.Settings:
        """The chosen settings."""
        return profiles.Settings(
            threads=self.threads.value(),
            delegate=self.delegate.currentData(),
            cores=self.cores.currentData(),
            seconds=None if self.more.runs.value() else self.seconds.value(),
            runs=self.more.runs.value() or None,
            warm_up_seconds=self.more.warm_up.value(),
            cool_below=self.more.cool_below.value() or None,
            inputs=self.inputs.currentData() or profiles.RANDOM,
            per_operator=self.per_operator.isChecked(),
        )

    def _input_chosen(self, place: int) -> None:
        if self.inputs.itemData(place) is None:
            self.inputs.setCurrentIndex(0)
            self.data_wanted.emit()


def _choice(name: str, values: dict[str, str]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for value, text in values.items():
        box.addItem(QCoreApplication.translate("Measuring", text), value)
    return box
