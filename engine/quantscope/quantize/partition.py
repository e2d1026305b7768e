"""Partitioning: the runs of operators that TFLite hands to a delegate as one node.

TFLite (tflite/graph_info.cc, PartitionGraphIntoIndependentNodeSubsets, greedily) sweeps over the operators again and
again and puts each into the current subset if all its inputs are ready and the subset is of its kind, delegated or not;
the first that is ready decides the kind. When nothing fits any more, the next subset begins. An operator in a subset
makes others ready and none unready, so what is in a subset doesn't depend on the order in which it is filled, and each
subset is of the other kind than the one before.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise


def partitions(
    inputs: Sequence[Sequence[int]],
    outputs: Sequence[Sequence[int]],
    delegated: Sequence[bool],
    side_effects: Sequence[int] = (),
) -> list[list[int]] | None:
    """The operators of each partition, ascending; the partitions in the order in which they run.

    `inputs` and `outputs` are the tensors that each operator reads and writes, -1 for an absent one; `side_effects` are
    the operators, ascending, that must keep their order. None if operators wait for each other in a circle: then TFLite
    refuses to delegate anything.
    """
    subsets = _in_order(inputs, outputs, delegated, side_effects)
    if subsets is None:
        return _in_any_order(inputs, outputs, delegated, side_effects)
    found: dict[int, list[int]] = defaultdict(list)
    for operator, subset in enumerate(subsets):
        if delegated[operator]:
            found[subset].append(operator)
    return [found[subset] for subset in sorted(found)]


def _in_any_order(
    inputs: Sequence[Sequence[int]],
    outputs: Sequence[Sequence[int]],
    delegated: Sequence[bool],
    side_effects: Sequence[int],
) -> list[list[int]] | None:
    """With a stack of the operators of each kind that are ready, so that each is looked at once."""
    waiting, readers = _dependencies(inputs, outputs, side_effects)
    ready: dict[bool, list[int]] = {False: [], True: []}
    for operator, count in enumerate(waiting):
        if count == 0:
            ready[delegated[operator]].append(operator)
    result = []
    kind = min(ready, key=lambda kind: ready[kind][:1] or [len(inputs)])
    done = 0
    while ready[kind]:
        subset = []
        while ready[kind]:
            operator = ready[kind].pop()
            subset.append(operator)
            for thing in (*outputs[operator], _end(operator)):
                for reader in readers.pop(thing, ()):
                    waiting[reader] -= 1
                    if waiting[reader] == 0:
                        ready[delegated[reader]].append(reader)
        done += len(subset)
        if kind:
            result.append(sorted(subset))
        kind = not kind
    return result if done == len(inputs) else None


def _in_order(
    inputs: Sequence[Sequence[int]],
    outputs: Sequence[Sequence[int]],
    delegated: Sequence[bool],
    side_effects: Sequence[int],
) -> list[int] | None:
    """The subset that each operator comes into; None unless each stands behind those it waits for, as is usual.

    Subsets are of one kind and the other in turn, the first of the first operator's, so an operator comes into the
    first one of its kind that is none before those of the operators it waits for.
    """
    made: dict[int, int] = {}  # the subset that makes each tensor
    given: set[int] = set()
    subsets: list[int] = []
    chain = set(side_effects)
    last = 0
    for operator, (reads, writes, kind) in enumerate(zip(inputs, outputs, delegated, strict=True)):
        subset = last if operator in chain else 0
        for tensor in reads:
            if tensor in made:
                if made[tensor] > subset:
                    subset = made[tensor]
            else:
                given.add(tensor)
        if (subset & 1) == (kind == delegated[0]):
            subset += 1
        for tensor in writes:
            if tensor in made:
                return None
            if tensor >= 0:
                made[tensor] = subset
        if operator in chain:
            last = subset
        subsets.append(subset)
    return subsets if given.isdisjoint(made) else None


def _dependencies(
    inputs: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]], side_effects: Sequence[int]
) -> tuple[list[int], dict[int, list[int]]]:
    """For each operator the number of things it waits for, and for each thing the operators that wait for it.

    Things are the tensors that operators write, and the end of each operator that others must not overtake (see _end).
    """
    written = {tensor for tensors in outputs for tensor in tensors if tensor >= 0}
    before = {after: _end(first) for first, after in pairwise(side_effects)}
    waiting = []
    readers: dict[int, list[int]] = defaultdict(list)
    for operator, tensors in enumerate(inputs):
        things = written.intersection(tensors)
        if operator in before:
            things.add(before[operator])
        waiting.append(len(things))
        for thing in things:
            readers[thing].append(operator)
    return waiting, readers


def _end(operator: int) -> int:
    """A number for "this operator has run" that no tensor has, the absent one, -1, included."""
    return -2 - operator
