"""Float against quantized: both models on the same inputs, each in a process of its own, sample by sample.

A model is run by its main subgraph and by each further signature that there are inputs for.
"""

import contextlib
import math
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy.typing as npt

from quantscope import documents
from quantscope.errors import DataError, ModelUnsupportedError, RunError, UsageError
from quantscope.evaluate import wire
from quantscope.evaluate.alignment import align
from quantscope.evaluate.dissection import expose
from quantscope.evaluate.inputs import (
    FromFile,
    Samples,
    Some,
    fitted_to,
    from_file,
    from_file_by,
    open_shape,
    runnable,
)
from quantscope.evaluate.measures import OutputDistance, real
from quantscope.evaluate.metrics import Accuracy, Function, Judged, Labels, Task, find_labels, labels_in
from quantscope.evaluate.operators import operator_errors, unmeasured
from quantscope.evaluate.runner import Runner, running
from quantscope.evaluate.wire import TensorInfo
from quantscope.files import describe
from quantscope.model.calls import Entry, entries
from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.progress import Progress, part, silent

DEFAULT_SAMPLES: Final = 16
# Errors of operators settle soon, and looking at all of them takes several times as long as running the models.
OPERATOR_SAMPLES: Final = 32
# Running whole models takes about this part of the time that it takes to look at every operator besides.
OUTPUTS_SHARE: Final = 0.2


def compare(
    reference: str | os.PathLike[str],
    quantized: str | os.PathLike[str],
    data: str | os.PathLike[str] | None = None,
    samples: int | None = None,
    progress: Progress = silent,
    operators: bool = True,
    labels: str | None = None,
    metric: Function | None = None,
    operator_samples: int = OPERATOR_SAMPLES,
    signature: str | None = None,
) -> documents.Comparison:
    """Error of each output of `quantized` against `reference` over `samples` samples, how well both do their task, and,
    if `operators`, the errors of each operator over at most `operator_samples` of the samples, evenly spread.

    Both are run by the signature of the key `signature`, or if that is None, by their main subgraph and all further
    signatures that the data has inputs for. Samples come from the .npz or .npy file `data` (all of them if `samples` is
    None) or are generated (16 if `samples` is None). Labels are its array `labels`, or if that is None, one called "y"
    or "labels"; numbers of the classes in the first output give the metrics top-1 and top-5. `metric` is a function of
    the user's that is given the outputs (one array, samples first, or a dict of them by name) and the labels (None if
    there are none). Metrics are of what is run first.

    Raises UsageError for less than one sample and an unknown signature, ModelReadError, ModelUnsupportedError if the
    two aren't versions of one model, DataError if the data or labels don't fit, RunError if the runtime refuses or
    crashes on either, MetricError if `metric` fails.
    """
    if samples is not None and samples < 1:
        raise UsageError(f"{samples} samples can't be compared.", "Ask for one or more.")
    if operator_samples < 1:
        raise UsageError(f"Operators can't be looked at on {operator_samples} samples.", "Ask for one or more.")
    if labels is not None and data is None:
        raise UsageError("There are no labels for generated inputs.", "Give a data file, too.")
    model, other = read(reference), read(quantized)
    share = OUTPUTS_SHARE if operators else 1.0
    runs = _runs(model, other, signature)
    stages = [part(progress, share * at / len(runs), share * (at + 1) / len(runs)) for at in range(len(runs))]
    first = _compared(model, other, runs[0], labels, metric, data, samples, stages[0])
    if first is None:
        raise _nothing_for(runs[0])
    compared = {runs[0].subgraph: first}
    for run, stage in zip(runs[1:], stages[1:], strict=True):
        further = _compared(model, other, run, None, None, data, samples, stage)
        if further is not None:
            compared[run.subgraph] = further
    inputs = first.samples
    looked_at = {
        subgraph: Some(each.samples, min(operator_samples, len(each.samples))) for subgraph, each in compared.items()
    }
    alignment = align(model, other) if operators else None
    errors: tuple[documents.OperatorError, ...] = ()
    if alignment is not None:
        stage = part(progress, share, 1.0)
        try:
            errors = operator_errors(model, other, alignment, looked_at, stage)
        except RunError as error:  # both models ran; taken apart, one of them doesn't
            errors = unmeasured(model, str(error))
    progress(1.0, "Compared")
    return documents.Comparison(
        model=describe(model.path),
        quantized=describe(other.path),
        inputs=inputs.description,
        samples=len(inputs),
        outputs=tuple(output for each in compared.values() for output in each.outputs),
        operators=errors,
        metrics=first.metrics,
        labels=first.labels,
        label_arrays=labels_in(inputs) if isinstance(inputs, FromFile) else (),
        operator_samples=len(looked_at[runs[0].subgraph]) if operators else 0,
        available=inputs.available if isinstance(inputs, FromFile) else 0,
        alignment="none" if alignment is None else "exact" if alignment.exact else "best-effort",
    )


