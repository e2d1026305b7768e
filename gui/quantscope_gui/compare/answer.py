"""The first thing a comparison says: whether accuracy dropped, and which operators did it."""

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope import documents
from quantscope.documents.sensitivity import Kept, Sensitivity
from quantscope_gui import formatting
from quantscope_gui.engine import texts
from quantscope_gui.operators import errors
from quantscope_gui.operators.plan import Plan, Row

NAMED: Final = 3
SHARES: Final = "top-"
# A smaller gain is lost in the choice of samples.
WORTH_DB: Final = 0.1


def answer(comparison: documents.Comparison, sensitivity: Sensitivity | None, plan: Plan) -> str:
    """One or two sentences in the user's language."""
    sentences = [_metrics(comparison.metrics)]
    several = plan.subgraphs > 1
    if sensitivity is not None:
        sentences.append(_gain(sensitivity, several))
    else:
        sentences.append(_worst(comparison, plan, several))
    return " ".join(filter(None, sentences))


def worst(rows: Iterable[Row]) -> list[Row]:
    """The operators that make errors of their own, the largest first."""
    return sorted(
        (row for row in rows if errors.order(row.error) < errors.FLOAT_NOISE_DB),
        key=lambda row: errors.order(row.error),
    )


def place(subgraph: int, index: int, several: bool) -> str:
    """An operator's number, with its subgraph's where there are several."""
    return f"#{subgraph}:{index}" if several else f"#{index}"


def _metrics(metrics: Sequence[documents.TaskMetric]) -> str:
    return " ".join(map(_metric, metrics))


def _metric(metric: documents.TaskMetric) -> str:
    """A share of hits, or a number of the user's own function, of which more may be better or worse."""
    share = metric.name.startswith(SHARES)
    form = formatting.percent if share else formatting.significant
    before, after = form(metric.float_value), form(metric.quantized_value)
    if metric.quantized_value == metric.float_value:
        text = QCoreApplication.translate("Answer", "{metric} is {before}, as in float.")
    elif metric.quantized_value < metric.float_value:
        text = QCoreApplication.translate("Answer", "{metric} fell from {before} to {after}.")
    else:
        text = QCoreApplication.translate("Answer", "{metric} rose from {before} to {after}.")
    return text.format(metric=metric.name.capitalize() if share else metric.name, before=before, after=after)


def _worst(comparison: documents.Comparison, plan: Plan, several: bool) -> str:
    found = worst(plan.rows)[:NAMED]
    if found:
        named = [
            QCoreApplication.translate("Answer", "{operator} ({figure})").format(
                operator=f"{row.operator.type} {place(*row.key, several)}", figure=errors.own(row.error)
            )
            for row in found
        ]
        return QCoreApplication.translate("Answer", "The largest errors of their own: {operators}.").format(
            operators=QCoreApplication.translate("Answer", ", ").join(named)
        )
    notes = [error.note for error in comparison.operators if error.note]
    if comparison.operators and len(notes) == len(comparison.operators):
        return texts.phrase(notes[0])
    return (
        QCoreApplication.translate("Answer", "No operator makes an error of its own.") if comparison.operators else ""
    )


def _gain(sensitivity: Sensitivity, several: bool) -> str:
    tried = len(sensitivity.operators)
    best = sensitivity.operators[0] if tried else None
    if best is None:
        return QCoreApplication.translate("Answer", "No operator makes an error of its own.")
    operator = f"{best.type} {place(best.subgraph, best.index, several)}"
    cost = formatting.size(max(best.extra_bytes, 0))
    if best.identical:
        return QCoreApplication.translate(
            "Answer", "{operator} did it all: with it in float the outputs are exact, for {cost} more."
        ).format(operator=operator, cost=cost)
    if best.gain_db is None or best.gain_db < WORTH_DB:
        text = QCoreApplication.translate(
            "Answer", "None of the {count} worst operators gains anything in float: the error comes from many."
        ).format(count=tried)
    else:
        text = QCoreApplication.translate(
            "Answer", "{operator} costs most: keeping it in float gains {gain} ({figure}) for {cost}."
        ).format(operator=operator, gain=formatting.decibel(best.gain_db), figure=_change(sensitivity, best), cost=cost)
    return " ".join(filter(None, (text, _rest(sensitivity))))


def _rest(sensitivity: Sensitivity) -> str:
    """What may have been missed among the operators that weren't tried one by one."""
    rest = sensitivity.rest
    if rest is None or (rest.gain_db is None and not rest.identical):
        return ""
    if rest.identical:
        text = QCoreApplication.translate("Answer", "With the {count} others in float the outputs are exact.")
        return text.format(count=rest.operators)
    text = QCoreApplication.translate("Answer", "The {count} others, not tried one by one, gain {gain} together.")
    return text.format(count=rest.operators, gain=formatting.decibel(rest.gain_db or 0.0))


def _change(sensitivity: Sensitivity, best: Kept) -> str:
    ends = [each for each in (sensitivity.sqnr_db, best.sqnr_db) if each is not None]
    return f" {formatting.ARROW} ".join(map(formatting.decibel, ends))
