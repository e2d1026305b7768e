"""The sheet of a source: what it was recognised as, what can be chosen, the converter it needs, and the way on."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from quantscope.documents.convert import Argument, Source
from quantscope_gui import dialogs, formatting
from quantscope_gui.engine import texts
from quantscope_gui.errors.log import show_log
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.settings import Settings
from quantscope_gui.sources.converter import Task
from quantscope_gui.sources.form import Choice, inputs_of, read_shape, written
from quantscope_gui.sources.limits import LimitsButton
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.labels import ElidedLabel

WIDTH, HEIGHT = 620, 560
KINDS = {
    "saved-model": QT_TRANSLATE_NOOP("SourceKind", "TensorFlow SavedModel"),
    "keras": QT_TRANSLATE_NOOP("SourceKind", "Keras model"),
    "keras-hdf5": QT_TRANSLATE_NOOP("SourceKind", "Keras model (HDF5)"),
    "graph-def": QT_TRANSLATE_NOOP("SourceKind", "TensorFlow frozen graph"),
    "onnx": QT_TRANSLATE_NOOP("SourceKind", "ONNX model"),
    "torch-export": QT_TRANSLATE_NOOP("SourceKind", "PyTorch exported program"),
    "torchscript": QT_TRANSLATE_NOOP("SourceKind", "TorchScript module"),
    "torch-pickle": QT_TRANSLATE_NOOP("SourceKind", "Pickled PyTorch object"),
    "stablehlo": QT_TRANSLATE_NOOP("SourceKind", "StableHLO module"),
    "task-bundle": QT_TRANSLATE_NOOP("SourceKind", "MediaPipe task bundle"),
    "litertlm-bundle": QT_TRANSLATE_NOOP("SourceKind", "LiteRT-LM bundle"),
}


def kind_title(source: Source) -> str:
    """What a source is, in the user's language."""
    title = KINDS.get(source.kind)
    return QCoreApplication.translate("SourceKind", title) if title is not None else source.title


