"""The samples that ranges are measured on: which file, how many of them, and whether it fits, input by input."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from quantscope.documents.data import DataCheck, InputData
from quantscope_gui import formatting
from quantscope_gui.engine import texts
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.labels import ElidedLabel
from quantscope_gui.widgets.sample_count import SampleCount


class SamplesBox(QWidget):
    """`choose_wanted` for another file, `clear_wanted` for none, `count_wanted(number)` for so many of its samples."""

    choose_wanted = Signal()
    clear_wanted = Signal()
    count_wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(self.tr("Samples to measure ranges on"))
        title.setProperty("section", True)
        self.name = ElidedLabel()
        self.choose = QPushButton(self.tr("Choose\u2026"))
        self.choose.setProperty("compact", True)
        self.choose.setToolTip(
            self.tr(
                "An .npz file with an array for each input of the model, samples first; an .npy file for a model with"
                " one input; or a saved calibration. It can be dropped on the window as well."
            )
        )
        theme.bind_icon(self.choose, "data")
        self.choose.clicked.connect(self.choose_wanted)
        self.clear = QPushButton(self.tr("None"))
        self.clear.setProperty("compact", True)
        self.clear.clicked.connect(self.clear_wanted)
        self.count = SampleCount()
        self.count.wanted.connect(self.count_wanted)
        self.report = QLabel()
        self.report.setWordWrap(True)
        self.report.setProperty("muted", True)
        line = QHBoxLayout()
        line.addWidget(self.name, 1)
        line.addWidget(self.choose)
        line.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setSpacing(3)
        layout.addWidget(title)
        layout.addLayout(line)
        layout.addWidget(self.count)
        layout.addWidget(self.report)

    def show_file(self, name: str) -> None:
        """The file's name, or empty where there is none."""
        self.name.set_text(name or self.tr("none chosen"))
        self.clear.setVisible(bool(name))
        self.count.hide()
        self._say("" if name else self.tr("Without them made-up ones are used, and the result is not to be trusted."))

    def show_checking(self) -> None:
        self._say(self.tr("Checking\u2026"))

    def show_check(self, check: DataCheck) -> None:
        self.count.show_count(check.samples, check.available)
        self.count.setVisible(not check.calibration)
        lines = [self.tr("A saved calibration on %n sample(s)", "", check.samples)] if check.calibration else []
        lines += [texts.remark(remark) for remark in check.remarks]
        for each in check.inputs:
            lines.append(self._input(each))
            lines += [f"\u26a0 {texts.remark(remark)}" for remark in each.remarks]
        self._say("\n".join(lines))

    def show_problem(self, sentence: str) -> None:
        self._say(f"\u26a0 {sentence}")

    def _say(self, text: str) -> None:
        self.report.setText(text)
        self.report.setVisible(bool(text))

    def _input(self, each: InputData) -> str:
        told = f"{each.name}  {formatting.shape(each.shape)}  {each.dtype}"
        if each.low is None or each.high is None:
            return told
        low, high = formatting.significant(each.low), formatting.significant(each.high)
        return f"{told}\n" + self.tr("in the file: {dtype}, {low} to {high}").format(
            dtype=each.data_dtype, low=low, high=high
        )
