"""Two files of one model side by side: aligned by what was written, moved and selected together, differences stepped
through."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from quantscope.precision import Precision
from quantscope.recipe import Change as Asked
from quantscope.recipe import Match
from quantscope_gui import formatting
from quantscope_gui.compare.colours import colouring
from quantscope_gui.compare.differences import Change, Side, differences
from quantscope_gui.compare.variants import COLUMNS
from quantscope_gui.models.library import Selection
from quantscope_gui.operators import plan as plans
from quantscope_gui.theme.tokens import LIGHT
from tests.gui.conftest import Stage
from tests.gui.specimens import inspection, operator

FLOAT = Asked(precision=Precision.FLOAT32)


def side(*kinds: tuple[str, str], origins: tuple[int | None, ...] | None = None) -> Side:
    """A file of one subgraph with operators of these types and precisions."""
    every = tuple(operator(index, kind, precision_now=now) for index, (kind, now) in enumerate(kinds))
    return Side(plans.of(inspection(every)), None if origins is None else (origins,))


SOURCE = side(("GATHER", "none"), ("CONV_2D", "float32"), ("ADD", "float32"), ("CONV_2D", "float32"))
WRITTEN = side(
    ("RESHAPE", "none"), ("EMBEDDING_LOOKUP", "hybrid-int8"), ("DEQUANTIZE", "none"), ("CONV_2D", "weight-only-int8"),
    ("ADD", "float32"), ("CONV_2D", "hybrid-int8"),
    origins=(0, 0, None, 1, 2, 3),
)  # fmt: skip


def test_operators_are_aligned_by_their_origins() -> None:
    found = differences(SOURCE, WRITTEN)
    assert found.to_right[0, 0] == ((0, 0), (0, 1))
    assert found.to_left[0, 3] == ((0, 1),)
    assert (0, 2) not in found.to_left
    assert [found.right[0, index] for index in range(6)] == [
        Change.CHANGED, Change.CHANGED, Change.INSERTED, Change.CHANGED, Change.SAME, Change.CHANGED,
    ]  # fmt: skip
    assert found.left[0, 2] is Change.SAME
    assert found.steps == (((0, 0), (0, 1)), ((0, 1), (0, 3)), ((0, 3), (0, 5)), (None, (0, 2)))


def test_two_results_are_aligned_through_the_source() -> None:
    other = side(
        ("GATHER", "none"), ("CONV_2D", "float32"), ("ADD", "float32"), ("CONV_2D", "hybrid-int8"),
        origins=(0, 1, 2, 3),
    )  # fmt: skip
    found = differences(other, WRITTEN)
    assert found.right[0, 5] is Change.SAME
    assert found.to_left[0, 5] == ((0, 3),)
    assert len(found.steps) == 3
    assert differences(WRITTEN, WRITTEN).steps[0] == (None, (0, 2)), "what both inserted stays a step of each"


def test_the_same_file_twice_has_no_differences() -> None:
    found = differences(SOURCE, SOURCE)
    assert found.steps == ()
    made = colouring(SOURCE.plan, LIGHT, found.left, "t")
    assert set(made.of[0]) == {0}


def test_what_differs_has_the_colour_of_its_precision() -> None:
    found = differences(SOURCE, WRITTEN)
    made = colouring(WRITTEN.plan, LIGHT, found.right, "t")
    names = [made.swatches[place].name for place in made.of[0]]
    assert names[2].startswith("inserted")
    assert names[4] == "as in the other"
    assert names[3] == "weight-only int8"


@pytest.fixture
def compared(stage: Stage, model_file: Path) -> Stage:
    """The source, a result, and another result that is selected; the Differences tab in front."""
    stage.open(model_file)
    stage.quantize()
    model = stage.current().model
    stage.services.library.select(Selection(model))
    stage.services.desk.ask(model, [Match(type="FULLY_CONNECTED")], FLOAT, "keep")
    stage.until(lambda: model.plan is not None and model.plan.rows[4].operator.precision == "float32")
    stage.quantize()
    work = stage.window.work
    work.tabs.setCurrentWidget(work.differences)
    stage.until(lambda: work.graphs.found is not None)
    stage.until(lambda: all(panel.view.scene is not None for panel in (work.graphs.left, work.graphs.right)))
    return stage


def test_results_stand_side_by_side(compared: Stage) -> None:
    graphs, model = compared.window.work.graphs, compared.current().model
    table = graphs.variants

    def cells(row: int) -> list[str]:
        return [table.variants.index(row, column).data() for column in range(len(COLUMNS))]

    assert table.variants.rowCount() == 3
    assert cells(0)[0] == "source"
    assert cells(1)[0].startswith("dynamic-int8")
    assert cells(2)[0].startswith("dynamic-int8-edited")
    assert cells(1)[1] == formatting.size(model.variants[0].document.output.bytes)
    assert cells(1)[5] == "\u2014", "nothing that wasn't measured is shown"
    compared.window.commands.compare()
    compared.until(lambda: model.variants[1].comparison is not None)
    assert cells(2)[5].endswith("dB")
    compared.window.work.tabs.setCurrentWidget(compared.window.work.differences)
    table.selectRow(1)
    compared.until(lambda: compared.current().variant is model.variants[0])
    assert table.currentIndex().row() == 1


def test_both_graphs_move_and_select_together(compared: Stage) -> None:
    graphs = compared.window.work.graphs
    graphs.sides[0].select([(0, 2)])
    (mate,) = graphs.found.to_right[0, 2]  # type: ignore[union-attr]
    assert graphs.sides[1].current == mate
    assert compared.services.operator.current == (0, 2)
    graphs.left.view.centre_on((0, 2))
    one, other = graphs.left.view, graphs.right.view
    assert one.camera.zoom == other.camera.zoom
    assert one.scene is not None
    assert other.scene is not None
    node, twin = one.scene.node_of((0, 2)), other.scene.node_of(mate)
    assert one.camera.y - one.scene.y[node] == pytest.approx(other.camera.y - other.scene.y[twin])
    other.zoom_by(1.5)
    assert one.camera.zoom == pytest.approx(other.camera.zoom)


def test_differences_are_counted_and_stepped_through(compared: Stage) -> None:
    graphs = compared.window.work.graphs
    found = graphs.found
    assert found is not None
    assert found.left[0, 4] is Change.SAME, "it was kept in float"
    count = len(found.steps)
    assert str(count) in graphs.counter.text()
    for place in range(count):
        compared.bot.mouseClick(graphs.next, Qt.MouseButton.LeftButton)
        assert graphs.counter.text() == f"difference {place + 1} of {count}"
        one, other = found.steps[place]
        if other is not None:
            assert graphs.sides[1].current == other
        if one is not None:
            assert compared.services.operator.current == one
    compared.bot.mouseClick(graphs.previous, Qt.MouseButton.LeftButton)
    assert graphs.counter.text() == f"difference {count - 1} of {count}"
    compared.window.activateWindow()
    graphs.right.view.setFocus()
    compared.until(graphs.right.view.hasFocus)
    compared.bot.keyClick(graphs.right.view, Qt.Key.Key_F7)
    assert graphs.counter.text() == f"difference {count} of {count}"


def test_against_another_result_and_in_one_graph(compared: Stage) -> None:
    graphs, model = compared.window.work.graphs, compared.current().model
    graphs.against.chosen.emit(str(model.variants[0].path))
    compared.until(
        lambda: graphs.found is not None and graphs.left.plan is compared.services.written.get(model.variants[0])
    )
    (only,) = [step for step in graphs.found.steps if step[0] is not None and step[1] is not None]  # type: ignore[union-attr]
    row = graphs.right.plan.row(only[1])  # type: ignore[union-attr, arg-type]
    assert row is not None
    assert row.operator.type == "FULLY_CONNECTED"
    graphs.beside.click()
    assert graphs.left.isHidden()
    graphs.beside.click()
    assert graphs.left.isVisible()
    compared.services.library.select(Selection(model))
    assert compared.window.work.tabs.indexOf(compared.window.work.differences) < 0