def shared_entries(model: Model, other: Model) -> tuple[Entry, ...]:
    """What both models can be run by: the main subgraph, and further signatures that have the same key and place."""
    there = {(entry.subgraph, entry.key) for entry in entries(other)}
    return tuple(entry for entry in entries(model) if not entry.subgraph or (entry.subgraph, entry.key) in there)


def samples_for(
    model: Model,
    other: Model,
    entry: Entry,
    data: str | os.PathLike[str] | None,
    samples: int | None,
    progress: Progress,
) -> Samples:
    """The samples that two models are compared on by `entry`; see `compare`, whose errors it raises."""
    if samples is not None and samples < 1:
        raise UsageError(f"{samples} samples can't be compared.", "Ask for one or more.")
    with _side_by_side(model, other, entry, lambda: progress(0.0, "Loading both models")) as (first, one, _, _):
        found = _samples(model, entry, first, one.inputs, data, samples)
    if found is None:
        raise _nothing_for(entry)
    return found


def _runs(model: Model, other: Model, signature: str | None) -> tuple[Entry, ...]:
    """What to run both models by, the one named or all."""
    shared = shared_entries(model, other)
    if signature is None:
        return shared
    places = {each.key: each.subgraph for each in model.signatures}
    if signature not in places:
        known = ", ".join(f"'{key}'" for key in places) or "none"
        raise UsageError(f"The model has no signature '{signature}' (it has {known}).")
    run = next((each for each in shared if each.subgraph == places[signature]), None)
    if run is None:
        raise ModelUnsupportedError(
            f"The quantized model has no signature '{signature}' in the same place.", "Give versions of one model."
        )
    return (run,)


def _nothing_for(entry: Entry) -> DataError:
    names = ", ".join(f"'{entry.key}/{name}'" for name in entry.names)
    return DataError(
        f"The data has no arrays for the signature '{entry.key}'.",
        f"Name arrays after the signature and its inputs: {names}",
    )


@contextlib.contextmanager
def _side_by_side(
    model: Model, other: Model, entry: Entry, check: Callable[[], None]
) -> Iterator[tuple[Runner, wire.Loaded, Runner, wire.Loaded]]:
    """Both models loaded, to be run by `entry`. Raises ModelUnsupportedError if they aren't versions of one model."""
    with contextlib.ExitStack() as stack:
        paths = [model.path, other.path]
        if entry.subgraph:
            # By its main subgraph the runtime runs a model with everything that belongs to it, its delegate for one.
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="quantscope-"))
            paths = [os.path.join(folder, name) for name in ("float.tflite", "quantized.tflite")]
            for each, path in zip((model, other), paths, strict=True):
                expose(each, each.subgraphs[entry.subgraph], (), path)
        first, one = stack.enter_context(running(paths[0], check))
        second, two = stack.enter_context(running(paths[1], check))
        if not _alike(one.inputs, two.inputs) or len(one.outputs) != len(two.outputs):
            raise ModelUnsupportedError(
                "The two models have different inputs or outputs.", "Give versions of one model."
            )
        yield first, one, second, two


def _samples(
    model: Model,
    entry: Entry,
    runner: Runner,
    inputs: Sequence[TensorInfo],
    data: str | os.PathLike[str] | None,
    samples: int | None,
) -> Samples | None:
    """None if the data has nothing for a further signature."""
    if data is None:
        return runnable(runner, model, inputs, samples or DEFAULT_SAMPLES, entry.subgraph)
    if entry.subgraph:
        return from_file_by(os.fspath(data), model, entry, inputs, samples)
    return from_file(os.fspath(data), model, inputs, samples)


@dataclass(frozen=True, slots=True)
class _Compared:
    """The samples that both models were run on, over them the error of each output and what the metrics say, and the
    array whose labels these were told."""

    samples: Samples
    outputs: tuple[documents.OutputError, ...]
    metrics: tuple[documents.TaskMetric, ...]
    labels: str | None


