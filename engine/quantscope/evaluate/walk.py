"""Both models run side by side, sample by sample, with an eye on some of their operators, in loops and branches too.

What loops, branches, initializations and composites call is run as models of their own, step by step on what the caller
was given, and so is what these call in turn.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy.typing as npt

from quantscope.evaluate.alignment import Alignment
from quantscope.evaluate.equalized import multiplied
from quantscope.evaluate.inputs import Samples
from quantscope.evaluate.station import OPAQUE_TYPES, Station, Watch
from quantscope.model.calls import called_by
from quantscope.model.graph import Model, Operator
from quantscope.model.options import OptionsReader
from quantscope.progress import Progress

Array = npt.NDArray[Any]
Key = tuple[int, int]  # subgraph and operator of the float model
Arrays = Sequence[Array]
# Runs a subgraph on inputs of the float model and, where there are any, of the quantized one; gives both's outputs.
Enter = Callable[[int, Arrays, Arrays | None], tuple[Arrays, Arrays | None]]


class Reach:
    """The subgraphs of a model that can be watched when one of them, the root, is run: it and what it calls, on any
    level, as far as that can be given its inputs from outside."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.options = OptionsReader(model)
        self._followed: dict[int, tuple[Operator, ...]] = {}
        self._below: dict[int, frozenset[int]] = {}

    def followed(self, subgraph: int) -> tuple[Operator, ...]:
        """The operators of a subgraph whose calls can be followed."""
        if subgraph not in self._followed:
            operators = self.model.subgraphs[subgraph].operators
            self._followed[subgraph] = tuple(each for each in operators if self._can_be_followed(each))
        return self._followed[subgraph]

    def below(self, root: int) -> frozenset[int]:
        """The root and all that can be watched when it is run."""
        if root not in self._below:
            reached, waiting = {root}, [root]
            while waiting:
                called = {each for operator in self.followed(waiting.pop()) for each in calls(operator, self.options)}
                waiting += called - reached
                reached |= called
            self._below[root] = frozenset(reached)
        return self._below[root]

    def _can_be_followed(self, operator: Operator) -> bool:
        called = calls(operator, self.options)
        if not called or not all(0 <= each < len(self.model.subgraphs) for each in called):
            return False
        graphs = (self.model.subgraphs[each] for each in called)
        return not any(graph.tensors[at].dtype in OPAQUE_TYPES for graph in graphs for at in graph.inputs)


def calls(operator: Operator, options: OptionsReader) -> tuple[int, ...]:
    """The subgraphs that an operator calls in a way that can be followed; empty for other operators."""
    return called_by(operator, options) if operator.type in FOLLOWED else ()


