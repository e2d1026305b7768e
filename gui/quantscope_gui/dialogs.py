"""The questions that need an answer, all without blocking the event loop."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


def _file_dialog(parent: QWidget, title: str, folder: str, filters: list[str]) -> QFileDialog:
    dialog = QFileDialog(parent, title, folder)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setNameFilters(filters)
    return dialog


def ask_models(parent: QWidget, folder: str, chosen: Callable[[list[Path]], None]) -> None:
    """Asks for one or more models to open."""
    filters = [
        QCoreApplication.translate(
            "Dialogs", "Models (*.tflite *.onnx *.keras *.h5 *.pb *.pt *.pt2 *.mlir *.task *.litertlm)"
        ),
        QCoreApplication.translate("Dialogs", "TensorFlow Lite models (*.tflite)"),
        _all_files(),
    ]
    dialog = _file_dialog(parent, QCoreApplication.translate("Dialogs", "Open Models"), folder, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    dialog.open()


def ask_folder(parent: QWidget, title: str, chosen: Callable[[Path], None], folder: str = "") -> None:
    """Asks for a folder."""
    dialog = _file_dialog(parent, title, folder, [])
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()


def ask_data(parent: QWidget, folder: str, chosen: Callable[[Path], None], title: str = "") -> None:
    """Asks for a data file."""
    filters = [QCoreApplication.translate("Dialogs", "NumPy files (*.npz *.npy)"), _all_files()]
    dialog = _file_dialog(parent, title or QCoreApplication.translate("Dialogs", "Choose Data"), folder, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()


def ask_recipe(parent: QWidget, folder: str, chosen: Callable[[Path], None]) -> None:
    """Asks for a recipe file."""
    filters = [QCoreApplication.translate("Dialogs", "Recipes (*.json)"), _all_files()]
    dialog = _file_dialog(parent, QCoreApplication.translate("Dialogs", "Import Recipe"), folder, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()


def ask_open(parent: QWidget, title: str, filters: list[str], chosen: Callable[[Path], None]) -> None:
    """Asks for one file to read."""
    dialog = _file_dialog(parent, title, "", [*filters, _all_files()])
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()


def ask_file(
    parent: QWidget,
    title: str,
    filters: list[str],
    suggestion: Path,
    chosen: Callable[[Path], None],
    chosen_as: Callable[[Path, str], None] | None = None,
) -> None:
    """Asks where to write a file; the dialog itself asks before an existing one is replaced. `chosen_as`, where given,
    is told the filter that was chosen, too, instead of `chosen`."""
    dialog = _file_dialog(parent, title, str(suggestion.parent), filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suggestion.suffix.lstrip("."))
    dialog.selectFile(str(suggestion))
    dialog.fileSelected.connect(
        lambda name: chosen_as(Path(name), dialog.selectedNameFilter()) if chosen_as is not None else chosen(Path(name))
    )
    dialog.open()


def ask_recipe_destination(
    parent: QWidget, suggestion: Path, ours: Callable[[Path], None], theirs: Callable[[Path], None]
) -> None:
    """Asks where to save a recipe, and in which form: ours or litert-quantizer's."""
    other = QCoreApplication.translate("Dialogs", "litert-quantizer's recipes (*.json)")
    filters = [QCoreApplication.translate("Dialogs", "Recipes (*.json)"), other]
    title = QCoreApplication.translate("Dialogs", "Export Recipe")
    ask_file(parent, title, filters, suggestion, ours, lambda path, form: (theirs if form == other else ours)(path))


def ask_destination(parent: QWidget, suggestion: Path, chosen: Callable[[Path], None]) -> None:
    """Asks where to save a model; the dialog itself asks before an existing file is replaced."""
    filters = [QCoreApplication.translate("Dialogs", "TensorFlow Lite models (*.tflite)")]
    title = QCoreApplication.translate("Dialogs", "Save Model As")
    ask_file(parent, title, filters, suggestion.with_suffix(".tflite"), chosen)


def ask_discard(parent: QWidget, names: list[str], act: str, agreed: Callable[[], None]) -> None:
    """Asks whether results that were never saved may go. `act` is the label of the button that agrees."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("Quantscope")
    box.setText(QCoreApplication.translate("Dialogs", "These results are not saved and will be lost:"))
    box.setInformativeText("\n".join(names[:8]))
    discard = box.addButton(act, QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(QCoreApplication.translate("Dialogs", "Keep"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.buttonClicked.connect(lambda button: agreed() if button is discard else None)
    box.open()


def _all_files() -> str:
    return QCoreApplication.translate("Dialogs", "All files (*)")
