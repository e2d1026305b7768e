"""Calibrating: running a float model on data, sample by sample in a child process, to learn its tensors' ranges."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

import numpy.typing as npt

from quantscope.calibrate import wire
from quantscope.calibrate.trial import with_truest_ranges
from quantscope.errors import DataError, UsageError
from quantscope.evaluate.inputs import Samples, from_file, from_file_by, runnable
from quantscope.evaluate.process import ModelProcess
from quantscope.evaluate.runner import Runner
from quantscope.evaluate.wire import Array, Load, Loaded
from quantscope.model.calls import Entry, entries, reached_from
from quantscope.model.edit import ModelEdit, SubgraphEdit, TensorEdit
from quantscope.model.graph import Model
from quantscope.model.write import write
from quantscope.progress import Progress, part, silent
from quantscope.quantize.calibration import (
    Calibration,
    Channels,
    Histogram,
    Moments,
    Observed,
    Patches,
    TensorKey,
    fingerprint,
    is_calibration,
    load_calibration,
)
from quantscope.quantize.static.products import affordable_patches

DEFAULT_SAMPLES: Final = 16


def calibrate(
    model: Model,
    data: str | os.PathLike[str] | None = None,
    samples: int | None = None,
    progress: Progress = silent,
) -> Calibration:
    """Runs `model` on `samples` samples by each of its signatures and returns what was seen of its float tensors.

    Samples come from the .npz file `data` (all of them if `samples` is None) or are generated (16 if `samples` is
    None), which gives ranges of noise. Nothing is seen of a further signature that the file has no arrays for. Raises
    UsageError for less than one sample, DataError if the data doesn't fit or nothing finite was seen, RunError if the
    runtime refuses the model or crashes on it, CancelledError when `progress` asks to stop.
    """
    if samples is not None and samples < 1:
        raise UsageError(f"{samples} samples can't calibrate a model.", "Ask for one or more.")
    done, doing = 0.0, "Loading the model"

    def check() -> None:
        progress(done, doing)

    seen: dict[TensorKey, Observed] = {}
    moments: dict[Patches, Moments] = {}
    everything = entries(model)
    main: Samples | None = None
    with _watchable(model) as path:
        for number, entry in enumerate(everything):
            with _ObservingRunner(check) as runner:
                loaded = runner.load(path, entry)
                inputs = _samples(model, entry, loaded, data, samples, check)
                if inputs is None:
                    continue
                main = main or inputs
                keys = _float_activations(model, reached_from(model, entry.subgraph))
                patches = () if entry.subgraph else affordable_patches(model)
                runner.watch(keys, _by_channel(model, entry.subgraph), patches)
                for index in range(len(inputs)):
                    done = 0.7 * (number + index / len(inputs)) / len(everything)
                    doing = f"Calibrating on sample {index + 1} of {len(inputs)}"
                    check()
                    runner.observe(inputs.sample(index))
                doing = "Gathering ranges"
                for key in keys:
                    if (observed := runner.collect(key)) is not None:
                        seen[key] = seen[key].joined(observed) if key in seen else observed
                moments |= {each: found for each in patches if (found := runner.collect_moments(each)) is not None}
    if not seen or main is None:
        raise DataError("The model gave no finite value on any sample.", "Check the data.")
    calibration = Calibration(fingerprint(model), main.description, data is None, len(main), seen, moments)
    if data is not None:
        calibration = with_truest_ranges(model, calibration, main, part(progress, 0.7, 1.0))
    progress(1.0, "Calibrated")
    return calibration


def calibration_from(
    model: Model, path: str | os.PathLike[str] | None, samples: int | None = None, progress: Progress = silent
) -> Calibration:
    """The calibration saved at `path`, or one made with the samples there; with generated ones if `path` is None.

    Raises DataError if a saved one is another model's, otherwise what `calibrate` raises.
    """
    if path is not None and is_calibration(path):
        saved = load_calibration(path)
        saved.check(model)
        return saved
    return calibrate(model, path, samples, progress)


def _samples(
    model: Model,
    entry: Entry,
    loaded: Loaded,
    data: str | os.PathLike[str] | None,
    samples: int | None,
    check: Callable[[], None],
) -> Samples | None:
    """What to run an entry on; None if the data has nothing for a further signature."""
    if data is not None and entry.subgraph:
        return from_file_by(os.fspath(data), model, entry, loaded.inputs, samples)
    if data is not None:
        return from_file(os.fspath(data), model, loaded.inputs, samples)
    with Runner(check) as trial:
        trial.load(model.path, delegate=False, entry=entry)
        return runnable(trial, model, loaded.inputs, samples or DEFAULT_SAMPLES, entry.subgraph)


def _float_activations(model: Model, subgraphs: Collection[int]) -> tuple[TensorKey, ...]:
    """The tensors of some subgraphs that have ranges to learn."""
    return tuple(
        (subgraph.index, tensor.index)
        for subgraph in model.subgraphs
        for tensor in subgraph.tensors
        if subgraph.index in subgraphs and tensor.dtype == "FLOAT32" and not model.is_constant(tensor)
    )


def _by_channel(model: Model, subgraph: int) -> frozenset[int]:
    """Tensors of a subgraph to see channel by channel: what matrices are multiplied with, and what comes out."""
    return frozenset(
        index
        for operator in model.subgraphs[subgraph].operators
        if operator.type in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
        for index in (operator.inputs[0], *operator.outputs)
        if index >= 0
    )


@contextlib.contextmanager
def _watchable(model: Model) -> Iterator[str]:
    """A file with the model in which the tensors beyond subgraph 0, which the runtime's hook knows by name alone, have
    names of their own."""
    if len(model.subgraphs) == 1:
        yield model.path
        return
    with tempfile.TemporaryDirectory(prefix="quantscope-") as folder:
        path = os.path.join(folder, "watchable.tflite")
        with open(path, "wb") as file:
            write(model, _named_apart(model), file)
        yield path


def _named_apart(model: Model) -> ModelEdit:
    return ModelEdit(
        {
            subgraph.index: SubgraphEdit(
                {
                    tensor.index: TensorEdit(
                        tensor.dtype,
                        tensor.buffer,
                        None,
                        wire.HOOKED_NAME.format(subgraph=subgraph.index, tensor=tensor.index),
                    )
                    for tensor in subgraph.tensors
                    if tensor.dtype == "FLOAT32" and not model.is_constant(tensor)
                },
                (),
                tuple(range(len(subgraph.operators))),
            )
            for subgraph in model.subgraphs[1:]
        },
        {},
        (),
    )


class _ObservingRunner(ModelProcess):
    """A model in a child process that keeps statistics of its tensors."""

    def __init__(self, check: Callable[[], None]) -> None:
        super().__init__("quantscope.calibrate.child", check)

    def load(self, path: str, entry: Entry) -> Loaded:
        reply = self._ask(Load(path, delegate=False, threads=1, keep_tensors=True, entry=entry))
        assert isinstance(reply, Loaded)
        return reply

    def watch(
        self, tensors: tuple[TensorKey, ...], by_channel: frozenset[int], patches: tuple[Patches, ...]
    ) -> wire.Watching:
        reply = self._ask(wire.Watch(tensors, by_channel, patches))
        assert isinstance(reply, wire.Watching)
        return reply

    def observe(self, inputs: list[npt.NDArray[Any]]) -> None:
        self._ask(wire.Observe(tuple(Array.of(values) for values in inputs)))

    def collect(self, key: TensorKey) -> Observed | None:
        reply = self._ask(wire.Collect(*key))
        assert isinstance(reply, wire.Statistics)
        if reply.lows is None or reply.highs is None:
            return None
        return Observed(
            reply.lows.values(),
            reply.highs.values(),
            Histogram(*reply.bins, reply.counts.values()) if reply.bins and reply.counts else None,
            reply.octaves.values() if reply.octaves else None,
            Channels(*(each.values() for each in reply.channels)) if reply.channels else None,
        )

    def collect_moments(self, patches: Patches) -> Moments | None:
        reply = self._ask(wire.CollectMoments(patches))
        assert isinstance(reply, wire.Products)
        if reply.mean is None or reply.second is None:
            return None
        return Moments(reply.mean.values(), reply.second.values())

    def _ask(self, request: wire.Request) -> wire.Reply:
        reply: wire.Reply = self.answer(request, wire.Reply)
        return reply
