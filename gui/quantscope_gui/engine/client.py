"""The engine as the window sees it: submit a request, get a Job.

Each engine process works on one request at a time, so the end of a process is the end of exactly one job. One idle
engine is kept warm: plans are answered while a quantization runs, and after a kill nobody waits for a new start.
"""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec
from PySide6.QtCore import QObject, QTimer

from quantscope.worker import protocol
from quantscope_gui.background import Background
from quantscope_gui.engine.job import Job, Stage
from quantscope_gui.engine.outcome import Ending, Failure, Outcome
from quantscope_gui.engine.process import Command, EngineProcess

MAX_ENGINES: Final = 4  # one of them may be watching for devices
KEPT_IDLE: Final = 2
CANCEL_SECONDS: Final = 2.0
SPARE_DELAY_SECONDS: Final = 0.5


class _Engine(QObject):
    """An engine process and the job it works on."""

    def __init__(self, process: EngineProcess, parent: QObject) -> None:
        super().__init__(parent)
        process.setParent(self)
        self.process = process
        self.ready = False
        self.path = ""
        self.job: Job | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(lambda: self.process.kill())

    def give(self, job: Job) -> None:
        self.job = job
        self.path = job.path or self.path
        job.stage = Stage.RUNNING
        self.process.send(job.request)

    def cancel(self, identity: int) -> None:
        """Asks for an end, and enforces it when the job has had the time it may take."""
        self.process.send(protocol.Cancel(id=identity))
        request = self.job.request if self.job is not None else None
        self._patience.start(round(max(CANCEL_SECONDS, protocol.seconds_to_leave(request)) * 1000))

    def rest(self) -> None:
        self._patience.stop()
        self.job = None


def _document(result: protocol.Result) -> bytes:
    if result.file is None:
        return bytes(result.document)
    path = Path(result.file)
    try:
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)


