"""How cells are painted: plain cells with elision that fits the column, and the precision with its mark."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from quantscope_gui.operators.columns import COLUMNS
from quantscope_gui.operators.table_model import MARKED
from quantscope_gui.theme import precisions
from quantscope_gui.theme.theme import Theme

MARK = 10
PADDING = 8


class CellDelegate(QStyledItemDelegate):
    """Paints a cell by hand: about five times cheaper than the style sheet's way, which matters while scrolling."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = self._theme.tokens
        box: QRect = option.rect
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.selection))
        elif index.data(MARKED):
            painter.fillRect(box, QColor(tokens.hover))
        column = COLUMNS[index.column()]
        inner = box.adjusted(PADDING, 0, -PADDING, 0)
        row = index.data(Qt.ItemDataRole.UserRole)
        if column.key == "precision":
            mark = QRectF(inner.left(), inner.center().y() - MARK / 2 + 0.5, MARK, MARK)
            precisions.paint_mark(painter, mark, row.kind, tokens)
            inner = inner.adjusted(MARK + 7, 0, 0, 0)
        quiet = index.data(Qt.ItemDataRole.ForegroundRole) is not None
        painter.setPen(QColor(tokens.text_muted if quiet else tokens.text))
        mode = Qt.TextElideMode.ElideMiddle if column.key == "name" else Qt.TextElideMode.ElideRight
        metrics = option.fontMetrics
        text = metrics.elidedText(column.text(row), mode, inner.width())
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        column = COLUMNS[index.column()]
        metrics = option.fontMetrics
        extra = MARK + 7 if column.key == "precision" else 0
        return QSize(metrics.horizontalAdvance(index.data()) + 2 * PADDING + extra + 2, metrics.height() + 10)
