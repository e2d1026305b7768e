"""The program: loads the model, runs it, prints. Run by the file that `write_program` writes."""

import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tests.phone.benchmark.flags import Parsed, Refused, fail, say
from tests.phone.benchmark.profile import write_profile, write_runtime_info

KILOBYTES_IN_MB: Final = 1024


def main(arguments: list[str]) -> None:
    say("STARTING!")
    try:
        flags = Parsed(arguments)
        if not flags.text("graph"):
            raise Refused("Please specify the name of your TF Lite input file with --graph")
        flags.log()
        _benchmark(flags)
    except Refused as refusal:
        fail(str(refusal))
    except BrokenPipeError:
        os._exit(141)


def _benchmark(flags: Parsed) -> None:
    start = _memory_mb()
    path = flags.text("graph")
    _check(path)
    explicit = "use_xnnpack" in flags.given
    delegated = flags.on("use_xnnpack") or not explicit
    # Importing is our own cost, not the model's.
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    resolver = OpResolverType.BUILTIN if delegated else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    threads = int(flags.number("num_threads"))
    began = time.perf_counter()
    try:
        interpreter = Interpreter(path, num_threads=max(1, threads), experimental_op_resolver_type=resolver)
    except (ValueError, RuntimeError):
        raise Refused(f"The model is not a valid Flatbuffer buffer\nERROR: Failed to load model {path}") from None
    say(f"Loaded model {path}")
    if explicit and delegated:
        say("XNNPACK delegate created.")
    _check_signatures(flags, interpreter)
    if flags.on("require_full_delegation") and not (explicit and delegated):
        raise Refused("Disallowed CPU fallback detected.")
    inputs = interpreter.get_input_details()
    _check_inputs(flags, inputs)
    try:
        interpreter.allocate_tensors()
    except RuntimeError as error:
        raise Refused(" ".join(str(error).split())) from None
    if explicit and delegated:
        kernels = sum(each["op_name"] == "DELEGATE" for each in interpreter._get_ops_details())
        # What is there besides the delegate's kernels and what they replaced tells whether all was taken.
        left = _left_over(interpreter)
        coverage = "completely executed by the delegate." if not left else (
            f"partially executed by the delegate w/ {kernels} delegate kernels."
        )  # fmt: skip
        say(f"Explicitly applied XNNPACK delegate, and the model graph will be {coverage}")
        if left and flags.on("require_full_delegation"):
            raise Refused("Disallowed CPU fallback detected.")
    init_us = round((time.perf_counter() - began) * 1e6)
    init_mb = _memory_mb()
    say(f"The input model file size (MB): {os.path.getsize(path) / 1e6:.6g}")
    say(f"Initialized session in {init_us / 1000:.6g}ms.")
    for detail, values in zip(inputs, _input_values(flags, inputs), strict=True):
        interpreter.set_tensor(detail["index"], values)
    invoke = interpreter.invoke
    dry = flags.on("dry_run")
    runs, seconds = (0, -1.0) if dry else (flags.number("num_runs"), flags.number("min_secs"))
    warm_runs, warm_seconds = (0, -1.0) if dry else (flags.number("warmup_runs"), flags.number("warmup_min_secs"))
    if not runs and not dry:
        runs = 1
    warm = _phase(invoke, int(warm_runs), warm_seconds, flags)
    profile: Callable[[], None] | None = None
    if flags.on("enable_op_profiling"):
        measured, profile = write_profile(flags, _input_values(flags, inputs), delegated)
    else:
        measured = _phase(invoke, int(runs), seconds, flags)
    say(
        f"Inference timings in us: Init: {init_us}, First inference: {warm[0] if warm else 0}, "
        f"Warmup (avg): {_average(warm)}, Inference (avg): {_average(measured)}"
    )
    say(
        "Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE to the actual "
        "memory footprint of the model at runtime. Take the information at your discretion."
    )
    say(
        f"Memory footprint delta from the start of the tool (MB): init={init_mb - start:.6g} "
        f"overall={_memory_mb() - start:.6g}"
    )
    if flags.on("report_peak_memory_footprint"):
        say(f"Overall peak memory footprint (MB) via periodic monitoring: {_memory_mb():.6g}")
        say("Memory status at the end of exeution:")
        say(f"- VmRSS              : {_memory_mb():.0f} MB")
        say(f"+ RssAnnon           : {_memory_mb():.0f} MB")
        say("+ RssFile + RssShmem : 0 MB")
    if profile:
        profile()
    if flags.on("export_model_runtime_info"):
        write_runtime_info(flags, interpreter)
    sys.stdout.flush()
    os._exit(0)


def _check(path: str) -> None:
    try:
        with open(path, "rb") as file:
            head = file.read(8)
    except OSError:
        raise Refused(f"Could not open '{path}'.\nERROR: Failed to load model {path}") from None
    if not head:
        raise Refused(
            f"mmap of size 0 requested.\nERROR: The model allocation is null/empty\nERROR: Failed to load model {path}"
        )
    if head[4:8] != b"TFL3":
        raise Refused(f"The model is not a valid Flatbuffer buffer\nERROR: Failed to load model {path}")


