"""The parts of the application that are not widgets, built and taken down in one place."""

from functools import partial
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QObject

from quantscope_gui.background import Background
from quantscope_gui.colour.colours import Colours
from quantscope_gui.compare.comparer import Comparer
from quantscope_gui.compare.metric import MetricDesk
from quantscope_gui.compare.prober import Prober
from quantscope_gui.compare.values import ValueReader
from quantscope_gui.compare.written import WrittenPlans
from quantscope_gui.devices.phones import Phones
from quantscope_gui.devices.watch import DeviceWatch
from quantscope_gui.engine.client import EngineClient
from quantscope_gui.engine.process import Command
from quantscope_gui.graph.drawer import Drawer
from quantscope_gui.graph.exporter import Exporter
from quantscope_gui.inspector.detailer import Detailer
from quantscope_gui.jobs.board import JobBoard
from quantscope_gui.jobs.quantizer import Quantizer
from quantscope_gui.latency.historian import Historian
from quantscope_gui.latency.measurer import Measurer
from quantscope_gui.models.annotator import Annotator
from quantscope_gui.models.library import Library, Model
from quantscope_gui.models.results import Results
from quantscope_gui.models.saver import Saver
from quantscope_gui.operators.planner import Planner
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.recipe.choices import Choices
from quantscope_gui.recipe.desk import RecipeDesk
from quantscope_gui.recipe.drafter import Drafter
from quantscope_gui.recipe.sampler import Sampler
from quantscope_gui.settings import Settings
from quantscope_gui.sources.converter import SourceConverter


class Services(QObject):
    """State and workers; widgets get the ones they need from here."""

    def __init__(self, command: Command, settings: Settings, results_root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.results = Results(results_root)
        self.background = Background(self)
        self.client = EngineClient(command, self.background, self)
        self.library = Library(self)
        self.operator = OperatorSelection(self)
        self.drawer = Drawer(self.client, self)
        self.choices = Choices(self.client, settings, self)
        self.desk = RecipeDesk(self.library, self.choices, self)
        self.drafter = Drafter(self.client, self.choices, self.desk, self)
        self.sampler = Sampler(self.client, self.library, self.desk, self)
        self.board = JobBoard(self.client, self)
        self.planner = Planner(self.client, self.library, self.choices, self.desk, self.board, self)
        self.detailer = Detailer(self.client, self.library, self.operator, self.desk, self)
        self.written = WrittenPlans(self.client, self.library, self)
        self.colours = Colours(self.library, self)
        self.quantizer = Quantizer(self.client, self.library, self.results, self.board, self)
        self.comparer = Comparer(self.client, self.library, self.board, self)
        self.metrics = MetricDesk(self.client, self.library, self)
        self.metrics.chosen.connect(self._judge)
        self.prober = Prober(self.client, self.library, self.board, self)
        self.values = ValueReader(self.client, self.library, self.board, self)
        self.measurer = Measurer(self.client, self.library, self.board, self)
        self.measurer.times_changed.connect(self._colour_by_times)
        self.annotator = Annotator(self.client, self.library, self.measurer, self.board, self)
        self.historian = Historian(self.client, self)
        self.device_watch = DeviceWatch(self.client, self)
        self.phones = Phones(self.client, self.board, self)
        self.converter = SourceConverter(self.client, self.library, self.board, settings, self)
        self.saver = Saver(self.library, self.background, self)
        self.exporter = Exporter(self.background, self.board, self)

    def start(self) -> None:
        """Begins the work that waits until the window is on the screen."""
        self.client.start()
        self.choices.request()
        self.background.run(self.results.remove_left_behind, lambda _: None, lambda _: None)
        # What the first model will need, but not the first paint. Nothing that touches Qt may be imported in a thread:
        # PySide makes its classes when they are first looked at, and two threads at that crash (pyqtgraph did).
        self.background.run(partial(import_module, "numpy"), lambda _: None, lambda _: None)

    def _judge(self, model: Model) -> None:
        """The result in view is compared again by another metric, if it was compared on data."""
        selection = self.library.selection
        variant = selection.variant if selection is not None and selection.model is model else None
        if selection is not None and variant is not None and variant.data is not None:
            self.comparer.compare(selection, variant.data)

    def _colour_by_times(self, model: Model) -> None:
        times = self.measurer.times(model)
        self.colours.set_latency(model, times.microseconds(), times.speedups())

    def shutdown(self) -> None:
        """Ends engines and threads, in about a second at most if no phone has to be put back, and removes the session's
        folder."""
        self.device_watch.stop()
        self.client.shutdown()
        self.background.shutdown(1000)
        self.results.close()
