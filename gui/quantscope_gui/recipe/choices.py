"""The recipe and the target in force."""

from PySide6.QtCore import QObject, Signal

from quantscope import documents
from quantscope.recipe import Recipe
from quantscope.worker import protocol
from quantscope_gui.engine import decoding
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import Problem, of_failure
from quantscope_gui.settings import Settings


class Choices(QObject):
    """`catalogued` once the engine has said what there is; `changed` whenever recipe or target become another one."""

    catalogued = Signal()
    changed = Signal()
    failed = Signal(Problem)

    def __init__(self, client: EngineClient, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._settings = settings
        self._asking = False
        self.catalogue: documents.Catalogue | None = None
        self.recipe = ""
        self.target = ""

    def request(self) -> None:
        """Asks the engine for its catalogue, unless it is known or under way."""
        if self.catalogue is not None or self._asking:
            return
        self._asking = True
        job = self._client.submit(lambda identity: protocol.Catalogue(id=identity), decoding.small(documents.Catalogue))
        job.succeeded.connect(self._arrived)
        job.failed.connect(self._failed)

    @property
    def preset(self) -> Recipe | None:
        """The chosen recipe in full; None until the catalogue is here."""
        presets = self.catalogue.presets if self.catalogue is not None else ()
        return next((preset for preset in presets if preset.name == self.recipe), None)

    def set_recipe(self, identity: str) -> None:
        if identity != self.recipe:
            self.recipe = self._settings.recipe = identity
            self.changed.emit()

    def set_target(self, identity: str) -> None:
        if identity != self.target:
            self.target = self._settings.target = identity
            self.changed.emit()

    def _arrived(self, catalogue: documents.Catalogue) -> None:
        self._asking = False
        self.catalogue = catalogue
        self.recipe = _known(self._settings.recipe, catalogue.recipes)
        self.target = _known(self._settings.target, catalogue.targets)
        self.catalogued.emit()
        self.changed.emit()

    def _failed(self, failure: Failure) -> None:
        self._asking = False
        self.failed.emit(of_failure(failure, "Quantscope", self.request))


def _known(wanted: str, choices: tuple[documents.Choice, ...]) -> str:
    known = [choice.id for choice in choices]
    return wanted if wanted in known else known[0] if known else ""
