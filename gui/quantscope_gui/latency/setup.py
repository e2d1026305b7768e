"""What to measure on and how, in one row of controls."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from quantscope.documents import profile as profiles
from quantscope_gui.i18n import QT_TRANSLATE_NOOP

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
CONTROL_HEIGHT: Final = 30


class Setup(QWidget):
    """Device and settings. `data_wanted` when the user wants inputs from a file."""

    data_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.device = QComboBox()
        self.device.setAccessibleName(self.tr("Device"))
        self.device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.threads = QSpinBox()
        self.threads.setRange(1, MOST_THREADS)
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
        self.per_operator = QCheckBox(self.tr("Operator by operator"))
        self.per_operator.setChecked(True)
        self.per_operator.setToolTip(self.tr("Also times each operator, in runs of their own that take longer"))
        self.set_devices([(profiles.THIS_COMPUTER, self.tr("This computer"))])

        for control in (self.device, self.threads, self.delegate, self.cores, self.inputs, self.seconds):
            control.setMinimumHeight(CONTROL_HEIGHT)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.device)
        layout.addWidget(_label(self.tr("Threads"), self.threads))
        layout.addWidget(self.threads)
        for widget in (self.delegate, self.cores, self.inputs, self.seconds, self.per_operator):
            layout.addWidget(widget)
        layout.addStretch(1)

    def set_devices(self, devices: Sequence[tuple[str, str]]) -> None:
        """Offers these (id, name); the one chosen stays it where it is among them."""
        chosen = self.device.currentData()
        self.device.clear()
        for identity, name in devices:
            self.device.addItem(name, identity)
        self.device.setCurrentIndex(max(0, self.device.findData(chosen)))

    def choose_data(self, path: str, name: str) -> None:
        """Inputs come from this file from now on."""
        place = self.inputs.count() - 1
        if place > len(INPUTS):
            self.inputs.removeItem(len(INPUTS))
            place -= 1
        self.inputs.insertItem(place, name, path)
        self.inputs.setItemData(place, path, Qt.ItemDataRole.ToolTipRole)
        self.inputs.setCurrentIndex(place)

    def devices(self) -> tuple[str, ...]:
        """The chosen device's id."""
        return (self.device.currentData(),)

    def settings(self) -> profiles.Settings:
        """The chosen settings."""
        return profiles.Settings(
            threads=self.threads.value(),
            delegate=self.delegate.currentData(),
            cores=self.cores.currentData(),
            seconds=self.seconds.value(),
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


def _label(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setProperty("muted", True)
    label.setBuddy(buddy)
    return label