class EngineClient(QObject):
    """Hands jobs to engine processes, starts and replaces those, and never blocks."""

    def __init__(self, command: Command, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = command
        self._background = background
        self._ids = count(1)
        self._engines: list[_Engine] = []
        self._queue: list[Job] = []
        self._closing = False
        self._spare = QTimer(self)
        self._spare.setSingleShot(True)
        self._spare.setInterval(round(SPARE_DELAY_SECONDS * 1000))
        self._spare.timeout.connect(self._warm)

    def start(self) -> None:
        """Warms the first engine."""
        if not self._engines:
            self._start_engine()

    def submit(
        self,
        make: Callable[[int], protocol.Request],
        decode: Callable[[bytes], Any],
        *,
        heavy: bool = False,
        urgent: bool = False,
        decode_part: Callable[[bytes], Any] | None = None,
    ) -> Job:
        """Queues the request that `make` builds for an id. `decode` turns its document into the job's result, in a
        thread; `decode_part` those that come before, which are small and many, on the spot. Heavy jobs run one at a
        time; an urgent one, which somebody looks at an empty space for, goes before those that wait."""
        job = Job(next(self._ids), make, decode, heavy, self, decode_part)
        self._queue.insert(0 if urgent else len(self._queue), job)
        QTimer.singleShot(0, self, self._dispatch)
        return job

    def cancel(self, job: Job) -> None:
        """Stops a job politely, and its engine by force where that takes too long. The job ends as cancelled."""
        job.unwanted = True
        if job in self._queue:
            self._queue.remove(job)
            job.stop()
            return
        engine = next((engine for engine in self._engines if engine.job is job), None)
        if engine is not None:
            engine.cancel(job.id)

    def stop(self, job: Job) -> None:
        """Asks a running job to end with what it has; one that hasn't begun is cancelled."""
        engine = next((engine for engine in self._engines if engine.job is job), None)
        if engine is not None:
            engine.process.send(protocol.Stop(id=job.id))
        else:
            self.cancel(job)

    def shutdown(self, milliseconds: int = 1000) -> None:
        """Ends every engine, waiting at most about `milliseconds` for all of them together, longer only for one
        that has a phone to put back as it was."""
        self._closing = True
        usual = protocol.seconds_to_leave(None)
        self._spare.stop()
        for job in list(self._queue):
            self._queue.remove(job)
            job.stop()
        for engine in self._engines:
            if engine.job is not None:
                engine.job.unwanted = True
            if engine.job is None or protocol.seconds_to_leave(engine.job.request) > usual:
                engine.process.retire()
            else:
                engine.process.kill()
        for engine in list(self._engines):
            seconds = protocol.seconds_to_leave(engine.job.request) if engine.job is not None else usual
            share = milliseconds // (2 * MAX_ENGINES)
            if not engine.process.wait(round(seconds * 1000) if seconds > usual else share):
                engine.process.kill()
                engine.process.wait(share)

    def _dispatch(self) -> None:
        if self._closing:
            return
        for job in list(self._queue):
            if job.heavy and any(engine.job is not None and engine.job.heavy for engine in self._engines):
                continue
            idle = [engine for engine in self._engines if engine.ready and engine.job is None]
            # An engine remembers the models it has worked on, and what was measured on them.
            engine = min(idle, key=lambda engine: engine.path != job.path, default=None)
            if engine is None:
                break
            self._queue.remove(job)
            engine.give(job)
            job.started.emit()
        starting = sum(not engine.ready for engine in self._engines)
        if not starting and len(self._engines) < MAX_ENGINES and any(not self._akin(job) for job in self._queue):
            self._start_engine()
        if not any(engine.job is None for engine in self._engines):
            self._spare.start()

    def _akin(self, job: Job) -> bool:
        """True if an engine is at a light job on the same model: it will be free, with the model read, sooner than a
        new engine could be."""
        path = getattr(job.request, "path", None)
        running = (engine.job for engine in self._engines if engine.job is not None and not engine.job.heavy)
        return path is not None and any(getattr(other.request, "path", None) == path for other in running)

    def _warm(self) -> None:
        idle = any(engine.job is None for engine in self._engines)
        if not self._closing and not idle and len(self._engines) < MAX_ENGINES:
            self._start_engine()

    def _start_engine(self) -> None:
        process = EngineProcess(self._command)
        engine = _Engine(process, self)
        self._engines.append(engine)
        process.spoke.connect(lambda event: self._spoke(engine, event))
        process.ended.connect(lambda outcome: self._ended(engine, outcome))
        process.start()

    def _spoke(self, engine: _Engine, event: protocol.Event) -> None:
        job = engine.job
        if isinstance(event, protocol.Ready):
            engine.ready = True
            self._dispatch()
        elif job is None or event.id != job.id:
            return
        elif isinstance(event, protocol.Progress):
            if not job.unwanted:
                job.progressed.emit(event.fraction, event.text)
        elif isinstance(event, protocol.Partial):
            if not job.unwanted and job.decode_part is not None:
                self._part(job, job.decode_part, bytes(event.document))
        else:
            engine.rest()
            self._answered(job, event)
            self._rest(engine)

    def _answered(self, job: Job, event: protocol.Result | protocol.Failed | protocol.Cancelled) -> None:
        if isinstance(event, protocol.Result):
            job.stage = Stage.READING
            self._background.run(
                lambda: job.decode(_document(event)), job.finish, lambda error: self._unreadable(job, error)
            )
        elif isinstance(event, protocol.Failed):
            job.fail(Failure(event.code, event.message, event.remedy, event.detail))
        else:
            job.stop()

    def _part(self, job: Job, decode: Callable[[bytes], Any], document: bytes) -> None:
        try:
            part = decode(document)
        except msgspec.MsgspecError as error:  # its engine can't be trusted any more
            self._unreadable(job, error)
            self.cancel(job)
        else:
            job.updated.emit(part)

    def _unreadable(self, job: Job, error: Exception) -> None:
        outcome = Outcome(Ending.GARBLED, 0, f"{type(error).__name__}: {error}")
        job.fail(Failure("engine-ended", str(error), outcome=outcome))

    def _rest(self, engine: _Engine) -> None:
        idle = [other for other in self._engines if other.job is None]
        if len(idle) > KEPT_IDLE and not self._queue:
            engine.ready = False
            engine.process.retire()
        else:
            self._dispatch()

    def _ended(self, engine: _Engine, outcome: Outcome) -> None:
        self._engines.remove(engine)
        engine.deleteLater()
        failure = Failure("engine-ended", outcome.stderr, outcome=outcome)
        job = engine.job
        engine.rest()
        if job is not None:
            job.fail(failure)
        if self._closing:
            return
        if engine.ready:
            self._dispatch()
        elif outcome.ending is not Ending.STOPPED and not self._engines:
            # An engine that never got ready would not on a second try either: say so instead of starting for ever.
            for job in list(self._queue):
                self._queue.remove(job)
                job.fail(failure)
