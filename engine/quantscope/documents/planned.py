"""What planning decides about a model, without what the model is: an Inspection of it whose reader knows another one.

The window plans a model again at every click. Of its operators only their decisions may change, so these come as
columns and tables of what many operators have in common.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from quantscope.documents import Calibration, Document, End, File, Finding, Inspection, Operator, Reason, Summary
from quantscope.documents import Subgraph as InspectedSubgraph
from quantscope.documents.columns import Column, Table
from quantscope.recipe import Recipe

PLANNED: Final = "quantscope.planned/1"
NOWHERE: Final = -1


class Subgraph(Table, frozen=True, kw_only=True):
    """One row for each operator. `precision`, `reason` and `rules` are indices into the tables of Planned; `partition`
    is NOWHERE for an operator that the delegate doesn't take. What these columns and `partitions` mean is said in
    documents.Operator and documents.Subgraph."""

    partitions: int | None
    precision: Column
    reason: Column
    planned_weight_bytes: Column
    partition: Column
    fallback: Column
    rules: Column


class Planned(Document, frozen=True, kw_only=True):
    """The plan of the model in `model`. Everything but the tables and `subgraphs` is as in Inspection."""

    schema: str = PLANNED
    model: File
    recipe: str
    recipe_document: Recipe
    findings: tuple[Finding, ...]
    target: str
    precisions: tuple[str, ...]
    reasons: tuple[Reason, ...]
    rules: tuple[tuple[int, ...], ...]
    subgraphs: tuple[Subgraph, ...]
    summary: Summary
    calibration: Calibration | None
    ends: tuple[End, ...]

    def __post_init__(self) -> None:
        for subgraph in self.subgraphs:
            for column, table in (
                (subgraph.precision, self.precisions),
                (subgraph.reason, self.reasons),
                (subgraph.rules, self.rules),
            ):
                places = column.values
                if places.size and not 0 <= places.min() <= places.max() < len(table):
                    raise ValueError("an index beyond its table")


def applied(planned: Planned, known: Inspection) -> Inspection:
    """The inspection that `planned` stands for, given any one of the same model; operators that are the same in both
    are the same values.

    Raises ValueError if `known` is of another model.
    """
    shapes = [len(subgraph.operators) for subgraph in known.subgraphs], [len(each) for each in planned.subgraphs]
    if planned.model != known.model or shapes[0] != shapes[1]:
        raise ValueError("a plan of another model")
    return Inspection(
        model=planned.model,
        recipe=planned.recipe,
        recipe_document=planned.recipe_document,
        findings=planned.findings,
        target=planned.target,
        subgraphs=tuple(
            replace(before, operators=tuple(_operators(planned, subgraph, before)), partitions=subgraph.partitions)
            for subgraph, before in zip(planned.subgraphs, known.subgraphs, strict=True)
        ),
        summary=planned.summary,
        calibration=planned.calibration,
        ends=planned.ends,
    )


def decided(planned: Planned, subgraph: int, operator: int, known: Operator) -> Operator:
    """The operator that is `known` from any inspection, as `planned` has it."""
    table = planned.subgraphs[subgraph]
    values = (int(column.values[operator]) for column in _columns(table))
    return _decided(planned, table.partitions is not None, known, *values)


def decode(data: bytes) -> Planned:
    """The plan in `data`; raises msgspec.MsgspecError if it isn't one."""
    return msgspec.json.decode(data, type=Planned)


def _columns(table: Subgraph) -> tuple[Column, ...]:
    """In the order of the arguments of _decided."""
    return table.precision, table.reason, table.planned_weight_bytes, table.partition, table.fallback, table.rules


def _operators(planned: Planned, table: Subgraph, before: InspectedSubgraph) -> Iterator[Operator]:
    columns = (column.values.tolist() for column in _columns(table))
    delegates = table.partitions is not None
    return (_decided(planned, delegates, *row) for row in zip(before.operators, *columns, strict=True))


def _decided(
    planned: Planned,
    delegates: bool,
    known: Operator,
    precision_place: int,
    reason_place: int,
    planned_weight_bytes: int,
    number: int,
    falls_back: int,
    rules_place: int,
) -> Operator:
    precision, reason = planned.precisions[precision_place], planned.reasons[reason_place]
    partition = None if number == NOWHERE else number
    delegated = partition is not None if delegates else None
    rules, fallback = planned.rules[rules_place], bool(falls_back)
    if (
        known.planned_weight_bytes == planned_weight_bytes
        and known.partition == partition
        and known.delegated is delegated
        and known.fallback is fallback
        and known.precision == precision
        and known.rules == rules
        and known.reason == reason
    ):
        return known
    return replace(
        known,
        precision=precision,
        reason=reason,
        planned_weight_bytes=planned_weight_bytes,
        delegated=delegated,
        fallback=fallback,
        partition=partition,
        rules=rules,
    )
