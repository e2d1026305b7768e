"""The stand-in for benchmark_model says what the real one says, in the same words, streams and order."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from ai_edge_litert import model_runtime_info_pb2, profiling_info_pb2

from tests.devices.conftest import LOGS
from tests.devices.test_runner import SAMPLE
from tests.phone.benchmark import write_program

pytestmark = pytest.mark.skipif(not LOGS.is_dir(), reason="the folder of genuine outputs isn't there")

# Logs of each mode that ours asks for, and of what may go wrong with it.
MODES = [
    "conv_f32__num_runs1", "conv_f32__num_runs5_w2", "conv_f32__dry_run", "conv_f32__threads1", "conv_f32__noxnn",
    "conv_f32__gpu_flag", "conv_f32__unknown_flag", "conv_f32__flag_space_form", "conv_f32__reqfull_xnn",
    "conv_f32__reqfull", "conv_f32__input_layer", "conv_f32__input_layer_badname", "conv_f32__input_layer_badrank",
    "conv_f32__input_layer_toomany", "conv_f32__valuefile_missing", "conv_f32__valuefile_wrongsize",
    "conv_f32__opprof_badmode", "conv_f32__opprof_proto", "conv_f32__runtime_info", "conv_f32__run_delay",
    "conv_f32__peakmem", "conv_f32__sig_list", "conv_f32__sig_wrong", "bad_text", "bad_random", "bad_empty",
]  # fmt: skip
SHAPE = "1,16,16,1"


def normal(text: str) -> list[str]:
    """Lines with numbers, paths and names of the model's own taken out."""
    text = re.sub(r"\S*(?:models/|/)\w+\.(?:tflite|bin|pb)|logs/\S+", "PATH", text)
    text = re.sub(r"is named \S+ but flags call it \S+", "is named NAME but flags call it NAME", text)
    text = re.sub(r"(?<=Input layers: )\[.*\]", "NAMES", text)
    text = re.sub(r"(?<=Signature [Kk]ey: )\S+", "KEY", text)
    text = re.sub(r"count=\d+ curr=\S+ |count=\d+ first=.*?(?=p5)", "COUNT ", text)
    return [re.sub(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", "#", line) for line in text.splitlines() if line.strip()]


def streams(log: str) -> tuple[str, list[str], list[str], int]:
    """Command line, standard output, standard error and exit code of a genuine log."""
    command = log.splitlines()[0].removeprefix("$ benchmark_model ")
    code = int(re.search(r"exit code: (-?\d+)", log)[1])  # type: ignore[index]
    out, _, err = log.split("--- stdout\n", 1)[1].partition("--- stderr\n")
    return command, normal(out), normal(err), code


@pytest.mark.parametrize("name", MODES)
def test_word_for_word(name: str, tmp_path: Path) -> None:
    command, out, err, code = streams((LOGS / f"{name}.log").read_text())
    models = {
        "bad_text": b"not a model at all",
        "bad_random": bytes(range(200)),
        "bad_empty": b"",
        "conv_f32": SAMPLE.read_bytes(),
    }
    (tmp_path / "models").mkdir()
    (tmp_path / "logs").mkdir()
    (tmp_path / "short.bin").write_bytes(bytes(100))
    for model, content in models.items():
        (tmp_path / f"models/{model}.tflite").write_bytes(content)
    flags = [
        flag.replace("1,96,96,3", SHAPE).replace("=96,96,3", "=16,16,1").replace("=image", "=picture")
        for flag in shlex.split(command)
    ]
    program = write_program(tmp_path / "benchmark_model")
    done = subprocess.run([program, *flags], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert normal(done.stdout) == out
    assert normal(done.stderr) == err
    assert done.returncode == code


def test_its_protocol_buffers_have_what_the_real_ones_have(tmp_path: Path) -> None:
    program = write_program(tmp_path / "benchmark_model")
    profile, info = tmp_path / "profile.pb", tmp_path / "info.pb"
    flags = [
        f"--graph={SAMPLE}", "--num_runs=5", "--min_secs=0", "--warmup_min_secs=0", "--enable_op_profiling=true",
        "--op_profiling_output_mode=proto", f"--op_profiling_output_file={profile}", "--use_xnnpack=true",
        "--export_model_runtime_info=true", f"--model_runtime_info_output_file={info}",
    ]  # fmt: skip
    subprocess.run([program, *flags], check=True, capture_output=True, timeout=60)
    ours = profiling_info_pb2.BenchmarkProfilingData.FromString(profile.read_bytes())
    real = profiling_info_pb2.BenchmarkProfilingData.FromString((LOGS / "conv_f32__opprof.pb").read_bytes())
    for data in (ours, real):
        (graph,) = data.runtime_profile.subgraph_profiles
        names = [row.name for row in graph.per_op_profiles]
        assert all(re.fullmatch(r"Delegate/.+:\d+", name) for name in names)
        assert [row.run_order for row in graph.per_op_profiles] == list(range(len(names)))
        assert {row.times_called for row in graph.per_op_profiles} == {1}
        assert names[0] == "Delegate/Convolution (NHWC, F32) IGEMM:0"
    for path in (info, LOGS / "conv_f32__runtime_info.pb"):
        details = model_runtime_info_pb2.ModelRuntimeDetails.FromString(path.read_bytes())
        (graph,) = details.subgraphs
        delegate = graph.nodes[-1]
        replaced = list(delegate.delegate_node_details.tflite_node_ids_replaced)
        assert replaced == list(range(len(graph.nodes) - 1))
        assert all(node.delegated_to_node_id == delegate.id for node in graph.nodes[:-1])
        assert list(graph.execution_plan) == [delegate.id]
