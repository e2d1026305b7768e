"""Every file of the folders of genuine outputs is read, or refused in the right words. A new one fails until a test
here knows of it."""

import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from ai_edge_litert import model_runtime_info_pb2, profiling_info_pb2
from google.protobuf import text_format

from quantscope.devices.benchmark import profile as profiles
from quantscope.devices.benchmark.command import DELEGATE_FLAGS, Input, Profiling, flags
from quantscope.devices.benchmark.endings import explain
from quantscope.devices.benchmark.output import parse_output
from quantscope.errors import DeviceRefusedError, RunError
from tests.devices import test_attribution, test_benchmark_output, test_facts
from tests.devices.conftest import LOGS, PHONES
from tests.devices.test_attribution import CONV, model_of

pytestmark = pytest.mark.skipif(not LOGS.is_dir() or not PHONES.is_dir(), reason="the genuine outputs aren't there")

PROFILE = profiling_info_pb2.BenchmarkProfilingData
RUNTIME = model_runtime_info_pb2.ModelRuntimeDetails


def sibling(path: Path, kind: str) -> Path:
    """A file of the same model: "conv_f32" of "conv_f32__opprof.csv"."""
    return path.with_name(f"{path.name.partition('__')[0]}__{kind}")


def refused(profile: Path, runtime_info: Path, words: str) -> None:
    with pytest.raises(DeviceRefusedError, match=words) as caught:
        profiles.attribute(profile.read_bytes(), runtime_info.read_bytes(), model_of([CONV]))
    assert caught.value.remedy


def a_log(path: Path) -> None:
    test_benchmark_output.test_genuine_logs(path)


def a_profile(path: Path) -> None:
    """Times add up; given as the runtime's information, it is refused."""
    if path.name.startswith("conv"):
        test_attribution.test_genuine_convolutions_are_timed_one_by_one(path.stem, sibling(path, "runtime_info").stem)
    else:
        test_attribution.test_a_genuine_lstm_isnt_counted_twice(re.split("_+", path.stem)[1])
    refused(path, path, "no operators")


def runtime_information(path: Path) -> None:
    """Says of every node which partition it went to; given as a profile, it is refused."""
    details = RUNTIME.FromString(path.read_bytes())
    kinds = [[node.name for node in graph.nodes if not node.HasField("delegate_node_details")] for graph in
             details.subgraphs]  # fmt: skip
    parts = profiles._partitions(details, model_of(kinds))
    for graph in details.subgraphs:
        taken = [node for node in graph.nodes if node.HasField("delegated_to_node_id")]
        assert sum(map(len, parts[graph.subgraph_id])) == len(taken)
    refused(path, path, "damaged|no operators")


def a_result(path: Path) -> None:
    """What --result_file_path writes, which is never asked for: the log says the same. Taken for a profile, refused."""
    found = parse_output(sibling(path, "result_file.log").read_text())
    assert found.measured
    milliseconds = struct.pack("<f", found.first_us / 1000) if found.first_us else b""
    assert milliseconds in path.read_bytes()
    refused(path, sibling(path, "runtime_info.pb"), "no operators")


def as_text(path: Path) -> None:
    """Protocol buffers in words (protoc --decode): what we decode is what is written there."""
    binary = path.with_suffix("")
    if binary.name.endswith("result.pb"):
        numbers = dict(re.findall(r"(\w+_ms): (\S+)", path.read_text()))
        found = parse_output(sibling(path, "result_file.log").read_text())
        assert found.measured
        assert found.measured.median == pytest.approx(float(numbers["median_ms"]) * 1000)
        assert found.init_us == pytest.approx(float(numbers["init_ms"]) * 1000)
        assert found.first_us == pytest.approx(float(numbers["first_inference_ms"]) * 1000)
    else:
        kind = PROFILE if binary.name.endswith("opprof.pb") else RUNTIME
        assert text_format.Parse(path.read_text(), kind()) == kind.FromString(binary.read_bytes())
    refused(path, sibling(path, "runtime_info.pb"), "damaged")


