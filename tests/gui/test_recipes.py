"""Edits of the recipe: what they do to it, and what they do in the window, with undo."""

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from quantscope.calibrate.run import calibrate
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.recipe import Change, Interface, Match, Recipe, Rule, Setting
from quantscope_gui.models.data import Samples
from quantscope_gui.operators import plan as plans
from quantscope_gui.recipe import edits
from quantscope_gui.recipe.groups import groups, in_scope, scopes_of
from quantscope_gui.recipe.words import operators_of, operators_text
from tests.gui.conftest import Stage
from tests.gui.specimens import inspection, operator

PRESET = Recipe(name="dynamic-int8", default=Setting(precision=Precision.HYBRID_INT8))
FLOAT = Change(precision=Precision.FLOAT32)


def test_edits_add_rules_that_win() -> None:
    first = edits.with_change(PRESET, edits.matches_of([(0, 2), (1, 0), (0, 1)]), FLOAT)
    assert first.name == "dynamic-int8-edited"
    assert first.rules == (
        Rule(match=Match(operators=(1, 2), subgraph=0), set=FLOAT),
        Rule(match=Match(operators=(0,), subgraph=1), set=FLOAT),
    )
    again = edits.with_change(first, [Match(operators=(0,), subgraph=1)], Change(minimum_elements=1))
    assert again.rules[-1].set == Change(precision=Precision.FLOAT32, minimum_elements=1)
    assert len(again.rules) == 2
    assert again.name == first.name


def test_release_takes_operators_out_again() -> None:
    edited = edits.with_change(PRESET, edits.matches_of([(0, 1), (0, 2)]), FLOAT)
    edited = edits.with_change(edited, [Match(type="ADD")], FLOAT)
    assert edits.without(edited, [(0, 1)]).rules[0].match.operators == (2,)
    left = edits.without(edited, [(0, 1), (0, 2), (0, 3)])
    assert [rule.match for rule in left.rules] == [Match(type="ADD")]
    assert edits.without(PRESET, [(0, 1)]) is PRESET


def test_what_asks_the_same_as_a_preset_is_the_preset() -> None:
    edited = edits.with_change(PRESET, edits.matches_of([(0, 1)]), FLOAT)
    assert edits.settled(edited, [PRESET]) is edited
    assert edits.settled(edits.without(edited, [(0, 1)]), [PRESET]) is PRESET
    other = Recipe(name="mine", default=PRESET.default)
    assert edits.settled(other, [PRESET]) is other


def test_long_names_stay_names() -> None:
    name = edits.edited_name("x" * 64)
    assert len(name) == 64
    assert edits.edited_name(name) == name


@pytest.mark.parametrize(
    ("name", "scope", "inside"),
    [
        ("net/layer_1/dense", "net/layer_1", True), ("net/layer_10/dense", "net/layer_1", False),
        ("a/b;net/layer_1/add", "net/layer_1", True), ("net/layer_1", "net/layer_1/", True),
        ("net/layer_1:0", "net/layer_1", True), ("xnet/layer_1/d", "net/layer_1", False),
    ],
)  # fmt: skip
def test_scopes_are_the_engines(name: str, scope: str, inside: bool) -> None:
    from quantscope.model.graph import Operator, Subgraph, Tensor
    from quantscope.quantize.asked import _conditions

    assert in_scope(name, scope) is inside
    tensor = Tensor(0, 0, name, (), "FLOAT32", 0, False, None, False)
    made = Operator(0, 0, "ADD", 1, 0, (), (0,), (), "NONE", 0)
    (holds,) = _conditions(Match(scope=scope))
    assert holds(Subgraph(0, 0, "", (tensor,), (made,), (), ()), made) is inside


