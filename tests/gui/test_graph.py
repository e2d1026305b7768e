"""The Graph tab, with the real engine: what it shows, and what mouse and keyboard do in it."""

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from quantscope_gui.graph import export, tiles
from quantscope_gui.graph import look as looks
from quantscope_gui.graph.camera import Camera
from quantscope_gui.graph.colouring import by_precision
from quantscope_gui.graph.export import Format, Picture, pixels, write
from quantscope_gui.graph.panel import GraphPanel
from quantscope_gui.graph.scene import NOWHERE, Box
from quantscope_gui.graph.view import GraphView
from quantscope_gui.theme.theme import Mode
from tests.bench import graphs
from tests.gui.conftest import ZOO, Stage
from tests.gui.specimens import branching_network, large_network, loop_network
from tests.models import ModelBuilder


@pytest.fixture
def panel(stage: Stage, tmp_path: Path) -> GraphPanel:
    """A network with a shortcut, open in the Graph tab and painted."""
    path = tmp_path / "branches.tflite"
    path.write_bytes(branching_network().build())
    return opened(stage, path)


def opened(stage: Stage, path: Path) -> GraphPanel:
    stage.open(path)
    panel = stage.window.work.graph
    stage.until(lambda: panel.view.scene is not None)
    painted(stage, panel.view)
    return panel


def painted(stage: Stage, view: GraphView) -> None:
    """Waits until everything that is visible has been painted at the zoom that holds."""
    stage.bot.wait(150)
    stage.until(lambda: not view.tiles.busy)


def middle(view: GraphView, node: int) -> QPoint:
    return view.node_pixels(node).center().toPoint()


def node(panel: GraphPanel, operator: int) -> int:
    assert panel.view.scene is not None
    return panel.view.scene.node_of((panel.view.scene.subgraph, operator))


def pixel(view: GraphView, point: QPoint) -> QColor:
    return view.grab().toImage().pixelColor(point)


def test_the_graph_is_the_first_tab_and_the_tab_is_remembered(stage: Stage, panel: GraphPanel) -> None:
    tabs = stage.window.work.tabs
    assert tabs.widget(0) is panel
    assert tabs.currentWidget() is panel
    stage.show_operators()
    assert stage.services.settings.tab == "operators"
    tabs.setCurrentWidget(panel)
    assert stage.services.settings.tab == "graph"


def test_inputs_are_at_the_top_and_the_spine_is_straight(panel: GraphPanel) -> None:
    scene = panel.view.scene
    assert scene is not None
    assert scene.texts[scene.label[scene.by_top[0]]] == "image"
    assert scene.texts[scene.label[scene.by_top[-1]]] == "scores"
    spine = [node(panel, operator) for operator in (0, 1, 2, 3)]
    assert np.ptp(scene.x[spine]) == 0


def test_operators_have_the_colour_of_their_precision(stage: Stage, panel: GraphPanel) -> None:
    tokens = stage.window._theme.tokens
    plan = panel.plan
    assert plan is not None
    for row in plan.rows:
        box = panel.view.node_pixels(node(panel, row.key[1]))
        if row.kind == "none" or not panel.view.rect().contains(box.toAlignedRect()):
            continue
        # In the badge, beside the mark.
        spot = QPoint(
            round(box.left() + 12 * panel.view.camera.zoom), round(box.center().y() - 9 * panel.view.camera.zoom)
        )
        assert pixel(panel.view, spot) == QColor(tokens.precision[row.kind]), row.kind


def test_a_click_selects_everywhere(stage: Stage, panel: GraphPanel) -> None:
    view, selection = panel.view, stage.services.operator
    stage.bot.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, node(panel, 2)))
    assert selection.current == (0, 2)
    assert stage.window.inspector.details.type.text() == panel.plan.row((0, 2)).operator.type  # type: ignore[union-attr]
    control = Qt.KeyboardModifier.ControlModifier
    stage.bot.mouseClick(view, Qt.MouseButton.LeftButton, control, middle(view, node(panel, 3)))
    assert selection.keys == {(0, 2), (0, 3)}
    stage.bot.mouseClick(view, Qt.MouseButton.LeftButton, control, middle(view, node(panel, 3)))
    assert selection.keys == {(0, 2)}
    stage.bot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert not selection.keys