def a_table(path: Path) -> None:
    """The profile as builds without protocol buffers write it: never asked for, told apart, refused. Its kernels are
    those of the protocol buffer."""
    refused(path, sibling(path, "runtime_info.pb"), "as a table")
    running = path.read_text().split("Regular Benchmark Runs:")[1].split("Top by Computation")[0]
    kinds = [re.split(r" {2,}|, |\t", line.strip())[0] for line in running.splitlines() if re.search(r"[/:]\d+$", line)]
    rows = PROFILE.FromString(sibling(path, "opprof.pb").read_bytes()).runtime_profile.subgraph_profiles[0]
    order = [row.node_type.split(", ")[0] for row in sorted(rows.per_op_profiles, key=lambda row: row.run_order)]
    assert kinds[: len(order)] == order


def help_text(path: Path) -> None:
    """The list of flags of a build without GPU: all of ours are there; as output of a run it is no result."""
    text = path.read_text()
    known = set(re.findall(r"--(\w+)=", text))
    assert "use_gpu" not in known
    for delegate in set(DELEGATE_FLAGS) - {"gpu"}:
        given = flags("m", threads=1, delegate=delegate, runs=5, inputs=[Input((1,), "/i")],
                      profiling=Profiling("p", "r"))  # fmt: skip
        assert {flag.removeprefix("--").partition("=")[0] for flag in given} <= known
    assert parse_output(text).measured is None
    error = explain(1, parse_output(text), text, "arm64-v8a")
    assert isinstance(error, RunError)
    assert "usage" in str(error)


def an_output_tensor(path: Path) -> None:
    """What --output_filepath writes, which is never asked for: ten probabilities, and no profile."""
    values = struct.unpack("<10f", path.read_bytes())
    assert sum(values) == pytest.approx(1, abs=1e-5)
    assert parse_output(path.read_bytes().decode("utf-8", "replace")).measured is None
    refused(path, sibling(path, "runtime_info.pb"), "damaged")


KINDS: list[tuple[Path, str, Callable[[Path], None]]] = [
    (LOGS, "*.log", a_log),
    (LOGS, "*__opprof.pb", a_profile),
    (LOGS, "*__runtime_info.pb", runtime_information),
    (LOGS, "*__result.pb", a_result),
    (LOGS, "*.pb.txt", as_text),
    (LOGS, "*__opprof.csv", a_table),
    (LOGS, "*__opprof_textfile.txt", a_table),
    (LOGS, "flags_help.txt", help_text),
    (LOGS, "*__output.bin", an_output_tensor),
    (PHONES, "getprop_*", test_facts.test_genuine_properties),
    (PHONES, "buildprop_*", test_facts.test_genuine_properties),
    (PHONES, "cpuinfo_*", test_facts.test_genuine_cpuinfo),
    (PHONES, "sysfs_cpu_*", test_facts.test_genuine_sysfs),
    (PHONES, "battery_*", test_facts.test_genuine_batteries),
    (PHONES, "thermalservice_*", test_facts.test_genuine_temperatures),
    (PHONES, "adb_devices_variants.txt", lambda path: test_facts.test_genuine_lists_of_devices()),
    (PHONES, "power_supply_uevent_*", lambda path: test_facts.test_genuine_uevent_is_no_sysfs_and_no_battery()),
]


@pytest.mark.parametrize("path", sorted([*LOGS.glob("*"), *PHONES.glob("*")]), ids=lambda path: path.name)
def test_every_genuine_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "OptionsReader", lambda model: None)
    monkeypatch.setattr(profiles, "calls", lambda operator, options: (2 * operator.index - 1, 2 * operator.index))
    (reading,) = [reading for folder, pattern, reading in KINDS if path.parent == folder and path.match(pattern)]
    reading(path)
