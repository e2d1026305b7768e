"""The main job in the window, on the real engine."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton, QWidget

from quantscope.recipe import Recipe
from quantscope.worker import protocol
from quantscope_gui import dialogs, formatting, resources
from quantscope_gui.engine.process import Command
from quantscope_gui.models.library import Selection
from quantscope_gui.settings import Settings
from quantscope_gui.start import samples
from quantscope_gui.theme.theme import Theme
from tests.gui.conftest import ZOO, Stage, real_engine
from tests.gui.specimens import small_network
from tests.gui.test_engine_client import misbehaving
from tests.operators import fully_connected


def drop(window: QWidget, paths: list[Path]) -> bool:
    """Drops files on the middle of a window, as a file manager does; True if it was taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    point = QPoint(window.width() // 2, window.height() // 2)
    enter = QDragEnterEvent(point, Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(window, enter)
    event = QDropEvent(QPointF(point), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(window, event)
    return enter.isAccepted() and event.isAccepted()


def engines() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "quantscope.worker" in child.cmdline()]


def test_a_dropped_model_shows_its_plan(stage: Stage, model_file: Path) -> None:
    assert stage.window.pages.currentWidget() is stage.window.start
    assert drop(stage.window, [model_file])
    stage.until(lambda: stage.selection is not None and stage.selection.plan is not None)
    assert stage.window.pages.currentWidget() is stage.window.work
    plan = stage.current().plan
    assert plan is not None
    assert [row.operator.type for row in plan.rows] == [
        "CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "RESHAPE", "FULLY_CONNECTED",
    ]  # fmt: skip
    assert stage.table.operators.rowCount() == 5
    summary = plan.document.summary
    strip = stage.window.work.summary
    assert strip.file_size.figure() == (
        f"{formatting.size(summary.bytes)} {formatting.ARROW} {formatting.size(summary.planned_bytes)}"
    )
    assert strip.eight_bit.figure() == f"{summary.eight_bit} of 5"
    assert strip.fallback.figure() == str(summary.fallback)
    assert "small network" in stage.window.windowTitle()
    assert stage.services.settings.recent == [model_file]


def test_eight_bit_and_fallback_filters_agree_with_the_engines_summary(stage: Stage, model_file: Path) -> None:
    summary = stage.open(model_file).plan.document.summary  # type: ignore[union-attr]
    strip = stage.window.work.summary
    strip.eight_bit.click()
    assert stage.table.operators.rowCount() == summary.eight_bit
    assert strip.eight_bit.isChecked()
    strip.fallback.click()
    assert stage.table.operators.rowCount() == summary.fallback
    strip.fallback.click()
    assert stage.table.operators.rowCount() == summary.operators
    for entry in stage.window.status.legend.entries:
        entry.click()
        assert str(stage.table.operators.rowCount()) == entry.toolTip().splitlines()[0].rpartition(" ")[2]
    assert sum(stage.current().plan.kinds.values()) == summary.operators  # type: ignore[union-attr]


def test_several_files_at_once_and_the_same_twice(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.tflite"
    shutil.copy(model_file, other)
    drop(stage.window, [model_file, other, model_file])
    stage.until(lambda: all(model.plan is not None for model in stage.services.library.models))
    assert [model.path for model in stage.services.library.models] == [model_file, other]
    assert stage.current().model.path == model_file


def test_another_target_and_recipe_plan_again_at_once(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.table.selectRow(1)
    stage.window.target.chosen.emit("builtin")
    stage.until(lambda: stage.current().plan.document.target == "builtin")  # type: ignore[union-attr]
    assert stage.window.work.summary.partitions.figure() == "\u2014"
    assert stage.services.operator.row.operator.type == "DEPTHWISE_CONV_2D"
    assert stage.services.operator.row is stage.current().plan.rows[1]  # type: ignore[union-attr]
    stage.window.recipe.chosen.emit("float16")
    stage.until(lambda: stage.current().plan.document.recipe == "float16")  # type: ignore[union-attr]
    assert stage.services.operator.row.operator.precision == "float16"


def test_planning_again_sees_that_the_file_has_changed(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    before = stage.current().plan
    assert before is not None
    model_file.write_bytes(fully_connected().build())
    stage.window.recipe.chosen.emit("float16")
    stage.until(lambda: stage.current().plan.document.recipe == "float16")  # type: ignore[union-attr]
    assert [row.operator.type for row in stage.current().plan.rows] == ["FULLY_CONNECTED"]  # type: ignore[union-attr]
    assert len(before.rows) > 1


def test_a_stale_plan_is_dropped(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    seen: list[str] = []
    stage.services.library.plan_changed.connect(lambda model: seen.append(model.plan.document.recipe))
    for recipe in ("float16", "dynamic-int8", "float16", "dynamic-int8", "float16"):
        stage.services.choices.set_recipe(recipe)
    stage.until(lambda: bool(seen) and not stage.services.planner.busy(stage.current().model))
    assert seen == ["float16"]


def test_quantize_save_and_close(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    before = model_file.read_bytes()
    stage.open(model_file)
    progress: list[float] = []
    stage.services.board.changed.connect(
        lambda: progress.extend(entry.fraction for entry in stage.services.board.entries)
    )
    selection = stage.quantize()
    variant = selection.variant
    assert variant is not None
    assert progress == sorted(progress)
    assert progress[-1] > 0
    assert variant.document.output.bytes == variant.path.stat().st_size
    assert variant.document.ratio < 0.35
    assert stage.window.work.card.isVisible()
    assert formatting.size(variant.path.stat().st_size) in stage.window.work.card.title.text()
    index = stage.window.tree.entries.index_of(selection)
    assert index.data().startswith("dynamic-int8")

    saved = tmp_path / "out" / "smaller.tflite"
    saved.parent.mkdir()
    with stage.bot.waitSignal(stage.services.saver.saved, timeout=10_000):
        stage.services.saver.save(selection.model, variant, saved)
    assert saved.read_bytes() == variant.path.read_bytes()
    assert list(saved.parent.iterdir()) == [saved]
    assert stage.services.library.unsaved() == []
    assert model_file.read_bytes() == before

    written = variant.path
    stage.window.commands_by_key["close"].trigger()
    assert stage.current() == Selection(selection.model)
    assert not written.exists()
    stage.window.commands_by_key["close"].trigger()
    assert stage.selection is None
    assert stage.window.pages.currentWidget() is stage.window.start


def test_save_as_never_touches_a_source(stage: Stage, model_file: Path) -> None:
    before = model_file.read_bytes()
    stage.open(model_file)
    selection = stage.quantize()
    assert selection.variant is not None
    stage.services.saver.save(selection.model, selection.variant, model_file)
    assert len(stage.window.tray.cards) == 1
    assert model_file.read_bytes() == before


def test_save_as_where_one_cant_write_is_a_card_with_retry(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    selection = stage.quantize()
    assert selection.variant is not None
    folder = tmp_path / "later"
    stage.services.saver.save(selection.model, selection.variant, folder / "m.tflite")
    stage.until(lambda: bool(stage.window.tray.cards))
    assert "folder" in stage.window.tray.cards[0].problem.message
    folder.mkdir()
    with stage.bot.waitSignal(stage.services.saver.saved, timeout=10_000):
        stage.window.tray.cards[0].retry.click()
    assert (folder / "m.tflite").exists()
    assert stage.window.tray.cards == ()


def test_the_save_dialog_suggests_a_name_beside_the_source(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.quantize()
    stage.window.commands_by_key["save"].trigger()
    dialog = stage.window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.selectedFiles() == [str(model_file.parent / "small network.dynamic-int8.tflite")]
    target = model_file.parent / "chosen.tflite"
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    stage.until(target.exists)


def test_dragging_a_result_out_gives_its_file(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    selection = stage.quantize()
    tree = stage.window.tree
    data = tree.entries.mimeData([tree.entries.index_of(selection)])
    (url,) = data.urls()
    dragged = Path(url.toLocalFile())
    assert dragged.name == "small network.dynamic-int8.tflite"
    assert dragged.read_bytes()[4:8] == b"TFL3"
    assert tree.dragEnabled()
    assert tree.model().supportedDragActions() == Qt.DropAction.CopyAction


def test_compare_on_generated_inputs_and_on_dropped_data(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    stage.quantize()
    tabs = stage.window.work.tabs
    assert tabs.indexOf(stage.window.work.compare) < 0
    stage.window.work.card.compare.click()
    stage.until(lambda: stage.current().variant.comparison is not None)  # type: ignore[union-attr]
    assert tabs.currentWidget() is stage.window.work.compare
    outputs = stage.window.work.compare.outputs
    assert outputs.rowCount() == 1
    shown = [outputs.index(0, column).data() for column in range(outputs.columnCount())]
    assert shown[0] == "scores"
    assert shown[1].endswith("dB")
    assert float(shown[1].split("\u202f")[0]) > 20

    data = tmp_path / "photos.npz"
    np.savez(data, image=np.random.default_rng(0).standard_normal((5, 8, 8, 16)).astype(np.float32))
    drop(stage.window, [data])
    stage.until(lambda: stage.current().variant.comparison.samples == 5)  # type: ignore[union-attr]
    stage.services.library.select(Selection(stage.current().model))
    assert tabs.indexOf(stage.window.work.compare) < 0


def test_data_that_does_not_fit_is_a_card(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    data = tmp_path / "wrong.npz"
    np.savez(data, image=np.zeros((2, 3, 3, 16), np.float32))
    drop(stage.window, [data])
    assert "wrong.npz" in stage.window.tray.cards[0].problem.message
    stage.window.tray.cards[0].dismissed.emit()
    stage.quantize()
    drop(stage.window, [data])
    stage.until(lambda: bool(stage.window.tray.cards))
    assert stage.window.tray.cards[0].problem.title == "The data doesn't fit small network.tflite"
    stage.until(lambda: stage.window.work.tabs.indexOf(stage.window.work.compare) < 0)


def test_a_broken_model_is_a_card_and_others_stay_open(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(model_file.read_bytes()[:200])
    stage.window.commands.open_files([broken])
    stage.until(lambda: bool(stage.window.tray.cards))
    card = stage.window.tray.cards[0]
    assert card.problem.title == "broken.tflite can't be opened"
    assert card.problem.message
    assert stage.window.status.problems.text() == "1"
    assert [model.path for model in stage.services.library.models] == [model_file]
    shutil.copy(model_file, broken)
    card.retry.click()
    stage.until(lambda: len(stage.services.library.models) == 2 and stage.current().plan is not None)
    assert stage.window.tray.cards == ()


@pytest.mark.parametrize("name", ["weights.onnx", "no-suffix"])
def test_other_files_are_refused_in_words(stage: Stage, tmp_path: Path, name: str) -> None:
    drop(stage.window, [tmp_path / name])
    stage.until(lambda: bool(stage.window.tray.cards))
    assert name in stage.window.tray.cards[0].problem.message
    assert stage.selection is None


def test_text_is_not_taken_as_a_drop(stage: Stage) -> None:
    data = QMimeData()
    data.setText("hello")
    event = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(stage.window, event)
    assert not event.isAccepted()


def test_a_killed_engine_is_a_card_and_retry_works(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.window.commands_by_key["quantize"].trigger()
    job = stage.services.board.entries[0].job
    with stage.bot.waitSignal(job.started, timeout=20_000):
        pass
    for engine in engines():
        engine.kill()
    stage.until(lambda: bool(stage.window.tray.cards))
    card = stage.window.tray.cards[0]
    assert card.problem.title == "The engine crashed"
    assert "9" in card.problem.detail
    copy = next(button for button in card.findChildren(QPushButton) if "Copy" in button.text())
    copy.click()
    assert QGuiApplication.clipboard().text() == card.problem.detail
    assert stage.table.operators.rowCount() == 5
    card.retry.click()
    stage.until(lambda: stage.current().variant is not None)
    assert stage.window.tray.cards == ()


def test_cancel_leaves_nothing_behind(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    stage.window.commands_by_key["quantize"].trigger()
    job = stage.services.board.entries[0].job
    stage.until(lambda: stage.window.status.job.isVisible())
    with stage.bot.waitSignal(job.cancelled, timeout=20_000):
        stage.window.status.job.cancel.click()
        assert not stage.window.status.job.cancel.isEnabled()
    assert not stage.window.status.job.isVisible()
    stage.until(lambda: stage.window.status.note.text() == "Cancelled")
    assert not stage.window.tray.cards
    assert stage.current().model.variants == []
    assert list((tmp_path / "results").rglob("*.tflite")) == []


def test_without_an_engine_the_window_says_so_and_retry_brings_everything(
    stage_with: Callable[[Command], Stage], model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = stage_with(misbehaving("exit"))
    stage.window.commands.open_files([model_file])
    stage.until(lambda: bool(stage.window.tray.cards))
    card = stage.window.tray.cards[0]
    assert card.problem.title == "The engine stopped"
    assert "no runtime here" in card.problem.detail
    assert not stage.window.recipe.isEnabled()
    monkeypatch.setattr(stage.services.client, "_command", real_engine())
    card.retry.click()
    stage.until(lambda: stage.selection is not None and stage.selection.plan is not None)
    assert stage.window.recipe.isEnabled()


def test_unsaved_results_are_asked_about_once(stage: Stage, model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.open(model_file)
    stage.quantize()
    asked: list[tuple[list[str], Callable[[], None]]] = []
    monkeypatch.setattr(dialogs, "ask_discard", lambda parent, names, act, agreed: asked.append((names, agreed)))
    stage.window.close()
    assert stage.window.isVisible()
    assert asked[0][0] == ["small network.dynamic-int8.tflite"]
    asked[0][1]()
    assert not stage.window.isVisible()
    assert len(asked) == 1


def test_the_question_names_the_results_and_keeps_by_default(stage: Stage) -> None:
    agreed: list[bool] = []
    dialogs.ask_discard(stage.window, ["a.tflite"], "Quit Without Saving", lambda: agreed.append(True))
    box = stage.window.findChild(QMessageBox)
    assert box is not None
    assert "a.tflite" in box.informativeText()
    assert box.defaultButton().text() == "Keep"
    next(button for button in box.buttons() if button.text() == "Quit Without Saving").click()
    assert agreed == [True]


def test_the_window_comes_back_as_it_was(
    stage_with: Callable[[Command], Stage], settings: Settings, model_file: Path
) -> None:
    first = stage_with(real_engine())
    first.open(model_file)
    first.window.target.chosen.emit("builtin")
    first.until(lambda: first.current().plan.document.target == "builtin")  # type: ignore[union-attr]
    first.window.panels.inspector.hide()
    first.table.setColumnWidth(2, 321)
    first.window.resize(1111, 777)
    first.window.close()
    second = stage_with(real_engine())
    second.window.resize(1111, 777)
    assert [button.text() for button in second.window.start.recent.buttons] == ["small network"]
    second.window.start.recent.buttons[0].click()
    second.until(lambda: second.selection is not None and second.selection.plan is not None)
    assert second.current().plan.document.target == "builtin"  # type: ignore[union-attr]
    assert second.table.columnWidth(2) == 321
    assert second.window.panels.models.isVisible()
    assert not second.window.panels.inspector.isVisible()


def test_the_inspector_says_why(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    inspector = stage.window.inspector
    assert inspector.currentWidget() is inspector.empty
    stage.table.selectRow(1)
    operator = stage.current().plan.rows[1].operator  # type: ignore[union-attr]
    details = inspector.details
    assert details.type.text() == "DEPTHWISE_CONV_2D"
    assert details.reason.text() == operator.reason.text
    assert details.precision.text() == "weight-only int8"
    assert details.weights.isVisible()
    stage.table.selectRow(3)
    assert not details.weights.isVisible()
    stage.window.work.search.set_text("nothing like this")
    assert details.type.text() == "RESHAPE"
    stage.services.operator.clear()
    assert inspector.currentWidget() is inspector.empty


def test_rows_are_copied_as_text(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.show_operators()
    stage.table.setFocus()
    stage.table.selectAll()
    stage.bot.keyClick(stage.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 6
    assert lines[0].split("\t")[:2] == ["#", "Type"]
    assert lines[2].split("\t")[:2] == ["1", "DEPTHWISE_CONV_2D"]


def test_everything_by_keyboard(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.show_operators()
    window, control = stage.window, Qt.KeyboardModifier.ControlModifier
    window.activateWindow()
    stage.bot.keyClick(window, Qt.Key.Key_F, control)
    edit = window.work.search.edit
    stage.until(edit.hasFocus)
    stage.bot.keyClicks(edit, "type:conv")
    stage.bot.keyClick(edit, Qt.Key.Key_Return)
    assert stage.table.operators.rowCount() == 3
    assert stage.table.hasFocus()
    stage.bot.keyClick(stage.table, Qt.Key.Key_Down)
    assert stage.services.operator.row.operator.index == 1
    stage.bot.keyClick(window, Qt.Key.Key_F, control | Qt.KeyboardModifier.ShiftModifier)
    assert stage.table.operators.rowCount() == 5
    stage.bot.keyClick(window, Qt.Key.Key_F1)
    stage.until(lambda: QApplication.activeWindow() not in (window, None))
    QApplication.activeWindow().close()
    window.activateWindow()
    stage.until(window.isActiveWindow)
    stage.bot.keyClick(window, Qt.Key.Key_W, control)
    assert stage.selection is None


def test_every_control_has_an_accessible_name(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.quantize()
    stage.table.selectRow(0)
    nameless = [
        widget
        for widget in stage.window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not widget.accessibleName()
        and not getattr(widget, "text", str)()
        and not widget.objectName().startswith("qt_")
        and type(widget).__name__ not in ("QTabBar", "QTabWidget", "QMenuBar", "QScrollArea")
    ]
    assert nameless == []


def test_requests_carry_the_choices(stage: Stage, model_file: Path) -> None:
    """What the window asks the engine for is what the combo boxes show."""
    stage.open(model_file)
    stage.services.choices.set_recipe("float16")
    stage.window.commands_by_key["quantize"].trigger()
    request = stage.services.board.entries[-1].job.request
    assert isinstance(request, protocol.Quantize)
    assert isinstance(request.recipe, Recipe)
    assert (request.recipe.name, request.target) == ("float16", "xnnpack")
    stage.until(lambda: stage.current().variant is not None)
    assert stage.current().variant.document.plan.recipe == "float16"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "name", ["mlperf_vww_mobilenet_v1_025_96", "g2p_encoder_gru_while", "resemblyzer_lstm3x256", "bert_tiny_tied"]
)
@pytest.mark.skipif(not ZOO.is_dir(), reason="the zoo of real models is not beside the repository")
def test_real_models(stage: Stage, name: str) -> None:
    plan = stage.open(ZOO / f"{name}.tflite").plan
    assert plan is not None
    assert len(plan.rows) == plan.document.summary.operators
    several = plan.subgraphs > 1
    assert stage.table.isColumnHidden(1) is not several
    variant = stage.quantize().variant
    assert variant is not None
    assert variant.document.ratio < 0.5


def test_every_sample_from_the_start_page_to_a_comparison_on_its_data(stage: Stage) -> None:
    for sample, button in zip(samples.load(), stage.window.start.samples.buttons, strict=True):
        button.click()
        stage.until(lambda: stage.selection is not None and stage.selection.plan is not None)
        assert stage.current().model.path == sample.path
        variant = stage.quantize().variant
        assert variant is not None
        assert variant.document.ratio < 0.5
        assert sample.data is not None
        stage.window.commands.open_files([resources.path("samples", sample.data)])
        stage.until(lambda variant=variant: variant.comparison is not None)  # type: ignore[misc]
        assert variant.comparison is not None
        assert variant.comparison.outputs[0].top1_agreement is not None
        assert variant.comparison.outputs[0].top1_agreement > 0.9


def test_a_model_of_the_session_before_is_removed(stage_with: Callable[[Command], Stage], tmp_path: Path) -> None:
    """A crash leaves a session's folder; the next start clears it away, but never a living session's."""
    left = tmp_path / "results" / "session-dead"
    (left / "1").mkdir(parents=True)
    (left / "1" / "big.tflite").write_bytes(b"x" * 1000)
    first = stage_with(real_engine())
    living = first.services.results.new_file("m.tflite")
    living.write_bytes(small_network().build())
    second = stage_with(real_engine())
    second.until(lambda: not left.exists())
    assert living.exists()


def test_only_the_newest_card_takes_room(stage: Stage, tmp_path: Path) -> None:
    for count, name in enumerate(("a.onnx", "b.onnx", "c.onnx"), 1):
        stage.window.commands.open_files([tmp_path / name])
        stage.until(lambda count=count: len(stage.window.tray.cards) == count)
    newest, *others = stage.window.tray.cards
    assert "c.onnx" in newest.problem.message
    assert newest.others.text() == "2 more"
    assert [card.isVisible() for card in (newest, *others)] == [True, False, False]
    newest.dismissed.emit()
    assert others[0].isVisible()
    assert others[0].others.text() == "1 more"


def test_a_plan_that_changes_nothing_cant_be_quantized(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    quantize = stage.window.quantize_button
    assert quantize.isEnabled()
    assert "as planned" in quantize.toolTip()
    done = stage.quantize().variant
    assert done is not None
    copy = tmp_path / "done.tflite"
    shutil.copy(done.path, copy)
    stage.window.commands.open_files([copy])
    stage.until(lambda: stage.current().model.path == copy and stage.current().plan is not None)
    assert not quantize.isEnabled()
    assert "nothing to quantize" in quantize.toolTip()


def test_another_model_starts_with_no_operator_selected(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    stage.table.selectRow(2)
    other = tmp_path / "other.tflite"
    shutil.copy(model_file, other)
    stage.window.commands.open_files([other])
    stage.until(lambda: stage.current().model.path == other and stage.current().plan is not None)
    assert stage.services.operator.row is None
    assert not stage.table.selectionModel().hasSelection()


def test_tab_goes_from_the_filter_along_the_work(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    window = stage.window
    window.activateWindow()
    stage.show_operators()
    window.work.search.focus()
    stage.until(window.work.search.edit.hasFocus)
    for expected in (stage.table, window.tree, window.open_button, window.recipe):
        stage.bot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert expected.hasFocus(), (expected, QApplication.focusWidget())
    stage.table.selectRow(0)
    stage.table.setFocus()
    stage.bot.keyClick(stage.table, Qt.Key.Key_Tab)
    assert window.inspector.area.hasFocus()


def test_focus_is_seen_on_table_tree_and_inspector(stage: Stage, model_file: Path, theme: Theme) -> None:
    stage.open(model_file)
    stage.show_operators()
    stage.table.selectRow(0)
    stage.window.activateWindow()
    for widget in (stage.table, stage.window.tree, stage.window.inspector.area):
        widget.setFocus()
        stage.until(widget.hasFocus)
        edge = widget.grab().toImage().pixelColor(0, widget.height() // 2)
        assert edge.name() == theme.tokens.focus, widget


def test_float16_is_counted_in_16_bits(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.window.recipe.chosen.emit("float16")
    stage.until(lambda: stage.current().plan.document.recipe == "float16")  # type: ignore[union-attr]
    tile = stage.window.work.summary.eight_bit
    count = stage.current().plan.document.summary.by_precision["float16"]  # type: ignore[union-attr]
    assert tile.figure() == f"{count} of 5"
    assert tile.accessibleName().endswith("operators in 16 bits")
    tile.click()
    assert stage.table.operators.rowCount() == count
