"""The interpreter as the benchmarks use it: one thread, the default delegate, inputs by signature name."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

SCRATCH = np.ones(64, np.float32)


def open_model(path: str) -> Interpreter:
    """The model at `path`, allocated; raises ValueError or RuntimeError when the runtime refuses it."""
    interpreter = Interpreter(path, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def inputs_of(interpreter: Interpreter) -> Mapping[str, Mapping[str, Any]]:
    """Input details by name (of the signature where there is one), in the order of names."""
    return by_name(interpreter, "get_input_details")


def outputs_of(interpreter: Interpreter) -> Mapping[str, Mapping[str, Any]]:
    """Output details by name (of the signature where there is one), in the order of names."""
    return by_name(interpreter, "get_output_details")


def by_name(interpreter: Interpreter, method: str) -> Mapping[str, Mapping[str, Any]]:
    signatures = list(interpreter.get_signature_list())
    if signatures:
        details = getattr(interpreter.get_signature_runner(signatures[0]), method)()
    else:
        details = {tensor["name"]: tensor for tensor in getattr(interpreter, method)()}
    return dict(sorted(details.items()))


def generated(details: Mapping[str, Any], ids: int, rng: np.random.Generator) -> NDArray[Any]:
    """A random input: floats from [0, 1), integers from [0, `ids`)."""
    shape, dtype = tuple(details["shape"]), np.dtype(details["dtype"])
    return rng.random(shape, np.float32).astype(dtype) if dtype.kind == "f" else rng.integers(0, ids, shape, dtype)


def clear_vector_state() -> None:
    """Undoes what XNNPACK's dynamically quantized kernels leave in the vector registers, which would make the next
    model's builtin kernels on this thread several times slower and so blame the wrong one."""
    np.multiply(SCRATCH, np.float32(0.5), out=SCRATCH)
    np.add(SCRATCH, np.float32(0.5), out=SCRATCH)


def pin_to_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