def test_what_is_selected_in_the_table_is_brought_into_view(stage: Stage, panel: GraphPanel) -> None:
    panel.view.set_camera(Camera(0, -5000, 1.0))
    stage.table.selectRow(4)
    assert panel.view.rect().contains(middle(panel.view, node(panel, stage.services.operator.current[1])))  # type: ignore[index]


def test_a_rubber_band_selects_what_it_touches(stage: Stage, panel: GraphPanel) -> None:
    view = panel.view
    first, last = view.node_pixels(node(panel, 1)), view.node_pixels(node(panel, 2))
    start, end = first.topLeft().toPoint() - QPoint(6, 6), last.bottomRight().toPoint() + QPoint(6, 6)
    shift = Qt.KeyboardModifier.ShiftModifier
    stage.bot.mousePress(view, Qt.MouseButton.LeftButton, shift, start)
    stage.bot.mouseMove(view, end)
    stage.bot.mouseRelease(view, Qt.MouseButton.LeftButton, shift, end)
    assert {(0, 1), (0, 2)} <= stage.services.operator.keys


def test_arrow_keys_walk_along_the_edges(stage: Stage, panel: GraphPanel) -> None:
    view, selection = panel.view, stage.services.operator
    view.setFocus()
    stage.bot.keyClick(view, Qt.Key.Key_Down)
    assert selection.current == (0, 0)
    stage.bot.keyClick(view, Qt.Key.Key_Down)
    scene = view.scene
    assert scene is not None
    assert node(panel, selection.current[1]) in scene.outputs_of(node(panel, 0))  # type: ignore[index]
    stage.bot.keyClick(view, Qt.Key.Key_Up)
    assert selection.current == (0, 0)
    stage.bot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(selection.keys) == 2
    stage.bot.keyClick(view, Qt.Key.Key_End)
    assert selection.current == (0, len(panel.plan.rows) - 1)  # type: ignore[union-attr]


def test_the_wheel_moves_and_with_control_zooms_where_the_mouse_is(stage: Stage, panel: GraphPanel) -> None:
    view = panel.view
    before, point = view.camera, QPointF(120, 90)

    def wheel(modifiers: Qt.KeyboardModifier) -> None:
        event = QWheelEvent(
            point,
            view.mapToGlobal(point),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view, event)

    wheel(Qt.KeyboardModifier.NoModifier)
    assert view.camera.y < before.y
    assert view.camera.zoom == before.zoom
    under = view.to_scene(point)
    wheel(Qt.KeyboardModifier.ControlModifier)
    assert view.camera.zoom > before.zoom
    assert view.to_scene(point) == pytest.approx(under)


def test_dragging_moves_the_view(stage: Stage, panel: GraphPanel) -> None:
    view = panel.view
    before = view.camera
    stage.bot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    stage.bot.mouseMove(view, QPoint(60, 80))
    stage.bot.mouseMove(view, QPoint(90, 130))
    stage.bot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(90, 130))
    assert (before.x - view.camera.x) * before.zoom == pytest.approx(60)
    assert (before.y - view.camera.y) * before.zoom == pytest.approx(100)
    assert not stage.services.operator.keys


def test_arrow_keys_reach_inputs_and_outputs_and_come_back(stage: Stage, panel: GraphPanel) -> None:
    view, scene, selection = panel.view, panel.view.scene, stage.services.operator
    assert scene is not None
    first, last = int(scene.by_top[0]), int(scene.by_top[-1])
    view.setFocus()
    stage.bot.keyClick(view, Qt.Key.Key_Home)
    assert selection.current == (0, 0)
    stage.bot.keyClick(view, Qt.Key.Key_Up)
    assert not selection.keys, "an input is no operator"
    assert view.node_pixels(first).intersects(view.rect().toRectF())
    stage.bot.keyClick(view, Qt.Key.Key_Return)
    assert view.look.lit is not None, "what depends on the input"  # type: ignore[union-attr]
    stage.bot.keyClick(view, Qt.Key.Key_Escape)
    stage.bot.keyClick(view, Qt.Key.Key_Down)
    assert selection.current == (0, 0)
    stage.bot.keyClick(view, Qt.Key.Key_End)
    end = selection.current
    stage.bot.keyClick(view, Qt.Key.Key_Down)
    assert not selection.keys
    stage.bot.keyClick(view, Qt.Key.Key_Return)
    lit = view.look.lit  # type: ignore[union-attr]
    assert lit is not None
    assert lit[last]
    stage.bot.keyClick(view, Qt.Key.Key_Up)
    assert selection.current == end


