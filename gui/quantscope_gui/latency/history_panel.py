"""The history browser: filter, compare any two, choose a baseline, export, forget."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from quantscope.documents.history import Exported, HistoryComparison
from quantscope_gui import formatting
from quantscope_gui.engine import texts
from quantscope_gui.latency.historian import Historian
from quantscope_gui.latency.history_table import HistoryTable
from quantscope_gui.latency.room import RoomBox
from quantscope_gui.theme.theme import Theme


class HistoryPanel(QWidget):
    """What was ever measured. `said(sentence)` after something was done that can't be seen here."""

    said = Signal(str)

    def __init__(self, theme: Theme, historian: Historian, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._historian = historian
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter: model, recipe, device or settings"))
        self.filter.setAccessibleName(self.tr("Filter the history"))
        self.filter.setClearButtonEnabled(True)
        self.table = HistoryTable(self)
        self.filter.textChanged.connect(self.table.entries.set_filter)
        self.compare = QPushButton(self.tr("Compare"))
        self.compare.setToolTip(self.tr("Compare the two chosen measurements; the upper one is held to the lower"))
        self.baseline = QPushButton(self.tr("Baseline"))
        self.baseline.setCheckable(True)
        self.baseline.setToolTip(self.tr("Hold all others on the same device to the chosen measurement"))
        self.export = QPushButton(self.tr("Export\u2026"))
        self.export.setToolTip(self.tr("Write the chosen measurements, or all that are shown, to a CSV or JSON file"))
        self.forget = QPushButton(self.tr("Delete"))
        theme.bind_icon(self.compare, "compare")
        theme.bind_icon(self.export, "save")
        self.room = RoomBox()
        self.room.wanted.connect(historian.set_limit)
        self.result = QLabel()
        self.result.setWordWrap(True)
        self.result.setContentsMargins(12, 8, 12, 8)
        self.result.hide()

        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        bar.addWidget(self.filter, 1)
        for button in (self.compare, self.baseline, self.export, self.forget):
            bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.result)
        layout.addWidget(self.room)

        self.compare.clicked.connect(self._compare)
        self.baseline.clicked.connect(self._set_baseline)
        self.export.clicked.connect(self._ask_export)
        self.forget.clicked.connect(lambda: historian.forget([entry.id for entry in self.table.chosen()]))
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self.table.entries.modelReset.connect(self._enable)
        historian.changed.connect(self._show)
        historian.compared.connect(self._show_comparison)
        historian.exported.connect(self._exported)
        self._enable()

    def _show(self) -> None:
        found = self._historian.history
        if found is not None:
            self.table.entries.set_entries(found.entries)
            self.room.show_history(found)
            if found.notice is not None:
                self._say(texts.notice(found.notice))

    def _enable(self) -> None:
        chosen = self.table.chosen()
        self.compare.setEnabled(len(chosen) == 2 and all(entry.median for entry in chosen))
        self.baseline.setEnabled(len(chosen) == 1 and bool(chosen[0].median))
        self.baseline.setChecked(len(chosen) == 1 and chosen[0].baseline)
        self.export.setEnabled(self.table.entries.rowCount() > 0)
        self.forget.setEnabled(bool(chosen))

    def _compare(self) -> None:
        upper, lower = self.table.chosen()
        self._historian.compare(lower.id, upper.id)

    def _set_baseline(self, wanted: bool) -> None:
        (entry,) = self.table.chosen()
        self._historian.set_baseline(entry.id if wanted else None)

    def _ask_export(self) -> None:
        entries = self.table.chosen() or [self.table.entries.entry(row) for row in range(self.table.entries.rowCount())]
        runs = [entry.id for entry in entries]
        dialog = QFileDialog(self, self.tr("Export Measurements"), "measurements.csv")
        dialog.setObjectName("export")
        dialog.setNameFilters([self.tr("Table (*.csv)"), self.tr("Everything, with all samples (*.json)")])
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(lambda text: dialog.setDefaultSuffix("json" if "json" in text else "csv"))
        dialog.fileSelected.connect(lambda name: self._historian.export(runs, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _exported(self, exported: Exported) -> None:
        self.said.emit(self.tr("%n measurement(s) written to {path}", "", exported.count).format(path=exported.path))

    def _show_comparison(self, found: HistoryComparison) -> None:
        low, high = found.ci95
        sentences = [
            self.tr("{name} is {speedup} as fast as {baseline} (95 % CI {low} \u2013 {high}).").format(
                name=Path(found.run.model.path).name,
                baseline=Path(found.baseline.model.path).name,
                speedup=formatting.factor(found.speedup),
                low=f"{low:.2f}",
                high=f"{high:.2f}",
            ),
            *map(texts.notice, found.caveats),
            *map(texts.change, found.changes),
        ]
        self._say("\n".join(sentences))

    def _say(self, text: str) -> None:
        self.result.setText(text)
        self.result.show()
