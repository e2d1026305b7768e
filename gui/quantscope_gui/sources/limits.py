"""What a converter may take, in a popup whose button says what that is."""

from PySide6.QtWidgets import QFormLayout, QMenu, QPushButton, QSpinBox, QWidget, QWidgetAction

from quantscope_gui.settings import Settings

MOST_MINUTES, MOST_GIGABYTES = 7 * 24 * 60, 4096


class LimitsButton(QPushButton):
    """Time and memory, kept in the settings as soon as they are changed: they are the same for all sources."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.minutes = QSpinBox()
        self.minutes.setRange(1, MOST_MINUTES)
        self.minutes.setSuffix(self.tr("\u202fmin"))
        self.minutes.setValue(settings.conversion_minutes)
        self.gigabytes = QSpinBox()
        self.gigabytes.setRange(0, MOST_GIGABYTES)
        self.gigabytes.setSuffix(self.tr("\u202fGB"))
        self.gigabytes.setSpecialValueText(self.tr("90\u202f% of this computer's"))
        self.gigabytes.setValue(settings.conversion_gigabytes)
        self.setToolTip(self.tr("The converter is stopped when it takes more. This holds for all models."))
        form = QWidget()
        layout = QFormLayout(form)
        for name, field in ((self.tr("Time"), self.minutes), (self.tr("Memory"), self.gigabytes)):
            field.setAccessibleName(name)
            layout.addRow(name, field)
            field.valueChanged.connect(self._keep)
        menu = QMenu(self)
        action = QWidgetAction(menu)
        action.setDefaultWidget(form)
        menu.addAction(action)
        self.setMenu(menu)
        self._say()

    def _keep(self) -> None:
        self._settings.conversion_minutes = self.minutes.value()
        self._settings.conversion_gigabytes = self.gigabytes.value()
        self._say()

    def _say(self) -> None:
        self.setText(
            self.tr("Limits: {time}, memory {memory}").format(time=self.minutes.text(), memory=self.gigabytes.text())
        )
