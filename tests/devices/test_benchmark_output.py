"""What benchmark_model prints, in every way it was seen to, and text it never would."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantscope.devices.benchmark.command import Input, flags
from quantscope.devices.benchmark.endings import explain
from quantscope.devices.benchmark.output import Output, parse_output
from quantscope.errors import DeviceRefusedError, RunError
from tests.devices.conftest import LOGS

needs_logs = pytest.mark.skipif(not LOGS.is_dir(), reason="the folder of genuine outputs isn't there")

GOOD = """\
INFO: STARTING!
WARN: Unconsumed cmdline flags: --use_gpu=true
INFO: Initialized session in 1.9ms.
INFO: Running benchmark for at least 1 iterations and at least 0 seconds but terminate if exceeding 150 seconds.
INFO: count=1 curr=171 p5=171 median=171 p95=171

INFO: count=5 first=123 curr=118 min=118 max=123 avg=119.6 std=1 p5=118 median=119 p95=123

INFO: Inference timings in us: Init: 1900, First inference: 171, Warmup (avg): 171, Inference (avg): 119.6
INFO: Memory footprint delta from the start of the tool (MB): init=2 overall=3.5
INFO: Created TensorFlow Lite XNNPACK delegate for CPU.
"""


def test_the_second_line_counts() -> None:
    found = parse_output(GOOD)
    assert found.measured
    assert (found.measured.count, found.measured.median, found.measured.mean) == (5, 119, 119.6)
    assert (found.init_us, found.first_us) == (1900, 171)
    assert (found.init_bytes, found.overall_bytes) == (2 * 2**20, 3.5 * 2**20)
    assert found.unconsumed == ("--use_gpu=true",)
    assert found.delegates == {"xnnpack"}


def test_builds_without_severities_are_understood() -> None:
    assert parse_output(GOOD.replace("INFO: ", "").replace("WARN: ", "")) == parse_output(GOOD)


def test_half_an_output_is_no_result() -> None:
    assert parse_output(GOOD.split("\n\nINFO: Inference")[0]).measured is None
    assert parse_output(GOOD.replace("count=5 ", "count=0 ")).measured is None


@pytest.mark.parametrize(
    "line", ["count=5 median=x", "count= median=1", "count=5 median=1 rm -rf", "xcount=5 median=1"]
)
def test_what_only_looks_like_a_result_is_none(line: str) -> None:
    assert parse_output(GOOD.replace("count=5 first", f"{line} first")).measured is None


@given(st.text(max_size=3000))
def test_any_text_is_read_without_harm(text: str) -> None:
    found = parse_output(text)
    explain(1, found, text, "arm64-v8a")


def test_a_flood_is_read_in_bounded_time() -> None:
    flood = "ERROR: something went wrong with tensor 0\n" * 178_000
    found = parse_output(flood)
    assert len(found.complaints) == 20


@pytest.mark.parametrize(
    ("code", "text", "kind", "words"),
    [
        (126, "sh: ./benchmark_model: not executable: 64-bit ELF file", DeviceRefusedError, "64-bit ELF file"),
        (126, "sh: ./benchmark_model: can't execute: Permission denied", DeviceRefusedError, "permission denied"),
        (127, "sh: ./benchmark_model: No such file or directory", DeviceRefusedError, "can't start"),
        (1, 'CANNOT LINK EXECUTABLE "b": library "libx.so" not found', DeviceRefusedError, "libx.so"),
        (139, "", RunError, "SIGSEGV"),
        (134, "FATAL: The size of x is 100 bytes. It should be 4 bytes.", RunError, "should be 4 bytes"),
        (134, "", RunError, "SIGABRT"),
        (137, "", RunError, "short of memory"),
        (132, "", RunError, "instructions this processor lacks"),
        (0, "hello", RunError, "printed no result"),
        (3, "\x1b[31mgarbage\x00", RunError, "exit code 3"),
        (1, "ERROR: The model is not a valid Flatbuffer buffer\nERROR: Benchmarking failed.", RunError, "Flatbuffer"),
    ],
)
def test_endings_in_words(code: int, text: str, kind: type[Exception], words: str) -> None:
    error = explain(code, parse_output(text), text, "armeabi-v7a")
    assert isinstance(error, kind)
    assert words in str(error)
    assert not re.search(r"[\x00-\x1f]", str(error))


def test_names_of_inputs_are_ours() -> None:
    given = flags("m", threads=1, delegate="none", runs=5, inputs=[Input((1, 3), "/d/a"), Input((), "/d/b")])
    assert "--input_layer=in0,in1" in given
    assert "--input_layer_shape=1,3:" in given
    assert "--input_layer_value_files=in0:/d/a,in1:/d/b" in given


def split(path: Path) -> tuple[int, str]:
    """Exit code and text of a genuine log."""
    text = path.read_text("utf-8", "replace")
    found = re.search(r"exit code: (-?\d+)", text)
    assert found
    code = int(found[1])
    return (128 - code if code < 0 else code), re.sub(r"(?m)^--- .*\n|^\$ .*\n", "", text)


@needs_logs
@pytest.mark.parametrize("path", sorted(LOGS.glob("*.log")), ids=lambda path: path.stem)
def test_genuine_logs(path: Path) -> None:
    """A run that went well gives the numbers that its last line gives too; one that didn't is explained."""
    code, text = split(path)
    found = parse_output(text)
    summary = re.search(r"Init: (\d+), First inference: (\d+),.* Inference \(avg\): ([\d.e+]+)", text)
    ran = summary is not None and float(summary[3]) > 0
    assert (found.measured is not None) == ran
    if ran and summary is not None:
        assert found.measured
        assert found.init_us == float(summary[1])
        assert found.measured.mean in (None, float(summary[3]))
        assert found.measured.median
        assert found.overall_bytes
        assert ("Unconsumed" in text) == bool(found.unconsumed)
        assert ("Dropping" in text) == found.dropped
        assert ("Created TensorFlow Lite XNNPACK" in text) == ("xnnpack" in found.delegates)
        assert ("completely executed" in text) == found.whole
    else:
        error = explain(code, found, text, "x86_64")
        assert isinstance(error, RunError)
        assert "bad_" not in path.name or "model" in str(error)


@needs_logs
def test_the_genuine_peak() -> None:
    _, text = split(LOGS / "conv_f32__peakmem.log")
    assert parse_output(text).peak_bytes == round(10.707 * 2**20)


def test_nothing_is_nothing() -> None:
    assert parse_output("") == Output()
