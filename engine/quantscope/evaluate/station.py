"""One subgraph of both models, run step by step: the float one observed, the quantized one exposed and severed."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, Protocol, Self, TypeVar

import numpy.typing as npt

from quantscope.errors import RunError
from quantscope.evaluate.alignment import Pair
from quantscope.evaluate.dissection import expose, sever
from quantscope.evaluate.inputs import fitted_to
from quantscope.evaluate.measures import real
from quantscope.evaluate.runner import Runner
from quantscope.evaluate.wire import TensorInfo
from quantscope.model.graph import Model, Tensor

Array = npt.NDArray[Any]

FLOATS: Final = frozenset({"FLOAT32", "FLOAT16", "FLOAT64"})
# What can't be given to a model from outside.
OPAQUE_TYPES: Final = frozenset({"STRING", "RESOURCE", "VARIANT"})


class Adding(Protocol):
    """Takes in what an operator gives."""

    def add(self, reference: Array, other: Array) -> None:
        """Real values of one output in one step: the float model's and the quantized one's, of the same shape."""


Sink = TypeVar("Sink", bound=Adding)


@dataclass(slots=True)
class Watch(Generic[Sink]):
    """An eye on a pair of operators: on what they give in the running models, and, unless `own` is None, on what the
    quantized one gives when it is given the float model's tensors. `note` says what went wrong."""

    pair: Pair
    accumulated: Sink
    own: Sink | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one run of a subgraph gave: the float model's tensors and the quantized one's, as far as they were watched.

    The quantized ones are None where only own errors are measured.
    """

    mine: Mapping[int, Array]
    theirs: Mapping[int, Array] | None


class Station(contextlib.AbstractContextManager["Station"]):
    """Use as a context manager; the processes that run the models end with it.

    `watched` are further tensors of the float model, and `watched_too` of the quantized one, that `step` shall give;
    `factors` those of the quantized one whose channels are multiplied.
    Files are written to `prefix`, and `check` is called while waiting.
    """

    def __init__(
        self,
        reference: Model,
        quantized: Model,
        subgraph: int,
        watches: Sequence[Watch[Any]],
        prefix: str,
        check: Callable[[], None],
        watched: Sequence[int] = (),
        watched_too: Sequence[int] = (),
        factors: Mapping[int, Array] = MappingProxyType({}),
    ) -> None:
        self.one, self.two = reference.subgraphs[subgraph], quantized.subgraphs[subgraph]
        self.quantized = quantized
        self.watches = watches
        self.factors = factors
        self.prefix = prefix
        self.check = check
        pairs = [watch.pair for watch in watches]
        tensors = {index for pair in pairs for index in (*pair.feeds.values(), *pair.results.values())}
        self.observed = tuple(sorted(index for index in tensors | {*watched, *self.one.outputs} if index >= 0))
        self.shown = (*watched_too, *(index for pair in pairs for index in pair.results))
        self.stack = contextlib.ExitStack()
        self.float = self.stack.enter_context(Runner(check))
        path = reference.path
        if subgraph:
            path = f"{prefix}-float.tflite"
            expose(reference, self.one, (), path)
        self.float.load(path, delegate=False, keep_tensors=True)
        self.exposed: _Exposed | None = None
        alone = [watch for watch in watches if watch.own is not None]
        self.parts = [_Part(self, alone)] if alone else []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def step(self, mine: Sequence[Array], theirs: Sequence[Array] | None) -> Step:
        """Runs the subgraph once on the inputs of either model and takes in all errors.

        Without inputs for the quantized model (`theirs`) only own errors are measured.
        """
        self.float.run(mine)
        values = self.float.tensors(self.observed)
        self._measure_own(values)
        if theirs is None:
            return Step(values, None)
        if self.exposed is None:
            self.exposed = _Exposed(self)
        shown = self.exposed.run(theirs)
        for watch in self.watches:
            self._add(watch.accumulated, watch, values, shown)
        return Step(values, shown)

    def outputs(self, step: Step) -> tuple[list[Array], list[Array] | None]:
        """The subgraph's outputs in a step, in order, of both models."""
        mine = [step.mine[index] for index in self.one.outputs]
        return mine, None if step.theirs is None else [step.theirs[index] for index in self.two.outputs]

    def _measure_own(self, values: Mapping[int, Array]) -> None:
        waiting, self.parts = self.parts[::-1], []
        while waiting:
            part = waiting.pop()
            try:
                results = part.run(values)
            except RunError as error:
                # One operator among them is to blame: halve until it stands alone.
                if len(part.watches) == 1:
                    part.watches[0].note = str(error)
                else:
                    middle = len(part.watches) // 2
                    waiting += [_Part(self, part.watches[middle:]), _Part(self, part.watches[:middle])]
                continue
            self.parts.append(part)
            for watch in part.watches:
                assert watch.own is not None
                self._add(watch.own, watch, values, results)

    def _add(self, sink: Adding, watch: Watch[Any], mine: Mapping[int, Array], theirs: Mapping[int, Array]) -> None:
        for at, index in watch.pair.results.items():
            if index not in mine or not holds_reals(self.one.tensors[index]):
                continue
            a = in_reals(mine[index], self.one.tensors[index])
            b = in_reals(theirs[at], self.two.tensors[at])
            if at in self.factors and b.shape[-1:] == self.factors[at].shape:
                b = b / self.factors[at]
            if a.shape == b.shape:
                sink.add(a, b)
            else:
                watch.note = f"Its output has shape {list(a.shape)} in one model, {list(b.shape)} in the other."


