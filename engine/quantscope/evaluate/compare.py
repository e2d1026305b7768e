"""Float against quantized: both models on the same inputs, each in a process of its own, sample by sample."""

import contextlib
import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy.typing as npt

from quantscope import documents
from quantscope.errors import DataError, ModelUnsupportedError, RunError, UsageError
from quantscope.evaluate import wire
from quantscope.evaluate.alignment import align
from quantscope.evaluate.inputs import FromFile, Samples, Some, fitted_to, from_file, open_shape, runnable
from quantscope.evaluate.measures import OutputDistance, real
from quantscope.evaluate.metrics import Accuracy, Function, Judged, Labels, Task, find_labels, labels_in
from quantscope.evaluate.operators import operator_errors, unmeasured
from quantscope.evaluate.runner import Runner, running
from quantscope.evaluate.wire import TensorInfo
from quantscope.files import describe
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
) -> documents.Comparison:
    """Error of each output of `quantized` against `reference` over `samples` samples, how well both do their task, and,
    if `operators`, the errors of each operator over at most `operator_samples` of the samples, evenly spread.

    Samples come from the .npz or .npy file `data` (all of them if `samples` is None) or are generated (16 if `samples`
    is None). Labels are its array `labels`, or if that is None, one called "y" or "labels"; numbers of the classes in
    the first output give the metrics top-1 and top-5. `metric` is a function of the user's that is given the outputs
    (one array, samples first, or a dict of them by name) and the labels (None if there are none).

    Raises UsageError for less than one sample, ModelReadError, ModelUnsupportedError if the two aren't versions of one
    model, DataError if the data or labels don't fit, RunError if the runtime refuses or crashes on either, MetricError
    if `metric` fails.
    """
    if samples is not None and samples < 1:
        raise UsageError(f"{samples} samples can't be compared.", "Ask for one or more.")
    if operator_samples < 1:
        raise UsageError(f"Operators can't be looked at on {operator_samples} samples.", "Ask for one or more.")
    if labels is not None and data is None:
        raise UsageError("There are no labels for generated inputs.", "Give a data file, too.")
    model, other = read(reference), read(quantized)
    share = OUTPUTS_SHARE if operators else 1.0
    whole = _Whole(model, other, labels, metric)
    inputs, outputs, judged = whole.compared(data, samples, part(progress, 0.0, share))
    alignment = align(model, other) if operators else None
    errors: tuple[documents.OperatorError, ...] = ()
    looked_at = Some(inputs, min(operator_samples, len(inputs)))
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
        outputs=outputs,
        operators=errors,
        metrics=judged.metrics,
        labels=judged.labels,
        label_arrays=labels_in(inputs) if isinstance(inputs, FromFile) else (),
        operator_samples=len(looked_at) if operators else 0,
        available=inputs.available if isinstance(inputs, FromFile) else 0,
        alignment="none" if alignment is None else "exact" if alignment.exact else "best-effort",
    )


def samples_for(
    model: Model, other: Model, data: str | os.PathLike[str] | None, samples: int | None, progress: Progress
) -> Samples:
    """The samples that two models are compared on; see `compare`, whose errors it raises."""
    if samples is not None and samples < 1:
        raise UsageError(f"{samples} samples can't be compared.", "Ask for one or more.")
    with _side_by_side(model, other, lambda: progress(0.0, "Loading both models")) as (first, one, _, _):
        return _samples(model, first, one.inputs, data, samples)


@contextlib.contextmanager
def _side_by_side(
    model: Model, other: Model, check: Callable[[], None]
) -> Iterator[tuple[Runner, wire.Loaded, Runner, wire.Loaded]]:
    """Both models loaded. Raises ModelUnsupportedError if they aren't versions of one model."""
    with running(model.path, check) as (first, one), running(other.path, check) as (second, two):
        if not _alike(one.inputs, two.inputs) or len(one.outputs) != len(two.outputs):
            raise ModelUnsupportedError(
                "The two models have different inputs or outputs.", "Give versions of one model."
            )
        yield first, one, second, two


def _samples(
    model: Model,
    runner: Runner,
    inputs: Sequence[TensorInfo],
    data: str | os.PathLike[str] | None,
    samples: int | None,
) -> Samples:
    if data is None:
        return runnable(runner, model, inputs, samples or DEFAULT_SAMPLES)
    return from_file(os.fspath(data), model, inputs, samples)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What the metrics say, and the array whose labels they were told."""

    metrics: tuple[documents.TaskMetric, ...]
    labels: str | None


class _Whole:
    """Both models run as they are, side by side."""

    def __init__(self, model: Model, other: Model, labels: str | None, metric: Function | None) -> None:
        self.model = model
        self.other = other
        self.labels = labels
        self.metric = metric

    def compared(
        self, data: str | os.PathLike[str] | None, samples: int | None, progress: Progress
    ) -> tuple[Samples, tuple[documents.OutputError, ...], _Judgement]:
        """The samples, and over them the error of each output and what the metrics say."""
        model, other = self.model, self.other
        done, doing = 0.0, "Loading both models"

        def check() -> None:
            progress(done, doing)

        with _side_by_side(model, other, check) as (first, one, second, two), contextlib.ExitStack() as stack:
            inputs = _samples(model, first, one.inputs, data, samples)
            names = _output_names(model, one.outputs)
            distances = [OutputDistance(name) for name in names]
            labels = find_labels(inputs, self.labels) if isinstance(inputs, FromFile) else None
            tasks = self._tasks(stack, len(inputs), labels, one.outputs, names)
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
            metrics = tuple(metric for task in tasks for metric in task.result(check))
        judgement = _Judgement(metrics, labels.name if labels is not None and tasks else None)
        return inputs, tuple(distance.result() for distance in distances), judgement

    def _tasks(
        self,
        stack: contextlib.ExitStack,
        samples: int,
        labels: Labels | None,
        outputs: Sequence[TensorInfo],
        names: Sequence[str],
    ) -> list[Task]:
        """What judges the outputs: labels if there are any that fit, and the user's function if there is one."""
        right = None if labels is None else labels.values
        tasks: list[Task] = []
        classes = outputs[0].shape[-1] if outputs and outputs[0].shape else 0
        if right is not None and math.prod(outputs[0].shape) == classes and Accuracy.fits(right, classes):
            tasks.append(Accuracy(right))
        elif self.labels is not None and self.metric is None:
            raise DataError(
                f"The labels in '{self.labels}' aren't numbers of the {classes} classes of the first output.",
                "Give a metric of your own that knows what they mean.",
            )
        if self.metric is not None:
            tasks.append(stack.enter_context(Judged(self.metric, names, samples, right)))
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
