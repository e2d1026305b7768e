"""How the graphs of two files are coloured: what is alike is quiet, what differs has the colour of its precision."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from quantscope_gui.colour.bands import places_by_subgraph
from quantscope_gui.compare.differences import Change
from quantscope_gui.graph.colouring import Colouring, Swatch, Weight
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.operators.plan import Key, Plan
from quantscope_gui.theme import precisions
from quantscope_gui.theme.tokens import Tokens

SAME = QT_TRANSLATE_NOOP("Differences", "as in the other")
INSERTED = QT_TRANSLATE_NOOP("Differences", "inserted: only changes how a value is stored")


def colouring(plan: Plan, tokens: Tokens, changes: Mapping[Key, Change], title: str) -> Colouring:
    """The colours of one of two files."""
    changed = {key for key, change in changes.items() if change is Change.CHANGED}
    inserted = {key for key, change in changes.items() if change is Change.INSERTED}
    now = {row.key: row.operator.precision_now or "none" for row in plan.rows if row.key in changed}
    kinds = sorted(
        set(now.values()),
        key=lambda kind: precisions.ORDER.index(kind) if kind in precisions.ORDER else len(precisions.ORDER),
    )
    quiet = tokens.precision["none"]
    swatches = [
        Swatch(quiet, "none", QCoreApplication.translate("Differences", SAME), Weight.QUIET),
        Swatch(tokens.tints[2], "", QCoreApplication.translate("Differences", INSERTED), Weight.LOUD),
    ]
    swatches += [
        Swatch(precisions.color(kind, tokens).name(), kind, precisions.name(kind), Weight.LOUD) for kind in kinds
    ]
    place = {kind: 2 + at for at, kind in enumerate(kinds)}
    places = dict.fromkeys(inserted, 1) | {key: place[kind] for key, kind in now.items()}
    return Colouring(title, tuple(swatches), places_by_subgraph(plan, places, 0))
