"""The figures of a comparison, one row per output of the model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from quantscope import documents
from quantscope_gui import formatting
from quantscope_gui.i18n import QT_TRANSLATE_NOOP

Index = QModelIndex | QPersistentModelIndex


def _sqnr(output: documents.OutputError) -> str:
    if output.identical:
        return QCoreApplication.translate("Compare", "identical")
    return "\u2014" if output.sqnr_db is None else formatting.decibel(output.sqnr_db)


def _cosine(output: documents.OutputError) -> str:
    return "\u2014" if output.cosine is None else f"{output.cosine:.5f}"


def _top1(output: documents.OutputError) -> str:
    if output.top1_agreement is None:
        return "\u2014"
    return "100\u202f%" if output.top1_agreement == 1 else f"{output.top1_agreement * 100:.1f}\u202f%"


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    explanation: str
    text: Callable[[documents.OutputError], str]


COLUMNS: Final = (
    Column(
        QT_TRANSLATE_NOOP("Compare", "Output"),
        QT_TRANSLATE_NOOP("Compare", "Name of the model's output"),
        lambda output: output.label,
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "SQNR"),
        QT_TRANSLATE_NOOP(
            "Compare", "Signal to quantization noise ratio in dB; higher is better, 20 dB is an error of a tenth"
        ),
        _sqnr,
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "Max. error"),
        QT_TRANSLATE_NOOP("Compare", "Largest absolute difference of any element"),
        lambda output: "\u2014" if output.max_abs is None else formatting.significant(output.max_abs),
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "Cosine"),
        QT_TRANSLATE_NOOP("Compare", "Cosine similarity, mean over the samples; 1 is the same direction"),
        _cosine,
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "Top-1"),
        QT_TRANSLATE_NOOP("Compare", "Share of rows whose largest element is in the same place"),
        _top1,
    ),
)


class OutputsModel(QAbstractTableModel):
    """The outputs of one comparison."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outputs: tuple[documents.OutputError, ...] = ()

    def set_outputs(self, outputs: tuple[documents.OutputError, ...]) -> None:
        self.beginResetModel()
        self._outputs = outputs
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._outputs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return COLUMNS[index.column()].text(self._outputs[index.row()])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("Compare", COLUMNS[section].title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return QCoreApplication.translate("Compare", COLUMNS[section].explanation)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None
