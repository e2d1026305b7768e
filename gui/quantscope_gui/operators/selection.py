"""Which operators are selected, shared by every view of a model: table, graph and inspector."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QObject, Signal

from quantscope_gui.operators.plan import Key, Plan, Row

NOTHING: Final[frozenset[Key]] = frozenset()


class OperatorSelection(QObject):
    """A set of operators of the plan that is shown; one of them is the current one, which the inspector describes.

    The selection outlives a new plan of the same model. `changed` after it has become another one, or after a new plan
    gave the current operator a new row.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plan: Plan | None = None
        self._keys = NOTHING
        self._current: Key | None = None

    @property
    def keys(self) -> frozenset[Key]:
        return self._keys

    @property
    def current(self) -> Key | None:
        """The current operator's key; None exactly where nothing is selected."""
        return self._current

    @property
    def row(self) -> Row | None:
        """The current operator as the plan shown has it."""
        return self._plan.row(self._current) if self._plan is not None and self._current is not None else None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The selected operators in order of execution."""
        if self._plan is None:
            return ()
        return tuple(row for key in sorted(self._keys) if (row := self._plan.row(key)) is not None)

    def set_plan(self, plan: Plan | None) -> None:
        """Keeps of the selection what `plan` has, too."""
        before = self.row
        self._plan = plan
        keys = frozenset(key for key in self._keys if plan is not None and plan.row(key) is not None)
        if not self._replace(keys, self._current) and self.row is not before:
            self.changed.emit()

    def select(self, keys: Iterable[Key], current: Key | None = None) -> None:
        """Selects exactly `keys`. Without `current` the current operator stays it where it can, else it is the
        first."""
        self._replace(frozenset(keys), self._current if current is None else current)

    def toggle(self, key: Key) -> None:
        """Adds `key` as the current operator, or takes it away."""
        self._replace(self._keys ^ {key}, key)

    def clear(self) -> None:
        self._replace(NOTHING, None)

    def _replace(self, keys: frozenset[Key], current: Key | None) -> bool:
        current = current if current in keys else min(keys, default=None)
        if (keys, current) == (self._keys, self._current):
            return False
        self._keys, self._current = keys, current
        self.changed.emit()
        return True
