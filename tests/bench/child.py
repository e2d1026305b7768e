"""Calls one function in a fresh Python process and hands back what it returns.

Everything measured runs this way: a model file may abort the interpreter or corrupt its heap, and the time and memory
of one tool must hold nothing of another's.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT = 3600.0


class ChildFailed(RuntimeError):
    """The child process ended without a result; the message says how, with its last line on stderr."""


def call(function: Callable[..., Any], **arguments: Any) -> Any:
    """Calls a module-level `function` in a child process.

    Arguments and result pass as JSON (paths become strings). Raises ChildFailed when the child crashes, raises, or
    runs longer than TIME_LIMIT seconds.
    """
    return call_named(function.__module__, function.__qualname__, **arguments)


def call_named(module: str, name: str, **arguments: Any) -> Any:
    """Like `call`, for a module that only the child shall import."""
    search_path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.bench.child", module, name],
            input=json.dumps(arguments, default=os.fspath),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIME_LIMIT,
            check=False,
            env=os.environ | {"PYTHONPATH": search_path},
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailed(f"{name}: no result within {TIME_LIMIT:.0f} s") from error
    if ended.returncode != 0:
        raise ChildFailed(f"{name}: {ending(ended.returncode)}: {last_line(ended.stderr)}")
    return json.loads(ended.stdout)


def ending(code: int) -> str:
    """How a process with this return code ended, in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "nothing on stderr"


def main() -> None:
    module, name = sys.argv[1:]
    result = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what tools and native code print must not mix with the result
    function = getattr(importlib.import_module(module), name)
    json.dump(function(**json.load(sys.stdin)), result)
    result.close()


if __name__ == "__main__":
    main()
