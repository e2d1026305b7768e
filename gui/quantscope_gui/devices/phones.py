"""Setting phones up, through the engine: connecting, pairing, settings, benchmark_model."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from quantscope.documents.devices import BenchmarkProgram, Connected, PhoneDesk, PhoneSettings
from quantscope.worker import protocol
from quantscope_gui.engine import decoding
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.jobs.board import JobBoard


class Phones(QObject):
    """`described(desk)` when the set-up has been read or changed, `connected(serial or None)`, `saved()` when settings
    took effect; `failed(problem)`."""

    described = Signal(object)
    connected = Signal(object)
    saved = Signal()
    failed = Signal(Problem)

    def __init__(self, client: EngineClient, board: JobBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._board = board
        self.desk: PhoneDesk | None = None

    def describe(self, settings: PhoneSettings | None = None) -> Job:
        """Reads the set-up, after saving `settings` if there are any."""
        job = self._client.submit(
            lambda identity: protocol.DescribePhones(id=identity, settings=settings), decoding.small(PhoneDesk)
        )
        job.succeeded.connect(lambda desk: self._described(desk, settings is not None))
        self._fail(job, lambda: self.describe(settings))
        return job

    def connect_to(self, address: str, code: str | None = None) -> Job:
        """Connects to a phone over the network or, with a code, pairs with it. Whoever asks shows what goes wrong."""
        job = self._client.submit(
            lambda identity: protocol.ConnectPhone(id=identity, address=address, code=code),
            decoding.small(Connected),
        )
        job.succeeded.connect(lambda answer: self.connected.emit(answer.serial))
        return job

    def fetch(self, abi: str) -> Job:
        """Downloads the official benchmark_model. The user has agreed."""
        job = self._client.submit(
            lambda identity: protocol.FetchProgram(id=identity, abi=abi), decoding.small(BenchmarkProgram)
        )
        self._board.add(job, self.tr("Downloading benchmark_model for {abi}").format(abi=abi))
        job.succeeded.connect(lambda program: self.describe())
        self._fail(job, lambda: self.fetch(abi))
        return job

    def clean(self, serial: str) -> Job:
        """Removes Quantscope's files from a phone."""
        job = self._client.submit(
            lambda identity: protocol.CleanPhone(id=identity, serial=serial), decoding.small(Connected)
        )
        self._board.add(job, self.tr("Cleaning {phone}").format(phone=serial))
        self._fail(job, lambda: self.clean(serial))
        return job

    def _described(self, desk: PhoneDesk, changed: bool) -> None:
        self.desk = desk
        self.described.emit(desk)
        if changed:
            self.saved.emit()

    def _fail(self, job: Job, again: Callable[[], object]) -> None:
        def failed(failure: Failure) -> None:
            self.failed.emit(of_failure(failure, self.tr("the phones"), lambda: void(again)))

        job.failed.connect(failed)


def void(work: Callable[[], object]) -> None:
    """Does `work` and forgets what it gives."""
    work()
