"""What is in a written file, operator by operator: asked once, then kept."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from quantscope.worker import protocol
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.models.library import Library, Variant
from quantscope_gui.operators import plan
from quantscope_gui.operators.plan import Plan


class WrittenPlans(QObject):
    """The operators of variants' files. (A variant's own plan is that of its source, before it was written.)"""

    def __init__(self, client: EngineClient, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._known: dict[Path, Plan] = {}
        self._asked: set[Path] = set()
        library.variant_removed.connect(lambda model, variant: self._known.pop(variant.path, None))

    def get(self, variant: Variant) -> Plan | None:
        """What is known already."""
        return self._known.get(variant.path)

    def ask(self, variant: Variant, done: Callable[[], None], failed: Callable[[Failure], None]) -> None:
        """Calls `done` once the file has been read; a question that is under way is not asked again."""
        path, document = variant.path, variant.document.plan
        if path in self._asked or path in self._known:
            return
        self._asked.add(path)
        job = self._client.submit(
            lambda identity: protocol.Inspect(
                id=identity, path=str(path), recipe=document.recipe_document, target=document.target
            ),
            plan.decode,
        )

        def succeeded(result: Plan) -> None:
            self._known[path] = result
            done()

        job.succeeded.connect(succeeded)
        job.failed.connect(failed)
        job.ended.connect(lambda: self._asked.discard(path))
