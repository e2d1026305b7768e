"""Every figure of a measurement: a row for each run, as text that can be copied."""

from collections.abc import Callable
from pathlib import PurePath
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from quantscope.documents import profile as profiles
from quantscope_gui import formatting
from quantscope_gui.engine import failures
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.widgets.columns_table import ColumnsTable

Index = QModelIndex | QPersistentModelIndex
NOTHING: Final = "\u2014"


def _latency(get: Callable[[profiles.Latency], str]) -> Callable[[profiles.Run], str]:
    return lambda run: NOTHING if run.latency_us is None else get(run.latency_us)


def _us(value: float | None) -> str:
    return NOTHING if value is None else formatting.duration(value)


def _bytes(value: int | None) -> str:
    return NOTHING if value is None else formatting.size(value)


def _energy(run: profiles.Run) -> str:
    return NOTHING if run.energy is None else f"{formatting.significant(run.energy.mj)}\u202fmJ"


COLUMNS: Final = (
    (QT_TRANSLATE_NOOP("Figures", "Model"), "", lambda run: run.recipe or PurePath(run.model.path).stem, 20),
    (QT_TRANSLATE_NOOP("Figures", "Device"), "", lambda run: run.device.name, 14),
    (QT_TRANSLATE_NOOP("Figures", "Median"), "", _latency(lambda found: formatting.duration(found.median)), 11),
    (
        QT_TRANSLATE_NOOP("Figures", "95 % CI"),
        QT_TRANSLATE_NOOP("Figures", "Interval of the median, by bootstrap over batches"),
        _latency(lambda found: f"{_us(found.ci95[0])} \u2013 {_us(found.ci95[1])}"),
        22,
    ),
    (
        QT_TRANSLATE_NOOP("Figures", "p10 \u2013 p90"),
        "",
        _latency(lambda found: f"{_us(found.p10)} \u2013 {_us(found.p90)}"),
        22,
    ),
    (
        QT_TRANSLATE_NOOP("Figures", "Mean"),
        QT_TRANSLATE_NOOP("Figures", "With the standard deviation"),
        _latency(lambda found: f"{_us(found.mean)} \u00b1 {_us(found.std)}"),
        20,
    ),
    (QT_TRANSLATE_NOOP("Figures", "Runs"), "", _latency(lambda found: str(found.count)), 8),
    (
        QT_TRANSLATE_NOOP("Figures", "First"),
        QT_TRANSLATE_NOOP("Figures", "The first inference"),
        lambda run: _us(run.first_us),
        11,
    ),
    (
        QT_TRANSLATE_NOOP("Figures", "Loading"),
        QT_TRANSLATE_NOOP("Figures", "Reading the model and preparing it to run"),
        lambda run: _us(run.init_us),
        11,
    ),
    (
        QT_TRANSLATE_NOOP("Figures", "Loaded"),
        QT_TRANSLATE_NOOP("Figures", "Memory that loading the model took"),
        lambda run: _bytes(run.load_bytes),
        11,
    ),
    (
        QT_TRANSLATE_NOOP("Figures", "Peak memory"),
        QT_TRANSLATE_NOOP("Figures", "The most memory the model needed, beyond the empty program's"),
        lambda run: _bytes(run.memory_bytes),
        13,
    ),
    (
        QT_TRANSLATE_NOOP("Figures", "Energy"),
        QT_TRANSLATE_NOOP("Figures", "Energy per inference, where the battery tells"),
        _energy,
        10,
    ),
)


class FiguresModel(QAbstractTableModel):
    """The runs of one profile."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[profiles.Run, ...] = ()

    def set_runs(self, runs: tuple[profiles.Run, ...]) -> None:
        self.beginResetModel()
        self._runs = runs
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        run = self._runs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[index.column()][2](run)
        if role == Qt.ItemDataRole.ToolTipRole:
            if COLUMNS[index.column()][2] is _energy:
                return run.energy.method if run.energy is not None else failures.said(run.energy_note or "")
            return run.model.path
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() > 1 else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        title, explanation, *_ = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("Figures", title)
        if role == Qt.ItemDataRole.ToolTipRole and explanation:
            return QCoreApplication.translate("Figures", explanation)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section > 1 else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class FiguresTable(ColumnsTable):
    """Shows a profile's runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.figures = FiguresModel()
        name = QCoreApplication.translate("Figures", "Figures of each run")
        super().__init__(self.figures, name, (width for *_, width in COLUMNS), parent=parent)
        self.figures.setParent(self)

    def show_profile(self, profile: profiles.Profile | None) -> None:
        self.figures.set_runs(profile.runs if profile is not None else ())
