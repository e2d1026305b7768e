"""StableHLO modules, as jax.export writes them, through litert-converter."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from agreement import check, sample
from lite import run_in_order
from serving import Progress, Refusal, Request, serve

SERVING = "serving_default"
MLIR_BYTECODE = b"ML\xefR"
ELEMENTS = {"f64": "float64", "f32": "float32", "f16": "float16", "i64": "int64", "i32": "int32", "i16": "int16",
            "i8": "int8", "ui8": "uint8", "i1": "bool"}  # fmt: skip


def versions() -> Mapping[str, str]:
    """What converts."""
    from importlib.metadata import version

    return {"litert-converter": version("litert-converter"), "jax": version("jax")}


def convert(request: Request, progress: Progress) -> Mapping[str, Any]:
    """Lowers the module to TFLite and compares with XLA's own execution of it."""
    from litert_converter.mlir import ir, passmanager
    from litert_converter.mlir._mlir_libs import converter_api_ext

    progress(0.2, "Reading the module")
    data = Path(request.source).read_bytes()
    context = ir.Context()
    converter_api_ext.prepare_mlir_context(context)
    with context:
        module = ir.Module.parse(data)
        if data.startswith(MLIR_BYTECODE):  # what jax.export serializes is the versioned form
            passmanager.PassManager.parse("builtin.module(stablehlo-deserialize)").run(module.operation)
        refuse_loops(module)
        arguments, results = main_types(module)
        converter_api_ext.set_signature(
            module.operation,
            signature_name=SERVING,
            input_names=[f"args_{at}" for at in range(len(arguments))],
            output_names=[f"output_{at}" for at in range(results)],
        )
        progress(0.4, "Converting")
        config = converter_api_ext.ConvertToTFLConfig()
        config.model_origin_framework = "JAX"
        converter_api_ext.run_convert_to_tfl_passes(module, passmanager.PassManager(), config)
        converter_api_ext.export_flatbuffer_to_file(module.operation, request.output)
    progress(0.85, "Comparing it with its source")
    generator = np.random.default_rng(request.seed)
    inputs = [sample(generator, dtype, shape) for dtype, shape in arguments]
    actual = run_in_order(request.output, inputs)
    expected = executed(data, inputs)
    pairs = zip(expected, actual, strict=True)
    checks = [{"signature": SERVING, **check(f"output_{at}", *pair)} for at, pair in enumerate(pairs)]
    return {"checks": checks, "warnings": []}


def main_types(module: Any) -> tuple[list[tuple[Any, tuple[int, ...]]], int]:
    """Dtype and shape of each argument of `main`, and how many results it has."""
    for operation in module.body.operations:
        if operation.operation.name == "func.func" and operation.attributes["sym_name"].value == "main":
            kind = operation.attributes["function_type"].value
            return [tensor_type(str(one)) for one in kind.inputs], len(kind.results)
    raise Refusal("unsupported", "The module has no function 'main'.", "Export it with jax.export.")


def refuse_loops(module: Any) -> None:
    """litert-converter 0.5 turns a loop into TFLite's form but can't write it: its wheel lacks the outlining pass."""
    if "stablehlo.while" in str(module):
        raise Refusal(
            "unsupported-operators",
            "The module has a loop (stablehlo.while), which the converter can't write.",
            "Unroll the loop before exporting: jax.lax.scan(..., unroll=True), or a Python loop.",
        )


def tensor_type(text: str) -> tuple[Any, tuple[int, ...]]:
    """Dtype and shape of `tensor<1x8xf32>`."""
    found = re.fullmatch(r"tensor<((?:\d+x)*)(\w+)>", text)
    if found is None or found[2] not in ELEMENTS:
        raise Refusal("unsupported", f"The module has an argument of type {text}.", "Export it with fixed shapes.")
    return np.dtype(ELEMENTS[found[2]]), tuple(int(size) for size in found[1].split("x")[:-1])


def executed(data: bytes, inputs: list[Any]) -> list[Any]:
    """The results of the module on XLA's CPU backend."""
    import jax
    from jax._src.lib import xla_client

    client = jax.devices("cpu")[0].client
    devices = xla_client.DeviceList(tuple(jax.devices("cpu")[:1]))
    compiled = client.compile_and_load(data, devices, xla_client.CompileOptions())
    return [np.asarray(one) for one in compiled.execute([jax.device_put(value) for value in inputs])]


if __name__ == "__main__":
    serve(versions, convert)
