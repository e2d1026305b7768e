"""Runners that misbehave: whatever a converter does, it ends, with all it started, and the reason is said."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from quantscope.convert import wire
from quantscope.convert.environment import Environment
from quantscope.convert.process import Limits, run
from quantscope.errors import CancelledError, ConversionError, QuantscopeError, SourceRunsCodeError, UsageError

RUNNERS = Path(__file__).parents[3] / "engine" / "quantscope" / "convert" / "runners"
SERVE = f"import sys; sys.path.insert(0, {str(RUNNERS)!r})\nfrom serving import *\n"


PATIENT = Limits(60)


class Converter:
    """A runner of the test's own, in this very Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.work.mkdir()

    def __call__(
        self, body: str, limits: Limits = PATIENT, progress: Callable[[float, str], None] = lambda f, t: None
    ) -> wire.Outcome:
        program = self.folder / "runner.py"
        program.write_text(SERVE + body)
        request = wire.Request(
            kind="onnx", source="x", output="y", work=str(self.work), signatures=(), shapes={},
            allow_code=False, allow_select_ops=False, seed=0,
        )  # fmt: skip
        environment = Environment(self.folder, Path(sys.executable), 0)
        try:
            return run(environment, program, request, limits, progress)
        finally:
            assert not [child for child in psutil.Process().children(recursive=True) if self._ours(child)]

    def _ours(self, process: psutil.Process) -> bool:
        try:
            return str(self.folder) in " ".join(process.cmdline())
        except psutil.Error:
            return False


@pytest.fixture
def converter(tmp_path: Path) -> Converter:
    return Converter(tmp_path)


def test_an_answer(converter: Converter) -> None:
    said: list[str] = []
    outcome = converter(
        "def convert(request, progress):\n"
        "    progress(0.5, f'at work on {request.kind}')\n"
        "    print('noise'); import os; os.system('echo more noise')\n"
        "    return {'checks': [{'signature': 's', 'output': 'o', 'max_abs': 0.5, 'sqnr_db': 30.0, 'note': None}],"
        " 'warnings': ['w']}\n"
        "serve(lambda: {'framework': '1'}, convert)\n",
        progress=lambda fraction, text: said.append(text),
    )
    assert outcome.versions == {"framework": "1"}
    assert outcome.checks[0].sqnr_db == 30
    assert "at work on onnx" in said


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os; os.kill(os.getpid(), 11)", r"crashed \(SIGSEGV\)"),
        ("import os; os.abort()", r"crashed \(SIGABRT\)"),
        ("raise SystemExit(7)", "exit code 7"),
        ("import os; os.kill(os.getpid(), 9)", "ended from outside"),
        ("print('no json at all')", "answered nonsense"),
        ('print(\'{"kind": "result", "document": 5}\')', "answered nonsense"),
        ("import sys\nwhile True: sys.stdout.write('x' * 65536)", "answered nonsense"),
        ("serve(lambda: {}, lambda r, p: 1 / 0)", "refuses the model: ZeroDivisionError"),
        (
            "def convert(r, p): raise RuntimeError('TF Select ops: Roll, Erfc\\nDetails: ...')\nserve(dict, convert)",
            "doesn't have: Roll, Erfc",
        ),
        ("def convert(r, p): raise OSError(28, 'No space left on device')\nserve(dict, convert)", "disk became full"),
        ("def convert(r, p): raise MemoryError()\nserve(dict, convert)", "ran out of memory"),
    ],
)
def test_a_runner_that_fails(body: str, words: str, converter: Converter) -> None:
    with pytest.raises(ConversionError, match=words):
        converter(body)


def test_a_log_that_can_be_read(converter: Converter) -> None:
    bars = "import sys\nfor at in range(99): print(f'\\rdone {at}', end='', file=sys.stderr)\n"
    with pytest.raises(ConversionError) as caught:
        converter(bars + "print('\\n\\x1b[31mwrong\\x1b[0m', file=sys.stderr)\nraise SystemExit(1)")
    assert "done 98\nwrong" in (caught.value.detail or "")
    assert "done 97" not in (caught.value.detail or "")


def test_what_a_runner_refuses_on_purpose(converter: Converter) -> None:
    for code, kind in {
        "source-runs-code": SourceRunsCodeError,
        "usage": UsageError,
        "custom-operators": ConversionError,
    }.items():
        with pytest.raises(kind, match="Because") as caught:
            converter(f"def convert(r, p): raise Refusal({code!r}, 'Because.', 'Do this.')\nserve(dict, convert)")
        assert isinstance(caught.value, QuantscopeError)
        assert caught.value.remedy


def test_a_runner_that_never_ends(converter: Converter) -> None:
    stubborn = "import signal, time, subprocess, sys\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    stubborn += f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', {str(converter.folder)!r}])\n"
    stubborn += "time.sleep(600)"
    started = time.monotonic()
    with pytest.raises(ConversionError, match="had not finished after 1 s"):
        converter(stubborn, Limits(1.0))
    assert time.monotonic() - started < 30


def test_a_runner_that_eats_memory(converter: Converter) -> None:
    with pytest.raises(ConversionError, match=r"more than 0\.2 GB"):
        converter("import time\nkept = bytearray(b'x' * 400_000_000)\ntime.sleep(60)", Limits(60, 200_000_000))


def test_cancelling_at_any_moment(converter: Converter) -> None:
    for seconds in (0.0, 0.2, 0.6):
        cancelled = threading.Event()
        threading.Timer(seconds, cancelled.set).start()

        def check(fraction: float, text: str, cancelled: threading.Event = cancelled) -> None:
            if cancelled.is_set():
                raise CancelledError("Cancelled.")

        with pytest.raises(CancelledError):
            converter("import time; time.sleep(600)", progress=check)


def test_a_runner_ends_with_its_engine(tmp_path: Path) -> None:
    program = tmp_path / "runner.py"
    program.write_text(SERVE + "import time\nserve(dict, lambda r, p: time.sleep(600))")
    request = (
        '{"id":1,"kind":"k","source":"s","output":"o","work":"w","signatures":[],"shapes":{},"allow_code":false,'
        '"allow_select_ops":false,"seed":0}\n'
    )
    process = psutil.Popen([sys.executable, str(program)], stdin=-1, stdout=-1, stderr=-1)
    process.stdin.write(request.encode())
    process.stdin.flush()
    assert b"ready" in process.stdout.readline()
    process.stdin.close()
    assert process.wait(30) == 1
    process.stdout.close()
    process.stderr.close()
