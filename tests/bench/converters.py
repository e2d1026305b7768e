"""What converting through Quantscope costs beyond calling the converter directly, in the same environment.

`python -m tests.bench.converters [--write docs/benchmarks.md]`. CPU time of all processes, interleaved, medians.
"""

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from quantscope.convert.folders import OVERRIDE
from tests.bench.report import Section, at_most, judged, write_section
from tests.engine.convert.conftest import ROOT, fetch, installed

DIRECT = {
    "tensorflow": """
import os, sys
os.environ |= {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}
import tensorflow as tf
open(sys.argv[2], "wb").write(tf.lite.TFLiteConverter.from_saved_model(sys.argv[1]).convert())
""",
    "onnx2tf": """
import shutil, sys, onnx2tf
source = shutil.copy(sys.argv[1], sys.argv[2] + ".onnx")
onnx2tf.convert(input_onnx_file_path=source, output_folder_path=sys.argv[2], verbosity="warn")
""",
}
SAMPLED_SECONDS = 0.01
NOTES = (
    "CPU time and peak memory (all processes together, sampled) of `quantscope convert`, divided by (memory: beyond)\n"
    "that of the converter called directly in the same environment; medians, interleaved, imports included on both\n"
    "sides. Ours includes what the converter alone does not do: running the source and the result to compare them."
)


def spent(command: Sequence[str]) -> tuple[float, int]:
    """CPU seconds of a command with its children, and the most that all of them had resident at one time, in bytes."""
    process = os.posix_spawn(command[0], command, os.environ, file_actions=quiet())
    peak = 0
    while True:
        peak = max(peak, resident(process))
        ended, status, usage = os.wait4(process, os.WNOHANG)
        if ended:
            break
        time.sleep(SAMPLED_SECONDS)
    if status:
        raise RuntimeError(f"'{' '.join(command[:3])} …' failed")
    return usage.ru_utime + usage.ru_stime, peak


def resident(root: int) -> int:
    """The resident memory of a process and everything below it, pages that they share counted for each."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for process in (tree := psutil.Process(root), *tree.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
    return total


def quiet() -> list[tuple[int, int, str, int, int]]:
    return [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]


def row(name: str, converter: str, source: Path, runs: int) -> tuple[str, ...]:
    environment = installed(converter)
    ours, direct = [], []
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "direct.py")
        program.write_text(DIRECT[converter])
        for number in range(runs):
            made = os.path.join(folder, f"out{number}")
            direct.append(spent([str(environment.python), "-I", str(program), str(source), made]))
            command = [sys.executable, "-P", "-m", "quantscope", "convert", str(source), "-o", f"{made}.tflite"]
            ours.append(spent(command))
    seconds = [statistics.median(cost[0] for cost in each) for each in (ours, direct)]
    peaks = [statistics.median(cost[1] for cost in each) for each in (ours, direct)]
    extra = (peaks[0] - peaks[1]) / 1e6
    return (
        name,
        f"{seconds[1]:.2f}",
        at_most(seconds[0] / seconds[1], 1.1),
        judged(f"{extra:+.0f} (≤ 100)", extra <= 100),
    )


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench.converters", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    os.environ[OVERRIDE] = str(ROOT)
    pitch = fetch("basic-pitch==0.4.0") / "basic_pitch" / "saved_models" / "icassp_2022"
    magika = fetch("magika==1.0.3") / "magika" / "models" / "standard_v3_3" / "model.onnx"
    rows = (
        row("basic-pitch SavedModel", "tensorflow", pitch / "nmp", arguments.runs),
        row("magika ONNX", "onnx2tf", magika, arguments.runs),
    )
    header = ("source", "converter alone s", "quantscope / converter", "memory MB beyond")
    section = Section("converters", "Cost of converting sources", NOTES, header, rows)
    print(section.text())
    if arguments.write:
        write_section(arguments.write, section)


if __name__ == "__main__":
    main()
