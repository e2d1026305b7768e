"""The engine process: takes requests on stdin, works on them one after the other, answers on stdout.

A thread reads stdin, so that a Cancel arrives while a job runs; the job notices at its next report of progress. When
stdin closes, the window is gone: whatever runs is cancelled, so that it takes its temporary files with it, and the
process ends, at the latest after `protocol.seconds_to_leave`.
"""

import contextlib
import gc
import os
import queue
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from quantscope._version import __version__
from quantscope.documents import Document
from quantscope.errors import CancelledError, QuantscopeError
from quantscope.worker import protocol
from quantscope.worker.jobs import Jobs


def main() -> None:
    """Serves until stdin closes."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what native code prints on stdout must not get between the lines
    sys.stdout = sys.stderr
    gc.freeze()  # what imports made stays to the end: the collector needn't go through it again and again
    Engine(sys.stdin.buffer, answers).serve()


class Engine:
    """Reads requests, runs jobs, writes events."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self.requests = requests
        self.answers = answers
        self.jobs = Jobs()
        self.current: protocol.Request | None = None
        self.waiting: queue.Queue[protocol.Request | None] = queue.Queue()
        self.cancelled: set[int] = set()
        self.stopped: set[int] = set()
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.idle = threading.Event()

    def serve(self) -> None:
        """Works until stdin closes."""
        threading.Thread(target=self._read, daemon=True).start()
        self._say(protocol.Ready(protocol=protocol.PROTOCOL, version=__version__, pid=os.getpid()))
        while (request := self.waiting.get()) is not None and not self.closing.is_set():
            self.current = request
            self._say(self._outcome(request))
            self.current = None
            self.cancelled.discard(request.id)
            self.stopped.discard(request.id)
        self.idle.set()

    def _read(self) -> None:
        while line := self.requests.readline(protocol.MAX_LINE):
            try:
                request = self._request(line)
            except (msgspec.MsgspecError, RecursionError) as error:
                self._say(protocol.Failed(id=-1, code="protocol", message=f"Not a request: {error}.", remedy=None))
                continue
            if isinstance(request, protocol.Cancel):
                self.cancelled.add(request.id)
            elif isinstance(request, protocol.Stop):
                self.stopped.add(request.id)
            else:
                self.waiting.put(request)
        self.closing.set()
        self.waiting.put(None)
        self.idle.wait(protocol.seconds_to_leave(self.current))
        os._exit(0)

    def _request(self, line: bytes) -> protocol.Request:
        if line.endswith(b"\n") or len(line) < protocol.MAX_LINE:
            return protocol.decode_request(line)
        while not line.endswith(b"\n") and (line := self.requests.readline(protocol.MAX_LINE)):
            pass  # the rest of the line is no request of its own
        raise msgspec.DecodeError(f"the line is longer than {protocol.MAX_LINE} bytes")

    def _outcome(self, request: protocol.Request) -> protocol.Event:
        reporter = Reporter(
            request.id,
            self._say,
            lambda: self.closing.is_set() or request.id in self.cancelled,
            lambda: request.id in self.stopped,
        )
        try:
            reporter.check()
            document = self.jobs.run(request, reporter)
            if self.closing.is_set():
                return protocol.Cancelled(id=request.id)
        except CancelledError:
            return protocol.Cancelled(id=request.id)
        except QuantscopeError as error:
            return protocol.Failed(
                id=request.id, code=error.code, message=str(error), remedy=error.remedy, detail=error.detail
            )
        except Exception as error:  # a fault of ours: the window shows it and offers to retry
            return protocol.Failed(
                id=request.id,
                code="internal",
                message=f"Something in Quantscope went wrong: {type(error).__name__}: {error}",
                remedy="Try again; if it happens again, report it with the details.",
                detail=traceback.format_exc(),
            )
        return _result(request.id, document)

    def _say(self, event: protocol.Event) -> None:
        # Nobody may be listening any more; then stdin closes too, and that is what ends us.
        with self.lock, contextlib.suppress(BrokenPipeError):
            self.answers.write(protocol.encode(event))


class Reporter:
    """Progress and parts of one job on their way out: progress not too often, and the place where a cancelled job
    stops."""

    def __init__(
        self,
        job: int,
        say: Callable[[protocol.Event], None],
        cancelled: Callable[[], bool],
        stopped: Callable[[], bool],
    ) -> None:
        self.job = job
        self.say = say
        self.cancelled = cancelled
        self.stopped = stopped
        self.next = 0.0

    def __call__(self, fraction: float, text: str) -> None:
        """Reports and, if the job was cancelled, raises CancelledError."""
        self.check()
        now = time.monotonic()
        if now >= self.next or fraction >= 1:  # the last report always gets through; texts may change a thousand times
            self.next = now + 1 / protocol.PROGRESS_PER_SECOND
            self.say(protocol.Progress(id=self.job, fraction=min(1.0, max(0.0, fraction)), text=text))

    def publish(self, document: Document) -> None:
        """Sends a part of the result, at once."""
        self.say(protocol.Partial(id=self.job, document=msgspec.Raw(msgspec.json.encode(document))))

    @property
    def stopping(self) -> bool:
        """True once the job was asked to end with what it has."""
        return self.stopped()

    def check(self) -> None:
        """Raises CancelledError if the job was cancelled."""
        if self.cancelled():
            raise CancelledError("Cancelled.")


def _result(job: int, document: Document) -> protocol.Result:
    data = msgspec.json.encode(document)
    if len(data) <= protocol.INLINE_LIMIT:
        return protocol.Result(id=job, document=msgspec.Raw(data))
    with tempfile.NamedTemporaryFile(prefix="quantscope-", suffix=".json", delete=False) as file:
        file.write(data)
    return protocol.Result(id=job, file=file.name)