def test_groups_around_an_operator() -> None:
    names = [f"bert/layer_{layer}/{part}" for layer in range(3) for part in ("attention/q", "attention/k", "out")]
    names.append("bert/pooler")
    plan = plans.of(
        inspection(
            tuple(
                operator(index, "ADD" if name.endswith("out") else "FULLY_CONNECTED", name=name)
                for index, name in enumerate(names)
            )
        )
    )
    assert scopes_of(names[0]) == ["bert", "bert/layer_0", "bert/layer_0/attention"]
    row = plan.rows[0]
    found = {(group.kind, group.label): group for group in groups(plan, frozenset({row.key}), row)}
    assert sorted(key[1] for key in found["scope", "bert/layer_0"].keys) == [0, 1, 2]
    assert sorted(key[1] for key in found["scope", "bert/layer_0/attention"].keys) == [0, 1]
    assert len(found["repeats", "layer_0"].keys) == 9
    assert found["repeats", "layer_0"].matches[0].regex is not None
    assert len(found["scope", "bert"].keys) == 10
    of_type = next(group for group in found.values() if group.kind in ("alike", "type") and len(group.keys) == 7)
    assert {plan.rows[key[1]].operator.type for key in of_type.keys} == {"FULLY_CONNECTED"}


# In the window ------------------------------------------------------------------------------------------------------


def precisions_of(stage: Stage) -> list[str]:
    plan = stage.current().plan
    assert plan is not None
    return [row.operator.precision for row in plan.rows]


