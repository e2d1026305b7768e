"""Which operators of a quantized file stand for which operators of the float one. Names of tensors are never looked at.

Both subgraphs are seen without the operators that only change how a value is stored: tensors that QUANTIZE and
DEQUANTIZE join are one value, and a constant behind DEQUANTIZE or DENSIFY is a constant.

A file that keeps the float file's tensors in their places (all of Quantscope's do, see model/write.py) is aligned
exactly: each float operator corresponds to what computes its output from its inputs in the other file, which must
account for every operator there. Any other file is aligned as well as can be told: by kind, by which inputs are read,
and by order, first from the inputs on, then in the gaps between what was found.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final

from quantscope.model.graph import Model, Operator, Subgraph

STORAGE_CHANGES: Final = frozenset({"QUANTIZE", "DEQUANTIZE"})
CONSTANT_MAKERS: Final = frozenset({"DEQUANTIZE", "DENSIFY"})
# An operator that a rewrite may put in place of another, kind for kind.
REPLACEMENTS: Final = frozenset({("GATHER", "EMBEDDING_LOOKUP")})


@dataclass(frozen=True, slots=True)
class Pair:
    """A float operator and the operators that do its work in the quantized file, in order of execution.

    `feeds` gives for each tensor that these read from outside the float tensor with the same value, `results` the same
    for what they give to others.
    """

    operator: int
    written: tuple[int, ...]
    feeds: Mapping[int, int]
    results: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairs of each subgraph; `exact` where every operator is accounted for by the places of tensors."""

    subgraphs: tuple[tuple[Pair, ...], ...]
    exact: bool


def align(reference: Model, quantized: Model) -> Alignment:
    """Pairs the operators of two files; subgraphs go by their numbers, and one without a partner has no pairs."""
    views = [
        (_View(reference, one), _View(quantized, two))
        for one, two in zip(reference.subgraphs, quantized.subgraphs, strict=False)
    ]
    if len(reference.subgraphs) == len(quantized.subgraphs):
        exact = [_by_place(one, two) for one, two in views]
        if all(pairs is not None for pairs in exact):
            return Alignment(tuple(pairs for pairs in exact if pairs is not None), True)
    return Alignment(tuple(_by_structure(one, two) for one, two in views), False)


class _View:
    """A subgraph without changes of storage: operators that compute, between values that are sets of tensors."""

    def __init__(self, model: Model, subgraph: Subgraph) -> None:
        self.model = model
        self.subgraph = subgraph
        self.makers: dict[int, Operator] = {}
        self.fixed: set[int] = set()
        self.joined: dict[int, int] = {}
        self.operators: list[Operator] = []
        for operator in subgraph.operators:
            read = [index for index in operator.inputs if index >= 0]
            if operator.type in CONSTANT_MAKERS and read and self.is_constant(read[0]):
                self.fixed.update(operator.outputs)
                self.makers.update(dict.fromkeys(operator.outputs, operator))
            elif operator.type in STORAGE_CHANGES and read and len(operator.outputs) == 1:
                self.joined[operator.outputs[0]] = self.value(read[0])
            else:
                self.operators.append(operator)

    def is_constant(self, tensor: int) -> bool:
        """True for what is in the file, made from that alone, or a state that starts at zero."""
        found = self.subgraph.tensors[tensor]
        return tensor in self.fixed or found.variable or self.model.is_constant(found)

    def value(self, tensor: int) -> int:
        """The tensor that a value had first, whatever forms it was stored in since."""
        return self.joined.get(tensor, tensor)

    @cached_property
    def producers(self) -> Mapping[int, Operator]:
        """The operator that computes each value."""
        return {index: operator for operator in self.operators for index in operator.outputs}

    @cached_property
    def forms(self) -> Mapping[int, Sequence[int]]:
        """All tensors that hold each value, the first one first."""
        forms: dict[int, list[int]] = defaultdict(list)
        for tensor, value in self.joined.items():
            forms[value].append(tensor)
        return {tensor.index: (tensor.index, *forms[tensor.index]) for tensor in self.subgraph.tensors}

    def reads(self, operator: Operator) -> Iterator[int]:
        """The tensors an operator reads that are neither constants nor states."""
        return (index for index in operator.inputs if index >= 0 and not self.is_constant(index))

    def with_makers(self, operators: Sequence[Operator]) -> tuple[int, ...]:
        """Operators with those that unpack their constants, by index in order of execution."""
        found = {operator.index for operator in operators}
        waiting = [index for operator in operators for index in operator.inputs]
        while waiting:
            maker = self.makers.get(waiting.pop())
            if maker is not None and maker.index not in found:
                found.add(maker.index)
                waiting += maker.inputs
        return tuple(sorted(found))


# By place -----------------------------------------------------------------------------------------------------------


def _by_place(reference: _View, quantized: _View) -> tuple[Pair, ...] | None:
    """Pairs by the numbers of tensors; None unless they account for every operator of both."""
    one, two = reference.subgraph, quantized.subgraph
    if (one.inputs, one.outputs) != (two.inputs, two.outputs) or len(two.tensors) < len(one.tensors):
        return None
    if any(a.shape != b.shape for a, b in zip(one.tensors, two.tensors, strict=False)):
        return None
    kept: dict[int, int] = {}
    for place in range(len(one.tensors)):
        kept.setdefault(quantized.value(place), reference.value(place))
    pairs: list[Pair] = []
    explained: set[int] = set()
    for operator in reference.operators:
        pair = _explained(operator, reference, quantized, kept)
        if pair is None:
            return None
        pairs.append(pair)
        explained.update(pair.written)
    every = {operator.index for operator in quantized.operators}
    return tuple(pairs) if every <= explained else None


