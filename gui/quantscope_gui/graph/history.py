"""Where one has been, as a browser knows it. Knows no Qt."""

from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 200


class History(Generic[T]):
    """Places visited; going back and then elsewhere forgets what lay ahead."""

    def __init__(self) -> None:
        self._places: list[T] = []
        self._at = -1

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at < len(self._places) - 1

    def visit(self, place: T) -> None:
        if self._at >= 0 and self._places[self._at] == place:
            return
        del self._places[self._at + 1 :]
        self._places.append(place)
        del self._places[:-MOST]
        self._at = len(self._places) - 1

    def update(self, place: T) -> None:
        """Replaces the present place."""
        if self._at >= 0:
            self._places[self._at] = place

    def go(self, steps: int) -> T | None:
        """The place `steps` further (or back, if negative), None if there is none."""
        if not 0 <= self._at + steps < len(self._places):
            return None
        self._at += steps
        return self._places[self._at]

    def clear(self) -> None:
        self._places.clear()
        self._at = -1