def _check_signatures(flags: Parsed, interpreter: Any) -> None:
    keys = list(interpreter.get_signature_list())
    if flags.on("list_signatures"):
        say(f"The Model contains {len(keys)} signature key(s).")
        say("They are listed below: ")
        for key in keys:
            say(f"-> Signature Key: {key}")
        sys.stdout.flush()
        print("ERROR: Benchmarking failed.", file=sys.stderr, flush=True)
        sys.exit(1)
    wanted = flags.text("signature_to_run_for")
    if wanted and wanted not in keys:
        listed = "".join(f"\nERROR:  #> Signature key: {key}" for key in keys)
        said = 'Signature not specified or incorrect. Pass one of the following to the flag "--signature_to_run_for"'
        raise Refused(said + listed)


def _check_inputs(flags: Parsed, inputs: list[dict[str, Any]]) -> None:
    if not flags.text("input_layer"):
        return
    names = flags.text("input_layer").split(",")
    if len(names) != len(inputs):
        fail(f"Inputs mismatch: Model inputs #:{len(names)} expected: {len(inputs)}", 134, "FATAL")
    for number, (name, detail) in enumerate(zip(names, inputs, strict=True)):
        if name != detail["name"]:
            say(f"Tensor # {number} is named {detail['name']} but flags call it {name}", "WARN")
    for number, (shape, detail) in enumerate(zip(flags.text("input_layer_shape").split(":"), inputs, strict=True)):
        rank = len(shape.split(",")) if shape else 0
        if rank != len(detail["shape"]):
            raise Refused(f"Input tensor #{number} should have {len(detail['shape'])} dimensions!")


def _input_values(flags: Parsed, inputs: list[dict[str, Any]]) -> list[npt.NDArray[Any]]:
    files = dict(item.split(":", 1) for item in flags.text("input_layer_value_files").split(",") if ":" in item)
    names = flags.text("input_layer").split(",")
    random = np.random.default_rng(0)
    values = []
    for number, detail in enumerate(inputs):
        shape, dtype = tuple(detail["shape"]), np.dtype(detail["dtype"])
        file = files.get(names[number]) if number < len(names) else None
        if file is None:
            drawn = random.random(shape) if dtype.kind == "f" else random.integers(0, 100, shape)
            values.append(np.asarray(drawn, dtype).reshape(shape))
            continue
        try:
            with open(file, "rb") as stream:
                data = stream.read()
        except OSError:
            fail(f"Failed to read the input_layer_value_file:{file}", 134, "FATAL")
            raise
        wanted = int(np.prod(shape)) * dtype.itemsize
        if len(data) != wanted:
            fail(f"The size of {file} is {len(data)} bytes. It should be {wanted} bytes.", 134, "FATAL")
        values.append(np.frombuffer(data, dtype).reshape(shape))
    return values


def _phase(invoke: Callable[[], None], runs: int, seconds: float, flags: Parsed) -> list[int]:
    say(
        f"Running benchmark for at least {runs} iterations and at least {seconds:g} seconds but terminate if exceeding "
        f"{flags.number('max_secs'):g} seconds."
    )
    times: list[int] = []
    began = time.perf_counter()
    while len(times) < runs or time.perf_counter() - began < seconds:
        if time.perf_counter() - began > flags.number("max_secs"):
            break
        start = time.perf_counter_ns()
        invoke()
        times.append(round((time.perf_counter_ns() - start) / 1000))
        if flags.number("run_delay") > 0:
            time.sleep(flags.number("run_delay"))
    say(count_line(times) + "\n")
    return times


def count_line(times: list[int]) -> str:
    """Statistics of a phase. Source: StatWithPercentiles in tflite/tools/benchmark and stats_calculator.h."""
    if not times:
        return "count=0 p5=0 median=0 p95=0"
    ordered = sorted(times)
    low, median, high = (ordered[int(len(times) * share)] for share in (0.05, 0.5, 0.95))
    tail = f"p5={low} median={median} p95={high}"
    if ordered[0] == ordered[-1]:
        return f"count={len(times)} curr={times[-1]}{'(all same)' if len(times) > 1 else ''} {tail}"
    return (
        f"count={len(times)} first={times[0]} curr={times[-1]} min={ordered[0]} max={ordered[-1]} "
        f"avg={_average(times)} std={int(np.std(times))} {tail}"
    )


def _average(times: list[int]) -> str:
    return f"{sum(times) / len(times):.6g}" if times else "0"


def _left_over(interpreter: Any) -> bool:
    from tests.phone.benchmark.profile import delegated_nodes

    nodes = interpreter._get_ops_details()
    replaced = {node for part in delegated_nodes(interpreter).values() for node in part}
    return any(node["op_name"] != "DELEGATE" and node["index"] not in replaced for node in nodes)


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES_IN_MB
