"""Asks the engine for drawings, and keeps those it gave."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from quantscope.worker import protocol
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure

if TYPE_CHECKING:
    from quantscope_gui.graph.scene import Scene

KEPT: Final = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of a model with these groups open; None opens what suits its size."""

    path: Path
    subgraph: int = 0
    opened: frozenset[int] | None = None


def _decode(data: bytes) -> "Scene":
    """In a thread. Imported here because numpy takes a while, and the window must be there before it."""
    from quantscope.documents import drawing
    from quantscope_gui.graph import frames, scene

    return frames.framed(scene.of(drawing.decode(data)))


class Drawer(QObject):
    """Drawings of files as they were when first asked for; `forget` drops those of one."""

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._kept: OrderedDict[Wanted, Scene] = OrderedDict()

    def draw(self, wanted: Wanted, done: "Callable[[Scene], None]", failed: Callable[[Failure], None]) -> Job | None:
        """Calls `done` with the scene, at once (and returns None) if it is there already."""
        kept = self._kept.get(wanted)
        if kept is not None:
            self._kept.move_to_end(wanted)
            done(kept)
            return None
        opened = None if wanted.opened is None else tuple(sorted(wanted.opened))
        job = self._client.submit(
            lambda identity: protocol.Draw(id=identity, path=str(wanted.path), subgraph=wanted.subgraph, opened=opened),
            _decode,
            urgent=True,
        )
        job.succeeded.connect(lambda result: done(self._keep(wanted, result)))
        job.failed.connect(failed)
        return job

    def cancel(self, job: Job) -> None:
        self._client.cancel(job)

    def forget(self, path: Path) -> None:
        for wanted in [wanted for wanted in self._kept if wanted.path == path]:
            del self._kept[wanted]

    def _keep(self, wanted: Wanted, result: "Scene") -> "Scene":
        self._kept[wanted] = result
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return result
