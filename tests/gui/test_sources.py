"""Models of other kinds in the window: described, chosen, converted, doubted; on the real engine."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QPlainTextEdit,
)
from pytestqt.qtbot import QtBot

from quantscope.convert.folders import OVERRIDE
from quantscope.documents.convert import Argument, Check
from quantscope.worker import protocol
from quantscope_gui.engine.process import Command
from quantscope_gui.models.library import Origin
from quantscope_gui.settings import Settings
from quantscope_gui.sources.form import Choice, read_shape, recalled, remembered, suggested_output, written
from quantscope_gui.sources.sheet import SourceSheet
from tests.engine.convert import specimens
from tests.engine.convert.conftest import ROOT, basic_pitch, tensorflow  # noqa: F401 - fixtures
from tests.gui.conftest import Stage, real_engine
from tests.gui.specimens import small_network
from tests.gui.test_window import drop

OPEN = Argument(name="x", dtype="float32", shape=(-1, 224, 224, 3))


@pytest.fixture
def plain_stage(stage_with: Callable[[Command], Stage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A window that finds no converters."""
    monkeypatch.setenv(OVERRIDE, str(tmp_path / "converters"))
    return stage_with(real_engine())


def sheet_of(stage: Stage) -> SourceSheet:
    found: list[SourceSheet] = []

    def there() -> bool:
        found[:] = [one for one in QApplication.topLevelWidgets() if isinstance(one, SourceSheet) and one.isVisible()]
        return bool(found)

    stage.until(there)
    return found[0]


def test_shapes_as_they_are_written() -> None:
    assert written((-1, 224, 224, 3)) == "? \u00d7 224 \u00d7 224 \u00d7 3"
    assert read_shape(written(OPEN.shape), OPEN) is None
    assert read_shape("1x224x224x3", OPEN) == (1, 224, 224, 3)
    assert read_shape("2, 224, 224, 3", OPEN) == (2, 224, 224, 3)
    unknown = Argument(name="y", dtype="float32", shape=None)
    assert read_shape("", unknown) is None
    assert read_shape("3 4", unknown) == (3, 4)
    for text in ("", "1x224", "1x225x224x3", "a x b", "0x224x224x3", "? x 1"):
        with pytest.raises(ValueError):
            read_shape(text, OPEN)


def test_what_is_remembered_of_a_choice(tmp_path: Path) -> None:
    choice = Choice(tmp_path / "ü.tflite", ("a", "b"), {"x/y": (1, 2)}, "entry", True, True)
    again = recalled(remembered(choice), tmp_path)
    assert not again.allow_code, "permission to run code is asked for each time"
    assert again == Choice(choice.output, choice.signatures, choice.shapes, "entry", False, True)
    for text in ("", "nonsense", "[]", '{"output": 5}'):
        assert recalled(text, tmp_path) == Choice(tmp_path)


def test_a_suggestion_never_replaces_anything(tmp_path: Path) -> None:
    source = tmp_path / "model.v2.onnx"
    assert suggested_output(source) == tmp_path / "model.tflite"
    (tmp_path / "model.tflite").touch()
    assert suggested_output(source) == tmp_path / "model-2.tflite"


def test_a_bundle_is_opened_by_its_sheet(plain_stage: Stage, tmp_path: Path) -> None:
    stage = plain_stage
    model = small_network().build()
    bundle = tmp_path / "two models.task"
    bundle.write_bytes(specimens.zipped({"a.tflite": model, "b.tflite": model}))
    assert drop(stage.window, [bundle])
    sheet = sheet_of(stage)
    assert sheet.title.text() == "MediaPipe task bundle"
    assert [sheet.entries.itemData(row) for row in range(sheet.entries.count())] == ["a.tflite", "b.tflite"]
    sheet.entries.setCurrentIndex(1)
    stage.bot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    stage.until(lambda: stage.selection is not None and stage.selection.plan is not None)
    origin = stage.current().model.origin
    assert origin is not None
    assert origin.path == bundle
    assert (tmp_path / "two models.tflite").read_bytes() == model
    assert stage.window.commands_by_key["convert-again"].isEnabled()
    stage.window.commands_by_key["convert-again"].trigger()
    again = sheet_of(stage)
    assert again.entries.currentData() == "b.tflite", "choices are remembered"
    again.close()


