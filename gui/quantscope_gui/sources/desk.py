"""The sheets that are open, what becomes of their sources, and sources that have changed since."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from quantscope.documents.convert import Conversion
from quantscope_gui import formatting
from quantscope_gui.engine import failures
from quantscope_gui.errors.problem import Problem
from quantscope_gui.models.library import Library, Model
from quantscope_gui.settings import Settings
from quantscope_gui.sources.converter import SourceConverter, Task, changed_at
from quantscope_gui.sources.sheet import SourceSheet
from quantscope_gui.theme.theme import Theme


class SourceDesk(QObject):
    """`said(text)` for the status bar, `failed(problem)` for what has to be read."""

    said = Signal(str)
    failed = Signal(Problem)

    def __init__(
        self, converter: SourceConverter, library: Library, settings: Settings, theme: Theme, window: QWidget
    ) -> None:
        super().__init__(window)
        self._converter = converter
        self._library = library
        self._settings = settings
        self._theme = theme
        self._window = window
        self._sheets: dict[Task, SourceSheet] = {}
        self._told: set[Model] = set()
        converter.described.connect(self._described)
        converter.changed.connect(self._changed)
        converter.converted.connect(self._converted)
        converter.failed.connect(self.failed)
        library.model_removed.connect(self._told.discard)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whoever comes back from another program may have changed a source there."""
        if event.type() == QEvent.Type.WindowActivate:
            for model in self._library.models:
                self._ask_if_changed(model)
        return False

    def sheet(self, task: Task) -> SourceSheet | None:
        return self._sheets.get(task)

    def _described(self, task: Task) -> None:
        sheet = SourceSheet(self._theme, task, self._settings, self._window)
        self._sheets[task] = sheet
        sheet.destroyed.connect(partial(self._sheets.pop, task, None))
        sheet.convert_wanted.connect(lambda choice: self._converter.convert(task, choice))
        sheet.install_wanted.connect(lambda wheels: self._install(task, wheels))
        sheet.cancel_wanted.connect(lambda: self._converter.cancel(task))
        sheet.setWindowModality(Qt.WindowModality.NonModal)
        sheet.show()

    def _install(self, task: Task, wheels: object) -> None:
        source = task.source
        if source is not None and source.converter is not None:
            self._converter.install(task, source.converter.id, source.converter.title, wheels)  # type: ignore[arg-type]

    def _changed(self, task: Task) -> None:
        if (sheet := self._sheets.get(task)) is not None:
            sheet.show_state()

    def _converted(self, task: Task, conversion: Conversion) -> None:
        if (sheet := self._sheets.get(task)) is not None:
            sheet.close()
        if conversion.agrees is False:
            self.failed.emit(self._doubt(task, conversion))
            return
        figures = [check.sqnr_db for check in conversion.checks if check.sqnr_db is not None]
        said = self.tr("Converted {name}").format(name=task.path.name)
        if conversion.agrees:
            agreement = formatting.decibel(min(figures)) if figures else self.tr("identical")
            said += " \u00b7 " + self.tr("agrees with its source: {agreement}").format(agreement=agreement)
        self.said.emit(" \u00b7 ".join([said, *map(failures.said, conversion.warnings)]))

    def _ask_if_changed(self, model: Model) -> None:
        origin = model.origin
        if origin is None or model in self._told or changed_at(origin.path) in (0, origin.changed):
            return
        self._told.add(model)
        self.failed.emit(
            Problem(
                self.tr("{name} has changed").format(name=origin.path.name),
                self.tr("{model} was made of it before that.").format(model=model.path.name),
                self.tr("Convert it again, or go on with the model as it is."),
                retry=lambda: self._converter.again(model),
            )
        )

    def _doubt(self, task: Task, conversion: Conversion) -> Problem:
        wrong = [check for check in conversion.checks if not check.agrees]
        lines = [
            f"{check.signature} {check.output}: {check.note or f'max abs {check.max_abs}, SQNR {check.sqnr_db} dB'}"
            for check in wrong
        ]
        return Problem(
            self.tr("The converted model is not what {name} is").format(name=task.path.name),
            self.tr("On the same inputs %n output(s) differ by more than rounding explains.", "", len(wrong)),
            self.tr("Don't ship it. Try other shapes, another export, or report the model to the converter's makers."),
            "\n".join(lines),
            lambda: self._converter.describe(task.path),
        )
