"""Which colour scheme is in force, and what it needs to know of the selected model."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from quantscope_gui.models.library import Library, Model
from quantscope_gui.operators.plan import Key, Plan
from quantscope_gui.theme.tokens import Tokens

if TYPE_CHECKING:  # numpy, which they need, must not delay the first paint
    from quantscope_gui.colour.schemes import Facts, Numbers, Overlay, Scheme
    from quantscope_gui.graph.colouring import Colouring

PLANNED: Final = "planned"


class Colours(QObject):
    """`changed` whenever operators have to be coloured anew. A scheme that has nothing to show for the selected model
    gives way to the planned precision, and comes back with the model that has."""

    changed = Signal()

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._key = PLANNED
        self._latency: dict[Model, Numbers] = {}
        self._speedups: dict[Model, Numbers] = {}
        self._overlays: dict[Model, Overlay] = {}
        library.selection_changed.connect(lambda _: self.changed.emit())
        library.variant_changed.connect(lambda model, variant: self.changed.emit())
        library.model_removed.connect(self._forget)

    @property
    def wanted(self) -> str:
        """The key of the scheme that was chosen."""
        return self._key

    def choose(self, key: str) -> None:
        if key != self._key:
            self._key = key
            self.changed.emit()

    def set_latency(self, model: Model, values: "Numbers", speedups: "Numbers") -> None:
        """Microseconds per inference of the model's operators, and how many times faster each is in the variant that
        was held against it, once they were measured."""
        self._latency[model], self._speedups[model] = values, speedups
        self.changed.emit()

    def set_overlay(self, model: Model, overlay: "Overlay") -> None:
        """Numbers from outside; they are shown at once."""
        self._overlays[model] = overlay
        self._key = "overlay"
        self.changed.emit()

    def facts(self) -> "Facts":
        """What is known of the selected model."""
        from quantscope_gui.colour import schemes

        selection = self._library.selection
        model = selection.model if selection is not None else None
        if model is None:
            return schemes.facts(None, {}, None)
        return schemes.facts(
            selection, self._latency.get(model, {}), self._overlays.get(model), self._speedups.get(model, {})
        )

    def available(self) -> "tuple[Scheme, ...]":
        """The schemes that have something to show for the selected model."""
        from quantscope_gui.colour import schemes

        known = self.facts()
        return tuple(scheme for scheme in schemes.SCHEMES if scheme.available(known))

    def scheme(self) -> "Scheme":
        """The scheme in force."""
        available = self.available()
        return next((scheme for scheme in available if scheme.key == self._key), available[0])

    def colour(self, plan: Plan, tokens: Tokens) -> "Colouring":
        """The colours of `plan` by the scheme in force."""
        return self.scheme().colour(plan, tokens, self.facts())

    def _forget(self, model: Model) -> None:
        self._latency.pop(model, None)
        self._speedups.pop(model, None)
        self._overlays.pop(model, None)


def keys_by_swatch(colouring: "Colouring", swatches: Iterable[int]) -> dict[int, frozenset[Key]]:
    """The operators that have each of these swatches."""
    return {
        swatch: frozenset(
            (subgraph, int(operator))
            for subgraph, places in colouring.of.items()
            for operator in (places == swatch).nonzero()[0]
        )
        for swatch in swatches
    }
