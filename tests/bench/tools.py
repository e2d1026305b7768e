"""The quantizers that are compared. Each loader imports its tool and returns the function that does one model's job,
so that the time of imports can be told from the time of work."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Convert = Callable[[Path, Path], None]


@dataclass(frozen=True, slots=True)
class Tool:
    """`load` imports the tool; `source` is the folder of the cache its input comes from."""

    load: Callable[[], Convert]
    source: str


def load_quantscope() -> Convert:
    """Read, plan, apply and write alone."""
    import ai_edge_litert.schema_py_generated  # noqa: F401 (the engine imports it when it is first needed)

    from quantscope import load, plan
    from quantscope.quantize.apply import write_quantized
    from quantscope.temporary import replacing

    gc.freeze()  # as command line and worker do

    def convert(source: Path, output: Path) -> None:
        planned = plan(load(source), recipe="dynamic-int8", target="xnnpack")
        with replacing(output) as temporary, open(temporary, "wb") as file:
            write_quantized(planned, file)

    return convert


def load_quantscope_checked() -> Convert:
    """All that a user gets: with the final check, checksums and the report."""
    from quantscope import quantize_file

    def convert(source: Path, output: Path) -> None:
        quantize_file(source, output, recipe="dynamic-int8", target="xnnpack")

    return convert


def load_litert_quantizer() -> Convert:
    from litert_quantizer import quantizer, recipe

    def convert(source: Path, output: Path) -> None:
        job = quantizer.Quantizer(str(source), recipe.dynamic_wi8_afp32())
        output.unlink(missing_ok=True)
        job.quantize(serialize_to_path=str(output), enable_progress_report=False)

    return convert


def load_tensorflow() -> Convert:
    import tensorflow as tf

    def convert(source: Path, output: Path) -> None:
        converter = tf.lite.TFLiteConverter.from_saved_model(str(source))
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        output.write_bytes(converter.convert())

    return convert


def load_tensorflow_float() -> Convert:
    import tensorflow as tf

    def convert(source: Path, output: Path) -> None:
        output.write_bytes(tf.lite.TFLiteConverter.from_saved_model(str(source)).convert())

    return convert


OURS = "quantscope"
OURS_CHECKED = "quantscope, checked"
TENSORFLOW = "tensorflow"
LITERT_QUANTIZER = "litert-quantizer"
FLOAT = "float"
SAVED_MODEL = "savedmodel"
PEERS = (LITERT_QUANTIZER, TENSORFLOW)
TOOLS: Mapping[str, Tool] = {
    OURS: Tool(load_quantscope, FLOAT),
    OURS_CHECKED: Tool(load_quantscope_checked, FLOAT),
    LITERT_QUANTIZER: Tool(load_litert_quantizer, FLOAT),
    TENSORFLOW: Tool(load_tensorflow, SAVED_MODEL),
    FLOAT: Tool(load_tensorflow_float, SAVED_MODEL),
}


def convert(tool: str, source: str, output: str) -> None:
    """Lets `tool` (a key of TOOLS) make `output` from `source`; for a child process."""
    TOOLS[tool].load()(Path(source), Path(output))
