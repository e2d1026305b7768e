"""Work whose results are wanted while it goes on."""

from typing import Protocol

from quantscope.documents import Document


class Live(Protocol):
    """Progress of work that hands out parts of its result, and that can be stopped without losing them."""

    def __call__(self, fraction: float, text: str) -> None:
        """As quantscope.progress.Progress."""

    def publish(self, document: Document) -> None:
        """Hands out a part of the result."""

    @property
    def stopping(self) -> bool:
        """True as soon as the work shall end with what it has."""


class Unwatched:
    """Nobody looks, nobody stops."""

    stopping = False

    def __call__(self, fraction: float, text: str) -> None:
        """Goes unheard."""

    def publish(self, document: Document) -> None:
        """Goes unseen."""
