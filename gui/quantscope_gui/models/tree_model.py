"""The models tree as an item model: each model with its variants below it; entries can be dragged out as files."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QMimeData, QModelIndex, QObject, Qt, QUrl
from PySide6.QtGui import QStandardItem, QStandardItemModel

from quantscope_gui import formatting
from quantscope_gui.models.library import Library, Model, Selection, Variant
from quantscope_gui.theme.theme import Theme

SELECTION: Final = Qt.ItemDataRole.UserRole + 1
FACTS: Final = Qt.ItemDataRole.UserRole + 2


def _facts(selection: Selection) -> str:
    """Measured figures only: sizes as they were read or written, speed once it was measured, and the worst output's
    error once it was compared."""
    variant, plan = selection.variant, selection.model.plan
    if variant is None:
        latency = selection.model.latency
        origin = selection.model.origin
        facts = [f"\u2190 {origin.path.name}"] if origin is not None else []
        facts.append(formatting.size(plan.document.model.bytes) if plan is not None else "\u2026")
        return " \u00b7 ".join([*facts, *([formatting.duration(latency.median)] if latency is not None else [])])
    facts = [formatting.size(variant.document.output.bytes), formatting.percent(variant.document.ratio)]
    if variant.latency is not None:
        latency = variant.latency
        facts.append(formatting.factor(latency.speedup) if latency.speedup else formatting.duration(latency.median))
    outputs = variant.comparison.outputs if variant.comparison is not None else ()
    measured = [each.sqnr_db for each in outputs if each.sqnr_db is not None]
    if measured:
        facts.append(formatting.decibel(min(measured)))
    return " \u00b7 ".join(facts)


def file_of(selection: Selection) -> Path:
    """The file on disk behind an entry; a saved variant's saved copy."""
    if selection.variant is None:
        return selection.model.path
    return selection.variant.saved or selection.variant.path


def variant_title(variant: Variant) -> str:
    """What tells variants of one model apart: recipe, and the target it was made for."""
    return f"{variant.document.plan.recipe} \u00b7 {variant.document.plan.target}"


class ModelsTreeModel(QStandardItemModel):
    """Follows a library."""

    def __init__(self, library: Library, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(0, 1, parent)
        self._theme = theme
        library.model_added.connect(self._model_added)
        library.model_removed.connect(self._model_removed)
        library.plan_changed.connect(self._plan_changed)
        library.latency_changed.connect(self._plan_changed)
        library.origin_changed.connect(self._plan_changed)
        library.variant_added.connect(self._variant_added)
        library.variant_changed.connect(self._variant_changed)
        library.variant_removed.connect(self._variant_removed)
        theme.changed.connect(self._retint)

    def selection(self, index: QModelIndex) -> Selection | None:
        value = index.data(SELECTION)
        return value if isinstance(value, Selection) else None

    def index_of(self, selection: Selection) -> QModelIndex:
        return next((item.index() for item in self._items() if item.data(SELECTION) == selection), QModelIndex())

    def mimeTypes(self) -> list[str]:
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """File URLs, so that dropping an entry on a file manager copies the file."""
        selections = [selection for index in indexes if (selection := self.selection(index)) is not None]
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file_of(selection))) for selection in selections])
        return data

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def _items(self) -> Iterable[QStandardItem]:
        for row in range(self.rowCount()):
            top = self.item(row)
            yield top
            for place in range(top.rowCount()):
                yield top.child(place)

    def _entry(self, title: str, icon: str, selection: Selection) -> QStandardItem:
        item = QStandardItem(self._theme.icon(icon, "text_muted"), title)
        item.setEditable(False)
        item.setDropEnabled(False)
        item.setData(selection, SELECTION)
        self._fill(item)
        return item

    def _fill(self, item: QStandardItem) -> None:
        selection: Selection = item.data(SELECTION)
        facts = _facts(selection)
        item.setData(facts, FACTS)
        item.setToolTip(str(file_of(selection)))
        unsaved = selection.variant is not None and selection.variant.saved is None
        spoken = [item.text(), facts]
        if unsaved:
            spoken.append(QCoreApplication.translate("ModelsTreeModel", "not saved"))
            item.setToolTip(
                QCoreApplication.translate("ModelsTreeModel", "Not saved yet. Use Save As, or drag it to a folder.")
            )
        item.setData(", ".join(part for part in spoken if part), Qt.ItemDataRole.AccessibleTextRole)

    def _top(self, model: Model) -> QStandardItem:
        return next(
            item for row in range(self.rowCount()) if (item := self.item(row)).data(SELECTION) == Selection(model)
        )

    def _child(self, model: Model, variant: Variant) -> QStandardItem:
        top = self._top(model)
        wanted = Selection(model, variant)
        return next(child for place in range(top.rowCount()) if (child := top.child(place)).data(SELECTION) == wanted)

    def _model_added(self, model: Model) -> None:
        self.appendRow(self._entry(model.name, "model", Selection(model)))

    def _model_removed(self, model: Model) -> None:
        self.removeRow(self._top(model).row())

    def _plan_changed(self, model: Model) -> None:
        self._fill(self._top(model))

    def _variant_added(self, model: Model, variant: Variant) -> None:
        self._top(model).appendRow(self._entry(variant_title(variant), "variant", Selection(model, variant)))

    def _variant_changed(self, model: Model, variant: Variant) -> None:
        self._fill(self._child(model, variant))

    def _variant_removed(self, model: Model, variant: Variant) -> None:
        self._top(model).removeRow(self._child(model, variant).row())

    def _retint(self) -> None:
        for item in self._items():
            item.setIcon(self._theme.icon("model" if item.parent() is None else "variant", "text_muted"))
