"""How benchmark_model is asked. Only --flag=value works; a flag it doesn't know it ignores, with a warning."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# Profile events beyond the buffer's size are dropped; the default is 1024.
PROFILE_ENTRIES: Final = 20_000
DELEGATE_FLAGS: Final = {
    # Said outright, it tells how much of the graph the delegate takes; left out, it is applied all the same.
    "xnnpack": ("--use_xnnpack=true",),
    "none": ("--use_xnnpack=false",),
    "gpu": ("--use_gpu=true",),
}


@dataclass(frozen=True)
class Input:
    """One input: its shape, and where its values lie on the phone, as they lie in memory.

    benchmark_model takes inputs by their order and only warns of a name that isn't the model's: so names of ours are
    given, which hold none of the characters that its lists are made of.
    """

    shape: tuple[int, ...]
    path: str


@dataclass(frozen=True)
class Profiling:
    """Where the profile and what the delegates took are written, as protocol buffers."""

    profile: str
    runtime_info: str


def flags(
    model: str,
    *,
    threads: int,
    delegate: str,
    runs: int,
    warm_up_seconds: float = 0.0,
    inputs: Sequence[Input] = (),
    profiling: Profiling | None = None,
) -> list[str]:
    """The flags of one run of `runs` measured inferences after at least one that isn't measured."""
    given = [
        f"--graph={model}",
        f"--num_threads={threads}",
        *DELEGATE_FLAGS[delegate],
        f"--num_runs={runs}",
        "--min_secs=0",
        "--max_secs=3600",
        "--warmup_runs=1",
        f"--warmup_min_secs={warm_up_seconds:g}",
    ]
    if inputs:
        names = [f"in{number}" for number in range(len(inputs))]
        files = ",".join(f"{name}:{each.path}" for name, each in zip(names, inputs, strict=True))
        given += [
            f"--input_layer={','.join(names)}",
            f"--input_layer_shape={':'.join(','.join(map(str, each.shape)) for each in inputs)}",
            f"--input_layer_value_files={files}",
        ]
    if profiling:
        given += [
            "--enable_op_profiling=true",
            "--op_profiling_output_mode=proto",
            f"--op_profiling_output_file={profiling.profile}",
            f"--max_profiling_buffer_entries={PROFILE_ENTRIES}",
            "--export_model_runtime_info=true",
            f"--model_runtime_info_output_file={profiling.runtime_info}",
        ]
    return given
