"""The plan as a document: what `inspect` prints, the worker sends and the window shows."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from types import MappingProxyType
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from quantscope import documents
from quantscope.documents import planned as planning
from quantscope.documents.columns import Column
from quantscope.documents.planned import NOWHERE, Planned
from quantscope.model.edit import ModelEdit, OperatorEdit
from quantscope.model.graph import Model, Operator, Subgraph, Tensor
from quantscope.precision import EIGHT_BIT, Precision
from quantscope.quantize.asked import operator_name
from quantscope.quantize.decision import Decision
from quantscope.quantize.halves import half_weights
from quantscope.quantize.kernels import FACTS
from quantscope.quantize.plan import Plan
from quantscope.quantize.planned_graph import PlannedGraph
from quantscope.quantize.predict import Delegation, Predictor
from quantscope.quantize.reasons import Reason
from quantscope.quantize.rewrite import rewrite
from quantscope.quantize.size import planned_bytes
from quantscope.quantize.targets import Target

GENERATED_WARNING: Final = (
    "Ranges were measured on generated samples, which say nothing about real inputs: the result may be far off. Give"
    " sample data for calibration."
)

T = TypeVar("T")


def inspection(plan: Plan, file: documents.File) -> documents.Inspection:
    """The document of a plan; `file` describes the model's file."""
    inspector = Inspector(plan.model, plan.target, file)
    return inspector.inspection(plan, inspector.planned(plan))


class Inspector:
    """Makes the documents of plans of one model for one target. What plans have in common is worked out once."""

    def __init__(self, model: Model, target: Target, file: documents.File) -> None:
        self._file = file
        self._predictor = Predictor(model, target)
        self._sources = tuple(_Source(model, subgraph) for subgraph in model.subgraphs)

    def inspection(self, plan: Plan, document: Planned) -> documents.Inspection:
        """The document of a plan, of which `document` is what is planned, and of the model."""
        undecided = documents.Inspection(
            model=self._file,
            recipe="",
            recipe_document=plan.recipe,
            target="",
            subgraphs=tuple(map(_Source.document, self._sources, plan.present)),
            summary=documents.Summary(
                operators=0, by_precision={}, eight_bit=0, fallback=0, partitions=None, bytes=0, planned_bytes=0
            ),
        )
        return planning.applied(document, undecided)

    def operator(self, plan: Plan, document: Planned, subgraph: int, operator: int) -> documents.Operator:
        """What the document says of one operator."""
        undecided = self._sources[subgraph].operator(operator, plan.present[subgraph][operator])
        return planning.decided(document, subgraph, operator, undecided)

    def planned(self, plan: Plan) -> Planned:
        """The document of a plan for readers who know the model."""
        edit = rewrite(plan)
        graphs = self._predictor.graphs(edit)
        delegations = self._predictor.delegation(graphs)
        decisions = list(chain.from_iterable(plan.decisions))
        precisions, precision = _numbered([decision.precision for decision in decisions], lambda each: each)
        reasons, reason = _numbered([decision.reason for decision in decisions], _key)
        rules, matching = _numbered(list(chain.from_iterable(plan.rules)), lambda each: each)
        fallback = np.fromiter((decision.fallback for decision in decisions), np.uint8, len(decisions))
        ends = list(accumulate(map(len, plan.decisions), initial=0))
        counts = np.bincount(precision, minlength=len(precisions)).tolist()
        return Planned(
            model=self._file,
            recipe=plan.recipe.name,
            recipe_document=plan.recipe,
            findings=tuple(
                documents.Finding(
                    code=finding.code.value, rule=finding.rule, text=finding.text, arguments=dict(finding.arguments)
                )
                for finding in plan.findings
            ),
            target=plan.target.id,
            precisions=tuple(each.value for each in precisions),
            reasons=tuple(_reason(each.in_recipe(plan.recipe.name)) for each in reasons),
            rules=tuple(rules),
            subgraphs=tuple(
                planning.Subgraph(
                    partitions=delegated.partitions if plan.target.delegate else None,
                    precision=Column.of(precision[start:end], "|u1"),
                    reason=Column.of(reason[start:end], "<i4"),
                    planned_weight_bytes=Column.of(source.planned_bytes(decided), "<i8"),
                    partition=Column.of(_partitions(delegated, end - start), "<i4"),
                    fallback=Column.of(fallback[start:end], "|u1"),
                    rules=Column.of(matching[start:end], "<i4"),
                )
                for (start, end), source, decided, delegated in zip(
                    pairwise(ends), self._sources, plan.decisions, delegations, strict=True
                )
            ),
            summary=documents.Summary(
                operators=len(decisions),
                by_precision={each.value: count for each, count in zip(precisions, counts, strict=True)},
                eight_bit=sum(count for each, count in zip(precisions, counts, strict=True) if each in EIGHT_BIT),
                fallback=int(fallback.sum()),
                partitions=sum(each.partitions for each in delegations) if plan.target.delegate else None,
                bytes=plan.model.bytes,
                planned_bytes=planned_bytes(plan, edit),
            ),
            calibration=_calibration(plan),
            ends=_ends(graphs[0]) if graphs else (),
        )


