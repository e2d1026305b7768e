"""One device as a card: what it is, how it fares, or what keeps it from being used."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from quantscope.documents.devices import Place
from quantscope.documents.profile import THIS_COMPUTER
from quantscope_gui.devices import texts
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.glyph import Glyph
from quantscope_gui.widgets.labels import ElidedLabel


class DeviceCard(QFrame):
    """`chosen()` by click, Enter or Space; `menu_wanted(global position)`."""

    chosen = Signal()
    menu_wanted = Signal(object)

    def __init__(self, theme: Theme, place: Place, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self.setProperty("card", "device")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.name = ElidedLabel()
        bold = self.name.font()
        bold.setWeight(QFont.Weight.DemiBold)
        self.name.setFont(bold)
        self.serial = ElidedLabel(theme)
        self.lines = [_line() for _ in range(3)]
        self.state = _line(muted=False)
        self.advice = _line()
        glyph = Glyph(theme, "computer" if place.kind == "computer" else "phone", "text_muted", 20)
        words = QVBoxLayout()
        words.setSpacing(2)
        for widget in (self.name, self.serial, *self.lines, self.state, self.advice):
            words.addWidget(widget)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 9, 12, 9)
        layout.setSpacing(9)
        layout.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.show_place(place)

    @property
    def place(self) -> Place:
        return self._place

    def show_place(self, place: Place) -> None:
        """Brings it up to date."""
        self._place = place
        device, sensors = place.device, place.sensors
        title = texts.name(place)
        if device is not None and device.maker and device.maker.lower() not in title.lower():
            title = f"{device.maker[:1].upper()}{device.maker[1:]} {title}"
        self.name.set_text(title)
        _fill(self.serial, place.id if place.id not in (title, THIS_COMPUTER) else "")
        facts = (
            texts.system(device) if device else "",
            (texts.cores(device) or self.tr("%n core(s)", "", device.cores)) if device else "",
            texts.condition(sensors) if sensors else "",
        )
        for label, text in zip(self.lines, facts, strict=True):
            _fill(label, text if place.ready else "")
        reading = self.tr("Reading what it is\u2026") if place.ready and device is None else ""
        _fill(self.state, reading if place.ready else texts.state(place))
        _fill(self.advice, "" if place.ready else texts.advice(place))
        self.setProperty("ready", place.ready)
        words = [title, place.id, *(label.text() for label in (*self.lines, self.state, self.advice))]
        self.setAccessibleName(". ".join(filter(None, words)))

    def set_chosen(self, chosen: bool) -> None:
        """Marks the card as the device to measure on."""
        self.setProperty("chosen", chosen)
        self.style().unpolish(self)
        self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def minimumSizeHint(self) -> QSize:
        return QSize(160, super().minimumSizeHint().height())

    def _choose(self) -> None:
        if self._place.ready:
            self.chosen.emit()


def _line(muted: bool = True) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setProperty("muted", muted)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _fill(label: QLabel | ElidedLabel, text: str) -> None:
    if isinstance(label, ElidedLabel):
        label.set_text(text)
    else:
        label.setText(text)
    label.setVisible(bool(text))