class Walk:
    """Runs the two models by subgraph `root`; operators are known by subgraph and index in the float one."""

    def __init__(self, reference: Model, quantized: Model, alignment: Alignment, root: int = 0) -> None:
        self.reference = reference
        self.quantized = quantized
        self.alignment = alignment
        self.root = root
        self.reach = Reach(reference)

    def factors(self, subgraph: int) -> Mapping[int, Array]:
        """Of the quantized subgraph's tensors whose channels are multiplied."""
        if not self.alignment.exact:
            return {}
        return multiplied(self.reference, self.quantized, subgraph, self.alignment.subgraphs[subgraph])

    def run(self, watches: Mapping[Key, Watch[Any]], samples: Samples, progress: Progress) -> None:
        """Lets `watches` take in what their operators give over all samples. Raises RunError if a model can't be
        run."""
        fraction, doing = 0.0, "Preparing to look at each operator"

        def check() -> None:
            progress(fraction, doing)

        with self._route(watches, check) as enter:
            for index in range(len(samples)):
                fraction = index / len(samples)
                doing = f"Comparing operators on sample {index + 1} of {len(samples)}"
                check()
                arrays = samples.sample(index)
                enter(self.root, arrays, arrays)

    @contextlib.contextmanager
    def _route(self, watches: Mapping[Key, Watch[Any]], check: Callable[[], None]) -> Iterator[Enter]:
        """Everything loaded that `watches` look at, and the way through it."""
        watched = {subgraph for subgraph, _ in watches}
        route = self._calls(watched)
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="quantscope-"))
            stations = {
                subgraph: stack.enter_context(
                    Station(
                        self.reference,
                        self.quantized,
                        subgraph,
                        [watch for (number, _), watch in watches.items() if number == subgraph],
                        os.path.join(folder, f"subgraph-{subgraph}"),
                        check,
                        [index for call in followed for index in call.caller.inputs],
                        [index for call in followed if call.twin for index in call.twin.inputs],
                        self.factors(subgraph),
                    )
                )
                for subgraph, followed in route.items()
            }

            def enter(subgraph: int, mine: Arrays, theirs: Arrays | None) -> tuple[Arrays, Arrays | None]:
                station = stations[subgraph]
                step = station.step(mine, theirs if watched & self.reach.below(subgraph) else None)
                for call in route[subgraph]:
                    given = [step.mine[at] for at in call.caller.inputs]
                    other = None
                    if call.twin is not None and step.theirs is not None:
                        other = [step.theirs[at] for at in call.twin.inputs]
                    FOLLOWED[call.caller.type](enter, call.called, given, other)
                return station.outputs(step)

            yield enter

    def _calls(self, watched: set[int]) -> dict[int, list["_Call"]]:
        """For each subgraph on the way to `watched` ones the calls to follow."""
        found: dict[int, list[_Call]] = {}
        waiting = [self.root]
        while waiting:
            subgraph = waiting.pop()
            if subgraph in found:
                continue
            found[subgraph] = []
            for operator in self.reach.followed(subgraph):
                called = calls(operator, self.reach.options)
                exist = all(each < len(self.quantized.subgraphs) for each in called)
                if exist and any(watched & self.reach.below(each) for each in called):
                    found[subgraph].append(_Call(operator, self._twin(subgraph, operator, called), called))
                    waiting += called
        return found

    def _twin(self, subgraph: int, caller: Operator, called: Sequence[int]) -> Operator | None:
        """The operator of the quantized model that makes the same call with as many values."""
        pairs = (pair for pair in self.alignment.subgraphs[subgraph] if pair.operator == caller.index)
        pair = next(pairs, None)
        twin = self.quantized.subgraphs[subgraph].operators[pair.written[-1]] if pair else None
        if twin is None or (twin.type, len(twin.inputs)) != (caller.type, len(caller.inputs)):
            return None
        same = all(
            len(self.reference.subgraphs[each].inputs) == len(self.quantized.subgraphs[each].inputs) for each in called
        )
        return twin if same else None


@dataclass(frozen=True, slots=True)
class _Call:
    """An operator of the float model that calls subgraphs, and the one of the quantized model that does the same."""

    caller: Operator
    twin: Operator | None
    called: tuple[int, ...]


def _loop(enter: Enter, called: Sequence[int], mine: Arrays, theirs: Arrays | None) -> None:
    """Both models go through a loop side by side, as often as the float one does."""
    condition, body = called
    while enter(condition, mine, theirs)[0][0].item():
        mine, theirs = enter(body, mine, theirs)


def _branch(enter: Enter, called: Sequence[int], mine: Arrays, theirs: Arrays | None) -> None:
    """Both models take the branch that the float one takes."""
    chosen = called[0] if mine[0].item() else called[1]
    enter(chosen, mine[1:], None if theirs is None else theirs[1:])


def _whole(enter: Enter, called: Sequence[int], mine: Arrays, theirs: Arrays | None) -> None:
    """Both models run what a composite stands for, or what initializes variables."""
    enter(called[0], mine, theirs)


FOLLOWED: Final[Mapping[str, Callable[[Enter, Sequence[int], Arrays, Arrays | None], None]]] = {
    "WHILE": _loop,
    "IF": _branch,
    "STABLEHLO_COMPOSITE": _whole,
    "CALL_ONCE": _whole,
}