class _Exposed:
    """The quantized subgraph with what its operators give among its outputs."""

    def __init__(self, station: Station) -> None:
        model, self.subgraph = station.quantized, station.two
        tensors = {index: self.subgraph.tensors[index] for index in station.shown if index >= 0}
        constant = {index for index, tensor in tensors.items() if model.is_constant(tensor)}
        self.constants = {index: model.values(tensors[index]) for index in constant}
        path = f"{station.prefix}-exposed.tflite"
        shown = [index for index in tensors if index not in constant and index not in self.subgraph.inputs]
        self.outputs = expose(model, self.subgraph, shown, path)
        self.runner = station.stack.enter_context(Runner(station.check))
        self.inputs = self.runner.load(path).inputs

    def run(self, inputs: Sequence[Array]) -> Mapping[int, Array]:
        """Every tensor that is shown, constants and inputs among them."""
        arrays = [fitted_to(values, info) for values, info in zip(inputs, self.inputs, strict=True)]
        given = dict(zip(self.subgraph.inputs, arrays, strict=True))
        return {**self.constants, **given, **dict(zip(self.outputs, self.runner.run(arrays), strict=True))}


class _Part:
    """Some operators of the quantized subgraph, severed; loaded when they are first run."""

    def __init__(self, station: Station, watches: Sequence[Watch[Any]]) -> None:
        self.station = station
        self.watches = watches
        self.sources = {theirs: mine for each in watches for theirs, mine in each.pair.feeds.items()}
        self.runner: Runner | None = None
        self.inputs: tuple[TensorInfo, ...] = ()

    def run(self, values: Mapping[int, Array]) -> Mapping[int, Array]:
        """What the operators give for the float model's values. Raises RunError if one of them can't be run."""
        if self.runner is None:
            pairs = [each.pair for each in self.watches]
            path = f"{self.station.prefix}-{pairs[0].operator}-{pairs[-1].operator}.tflite"
            self.severed = sever(self.station.quantized, self.station.two, pairs, path)
            self.runner = self.station.stack.enter_context(Runner(self.station.check))
            self.inputs = self.runner.load(path).inputs
        arrays = []
        for theirs, info in zip(self.severed.feeds, self.inputs, strict=True):
            mine = self.sources[theirs]
            reals = in_reals(values[mine], self.station.one.tensors[mine])
            if theirs in self.station.factors:
                reals = reals * self.station.factors[theirs]
            given = fitted_to(reals, info)
            # A converter may have left out a RESHAPE in front.
            arrays.append(given.reshape(info.shape) if len(info.shape) != given.ndim else given)
        return dict(zip(self.severed.results, self.runner.run(arrays), strict=True))


def holds_reals(tensor: Tensor) -> bool:
    """True for floating-point numbers and for integers that stand for them."""
    return tensor.dtype in FLOATS or (tensor.quantization is not None and len(tensor.quantization.scales) > 0)


def in_reals(values: Array, tensor: Tensor) -> Array:
    """Real values of an activation that may be quantized."""
    if tensor.quantization is None or not tensor.quantization.scales:
        return values
    return real(values, tensor.quantization.scales[0], tensor.quantization.zero_points[0])
