"""The command line: every command and option, what goes to stdout and what to stderr, exit codes, interruption."""

import json
import os
import pty
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quantscope._version import __version__
from quantscope.child_process import PACKAGE_ROOT, module_command, module_environment
from quantscope.cli.main import COMMANDS, main
from quantscope.cli.output import counted, shortened
from quantscope.quantize.presets import PRESETS
from tests.models import Input, ModelBuilder, one_operator
from tests.operators import depthwise, fully_connected, normal

PATIENCE = 60
FILE_KEYS = {"path", "bytes", "sha256"}
OPERATOR_KEYS = {"index", "type", "name", "precision", "reason", "inputs", "outputs", "weight_bytes"}
SUMMARY_KEYS = {"operators", "by_precision", "fallback", "partitions", "planned_bytes"}


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    error: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class Shell:
    """Runs commands in this process, as their entry point does."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self.capture = capture

    def __call__(self, *arguments: str) -> Ended:
        self.capture.readouterr()
        try:
            code = main(arguments)
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
        return Ended(code, *self.capture.readouterr())


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    before = signal.getsignal(signal.SIGTERM)
    yield Shell(capfd)
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def model(tmp_path: Path) -> str:
    return write(tmp_path, fully_connected())


def write(folder: Path, built: ModelBuilder, name: str = "model.tflite") -> str:
    path = folder / name
    path.write_bytes(built.build())
    return str(path)


def run(*arguments: str, environment: dict[str, str] | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        module_command("quantscope", *arguments),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**module_environment(), **(environment or {})},
        check=False,
        **more,
    )


# Commands ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), *((command,) for command in COMMANDS)])
def test_help_everywhere(shell: Shell, arguments: Sequence[str]) -> None:
    for option in ("--help", "-h"):
        ended = shell(*arguments, option)
        assert ended.code == 0
        assert ended.out.startswith(f"usage: {' '.join(('quantscope', *arguments))}")
        assert ended.error == ""


def test_version(shell: Shell) -> None:
    assert shell("--version") == Ended(0, f"quantscope {__version__}\n", "")


def test_inspect_json(shell: Shell, model: str) -> None:
    ended = shell("inspect", model, "--json")
    assert (ended.code, ended.error) == (0, "")
    found = ended.document
    assert found["schema"] == "quantscope.inspect/1"
    assert found["model"].keys() >= FILE_KEYS
    assert found["model"]["bytes"] == os.path.getsize(model)
    (subgraph,) = found["subgraphs"]
    (operator,) = subgraph["operators"]
    assert operator.keys() >= OPERATOR_KEYS
    assert operator["reason"].keys() >= {"code", "text", "remedy"}
    assert (operator["type"], operator["precision"], operator["weight_bytes"]) == (
        "FULLY_CONNECTED", "hybrid-int8", 4 * 24 * 96,
    )  # fmt: skip
    assert found["summary"].keys() >= SUMMARY_KEYS
    assert found["summary"]["by_precision"] == {"hybrid-int8": 1}
    assert found["summary"]["partitions"] == 1


def test_inspect_options(shell: Shell, tmp_path: Path) -> None:
    model = write(tmp_path, depthwise(normal(1, 3, 3, 128)))

    def operator(*options: str) -> tuple[str, Any]:
        found = shell("inspect", model, *options, "--json").document
        return found["subgraphs"][0]["operators"][0]["precision"], found["summary"]["partitions"]

    assert operator() == ("weight-only-int8", 1)
    assert operator("--target", "builtin") == ("hybrid-int8", None)
    assert operator("--recipe", "float16") == ("float16", 1)
    assert operator("--recipe=float16", "--target=builtin") == ("float16", None)


def test_inspect_for_people(shell: Shell, model: str) -> None:
    ended = shell("inspect", model)
    assert (ended.code, ended.out) == (0, "")
    for word in ("FULLY_CONNECTED", "hybrid-int8", "hybrid-kernel", "Runs in 8 bits", "planned", "partitions"):
        assert word in ended.error


def test_markup_in_names_is_shown_and_not_obeyed(shell: Shell, tmp_path: Path) -> None:
    built = fully_connected()
    built.model.subgraphs[0].name = "[red]loud[/]"
    built.subgraph("[/nonsense]")
    model = write(tmp_path, built, "[bold]model.tflite")
    assert "[red]loud[/]" in shell("inspect", model).error
    ended = shell("quantize", model, "-o", str(tmp_path / "[i]out.tflite"))
    assert (ended.code, "[i]out.tflite" in ended.error.replace("\n", "")) == (0, True)


def test_quantize_json(shell: Shell, model: str, tmp_path: Path) -> None:
    output = tmp_path / "small.tflite"
    ended = shell("quantize", model, "-o", str(output), "--json")
    assert (ended.code, ended.error) == (0, "")
    found = ended.document
    assert found["schema"] == "quantscope.quantize/1"
    assert found.keys() >= {"model", "input", "output", "ratio", "plan", "seconds", "peak_rss_bytes"}
    assert found["output"].keys() >= FILE_KEYS
    assert found["output"]["path"] == str(output)
    assert found["output"]["bytes"] == output.stat().st_size
    assert found["ratio"] == found["output"]["bytes"] / found["input"]["bytes"]
    assert found["plan"] == shell("inspect", model, "--json").document
    assert found["seconds"] > 0
    assert found["peak_rss_bytes"] > 1e6


def test_quantize_for_people_and_the_default_name(shell: Shell, model: str, tmp_path: Path) -> None:
    ended = shell("quantize", model)
    assert (ended.code, ended.out) == (0, "")
    assert "It loads and runs." in ended.error
    assert sorted(os.listdir(tmp_path)) == ["model.dynamic-int8.tflite", "model.tflite"]
    assert shell("quantize", model, "--recipe", "float16", "--target", "builtin").code == 0
    assert (tmp_path / "model.float16.tflite").exists()


def test_static_recipes_take_samples_and_warn_without(shell: Shell, model: str, tmp_path: Path) -> None:
    data = tmp_path / "data.npz"
    np.savez(data, x=np.random.default_rng(0).normal(size=(8, 2, 96)).astype("f4"))
    ended = shell(
        "quantize", model, "--recipe", "static-int8", "--calibration", str(data), "--calibration-samples", "4"
    )
    assert ended.code == 0
    assert "generated samples" not in ended.error
    assert (tmp_path / "model.static-int8.tflite").exists()
    found = shell("inspect", model, "--recipe", "static-int8", "--calibration", str(data), "--json").document
    assert found["calibration"] == {"source": "data.npz", "samples": 8, "generated": False, "warning": None}
    assert "int8" in found["summary"]["by_precision"]
    one = shell("inspect", model, "--recipe", "static-int8", "--calibration", str(data), "--operator", "0", "--json")
    assert one.document["operator"]["precision"] == "int8"
    unmeasured = shell("quantize", model, "--recipe", "static-int8")
    assert unmeasured.code == 0
    assert "generated samples" in unmeasured.error
    wrong = shell("quantize", model, "--recipe", "static-int8", "--calibration", str(tmp_path / "missing.npz"))
    assert wrong.code == 2


def test_quantize_with_a_recipe_file(shell: Shell, model: str, tmp_path: Path) -> None:
    recipe = tmp_path / "mine.json"
    content = json.loads(shell("recipes", "dynamic-int8").out)
    larger = {**content["default"], "minimum_elements": 3000}
    recipe.write_text(json.dumps({**content, "name": "mine", "default": larger}))
    found = shell("inspect", model, "--recipe", str(recipe), "--json").document
    assert found["recipe"] == "mine"
    assert found["subgraphs"][0]["operators"][0]["reason"]["code"] == "too-few-elements"
    recipe.write_text(json.dumps({**content, "name": "mine"}))
    assert shell("quantize", model, "--recipe", str(recipe)).code == 0
    assert (tmp_path / "model.mine.tflite").exists()


def test_rule_that_comes_to_nothing_is_said_by_every_command(shell: Shell, model: str, tmp_path: Path) -> None:
    recipe = tmp_path / "mine.json"
    content = json.loads(shell("recipes", "dynamic-int8").out)
    rules = [{"match": {"type": "CONV_3D"}, "set": {"precision": "float32"}}]
    recipe.write_text(json.dumps({**content, "name": "mine", "rules": rules}))
    for command in ("inspect", "quantize"):
        assert "Rule 1 matches no operator of this model." in shell(command, model, "--recipe", str(recipe)).error
    found = shell("inspect", model, "--recipe", str(recipe), "--json").document
    assert found["recipe_document"]["rules"] == rules
    assert [(each["code"], each["rule"]) for each in found["findings"]] == [("rule-matches-nothing", 0)]


def test_annotate(shell: Shell, model: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tflite"
    done = shell("annotate", model, "-o", str(copy), "--json")
    assert done.code == 0
    assert done.document["path"] == str(copy)
    inspected = shell("inspect", str(copy), "--json").document
    assert all("[" in operator["name"] for operator in inspected["subgraphs"][0]["operators"])
    assert shell("annotate", model, "-o", model).code == 2


def test_compare_json(shell: Shell, model: str, tmp_path: Path) -> None:
    assert shell("quantize", model).code == 0
    quantized = str(tmp_path / "model.dynamic-int8.tflite")
    found = shell("compare", model, quantized, "--samples", "3", "--json").document
    assert found["schema"] == "quantscope.compare/1"
    assert found["model"].keys() >= FILE_KEYS
    assert found["samples"] == 3
    assert found["outputs"][0].keys() >= {"name", "sqnr_db", "max_abs", "cosine", "top1_agreement"}
    np.savez(tmp_path / "data.npz", x=normal(5, 2, 96), y=np.arange(5))
    found = shell("compare", model, quantized, "--data", str(tmp_path / "data.npz"), "--json").document
    assert (found["samples"], found["inputs"]) == (5, "data.npz")
    ended = shell("compare", model, quantized, "--data", str(tmp_path / "data.npz"), "--samples", "2")
    assert (ended.code, ended.out) == (0, "")
    assert "2 samples, data.npz" in ended.error
    assert "y0" in ended.error


def test_recipes(shell: Shell) -> None:
    ended = shell("recipes")
    assert (ended.code, ended.out) == (0, "")
    for word in ("dynamic-int8", "float16", "xnnpack", "builtin"):
        assert word in ended.error
    found = shell("recipes", "--json").document
    assert found["schema"] == "quantscope.recipes/1"
    assert [recipe["id"] for recipe in found["recipes"]] == [*PRESETS]
    assert [target["id"] for target in found["targets"]] == ["xnnpack", "builtin"]
    for arguments in (("recipes", "float16"), ("recipes", "float16", "--json")):
        recipe = shell(*arguments).document
        assert recipe["schema"] == "quantscope.recipe/2"
        assert (recipe["name"], recipe["default"]["precision"]) == ("float16", "float16")


# Wrong usage and failures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [
    ("inspekt", "MODEL"), ("quantise",), ("inspect",), ("inspect", "MODEL", "--jsn"), ("--verison",),
    ("quantize", "MODEL", "OUT"), ("compare", "MODEL"), ("compare", "MODEL", "MODEL", "--samples", "0"),
    ("compare", "MODEL", "MODEL", "--samples", "many"), ("inspect", "MODEL", "--recipe", "int3"),
    ("inspect", "MODEL", "--target", "toaster"), ("inspect", "MODEL", "--recipe", "none.json"), ("recipes", "int3"),
    ("quantize", "MODEL", "-o", "MODEL"), ("quantize", "MODEL", "-o", "."),
    ("compare", "MODEL", "MODEL", "--data", "none.npz"),
    ("compare", "MODEL", "MODEL", "--data", "MODEL"),
], ids=" ".join)  # fmt: skip
def test_wrong_usage_is_2(shell: Shell, model: str, arguments: tuple[str, ...]) -> None:
    before = Path(model).read_bytes()
    ended = shell(*(model if word == "MODEL" else word for word in arguments))
    assert (ended.code, ended.out) == (2, "")
    assert ended.error
    assert "Traceback" not in ended.error
    assert Path(model).read_bytes() == before
    assert os.listdir(Path(model).parent) == ["model.tflite"]


def test_a_typo_lists_the_commands(shell: Shell) -> None:
    error = shell("quantise").error
    assert all(command in error for command in COMMANDS)


@pytest.mark.parametrize("content", [
    "{", "[]", '{"name": "x"}', '{"name": "x", "weights": "int8", "minimum_elements": "many"}',
    '{"name": "x", "weights": "int8", "minimum_elements": 1, "color": "red"}',
    '{"schema": "quantscope.recipe/9", "name": "x", "weights": "int8", "minimum_elements": 1}',
    '{"name": "../../x", "weights": "int8", "minimum_elements": 1}',
    '{"name": "", "weights": "int8", "minimum_elements": 1}',
    '{"name": "x", "weights": "int8", "minimum_elements": -1}', "[" * 100_000, "\xff\0",
    '{"schema": "quantscope.recipe/3", "name": "x", "default": {"precision": "float16"}}',
    '{"name": "x", "default": {"precision": "none"}}', '{"name": "x", "default": {"precision": "int3"}}',
    '{"name": "x", "default": {"precision": "float16"}, "rules": [{"match": {"kind": "ADD"}, "set": {}}]}',
    '{"name": "x", "default": {"precision": "float16"}, "rules": [{"match": {"regex": "("}, "set": {}}]}',
    '{"name": "x", "default": {"precision": "float16"}, "rules": [{"match": {}}]}',
    '{"name": "x", "default": {"precision": "float16", "granularity": "block-48"}}',
])  # fmt: skip
def test_recipe_files_that_are_none(shell: Shell, model: str, tmp_path: Path, content: str) -> None:
    (tmp_path / "r.json").write_text(content, "latin-1")
    ended = shell("quantize", model, "--recipe", str(tmp_path / "r.json"))
    assert (ended.code, ended.out) == (2, "")
    assert ended.error.startswith("quantscope: ")


def test_unreadable_and_unsupported_models_are_3(shell: Shell, model: str, tmp_path: Path) -> None:
    (tmp_path / "text.tflite").write_text("not a model, but long enough to look at")
    (tmp_path / "half.tflite").write_bytes(Path(model).read_bytes()[:500])
    (tmp_path / "empty.tflite").touch()
    write(tmp_path, one_operator("RELU", [Input((4,))], [(4,)]), "weightless.tflite")
    write(tmp_path, one_operator("CUSTOM:mine", [Input((4,))], [(4,)]), "custom.tflite")
    before = sorted(os.listdir(tmp_path))
    for name in ("text", "half", "empty", "missing"):
        for command in (("inspect",), ("quantize",), ("compare", model)):
            ended = shell(*command, str(tmp_path / f"{name}.tflite"))
            assert (ended.code, ended.out) == (3, "")
            assert ended.error.startswith("quantscope: ")
    assert shell("inspect", str(tmp_path)).code == 3
    for name in ("weightless", "custom"):
        assert shell("quantize", str(tmp_path / f"{name}.tflite"), "--json").code == 3
    assert sorted(os.listdir(tmp_path)) == before


def test_failed_jobs_are_5(shell: Shell, model: str, tmp_path: Path) -> None:
    ended = shell("quantize", model, "-o", str(tmp_path / "no" / "such" / "out.tflite"))
    assert (ended.code, ended.out) == (5, "")
    assert "the folder doesn't exist" in ended.error
    custom = write(tmp_path, one_operator("CUSTOM:mine", [Input((4,))], [(4,)]), "custom.tflite")
    assert shell("compare", custom, custom).code == 5


def test_a_full_disk_is_5(model: str, tmp_path: Path) -> None:
    """A limit on the size of files stands in for a disk that fills up while the model is written."""
    large = write(tmp_path, fully_connected(units=4000), "large.tflite")
    program = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));"
    program += "from quantscope.cli.main import main; sys.exit(main(sys.argv[1:]))"
    ended = subprocess.run(
        [sys.executable, "-c", program, "quantize", large, "-o", str(tmp_path / "out.tflite")],
        env=module_environment(), capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert ended.returncode == 5, ended.stderr
    assert "can't be written" in ended.stderr
    assert sorted(os.listdir(tmp_path)) == ["large.tflite", "model.tflite"]


# Processes -----------------------------------------------------------------------------------------------------------

SLOW = """
    import sys, time
    from quantscope.quantize.stored import WeightBlob
    chunks = WeightBlob.chunks
    def slow(blob):
        print("writing", file=sys.stderr, flush=True)
        time.sleep(60)
        return chunks(blob)
    WeightBlob.chunks = slow
    from quantscope.cli.main import main
    sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_interrupting_leaves_nothing_behind(model: str, tmp_path: Path, number: signal.Signals, code: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SLOW), "quantize", model, "-o", str(tmp_path / "out.tflite")],
        env=module_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr
    while "writing" not in (line := process.stderr.readline()):
        assert line, "it ended before it began to write"
    assert [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]
    process.send_signal(number)
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in error
    assert os.listdir(tmp_path) == ["model.tflite"]


