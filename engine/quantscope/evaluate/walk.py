"""Both models run side by side, sample by sample, with an eye on some of their operators, in loops and branches too.

Bodies of WHILE, branches of IF and decompositions of composites that the first subgraph calls are run as models of
their own, step by step on what the first subgraph gave them; what these call in turn isn't looked into.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy.typing as npt

from quantscope.evaluate.alignment import Alignment
from quantscope.evaluate.equalized import multiplied
from quantscope.evaluate.inputs import Samples
from quantscope.evaluate.station import Station, Watch
from quantscope.model.calls import called_by
from quantscope.model.graph import Model, Operator
from quantscope.model.options import OptionsReader
from quantscope.progress import Progress

Array = npt.NDArray[Any]
Key = tuple[int, int]  # subgraph and operator of the float model


def within_reach(model: Model) -> frozenset[int]:
    """The subgraphs that can be watched: the first, and those it calls that call no others."""
    options = OptionsReader(model)
    return frozenset(
        {0}.union(
            called
            for operator in model.subgraphs[0].operators
            for called in calls(operator, options)
            if 0 < called < len(model.subgraphs)
            and not any(called_by(inner, options) for inner in model.subgraphs[called].operators)
        )
    )


def calls(operator: Operator, options: OptionsReader) -> tuple[int, ...]:
    """The subgraphs that a WHILE, an IF or a composite calls; empty for other operators."""
    return called_by(operator, options) if operator.type in FOLLOWED else ()


class Walk:
    """Runs the two models; operators are known by subgraph and index in the float one."""

    def __init__(self, reference: Model, quantized: Model, alignment: Alignment) -> None:
        self.reference = reference
        self.quantized = quantized
        self.pairs = {pair.operator: pair for pair in alignment.subgraphs[0]}
        self.factors = multiplied(reference, quantized, alignment.subgraphs[0]) if alignment.exact else {}
        self.options = OptionsReader(reference)
        self.reached = within_reach(reference)

    def run(self, watches: Mapping[Key, Watch[Any]], samples: Samples, progress: Progress) -> None:
        """Lets `watches` take in what their operators give over all samples. Raises RunError if a model can't be
        run."""
        fraction, doing = 0.0, "Preparing to look at each operator"

        def check() -> None:
            progress(fraction, doing)

        callers = [operator for operator in self.reference.subgraphs[0].operators if self._leads_to(operator, watches)]
        twins = [self._twin(operator) for operator in callers]
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="quantscope-"))

            def station(subgraph: int, mine: Sequence[int] = (), theirs: Sequence[int] = ()) -> Station:
                here = [watch for (number, _), watch in watches.items() if number == subgraph]
                prefix = os.path.join(folder, f"subgraph-{subgraph}")
                return stack.enter_context(
                    Station(
                        self.reference,
                        self.quantized,
                        subgraph,
                        here,
                        prefix,
                        check,
                        mine,
                        theirs,
                        self.factors if subgraph == 0 else {},
                    )
                )

            main = station(
                0,
                [index for operator in callers for index in operator.inputs],
                [index for twin in twins if twin for index in twin.inputs],
            )
            inner = {called: station(called) for caller in callers for called in calls(caller, self.options)}
            for index in range(len(samples)):
                fraction = index / len(samples)
                doing = f"Comparing operators on sample {index + 1} of {len(samples)}"
                check()
                arrays = samples.sample(index)
                step = main.step(arrays, arrays)
                for operator, twin in zip(callers, twins, strict=True):
                    mine = [step.mine[at] for at in operator.inputs]
                    theirs = [step.theirs[at] for at in twin.inputs] if twin and step.theirs else None
                    called = [inner[number] for number in calls(operator, self.options)]
                    FOLLOWED[operator.type](called, mine, theirs)

    def _leads_to(self, operator: Operator, watches: Mapping[Key, Watch[Any]]) -> bool:
        """True if the operator calls a subgraph in which something is watched."""
        called = calls(operator, self.options)
        there = range(len(self.quantized.subgraphs))
        return (
            self.reached.issuperset(called)
            and all(subgraph in there for subgraph in called)
            and any(subgraph in called for subgraph, _ in watches)
        )

    def _twin(self, caller: Operator) -> Operator | None:
        """The operator of the quantized model that makes the same call with as many values."""
        pair = self.pairs.get(caller.index)
        twin = self.quantized.subgraphs[0].operators[pair.written[-1]] if pair else None
        if twin is None or (twin.type, len(twin.inputs)) != (caller.type, len(caller.inputs)):
            return None
        same = all(
            len(self.reference.subgraphs[called].inputs) == len(self.quantized.subgraphs[called].inputs)
            for called in calls(caller, self.options)
        )
        return twin if same else None


def _loop(called: Sequence[Station], mine: Sequence[Array], theirs: Sequence[Array] | None) -> None:
    """Both models go through a loop side by side, as often as the float one does."""
    condition, body = called
    while condition.outputs(condition.step(mine, theirs if condition.watches else None))[0][0].item():
        mine, theirs = body.outputs(body.step(mine, theirs))


def _branch(called: Sequence[Station], mine: Sequence[Array], theirs: Sequence[Array] | None) -> None:
    """Both models take the branch that the float one takes."""
    chosen = called[0] if mine[0].item() else called[1]
    chosen.step(mine[1:], theirs[1:] if theirs else None)


def _composite(called: Sequence[Station], mine: Sequence[Array], theirs: Sequence[Array] | None) -> None:
    """Both models run what a composite stands for."""
    called[0].step(mine, theirs)


FOLLOWED: Final[Mapping[str, Callable[[Sequence[Station], Sequence[Array], Sequence[Array] | None], None]]] = {
    "WHILE": _loop,
    "IF": _branch,
    "STABLEHLO_COMPOSITE": _composite,
}
