"""The Devices panel: this computer and every phone that adb knows, live."""

from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QScrollArea, QVBoxLayout, QWidget

from quantscope.documents.devices import Devices, Place
from quantscope.documents.profile import THIS_COMPUTER
from quantscope_gui.devices.cards import DeviceCard
from quantscope_gui.devices.connect import ConnectDialog
from quantscope_gui.devices.phones import Phones
from quantscope_gui.devices.setup import SetupDialog
from quantscope_gui.devices.watch import DeviceWatch
from quantscope_gui.engine import failures
from quantscope_gui.theme.theme import Theme

WANTED: Final = QSize(250, 440)


class DevicesPanel(QWidget):
    """`chosen(id)` when the user chooses where to measure. Watching begins when the panel is first shown."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, watch: DeviceWatch, phones: Phones, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._watch = watch
        self._phones = phones
        self._chosen = THIS_COMPUTER
        self.cards: dict[str, DeviceCard] = {}
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.problem = QFrame()
        self.problem.setProperty("card", "sunken")
        self.problem_text = QLabel()
        self.problem_text.setWordWrap(True)
        self.problem_text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        problem = QVBoxLayout(self.problem)
        problem.setContentsMargins(12, 9, 12, 9)
        problem.addWidget(self.problem_text)
        self.hint = QLabel(
            self.tr(
                "Phones appear here when they are plugged in. On the phone switch on Developer options, then USB "
                "debugging."
            )
        )
        self.hint.setWordWrap(True)
        self.hint.setProperty("muted", True)
        self.hint.setContentsMargins(4, 4, 4, 4)
        self.connect_button = _button(theme, "connect", self.tr("Connect\u2026"))
        self.connect_button.setToolTip(self.tr("Connect to a phone over Wi-Fi, or pair with it"))
        self.connect_button.clicked.connect(self.ask_to_connect)
        self.setup_button = _button(theme, "settings", self.tr("Set up\u2026"))
        self.setup_button.setToolTip(self.tr("Choose benchmark_model and the adb server"))
        self.setup_button.clicked.connect(self.ask_to_set_up)
        self._lay_out()
        watch.changed.connect(self.show_devices)
        phones.saved.connect(watch.restart)

    def _lay_out(self) -> None:
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(6)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(10, 2, 10, 10)
        column.setSpacing(8)
        column.addLayout(self._list)
        column.addWidget(self.problem)
        column.addWidget(self.hint)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(10, 4, 10, 10)
        buttons.setSpacing(6)
        buttons.addWidget(self.connect_button, 1)
        buttons.addWidget(self.setup_button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addLayout(buttons)
        self.problem.hide()

    def sizeHint(self) -> QSize:
        return WANTED

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch.start()

    def show_devices(self, devices: Devices) -> None:
        """Cards come and go with the devices; those that stay keep their place and the focus."""
        places = {place.id: place for place in devices.places}
        for identity in [identity for identity in self.cards if identity not in places]:
            card = self.cards.pop(identity)
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        for identity, place in places.items():
            if identity in self.cards:
                self.cards[identity].show_place(place)
            else:
                self._add(place)
        self._mark()
        self.hint.setVisible(not devices.problem and len(places) < 2)
        self.problem.setVisible(bool(devices.problem))
        self.problem_text.setText("\n".join(failures.said(text) for text in (devices.problem, devices.remedy) if text))

    def choose(self, identity: str) -> None:
        """Marks the device to measure on, and tells of it."""
        if identity != self._chosen:
            self._chosen = identity
            self._mark()
            self.chosen.emit(identity)

    def ask_to_connect(self) -> ConnectDialog:
        """Opens the dialog that connects and pairs; the window stays usable."""
        dialog = ConnectDialog(self._phones, self)
        dialog.show()
        return dialog

    def ask_to_set_up(self) -> SetupDialog:
        """Opens the dialog with the adb server and the programs."""
        dialog = SetupDialog(self._phones, self)
        dialog.show()
        return dialog

    def _add(self, place: Place) -> None:
        card = DeviceCard(self._theme, place)
        self.cards[place.id] = card
        card.chosen.connect(partial(self.choose, place.id))
        card.menu_wanted.connect(partial(self._menu, place.id))
        self._list.addWidget(card)

    def _mark(self) -> None:
        for identity, card in self.cards.items():
            card.set_chosen(identity == self._chosen)

    def _menu(self, identity: str, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        card = self.cards[identity]
        measure = menu.addAction(self.tr("Measure Here"), partial(self.choose, identity))
        measure.setEnabled(card.place.ready)
        if card.place.kind == "phone":
            menu.addAction(self.tr("Copy Serial Number"), partial(QGuiApplication.clipboard().setText, identity))
            clean = menu.addAction(self.tr("Remove Quantscope's Files"), lambda: self._phones.clean(identity))
            clean.setEnabled(card.place.ready)
        menu.popup(position)


def _button(theme: Theme, icon: str, text: str) -> QPushButton:
    button = QPushButton(f"\u2009{text}")
    button.setAccessibleName(text.rstrip("\u2026"))
    theme.bind_icon(button, icon)
    return button