def context_menu(stage: Stage) -> QMenu:
    """The menu that the keyboard's menu key opens on the table."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(stage.table, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def entry(menu: QMenu, *path: str) -> QAction:
    """The action whose text begins as told, submenu by submenu."""
    for text in path[:-1]:
        menu = next(action for action in menu.actions() if action.text().startswith(text)).menu()
    return next(action for action in menu.actions() if action.text().startswith(path[-1]))


def test_an_edit_from_the_table_and_back(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    before, window = precisions_of(stage), stage.window
    assert "float32" not in before
    planned_bytes = stage.current().plan.document.summary.planned_bytes  # type: ignore[union-attr]
    stage.table.selectRow(0)
    menu = context_menu(stage)
    entry(menu, "All CONV_2D", "Keep float").trigger()
    menu.close()
    stage.until(lambda: QApplication.activePopupWidget() is None)
    window.activateWindow()
    stage.until(window.isActiveWindow)
    stage.until(lambda: precisions_of(stage)[0] == "float32")
    assert precisions_of(stage) == ["float32", before[1], "float32", *before[3:]]
    assert stage.table.operators.marked == frozenset(), "an edit from elsewhere highlights nothing"
    assert stage.current().plan.document.summary.planned_bytes > planned_bytes  # type: ignore[union-attr]
    assert window.recipe.shown() == "Dynamic int8 (edited)"
    assert "Keep float" in window.commands_by_key["undo"].toolTip()
    control = Qt.KeyboardModifier.ControlModifier
    stage.bot.keyClick(window, Qt.Key.Key_Z, control)
    stage.until(lambda: precisions_of(stage) == before)
    assert window.recipe.shown() == "Dynamic int8"
    assert not window.commands_by_key["undo"].isEnabled()
    stage.bot.keyClick(window, Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    stage.bot.keyClick(window, Qt.Key.Key_Shift)
    stage.until(lambda: precisions_of(stage)[0] == "float32")
    selection = stage.quantize()
    assert selection.variant is not None
    assert selection.variant.path.name == "small network.dynamic-int8-edited.tflite"
    assert selection.variant.document.plan.recipe_document == stage.services.desk.recipe(selection.model)


def test_choosing_a_preset_is_an_edit_too(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    desk, model = stage.services.desk, stage.current().model
    desk.ask(model, [Match(type="CONV_2D")], FLOAT, "keep")
    stage.window.recipe.chosen.emit("float16")
    stage.until(lambda: precisions_of(stage)[0] == "float16")
    assert stage.window.recipe.shown() == "Float16"
    desk.history.undo()
    stage.until(lambda: precisions_of(stage)[0] == "float32")
    assert stage.window.recipe.shown() == "Dynamic int8 (edited)"
    stage.window.recipe.chosen.emit("dynamic-int8")
    stage.until(lambda: precisions_of(stage)[0] == "weight-only-int8")


def test_an_undone_edit_that_was_not_planned_yet_is_dropped(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    desk, model = stage.services.desk, stage.current().model
    plan = model.plan
    desk.ask(model, [Match(type="CONV_2D")], FLOAT, "keep")
    desk.history.undo()
    assert not stage.services.planner.busy(model)
    stage.bot.wait(200)
    assert model.plan is plan


def test_edits_belong_to_a_model(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    first = stage.current().model
    stage.services.desk.ask(first, [Match(type="CONV_2D")], FLOAT, "keep")
    other = tmp_path / "other.tflite"
    other.write_bytes(model_file.read_bytes())
    stage.open(other)
    assert "float32" not in precisions_of(stage)[:1]
    assert not stage.window.commands_by_key["undo"].isEnabled()
    stage.open(model_file)
    assert stage.window.commands_by_key["undo"].isEnabled()
    assert stage.window.recipe.shown() == "Dynamic int8 (edited)"


# The editor ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "operators"),
    [("", None), ("3", (3,)), ("1, 4-6,2", (1, 2, 4, 5, 6)), ("7\u20137", (7,)), (" , ", None)],
)
def test_numbers_of_operators(text: str, operators: tuple[int, ...] | None) -> None:
    assert operators_of(text) == operators
    if operators:
        assert operators_of(operators_text(operators)) == operators


@pytest.mark.parametrize("text", ["x", "1-", "5-3", "-1", "0-999999999", "1;2"])
def test_what_names_no_operators(text: str) -> None:
    with pytest.raises(ValueError):
        operators_of(text)


def rules_of(stage: Stage) -> tuple[Rule, ...]:
    recipe = stage.services.desk.recipe(stage.current().model)
    assert recipe is not None
    return recipe.rules


def test_a_rule_from_the_editor_by_keyboard(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    window, panel = stage.window, stage.window.recipe_panel
    stage.until(lambda: window.work.graph.view.scene is not None)
    window.panels.recipe.show()
    window.panels.recipe.raise_()
    stage.bot.mouseClick(panel.add, Qt.MouseButton.LeftButton)
    assert rules_of(stage) == (Rule(match=Match(type="*"), set=Change()),)
    assert panel.current() == 0
    form = panel.form
    stage.until(lambda: form.fields["type"].isVisible())
    form.fields["type"].clear()
    stage.bot.keyClicks(form.fields["type"], "CONV_2D")
    stage.until(lambda: stage.table.operators.marked == {(0, 0), (0, 2)})
    assert rules_of(stage)[0].match == Match(type="*"), "nothing is changed while one types"
    look = window.work.graph.view.look
    assert look is not None
    assert look.lit is not None
    stage.bot.keyClick(form.fields["type"], Qt.Key.Key_Return)
    assert rules_of(stage)[0].match == Match(type="CONV_2D")
    form.precision.choose(Precision.FLOAT32)
    stage.until(lambda: precisions_of(stage)[0] == "float32")
    stage.until(lambda: panel.model.index(0, 3).data() == "2")
    form.fields["regex"].setText("(")
    form.fields["regex"].editingFinished.emit()
    assert "no expression yet: missing )" in form.problem.text()
    assert rules_of(stage)[0].match.regex is None
    form.fields["regex"].setText("")
    for field, complaint in (("operators", "ranges such as 1, 4-7"), ("subgraph", "from 0 on")):
        form.fields[field].setText("x")
        form.fields[field].editingFinished.emit()
        assert complaint in form.problem.text()
        form.fields[field].setText("")
    form.fields["scope"].setText("nowhere")
    form.fields["scope"].editingFinished.emit()
    stage.until(lambda: "matches no operator" in panel.model.finding(0))
    assert panel.finding.text() == panel.model.finding(0)
    assert panel.finding.isVisible()
    stage.bot.mouseClick(panel.remove, Qt.MouseButton.LeftButton)
    assert rules_of(stage) == ()
    assert not panel.form.isVisible()
    assert stage.table.operators.marked == frozenset()
    while stage.services.desk.history.canUndo():
        stage.services.desk.history.undo()
    assert stage.services.desk.recipe(stage.current().model) == stage.services.choices.preset


def test_rules_are_moved_and_the_default_changed(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    desk, model, panel = stage.services.desk, stage.current().model, stage.window.recipe_panel
    desk.ask(model, [Match(type="CONV_2D")], FLOAT, "one")
    desk.ask(model, [Match(type="FULLY_CONNECTED")], FLOAT, "two")
    assert panel.current() == 1
    panel.move_rule(-1)
    assert [rule.match.type for rule in rules_of(stage)] == ["FULLY_CONNECTED", "CONV_2D"]
    assert panel.current() == 0
    panel.move_rule(-1)
    assert panel.current() == 0
    panel.precision.choose(Precision.FLOAT16)
    stage.until(lambda: precisions_of(stage)[1] == "float16")
    assert stage.window.recipe.shown() == "Dynamic int8 (edited)"


def test_recipes_go_out_to_a_file_and_come_back(stage: Stage, model_file: Path, tmp_path: Path) -> None:
    stage.open(model_file)
    desk, model, editor = stage.services.desk, stage.current().model, stage.window.recipe_editor
    desk.ask(model, [Match(type="CONV_2D")], FLOAT, "one")
    recipe = desk.recipe(model)
    assert recipe is not None
    path = tmp_path / "mine.json"
    editor.write(recipe, path)
    stage.until(path.exists)
    desk.history.undo()
    editor.read(path)
    stage.until(lambda: desk.recipe(model) == recipe)
    stage.until(lambda: precisions_of(stage)[0] == "float32")
    other = tmp_path / "theirs.json"
    editor.write_for_litert(PRESET, other)
    stage.until(other.exists)
    assert isinstance(json.loads(other.read_text()), list)
    editor.read(other)
    stage.until(lambda: desk.recipe(model).name == "theirs")  # type: ignore[union-attr]
    desk.history.undo()
    path.write_text('{"weights": "strange"}')
    editor.read(path)
    stage.until(lambda: bool(stage.window.tray.cards))
    assert "mine.json" in stage.window.tray.cards[0].problem.message
    assert desk.recipe(model) == recipe
    editor.write(recipe, tmp_path / "no folder" / "mine.json")
    stage.until(lambda: len(stage.window.tray.cards) == 2)


# Samples for calibration --------------------------------------------------------------------------------------------


@pytest.fixture
def static(stage: Stage, model_file: Path) -> Stage:
    """A model under a recipe that needs samples."""
    stage.open(model_file)
    stage.window.recipe.chosen.emit("static-int8")
    stage.until(lambda: stage.current().plan.document.recipe == "static-int8")  # type: ignore[union-attr]
    stage.window.panels.recipe.raise_()
    return stage


def calibrated_on(stage: Stage) -> int:
    plan = stage.current().plan
    calibration = plan.document.calibration if plan is not None else None
    return calibration.samples if calibration is not None else 0


def test_samples_that_fit_give_an_integer_plan(static: Stage, tmp_path: Path) -> None:
    assert "int8" not in precisions_of(static)
    box = static.window.recipe_panel.samples
    static.until(box.isVisible)
    assert "made-up" in box.report.text()
    path = tmp_path / "images.npz"
    np.savez(path, image=np.random.default_rng(5).normal(size=(8, 8, 8, 16)).astype(np.float32))
    static.window.recipe_editor.use_samples(path)
    static.until(lambda: "int8" in precisions_of(static))
    assert box.name.text() == "images.npz"
    assert "8 samples" in box.report.text()
    assert "are few" in box.report.text()
    assert "image" in box.report.text()
    static.until(lambda: static.window.inspector.details is not None)
    selection = static.quantize()
    assert selection.variant is not None
    assert selection.variant.document.plan.calibration is not None
    assert selection.variant.document.plan.calibration.warning is None
    static.services.library.select(type(selection)(selection.model))
    box.clear_wanted.emit()
    static.until(lambda: "int8" not in precisions_of(static))


def test_inputs_and_outputs_are_chosen_where_there_are_integers(static: Stage, tmp_path: Path) -> None:
    panel, desk = static.window.recipe_panel, static.services.desk
    path = tmp_path / "images.npz"
    np.savez(path, image=np.random.default_rng(5).normal(size=(8, 8, 8, 16)).astype(np.float32))
    static.window.recipe_editor.use_samples(path)
    static.until(lambda: "int8" in precisions_of(static))
    static.until(panel.interface.isVisible)
    panel.interface.choose(Interface.INTEGER)

    def ends() -> set[str]:
        plan = static.current().plan
        return {end.planned.dtype for end in plan.document.ends} if plan is not None else set()

    static.until(lambda: ends() == {"int8"})
    assert static.window.recipe.shown() == "Static int8 (edited)"
    desk.history.undo()
    static.until(lambda: ends() == {"float32"})
    assert panel.interface.value() is Interface.FLOAT
    static.window.recipe.chosen.emit("dynamic-int8")
    static.until(lambda: not panel.interface.isVisible())


def test_choosing_samples_can_be_undone(static: Stage, tmp_path: Path) -> None:
    box, desk, model = static.window.recipe_panel.samples, static.services.desk, static.current().model
    images = np.random.default_rng(5).normal(size=(24, 8, 8, 16)).astype(np.float32)
    one, two = tmp_path / "one.npy", tmp_path / "two.npz"
    np.save(one, images)
    np.savez(two, image=images)
    static.window.commands.open_files([one])
    static.until(lambda: desk.samples(model) == Samples(one))
    assert (box.count.count.value(), box.count.count.maximum()) == (24, 24)
    box.count.count.setValue(18)
    static.until(lambda: desk.samples(model) == Samples(one, 18))
    static.until(lambda: calibrated_on(static) == 18)
    static.window.recipe_editor.use_samples(two)
    static.until(lambda: desk.samples(model) == Samples(two))
    static.window.recipe.chosen.emit("static-int16x8")
    undo, redo = (static.window.commands_by_key[key] for key in ("undo", "redo"))
    undo.trigger()
    assert desk.samples(model) == Samples(two)
    for expected, name, count in ((Samples(one, 18), "one.npy", 18), (Samples(one), "one.npy", 24), (None, "none", 0)):
        undo.trigger()
        assert desk.samples(model) == expected
        assert box.name.text().startswith(name)
        assert expected is None or box.count.count.value() == count
    static.until(lambda: "int8" not in precisions_of(static))
    redo.trigger()
    assert desk.samples(model) == Samples(one)
    assert desk.recipe(model).name == "static-int8"  # type: ignore[union-attr]
    static.until(lambda: "int8" in precisions_of(static))


def test_a_saved_calibration_will_do(static: Stage, tmp_path: Path) -> None:
    box, model = static.window.recipe_panel.samples, static.current().model
    np.savez(tmp_path / "x.npz", image=np.random.default_rng(5).normal(size=(20, 8, 8, 16)).astype(np.float32))
    path = tmp_path / "saved.npz"
    calibrate(read(model.path), tmp_path / "x.npz").save(path)
    static.window.recipe_editor.use_samples(path)
    static.until(lambda: "int8" in precisions_of(static))
    assert "A saved calibration on 20 samples" in box.report.text()
    assert box.count.isHidden()


def test_samples_that_do_not_fit_are_refused_in_a_sentence(static: Stage, tmp_path: Path) -> None:
    box, editor = static.window.recipe_panel.samples, static.window.recipe_editor
    path = tmp_path / "wrong.npz"
    np.savez(path, image=np.zeros((4, 3, 3), np.float32))
    editor.use_samples(path)
    static.until(lambda: "takes" in box.report.text())
    assert static.services.desk.samples(static.current().model) is None
    assert not static.services.desk.history.canUndo() or "samples" not in static.services.desk.history.undoText()
    (tmp_path / "text.npz").write_text("no archive")
    editor.use_samples(tmp_path / "text.npz")
    static.until(lambda: "text.npz" in box.report.text())
    assert static.services.desk.samples(static.current().model) is None
