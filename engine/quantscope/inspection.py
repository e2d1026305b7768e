"""The plan as a document: what `inspect` prints, the worker sends and the window shows."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from quantscope import documents
from quantscope.model.edit import ModelEdit, OperatorEdit
from quantscope.model.graph import Model, Operator, Subgraph, Tensor
from quantscope.quantize.asked import operator_name
from quantscope.quantize.decision import Decision
from quantscope.quantize.halves import half_weights
from quantscope.quantize.kernels import FACTS
from quantscope.quantize.plan import Plan
from quantscope.quantize.planned_graph import PlannedGraph
from quantscope.quantize.predict import Delegation, delegation
from quantscope.quantize.rewrite import rewrite
from quantscope.quantize.size import planned_bytes

GENERATED_WARNING: Final = (
    "Ranges were measured on generated samples, which say nothing about real inputs: the result may be far off. Give"
    " sample data for calibration."
)


def inspection(plan: Plan, file: documents.File) -> documents.Inspection:
    """The document of a plan; `file` describes the model's file."""
    edit = rewrite(plan)
    delegations = delegation(plan.model, edit, plan.target)
    subgraphs = tuple(
        _subgraph(plan, subgraph, delegated if plan.target.delegate else None)
        for subgraph, delegated in zip(plan.model.subgraphs, delegations, strict=True)
    )
    decisions = [decision for row in plan.decisions for decision in row]
    partitions = [subgraph.partitions for subgraph in subgraphs if subgraph.partitions is not None]
    return documents.Inspection(
        model=file,
        recipe=plan.recipe.name,
        recipe_document=plan.recipe,
        findings=tuple(
            documents.Finding(
                code=finding.code.value, rule=finding.rule, text=finding.text, arguments=dict(finding.arguments)
            )
            for finding in plan.findings
        ),
        target=plan.target.id,
        subgraphs=subgraphs,
        summary=documents.Summary(
            operators=len(decisions),
            by_precision=dict(Counter(decision.precision.value for decision in decisions)),
            eight_bit=sum(decision.runs_in_eight_bits for decision in decisions),
            fallback=sum(decision.fallback for decision in decisions),
            partitions=sum(partitions) if plan.target.delegate else None,
            bytes=plan.model.bytes,
            planned_bytes=planned_bytes(plan, edit),
        ),
        calibration=_calibration(plan),
        ends=_ends(PlannedGraph(plan.model, plan.model.subgraphs[0], edit)) if plan.model.subgraphs else (),
    )


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


def _subgraph(plan: Plan, subgraph: Subgraph, delegated: Delegation | None) -> documents.Subgraph:
    tensors = [_tensor(plan.model, tensor) for tensor in subgraph.tensors]
    halves = half_weights(plan.model, subgraph)
    rows = zip(subgraph.operators, plan.decisions[subgraph.index], strict=True)
    return documents.Subgraph(
        index=subgraph.index,
        name=subgraph.name or f"subgraph {subgraph.index}",
        operators=tuple(
            _operator(plan, subgraph, operator, decision, tensors, halves, delegated) for operator, decision in rows
        ),
        partitions=delegated.partitions if delegated else None,
    )


ABSENT: Final = documents.Tensor(index=-1, name="", dtype="", shape=(), constant=False)


def _operator(
    plan: Plan,
    subgraph: Subgraph,
    operator: Operator,
    decision: Decision,
    tensors: list[documents.Tensor],
    halves: Mapping[int, Tensor],
    delegated: Delegation | None,
) -> documents.Operator:
    inputs = tuple(tensor and halves.get(tensor.index, tensor) for tensor in subgraph.inputs_of(operator))
    facts = FACTS.get(operator.type)
    weights = {
        at: tensor
        for at in (facts.weights if facts else ())
        if at < len(inputs) and (tensor := inputs[at]) is not None and plan.model.is_constant(tensor)
    }
    sizes = {at: plan.model.buffers[tensor.buffer].size for at, tensor in weights.items()}
    planned = {
        at: decision.stored[at].stored_bytes(tensor) if at in decision.stored else sizes[at]
        for at, tensor in weights.items()
    }
    reason = decision.reason
    return documents.Operator(
        index=operator.index,
        type=operator.type,
        name=operator_name(subgraph, operator),
        version=operator.version,
        precision=decision.precision.value,
        reason=documents.Reason(
            code=reason.code.value,
            text=reason.text,
            remedy=reason.remedy,
            arguments=dict(reason.arguments),
            edit=reason.edit,
        ),
        inputs=tuple(tensors[index] if index >= 0 else ABSENT for index in operator.inputs),
        outputs=tuple(tensors[index] if index >= 0 else ABSENT for index in operator.outputs),
        weight_bytes=sum(sizes.values()),
        planned_weight_bytes=sum(planned.values()),
        delegated=operator.index in delegated.taken if delegated else None,
        partition=delegated.taken.get(operator.index) if delegated else None,
        rules=plan.rules[subgraph.index][operator.index],
        precision_now=plan.present[subgraph.index][operator.index].value,
        fallback=decision.fallback,
    )


def _tensor(model: Model, tensor: Tensor) -> documents.Tensor:
    return documents.Tensor(
        index=tensor.index,
        name=tensor.name,
        dtype=tensor.dtype.lower(),
        shape=tensor.shape,
        constant=model.is_constant(tensor),
    )
