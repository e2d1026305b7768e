"""A list of tensors: name, data type, shape, constant or not. Rows are reused, so that walking the table is quick."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from quantscope import documents
from quantscope_gui import formatting
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.labels import ElidedLabel

SHOWN = 48


class TensorRow(QWidget):
    """Two lines: the name, and what it is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ElidedLabel()
        self._facts = ElidedLabel(muted=theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(0)
        layout.addWidget(self._name)
        layout.addWidget(self._facts)

    def show_tensor(self, tensor: documents.Tensor) -> None:
        if tensor.index < 0:
            self._name.set_text(self.tr("(absent)"))
            self._facts.set_text(self.tr("optional input that is not given"))
            return
        self._name.set_text(tensor.name or self.tr("(unnamed tensor {index})").format(index=tensor.index))
        facts = [tensor.dtype, formatting.shape(tensor.shape)]
        if tensor.constant:
            facts.append(self.tr("constant"))
        self._facts.set_text("  \u00b7  ".join(facts))


class TensorList(QWidget):
    """A heading with the number of tensors, and their rows."""

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._theme = theme
        self._rows: list[TensorRow] = []
        self._heading = QLabel()
        self._heading.setProperty("section", True)
        self._more = QLabel()
        self._more.setProperty("muted", True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addWidget(self._heading)
        self._layout.addWidget(self._more)

    def show_tensors(self, tensors: tuple[documents.Tensor, ...]) -> None:
        self._heading.setText(f"{self._title}  {len(tensors)}")
        while len(self._rows) < min(len(tensors), SHOWN):
            row = TensorRow(self._theme)
            self._rows.append(row)
            self._layout.insertWidget(len(self._rows), row)
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(tensors))
            if place < len(tensors):
                row.show_tensor(tensors[place])
        rest = len(tensors) - SHOWN
        self._more.setVisible(rest > 0)
        self._more.setText(self.tr("and %n more", "", max(rest, 0)))
