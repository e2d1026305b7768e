"""A copy of a model for viewers that know nothing but models, such as Netron: what a plan knows of each operator stands
in the names of its results, and the totals in the model's description. Both are shown by every viewer, and the runtime
doesn't care: signatures name their inputs and outputs themselves.

Netron loads no overlays (its tflite.js, 9.3: the file is all it reads, and an operator of the schema shows its inputs,
outputs and options only).
"""

import os
from collections.abc import Mapping

from quantscope import documents
from quantscope.files import describe, refuse_overwriting
from quantscope.inspection import inspection
from quantscope.model.edit import ModelEdit, SubgraphEdit, TensorEdit
from quantscope.model.graph import Subgraph
from quantscope.model.write import write
from quantscope.quantize.plan import Plan
from quantscope.temporary import replacing

Key = tuple[int, int]


def annotate(plan: Plan, output: str | os.PathLike[str], microseconds: Mapping[Key, float]) -> documents.File:
    """Writes the annotated copy of the plan's model; `microseconds` are times by (subgraph, operator), as far as known.

    Raises UsageError if `output` is the source, OutputError if it can't be written, ModelUnsupportedError if the
    source's structure can't be taken apart.
    """
    refuse_overwriting(plan.model.path, output)
    document = inspection(plan, describe(plan.model.path))
    edit = _edit(plan, document, microseconds)
    with replacing(output) as temporary, open(temporary, "wb") as file:
        write(plan.model, edit, file)
    return describe(output)


def _edit(plan: Plan, document: documents.Inspection, microseconds: Mapping[Key, float]) -> ModelEdit:
    total = sum(microseconds.values())
    subgraphs = {}
    for subgraph, described in zip(plan.model.subgraphs, document.subgraphs, strict=True):
        notes = {
            operator.outputs[0].index: note(operator, microseconds.get((subgraph.index, operator.index)), total)
            for operator in described.operators
            if operator.outputs and operator.outputs[0].index >= 0
        }
        subgraphs[subgraph.index] = _renamed(subgraph, notes)
    return ModelEdit(subgraphs, {}, (), description=" ".join(filter(None, (plan.model.description, summary(document)))))


def _renamed(subgraph: Subgraph, notes: Mapping[int, str]) -> SubgraphEdit:
    tensors = {
        index: TensorEdit(tensor.dtype, tensor.buffer, None, f"{tensor.name} [{text}]".strip())
        for index, text in notes.items()
        for tensor in (subgraph.tensors[index],)
    }
    return SubgraphEdit(tensors, (), tuple(range(len(subgraph.operators))))


def note(operator: documents.Operator, microseconds: float | None, total: float) -> str:
    """What is known of an operator, in one line: precision now and as planned, the share of the time, why."""
    now, planned = operator.precision_now, operator.precision
    parts = [planned if now in ("", planned) else f"{now} \u2192 {planned}"]
    if operator.fallback:
        parts.append("falls back to float")
    if microseconds is not None and total > 0:
        parts.append(f"{microseconds / total:.1%} of the time")
    if operator.delegated:
        parts.append(f"partition {(operator.partition or 0) + 1}")
    elif operator.delegated is False:
        parts.append("not in the delegate")
    parts.append(operator.reason.text.rstrip("."))
    return " | ".join(parts)


def summary(document: documents.Inspection) -> str:
    """The totals of a plan, in a sentence or two."""
    found = document.summary
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found.by_precision.items()))
    partitions = "" if found.partitions is None else f"; delegate partitions: {found.partitions}"
    return (
        f"Annotated by Quantscope: recipe {document.recipe}, target {document.target}; {kinds};"
        f" falling back to float: {found.fallback}{partitions}; {found.bytes} -> {found.planned_bytes} bytes."
        " Names of tensors were changed for viewing."
    )
