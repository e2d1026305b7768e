"""The Compare tab: its sentence, its table of operators, and both in the window with the real engine."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from quantscope import documents
from quantscope.documents.sensitivity import Kept, Sensitivity
from quantscope_gui.compare.answer import answer
from quantscope_gui.compare.errors import BAR, COLUMNS, GAIN, OWN
from quantscope_gui.compare.errors_table import ErrorsTable
from quantscope_gui.engine import decoding
from quantscope_gui.operators import columns
from quantscope_gui.operators import plan as plans
from quantscope_gui.operators.plan import Plan, with_errors
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.theme.theme import Theme
from tests.gui.conftest import Stage
from tests.gui.specimens import inspection, operator

FILE = documents.File(path="/tmp/model.tflite", bytes=100_000, sha256="0" * 64)


def error(index: int, own: float | None, accumulated: float, note: str | None = None) -> documents.OperatorError:
    figures = documents.Error(sqnr_db=own, max_abs=0.01 * index, cosine=1.0, identical=False)
    return documents.OperatorError(
        subgraph=0, index=index, type="CONV_2D", sqnr_db=accumulated, own=None if own is None else figures, note=note
    )


def comparison(
    errors: tuple[documents.OperatorError, ...], metrics: tuple[documents.TaskMetric, ...] = ()
) -> documents.Comparison:
    output = documents.OutputError(
        name="y", sqnr_db=20.0, max_abs=0.1, cosine=0.99, top1_agreement=None, identical=False
    )
    return documents.Comparison(
        model=FILE, quantized=FILE, inputs="generated (seed 1)", samples=3, outputs=(output,), operators=errors,
        alignment="exact", metrics=metrics,
    )  # fmt: skip


def sensitivity(*gains: tuple[int, float | None]) -> Sensitivity:
    return Sensitivity(
        model=FILE, recipe="dynamic-int8", target="xnnpack", inputs="generated (seed 1)", samples=3, sqnr_db=20.0,
        bytes=26_000,
        operators=tuple(
            Kept(
                subgraph=0, index=index, type="CONV_2D", name="", precision="hybrid-int8", own_sqnr_db=30.0,
                sqnr_db=None if gain is None else 20 + gain, gain_db=gain, extra_bytes=3000, identical=gain is None,
            )
            for index, gain in gains
        ),
    )  # fmt: skip


ERRORS = (error(0, 35.0, 35.0), error(1, 140.0, 33.0), error(2, 28.0, 25.0), error(3, 41.5, 24.0))


@pytest.fixture
def plan() -> Plan:
    return with_errors(plans.of(inspection(tuple(operator(index) for index in range(4)))), comparison(ERRORS))


def test_the_sentence_names_the_worst(english: None, plan: Plan) -> None:
    assert answer(comparison(ERRORS), None, plan).replace("\u202f", " ") == (
        "The largest errors of their own: CONV_2D #2 (28.0 dB), CONV_2D #0 (35.0 dB), CONV_2D #3 (41.5 dB)."
    )


@pytest.mark.parametrize(("before", "after", "words"), [
    (0.95, 0.912, "Top-1 fell from 95\u202f% to 91\u202f%."), (0.5, 0.5, "Top-1 is 50\u202f%, as in float."),
    (0.5, 0.6, "Top-1 rose from 50\u202f% to 60\u202f%."),
])  # fmt: skip
def test_accuracy_comes_first(english: None, plan: Plan, before: float, after: float, words: str) -> None:
    metric = documents.TaskMetric(name="top-1", float_value=before, quantized_value=after)
    assert answer(comparison(ERRORS, (metric,)), None, plan).startswith(words)


def test_the_sentence_says_what_was_measured(english: None, plan: Plan) -> None:
    def said(*gains: tuple[int, float | None]) -> str:
        return answer(comparison(ERRORS), sensitivity(*gains), plan)

    assert said((2, 4.25), (0, -0.5)).replace("\u202f", " ") == (
        "CONV_2D #2 costs most: keeping it in float gains 4.2 dB (20.0 dB \u2192 24.2 dB) for 3.00 kB."
    )
    assert said((2, 0.02), (0, -0.5)).startswith("None of the 2 worst operators gains anything in float")
    assert said((2, None)).startswith("CONV_2D #2 did it all")
    assert said() == "No operator makes an error of its own."


def test_what_could_not_be_measured_is_said(english: None) -> None:
    bare = plans.of(inspection((operator(0),)))
    nothing = comparison((error(0, None, 20.0, "The runtime refuses the model: no."),))
    assert answer(nothing, None, with_errors(bare, nothing)) == "The runtime refuses the model: no."
    assert answer(comparison(()), None, bare) == ""
    exact = comparison((error(0, 130.0, 130.0),))
    assert answer(exact, None, with_errors(bare, exact)) == "No operator makes an error of its own."


@pytest.fixture
def selection(plan: Plan) -> OperatorSelection:
    made = OperatorSelection()
    made.set_plan(plan)
    return made


@pytest.fixture
def table(qtbot: QtBot, theme: Theme, selection: OperatorSelection, plan: Plan) -> ErrorsTable:
    made = ErrorsTable(theme, selection)
    qtbot.addWidget(made)
    made.show_errors(plan, None)
    return made


def shown(table: ErrorsTable) -> list[int]:
    return [table.errors.entry(place).row.key[1] for place in range(table.errors.rowCount())]


def test_the_largest_error_stands_first_and_exact_operators_not_at_all(table: ErrorsTable, plan: Plan) -> None:
    assert shown(table) == [2, 0, 3]
    bars = [table.errors.index(place, OWN).data(BAR) for place in range(3)]
    assert bars == sorted(bars, reverse=True)
    assert 0 < bars[-1] < bars[0] < 1
    assert all(table.isColumnHidden(place) is column.tried for place, column in enumerate(COLUMNS))
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert shown(table) == [3, 2, 0]


def test_what_was_tried_is_sorted_by_its_gain(table: ErrorsTable, plan: Plan) -> None:
    table.show_errors(plan, sensitivity((0, 4.0), (2, -1.0)))
    assert shown(table) == [0, 2, 3]
    assert not table.isColumnHidden(GAIN)
    texts = [table.errors.index(place, GAIN).data() for place in range(3)]
    assert texts == ["+4.0\u202fdB", "\u22121.0\u202fdB", ""]
    assert [table.errors.index(place, GAIN).data(BAR) for place in range(3)] == [1.0, 0.0, None]
    table.show_errors(plan, None)
    assert shown(table) == [2, 0, 3]


def test_selection_is_shared(table: ErrorsTable, selection: OperatorSelection) -> None:
    table.selectRow(1)
    assert selection.current == (0, 0)
    selection.select({(0, 3)})
    assert [table.errors.entry(index.row()).row.key for index in table.selectionModel().selectedRows()] == [(0, 3)]
    selection.select({(0, 1)})  # an exact operator, which isn't here
    assert not table.selectionModel().selectedRows()
    assert selection.current == (0, 1)


def test_decoding_in_pieces_is_decoding() -> None:
    document = comparison(ERRORS, (documents.TaskMetric(name="top-1", float_value=1, quantized_value=0.5),))
    assert decoding.comparison(documents.to_json(document)) == document


def test_from_a_comparison_to_the_operator_that_did_it(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    stage.quantize()
    stage.show_operators()
    assert stage.table.isColumnHidden(columns.ERROR)
    random = np.random.default_rng(0)
    data = tmp_path / "labelled.npz"
    images = random.standard_normal((6, 8, 8, 16)).astype(np.float32)
    np.savez(data, image=images, y=random.integers(0, 10, 6))
    stage.window.commands.compare_on(data)
    variant = stage.current().variant
    assert variant is not None
    stage.until(lambda: variant.comparison is not None and not stage.services.comparer.busy(variant))
    assert variant.comparison is not None
    panel = stage.window.work.compare
    assert panel.answer.text().startswith("Top-1 ")
    assert "The largest errors of their own" in panel.answer.text()
    assert not stage.table.isColumnHidden(columns.ERROR)
    texts = [stage.table.operators.index(place, columns.ERROR).data() for place in range(5)]
    assert all(text.endswith("dB") or text == "exact" for text in texts)
    tree = stage.window.tree.model()
    facts = tree.index(0, 0, tree.index(0, 0)).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "dB" in facts

    assert panel.values.isHidden()
    panel.operators.selectRow(0)
    assert not panel.values.isHidden()
    panel.values.read.click()
    assert not panel.values.read.isEnabled()
    stage.until(lambda: bool(variant.values) and not stage.services.values.busy(variant))
    assert "nothing is clipped" in panel.values.facts.text()
    assert not panel.values.plot.isHidden()
    assert panel.values.read.isHidden()
    worst = panel.operators.errors.entry(0).row
    assert stage.services.operator.current == worst.key
    panel.measure.click()
    assert not panel.measure.isEnabled()
    stage.until(lambda: variant.sensitivity is not None and not stage.services.prober.busy(variant))
    assert panel.measure.isEnabled()
    assert not panel.operators.isColumnHidden(GAIN)
    assert variant.sensitivity is not None
    assert variant.sensitivity.inputs == "labelled.npz"
    best = variant.sensitivity.operators[0]
    assert panel.operators.errors.entry(0).row.key == (best.subgraph, best.index)
    assert stage.services.operator.current == worst.key

    stage.window.commands.compare()
    stage.until(lambda: variant.data is None and not stage.services.comparer.busy(variant))
    assert variant.sensitivity is None
    assert panel.operators.isColumnHidden(GAIN)
    assert not variant.values
    assert panel.values.plot.isHidden()


def test_a_metric_of_the_users_judges_both(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    stage.quantize()
    variant, commands = stage.current().variant, stage.window.commands
    assert variant is not None
    data, metric = tmp_path / "data.npz", tmp_path / "metric.py"
    images = np.random.default_rng(0).standard_normal((6, 8, 8, 16)).astype(np.float32)
    np.savez(data, image=images, y=np.arange(6))
    metric.write_text("def share(outputs, labels): return labels.sum() / 30\ndef broken(outputs, labels): 1 / 0\n")
    panel, desk, comparer = stage.window.work.compare, stage.services.metrics, stage.services.comparer

    def compared() -> documents.Comparison:
        stage.until(lambda: variant.comparison is not None and not comparer.busy(variant))
        assert variant.comparison is not None
        return variant.comparison

    commands.compare_on(data)
    assert compared().available == 6
    assert panel.count.isVisibleTo(panel)
    assert [each.name for each in compared().metrics] == ["top-1", "top-5"]
    desk.read(stage.current().model, metric)
    stage.until(lambda: comparer.busy(variant))
    assert compared().metrics[-1] == documents.TaskMetric(name="share", float_value=0.5, quantized_value=0.5)
    assert "share is 0.5, as in float." in panel.answer.text()
    assert panel.judge.text() == "share"
    panel.count.count.setValue(3)
    stage.until(lambda: comparer.busy(variant))
    assert compared().samples == 3
    assert variant.data is not None
    assert variant.data.count == 3
    assert compared().metrics[-1].float_value == 6 / 30  # labels 0, 2 and 4: spread over the file
    panel.judge.menu().aboutToShow.emit()
    actions = {action.text(): action for action in panel.judge.menu().actions()}
    assert any("process of its own" in text for text in actions)
    actions["broken"].trigger()
    stage.until(lambda: bool(stage.window.tray.cards))
    assert "ZeroDivisionError" in stage.window.tray.cards[0].problem.message
    actions["No metric"].trigger()
    stage.until(lambda: comparer.busy(variant))
    assert [each.name for each in compared().metrics] == ["top-1", "top-5"]
    assert panel.judge.menu() is None


def test_the_array_of_labels_is_chosen(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    """The file's only array of the input's shape is the input, whatever its name."""
    stage.open(model_file)
    data = tmp_path / "data.npz"
    images = np.random.default_rng(0).standard_normal((6, 8, 8, 16)).astype(np.float32)
    np.savez(data, pictures=images, target=np.arange(6), taken=np.full(6, 1999))
    panel, comparer = stage.window.work.compare, stage.services.comparer
    for first in (True, False):
        stage.window.commands.replan()
        variant = stage.quantize().variant
        assert variant is not None
        stage.window.commands.compare_on(data)
        stage.until(lambda v=variant: v.comparison is not None and not comparer.busy(v))
        assert variant.comparison is not None
        assert panel.labels.isVisibleTo(panel)
        if first:
            assert panel.labels.shown() == "none"
            assert [panel.labels.itemText(row) for row in range(panel.labels.count())] == ["none", "target", "taken"]
            panel.labels.setFocus()
            stage.bot.keyClick(panel.labels, Qt.Key.Key_Down)
            stage.until(lambda v=variant: comparer.busy(v))
            stage.until(lambda v=variant: not comparer.busy(v))
        assert variant.comparison.labels == "target", "also of the next result that is compared on this file"
        assert [each.name for each in variant.comparison.metrics] == ["top-1", "top-5"]
        assert panel.labels.shown() == "target"
        assert panel.labels.count() == 2
    panel.labels.chosen.emit("taken")
    stage.until(lambda: bool(stage.window.tray.cards))
    assert "aren't numbers of the" in stage.window.tray.cards[0].problem.message
    assert variant.comparison is not None
    assert variant.comparison.labels == "target", "what doesn't work leaves things as they were"


def test_trying_can_be_cancelled(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.quantize()
    stage.window.commands.compare()
    variant = stage.current().variant
    assert variant is not None
    stage.until(lambda: variant.comparison is not None and not stage.services.comparer.busy(variant))
    stage.window.commands_by_key["try-in-float"].trigger()
    stage.window.commands_by_key["cancel"].trigger()
    stage.until(lambda: not stage.services.prober.busy(variant))
    assert variant.sensitivity is None
    assert stage.window.work.compare.measure.isEnabled()