def _explained(operator: Operator, reference: _View, quantized: _View, kept: Mapping[int, int]) -> Pair | None:
    """What computes the operator's outputs in the quantized file from the operator's inputs and nothing else."""
    if not operator.outputs:
        return _without_outputs(operator, quantized)
    waiting = [quantized.value(index) for index in operator.outputs if index >= 0]
    results = {value: kept[value] for value in waiting}
    found: dict[int, Operator] = {}
    feeds: dict[int, int] = {}
    while waiting:
        producer = quantized.producers.get(waiting.pop())
        if producer is None:
            return None
        if producer.index in found:
            continue
        found[producer.index] = producer
        for index in quantized.reads(producer):
            value = quantized.value(index)
            if value in kept:
                feeds[index] = kept[value]
            else:
                waiting.append(value)
    if not found:
        return None
    wanted = {reference.value(index) for index in reference.reads(operator)}
    (*others, last) = [found[index].type for index in sorted(found)]
    same = operator.type == last or (operator.type, last) in REPLACEMENTS or bool(others)
    if not same or set(feeds.values()) != wanted:
        return None
    return Pair(operator.index, quantized.with_makers([*found.values()]), feeds, results)


def _without_outputs(operator: Operator, quantized: _View) -> Pair | None:
    """An operator that works by its side effects is known by what it reads."""
    same = [each for each in quantized.operators if (each.type, each.inputs) == (operator.type, operator.inputs)]
    return Pair(operator.index, (same[0].index,), {}, {}) if len(same) == 1 else None


# By structure -------------------------------------------------------------------------------------------------------


def _by_structure(reference: _View, quantized: _View) -> tuple[Pair, ...]:
    """Pairs by kind, by values read, and by order."""
    matching = _Matching(reference, quantized)
    matching.forward()
    matching.between()
    matching.forward()
    return tuple(matching.pairs[index] for index in sorted(matching.pairs))


class _Matching:
    def __init__(self, reference: _View, quantized: _View) -> None:
        self.reference = reference
        self.quantized = quantized
        self.pairs: dict[int, Pair] = {}
        self.taken: set[int] = set()
        # For each value of the float subgraph the one of the quantized subgraph.
        self.values: dict[int, int] = {}
        if len(reference.subgraph.inputs) == len(quantized.subgraph.inputs):
            self.values.update(zip(reference.subgraph.inputs, quantized.subgraph.inputs, strict=True))

    def forward(self) -> None:
        """Matches operators all of whose inputs are known, in order; of several alike the first with the same shape."""
        candidates: dict[tuple[object, ...], list[Operator]] = defaultdict(list)
        for operator in self.quantized.operators:
            if operator.index not in self.taken:
                candidates[self._signature(operator)].append(operator)
        for operator in self.reference.operators:
            if operator.index in self.pairs or (wanted := self._wanted(operator)) is None:
                continue
            alike = [each for each in candidates[wanted] if each.index not in self.taken]
            if alike:
                shape = self._shapes(self.reference, operator)
                self._match(operator, next((e for e in alike if self._shapes(self.quantized, e) == shape), alike[0]))

    def between(self) -> None:
        """Matches what is left by runs of equal kinds and shapes in both orders of execution."""
        left = [operator for operator in self.reference.operators if operator.index not in self.pairs]
        right = [operator for operator in self.quantized.operators if operator.index not in self.taken]
        ones = [(operator.type, self._shapes(self.reference, operator)) for operator in left]
        twos = [(operator.type, self._shapes(self.quantized, operator)) for operator in right]
        for block in SequenceMatcher(None, ones, twos, autojunk=False).get_matching_blocks():
            for offset in range(block.size):
                self._match(left[block.a + offset], right[block.b + offset])

    def _signature(self, operator: Operator) -> tuple[object, ...]:
        """Kind and inputs as values of the quantized subgraph, None for constants and absent ones."""
        view = self.quantized
        return (
            operator.type,
            *(view.value(i) if i >= 0 and not view.is_constant(i) else None for i in operator.inputs),
        )

    def _wanted(self, operator: Operator) -> tuple[object, ...] | None:
        """The signature that the operator's partner must have; None while one of its inputs isn't known."""
        view = self.reference
        values = [view.value(i) if i >= 0 and not view.is_constant(i) else None for i in operator.inputs]
        if any(value is not None and value not in self.values for value in values):
            return None
        return (operator.type, *(None if value is None else self.values[value] for value in values))

    def _shapes(self, view: _View, operator: Operator) -> tuple[tuple[int, ...], ...]:
        """Shapes of the outputs without the batch, which one file may leave open."""
        return tuple(tensor.shape[1:] for tensor in view.subgraph.outputs_of(operator))

    def _match(self, one: Operator, two: Operator) -> None:
        self.taken.add(two.index)
        feeds = {
            theirs: self.reference.value(ours)
            for ours, theirs in zip(one.inputs, two.inputs, strict=False)
            if ours >= 0 and theirs >= 0 and not self.quantized.is_constant(theirs)
        }
        results = {theirs: ours for ours, theirs in zip(one.outputs, two.outputs, strict=False) if ours >= 0 <= theirs}
        self.values.update((ours, theirs) for theirs, ours in results.items())
        self.pairs[one.index] = Pair(one.index, self.quantized.with_makers([two]), feeds, results)
