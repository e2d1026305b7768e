"""The error of every operator: what it makes itself, given the float model's tensors, and what has accumulated at it.

Operators are looked at as many at a time as fit into memory, each time over all samples; see `walk` for how.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from quantscope import documents
from quantscope.evaluate.alignment import Alignment, Pair
from quantscope.evaluate.inputs import Samples
from quantscope.evaluate.measures import Distance
from quantscope.evaluate.station import OPAQUE_TYPES, Watch, holds_reals
from quantscope.evaluate.walk import Key, Reach, Walk
from quantscope.model.calls import reached_from
from quantscope.model.graph import Model, Operator, Subgraph, Tensor
from quantscope.progress import Progress, part, silent

Errors = Watch[Distance]

# Tensors of one pass over the samples, in bytes: what a process has to hold at a time.
PASS_BYTES: Final = 128 << 20

NOT_FLOAT: Final = "Its outputs aren't floating-point numbers."
NOT_FOUND: Final = "The quantized model has no operator that corresponds to it."
NOT_CALLED: Final = "Nothing that was run calls its subgraph."
NOT_FOLLOWED: Final = "Its subgraph is called by an operator, or with values, that can't be followed."
NOT_RUN: Final = "Its subgraph was never run on these inputs."
OPAQUE: Final = "It works on strings or resources, which can't be given to it from outside."


def operator_errors(
    reference: Model,
    quantized: Model,
    alignment: Alignment,
    samples: Mapping[int, Samples],
    progress: Progress = silent,
    pass_bytes: int = PASS_BYTES,
) -> tuple[documents.OperatorError, ...]:
    """Errors of all operators of `reference`, in order, over `samples` of each subgraph that is run.

    What the runtime can't do for one operator is its note. Raises RunError if one of the models doesn't run at all.
    """
    found = {
        (subgraph, pair.operator): Watch(pair, accumulated=Distance(), own=Distance())
        for subgraph, row in enumerate(alignment.subgraphs)
        for pair in row
    }
    reach = Reach(reference)
    for (subgraph, _), watch in found.items():
        watch.note = obstacle(reference.subgraphs[subgraph], quantized.subgraphs[subgraph], watch.pair)
        if watch.note is None:
            watch.note = out_of_reach(reach, subgraph, samples)
    passes = [
        (root, chosen)
        for chosen in _passes(reference, found, pass_bytes)
        for root in samples
        if any(subgraph in reach.below(root) for subgraph, _ in chosen)
    ]
    walks = {root: Walk(reference, quantized, alignment, root) for root in samples}
    for number, (root, chosen) in enumerate(passes):
        stage = part(progress, number / len(passes), (number + 1) / len(passes))
        walks[root].run(chosen, samples[root], stage)
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


def out_of_reach(reach: Reach, subgraph: int, roots: Iterable[int]) -> str | None:
    """Why a subgraph can't be watched when `roots` are run; None if it can."""
    if any(subgraph in reach.below(root) for root in roots):
        return None
    called = any(subgraph in reached_from(reach.model, root) for root in roots)
    return NOT_FOLLOWED if called else NOT_CALLED


def obstacle(one: Subgraph, two: Subgraph, pair: Pair) -> str | None:
    """Why a pair can't be measured from how it looks; None if it can."""
    mine = [one.tensors[index] for index in pair.results.values()]
    if not any(map(holds_reals, mine)):
        return NOT_FLOAT
    theirs = [two.tensors[index] for index in (*pair.feeds, *pair.results)]
    if any(tensor.dtype in OPAQUE_TYPES for tensor in theirs):
        return OPAQUE
    fed = zip(pair.feeds.values(), pair.feeds, strict=True)
    given = zip(pair.results.values(), pair.results, strict=True)
    if any(one.tensors[a].elements != two.tensors[b].elements for a, b in fed) or any(
        not _alike(one.tensors[a], two.tensors[b]) for a, b in given
    ):
        return NOT_FOUND
    return None


def _alike(one: Tensor, two: Tensor) -> bool:
    """True if two tensors may have the same shape."""
    return len(one.shape) == len(two.shape) and all(
        a == b or -1 in (a, b) for a, b in zip(one.shape, two.shape, strict=True)
    )


def _passes(reference: Model, found: Mapping[Key, Errors], limit: int) -> list[dict[Key, Errors]]:
    """What can be measured, in order, cut where the tensors would take more than `limit` bytes."""
    passes: list[dict[Key, Errors]] = []
    room = 0
    for key, watch in found.items():
        if watch.note is not None:
            continue
        tensors, pair = reference.subgraphs[key[0]].tensors, watch.pair
        size = sum(4 * tensors[index].elements for index in {*pair.feeds.values(), *pair.results.values()})
        if not passes or room + size > limit:
            passes.append({})
            room = 0
        passes[-1][key] = watch
        room += size
    return passes


def _document(subgraph: Subgraph, operator: Operator, watch: Errors | None) -> documents.OperatorError:
    if watch is None:
        floats = any(map(holds_reals, subgraph.outputs_of(operator)))
        return documents.OperatorError(
            subgraph=subgraph.index,
            index=operator.index,
            type=operator.type,
            sqnr_db=None,
            note=NOT_FOUND if floats else NOT_FLOAT,
        )
    own = watch.own.error() if watch.own and watch.own.samples else None
    whole = watch.accumulated.error() if watch.accumulated.samples else None
    return documents.OperatorError(
        subgraph=subgraph.index,
        index=operator.index,
        type=operator.type,
        sqnr_db=whole.sqnr_db if whole else None,
        max_abs=whole.max_abs if whole else None,
        cosine=whole.cosine if whole else None,
        identical=whole.identical if whole else False,
        own=own,
        written=watch.pair.written,
        note=watch.note if own or whole or watch.note else NOT_RUN,
    )
