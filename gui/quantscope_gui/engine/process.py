"""One engine process: a QProcess that is started, spoken to in lines, and whose end becomes an Outcome."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from quantscope.worker import protocol
from quantscope_gui.engine.outcome import Ending, Outcome

STDERR_KEPT: Final = 16 * 1024
READ_AT_ONCE: Final = 512 * 1024
START_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Command:
    """How to start an engine. `environment` is added to the window's own."""

    program: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def default_command() -> Command:
    """The engine of this installation. -P keeps Python files in the current folder from being imported."""
    return Command(sys.executable, ("-P", "-m", "quantscope.worker"))


class EngineProcess(QObject):
    """Owns the child. `spoke` carries each event, `ended` comes exactly once and after the last event."""

    spoke = Signal(object)
    ended = Signal(object)

    def __init__(self, command: Command, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = command
        self._buffer = bytearray()
        self._stderr = b""
        self._verdict: Ending | None = None
        self._over = False
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_stderr)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._error)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(START_SECONDS * 1000)
        self._patience.timeout.connect(lambda: self.kill(Ending.SILENT))

    @property
    def pid(self) -> int:
        return self._process.processId()

    def start(self) -> None:
        environment = QProcessEnvironment.systemEnvironment()
        for name, value in self._command.environment.items():
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        self._patience.start()
        self._process.start(self._command.program, list(self._command.arguments))

    def send(self, request: protocol.Request) -> None:
        """Queues one line for the child; never blocks."""
        self._process.write(protocol.encode(request))

    def retire(self) -> None:
        """Closes the child's stdin: it exits by itself."""
        self._verdict = self._verdict or Ending.STOPPED
        self._process.closeWriteChannel()

    def kill(self, why: Ending = Ending.STOPPED) -> None:
        self._verdict = self._verdict or why
        self._patience.stop()
        self._process.kill()

    def wait(self, milliseconds: int) -> bool:
        """Blocks until the child is gone, at most `milliseconds`. For shutdown only."""
        return self._over or self._process.waitForFinished(milliseconds)

    def _read(self) -> None:
        self._buffer += self._process.read(READ_AT_ONCE).data()
        self._take_lines()
        if not self._over and self._process.bytesAvailable():
            QTimer.singleShot(0, self._process, self._read)

    def _take_lines(self) -> None:
        while self._verdict is not Ending.GARBLED:
            end = self._buffer.find(b"\n")
            if end < 0:
                break
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            self._take_line(line)
        if len(self._buffer) > protocol.MAX_LINE:
            self._garbled()

    def _take_line(self, line: bytes) -> None:
        try:
            event = protocol.decode_event(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._garbled()
            return
        if isinstance(event, protocol.Ready):
            self._patience.stop()
            if event.protocol != protocol.PROTOCOL:
                self.kill(Ending.INCOMPATIBLE)
                return
        self.spoke.emit(event)

    def _garbled(self) -> None:
        self._buffer.clear()
        self.kill(Ending.GARBLED)

    def _read_stderr(self) -> None:
        self._stderr = (self._stderr + self._process.readAllStandardError().data())[-STDERR_KEPT:]

    def _finished(self, exit_code: int, status: QProcess.ExitStatus) -> None:
        self._read_stderr()
        while self._verdict is None and self._process.bytesAvailable():
            self._buffer += self._process.read(READ_AT_ONCE).data()
            self._take_lines()
        crashed = status is QProcess.ExitStatus.CrashExit
        self._end(self._verdict or (Ending.CRASHED if crashed else Ending.EXITED), exit_code)

    def _error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._stderr = self._process.errorString().encode()
            self._end(Ending.COULD_NOT_START, -1)

    def _end(self, ending: Ending, exit_code: int) -> None:
        if self._over:
            return
        self._over = True
        self._patience.stop()
        self.ended.emit(Outcome(ending, exit_code, self._stderr.decode("utf-8", "replace").strip()))
