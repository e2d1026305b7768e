"""The strip above the table: what the plan does to the model, in four figures. Every number is documents.Summary's."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from quantscope import documents
from quantscope_gui import formatting
from quantscope_gui.models.library import Selection
from quantscope_gui.theme import precisions
from quantscope_gui.theme.theme import Theme


class Tile(QAbstractButton):
    """A figure over its meaning; a click filters the table to what it counts."""

    _PADDING = 14

    def __init__(self, theme: Theme, filter_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mark = ""
        self._figure = ""
        self._meaning = ""
        self.filter_text = filter_text
        self.setCheckable(bool(filter_text))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if filter_text else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if filter_text:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def show_figure(self, figure: str, meaning: str, mark: str = "", hint: str = "") -> None:
        self._figure, self._meaning, self._mark = figure, meaning, mark
        self.setAccessibleName(f"{figure} {meaning}")
        self.setToolTip(hint or meaning)
        self.updateGeometry()
        self.update()

    def figure(self) -> str:
        return self._figure

    def _big(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.35)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def sizeHint(self) -> QSize:
        big = QFontMetrics(self._big())
        width = max(
            big.horizontalAdvance(self._figure) + (18 if self._mark else 0),
            self.fontMetrics().horizontalAdvance(self._meaning),
        )
        return QSize(width + 2 * self._PADDING, big.height() + self.fontMetrics().height() + 20)

    def minimumSizeHint(self) -> QSize:
        big = QFontMetrics(self._big())
        return QSize(
            big.horizontalAdvance(self._figure) + (18 if self._mark else 0) + 2 * self._PADDING,
            self.sizeHint().height(),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        active = bool(self.filter_text) and self.underMouse()
        painter.setBrush(QColor(tokens.selection if self.isChecked() else tokens.hover if active else tokens.surface))
        edge = tokens.focus if self.hasFocus() else tokens.border_strong if self.isChecked() else tokens.border
        painter.setPen(QPen(QColor(edge), 1))
        painter.drawRoundedRect(frame, 8, 8)
        big = QFontMetrics(self._big())
        left = self._PADDING
        top = 9
        if self._mark:
            precisions.paint_mark(painter, QRectF(left, top + big.height() / 2 - 5, 11, 11), self._mark, tokens)
            left += 18
        line = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        room = self.width() - left - self._PADDING
        painter.setFont(self._big())
        painter.setPen(QColor(tokens.text))
        painter.drawText(QRectF(left, top, room, big.height()), line, self._figure)
        painter.setFont(self.font())
        painter.setPen(QColor(tokens.text_muted))
        metrics = self.fontMetrics()
        room = self.width() - 2 * self._PADDING
        text = metrics.elidedText(self._meaning, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(self._PADDING, top + big.height() + 1, room, metrics.height()), line, text)


class SummaryStrip(QWidget):
    """Four tiles. `filter_wanted(text)` when one is clicked."""

    filter_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file_size = Tile(theme, "")
        self.eight_bit = Tile(theme, "is:8bit")
        self.fallback = Tile(theme, "is:fallback")
        self.partitions = Tile(theme, "is:undelegated")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 4)
        layout.setSpacing(8)
        for tile in (self.file_size, self.eight_bit, self.fallback, self.partitions):
            layout.addWidget(tile, 3 if tile is self.file_size else 2)
            if tile.filter_text:
                tile.clicked.connect(lambda _checked, tile=tile: self.filter_wanted.emit(tile.filter_text))

    def show_filter(self, text: str) -> None:
        """Marks the tile whose filter is on."""
        for tile in (self.eight_bit, self.fallback, self.partitions):
            tile.setChecked(tile.filter_text == text)

    def show_pending(self) -> None:
        """There is no plan yet."""
        waiting = (
            (self.file_size, self.tr("on disk")),
            (self.eight_bit, self.tr("operators in 8 bits")),
            (self.fallback, self.tr("fall(s) back to float", "", 0)),
            (self.partitions, self.tr("delegate partition(s)", "", 0)),
        )
        for tile, meaning in waiting:
            tile.show_figure("\u2026", meaning, hint=self.tr("The plan is being made."))

    def show_selection(self, selection: Selection) -> None:
        """Shows the summary of the selected model's plan, with the real size where it is a variant."""
        plan = selection.plan
        if plan is None:
            return
        summary = plan.document.summary
        written = selection.variant is not None
        after = selection.variant.document.output.bytes if selection.variant is not None else summary.planned_bytes
        share = formatting.percent(after / summary.bytes) if summary.bytes else "\u2014"
        self.file_size.show_figure(
            f"{formatting.size(summary.bytes)} {formatting.ARROW} {formatting.size(after)}",
            self.tr("{share} of the source, on disk").format(share=share)
            if written
            else self.tr("{share} of the source, as planned").format(share=share),
        )
        self._show_small(summary)
        self.fallback.show_figure(
            str(summary.fallback),
            self.tr("fall(s) back to float", "", summary.fallback),
            precisions.FALLBACK if precisions.FALLBACK in plan.kinds else "",
            self.tr("Operators that run in float although the recipe asks for less. Click to show only these."),
        )
        self._show_partitions(summary.partitions)

    def _show_small(self, summary: documents.Summary) -> None:
        """The operators in 8 bits, or those in 16 where that is what there is."""
        halves = summary.by_precision.get("float16", 0)
        in_halves = halves > 0 and not summary.eight_bit
        self.eight_bit.filter_text = "precision:float16" if in_halves else "is:8bit"
        self.eight_bit.show_figure(
            self.tr("{some} of {all}").format(some=halves if in_halves else summary.eight_bit, all=summary.operators),
            self.tr("operators in 16 bits") if in_halves else self.tr("operators in 8 bits"),
            hint=self.tr("Operators whose weights are stored in 16 bits. Click to show only these.")
            if in_halves
            else self.tr("Operators whose arithmetic runs in 8 bits. Click to show only these."),
        )

    def _show_partitions(self, partitions: int | None) -> None:
        if partitions is None:
            self.partitions.show_figure(
                "\u2014",
                self.tr("no delegate on this target"),
                hint=self.tr("Every operator runs on the runtime's own kernels."),
            )
            return
        self.partitions.show_figure(
            str(partitions),
            self.tr("delegate partition(s)", "", partitions),
            hint=self.tr(
                "Runs of operators the delegate takes as one; one is best, each border costs time.\n"
                "Click to show the operators it does not take."
            ),
        )