def _compared(
    model: Model,
    other: Model,
    entry: Entry,
    labels: str | None,
    metric: Function | None,
    data: str | os.PathLike[str] | None,
    samples: int | None,
    progress: Progress,
) -> _Compared | None:
    """Both models run by `entry`; None where the data has nothing for it."""
    done, doing = 0.0, "Loading both models"

    def check() -> None:
        progress(done, doing)

    with _side_by_side(model, other, entry, check) as (first, one, second, two), contextlib.ExitStack() as stack:
        inputs = _samples(model, entry, first, one.inputs, data, samples)
        if inputs is None:
            return None
        names = _output_names(model, entry, one.outputs)
        distances = [OutputDistance(name) for name in names]
        told = find_labels(inputs, labels) if isinstance(inputs, FromFile) else None
        tasks = _tasks(stack, len(inputs), told, one.outputs, names, labels, metric)
        for index in range(len(inputs)):
            done, doing = index / len(inputs), f"Comparing sample {index + 1} of {len(inputs)}"
            check()
            arrays = inputs.sample(index)
            expected = _reals(first.run(arrays), one.outputs)
            fitted = [fitted_to(values, info) for values, info in zip(arrays, two.inputs, strict=True)]
            found = _reals(second.run(fitted), two.outputs)
            for distance, a, b in zip(distances, expected, found, strict=True):
                if a.shape != b.shape:
                    raise ModelUnsupportedError(
                        f"Output '{distance.name}' has shape {list(a.shape)} in one, {list(b.shape)} in the other.",
                        "Give versions of one model.",
                    )
                distance.add(a, b)
            for task in tasks:
                task.add(index, expected, found)
        done, doing = 1.0, "Computing metrics"
        metrics = tuple(result for task in tasks for result in task.result(check))
    key = entry.key if entry.subgraph else ""
    errors = tuple(msgspec.structs.replace(distance.result(), signature=key) for distance in distances)
    return _Compared(inputs, errors, metrics, told.name if told is not None and tasks else None)


def _tasks(
    stack: contextlib.ExitStack,
    samples: int,
    labels: Labels | None,
    outputs: Sequence[TensorInfo],
    names: Sequence[str],
    asked: str | None,
    metric: Function | None,
) -> list[Task]:
    """What judges the outputs: labels (those `asked` for, if a name is given) if there are any that fit, and the user's
    function if there is one."""
    right = None if labels is None else labels.values
    tasks: list[Task] = []
    classes = outputs[0].shape[-1] if outputs and outputs[0].shape else 0
    if right is not None and math.prod(outputs[0].shape) == classes and Accuracy.fits(right, classes):
        tasks.append(Accuracy(right))
    elif asked is not None and metric is None:
        raise DataError(
            f"The labels in '{asked}' aren't numbers of the {classes} classes of the first output.",
            "Give a metric of your own that knows what they mean.",
        )
    if metric is not None:
        tasks.append(stack.enter_context(Judged(metric, names, samples, right)))
    return tasks


def _reals(outputs: Sequence[npt.NDArray[Any]], infos: Sequence[TensorInfo]) -> list[npt.NDArray[Any]]:
    """Outputs as real values."""
    return [real(values, info.scale, info.zero_point) for values, info in zip(outputs, infos, strict=True)]


def _alike(inputs: Sequence[TensorInfo], others: Sequence[TensorInfo]) -> bool:
    """True if both have inputs of the same shapes, where neither leaves a dimension open."""
    return len(inputs) == len(others) and all(
        len(one.shape) == len(two.shape)
        and all(a == b or -1 in (a, b) for a, b in zip(open_shape(one), open_shape(two), strict=True))
        for one, two in zip(inputs, others, strict=True)
    )


def _output_names(model: Model, entry: Entry, outputs: tuple[TensorInfo, ...]) -> list[str]:
    """The signature's names for the outputs where there is one, else the tensors'."""
    signature = next((each.outputs for each in model.signatures if each.subgraph == entry.subgraph), {})
    by_index = {tensor: name for name, tensor in signature.items()}
    named = [by_index.get(tensor) for tensor in entry.outputs]
    return [
        name or info.name
        for name, info in zip(named if len(named) == len(outputs) else [None] * len(outputs), outputs, strict=True)
    ]
