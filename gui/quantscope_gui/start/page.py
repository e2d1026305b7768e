"""The start page: a place to drop a model, what was open lately, and samples to try."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from quantscope_gui.start.samples import Sample
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.glyph import Glyph

RECENT_SHOWN = 6
WIDTH = 960


class DropZone(QFrame):
    """The big target, which is a button too. (Drops are taken by the whole window.)"""

    open_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hot = False
        theme.changed.connect(self.update)
        title = QLabel(self.tr("Drop a .tflite model here"))
        font = QFont(title.font())
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setWeight(QFont.Weight.DemiBold)
        title.setFont(font)
        self.open = QPushButton(self.tr("Open model\u2026"))
        self.open.setProperty("primary", True)
        self.open.clicked.connect(self.open_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 34, 24, 34)
        layout.setSpacing(12)
        layout.addWidget(Glyph(theme, "drop", "text_muted", 40), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.open, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_hot(self, hot: bool) -> None:
        self._hot = hot
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(tokens.selection if self._hot else tokens.surface))
        pen = QPen(QColor(tokens.focus if self._hot else tokens.border_strong), 1.5, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)


class FileButton(QAbstractButton):
    """A file to open: icon, name, and a quiet note of up to `lines` lines."""

    def __init__(
        self, theme: Theme, icon: str, title: str, note: str, lines: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines = lines
        self._icon = icon
        self._note = note
        self.setText(title)
        self.setToolTip(note)
        self.setAccessibleName(title)
        self.setAccessibleDescription(note)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(220, (1 + self._lines) * self.fontMetrics().height() + 17)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus() or self.isDown():
            painter.setPen(QPen(QColor(tokens.focus), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        icon = self._theme.pixmap(self._icon, "text_muted", 20, self.devicePixelRatioF())
        painter.drawPixmap(QRectF(10, (self.height() - 20) / 2, 20, 20), icon, QRectF(icon.rect()))
        metrics = QFontMetrics(self.font())
        room = self.width() - 50
        line = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(QColor(tokens.text))
        title = metrics.elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRectF(40, 7, room, metrics.height()), line, title)
        painter.setPen(QColor(tokens.text_muted))
        box = QRectF(40, 9 + metrics.height(), room, self._lines * metrics.height())
        if self._lines == 1:
            painter.drawText(box, line, metrics.elidedText(self._note, Qt.TextElideMode.ElideMiddle, room))
        else:
            painter.drawText(box, Qt.TextFlag.TextWordWrap, self._note)


class FileColumn(QWidget):
    """A heading over file buttons, or one sentence where there are none."""

    chosen = Signal(object)

    def __init__(
        self, title: str, empty: str, theme: Theme, icon: str, lines: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._lines = lines
        self.buttons: list[FileButton] = []
        heading = QLabel(title)
        heading.setProperty("section", True)
        heading.setContentsMargins(10, 0, 0, 2)
        self._empty = QLabel(empty)
        self._empty.setProperty("muted", True)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(10, 4, 0, 0)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addWidget(heading)
        self._layout.addWidget(self._empty)
        self._layout.addStretch(1)

    def show_files(self, files: list[tuple[Path, str, str]]) -> None:
        """Shows (path, title, note) each."""
        for button in self.buttons:
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        for place, (path, title, note) in enumerate(files):
            button = FileButton(self._theme, self._icon, title, note, self._lines)
            button.clicked.connect(lambda _checked, path=path: self.chosen.emit(path))
            self._layout.insertWidget(place + 1, button)
            self.buttons.append(button)
        self._empty.setVisible(not files)


class StartPage(QScrollArea):
    """`chosen(path)` for a recent file or a sample, `open_wanted` for a file dialog."""

    chosen = Signal(object)
    open_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.zone = DropZone(theme)
        self.zone.open_wanted.connect(self.open_wanted)
        self.recent = FileColumn(
            self.tr("Recent"),
            self.tr("Models you open are listed here."),
            theme,
            "recent",
            1,
        )
        self.samples = FileColumn(
            self.tr("Samples"),
            self.tr("This installation has no samples."),
            theme,
            "sample",
            2,
        )
        for column in (self.recent, self.samples):
            column.chosen.connect(self.chosen)

        columns = QHBoxLayout()
        columns.setSpacing(24)
        columns.addWidget(self.recent, 2)
        columns.addWidget(self.samples, 3)
        middle = QWidget()
        middle.setMaximumWidth(WIDTH)
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(24, 20, 24, 20)
        inner.setSpacing(20)
        inner.addStretch(1)
        inner.addWidget(self.zone)
        inner.addWidget(self._sentences())
        inner.addSpacing(4)
        inner.addLayout(columns)
        inner.addStretch(2)
        page = QWidget()
        outer = QHBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(1)
        outer.addWidget(middle, 100)
        outer.addStretch(1)
        self.setWidget(page)

    def show_recent(self, paths: list[Path]) -> None:
        self.recent.show_files([(path, path.stem, str(path.parent)) for path in paths[:RECENT_SHOWN]])

    def show_samples(self, samples: tuple[Sample, ...]) -> None:
        translate = QCoreApplication.translate
        self.samples.show_files(
            [
                (sample.path, translate("Sample", sample.title), translate("Sample", sample.description))
                for sample in samples
            ]
        )

    def _sentences(self) -> QLabel:
        label = QLabel(
            self.tr(
                "See for every operator whether it will run in 8 bits, and why, before anything is converted. "
                "Quantize in one step and get a smaller, faster model that has been checked on the real runtime. "
                "Compare it with the original; your source files are never changed."
            )
        )
        label.setProperty("muted", True)
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        return label
