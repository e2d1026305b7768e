"""The inspector: what the engine tells of an operator, the remedy's button, copying, and a quick walk past many."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from quantscope.documents.details import Histogram, Scales
from quantscope.precision import Precision
from quantscope.recipe import Change, Match
from quantscope_gui.inspector.panel import OperatorDetails
from quantscope_gui.inspector.plots import HistogramPlot, ScalesPlot
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.labels import ElidedLabel
from tests.gui.conftest import Stage

FLOAT = Change(precision=Precision.FLOAT32)


def details(stage: Stage, row: int) -> OperatorDetails:
    """Selects an operator and waits for its details."""
    stage.table.selectRow(row)
    shown = stage.window.inspector.details
    stage.until(lambda: shown.inputs.rows[0].isVisible() and shown._details is not None)
    return shown


def test_everything_about_an_operator(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    shown = details(stage, 1)
    weight = shown.inputs.rows[1]
    assert "int8" in weight.planned.text()
    assert "dB" in weight.planned.text()
    assert weight.histogram.isVisible()
    assert weight.scales.isVisible()
    assert "128" in weight.scales.accessibleName()
    assert not shown.inputs.rows[0].histogram.isVisible()
    texts = {label.text() for label in shown.attributes.findChildren(QLabel)}
    texts |= {label.text() for label in shown.attributes.findChildren(ElidedLabel)}
    assert {"padding", "SAME", "depth_multiplier"} <= texts
    shown.copy.click()
    copied = QGuiApplication.clipboard().text()
    for words in ("DEPTHWISE_CONV_2D #1", "holds-partition", "stride_w = 1", "features/depthwise/kernel"):
        assert words in copied


def test_walking_past_operators_asks_for_the_last_one_only(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    arrived: list[int] = []
    stage.services.detailer.arrived.connect(lambda row, found: arrived.append(found.operator.index))
    stage.table.selectRow(0)
    stage.table.setFocus()
    for _ in range(4):
        stage.bot.keyClick(stage.table, Qt.Key.Key_Down)
    stage.until(lambda: bool(arrived))
    stage.bot.wait(100)
    assert arrived == [4]


def test_a_file_that_has_gone_is_said_in_the_inspector(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    model_file.unlink()
    stage.table.selectRow(1)
    shown = stage.window.inspector.details
    stage.until(shown.failure.isVisible)
    assert "can't be read" in shown.failure.text()
    assert shown.type.text() == "DEPTHWISE_CONV_2D"


def test_the_remedys_button_edits_the_recipe(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.services.desk.ask(stage.current().model, [Match(type="CONV_2D")], FLOAT, "keep")
    stage.until(lambda: stage.current().plan.rows[0].operator.precision == "float32")  # type: ignore[union-attr]
    stage.services.operator.select([(0, 0), (0, 1), (0, 2)], (0, 0))
    shown = stage.window.inspector.details
    assert shown.do_remedy.isVisible()
    assert "3" in shown.others.text()
    stage.bot.mouseClick(shown.do_remedy, Qt.MouseButton.LeftButton)
    stage.until(lambda: stage.current().plan.rows[2].operator.precision != "float32")  # type: ignore[union-attr]
    plan = stage.current().plan
    assert plan is not None
    assert plan.rows[1].operator.rules == (), "only operators with the same reason are meant"
    assert plan.document.recipe_document.rules[-1].match == Match(operators=(0, 2), subgraph=0)
    stage.table.selectRow(1)
    assert not shown.do_remedy.isVisible()


def test_the_menu_of_the_inspector_keeps_float(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.table.selectRow(4)
    menu = stage.window.inspector.details.ask.menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "Keep float").trigger()
    stage.until(lambda: stage.current().plan.rows[4].operator.precision == "float32")  # type: ignore[union-attr]


def test_plots_of_odd_values(theme: Theme) -> None:
    """Nothing at all, one value, wildly different scales: painted without a fault."""
    histogram, scales = HistogramPlot(theme), ScalesPlot(theme)
    for counts in ((0,) * 64, (0,) * 63 + (1,), tuple(range(64))):
        histogram.show_histograms(Histogram(low=0.0, high=0.0, counts=counts), None, "none")
        histogram.show_histograms(
            Histogram(low=-1.0, high=1.0, counts=counts), Histogram(low=-1.0, high=1.0, counts=counts), "int8"
        )
        assert not histogram.grab().isNull()
    for values in ((0.0, 0.0), (1e-9, 1.0), tuple(0.1 * (1 + index % 7) for index in range(5000))):
        scales.show_scales(Scales(values=values, zero_points=(0,), axis=0), "int8")
        assert not scales.grab().isNull()
