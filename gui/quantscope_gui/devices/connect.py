"""Connecting to a phone over the network, and pairing with it first."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from quantscope_gui.devices.phones import Phones
from quantscope_gui.engine import failures
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure


def field_label(text: str, field: QWidget) -> QLabel:
    """The label of a form's field, at the height of the field's text."""
    label = QLabel(text)
    label.setBuddy(field)
    label.setMinimumHeight(field.sizeHint().height())
    return label


class ConnectDialog(QDialog):
    """Stays open while it works and says what came of it; nothing else is blocked."""

    def __init__(self, phones: Phones, parent: QWidget) -> None:
        super().__init__(parent)
        self._phones = phones
        self._job: Job | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Connect to a Phone"))
        self.address = QLineEdit()
        self.address.setPlaceholderText("192.168.1.20:37123")
        self.address.setAccessibleName(self.tr("Address"))
        self.code = QLineEdit()
        self.code.setPlaceholderText("123456")
        self.code.setMaxLength(6)
        self.code.setAccessibleName(self.tr("Pairing code"))
        self.code.setToolTip(self.tr("Only for pairing; leave empty to connect"))
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setMinimumHeight(3 * self.fontMetrics().height())
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.go = QPushButton(self.tr("Connect"))
        self.go.setProperty("primary", True)
        self.go.setDefault(True)
        self.go.clicked.connect(self._go)
        how = QLabel(
            self.tr(
                "On the phone open Developer options, Wireless debugging. A phone that was never paired: choose "
                "\u201cPair device with pairing code\u201d there, and give that address and code here first. Then "
                "connect with the address of Wireless debugging itself."
            )
        )
        how.setWordWrap(True)
        how.setProperty("muted", True)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.addRow(field_label(self.tr("Address"), self.address), self.address)
        form.addRow(field_label(self.tr("Pairing code"), self.code), self.code)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.ApplyRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 14)
        layout.setSpacing(12)
        layout.addWidget(how)
        layout.addLayout(form)
        layout.addWidget(self.said)
        layout.addWidget(buttons)
        self.setMinimumWidth(440)
        for field in (self.address, self.code):
            field.textChanged.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        pairing = bool(self.code.text())
        self.go.setText(self.tr("Pair") if pairing else self.tr("Connect"))
        complete = bool(self.address.text().strip()) and (not pairing or len(self.code.text()) == 6)
        self.go.setEnabled(self._job is None and complete)

    def _go(self) -> None:
        code = self.code.text() or None
        self.said.setText(self.tr("Pairing\u2026") if code else self.tr("Connecting\u2026"))
        self._job = self._phones.connect_to(self.address.text().strip(), code)
        self._job.succeeded.connect(lambda answer: self._done(answer.serial))
        self._job.failed.connect(self._failed)
        self._job.ended.connect(self._ended)
        self._enable()

    def _done(self, serial: str | None) -> None:
        if serial is None:
            self.code.clear()
            self.said.setText(self.tr("Paired. Now connect with the address of Wireless debugging itself."))
        else:
            self.said.setText(self.tr("Connected: {serial}").format(serial=serial))

    def _failed(self, failure: Failure) -> None:
        self.said.setText("\n".join(failures.said(text) for text in (failure.message, failure.remedy) if text))

    def _ended(self) -> None:
        self._job = None
        self._enable()