def test_open_groups_have_frames_with_titles(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "layers.tflite"
    graphs.layers(200, path)
    panel = opened(stage, path)
    view, scene = panel.view, panel.view.scene
    assert scene is not None
    frames = scene.frames
    assert "ffn" in view.look.titles  # type: ignore[union-attr]
    for frame, group in enumerate(frames.group.tolist()):
        start, end = int(scene.groups.start.values[group]), int(scene.groups.end.values[group])
        box = Box(*(float(side[frame]) for side in (frames.left, frames.top, frames.right, frames.bottom)))
        within = {key for at in scene.visible_nodes(box).tolist() for key in scene.keys_of([at])}
        assert within == {(0, operator) for operator in range(start, end)}
    frame = view.look.titles.index("ffn")  # type: ignore[union-attr]
    view.set_camera(Camera(float(frames.left[frame]) + 40, float(frames.top[frame]), 1.0))
    painted(stage, view)
    tokens = stage.window._theme.tokens
    edge = QPoint(view.width() // 2 - 40, view.height() // 2 + 40)
    row = [pixel(view, edge + QPoint(dx, 0)) for dx in (-2, -1, 0, 1, 2)]
    assert any(color != QColor(tokens.surface) for color in row), "the left edge of the frame"
    panel.close_all()
    stage.until(lambda: view.scene is not None and view.scene.nodes < scene.nodes)
    assert view.scene.frames.group.size == 0  # type: ignore[union-attr]


def test_repeats_of_a_nameless_block_are_edited_together(stage: Stage, tmp_path: Path) -> None:
    model = ModelBuilder()
    graph = model.subgraph()
    tensor = graph.input("", (1, 64))
    weights = graph.constant("", np.ones((64, 64), np.float32))
    for _ in range(4):
        for kind, operands in (("FULLY_CONNECTED", [weights, -1]), ("TANH", []), ("ABS", [])):
            result = graph.tensor("", (1, 64))
            options = tfl.FullyConnectedOptionsT() if operands else None
            graph.operator(kind, [tensor, *operands], [result], options)
            tensor = result
    graph.outputs = [tensor]
    path = tmp_path / "nameless.tflite"
    path.write_bytes(model.build())
    panel = opened(stage, path)
    assert panel.alike((0, 4)) == {(0, operator) for operator in range(12)}
    stage.services.operator.select([(0, 4)])
    menu = QMenu()
    assert stage.window.operator_menu.fill(menu)
    titles = [action.text() for action in menu.actions()]
    assert "All repeats of this block: 12" in titles


def test_the_tooltip_gives_the_reason(stage: Stage, panel: GraphPanel) -> None:
    point = middle(panel.view, node(panel, 0))
    QApplication.sendEvent(panel.view, QHelpEvent(QEvent.Type.ToolTip, point, panel.view.mapToGlobal(point)))
    row = panel.plan.rows[0]  # type: ignore[union-attr]
    assert row.operator.type in QToolTip.text()
    assert row.operator.name in QToolTip.text()
    assert len(QToolTip.text().splitlines()) >= 5
    QToolTip.hideText()


def test_back_and_forward(stage: Stage, panel: GraphPanel) -> None:
    view, selection = panel.view, stage.services.operator
    for operator in (0, 2):
        stage.bot.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, node(panel, operator)))
    stage.window.commands_by_key["go-back"].trigger()
    assert selection.current == (0, 0)
    stage.window.commands_by_key["go-forward"].trigger()
    assert selection.current == (0, 2)


def test_upstream_of_an_output_and_of_the_selection(stage: Stage, panel: GraphPanel) -> None:
    view, scene = panel.view, panel.view.scene
    assert scene is not None
    stage.services.operator.select([(0, 1)])
    stage.window.commands_by_key["upstream"].trigger()
    lit = view.look.lit  # type: ignore[union-attr]
    assert lit is not None
    assert set(np.nonzero(lit)[0].tolist()) == {node(panel, 0), node(panel, 1), int(scene.by_top[0])}
    view.setFocus()
    stage.bot.keyClick(view, Qt.Key.Key_Escape)
    assert view.look.lit is None  # type: ignore[union-attr]
    view.fit()
    stage.bot.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, int(scene.by_top[-1])))
    assert view.look.lit is not None  # type: ignore[union-attr]


