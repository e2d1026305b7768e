"""A plan made ready for showing: the document and one flat row per operator. Built in a worker thread."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from quantscope import documents
from quantscope_gui import collector
from quantscope_gui.engine import decoding
from quantscope_gui.theme import precisions

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One operator. `key` is (subgraph index, operator index); `text` is what free words of the filter look in; `error`
    is there once the result was compared with its source."""

    key: Key
    subgraph: str
    operator: documents.Operator
    kind: str
    text: str
    error: documents.OperatorError | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`places` says where in `rows` an operator is; `kinds` counts them by kind (precision, or fallback); `changes` is
    False where a result would equal its source, `compared` True if rows have errors."""

    document: documents.Inspection
    rows: tuple[Row, ...]
    places: Mapping[Key, int]
    kinds: Mapping[str, int]
    changes: bool
    compared: bool = False

    @property
    def subgraphs(self) -> int:
        return len(self.document.subgraphs)

    def row(self, key: Key) -> Row | None:
        """The operator `key`, None where this plan has none."""
        place = self.places.get(key)
        return None if place is None else self.rows[place]


def with_errors(plan: Plan, comparison: documents.Comparison) -> Plan:
    """The plan with the errors of its operators."""
    errors = {(error.subgraph, error.index): error for error in comparison.operators}
    rows = tuple(replace(row, error=errors.get(row.key)) for row in plan.rows)
    return replace(plan, rows=rows, compared=True)


def _row(subgraph: documents.Subgraph, operator: documents.Operator) -> Row:
    kind = precisions.kind(operator.precision, operator.fallback)
    words = (operator.type, operator.name, operator.precision, kind, operator.reason.code)
    return Row((subgraph.index, operator.index), subgraph.name, operator, kind, "\n".join(words).lower())


def of(document: documents.Inspection) -> Plan:
    """The plan of an inspection."""
    rows = tuple(_row(subgraph, operator) for subgraph in document.subgraphs for operator in subgraph.operators)
    return _plan(document, rows, {row.key: place for place, row in enumerate(rows)})


def _with_rows_of(known: Plan, document: documents.Inspection) -> Plan:
    """The plan of another inspection of the model that `known` is for."""
    operators = ((subgraph, operator) for subgraph in document.subgraphs for operator in subgraph.operators)
    rows = tuple(
        row if row.operator is operator else _row(subgraph, operator)
        for row, (subgraph, operator) in zip(known.rows, operators, strict=True)
    )
    return _plan(document, rows, known.places)


def _plan(document: documents.Inspection, rows: tuple[Row, ...], places: Mapping[Key, int]) -> Plan:
    changes = document.summary.planned_bytes != document.summary.bytes or any(
        row.operator.planned_weight_bytes != row.operator.weight_bytes for row in rows
    )
    return Plan(document, rows, places, Counter(row.kind for row in rows), changes)


def decode(data: bytes) -> Plan:
    """The plan in an Inspection document."""
    plan = of(decoding.inspection(data))
    collector.exempt()
    return plan


def replanned(data: bytes, known: Plan) -> Plan | None:
    """The plan in a Planned document, given one of the same model: what doesn't change from one to the other is shared.
    None if the model's file has changed since."""
    from quantscope.documents import planned  # it needs numpy, which must not delay the first paint

    decided = planned.decode(data)
    if decided.model != known.document.model:
        return None
    plan = _with_rows_of(known, planned.applied(decided, known.document))
    collector.exempt()
    return plan


def decode_quantization(data: bytes) -> tuple[documents.Quantization, Plan]:
    """A Quantization document and its plan."""
    document = decoding.quantization(data)
    plan = of(document.plan)
    collector.exempt()
    return document, plan
