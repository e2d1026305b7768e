"""The converters there are: what each takes, what it needs installed, and the program that drives it.

A new source is a row here and a runner beside the others. Sizes were measured on Linux x86-64 with Python 3.11 or 3.12
on 2026-11-24 (docs/dependencies.md says what else was tried).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from quantscope.convert.kinds import Kind
from quantscope.errors import ConverterInstallError

RUNNERS: Final = Path(__file__).parent / "runners"


@dataclass(frozen=True, slots=True)
class Adapter:
    """One converter.

    `packages` are exact requirements for pip, `pythons` the minor versions of Python 3 that all of them have wheels
    for, `installed_bytes` the room that its environment takes, `probe` a module whose import proves it works. `index`
    is a package index that Linux needs beside the usual one, `unwanted` what is never downloaded: gigabytes for GPUs
    that no conversion uses.
    """

    id: str
    title: str
    kinds: frozenset[Kind]
    packages: tuple[str, ...]
    pythons: tuple[int, ...]
    installed_bytes: int
    runner: Path
    probe: str
    index: str | None = None
    unwanted: tuple[str, ...] = ()


ADAPTERS: Final[Mapping[str, Adapter]] = {
    adapter.id: adapter
    for adapter in (
        Adapter(
            id="tensorflow",
            title="TensorFlow",
            kinds=frozenset({Kind.SAVED_MODEL, Kind.KERAS, Kind.KERAS_HDF5, Kind.GRAPH_DEF}),
            packages=(
                "tensorflow-cpu==2.21.0; sys_platform == 'linux'",
                "tensorflow==2.21.0; sys_platform != 'linux'",
                "tf_keras==2.21.0",
                "ai-edge-litert==2.3.0",
            ),
            pythons=(11, 12, 13),
            installed_bytes=2_200_000_000,
            runner=RUNNERS / "tensorflow_runner.py",
            probe="tensorflow",
        ),
        Adapter(
            id="litert-torch",
            title="LiteRT Torch",
            kinds=frozenset({Kind.TORCH_EXPORT, Kind.TORCH_SCRIPT, Kind.TORCH_PICKLE, Kind.STABLE_HLO}),
            packages=("torch==2.13.0", "litert-torch==0.10.0", "jax==0.10.2", "jaxlib==0.10.2"),
            pythons=(11, 12, 13),
            installed_bytes=2_200_000_000,
            runner=RUNNERS / "torch_runner.py",
            probe="litert_torch",
            # The usual index's torch for Linux needs CUDA, 5 GB more; builds without it are on PyTorch's own.
            index="https://download.pytorch.org/whl/cpu",
            unwanted=("cuda-toolkit", "nvidia-cudnn-cu13"),
        ),
        Adapter(
            id="onnx2tf",
            title="onnx2tf",
            kinds=frozenset({Kind.ONNX}),
            packages=("onnx2tf==2.6.9",),
            pythons=(12, 13),
            installed_bytes=690_000_000,
            runner=RUNNERS / "onnx_runner.py",
            probe="onnx2tf",
        ),
    )
}

# Of one adapter's environment, but not its ordinary program.
OWN_RUNNERS: Final[Mapping[Kind, Path]] = {Kind.STABLE_HLO: RUNNERS / "stablehlo_runner.py"}


def adapter_for(kind: Kind) -> Adapter | None:
    """The converter for a kind of source, None for what needs none."""
    return next((adapter for adapter in ADAPTERS.values() if kind in adapter.kinds), None)


def find_adapter(name: str) -> Adapter:
    """A converter by its id. Raises ConverterInstallError if there is none."""
    if name not in ADAPTERS:
        raise ConverterInstallError(f"There is no converter '{name}'.", f"There are: {', '.join(ADAPTERS)}.")
    return ADAPTERS[name]


def runner_for(adapter: Adapter, kind: Kind) -> Path:
    """The program that converts a kind of source in the adapter's environment."""
    return OWN_RUNNERS.get(kind, adapter.runner)