def test_the_filter_dims_all_else(stage: Stage, panel: GraphPanel) -> None:
    stage.window.work.toggle_filter("conv")
    assert stage.window.work.tabs.currentWidget() is panel, "a click in the legend does not leave the graph"
    lit = panel.view.look.lit  # type: ignore[union-attr]
    kinds = {row.key[1]: row.operator.type for row in panel.plan.rows}  # type: ignore[union-attr]
    assert all(lit[node(panel, operator)] == ("CONV" in kind) for operator, kind in kinds.items())
    stage.window.work.toggle_filter("conv")
    assert panel.view.look.lit is None  # type: ignore[union-attr]


def test_another_plan_recolours_and_moves_nothing(stage: Stage, panel: GraphPanel) -> None:
    view = panel.view
    scene, camera, look = view.scene, view.camera, view.look
    stage.services.choices.set_recipe("float16")
    stage.until(lambda: stage.current().plan.document.recipe == "float16")  # type: ignore[union-attr]
    assert view.scene is scene
    assert view.camera == camera
    assert view.look is not look


def test_a_loop_opens_as_a_page(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "loop.tflite"
    path.write_bytes(loop_network().build())
    panel = opened(stage, path)
    scene = panel.view.scene
    assert scene is not None
    pages = {page.role: page.subgraph for page in scene.pages}
    assert pages == {"cond": 1, "body": 2}
    panel.go_to_page(next(page for page in scene.pages if page.role == "body"))
    stage.until(lambda: panel.view.scene is not None and panel.view.scene.subgraph == 2)
    assert [crumb.text for crumb in panel.crumbs.crumbs] == ["loop", "WHILE #0 body"]
    stage.window.commands_by_key["leave-page"].trigger()
    assert panel.view.scene is scene
    # What is selected elsewhere is shown on its page.
    stage.services.operator.select([(1, 0)])
    stage.until(lambda: panel.view.scene.subgraph == 1)  # type: ignore[union-attr]


def test_big_models_start_closed_and_groups_open_in_place(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "large.tflite"
    path.write_bytes(large_network(2000).build())
    panel = opened(stage, path)
    view = panel.view
    assert view.scene is not None
    assert view.scene.nodes < 600
    closed = next(place for place, kind in enumerate(view.scene.kind) if kind == 3)
    before = view.scene.nodes
    stage.bot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=middle(view, closed))
    stage.until(lambda: view.scene is not None and view.scene.nodes > before)
    stage.services.operator.select([(0, 3)])
    assert len(panel.crumbs.crumbs) > 1
    stage.window.commands_by_key["close-group"].trigger()
    stage.until(lambda: view.scene is not None and view.scene.nodes == before)
    stage.window.commands_by_key["open-groups"].trigger()
    stage.until(lambda: view.scene is not None and view.scene.nodes == 2002)
    assert view.scene.node_of((0, 1999)) != NOWHERE


def test_a_model_that_cannot_be_drawn_says_why(stage: Stage, tmp_path: Path) -> None:
    panel = stage.window.work.graph
    panel.show_model(tmp_path / "not there.tflite", None)
    assert "not there" in panel.message.title.text()
    stage.until(lambda: "can't be read" in panel.message.text.text())
    assert panel.currentIndex() == 0


def picture_of(panel: GraphPanel) -> Picture:
    picture = panel.picture()
    assert picture is not None
    return picture


def test_svg_is_true_vectors_with_text(panel: GraphPanel, tmp_path: Path) -> None:
    path = tmp_path / "graph.svg"
    fractions: list[float] = []
    write(picture_of(panel), path, Format.SVG, 1.0, fractions.append)
    content = path.read_text("utf-8")
    assert "<image" not in content
    assert "CONV_2D" in content
    assert fractions[-1] == pytest.approx(1.0)


def test_png_has_every_pixel_at_any_scale(panel: GraphPanel, tmp_path: Path) -> None:
    picture = picture_of(panel)
    for scale in (0.5, 2.0):
        path = tmp_path / f"graph{scale}.png"
        write(picture, path, Format.PNG, scale, lambda fraction: None)
        image = QImage(str(path))
        assert (image.width(), image.height()) == pixels(picture.box, scale)
        colours = {
            image.pixelColor(x, y).rgb() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)
        }
        assert len(colours) > 8


