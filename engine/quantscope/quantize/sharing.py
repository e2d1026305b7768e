"""Operators that share a weight settle on one form of it: what a kernel reads directly wins, others dequantize."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from quantscope.precision import Precision
from quantscope.quantize.decision import Decision, Storage
from quantscope.quantize.reasons import Reason, ReasonCode
from quantscope.quantize.survey import Survey, Use

STORED_AS: Final[Mapping[str, Precision]] = {
    "FLOAT16": Precision.FLOAT16,
    "INT8": Precision.WEIGHT_ONLY_INT8,
    "INT4": Precision.WEIGHT_ONLY_INT4,
}
LOOKUPS: Final[Mapping[str, tuple[ReasonCode, Precision]]] = {
    "INT8": (ReasonCode.INT8_LOOKUP, Precision.HYBRID_INT8),
    "INT4": (ReasonCode.INT4_LOOKUP, Precision.HYBRID_INT4),
}


def settle(
    survey: Survey, decisions: list[list[Decision]]
) -> tuple[tuple[tuple[Decision, ...], ...], Mapping[int, Storage]]:
    """Decisions on which all users of every weight agree, and how each weight's buffer is stored."""
    _withdraw(survey, decisions)
    while True:
        storage = _chosen(survey, decisions)
        changed = False
        for buffer, form in storage.items():
            for use in survey.uses[buffer]:
                before = decisions[use.subgraph][use.operator]
                after = _conforming(survey, before, use, form, buffer)
                if after != before:
                    decisions[use.subgraph][use.operator] = after
                    changed = True
        if not changed:
            return tuple(tuple(row) for row in decisions), storage


def _withdraw(survey: Survey, decisions: list[list[Decision]]) -> None:
    """A weight of an operator that a rule keeps in float stays float for all who read it."""
    for uses in survey.uses.values():
        kept = [use for use in uses if decisions[use.subgraph][use.operator].reason.code is ReasonCode.KEPT_BY_RULE]
        for use in uses if kept else ():
            decision = decisions[use.subgraph][use.operator]
            if use.input in decision.stored:
                reason = Reason(ReasonCode.SHARED_WEIGHT, {"other": survey.name(kept[0])})
                precision = Precision.NONE if decision.precision is Precision.NONE else Precision.FLOAT32
                decisions[use.subgraph][use.operator] = Decision(use.operator, precision, reason, fallback=True)


def _chosen(survey: Survey, decisions: list[list[Decision]]) -> Mapping[int, Storage]:
    """The storage of each weight: what a kernel reads directly comes first, for the others can dequantize."""
    storage: dict[int, Storage] = {}
    for buffer, uses in survey.uses.items():
        users = [(use, decisions[use.subgraph][use.operator]) for use in uses]
        wishes = [
            (not decision.direct, decision.lookup, decision.stored[use.input])
            for use, decision in users
            if use.input in decision.stored
        ]
        if wishes:
            form = min(wishes, key=lambda wish: wish[:2])[2]
            if form.block and not all(decision.direct and use.input in decision.stored for use, decision in users):
                form = replace(form, axis=form.rows, block=0)  # DEQUANTIZE can't read blocks
            storage[buffer] = form
    return storage


def _conforming(survey: Survey, decision: Decision, use: Use, form: Storage, buffer: int) -> Decision:
    """The decision, changed if its operator can't read the weight directly in the form it is stored in."""
    if decision.stored.get(use.input) == form:
        return decision
    other = next((other for other in survey.uses[buffer] if other != use), None)
    stored = {**decision.stored, use.input: form}
    mine = decision.stored.get(use.input)
    if decision.direct and mine is not None:
        if mine.reads_as(form) or (mine.dtype == form.dtype == "INT4"):
            return replace(decision, stored=stored)
        if decision.lookup and form.dtype in LOOKUPS and (form.axis in (0, None) or form.block):
            code, precision = LOOKUPS[form.dtype]
            return replace(decision, stored=stored, precision=precision, reason=Reason(code, decision.reason.arguments))
    reason = decision.reason
    if mine is None or decision.direct:
        reason = Reason(ReasonCode.SHARED_WEIGHT, {"other": survey.name(other) if other else "another tensor"})
    precision = STORED_AS[form.dtype]
    return replace(
        decision,
        precision=Precision.NONE if decision.precision is Precision.NONE else precision,
        reason=reason,
        stored=stored,
        direct=False,
        lookup=False,
        fallback=decision.fallback or decision.direct,
    )
