"""A runner at work: started in the converter's environment, watched, bounded in time and memory, ended with all it
started."""

import contextlib
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Self

import msgspec

from quantscope.convert import wire
from quantscope.convert.environment import Environment
from quantscope.convert.failures import explain, too_large, too_long
from quantscope.errors import ConversionError
from quantscope.memory import installed_memory, rss_of
from quantscope.progress import Progress

POLL_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 2.0
LOG_TAIL: Final = 200_000
COLOURS: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

Answer = wire.Result | wire.Failed


@dataclass(frozen=True, slots=True)
class Limits:
    """What a conversion may take: `seconds`, and `memory` in bytes (None: nine tenths of what the computer has)."""

    seconds: float = 3600.0
    memory: int | None = None

    @property
    def bytes(self) -> int:
        """The memory it may take."""
        return self.memory if self.memory is not None else installed_memory() * 9 // 10


def run(
    environment: Environment, runner: Path, request: wire.Request, limits: Limits, progress: Progress
) -> wire.Outcome:
    """The runner's answer to `request`.

    Raises ConversionError or SourceRunsCodeError, with the log as detail, or what `progress` raises; in every case no
    process of the converter is left.
    """
    with _Runner(environment, runner, request) as work:
        answer = work.answer(limits, progress)
        if isinstance(answer, wire.Result):
            return answer.document
        raise explain(answer, work.log())


class _Runner:
    def __init__(self, environment: Environment, runner: Path, request: wire.Request) -> None:
        self.request = request
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self.lines: queue.Queue[bytes | None] = queue.Queue()
        # -I: neither the user's packages nor the current folder, which may hold a numpy.py, get in the way.
        self.process = subprocess.Popen(
            [str(environment.python), "-I", "-X", "utf8", str(runner)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=request.work,
            env={**os.environ, "TMPDIR": request.work, "TEMP": request.work, "TMP": request.work},
            start_new_session=os.name == "posix",
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self) -> Self:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # one that is dead already is noticed when it doesn't answer
            self.process.stdin.write(msgspec.json.encode(self.request) + b"\n")
            self.process.stdin.flush()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            with contextlib.suppress(OSError):
                stream.close()

    def answer(self, limits: Limits, progress: Progress) -> Answer:
        """The last thing it says, progress handed on."""
        end = time.monotonic() + limits.seconds
        fraction, text = 0.0, "Starting the converter"
        while True:
            progress(fraction, text)
            if time.monotonic() > end:
                raise too_long(limits.seconds, self.log())
            if rss_of(self.process.pid) > limits.bytes:
                raise too_large(limits.bytes, self.log())
            try:
                line = self.lines.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            event = self._event(line)
            if isinstance(event, Answer):
                return event
            if isinstance(event, wire.Progress):
                fraction, text = event.fraction, event.text

    def log(self) -> str:
        """The end of what the converter printed."""
        size = os.fstat(self.errors.fileno()).st_size
        data = os.pread(self.errors.fileno(), LOG_TAIL, max(0, size - LOG_TAIL)) if size else b""
        text = COLOURS.sub("", data.decode("utf-8", "replace"))
        # Of a bar that was drawn again and again only its last state is worth reading.
        return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))

    def _event(self, line: bytes | None) -> wire.Ready | wire.Progress | Answer:
        if line is None:
            code = self.process.wait()
            return wire.Failed(code="crash", message=_ending(code))
        try:
            return wire.decode(line)
        except msgspec.MsgspecError as error:
            raise ConversionError(f"The converter answered nonsense: {error}.", None, self.log()) from error

    def _read(self) -> None:
        assert self.process.stdout is not None
        while line := self.process.stdout.readline(wire.MAX_LINE):
            self.lines.put(line)
        self.lines.put(None)

    def _end(self) -> None:
        """Politely first, then for good; with everything it has started."""
        if self.process.poll() is None:
            self._signal(self.process.terminate, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE_SECONDS)
        self._signal(self.process.kill, getattr(signal, "SIGKILL", signal.SIGTERM))
        self.process.wait()

    def _signal(self, one: Callable[[], None], number: int) -> None:
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)
        elif self.process.poll() is None:
            one()


def _ending(code: int) -> str:
    if code == -signal.SIGTERM or code == -getattr(signal, "SIGKILL", 9):
        return "The converter was ended from outside; when memory runs out, the system does that."
    if code < 0:
        return f"The converter crashed ({signal.Signals(-code).name})."
    return f"The converter ended without an answer (exit code {code})."
