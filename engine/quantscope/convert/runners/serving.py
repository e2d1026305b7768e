"""How a runner talks to the engine: one request on stdin, then events in the worker protocol's form on stdout.

Lines of JSON: `ready`, any number of `progress`, then `result` or `failed`. What frameworks print goes to stderr, which
the engine keeps as the log. A runner ends with its engine: when stdin closes, so does everything here.
"""

import contextlib
import ctypes
import gc
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

PROTOCOL = 1


class Refusal(Exception):
    """The runner will not go on: a stable `code`, one sentence, and what can be done."""

    def __init__(self, code: str, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy


@dataclass(frozen=True)
class Request:
    """What to convert. `shapes` are fixed shapes by input name; `work` is a folder for files in between."""

    id: int
    kind: str
    source: str
    output: str
    work: str
    signatures: tuple[str, ...]
    shapes: Mapping[str, tuple[int, ...]]
    allow_code: bool
    allow_select_ops: bool
    seed: int


Progress = Callable[[float, str], None]
Convert = Callable[[Request, Progress], Mapping[str, Any]]


def serve(versions: Callable[[], Mapping[str, str]], convert: Convert) -> None:
    """Answers one request and ends. `versions` imports the framework and says what it is."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    def say(kind: str, **values: Any) -> None:
        answers.write(json.dumps({"kind": kind, **values}) + "\n")

    request = _request(json.loads(sys.stdin.readline()))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    say("ready", protocol=PROTOCOL, version="runner", pid=os.getpid())

    def progress(fraction: float, text: str) -> None:
        say("progress", id=request.id, fraction=fraction, text=text)

    try:
        progress(0.02, "Starting the converter")
        found = versions()
        document = convert(request, progress)
        say("result", id=request.id, document={**document, "versions": found})
    except Refusal as refusal:
        say("failed", id=request.id, code=refusal.code, message=str(refusal), remedy=refusal.remedy)
    except MemoryError:
        say("failed", id=request.id, code="memory", message="The converter ran out of memory.", remedy=None)
    except Exception as error:  # whatever the framework raises is the outcome of this job
        text = f"{type(error).__name__}: {error}"
        say("failed", id=request.id, code="converter", message=text, remedy=None, detail=traceback.format_exc())
    with contextlib.suppress(OSError):
        answers.flush()
    os._exit(0)  # frameworks leave threads behind that may hang the ordinary way out


def give_back_memory() -> None:
    """What a converter has freed goes back to the system, so that a comparison doesn't come on top of it. glibc keeps
    it otherwise; where there is another C library, nothing happens."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _request(values: Any) -> Request:
    shapes = {name: tuple(map(int, shape)) for name, shape in values.pop("shapes").items()}
    return Request(**{**values, "signatures": tuple(values["signatures"]), "shapes": shapes})


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)
