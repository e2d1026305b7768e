"""How phones are measured on: which benchmark_model, which adb server, which adb."""

from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from quantscope.documents.devices import PhoneDesk, PhoneSettings
from quantscope_gui import formatting
from quantscope_gui.devices.connect import field_label
from quantscope_gui.devices.phones import Phones
from quantscope_gui.engine import failures
from quantscope_gui.widgets.labels import ElidedLabel

ABIS = ("arm64-v8a", "armeabi-v7a", "x86_64")
HASH_SHOWN = 16


class SetupDialog(QDialog):
    """Programs change at once; the rest when Apply is pressed. Nothing else is blocked."""

    def __init__(self, phones: Phones, parent: QWidget) -> None:
        super().__init__(parent)
        self._phones = phones
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Phones"))
        self.programs: dict[str, ElidedLabel] = {}
        self.choosers: dict[str, QPushButton] = {}
        self.fetchers: dict[str, QPushButton] = {}
        self.server = QLineEdit()
        self.server.setPlaceholderText(self.tr("this computer"))
        self.server.setAccessibleName(self.tr("adb server"))
        self.server.setToolTip(self.tr("host:port of an adb server elsewhere, for phones in a rack"))
        self.adb = QLineEdit()
        self.adb.setPlaceholderText(self.tr("found by itself"))
        self.adb.setAccessibleName(self.tr("adb program"))
        self.steady = QCheckBox(self.tr("Keep clocks steady while measuring, on phones that can"))
        self.apply = QPushButton(self.tr("Apply"))
        self.apply.setProperty("primary", True)
        self.apply.setDefault(True)
        self.apply.clicked.connect(self._apply)
        self._lay_out()
        phones.described.connect(self._show)
        if phones.desk is not None:
            self._show(phones.desk)
        phones.describe()
        self.server.setFocus()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, abi in enumerate(ABIS):
            label = QLabel(abi)
            self.programs[abi] = what = ElidedLabel()
            self.choosers[abi] = choose = QPushButton(self.tr("Choose\u2026"))
            choose.setAccessibleName(self.tr("Choose benchmark_model for {abi}").format(abi=abi))
            choose.clicked.connect(partial(self._choose, abi))
            self.fetchers[abi] = fetch = QPushButton(self.tr("Download\u2026"))
            fetch.setAccessibleName(self.tr("Download benchmark_model for {abi}").format(abi=abi))
            fetch.clicked.connect(partial(self._ask_to_fetch, abi))
            for column, widget in enumerate((label, what, choose, fetch)):
                widget.setProperty("compact", isinstance(widget, QPushButton))
                grid.addWidget(widget, row, column)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.addRow(field_label(self.tr("adb server"), self.server), self.server)
        form.addRow(field_label(self.tr("adb program"), self.adb), self.adb)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.apply, QDialogButtonBox.ButtonRole.ApplyRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 14)
        layout.setSpacing(12)
        layout.addWidget(_heading(self.tr("benchmark_model by kind of phone")))
        layout.addWidget(
            _muted(self.tr("The program that runs models on phones: a file of yours, or the official one."))
        )
        layout.addLayout(grid)
        layout.addSpacing(6)
        layout.addWidget(_heading(self.tr("adb")))
        layout.addLayout(form)
        layout.addWidget(self.steady)
        layout.addWidget(buttons)
        self.setMinimumWidth(620)

    def _show(self, desk: PhoneDesk) -> None:
        settings = desk.settings
        for abi in ABIS:
            program, problem = desk.programs.get(abi), desk.problems.get(abi)
            if program is not None:
                digest = f"sha256 {program.sha256[:HASH_SHOWN]}\u2026"
                text = f"{Path(program.path).name}, {formatting.size(program.bytes)}, {digest}"
                self.programs[abi].setToolTip(f"{program.path}\nsha256 {program.sha256}")
            else:
                text = failures.said(problem) if problem else self.tr("none yet")
            self.programs[abi].set_text(text)
            self.fetchers[abi].setEnabled(abi in desk.official)
        self.server.setText(settings.server or "")
        self.adb.setText(settings.adb or "")
        self.steady.setChecked(settings.fixed_performance)

    def _settings(self) -> PhoneSettings:
        known = self._phones.desk.settings if self._phones.desk is not None else PhoneSettings()
        return msgspec.structs.replace(
            known,
            server=self.server.text().strip() or None,
            adb=self.adb.text().strip() or None,
            fixed_performance=self.steady.isChecked(),
        )

    def _apply(self) -> None:
        self._phones.describe(self._settings())

    def _choose(self, abi: str) -> None:
        dialog = QFileDialog(self, self.tr("Choose benchmark_model for {abi}").format(abi=abi))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(partial(self.choose, abi))
        dialog.open()

    def choose(self, abi: str, path: str) -> None:
        """Uses a file for phones of an ABI from now on."""
        settings = self._settings()
        self._phones.describe(msgspec.structs.replace(settings, programs={**settings.programs, abi: path}))

    def _ask_to_fetch(self, abi: str) -> None:
        desk = self._phones.desk
        if desk is None or abi not in desk.official:
            return
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("Quantscope")
        box.setText(self.tr("Download the official benchmark_model for {abi}?").format(abi=abi))
        box.setInformativeText(
            self.tr("From {address}\nIts sha256 is shown and kept; another file from there will be refused.").format(
                address=desk.official[abi]
            )
        )
        agree = box.addButton(self.tr("Download"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(agree)
        box.buttonClicked.connect(lambda button: self._phones.fetch(abi) if button is agree else None)
        box.open()


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("heading", True)
    return label


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("muted", True)
    return label
