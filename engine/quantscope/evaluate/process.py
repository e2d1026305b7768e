"""A process of ours that runs models and answers in frames; a model that crashes it is a result and not an accident."""

import collections
import contextlib
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import Any, Final, Self

import msgspec

from quantscope.child_process import module_command, module_environment
from quantscope.errors import RunError, RuntimeMissingError
from quantscope.evaluate import wire

POLL_SECONDS: Final = 0.05
LOG_LINES: Final = 40


class ModelProcess:
    """The process of one of our modules. Use as a context manager; `check` is called while waiting and may raise."""

    def __init__(self, module: str, check: Callable[[], None] = lambda: None) -> None:
        self.check = check
        self.process = subprocess.Popen(
            module_command(module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=module_environment(),
        )
        self.frames: queue.Queue[bytes | None] = queue.Queue()
        self.log: collections.deque[str] = collections.deque(maxlen=LOG_LINES)
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._read_frames, self._read_log)]
        for thread in self.threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.kill()
        self.process.wait()
        for thread in self.threads:
            thread.join()
        with contextlib.suppress(OSError):  # a request the child never took may still be in the buffer
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.stderr.close()

    def answer(self, request: msgspec.Struct, kind: Any) -> Any:
        """The reply, of type `kind` (which includes wire.Refused), to a request.

        Raises RunError in the runtime's own words if it refuses or crashes, RuntimeMissingError without a runtime.
        """
        assert self.process.stdin
        with contextlib.suppress(OSError):  # a dead child is noticed below, with its last words
            wire.send(self.process.stdin, request)
        frame = self._next_frame()
        if frame is None:
            raise RunError(self._ending(), "Report the model file: a runtime must never crash.")
        try:
            reply = msgspec.msgpack.decode(frame, type=kind)
        except msgspec.MsgspecError as error:
            raise RunError(f"The process that runs the model answered nonsense: {error}.") from error
        if isinstance(reply, wire.Refused):
            raise RunError(f"The runtime refuses the model: {_explained(reply.message)}")
        return reply

    def _next_frame(self) -> bytes | None:
        while True:
            try:
                return self.frames.get(timeout=POLL_SECONDS)
            except queue.Empty:
                self.check()

    def _read_frames(self) -> None:
        assert self.process.stdout
        while (frame := wire.receive(self.process.stdout)) is not None:
            self.frames.put(frame)
        self.frames.put(None)

    def _read_log(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.log.append(line[:2000].decode("utf-8", "replace").rstrip())

    def _ending(self) -> str:
        code = self.process.wait()
        self.threads[1].join()
        if any("No module named 'ai_edge_litert'" in line for line in self.log):
            raise RuntimeMissingError(
                "The LiteRT runtime (ai-edge-litert) is not installed, so models can't be run here."
            )
        if code < 0:
            return f"The runtime crashed on the model ({signal.Signals(-code).name})."
        return f"The runtime crashed on the model (exit code {code}). {' '.join(list(self.log)[-3:])}".strip()


def _explained(message: str) -> str:
    """The runtime's message in one line, without its source file names."""
    lines = [re.sub(r"^\S+\.(?:cc|h):\d+ ", "", line.strip()) for line in message.splitlines() if line.strip()]
    return re.sub(r"(?<=[a-z])Node number", " Node number", " ".join(lines))[:600] or "it gave no reason"
