"""The operators of a comparison, the largest own error first, and what keeping them in float was measured to gain."""

from collections.abc import Callable, Sequence
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

from quantscope.documents.sensitivity import Kept, Sensitivity
from quantscope_gui import formatting
from quantscope_gui.compare.answer import place, worst
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.operators import errors
from quantscope_gui.operators.plan import Key, Plan, Row
from quantscope_gui.theme import precisions

Index = QModelIndex | QPersistentModelIndex

# An own error of so many dB fills its bar, and one of so many leaves it empty.
WORST_DB, BEST_DB = 10.0, 60.0
BAR: Final = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One operator; `kept` is there once it was tried in float."""

    row: Row
    place: str
    kept: Kept | None
    best_gain: float


@dataclass(frozen=True, slots=True)
class Column:
    """`order` is what the column sorts by, ascending first; `bar` how much of the cell is filled, 0 to 1."""

    title: str
    explanation: str
    width: int
    text: Callable[[Entry], str]
    order: Callable[[Entry], Any]
    bar: Callable[[Entry], float] | None = None
    right: bool = True
    tried: bool = False


def _max_abs(entry: Entry) -> str:
    own = entry.row.error.own if entry.row.error is not None else None
    return formatting.significant(own.max_abs) if own is not None and own.max_abs is not None else ""


def _largest(entry: Entry) -> float:
    own = entry.row.error.own if entry.row.error is not None else None
    return -own.max_abs if own is not None and own.max_abs is not None else 0.0


def _gain(entry: Entry) -> float | None:
    return entry.kept.gain_db if entry.kept is not None else None


def _gain_text(entry: Entry) -> str:
    if entry.kept is not None and entry.kept.identical:
        return QCoreApplication.translate("Compare", "exact")
    gain = _gain(entry)
    return "" if gain is None else f"{_signed(gain, '+.1f')}{formatting.NARROW_SPACE}dB"


def _signed(value: float, form: str) -> str:
    return format(value, form).replace("-", "\u2212")


def _gain_bar(entry: Entry) -> float:
    if entry.kept is not None and entry.kept.identical:
        return 1.0
    return max(_gain(entry) or 0.0, 0.0) / entry.best_gain if entry.best_gain > 0 else 0.0


def _per_kilobyte(entry: Entry) -> float | None:
    gain = _gain(entry)
    if gain is None or entry.kept is None or entry.kept.extra_bytes <= 0:
        return None
    return gain * 1000 / entry.kept.extra_bytes


def _own_bar(entry: Entry) -> float:
    return min(max((BEST_DB - errors.order(entry.row.error)) / (BEST_DB - WORST_DB), 0.0), 1.0)


COLUMNS: Final = (
    Column(
        QT_TRANSLATE_NOOP("Compare", "Operator"),
        QT_TRANSLATE_NOOP("Compare", "Kind and number of the operator"),
        32,
        lambda entry: f"{entry.row.operator.type} {entry.place}",
        lambda entry: entry.row.key,
        right=False,
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "Precision"),
        QT_TRANSLATE_NOOP("Compare", "How the operator's arithmetic runs"),
        24,
        lambda entry: precisions.name(entry.row.kind),
        lambda entry: entry.row.kind,
        right=False,
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "Own error"),
        QT_TRANSLATE_NOOP(
            "Compare", "Signal to noise ratio of its output when it is given the float model's inputs; higher is better"
        ),
        15,
        lambda entry: errors.own(entry.row.error),
        lambda entry: errors.order(entry.row.error),
        bar=_own_bar,
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "Accumulated"),
        QT_TRANSLATE_NOOP("Compare", "Signal to noise ratio of its output in the quantized model as it runs"),
        16,
        lambda entry: errors.figure(entry.row.error),
        lambda entry: errors.decibels(entry.row.error),
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "Max. error"),
        QT_TRANSLATE_NOOP("Compare", "Largest absolute difference that the operator makes itself"),
        14,
        _max_abs,
        _largest,
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "Gain in float"),
        QT_TRANSLATE_NOOP("Compare", "Measured: what the model's outputs gain if this operator stays in float"),
        19,
        _gain_text,
        lambda entry: (entry.kept is None, -(_gain(entry) or 0.0)),
        bar=_gain_bar,
        tried=True,
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "Costs"),
        QT_TRANSLATE_NOOP("Compare", "Measured: how much larger the file is then"),
        13,
        lambda entry: formatting.size(max(entry.kept.extra_bytes, 0)) if entry.kept else "",
        lambda entry: (entry.kept is None, entry.kept.extra_bytes if entry.kept else 0),
        tried=True,
    ),
    Column(
        QT_TRANSLATE_NOOP("Compare", "Gain per kB"),
        QT_TRANSLATE_NOOP("Compare", "Decibels for each kilobyte that the file grows"),
        15,
        lambda entry: "" if (gain := _per_kilobyte(entry)) is None else _signed(gain, "+.2g"),
        lambda entry: (entry.kept is None, -(_per_kilobyte(entry) or 0.0)),
        tried=True,
    ),
)
OWN: Final = 2
GAIN: Final = 5


def entries(plan: Plan, sensitivity: Sensitivity | None) -> list[Entry]:
    """Every operator with an error of its own, the largest first."""
    tried = {(kept.subgraph, kept.index): kept for kept in (sensitivity.operators if sensitivity else ())}
    best = max((kept.gain_db for kept in tried.values() if kept.gain_db is not None), default=0.0)
    several = plan.subgraphs > 1
    return [Entry(row, place(*row.key, several), tried.get(row.key), best) for row in worst(plan.rows)]


class ErrorsModel(QAbstractTableModel):
    """Entries under an order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._column = OWN
        self._descending = False

    def set_entries(self, found: Sequence[Entry]) -> None:
        self.beginResetModel()
        self._entries = [*found]
        self._arrange()
        self.endResetModel()

    def entry(self, place: int) -> Entry:
        return self._entries[place]

    def place(self, key: Key | None) -> int | None:
        """Where an operator stands; None where it isn't."""
        return next((place for place, entry in enumerate(self._entries) if entry.row.key == key), None)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._descending = column, order is Qt.SortOrder.DescendingOrder
        self.beginResetModel()
        self._arrange()
        self.endResetModel()

    def _arrange(self) -> None:
        self._entries.sort(key=COLUMNS[self._column].order, reverse=self._descending)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, entry = COLUMNS[index.column()], self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.row.operator.name
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{QCoreApplication.translate('Compare', column.title)}: {column.text(entry)}"
        if role == BAR:
            return column.bar(entry) if column.bar is not None and column.text(entry) else None
        if role == Qt.ItemDataRole.UserRole:
            return entry
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("Compare", column.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return QCoreApplication.translate("Compare", column.explanation)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None
