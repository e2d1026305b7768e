"""The Models dock: what is open, with real sizes."""

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from quantscope_gui.models.library import Library, Model, Selection, Variant
from quantscope_gui.models.tree_model import FACTS, SELECTION, ModelsTreeModel
from quantscope_gui.theme.theme import Theme

ICON = 16
DOT_ROOM = 14


class _EntryDelegate(QStyledItemDelegate):
    """Name, elided in the middle; under it size and ratio; a dot where a variant is not saved."""

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
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(tokens.hover))
        icon: QIcon = index.data(Qt.ItemDataRole.DecorationRole)
        icon.paint(painter, QRect(box.left() + 2, box.top() + 8, ICON, ICON))
        metrics = option.fontMetrics
        inner = box.adjusted(ICON + 10, 6, -10, 0)
        line = QRect(inner.left(), inner.top(), inner.width(), metrics.height())
        selection: Selection = index.data(SELECTION)
        unsaved = selection.variant is not None and selection.variant.saved is None
        text = metrics.elidedText(
            index.data(), Qt.TextElideMode.ElideMiddle, line.width() - (DOT_ROOM if unsaved else 0)
        )
        painter.setPen(QColor(tokens.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(QColor(tokens.text_muted))
        facts = metrics.elidedText(index.data(FACTS), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line.translated(0, metrics.height() + 1), Qt.AlignmentFlag.AlignLeft, facts)
        if unsaved:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.text_muted))
            painter.drawEllipse(QPoint(line.left() + metrics.horizontalAdvance(text) + 8, line.center().y() + 1), 2, 2)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(160, 2 * option.fontMetrics.height() + 13)


class ModelsTree(QTreeView):
    """Selecting an entry selects it in the library. `menu_wanted(selection, position)` for the context menu."""

    menu_wanted = Signal(object, object)

    def __init__(self, library: Library, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self.entries = ModelsTreeModel(library, theme, self)
        self.setModel(self.entries)
        self.setItemDelegate(_EntryDelegate(theme, self))
        self.setAccessibleName(self.tr("Models"))
        self.setMinimumWidth(180)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(18)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        library.selection_changed.connect(self._show_selection)
        library.model_added.connect(self._model_added)
        library.variant_added.connect(self._variant_added)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        selection = self.entries.selection(self.currentIndex())
        if selection is not None and self.selectionModel().isSelected(self.currentIndex()):
            self._library.select(selection)

    def _show_selection(self, selection: Selection | None) -> None:
        if selection is not None:
            index = self.entries.index_of(selection)
            if index.isValid() and index != self.currentIndex():
                self.setCurrentIndex(index)

    def _model_added(self, model: Model) -> None:
        self._show_selection(Selection(model))

    def _variant_added(self, model: Model, variant: Variant) -> None:
        self.expand(self.entries.index_of(Selection(model)))

    def _menu(self, position: QPoint) -> None:
        selection = self.entries.selection(self.indexAt(position))
        if selection is not None:
            self.menu_wanted.emit(selection, self.viewport().mapToGlobal(position))
