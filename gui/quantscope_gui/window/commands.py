"""What each command does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from quantscope_gui import dialogs
from quantscope_gui.errors.problem import Problem
from quantscope_gui.models.data import SUFFIXES, Samples
from quantscope_gui.models.library import Selection
from quantscope_gui.models.tree_model import file_of
from quantscope_gui.services import Services


class Commands:
    """Commands on the services; `report` shows a problem, `parent` owns the dialogs."""

    def __init__(self, services: Services, parent: QWidget, report: Callable[[Problem], None]) -> None:
        self._services = services
        self._parent = parent
        self._report = report

    def open(self) -> None:
        dialogs.ask_models(self._parent, self._services.settings.folder, self.open_files)

    def open_folder(self) -> None:
        title = QCoreApplication.translate("Commands", "Open SavedModel Folder")
        folder = self._services.settings.folder
        dialogs.ask_folder(self._parent, title, lambda path: self.open_files([path]), folder)

    def convert_again(self) -> None:
        selection = self._services.library.selection
        if selection is not None:
            self._services.converter.again(selection.model)

    def open_files(self, paths: list[Path]) -> None:
        """Opens models; a data file is for the selected result or model; anything else is to be converted."""
        for path in paths:
            suffix = path.suffix.lower()
            if suffix in SUFFIXES:
                self.use_data(path)
            elif suffix == ".tflite":
                self._services.settings.folder = str(path.parent)
                self._services.library.open(Path(path).absolute())
            else:
                self._services.settings.folder = str(path.parent)
                self._services.converter.describe(path.absolute())

    def save(self, selection: Selection | None = None) -> None:
        selection = selection or self._services.library.selection
        if selection is None or selection.variant is None:
            return
        model, variant = selection.model, selection.variant
        suggestion = variant.saved or model.path.parent / variant.path.name
        dialogs.ask_destination(self._parent, suggestion, lambda path: self._services.saver.save(model, variant, path))

    def export_copy(self) -> None:
        """Writes a copy of what is selected for viewers such as Netron."""
        selection = self._services.library.selection
        if selection is None or selection.plan is None:
            return
        source, samples = file_of(selection), self._services.desk.samples(selection.model)
        dialogs.ask_file(
            self._parent,
            QCoreApplication.translate("Commands", "Export Copy for Netron"),
            [QCoreApplication.translate("Dialogs", "TensorFlow Lite models (*.tflite)")],
            selection.model.path.with_name(f"{source.stem}.annotated.tflite"),
            lambda path: self._services.annotator.export(selection, samples, path),
        )

    def reveal(self, selection: Selection | None = None) -> None:
        selection = selection or self._services.library.selection
        if selection is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(file_of(selection).parent)))

    def close(self, selection: Selection | None = None) -> None:
        """Closes a result, or a model with its results; results that were never saved are asked about."""
        selection = selection or self._services.library.selection
        if selection is None:
            return
        library = self._services.library
        unsaved = library.unsaved(selection.model)
        if selection.variant is not None:
            unsaved = [variant for variant in unsaved if variant is selection.variant]
        if unsaved:
            label = QCoreApplication.translate("Commands", "Close Without Saving")
            names = [variant.path.name for variant in unsaved]
            dialogs.ask_discard(self._parent, names, label, lambda: self._close(selection))
        else:
            self._close(selection)

    def _close(self, selection: Selection) -> None:
        library, results = self._services.library, self._services.results
        if selection.model not in library.models:
            return
        if selection.variant is None:
            gone = list(selection.model.variants)
            library.close(selection.model)
        else:
            gone = [variant for variant in selection.model.variants if variant is selection.variant]
            for variant in gone:
                library.remove_variant(selection.model, variant)
        for variant in gone:
            results.discard(variant.path)

    def quantize(self) -> None:
        selection = self._services.library.selection
        if selection is None or selection.model.plan is None:
            return
        recipe = self._services.desk.recipe(selection.model)
        if recipe is not None:
            samples = self._services.desk.samples(selection.model)
            self._services.quantizer.quantize(selection.model, recipe, self._services.choices.target, samples)

    def compare(self, selection: Selection | None = None) -> None:
        selection = selection or self._services.library.selection
        if selection is not None:
            self._services.comparer.compare(selection)

    def try_in_float(self) -> None:
        """Measures what the worst operators of the selected result would gain in float."""
        selection = self._services.library.selection
        if selection is not None:
            self._services.prober.measure(selection)

    def show_values(self) -> None:
        """Reads the values of the selected operator's output in the selected result."""
        selection, row = self._services.library.selection, self._services.operator.row
        if selection is not None and row is not None:
            self._services.values.read(selection, row)

    def compare_data(self) -> None:
        dialogs.ask_data(self._parent, self._services.settings.folder, self.compare_on)

    def use_data(self, data: Path) -> None:
        """The selected result is compared on it; of a model whose recipe needs samples, ranges are measured on it."""
        selection = self._services.library.selection
        recipe = self._services.desk.recipe(selection.model) if selection is not None else None
        if selection is not None and selection.variant is None and recipe is not None and recipe.needs_calibration:
            self._services.sampler.choose(selection.model, data)
        else:
            self.compare_on(data)

    def compare_on(self, data: Path) -> None:
        selection = self._services.library.selection
        if selection is not None and selection.variant is not None:
            used = (variant.data for variant in selection.model.variants if variant.data is not None)
            labels = next((each.labels for each in used if each.path == data), None)
            self._services.comparer.compare(selection, Samples(data, labels=labels))
            return
        self._report(
            Problem(
                QCoreApplication.translate("Commands", "There is no result to compare"),
                QCoreApplication.translate(
                    "Commands", "\u201c{name}\u201d holds data to compare a quantized model on, and none is selected."
                ).format(name=data.name),
                QCoreApplication.translate(
                    "Commands",
                    "Quantize a model and select the result, then drop the data again.",
                ),
            )
        )

    def compare_count(self, count: int) -> None:
        """Compares again, on so many samples of the same file."""
        self._compare_again(lambda data: replace(data, count=count))

    def compare_labels(self, labels: str) -> None:
        """Compares again, with what an array of the same file says is right."""
        self._compare_again(lambda data: replace(data, labels=labels))

    def _compare_again(self, change: Callable[[Samples], Samples]) -> None:
        selection = self._services.library.selection
        variant = selection.variant if selection is not None else None
        if selection is not None and variant is not None and variant.data is not None:
            self._services.comparer.compare(selection, change(variant.data))

    def replan(self) -> None:
        selection = self._services.library.selection
        if selection is not None:
            self._services.library.select(Selection(selection.model))
            self._services.planner.plan(selection.model)
