"""Everything the operators can be coloured by: precision, size, error, latency, partition, an imported overlay."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope_gui import formatting
from quantscope_gui.colour.bands import Scale, banded, logarithmic, places_by_subgraph
from quantscope_gui.graph.colouring import Colouring, Swatch, Weight, by_precision
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.models.library import Selection
from quantscope_gui.operators.plan import Key, Plan
from quantscope_gui.theme import precisions
from quantscope_gui.theme.tokens import Tokens

BANDS: Final = 6
# Slower than 0.95 of before is bad, faster is good; between lies what measurements can't tell from nothing.
SPEEDUPS: Final = Scale((0.8, 0.95, 1.05, 1.5, 2.5), rising=False, alarming=True, loud=frozenset({0, 1}))
DECIBELS: Final = Scale((10.0, 20.0, 30.0, 40.0), rising=False, alarming=True, loud=frozenset({0, 1}))
MOST_TINTS: Final = 40
Numbers = Mapping[Key, float]


@dataclass(frozen=True, slots=True)
class Overlay:
    """Numbers for operators that came from outside, with the name of the set."""

    name: str
    values: Numbers


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to colour by, besides the plan. Empty where nothing was measured or imported."""

    own_error: Numbers
    error: Numbers
    latency: Numbers
    overlay: Overlay | None = None
    speedup: Numbers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scheme:
    """`available` tells whether there is anything to show; `colour` makes the colours; `numbers` are what they stand
    for, empty where they stand for kinds."""

    key: str
    title: str
    available: Callable[[Facts], bool]
    colour: Callable[[Plan, Tokens, Facts], Colouring]
    numbers: Callable[[Plan, Facts], Numbers] = lambda plan, known: {}


def facts(
    selection: Selection | None, latency: Numbers, overlay: Overlay | None, speedup: Numbers = MappingProxyType({})
) -> Facts:
    """What is known of the selected model, from its variant's comparison and from elsewhere."""
    comparison = selection.variant.comparison if selection is not None and selection.variant is not None else None
    own: dict[Key, float] = {}
    accumulated: dict[Key, float] = {}
    for error in comparison.operators if comparison is not None else ():
        key = (error.subgraph, error.index)
        if error.sqnr_db is not None:
            accumulated[key] = error.sqnr_db
        if error.own is not None and error.own.sqnr_db is not None:
            own[key] = error.own.sqnr_db
    return Facts(own, accumulated, latency, overlay, speedup)


def _text(source: str) -> str:
    return QCoreApplication.translate("Scheme", source)


def _present(plan: Plan, tokens: Tokens, _: Facts) -> Colouring:
    kinds = sorted(
        {row.operator.precision_now or "none" for row in plan.rows},
        key=lambda kind: precisions.ORDER.index(kind) if kind in precisions.ORDER else len(precisions.ORDER),
    )
    place = {kind: at for at, kind in enumerate(kinds)}
    swatches = tuple(
        Swatch(
            precisions.color(kind, tokens).name(),
            kind,
            precisions.name(kind),
            Weight.QUIET if kind == "none" else Weight.NORMAL,
        )
        for kind in kinds
    )
    places = {row.key: place[row.operator.precision_now or "none"] for row in plan.rows}
    return Colouring(_text(PRESENT), swatches, places_by_subgraph(plan, places, 0))


def _weights(plan: Plan, tokens: Tokens, _: Facts) -> Colouring:
    sizes = _sizes(plan)
    scale = logarithmic(list(sizes.values()), BANDS) if sizes else Scale((1000.0,))
    return banded(
        plan, tokens, _text(WEIGHTS), sizes, scale, lambda value: formatting.size(round(value)), _text(NO_WEIGHT)
    )


def _sizes(plan: Plan) -> Numbers:
    return {row.key: float(row.operator.weight_bytes) for row in plan.rows if row.operator.weight_bytes}


def _decibels(title: str, pick: Callable[[Facts], Numbers]) -> Callable[[Plan, Tokens, Facts], Colouring]:
    def colour(plan: Plan, tokens: Tokens, known: Facts) -> Colouring:
        return banded(
            plan,
            tokens,
            _text(title),
            pick(known),
            DECIBELS,
            lambda value: f"{value:.0f}{formatting.NARROW_SPACE}dB",
            _text(NO_ERROR),
        )

    return colour


def _latency(plan: Plan, tokens: Tokens, known: Facts) -> Colouring:
    times = {key: value for key, value in known.latency.items() if value > 0}
    scale = logarithmic(list(times.values()), BANDS) if times else Scale((1.0,))
    return banded(plan, tokens, _text(LATENCY), times, scale, formatting.duration, _text(NOT_MEASURED))


def _speedup(plan: Plan, tokens: Tokens, known: Facts) -> Colouring:
    return banded(plan, tokens, _text(SPEEDUP), known.speedup, SPEEDUPS, formatting.factor, _text(NOT_MEASURED))


