"""Float against quantized: both models on the same inputs, each in a process of its own, sample by sample."""

import os
from collections.abc import Sequence
from typing import Final

from quantscope import documents
from quantscope.errors import ModelUnsupportedError, RunError, UsageError
from quantscope.evaluate.alignment import align
from quantscope.evaluate.inputs import Samples, fitted_to, from_file, open_shape, runnable
from quantscope.evaluate.measures import OutputDistance, real
from quantscope.evaluate.operators import operator_errors, unmeasured
from quantscope.evaluate.runner import running
from quantscope.evaluate.wire import TensorInfo
from quantscope.files import describe
from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.progress import Progress, part, silent

DEFAULT_SAMPLES: Final = 16
# Running whole models takes about this part of the time that it takes to look at every operator besides.
OUTPUTS_SHARE: Final = 0.2


def compare(
    reference: str | os.PathLike[str],
    quantized: str | os.PathLike[str],
    data: str | os.PathLike[str] | None = None,
    samples: int | None = None,
    progress: Progress = silent,
    operators: bool = True,
) -> documents.Comparison:
    """Error of each output of `quantized` against `reference` and, if `operators`, of each operator, over `samples`
    samples.

    Samples come from the .npz file `data` (all of them if `samples` is None) or are generated (16 if `samples` is
    None). Raises UsageError for less than one sample, ModelReadError, ModelUnsupportedError if the two aren't versions
    of one model, DataError if the data doesn't fit, RunError if the runtime refuses or crashes on either.
    """
    if samples is not None and samples < 1:
        raise UsageError(f"{samples} samples can't be compared.", "Ask for one or more.")
    model, other = read(reference), read(quantized)
    share = OUTPUTS_SHARE if operators else 1.0
    inputs, outputs = _compare_outputs(model, other, data, samples, part(progress, 0.0, share))
    alignment = align(model, other) if operators else None
    errors: tuple[documents.OperatorError, ...] = ()
    if alignment is not None:
        stage = part(progress, share, 1.0)
        try:
            errors = operator_errors(model, other, alignment, inputs, stage)
        except RunError as error:  # both models ran; taken apart, one of them doesn't
            errors = unmeasured(model, str(error))
    progress(1.0, "Compared")
    return documents.Comparison(
        model=describe(model.path),
        quantized=describe(other.path),
        inputs=inputs.description,
        samples=len(inputs),
        outputs=outputs,
        operators=errors,
        alignment="none" if alignment is None else "exact" if alignment.exact else "best-effort",
    )


def _compare_outputs(
    model: Model, other: Model, data: str | os.PathLike[str] | None, samples: int | None, progress: Progress
) -> tuple[Samples, tuple[documents.OutputError, ...]]:
    """The samples, and the error of each output over them."""
    done, doing = 0.0, "Loading both models"

    def check() -> None:
        progress(done, doing)

    with running(model.path, check) as (first, one), running(other.path, check) as (second, two):
        if not _alike(one.inputs, two.inputs) or len(one.outputs) != len(two.outputs):
            raise ModelUnsupportedError(
                "The two models have different inputs or outputs.", "Give versions of one model."
            )
        inputs: Samples
        if data is None:
            inputs = runnable(first, model, one.inputs, samples or DEFAULT_SAMPLES)
        else:
            inputs = from_file(os.fspath(data), model, one.inputs, samples)
        distances = [OutputDistance(name) for name in _output_names(model, one.outputs)]
        for index in range(len(inputs)):
            done, doing = index / len(inputs), f"Comparing sample {index + 1} of {len(inputs)}"
            check()
            arrays = inputs.sample(index)
            expected = first.run(arrays)
            found = second.run([fitted_to(values, info) for values, info in zip(arrays, two.inputs, strict=True)])
            for distance, a, b, info_a, info_b in zip(
                distances, expected, found, one.outputs, two.outputs, strict=True
            ):
                a, b = real(a, info_a.scale, info_a.zero_point), real(b, info_b.scale, info_b.zero_point)
                if a.shape != b.shape:
                    raise ModelUnsupportedError(
                        f"Output '{distance.name}' has shape {list(a.shape)} in one, {list(b.shape)} in the other.",
                        "Give versions of one model.",
                    )
                distance.add(a, b)
    return inputs, tuple(distance.result() for distance in distances)


def _alike(inputs: Sequence[TensorInfo], others: Sequence[TensorInfo]) -> bool:
    """True if both have inputs of the same shapes, where neither leaves a dimension open."""
    return len(inputs) == len(others) and all(
        len(one.shape) == len(two.shape)
        and all(a == b or -1 in (a, b) for a, b in zip(open_shape(one), open_shape(two), strict=True))
        for one, two in zip(inputs, others, strict=True)
    )


def _output_names(model: Model, outputs: tuple[TensorInfo, ...]) -> list[str]:
    """The signature's names for the outputs where there is one, else the tensors'."""
    signature = next((each.outputs for each in model.signatures if each.subgraph == 0), {})
    subgraph = model.subgraphs[0]
    by_index = {tensor: name for name, tensor in signature.items()}
    named = [by_index.get(tensor) for tensor in subgraph.outputs]
    return [
        name or info.name
        for name, info in zip(named if len(named) == len(outputs) else [None] * len(outputs), outputs, strict=True)
    ]
