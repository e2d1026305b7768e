"""Find: one language for table and graph, matches counted, stepped through, the others dim."""

from pathlib import Path

from PySide6.QtCore import Qt

from tests.gui.conftest import Stage


def test_find_steps_through_matches_by_keyboard(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    window = stage.window
    window.work.tabs.setCurrentWidget(window.work.graph)
    window.activateWindow()
    stage.bot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = window.work.search
    stage.until(bar.edit.hasFocus)
    stage.bot.keyClicks(bar.edit, "/^conv|depth/ -is:8bit")
    stage.until(lambda: stage.table.operators.rowCount() < 5)
    found = sorted(stage.table.operators.shown_keys())
    assert bar.count.text() == f"{len(found)} of 5 operators"
    visited = []
    for _ in range(len(found) + 1):
        stage.bot.keyClick(bar.edit, Qt.Key.Key_Return)
        visited.append(stage.services.operator.current)
    assert visited == [*found, found[0]]
    assert bar.count.text() == f"1 of {len(found)} found"
    stage.bot.keyClick(window, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    stage.bot.keyClick(window, Qt.Key.Key_Shift)
    assert stage.services.operator.current == found[-1]
    stage.bot.keyClick(bar.edit, Qt.Key.Key_Down)
    stage.until(window.work.graph.view.hasFocus)


def test_what_is_not_found_is_dim_in_the_graph(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    work = stage.window.work
    stage.until(lambda: work.graph.view.scene is not None)
    work.search.set_text("type:reshape")
    look = work.graph.view.look
    assert look is not None
    assert look.lit is not None
    scene = work.graph.view.scene
    assert scene is not None
    assert list(scene.keys_of(look.lit.nonzero()[0].tolist())) == [(0, 3)]
    work.search.set_text("")
    assert work.graph.view.look is not None
    assert work.graph.view.look.lit is None


def test_an_unfinished_expression_says_so(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    bar = stage.window.work.search
    bar.set_text("name:/(feat/")
    assert "no regular expression" in bar.count.text()
    assert stage.table.operators.rowCount() == 0
    bar.step_wanted.emit(1)
    assert stage.services.operator.current is None
    bar.set_text("name:/(feat)/")
    assert stage.table.operators.rowCount() == 3