def _overlay(plan: Plan, tokens: Tokens, known: Facts) -> Colouring:
    assert known.overlay is not None
    values = known.overlay.values
    low, high = min(values.values()), max(values.values())
    if low > 0 and high / low >= 20:
        scale = logarithmic(list(values.values()), BANDS)
    else:
        steps = [low + (high - low) * step / BANDS for step in range(1, BANDS)]
        scale = Scale(tuple(sorted({float(f"{step:.3g}") for step in steps})))
    return banded(plan, tokens, known.overlay.name, values, scale, formatting.significant, _text(NO_VALUE))


def _partitions(plan: Plan, tokens: Tokens, _: Facts) -> Colouring:
    """Each partition a tint, neighbours never the same; what the delegate does not take stands out."""
    parts = sorted({(row.key[0], part) for row in plan.rows if (part := row.operator.partition) is not None})
    place = {part: at for at, part in enumerate(parts[:MOST_TINTS])}
    several = plan.subgraphs > 1
    swatches = [
        Swatch(tokens.tints[at % len(tokens.tints)], "", _partition_name(part, several), Weight.LOUD)
        for part, at in place.items()
    ]
    others = len(swatches)
    if len(parts) > MOST_TINTS:
        swatches.append(Swatch(tokens.tints[others % len(tokens.tints)], "", _text(FURTHER), Weight.LOUD))
    left = len(swatches)
    swatches.append(Swatch(tokens.precision[precisions.FALLBACK], precisions.FALLBACK, _text(NOT_TAKEN), Weight.LOUD))
    places = {
        row.key: place.get((row.key[0], row.operator.partition), others)
        for row in plan.rows
        if row.operator.partition is not None
    }
    return Colouring(_text(PARTITION), tuple(swatches), places_by_subgraph(plan, places, left), borders=True)


def _partition_name(part: tuple[int, int], several: bool) -> str:
    subgraph, number = part
    shown = f"{subgraph}.{number + 1}" if several else str(number + 1)
    return _text(NUMBERED).format(number=shown)


PLANNED: Final = QT_TRANSLATE_NOOP("Scheme", "Planned precision")
PRESENT: Final = QT_TRANSLATE_NOOP("Scheme", "Precision now")
WEIGHTS: Final = QT_TRANSLATE_NOOP("Scheme", "Weight size")
OWN_ERROR: Final = QT_TRANSLATE_NOOP("Scheme", "Own error (SQNR)")
ERROR: Final = QT_TRANSLATE_NOOP("Scheme", "Accumulated error (SQNR)")
LATENCY: Final = QT_TRANSLATE_NOOP("Scheme", "Latency")
SPEEDUP: Final = QT_TRANSLATE_NOOP("Scheme", "Speed-up")
PARTITION: Final = QT_TRANSLATE_NOOP("Scheme", "Delegate partition")
IMPORTED: Final = QT_TRANSLATE_NOOP("Scheme", "Imported overlay")
NO_WEIGHT: Final = QT_TRANSLATE_NOOP("Scheme", "no weights")
NO_ERROR: Final = QT_TRANSLATE_NOOP("Scheme", "no error, or none measured")
NOT_MEASURED: Final = QT_TRANSLATE_NOOP("Scheme", "not measured")
NO_VALUE: Final = QT_TRANSLATE_NOOP("Scheme", "no value")
NOT_TAKEN: Final = QT_TRANSLATE_NOOP("Scheme", "not delegated")
NUMBERED: Final = QT_TRANSLATE_NOOP("Scheme", "partition {number}")
FURTHER: Final = QT_TRANSLATE_NOOP("Scheme", "further ones")

SCHEMES: Final = (
    Scheme("planned", PLANNED, lambda known: True, lambda plan, tokens, known: by_precision(plan, tokens)),
    Scheme("present", PRESENT, lambda known: True, _present),
    Scheme("weights", WEIGHTS, lambda known: True, _weights, lambda plan, known: _sizes(plan)),
    Scheme("partition", PARTITION, lambda known: True, _partitions),
    Scheme(
        "own-error",
        OWN_ERROR,
        lambda known: bool(known.own_error),
        _decibels(OWN_ERROR, lambda known: known.own_error),
        lambda plan, known: known.own_error,
    ),
    Scheme(
        "error",
        ERROR,
        lambda known: bool(known.error),
        _decibels(ERROR, lambda known: known.error),
        lambda plan, known: known.error,
    ),
    Scheme("latency", LATENCY, lambda known: bool(known.latency), _latency, lambda plan, known: known.latency),
    Scheme("speedup", SPEEDUP, lambda known: bool(known.speedup), _speedup, lambda plan, known: known.speedup),
    Scheme(
        "overlay",
        IMPORTED,
        lambda known: known.overlay is not None and bool(known.overlay.values),
        _overlay,
        lambda plan, known: known.overlay.values if known.overlay is not None else {},
    ),
)


def title(scheme: Scheme) -> str:
    return _text(scheme.title)