def _numbered(values: Sequence[T], key: Callable[[T], Hashable]) -> tuple[list[T], npt.NDArray[np.int32]]:
    """The values that differ by `key` in the order in which they come, and for each value, (values,), its place among
    them. Most values are a few objects, so keys are asked for only once for each."""
    identities = list(map(id, values))
    places: dict[Hashable, int] = {}
    different: list[T] = []
    place_of: dict[int, int] = {}
    for identity, value in dict(zip(identities, values, strict=True)).items():
        place = places.setdefault(key(value), len(different))
        if place == len(different):
            different.append(value)
        place_of[identity] = place
    return different, np.fromiter(map(place_of.__getitem__, identities), np.int32, len(values))


def _key(reason: Reason) -> Hashable:
    return reason.code, tuple(reason.arguments.items())


def _reason(reason: Reason) -> documents.Reason:
    return documents.Reason(
        code=reason.code.value,
        text=reason.text,
        remedy=reason.remedy,
        arguments=dict(reason.arguments),
        edit=reason.edit,
    )


def _partitions(delegated: Delegation, operators: int) -> npt.NDArray[np.int32]:
    """The partition of each operator, (operators,)."""
    numbers = np.full(operators, NOWHERE, np.int32)
    numbers[list(delegated.taken)] = list(delegated.taken.values())
    return numbers


def _ends(graph: PlannedGraph) -> tuple[documents.End, ...]:
    subgraph = graph.subgraph
    return tuple(
        documents.End(
            name=subgraph.tensors[index].name,
            output=output,
            shape=subgraph.tensors[index].shape,
            now=_number(subgraph.tensors[index]),
            planned=_number(graph.tensor(index)),
        )
        for output, indices in ((False, subgraph.inputs), (True, subgraph.outputs))
        for index in indices
    )


def _number(tensor: Tensor) -> documents.Number:
    found = tensor.quantization
    if found is None or not found.scales:
        return documents.Number(dtype=tensor.dtype.lower())
    return documents.Number(dtype=tensor.dtype.lower(), scale=found.scales[0], zero_point=found.zero_points[0])


def _calibration(plan: Plan) -> documents.Calibration | None:
    if plan.calibration is None:
        return None
    return documents.Calibration(
        source=plan.calibration.source,
        samples=plan.calibration.samples,
        generated=plan.calibration.generated,
        warning=GENERATED_WARNING if plan.calibration.generated else None,
    )


