"""Choosing the devices to measure on: a button that names them, and a menu to check one or several."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

LONGEST = 28


class DeviceChoice(QPushButton):
    """At least one device is always chosen. `changed()` after another choice, `phones_wanted` when the user looks for
    more."""

    changed = Signal()
    phones_wanted = Signal()

    def __init__(self, devices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.setMenu(self._menu)
        self.setToolTip(self.tr("Measure on one device or several at once"))
        self.set_devices(devices)

    def set_devices(self, devices: Sequence[tuple[str, str]]) -> None:
        """Offers these (id, name), of which there is at least one; those chosen stay so where they are among them."""
        chosen = set(self.chosen())
        self._menu.clear()
        for identity, name in devices:
            action = QAction(name.replace("&", "&&"), self._menu)
            action.setData(identity)
            action.setToolTip(identity)
            action.setCheckable(True)
            action.setChecked(identity in chosen)
            action.toggled.connect(lambda _on, action=action: self._toggled(action))
            self._menu.addAction(action)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Phones\u2026"), self.phones_wanted.emit)
        self._keep_one(None)
        self._name()
        if chosen and set(self.chosen()) != chosen:  # what was chosen is gone
            self.changed.emit()

    def choose(self, identity: str) -> None:
        """Chooses this device alone, if it is there."""
        actions = self._devices()
        if any(action.data() == identity for action in actions):
            for action in sorted(actions, key=lambda action: action.data() != identity):
                action.setChecked(action.data() == identity)

    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen devices."""
        return tuple(action.data() for action in self._devices() if action.isChecked())

    def _devices(self) -> list[QAction]:
        return [action for action in self._menu.actions() if action.isCheckable()]

    def _toggled(self, action: QAction) -> None:
        self._keep_one(action)
        self._name()
        self.changed.emit()

    def _keep_one(self, last: QAction | None) -> None:
        if not self.chosen():
            (last or self._devices()[0]).setChecked(True)

    def _name(self) -> None:
        names = [action.text().replace("&&", "&") for action in self._devices() if action.isChecked()]
        text = ", ".join(names)
        if len(names) > 1 and len(text) > LONGEST:
            text = self.tr("%n device(s)", "", len(names))
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(self.tr("Measure on {devices}").format(devices=", ".join(names)))
