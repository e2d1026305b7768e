"""The error of every operator: what it makes itself, given the float model's tensors, and what has accumulated at it.

Both files are run sample by sample: the float one with all tensors kept, the quantized one exposed (accumulated errors)
and severed (own errors), see `dissection`. Bodies of WHILE and branches of IF that the first subgraph calls are run as
models of their own, step by step on what the first subgraph gave them; what these call in turn isn't looked into.
"""

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy.typing as npt

from quantscope import documents
from quantscope.evaluate.alignment import Alignment, Pair
from quantscope.evaluate.inputs import Samples
from quantscope.evaluate.station import Measured, Station, holds_reals
from quantscope.model.graph import Model, Operator, Subgraph, Tensor
from quantscope.model.options import OptionsReader
from quantscope.progress import Progress, part, silent

Array = npt.NDArray[Any]
Key = tuple[int, int]  # subgraph and operator of the float model

# Tensors of one pass over the samples, in bytes: what a process has to hold at a time.
PASS_BYTES: Final = 128 << 20
OPAQUE_TYPES: Final = frozenset({"STRING", "RESOURCE", "VARIANT"})
CALLS: Final[Mapping[str, tuple[str, ...]]] = {
    "WHILE": ("CondSubgraphIndex", "BodySubgraphIndex"),
    "IF": ("ThenSubgraphIndex", "ElseSubgraphIndex"),
}

NOT_FLOAT: Final = "Its outputs aren't floating-point numbers."
NOT_FOUND: Final = "The quantized model has no operator that corresponds to it."
NOT_REACHED: Final = "It lies in a subgraph that can't be watched while the model runs."
NOT_RUN: Final = "Its subgraph was never run on these inputs."
OPAQUE: Final = "It works on strings or resources, which can't be given to it from outside."


def operator_errors(
    reference: Model,
    quantized: Model,
    alignment: Alignment,
    samples: Samples,
    progress: Progress = silent,
    pass_bytes: int = PASS_BYTES,
) -> tuple[documents.OperatorError, ...]:
    """Errors of all operators of `reference`, in order, over `samples`.

    What the runtime can't do for one operator is its note. Raises RunError if one of the models doesn't run at all.
    """
    found = {
        (subgraph, pair.operator): Measured(pair) for subgraph, row in enumerate(alignment.subgraphs) for pair in row
    }
    watched = _watched(reference)
    for (subgraph, _), measured in found.items():
        measured.note = _obstacle(reference.subgraphs[subgraph], quantized.subgraphs[subgraph], measured.pair)
        if measured.note is None and subgraph not in watched:
            measured.note = NOT_REACHED
    passes = _passes(reference, found, pass_bytes)
    work = _Pass(reference, quantized, found)
    for number, chosen in enumerate(passes):
        with tempfile.TemporaryDirectory(prefix="quantscope-") as folder:
            stage = part(progress, number / len(passes), (number + 1) / len(passes))
            work.run(chosen, samples, os.path.join(folder, "subgraph"), stage)
    return tuple(
        _document(subgraph, operator, found.get((subgraph.index, operator.index)))
        for subgraph in reference.subgraphs
        for operator in subgraph.operators
    )


def unmeasured(reference: Model, note: str) -> tuple[documents.OperatorError, ...]:
    """The operators without figures, for one reason."""
    return tuple(
        documents.OperatorError(
            subgraph=subgraph.index, index=operator.index, type=operator.type, sqnr_db=None, note=note
        )
        for subgraph in reference.subgraphs
        for operator in subgraph.operators
    )


def _watched(reference: Model) -> set[int]:
    """The first subgraph, and those it calls that call no others."""
    watched = {0}
    options = OptionsReader(reference)
    for operator in reference.subgraphs[0].operators:
        for called in calls(operator, options):
            if 0 < called < len(reference.subgraphs):
                inside = reference.subgraphs[called].operators
                if not any(each.type in CALLS or each.type.startswith("STABLEHLO") for each in inside):
                    watched.add(called)
    return watched


def calls(operator: Operator, options: OptionsReader) -> tuple[int, ...]:
    """The subgraphs that a WHILE or an IF calls; empty for other operators."""
    names = CALLS.get(operator.type, ())
    scalars = options.scalars(operator) if names else {}
    return tuple(int(scalars.get(name, 0)) for name in names)


def _obstacle(one: Subgraph, two: Subgraph, pair: Pair) -> str | None:
    """Why a pair can't be measured from how it looks; None if it can."""
    mine = [one.tensors[index] for index in pair.results.values()]
    if not any(map(holds_reals, mine)):
        return NOT_FLOAT
    theirs = [two.tensors[index] for index in (*pair.feeds, *pair.results)]
    if any(tensor.dtype in OPAQUE_TYPES for tensor in theirs):
        return OPAQUE
    ours = [one.tensors[index] for index in (*pair.feeds.values(), *pair.results.values())]
    if any(not _alike(a, b) for a, b in zip(ours, theirs, strict=True)):
        return NOT_FOUND
    return None