def origins(model: Model, edit: ModelEdit) -> tuple[tuple[int | None, ...], ...]:
    """For each operator of each subgraph after `edit` the operator of `model` that it is or does the work of; None for
    one that only changes how a value is stored."""
    return tuple(
        tuple(
            entry if isinstance(entry, int) else entry.index if isinstance(entry, OperatorEdit) else entry.replaces
            for entry in change.operators
        )
        if (change := edit.subgraphs.get(subgraph.index)) is not None
        else tuple(range(len(subgraph.operators)))
        for subgraph in model.subgraphs
    )


ABSENT: Final = documents.Tensor(index=-1, name="", dtype="", shape=(), constant=False)
NO_WEIGHTS: Final[Mapping[int, Tensor]] = MappingProxyType({})
UNDECIDED: Final = documents.Reason(code="", text="", remedy=None)


class _Source:
    """One subgraph without what is planned for it."""

    def __init__(self, model: Model, subgraph: Subgraph) -> None:
        self._model = model
        self._subgraph = subgraph
        halves = half_weights(model, subgraph)
        self._weights = tuple(self._weights_of(operator, halves) for operator in subgraph.operators)
        self._weight_bytes = np.array([sum(map(self._size, weights.values())) for weights in self._weights], np.int64)

    def planned_bytes(self, decisions: Iterable[Decision]) -> npt.NDArray[np.int64]:
        """What each operator's weights take after quantization, (operators,)."""
        planned = self._weight_bytes.copy()
        for operator, decision in enumerate(decisions):
            if decision.stored:
                planned[operator] = sum(
                    decision.stored[at].stored_bytes(tensor) if at in decision.stored else self._size(tensor)
                    for at, tensor in self._weights[operator].items()
                )
        return planned

    def document(self, present: Iterable[Precision]) -> documents.Subgraph:
        """The subgraph with nothing decided for its operators, which are `present` now."""
        tensors = {tensor.index: self._tensor(tensor.index) for tensor in self._subgraph.tensors}
        return documents.Subgraph(
            index=self._subgraph.index,
            name=self._subgraph.name or f"subgraph {self._subgraph.index}",
            operators=tuple(
                self._undecided(operator, each, tensors.__getitem__)
                for operator, each in zip(self._subgraph.operators, present, strict=True)
            ),
            partitions=None,
        )

    def operator(self, operator: int, present: Precision) -> documents.Operator:
        """One operator with nothing decided for it."""
        return self._undecided(self._subgraph.operators[operator], present, self._tensor)

    def _undecided(
        self, operator: Operator, present: Precision, tensor: Callable[[int], documents.Tensor]
    ) -> documents.Operator:
        return documents.Operator(
            index=operator.index,
            type=operator.type,
            name=operator_name(self._subgraph, operator),
            version=operator.version,
            precision="",
            reason=UNDECIDED,
            inputs=tuple([tensor(index) if index >= 0 else ABSENT for index in operator.inputs]),
            outputs=tuple([tensor(index) if index >= 0 else ABSENT for index in operator.outputs]),
            weight_bytes=int(self._weight_bytes[operator.index]),
            planned_weight_bytes=0,
            delegated=None,
            fallback=False,
            precision_now=present.value,
        )

    def _tensor(self, index: int) -> documents.Tensor:
        tensor = self._subgraph.tensors[index]
        return documents.Tensor(
            index=tensor.index,
            name=tensor.name,
            dtype=tensor.dtype.lower(),
            shape=tensor.shape,
            constant=self._model.is_constant(tensor),
        )

    def _weights_of(self, operator: Operator, halves: Mapping[int, Tensor]) -> Mapping[int, Tensor]:
        """The constants in the places of weights, by input."""
        facts = FACTS.get(operator.type)
        if facts is None:
            return NO_WEIGHTS
        inputs = tuple(tensor and halves.get(tensor.index, tensor) for tensor in self._subgraph.inputs_of(operator))
        return {
            at: tensor
            for at in facts.weights
            if at < len(inputs) and (tensor := inputs[at]) is not None and self._model.is_constant(tensor)
        }

    def _size(self, tensor: Tensor) -> int:
        return self._model.buffers[tensor.buffer].size
