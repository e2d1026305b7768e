"""The Graph menu and File > Export, as handlers for the table of commands. Loads no numpy before it is needed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from quantscope_gui.graph.exporter import Exporter
from quantscope_gui.settings import Settings

if TYPE_CHECKING:
    from quantscope_gui.graph.export import Picture
    from quantscope_gui.graph.panel import GraphPanel

LEAST_SCALE, MOST_SCALE = 0.05, 20.0


class GraphCommands(QObject):
    """`panel()` is the Graph tab, which may be built for it."""

    def __init__(
        self, panel: "Callable[[], GraphPanel]", exporter: Exporter, settings: Settings, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._exporter = exporter
        self._settings = settings
        self._window = parent

    def handlers(self) -> dict[str, Callable[[], object]]:
        panel = self._panel
        return {
            "export": self.export,
            "zoom-in": lambda: panel().view.zoom_in(),
            "zoom-out": lambda: panel().view.zoom_out(),
            "fit": lambda: panel().view.fit(),
            "fit-selection": lambda: panel().view.fit_selection(),
            "go-back": lambda: panel().go(-1),
            "go-forward": lambda: panel().go(1),
            "leave-page": lambda: panel().leave_page(),
            "upstream": lambda: panel().show_upstream(),
            "downstream": lambda: panel().show_downstream(),
            "undim": lambda: panel().set_highlight(None),
            "close-group": lambda: panel().close_group(),
            "close-groups": lambda: panel().close_all(),
            "open-groups": lambda: panel().open_all(),
        }

    def export(self) -> None:
        """Asks where to, and for pixels how large; the dialog asks before an existing file is replaced."""
        picture = self._panel().picture()
        if picture is None:
            return
        dialog = QFileDialog(self._window, self.tr("Export Graph"), self._settings.folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {
            self.tr("Vectors: SVG (*.svg)"): "svg",
            self.tr("Pixels: PNG (*.png)"): "png",
            self.tr("Paper: PDF (*.pdf)"): "pdf",
        }
        dialog.setNameFilters(list(filters))
        dialog.setDefaultSuffix("svg")
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters.get(chosen, "svg")))
        dialog.selectFile(f"{picture.title}.svg")
        dialog.fileSelected.connect(lambda name: self._chosen(picture, Path(name)))
        dialog.open()

    def _chosen(self, picture: "Picture", path: Path) -> None:
        from quantscope_gui.graph.export import Format, pixels

        form = next((form for form in Format if form.value == path.suffix.lower().lstrip(".")), Format.SVG)
        if form is not Format.PNG:
            self._exporter.export(picture, path, form)
            return
        width, height = pixels(picture.box, 1.0)
        question = QInputDialog(self._window)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.setWindowTitle(self.tr("Export Graph"))
        question.setLabelText(
            self.tr("Pixels for each unit. At 1 the picture has {width} \u00d7 {height} pixels.").format(
                width=width, height=height
            )
        )
        question.setInputMode(QInputDialog.InputMode.DoubleInput)
        question.setDoubleDecimals(2)
        question.setDoubleRange(LEAST_SCALE, MOST_SCALE)
        question.setDoubleValue(2.0)
        question.doubleValueSelected.connect(lambda scale: self._exporter.export(picture, path, form, scale))
        question.open()
