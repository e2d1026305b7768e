"""The Compare tab: the figures of the selected variant, and on which inputs they were measured."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QPushButton, QTableView, QVBoxLayout, QWidget

from quantscope_gui.compare.table import COLUMNS, OutputsModel
from quantscope_gui.engine import texts
from quantscope_gui.models.library import Selection
from quantscope_gui.models.tree_model import variant_title
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.labels import ElidedLabel


class ComparePanel(QWidget):
    """`again_wanted` for generated inputs, `data_wanted` for a data file of the user's."""

    again_wanted = Signal()
    data_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.title.setProperty("heading", True)
        self.inputs = ElidedLabel(muted=theme)
        self.again = QPushButton(self.tr("Generated inputs"))
        theme.bind_icon(self.again, "retry")
        self.again.clicked.connect(self.again_wanted)
        self.data = QPushButton(self.tr("Data file\u2026"))
        self.data.setToolTip(
            self.tr(
                "An .npz file whose arrays are named after the model's inputs, samples first. It can be dropped too."
            )
        )
        theme.bind_icon(self.data, "data")
        self.data.clicked.connect(self.data_wanted)
        self.outputs = OutputsModel(self)
        self.table = QTableView()
        self.table.setModel(self.outputs)
        self.table.setAccessibleName(self.tr("Errors of the outputs"))
        self.table.setShowGrid(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, len(COLUMNS)):
            self.table.setColumnWidth(column, self.fontMetrics().averageCharWidth() * 15)

        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.inputs)
        bar = QHBoxLayout()
        bar.setContentsMargins(14, 12, 12, 12)
        bar.setSpacing(8)
        bar.addLayout(words, 1)
        bar.addWidget(self.again)
        bar.addWidget(self.data)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.table, 1)

    def show_selection(self, selection: Selection, busy: bool) -> None:
        variant = selection.variant
        if variant is None:
            return
        self.title.setText(self.tr("Float against {variant}").format(variant=variant_title(variant)))
        document = variant.comparison
        if document is None:
            self.inputs.set_text(self.tr("Comparing\u2026") if busy else self.tr("Not compared yet"))
            self.outputs.set_outputs(())
            return
        self.inputs.set_text(
            self.tr("%n sample(s)", "", document.samples)
            + " \u00b7 "
            + self.tr("inputs: {inputs}").format(inputs=texts.phrase(document.inputs))
        )
        self.outputs.set_outputs(document.outputs)
