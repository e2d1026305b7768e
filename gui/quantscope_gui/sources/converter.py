"""Describing and converting sources, and installing converters, as jobs of the engine."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from quantscope import documents
from quantscope.documents.convert import Conversion, Converters, Source
from quantscope.worker import protocol
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.jobs.board import JobBoard
from quantscope_gui.models.library import Library, Model, Origin
from quantscope_gui.settings import Settings
from quantscope_gui.sources.form import Choice, recalled, remembered, suggested_output

GIGABYTE = 1_000_000_000


@dataclass(slots=True, eq=False)
class Task:
    """A source on its way: `source` once it is described, `job` while the engine works on it, `problem` if that went
    wrong the last time."""

    path: Path
    choice: Choice
    source: Source | None = None
    job: Job | None = None
    problem: Problem | None = None


class SourceConverter(QObject):
    """`described(task)` when the sheet can be shown, `changed(task)` when a job of it began or ended or its converter
    was installed, `converted(task, conversion)`, `failed(problem)`."""

    described = Signal(object)
    changed = Signal(object)
    converted = Signal(object, object)
    failed = Signal(Problem)

    def __init__(
        self, client: EngineClient, library: Library, board: JobBoard, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._library = library
        self._board = board
        self._settings = settings

    def describe(self, path: Path) -> None:
        """Finds out what is at `path`; nothing in it is run."""
        task = Task(path, recalled(self._settings.source(path), suggested_output(path)))
        task.job = self._client.submit(
            lambda identity: protocol.DescribeSource(id=identity, path=str(path)),
            lambda data: documents.from_json(data, Source),
        )
        task.job.succeeded.connect(lambda source: self._described(task, source))
        task.job.failed.connect(
            lambda failure: self.failed.emit(of_failure(failure, path.name, lambda: self.describe(path)))
        )

    def convert(self, task: Task, choice: Choice) -> None:
        task.choice = choice
        job = self._client.submit(
            lambda identity: protocol.Convert(
                id=identity,
                path=str(task.path),
                output=str(choice.output),
                signatures=choice.signatures,
                shapes=dict(choice.shapes),
                entry=choice.entry,
                allow_code=choice.allow_code,
                allow_select_ops=choice.allow_select_ops,
                seconds=60.0 * self._settings.conversion_minutes,
                memory=self._settings.conversion_gigabytes * GIGABYTE or None,
            ),
            lambda data: documents.from_json(data, Conversion),
            heavy=True,
        )
        job.succeeded.connect(lambda conversion: self._converted(task, conversion))
        job.failed.connect(
            lambda failure: self._failed(
                task, of_failure(failure, task.path.name, lambda: self.convert(task, task.choice))
            )
        )
        self._begin(task, job, self.tr("Converting {name}").format(name=task.path.name))

    def install(self, task: Task, converter: str, title: str, wheels: Path | None = None) -> None:
        job = self._client.submit(
            lambda identity: protocol.InstallConverter(
                id=identity, converter=converter, wheels=None if wheels is None else str(wheels)
            ),
            lambda data: documents.from_json(data, Converters),
            heavy=True,
        )
        job.succeeded.connect(lambda _: self._described_again(task))
        job.failed.connect(
            lambda failure: self._failed(
                task, of_failure(failure, title, lambda: self.install(task, converter, title, wheels))
            )
        )
        self._begin(task, job, self.tr("Installing {converter}").format(converter=title))

    def cancel(self, task: Task) -> None:
        if task.job is not None:
            self._client.cancel(task.job)

    def again(self, model: Model) -> None:
        """Opens the sheet of the source that a model was made of."""
        if model.origin is not None:
            self.describe(model.origin.path)

    def _begin(self, task: Task, job: Job, title: str) -> None:
        task.job = job
        task.problem = None
        job.ended.connect(lambda: self._ended(task))
        self._board.add(job, title)
        self.changed.emit(task)

    def _ended(self, task: Task) -> None:
        task.job = None
        self.changed.emit(task)

    def _failed(self, task: Task, problem: Problem) -> None:
        task.problem = problem
        self.changed.emit(task)
        self.failed.emit(problem)

    def _described(self, task: Task, source: Source) -> None:
        task.job = None
        task.source = source
        self.described.emit(task)

    def _described_again(self, task: Task) -> None:
        job = self._client.submit(
            lambda identity: protocol.DescribeSource(id=identity, path=str(task.path)),
            lambda data: documents.from_json(data, Source),
        )

        def take(source: Source) -> None:
            task.source = source
            self.changed.emit(task)

        job.succeeded.connect(take)

    def _converted(self, task: Task, conversion: Conversion) -> None:
        self._settings.set_source(task.path, remembered(task.choice))
        self._settings.add_recent(task.path)
        model = self._library.open(Path(conversion.output.path))
        self._library.set_origin(model, Origin(task.path, conversion, changed_at(task.path)))
        self.converted.emit(task, conversion)


def changed_at(path: Path) -> int:
    """When a source was last changed, in nanoseconds: the newest of what is in a folder's first two levels."""
    try:
        files = [path, *path.glob("*"), *path.glob("*/*")] if path.is_dir() else [path]
        return max(file.stat().st_mtime_ns for file in files)
    except OSError:
        return 0
