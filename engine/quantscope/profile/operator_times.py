"""From the timed steps of profiled runs to times of TFLite operators."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from quantscope.documents.profile import OperatorTime, Unattributed
from quantscope.model.graph import Model, Subgraph
from quantscope.profile.alignment import Alignment, align
from quantscope.profile.litert_wire import Step
from quantscope.profile.ticks import Reckoned
from quantscope.quantize.partition import partitions
from quantscope.quantize.predict import SIDE_EFFECTS

MIDDLE: Final = (35, 65)
Key = tuple[int, int]  # subgraph and operator


def typical(latencies: Sequence[float]) -> npt.NDArray[np.bool_]:
    """Which runs took neither much less nor much more than the median: the middle third.

    Their mean is what operators' times are given as: of a clock that ticks in microseconds a mean makes finer times and
    a median doesn't, and the operators' means add up to the runs' mean.
    """
    values = np.asarray(latencies, np.float64)
    low, high = np.percentile(values, MIDDLE)
    middle: npt.NDArray[np.bool_] = (values >= low) & (values <= high)
    return middle


def operator_times(
    model: Model, steps: Sequence[Step], us: Sequence[float]
) -> tuple[tuple[OperatorTime, ...], tuple[Unattributed, ...]]:
    """Times of every operator that ran or was delegated, in order, and of kernels that belong to none with certainty.

    `us` [step] are mean readings per inference. An operator that runs several times in an inference (in a loop) gets
    the sum; the time of a control-flow operator is without that of the operators it runs.
    """
    ledger = _Ledger(model, _Graphs(model, steps))
    for block in _blocks(steps):
        ledger.enter(block, steps, us)
    return ledger.operators(), ledger.unattributed()


@dataclass(frozen=True, slots=True)
class _Block:
    """Consecutive steps: one operator, or the kernels of a partition. `around` are the subgraphs of the operators that
    ran before and after it."""

    places: tuple[int, ...]
    builtin: bool
    around: tuple[int, ...]


def _blocks(steps: Sequence[Step]) -> Iterator[_Block]:
    nexts = [0] * len(steps)
    following = 0
    for place in range(len(steps) - 1, -1, -1):
        following = steps[place].subgraph if steps[place].builtin else following
        nexts[place] = following
    previous = 0
    place = 0
    while place < len(steps):
        end = place + 1
        if steps[place].builtin:
            previous = steps[place].subgraph
        else:
            while end < len(steps) and not steps[end].builtin and steps[end].node > steps[end - 1].node:
                end += 1
        yield _Block(tuple(range(place, end)), steps[place].builtin, (previous, nexts[place]))
        place = end


class _Graphs:
    """What the delegate made of each subgraph: which operators are in which partition."""

    def __init__(self, model: Model, steps: Sequence[Step]) -> None:
        self.model = model
        self.seen = {(step.subgraph, step.node) for step in steps if step.builtin}
        delegates = not all(step.builtin for step in steps)
        self.partitions = [self._partitions(subgraph) if delegates else [] for subgraph in model.subgraphs]
        self.controlled = any(
            model.subgraphs[subgraph].operators[node].type in SIDE_EFFECTS for subgraph, node in self.seen
        )
        self.next = [0] * len(model.subgraphs)
        self.alignments: dict[tuple[tuple[int, ...], int, tuple[str, ...]], Alignment] = {}

    def _partitions(self, subgraph: Subgraph) -> list[tuple[int, ...]]:
        operators = subgraph.operators
        resources = {tensor.index for tensor in subgraph.tensors if tensor.dtype == "RESOURCE"}
        found = partitions(
            [operator.inputs for operator in operators],
            [operator.outputs for operator in operators],
            [(subgraph.index, operator.index) not in self.seen for operator in operators],
            [
                operator.index
                for operator in operators
                if operator.type in SIDE_EFFECTS or not resources.isdisjoint((*operator.inputs, *operator.outputs))
            ],
        )
        return list(map(tuple, found or []))

    def owner(self, around: Sequence[int], kernels: tuple[str, ...]) -> tuple[int, tuple[int, ...], Alignment] | None:
        """The subgraph and the operators whose kernels these are, and how they are laid onto them; None if that could
        be several.

        A block belongs to a partition of the subgraph that runs around it, or of one that has no operator outside the
        delegate. Partitions of a subgraph run in order, over and over in a loop; those that leave nothing to run are
        passed over.
        """
        fits = []
        candidates = [subgraph for subgraph in self._candidates(around) if self.partitions[subgraph]]
        for subgraph in candidates:
            parts = self.partitions[subgraph]
            for step in range(len(parts)):
                place = (self.next[subgraph] + step) % len(parts)
                alignment = self._align(subgraph, parts[place], kernels)
                if alignment.complete or len(candidates) == len(parts) == 1:
                    fits.append((subgraph, place, alignment))
                    break
        if len(fits) != 1:
            return None
        subgraph, place, alignment = fits[0]
        self.next[subgraph] = (place + 1) % len(self.partitions[subgraph])
        return subgraph, self.partitions[subgraph][place], alignment

    def _candidates(self, around: Sequence[int]) -> list[int]:
        hidden = []
        if self.controlled:
            busy = {subgraph for subgraph, _ in self.seen}
            hidden = [subgraph.index for subgraph in self.model.subgraphs[1:] if subgraph.index not in busy]
        return list(dict.fromkeys((*around, *((0,) if self.controlled else ()), *hidden)))

    def _align(self, subgraph: int, part: tuple[int, ...], kernels: tuple[str, ...]) -> Alignment:
        key = (part, subgraph, kernels)
        if key not in self.alignments:
            operators = self.model.subgraphs[subgraph].operators
            self.alignments[key] = align([operators[place].type for place in part], kernels)
        return self.alignments[key]


@dataclass(slots=True)
class _Ledger:
    """Where the time went so far."""

    model: Model
    graphs: _Graphs
    times: defaultdict[Key, Reckoned] = field(default_factory=lambda: defaultdict(Reckoned))
    kernels: defaultdict[Key, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    vanished: set[Key] = field(default_factory=set)
    ran: set[int] = field(default_factory=lambda: {0})
    foreign: defaultdict[str, Reckoned] = field(default_factory=lambda: defaultdict(Reckoned))
    control: list[Key] = field(default_factory=list)

    def enter(self, block: _Block, steps: Sequence[Step], us: Sequence[float]) -> None:
        """Books the steps of one block."""
        if block.builtin:
            step = steps[block.places[0]]
            key = (step.subgraph, step.node)
            self._leave_to(step.subgraph)
            self._book(key, step, us[block.places[0]])
            if self.model.subgraphs[step.subgraph].operators[step.node].type in SIDE_EFFECTS:
                self.control.append(key)
            return
        found = self.graphs.owner(block.around, tuple(steps[place].tag for place in block.places))
        if found is None:
            for place in block.places:
                self._book(None, steps[place], us[place])
            return
        subgraph, part, alignment = found
        self._leave_to(subgraph)
        self.ran.add(subgraph)
        for place, owner in zip(block.places, alignment.owners, strict=True):
            self._book(None if owner is None else (subgraph, part[owner]), steps[place], us[place])
        self.vanished |= {(subgraph, part[place]) for place in alignment.vanished}

    def _leave_to(self, subgraph: int) -> None:
        """Control is back in a subgraph: what its control-flow operator ran is over."""
        while any(key[0] == subgraph for key in self.control):
            self.control.pop()

    def _book(self, key: Key | None, step: Step, reading: float) -> None:
        taken = Reckoned()
        if step.builtin:  # timed by two looks at a clock that runs on
            taken.add(reading)
        else:
            taken.add_kernel(reading)
        if self.control:
            self.times[self.control[-1]].subtract(taken)
        if key is None:
            self.foreign[step.tag].include(taken)
        else:
            self.ran.add(key[0])
            self.times[key].include(taken)
            self.kernels[key][step.tag] = None

    def operators(self) -> tuple[OperatorTime, ...]:
        """Every operator of the subgraphs that ran."""
        found = []
        for subgraph in self.model.subgraphs:
            for operator in subgraph.operators if subgraph.index in self.ran else ():
                key = (subgraph.index, operator.index)
                taken = self.times[key] if key in self.kernels else None
                us = max(0.0, taken.us) if taken else 0.0 if key in self.vanished else None
                found.append(
                    OperatorTime(
                        subgraph=subgraph.index,
                        index=operator.index,
                        type=operator.type,
                        name=subgraph.outputs_of(operator)[0].name if operator.outputs else "",
                        us=us,
                        error_us=taken.error_us if taken else None,
                        attribution=self._attribution(key),
                        kernels=tuple(self.kernels.get(key, ())),
                    )
                )
        return tuple(found)

    def _attribution(self, key: Key) -> str:
        if key in self.graphs.seen:
            return "exact"
        return "matched" if key in self.kernels else "folded" if key in self.vanished else "none"

    def unattributed(self) -> tuple[Unattributed, ...]:
        """Kernels that belong to no operator with certainty."""
        return tuple(
            Unattributed(kernel=kernel, us=taken.us, error_us=taken.error_us) for kernel, taken in self.foreign.items()
        )