def test_interrupting_a_comparison(model: str, tmp_path: Path) -> None:
    """A terminal's Ctrl+C reaches the processes that run the models as well."""
    np.savez(tmp_path / "data.npz", x=np.zeros((300_000, 2, 96), np.float16))
    process = subprocess.Popen(
        module_command("quantscope", "compare", model, model, "--data", str(tmp_path / "data.npz"), "--json"),
        env=module_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    time.sleep(3)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in error


# What importing finds where these are not installed.
BLOCKED = "import sys; sys.modules.update(dict.fromkeys(('PySide6', 'shiboken6', 'quantscope_gui', 'pyqtgraph')))"


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment without Qt and without a display, as on a server."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BLOCKED)
    return {"PYTHONPATH": os.pathsep.join((str(folder), module_environment()["PYTHONPATH"])), "DISPLAY": ""}


def test_everything_works_without_qt(bare: dict[str, str], model: str, tmp_path: Path) -> None:
    output = str(tmp_path / "out.tflite")
    commands = (
        ("inspect", model), ("quantize", model, "-o", output), ("compare", model, output, "--samples", "1"),
        ("recipes",),
    )  # fmt: skip
    for command in commands:
        ended = run(*command, "--json", environment=bare)
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["schema"].startswith("quantscope.")
        assert ended.stderr == ""


@pytest.mark.parametrize("arguments", [(), ("model.tflite",)])
def test_the_window_without_qt_is_one_clear_message(bare: dict[str, str], arguments: tuple[str, ...]) -> None:
    ended = run(*arguments, environment=bare)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "quantscope[gui]" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_json_is_all_there_is_on_stdout_even_when_native_code_prints(model: str) -> None:
    ended = run("quantize", model, "-o", f"{model}.out", "--json")
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["schema"] == "quantscope.quantize/1"


def test_a_reader_that_has_enough(model: str) -> None:
    """quantscope inspect --json | head -c 1"""
    process = subprocess.Popen(
        module_command("quantscope", "inspect", model, "--json"),
        env=module_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    error = process.stderr.read()
    assert process.wait(PATIENCE) == 0
    assert error == b""
    process.stderr.close()


def test_on_a_terminal_people_read_stdout(model: str) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        module_command("quantscope", "inspect", model),
        env={**module_environment(), "TERM": "xterm", "COLUMNS": "120"},
        stdout=theirs, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # how Linux says that the other end has closed
        pass
    finally:
        os.close(ours)
    assert process.wait(PATIENCE) == 0
    assert b"FULLY_CONNECTED" in shown
    assert b"\x1b[" in shown
    assert process.stderr
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_folder_of_models_can_not_smuggle_in_code(model: str, tmp_path: Path) -> None:
    for name in ("numpy", "msgspec", "quantscope", "flatbuffers"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('smuggled')")
    ended = run("quantize", "model.tflite", "--json", cwd=tmp_path, environment={"PYTHONPATH": PACKAGE_ROOT})
    assert ended.returncode == 0, ended.stderr


def test_long_names_keep_their_ends() -> None:
    assert shortened("a/short/name", 20) == "a/short/name"
    assert shortened("the/beginning/of/a/very/long/name:0", 16) == "the/beg…g/name:0"
    assert len(shortened("x" * 99, 17)) == 17
    assert (counted(1, "sample"), counted(2, "sample")) == ("1 sample", "2 samples")
