"""The folder that holds every model file the benchmarks need, made once: float models, SavedModels, the peers' files.

<cache>/savedmodel/NAME/            what TensorFlow's converter starts from
<cache>/float/NAME.tflite           what is quantized (models of the zoo are read where they are)
<cache>/<tool>/NAME.tflite          dynamic-range int8 by that tool
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench import child, tools
from tests.bench.models import Model, Network, ZooFile, ZooScript

CACHE_VARIABLE = "QUANTSCOPE_BENCH_CACHE"
ZOO_VARIABLE = "QUANTSCOPE_ZOO"
COMMAND_VARIABLE = "QUANTSCOPE_BENCH_COMMAND"


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Zoo:
    """Where model files are: `cache` is ours to write, `models` the read-only model zoo with its `data` folder."""

    cache: Path
    models: Path

    @classmethod
    def from_environment(cls) -> "Zoo":
        """The folders named by QUANTSCOPE_BENCH_CACHE and QUANTSCOPE_ZOO, or their defaults."""
        cache = os.environ.get(CACHE_VARIABLE, "~/.cache/quantscope-bench")
        models = os.environ.get(ZOO_VARIABLE, child.ROOT.parent / "shared" / "zoo")
        return cls(Path(cache).expanduser().resolve(), Path(models).resolve())

    def saved_model(self, model: Model) -> Path:
        return self.cache / tools.SAVED_MODEL / model.name

    def float_file(self, model: Model) -> Path:
        folder = self.models if isinstance(model.origin, ZooFile) else self.cache / tools.FLOAT
        return folder / f"{model.name}.tflite"

    def source(self, tool: str, model: Model) -> Path:
        """What `tool` starts from."""
        return {tools.SAVED_MODEL: self.saved_model, tools.FLOAT: self.float_file}[tools.TOOLS[tool].source](model)

    def quantized(self, tool: str, model: Model) -> Path:
        return self.cache / tool / f"{model.name}.tflite"

    def variants(self, model: Model) -> Mapping[str, Path]:
        """The quantized files there are of a model, by tool, ours first."""
        files = {tool: self.quantized(tool, model) for tool in (tools.OURS, *tools.PEERS)}
        return {tool: file for tool, file in files.items() if file.exists()}

    def prepare(self, model: Model) -> None:
        """Makes what is missing of a model's files; ours is made anew every time, since the engine changes."""
        if model.origin != ZooFile(liftable=False):
            make(self.saved_model(model), lambda output: self.build(model, output))
        self.convert(tools.FLOAT, model, self.float_file(model))
        for peer in tools.PEERS:
            self.convert(peer, model, self.quantized(peer, model))
        ours = self.quantized(tools.OURS, model)
        ours.unlink(missing_ok=True)
        make(ours, lambda output: run_ours(self.float_file(model), output))

    def convert(self, tool: str, model: Model, output: Path) -> None:
        """Makes `output` by `tool`, if there is what it starts from."""
        source = self.source(tool, model)
        if source.exists():
            make(output, lambda partial: child.call(tools.convert, tool=tool, source=source, output=partial))

    def build(self, model: Model, output: Path) -> None:
        """Makes the SavedModel of `model`."""
        match model.origin:
            case Network(builder, arguments):
                child.call_named("tests.bench.savedmodels", builder, output=output, **arguments)
            case ZooScript(script):
                child.call_named("tests.bench.savedmodels", "zoo_encoder", output=output, script=self.models / script)
            case ZooFile():
                child.call_named("tests.bench.lift", "lift", source=self.float_file(model), output=output)


def run_ours(source: Path, output: Path) -> None:
    """Quantizes by our command line (QUANTSCOPE_BENCH_COMMAND, or this Python's `quantscope` module).

    Raises ChildFailed when it does not exit with 0.
    """
    command = shlex.split(os.environ.get(COMMAND_VARIABLE, "")) or [sys.executable, "-m", "quantscope"]
    arguments = [*command, "quantize", str(source), "-o", str(output), "--json"]
    ended = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise child.ChildFailed(f"quantscope: {child.ending(ended.returncode)}: {child.last_line(ended.stderr)}")


def make(output: Path, produce: Callable[[Path], object]) -> None:
    """Lets `produce` write a file or folder that takes its name only when whole; says so when it fails."""
    if output.exists():
        return
    note(f"making {output.parent.name}/{output.name}")
    partial = output.with_name(f"partial-{output.name}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.unlink(missing_ok=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        produce(partial)
    except child.ChildFailed as error:
        note(f"  failed: {error}")
        return
    if partial.exists():
        partial.rename(output)
