"""Where one is in a model, and where one has been."""

from dataclasses import dataclass, field
from pathlib import Path

from quantscope_gui.graph.camera import Camera
from quantscope_gui.graph.scene import Key
from quantscope_gui.operators.plan import Plan


@dataclass(frozen=True, slots=True)
class Visit:
    """A place in the history: pages from the main one inwards, and what was seen and selected on the last."""

    pages: tuple[tuple[int, str], ...]
    opened: frozenset[int] | None
    camera: Camera
    keys: frozenset[Key]
    current: Key | None


@dataclass(slots=True)
class Shown:
    """What is shown of one model."""

    path: Path
    plan: Plan | None = None
    pages: list[tuple[int, str]] = field(default_factory=lambda: [(0, "")])
    opened: dict[int, frozenset[int]] = field(default_factory=dict)

    @property
    def subgraph(self) -> int:
        return self.pages[-1][0]
