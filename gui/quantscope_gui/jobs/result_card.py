"""The card after a successful Quantize: what came out, and what to do with it."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from quantscope_gui import formatting
from quantscope_gui.models.library import Model, Selection, Variant
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.glyph import Glyph
from quantscope_gui.widgets.labels import ElidedLabel


class ResultCard(QWidget):
    """Says the measured size and ratio of one variant."""

    save_wanted = Signal(object)
    compare_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selection: Selection | None = None
        self.title = QLabel()
        self.title.setProperty("heading", True)
        self.facts = ElidedLabel(muted=theme)
        self.save = QPushButton(self.tr("Save &As\u2026"))
        theme.bind_icon(self.save, "save")
        self.save.clicked.connect(lambda: self.save_wanted.emit(self.selection))
        self.compare = QPushButton(self.tr("&Compare"))
        theme.bind_icon(self.compare, "compare")
        self.compare.clicked.connect(lambda: self.compare_wanted.emit(self.selection))
        close = QToolButton()
        close.setProperty("flat", True)
        close.setProperty("tight", True)
        close.setIconSize(QSize(16, 16))
        close.setToolTip(self.tr("Dismiss"))
        close.setAccessibleName(self.tr("Dismiss"))
        theme.bind_icon(close, "close", "text_muted")
        close.clicked.connect(self.hide)

        card = QFrame()
        card.setProperty("card", "true")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self.facts)
        inner = QHBoxLayout(card)
        inner.setContentsMargins(14, 10, 10, 10)
        inner.setSpacing(10)
        inner.addWidget(Glyph(theme, "check", "success", 20))
        inner.addLayout(words, 1)
        for widget in (self.save, self.compare, close):
            inner.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 12, 12, 0)
        outer.addWidget(card)
        self.hide()

    def show_result(self, model: Model, variant: Variant) -> None:
        document = variant.document
        self.selection = Selection(model, variant)
        self.title.setText(
            self.tr("{size}, {share} of {source}").format(
                size=formatting.size(document.output.bytes),
                share=formatting.percent(document.ratio),
                source=formatting.size(document.input.bytes),
            )
        )
        self.facts.set_text(
            self.tr("{name} \u00b7 written and checked in {time}").format(
                name=variant.path.name, time=formatting.seconds(document.seconds)
            )
        )
        self.show()