def test_a_missing_converter_is_offered_and_code_is_asked_about(plain_stage: Stage, tmp_path: Path) -> None:
    stage = plain_stage
    source = tmp_path / "model.keras"
    source.write_bytes(specimens.keras((("Lambda", {"name": "twice"}),)))
    stage.window.commands.open_files([source])
    sheet = sheet_of(stage)
    assert "TensorFlow is not installed" in sheet.state.text()
    assert sheet.install.isVisible()
    assert sheet.wheels.isVisible()
    assert not sheet.go.isEnabled()
    assert sheet.code.isVisible()
    assert not sheet.code.isChecked()
    assert list(sheet._shapes) == ["image"]
    stage.bot.keyClick(sheet, Qt.Key.Key_Escape)
    stage.until(lambda: not QApplication.activeModalWidget() and not _sheets())


def _sheets() -> list[QDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, SourceSheet) and one.isVisible()]


def test_installing_without_network_says_so(
    plain_stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = plain_stage
    source = tmp_path / "model.onnx"
    source.write_bytes(specimens.onnx_model())
    stage.window.commands.open_files([source])
    sheet = sheet_of(stage)
    empty = tmp_path / "wheels"
    empty.mkdir()
    sheet.install_wanted.emit(empty)
    stage.until(lambda: bool(stage.window.tray.cards))
    problem = stage.window.tray.cards[0].problem
    assert "onnx2tf" in problem.title + problem.message
    assert "--wheels" not in problem.remedy
    assert not sheet.go.isEnabled()
    sheet.close()


def test_limits_are_shown_kept_and_asked_for(
    plain_stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = plain_stage
    source = tmp_path / "model.onnx"
    source.write_bytes(specimens.onnx_model())
    stage.window.commands.open_files([source])
    sheet = sheet_of(stage)
    assert "60\u202fmin" in sheet.limits.text()
    sheet.limits.minutes.setValue(5)
    sheet.limits.gigabytes.setValue(2)
    assert "5\u202fmin" in sheet.limits.text()
    again = Settings(QSettings(stage.services.settings._store.fileName(), QSettings.Format.IniFormat))
    stage.services.settings._store.sync()
    assert (again.conversion_minutes, again.conversion_gigabytes) == (5, 2)
    asked: list[protocol.Convert] = []
    submit = stage.services.client.submit

    def watched(make: Callable[[int], object], *rest: object, **options: object) -> object:
        asked.append(make(0))  # type: ignore[arg-type]
        return submit(make, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(stage.services.client, "submit", watched)
    sheet.convert_wanted.emit(Choice(tmp_path / "out.tflite"))
    assert (asked[0].seconds, asked[0].memory) == (300.0, 2_000_000_000)
    stage.until(lambda: sheet._task.problem is not None)
    assert "not installed" in sheet.complaint.text()
    sheet.close()


def test_nonsense_among_the_limits_is_survived(settings: Settings) -> None:
    for value in ("soon", -5, "", None, ["1"]):
        settings._store.setValue("conversion_minutes", value)
        settings._store.setValue("conversion_gigabytes", value)
        assert settings.conversion_minutes >= 1
        assert settings.conversion_gigabytes >= 0


def test_the_log_of_a_failure_is_a_click_away(
    plain_stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = plain_stage
    source = tmp_path / "model.onnx"
    source.write_bytes(specimens.onnx_model())
    stage.window.commands.open_files([source])
    sheet = sheet_of(stage)
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert not sheet.log.isVisible()
    sheet.install_wanted.emit(tmp_path / "wheels")
    stage.until(lambda: sheet._task.problem is not None and sheet._task.job is None)
    assert "onnx2tf" in sheet.complaint.text()
    assert "--wheels" not in sheet.complaint.text()
    if not sheet.log.isVisible():  # no Python 3.12 here: there pip didn't come to say anything
        assert "Python" in sheet.complaint.text()
    else:
        stage.bot.mouseClick(sheet.log, Qt.MouseButton.LeftButton)
        (page,) = sheet.findChildren(QPlainTextEdit)
        assert "onnx2tf" in page.toPlainText()
        page.window().close()
    sheet.close()


def test_torchscript_says_what_it_takes_but_not_how_large(plain_stage: Stage, tmp_path: Path) -> None:
    stage = plain_stage
    source = tmp_path / "model.pt"
    source.write_bytes(specimens.torch_script())
    stage.window.commands.open_files([source])
    sheet = sheet_of(stage)
    assert list(sheet._shapes) == ["mel", "mask"]
    assert all(edit.isEnabled() for _, edit in sheet._shapes.values())
    wanted: list[Choice] = []
    sheet.convert_wanted.connect(wanted.append)
    sheet.go.setEnabled(True)
    for name, text in (("mel", "1x24x40"), ("mask", "24")):
        sheet._shapes[name][1].setText(text)
    stage.bot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    assert wanted[0].shapes == {"mel": (1, 24, 40), "mask": (24,)}
    sheet.close()


def test_what_is_no_model_is_a_card(plain_stage: Stage, tmp_path: Path) -> None:
    source = tmp_path / "holiday.jpg"
    source.write_bytes(b"\xff\xd8\xff" + bytes(100))
    plain_stage.window.commands.open_files([source])
    plain_stage.until(lambda: bool(plain_stage.window.tray.cards))
    assert "holiday.jpg" in plain_stage.window.tray.cards[0].problem.title
    assert not _sheets()


def test_a_shape_that_makes_no_sense_is_said_beside_it(plain_stage: Stage, tmp_path: Path, qtbot: QtBot) -> None:
    stage = plain_stage
    source = tmp_path / "model.onnx"
    source.write_bytes(specimens.onnx_model())
    stage.window.commands.open_files([source])
    sheet = sheet_of(stage)
    wanted: list[object] = []
    sheet.convert_wanted.connect(wanted.append)
    sheet.go.setEnabled(True)
    _, edit = sheet._shapes["x"]
    edit.setText("1 x 9")
    stage.bot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    assert "shape of x" in sheet.complaint.text()
    assert not wanted
    sheet.close()


@pytest.mark.usefixtures("tensorflow")
def test_the_whole_way_from_a_saved_model_by_mouse(
    stage_with: Callable[[Command], Stage],
    basic_pitch: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(OVERRIDE, str(ROOT))
    stage = stage_with(real_engine())
    source = tmp_path / "pitch"
    os.symlink(basic_pitch / "nmp", source)
    assert drop(stage.window, [source])
    sheet = sheet_of(stage)
    assert sheet.title.text() == "TensorFlow SavedModel"
    stage.bot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    stage.until(lambda: stage.selection is not None and stage.selection.plan is not None)
    origin = stage.current().model.origin
    assert origin is not None
    assert origin.conversion.agrees
    assert not stage.window.tray.cards
    assert {source, tmp_path / "pitch.tflite"} <= set(stage.services.settings.recent)
    stage.bot.mouseClick(stage.window.quantize_button, Qt.MouseButton.LeftButton)
    stage.until(lambda: stage.current().variant is not None)
    stage.bot.mouseClick(stage.window.save_button, Qt.MouseButton.LeftButton)
    dialog = stage.window.findChild(QFileDialog)
    assert dialog is not None
    target = tmp_path / "saved.tflite"
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    stage.until(target.exists)
    assert target.stat().st_size < 0.6 * (tmp_path / "pitch.tflite").stat().st_size


def test_numbers_that_do_not_agree_and_sources_that_changed(plain_stage: Stage, tmp_path: Path) -> None:
    stage = plain_stage
    bundle = tmp_path / "one.task"
    bundle.write_bytes(specimens.zipped({"a.tflite": small_network().build()}))
    stage.window.commands.open_files([bundle])
    sheet = sheet_of(stage)
    stage.bot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    stage.until(lambda: stage.selection is not None and stage.selection.model.origin is not None)
    model = stage.current().model
    assert model.origin is not None
    check = Check(signature="s", output="o", max_abs=3.0, sqnr_db=1.0, note=None, agrees=False)
    wrong = msgspec.structs.replace(model.origin.conversion, checks=(check,), agrees=False)
    stage.window.sources._converted(sheet._task, wrong)
    assert "is not what one.task is" in stage.window.tray.cards[0].problem.title
    stage.services.library.set_origin(model, Origin(bundle, model.origin.conversion, model.origin.changed - 1))
    stage.window.sources._ask_if_changed(model)
    stage.window.sources._ask_if_changed(model)
    assert [card.problem.title for card in stage.window.tray.cards].count("one.task has changed") == 1