class SourceSheet(QDialog):
    """Not modal. `convert_wanted(choice)`, `install_wanted(wheels or None)`, `cancel_wanted`."""

    convert_wanted = Signal(object)
    install_wanted = Signal(object)
    cancel_wanted = Signal()

    def __init__(self, theme: Theme, task: Task, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Convert {name}").format(name=task.path.name))
        self._theme = theme
        self._task = task
        assert task.source is not None
        self._shapes: dict[str, tuple[Argument, QLineEdit]] = {}
        self.title = QLabel(kind_title(task.source))
        self.title.setProperty("heading", True)
        self.place = ElidedLabel(muted=theme)
        self.place.set_text(str(task.path))
        self.signatures = self._signature_list(task.source)
        self.entries = QComboBox()
        self.entries.setAccessibleName(self.tr("Model in the bundle"))
        for entry in task.source.entries:
            self.entries.addItem(f"{entry.name} \u00b7 {formatting.size(entry.bytes)}", entry.name)
        self.inputs = QFormLayout()
        self.inputs.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.code = QCheckBox(self.tr("I trust this file: run the code that came with it"))
        self.code.toggled.connect(lambda _: self.show_state())
        self.select_ops = QCheckBox(self.tr("Keep operators that only TensorFlow has (the device then needs Flex)"))
        self.output = QLineEdit()
        self.output.setAccessibleName(self.tr("Float model to write"))
        self.browse = QPushButton(self.tr("Choose\u2026"))
        self.browse.clicked.connect(self._choose_output)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.install = QPushButton()
        self.install.clicked.connect(lambda: self.install_wanted.emit(None))
        self.wheels = QPushButton(self.tr("From a Folder of Wheels\u2026"))
        self.wheels.clicked.connect(
            lambda: dialogs.ask_folder(self, self.tr("Folder of Wheels"), self.install_wanted.emit)
        )
        self.limits = LimitsButton(settings)
        self.complaint = QLabel()
        self.complaint.setWordWrap(True)
        self.complaint.setTextFormat(Qt.TextFormat.PlainText)
        self.complaint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.complaint.setProperty("problem", True)
        self.log = QPushButton(self.tr("Show Log"))
        self.log.clicked.connect(self._show_log)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.doing = ElidedLabel(muted=theme)
        self.go = QPushButton(self.tr("Convert"))
        self.go.setProperty("primary", True)
        self.go.setDefault(True)
        self.go.clicked.connect(self._convert)
        self.leave = QPushButton(self.tr("Close"))
        self.leave.clicked.connect(self._leave)
        QShortcut(QKeySequence("Ctrl+Return"), self, self._convert)
        self._lay_out(task.source)
        self.resize(WIDTH, HEIGHT)
        self._fill(task.choice)
        self.show_state()
        self.go.setFocus()

    def _signature_list(self, source: Source) -> QListWidget:
        box = QListWidget()
        box.setAccessibleName(self.tr("Signatures"))
        for signature in source.signatures:
            item = QListWidgetItem(signature.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            box.addItem(item)
        box.itemChanged.connect(lambda _: self._show_inputs())
        box.setMaximumHeight(box.sizeHintForRow(0) * min(4, max(1, box.count())) + 8)
        return box

    def _lay_out(self, source: Source) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(18, 16, 18, 12)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.place)
        if source.runs_code is not None:
            column.addWidget(self._paragraph(texts.phrase(source.runs_code)))
            column.addWidget(self.code)
        if source.foreign_operators:
            listed = ", ".join(source.foreign_operators[:12])
            column.addWidget(self._paragraph(self.tr("Custom operators: {operators}").format(operators=listed)))
        if source.entries:
            column.addWidget(self._section(self.tr("Model")))
            column.addWidget(self.entries)
        if len(source.signatures) > 1:
            column.addWidget(self._section(self.tr("Signatures")))
            column.addWidget(self.signatures)
        if source.converter is not None:
            column.addWidget(self._section(self.tr("Input shapes")))
            column.addLayout(self.inputs)
        column.addWidget(self._section(self.tr("Float model to write")))
        line = QHBoxLayout()
        line.addWidget(self.output, 1)
        line.addWidget(self.browse)
        column.addLayout(line)
        if source.converter is not None:
            if source.converter.id == "tensorflow":
                column.addWidget(self.select_ops)
            column.addWidget(self._section(self.tr("Converter")))
            column.addWidget(self.state)
            buttons = QHBoxLayout()
            buttons.addWidget(self.install)
            buttons.addWidget(self.wheels)
            buttons.addWidget(self.limits)
            buttons.addStretch(1)
            column.addLayout(buttons)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(page)
        said = QHBoxLayout()
        said.setContentsMargins(18, 8, 18, 0)
        said.setSpacing(8)
        said.addWidget(self.complaint, 1)
        said.addWidget(self.log, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.setContentsMargins(18, 8, 18, 14)
        foot.setSpacing(8)
        told = QVBoxLayout()
        told.setSpacing(3)
        told.addWidget(self.doing)
        told.addWidget(self.bar)
        foot.addLayout(told, 1)
        foot.addWidget(self.leave)
        foot.addWidget(self.go)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addLayout(said)
        outer.addLayout(foot)

    def _section(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setProperty("section", True)
        label.setContentsMargins(0, 8, 0, 0)
        return label

    def _paragraph(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setWordWrap(True)
        return label

    def _fill(self, choice: Choice) -> None:
        self.output.setText(str(choice.output))
        self.select_ops.setChecked(choice.allow_select_ops)
        if choice.entry is not None:
            self.entries.setCurrentIndex(max(0, self.entries.findData(choice.entry)))
        for row in range(self.signatures.count()):
            item = self.signatures.item(row)
            wanted = item.text() in choice.signatures if choice.signatures else row == 0
            item.setCheckState(Qt.CheckState.Checked if wanted else Qt.CheckState.Unchecked)
        self._show_inputs()
        for name, shape in choice.shapes.items():
            if name in self._shapes:
                self._shapes[name][1].setText(written(shape))

    def _chosen_signatures(self) -> tuple[str, ...]:
        items = (self.signatures.item(row) for row in range(self.signatures.count()))
        return tuple(item.text() for item in items if item.checkState() is Qt.CheckState.Checked)

    def _show_inputs(self) -> None:
        source = self._task.source
        assert source is not None
        kept = {name: edit.text() for name, (_, edit) in self._shapes.items()}
        while self.inputs.rowCount():
            self.inputs.removeRow(0)
        self._shapes = {}
        for argument in inputs_of(source, self._chosen_signatures()):
            edit = QLineEdit(kept.get(argument.name, written(argument.shape)))
            example = self.tr("a single value") if argument.shape == () else self.tr("1 \u00d7 224 \u00d7 224 \u00d7 3")
            edit.setPlaceholderText(example)
            edit.setAccessibleName(self.tr("Shape of {input}").format(input=argument.name))
            edit.setEnabled(argument.shape is None or min(argument.shape, default=0) < 0)
            edit.textEdited.connect(lambda _: self._complain(""))
            label = ElidedLabel()
            known = argument.dtype != "unknown"
            label.set_text(f"{argument.name} \u00b7 {argument.dtype}" if known else argument.name)
            label.setMinimumWidth(170)
            label.setFixedHeight(edit.sizeHint().height())
            self.inputs.addRow(label, edit)
            self._shapes[argument.name] = argument, edit
        if not self._shapes:
            note = self._paragraph(self.tr("The file doesn't say; the converter will."))
            note.setProperty("muted", True)
            self.inputs.addRow(note)

    def show_state(self) -> None:
        """What the task is at: the converter's state, progress, and what can be pressed."""
        source, busy = self._task.source, self._task.job is not None
        assert source is not None
        converter = source.converter
        missing = converter is not None and not converter.installed
        if converter is not None:
            size = formatting.size(converter.installed_bytes)
            if missing:
                self.state.setText(
                    self.tr(
                        "{converter} is not installed. It takes about {size} and goes into a folder of Quantscope's"
                        " own, apart from your Python."
                    ).format(converter=converter.title, size=size)
                )
            else:
                self.state.setText(self.tr("{converter} is installed.").format(converter=converter.title))
            self.install.setText(self.tr("Install {converter} ({size})").format(converter=converter.title, size=size))
        self.install.setVisible(missing)
        self.wheels.setVisible(missing)
        self.limits.setVisible(converter is not None and not missing)
        problem = self._task.problem
        self._complain("" if problem is None else f"{problem.message}\n{problem.remedy}".strip())
        self.log.setVisible(problem is not None and bool(problem.detail))
        for button in (self.install, self.wheels):
            button.setEnabled(not busy)
        trusted = source.runs_code is None or self.code.isChecked()
        self.go.setEnabled(not busy and not missing and trusted)
        self.go.setText(self.tr("Convert") if converter is not None else self.tr("Take Out and Open"))
        self.leave.setText(self.tr("Cancel") if busy else self.tr("Close"))
        self.bar.setVisible(busy)
        self.doing.setVisible(busy)
        if busy and self._task.job is not None:
            self._task.job.progressed.connect(self._progressed, Qt.ConnectionType.UniqueConnection)

    def _progressed(self, fraction: float, text: str) -> None:
        self.bar.setValue(round(1000 * fraction))
        self.doing.set_text(texts.phrase(text))

    def _convert(self) -> None:
        if not self.go.isEnabled():
            return
        shapes = {}
        for name, (argument, edit) in self._shapes.items():
            try:
                shape = read_shape(edit.text(), argument)
            except ValueError:
                edit.setFocus()
                edit.selectAll()
                self._complain(
                    self.tr("The shape of {input} must be whole numbers that fit {shape}.").format(
                        input=name, shape=written(argument.shape) or self.tr("its number of dimensions")
                    )
                )
                return
            if shape is not None:
                shapes[name] = shape
        self._complain("")
        several = self.signatures.count() > 1
        self.convert_wanted.emit(
            Choice(
                output=Path(self.output.text()).expanduser(),
                signatures=self._chosen_signatures() if several else (),
                shapes=shapes,
                entry=self.entries.currentData(),
                allow_code=self.code.isChecked(),
                allow_select_ops=self.select_ops.isChecked(),
            )
        )

    def _complain(self, text: str) -> None:
        self.complaint.setText(text)
        self.complaint.setVisible(bool(text))
        self.log.hide()

    def _show_log(self) -> None:
        if (problem := self._task.problem) is not None:
            show_log(self, problem.title, problem.detail)

    def _leave(self) -> None:
        if self._task.job is not None:
            self.cancel_wanted.emit()
        else:
            self.close()

    def _choose_output(self) -> None:
        dialogs.ask_destination(self, Path(self.output.text()), lambda path: self.output.setText(str(path)))