def test_a_png_of_several_tiles_and_strips_equals_one_in_one_piece(
    panel: GraphPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wider than a tile and higher than a strip: seams show nowhere."""
    picture = picture_of(panel)
    write(picture, tmp_path / "whole.png", Format.PNG, 1.5, lambda fraction: None)
    monkeypatch.setattr(export, "TILE", 90)
    monkeypatch.setattr(export, "STRIP", 70)
    write(picture, tmp_path / "parts.png", Format.PNG, 1.5, lambda fraction: None)
    whole, parts = QImage(str(tmp_path / "whole.png")), QImage(str(tmp_path / "parts.png"))
    assert whole.size() == parts.size()
    spots = [(x, y) for x in range(0, whole.width(), 3) for y in range(0, whole.height(), 3)]
    different = [
        spot for spot in spots if abs(whole.pixelColor(*spot).lightness() - parts.pixelColor(*spot).lightness()) > 16
    ]
    assert len(different) < len(spots) / 1000


def test_export_by_the_window_reports_and_can_be_cancelled(stage: Stage, panel: GraphPanel, tmp_path: Path) -> None:
    done: list[Path] = []
    stage.services.exporter.exported.connect(done.append)
    stage.services.exporter.export(picture_of(panel), tmp_path / "graph.pdf", Format.PDF)
    stage.until(lambda: bool(done))
    assert (tmp_path / "graph.pdf").read_bytes().startswith(b"%PDF")
    stage.services.exporter.export(picture_of(panel), tmp_path / "huge.png", Format.PNG, 20.0)
    stage.services.board.cancel_first()
    stage.until(lambda: not stage.services.board.entries)
    assert not (tmp_path / "huge.png").exists()
    assert not stage.window.tray.cards
    stage.services.exporter.export(picture_of(panel), tmp_path / "nowhere" / "graph.svg", Format.SVG)
    stage.until(lambda: bool(stage.window.tray.cards))


def test_themes_recolour(stage: Stage, panel: GraphPanel) -> None:
    stage.window._theme.set_mode(Mode.DARK)
    painted(stage, panel.view)
    assert pixel(panel.view, QPoint(4, 4)) == QColor(stage.window._theme.tokens.surface)
    stage.window._theme.set_mode(Mode.LIGHT)


@pytest.mark.parametrize("name", ["bert_tiny_tied", "efficientnet_lite0", "g2p_encoder_gru_while"])
def test_every_zoom_paints_real_models(stage: Stage, name: str) -> None:
    path = ZOO / f"{name}.tflite"
    if not path.exists():
        pytest.skip("the zoo is not there")
    panel = opened(stage, path)
    scene, plan = panel.view.scene, panel.plan
    assert scene is not None
    assert plan is not None
    tokens = stage.window._theme.tokens
    look = looks.of(scene, by_precision(plan, tokens), tokens, str)
    assert (look.of[scene.kind == 0] != NOWHERE).all()
    for zoom in (0.01, 0.1, 0.3, 0.6, 1.0, 2.0):
        panel.view.set_camera(Camera(float(scene.x[1]), float(scene.y[1]), zoom))
        painted(stage, panel.view)
        assert not panel.view.tiles.busy


def test_tiles_keep_within_their_memory(stage: Stage, panel: GraphPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "KEPT_BYTES", 6 * 1024 * 1024)
    scene = panel.view.scene
    assert scene is not None
    for zoom in (0.5, 0.8, 1.3, 2.0):
        panel.view.set_camera(Camera(0, float(scene.y[2]), zoom))
        painted(stage, panel.view)
        needed = len(
            panel.view.tiles._cells(
                panel.view.tiles.picture, zoom, panel.view.camera.seen(panel.view.width(), panel.view.height())
            )
        )  # type: ignore[arg-type]
        assert panel.view.tiles.bytes <= max(6 * 1024 * 1024, needed * 4 * tiles.EXTENT**2)


def test_groups_say_how_much_is_in_them(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "large.tflite"
    path.write_bytes(large_network(2000).build())
    look = opened(stage, path).view.look
    assert look is not None
    assert {count for _, count in look.captions.values()} == {"8 operators"}
