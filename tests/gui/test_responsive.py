"""A model of 20,000 operators opens without the window standing still."""

import gc
import sys
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QTimer

from quantscope_gui.collector import DOCUMENT, Collector
from tests.gui.conftest import Stage
from tests.gui.specimens import large_network

OPERATORS = 20_000


class Turns:
    """Counts the calls of functions in the UI thread from one turn of its event loop to the next: how long it works
    there, in a measure that doesn't depend on the machine or on what else that is busy with."""

    def __init__(self) -> None:
        self.worst = 0
        self.turns = 0
        self._calls = 0
        self._timer = QTimer()
        self._timer.timeout.connect(self._turn)

    def __enter__(self) -> "Turns":
        self._timer.start(0)
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        self._timer.stop()

    def _count(self, frame: FrameType, event: str, argument: object) -> None:
        self._calls += event in ("call", "c_call")

    def _turn(self) -> None:
        self.worst = max(self.worst, self._calls)
        self.turns += 1
        self._calls = 0


def test_nothing_is_done_for_each_of_many_operators_on_the_ui_thread(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "large.tflite"
    path.write_bytes(large_network(OPERATORS).build())
    stage.until(lambda: stage.services.choices.catalogue is not None)
    graph = stage.window.work.graph
    with Turns() as turns:
        stage.open(path)
        stage.until(lambda: graph.view.scene is not None and not graph.view.tiles.busy)
        model = stage.current().model
        stage.window._theme.changed.emit()
        stage.until(lambda: not graph.view.tiles.busy)
        stage.quantize()
        stage.window.work.tabs.setCurrentWidget(stage.window.work.differences)
        stage.until(lambda: not stage.window.work.differences.layout().isEmpty())
        graphs = stage.window.work.graphs
        stage.until(lambda: graphs.found is not None and graphs.right.view.scene is not None)
        stage.until(lambda: not graphs.right.view.tiles.busy)
    assert stage.table.operators.rowCount() == OPERATORS
    assert model.variants
    assert turns.turns > 100
    assert turns.worst < OPERATORS


def test_the_collector_does_not_look_through_a_document_that_is_being_read(stage: Stage) -> None:
    collector = Collector(stage.window)
    try:
        before = gc.get_freeze_count()
        document = [(number, [number]) for number in range(DOCUMENT)]
        collector.collect()
        assert gc.get_freeze_count() >= before + len(document)
        after = gc.get_freeze_count()
        collector.collect()
        assert gc.get_freeze_count() == after
    finally:
        collector.stop()
        gc.unfreeze()