def _alike(one: Tensor, two: Tensor) -> bool:
    """True if two tensors may have the same shape."""
    return len(one.shape) == len(two.shape) and all(
        a == b or -1 in (a, b) for a, b in zip(one.shape, two.shape, strict=True)
    )


def _passes(reference: Model, found: Mapping[Key, Measured], limit: int) -> list[list[Key]]:
    """What can be measured, in order, cut where the tensors would take more than `limit` bytes."""
    passes: list[list[Key]] = []
    room = 0
    for key, measured in found.items():
        if measured.note is not None:
            continue
        tensors, pair = reference.subgraphs[key[0]].tensors, measured.pair
        size = sum(4 * tensors[index].elements for index in {*pair.feeds.values(), *pair.results.values()})
        if not passes or room + size > limit:
            passes.append([])
            room = 0
        passes[-1].append(key)
        room += size
    return passes


def _document(subgraph: Subgraph, operator: Operator, measured: Measured | None) -> documents.OperatorError:
    if measured is None:
        floats = any(map(holds_reals, subgraph.outputs_of(operator)))
        return documents.OperatorError(
            subgraph=subgraph.index,
            index=operator.index,
            type=operator.type,
            sqnr_db=None,
            note=NOT_FOUND if floats else NOT_FLOAT,
        )
    own = measured.own.error() if measured.own.samples else None
    whole = measured.accumulated.error() if measured.accumulated.samples else None
    return documents.OperatorError(
        subgraph=subgraph.index,
        index=operator.index,
        type=operator.type,
        sqnr_db=whole.sqnr_db if whole else None,
        max_abs=whole.max_abs if whole else None,
        cosine=whole.cosine if whole else None,
        identical=whole.identical if whole else False,
        own=own,
        written=measured.pair.written,
        note=measured.note if own or whole or measured.note else NOT_RUN,
    )


class _Pass:
    """One run over all samples that measures some of the pairs."""

    def __init__(self, reference: Model, quantized: Model, found: Mapping[Key, Measured]) -> None:
        self.reference = reference
        self.quantized = quantized
        self.found = found
        self.options = OptionsReader(reference)

    def run(self, chosen: Sequence[Key], samples: Samples, prefix: str, progress: Progress) -> None:
        """Adds the errors of the pairs `chosen` over all samples to what was found."""
        fraction, doing = 0.0, "Preparing to look at each operator"

        def check() -> None:
            progress(fraction, doing)

        callers = [
            operator
            for operator in self.reference.subgraphs[0].operators
            if {subgraph for subgraph, _ in chosen}.intersection(calls(operator, self.options))
        ]
        twins = [self._twin(operator) for operator in callers]
        with contextlib.ExitStack() as stack:

            def station(subgraph: int, watched: Sequence[int] = (), watched_too: Sequence[int] = ()) -> Station:
                measured = [self.found[key] for key in chosen if key[0] == subgraph]
                return stack.enter_context(
                    Station(
                        self.reference,
                        self.quantized,
                        subgraph,
                        measured,
                        f"{prefix}-{subgraph}",
                        check,
                        watched,
                        watched_too,
                    )
                )

            main = station(
                0,
                [index for operator in callers for index in operator.inputs],
                [index for twin in twins if twin for index in twin.inputs],
            )
            inner = {called: station(called) for operator in callers for called in calls(operator, self.options)}
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
                    (_loop if operator.type == "WHILE" else _branch)(called, mine, theirs)

    def _twin(self, caller: Operator) -> Operator | None:
        """The operator of the quantized model that makes the same call."""
        found = self.found.get((0, caller.index))
        twin = self.quantized.subgraphs[0].operators[found.pair.written[-1]] if found else None
        return twin if twin and twin.type == caller.type else None


def _loop(called: Sequence[Station], mine: Sequence[Array], theirs: Sequence[Array] | None) -> None:
    """Both models go through a loop side by side, as often as the float one does."""
    condition, body = called
    while condition.outputs(condition.step(mine, theirs if condition.measured else None))[0][0].item():
        mine, theirs = body.outputs(body.step(mine, theirs))


def _branch(called: Sequence[Station], mine: Sequence[Array], theirs: Sequence[Array] | None) -> None:
    """Both models take the branch that the float one takes."""
    chosen = called[0] if mine[0].item() else called[1]
    chosen.step(mine[1:], theirs[1:] if theirs else None)
