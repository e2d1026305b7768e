"""The Latency tab: the whole way by mouse on the real engine, and each part on values made for it."""

import re
from pathlib import Path

import msgspec
import psutil
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from quantscope import documents
from quantscope.documents import profile as profiles
from quantscope.documents.devices import Devices, Place
from quantscope_gui import formatting
from quantscope_gui.engine import texts
from quantscope_gui.latency import operators, times
from quantscope_gui.latency.chart import LatencyChart
from quantscope_gui.latency.devices import DeviceChoice
from quantscope_gui.latency.headline import Headline
from quantscope_gui.latency.measurement import Course, Measurement
from quantscope_gui.latency.panel import LatencyPanel
from quantscope_gui.latency.remembered import Remembered
from quantscope_gui.latency.setup import Setup
from quantscope_gui.models.library import Model, Selection
from quantscope_gui.models.tree_model import FACTS
from quantscope_gui.settings import Settings
from quantscope_gui.theme.theme import Mode, Theme
from tests.gui.conftest import Stage

DEVICE = profiles.Device(id="this-computer", kind="computer", name="PC")


def click(widget: QWidget, bot: QtBot, position: QPoint | None = None) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    where = position or widget.rect().center()
    bot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=where)


def open_tab(stage: Stage) -> LatencyPanel:
    bar = stage.window.work.tabs.tabBar()
    click(bar, stage.bot, bar.tabRect(stage.window.work.tabs.indexOf(stage.window.work.latency)).center())
    return stage.window.work.latency.panel


@pytest.fixture
def measured(stage: Stage, model_file: Path) -> Stage:
    """A model and a variant, measured operator by operator."""
    stage.open(model_file)
    stage.quantize()
    panel = open_tab(stage)
    panel.setup.seconds.setValue(0.5)
    click(panel.go, stage.bot)
    stage.until(lambda: stage.services.measurer.measurement is not None and stage.services.measurer.measurement.over)
    return stage


def test_the_whole_way_by_mouse(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.quantize()
    panel = open_tab(stage)
    assert panel.upper.currentIndex() == 0, "nothing measured yet"
    panel.setup.seconds.setValue(600)
    click(panel.go, stage.bot)
    measurer = stage.services.measurer
    stage.until(lambda: panel.chart.drawn_until > 0)
    before = panel.chart.drawn_until
    stage.until(lambda: panel.chart.drawn_until > before + 0.3)
    stage.until(lambda: "95 % CI" in panel.headline.answer.text())
    assert not panel.setup.isEnabled()
    click(panel.stop, stage.bot)
    stage.until(lambda: not measurer.busy)
    assert not stage.window.tray.cards
    profile = measurer.measurement.profile
    assert [run.ending for run in profile.runs] == ["stopped", "stopped"]
    assert [run.recipe for run in profile.runs] == [None, "dynamic-int8"]
    facts = stage.window.tree.entries.index_of(stage.current()).data(FACTS)
    assert facts is not None
    assert formatting.TIMES in facts
    bar = panel.tabs.tabBar()
    click(bar, stage.bot, bar.tabRect(panel.tabs.indexOf(panel.history)).center())
    stage.until(lambda: panel.history.table.entries.rowCount() == 2)


def test_operators_are_linked_both_ways(measured: Stage) -> None:
    panel = measured.window.work.latency.panel
    table, operator = panel.times, measured.services.operator
    assert table.times.rowCount() >= 5
    assert not table.isColumnHidden(3)
    place = table.visualRect(table.times.index(2, 1)).center()
    click(table.viewport(), measured.bot, place)
    assert operator.current == table.times.line(2).key
    assert measured.window.work.table.currentIndex().isValid()
    operator.select([(0, 4)])
    assert table.times.line(table.currentIndex().row()).key == (0, 4)
    found = measured.services.measurer.times(measured.current().model)
    assert set(found.of) == {(0, index) for index in range(5)}
    assert all(each.us is not None and each.other is not None for each in found.of.values())
    assert "unprofiled inference" in panel.sums.text()
    assert "latency" in {scheme.key for scheme in measured.services.colours.available()}
    figures = panel.figures.figures
    shown = [[figures.data(figures.index(row, column)) for column in range(figures.columnCount())] for row in (0, 1)]
    assert [row[0] for row in shown] == ["small network", "dynamic-int8"]
    assert all("\u2014" not in row[:11] for row in shown)


def test_copies_for_netron_tell_the_share_of_the_time(measured: Stage, tmp_path: Path) -> None:
    """Of the source and of the result, each by its own operators."""
    variant = measured.current()
    assert variant.variant is not None
    for selection in (Selection(variant.model), variant):
        copy = tmp_path / "copy.tflite"
        measured.services.annotator.export(selection, None, copy)
        measured.until(copy.exists)
        measured.until(lambda: not measured.services.board.entries)
        operators = measured.open(copy).plan.document.subgraphs[0].operators
        shares = [re.search(r"([0-9.]+)% of the time", operator.name) for operator in operators]
        assert len([share for share in shares if share is not None]) >= 5
        assert sum(float(share[1]) for share in shares if share is not None) == pytest.approx(100, abs=1)
        measured.services.library.close(measured.current().model)
        copy.unlink()


def test_sorting_and_back(measured: Stage) -> None:
    table = measured.window.work.latency.panel.times
    table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    found = [table.times.line(row).us or 0.0 for row in range(table.times.rowCount())]
    assert found == sorted(found, reverse=True)
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    keys = [table.times.line(row).key for row in range(5)]
    assert keys == sorted(keys)


def test_history_by_mouse(measured: Stage, tmp_path: Path) -> None:
    panel = measured.window.work.latency.panel
    history = panel.history
    panel.tabs.setCurrentWidget(history)
    measured.until(lambda: history.table.entries.rowCount() == 2)
    history.filter.setText("dynamic nothing-like-it")
    assert history.table.entries.rowCount() == 0
    history.filter.clear()
    history.table.selectAll()
    click(history.compare, measured.bot)
    measured.until(lambda: "as fast as" in history.result.text())
    history.table.selectRow(1)
    click(history.baseline, measured.bot)
    measured.until(lambda: any(each.baseline for each in measured.services.historian.history.entries))
    history.table.clearSelection()
    click(history.export, measured.bot)
    dialog = history.findChild(QFileDialog, "export")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "out.json"))
    dialog.close()
    measured.until(lambda: (tmp_path / "out.json").exists())
    room = history.room
    assert (room.limit.value(), room.limit.suffix()) == (2000, "\u202fMB")
    assert "2 measurements" in room.taken.text()
    room.limit.setFocus()
    measured.bot.keyClick(room.limit, Qt.Key.Key_Down)
    measured.until(lambda: measured.services.historian.history.most_bytes == 1_900_000_000)
    assert room.limit.value() == 1900
    history.table.selectRow(0)
    click(history.forget, measured.bot)
    measured.until(lambda: history.table.entries.rowCount() == 1)


def test_cancelling_leaves_nothing_running(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    panel = open_tab(stage)
    panel.setup.seconds.setValue(600)
    click(panel.go, stage.bot)
    stage.until(lambda: panel.chart.drawn_until > 0)
    stage.window.commands_by_key["cancel"].trigger()
    stage.until(lambda: not stage.services.measurer.busy)
    assert stage.services.measurer.measurement.profile is None
    assert panel.go.isEnabled()
    children = psutil.Process().children(recursive=True)
    assert not [each for each in children if "host_child" in " ".join(each.cmdline())]


def test_closing_the_model_ends_its_measurement(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    panel = open_tab(stage)
    panel.setup.seconds.setValue(600)
    click(panel.go, stage.bot)
    stage.until(lambda: panel.chart.drawn_until > 0)
    stage.window.commands_by_key["close"].trigger()
    stage.until(lambda: not stage.services.measurer.busy)


def test_a_killed_engine_is_a_problem_that_can_be_retried(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    panel = open_tab(stage)
    panel.setup.seconds.setValue(600)
    click(panel.go, stage.bot)
    stage.until(lambda: panel.chart.drawn_until > 0)
    for process in psutil.Process().children():
        if any("host_child" in " ".join(each.cmdline()) for each in process.children()):
            process.kill()
    stage.until(lambda: bool(stage.window.tray.cards))
    stage.until(lambda: not stage.services.measurer.busy)
    stage.window.tray.cards[0].problem.retry()
    stage.until(lambda: stage.services.measurer.busy and len(stage.services.measurer.measurement.courses) == 1)
    stage.window.commands_by_key["stop"].trigger()
    stage.until(lambda: not stage.services.measurer.busy)


def test_a_model_that_cannot_run_says_so(stage: Stage, tmp_path: Path) -> None:
    from tests.models import Input, one_operator, tfl

    path = tmp_path / "bad.tflite"
    path.write_bytes(one_operator("SOFTMAX", [Input((1, 4), "INT32")], [(1, 4)], tfl.SoftmaxOptionsT(beta=1)).build())
    stage.open(path)
    panel = open_tab(stage)
    click(panel.go, stage.bot)
    stage.until(lambda: bool(stage.window.tray.cards))
    stage.until(lambda: not stage.services.measurer.busy)
    assert panel.headline.answer.text() == "Nothing was measured" or panel.upper.currentIndex() == 0


def test_settings_are_remembered_for_each_kind_of_device(
    qtbot: QtBot, english: None, settings: Settings, tmp_path: Path
) -> None:
    data = tmp_path / "data.npz"
    data.write_bytes(b"")
    phone = [("this-computer", "This computer"), ("R5", "Phone")]

    def shown() -> Setup:
        setup = Setup(Remembered(settings))
        qtbot.addWidget(setup)
        setup.device.set_devices(phone)
        return setup

    first = shown()
    first.threads.setValue(2)
    first.choose_data(str(data), data.name)
    first.per_operator.setChecked(False)
    first.device.choose("R5")
    assert first.settings() == profiles.Settings(per_operator=True), "a phone has its own"
    first.cores.setCurrentIndex(2)
    first.more.runs.setValue(50)
    first.remember()
    again = shown()
    assert again.settings() == profiles.Settings(threads=2, inputs=str(data), per_operator=False)
    again.device.choose("R5")
    found = again.settings()
    assert (found.cores, found.runs, found.seconds, found.threads) == ("prime", 50, None, 1)
    data.unlink()
    settings.set_measuring("phone", "{nonsense")
    assert shown().settings() == profiles.Settings(threads=2, per_operator=False)
    assert Remembered(settings).load("phone") == profiles.Settings(per_operator=True)


def test_settings_say_what_is_chosen(qtbot: QtBot, english: None, settings: Settings) -> None:
    setup = Setup(Remembered(settings))
    qtbot.addWidget(setup)
    assert setup.settings() == profiles.Settings(per_operator=True)
    setup.threads.setValue(2)
    setup.delegate.setCurrentIndex(1)
    setup.cores.setCurrentIndex(2)
    setup.choose_data("/data/one.npz", "one.npz")
    setup.choose_data("/data/two.npz", "two.npz")
    found = setup.settings()
    assert (found.threads, found.delegate, found.cores, found.inputs) == (2, "none", "prime", "/data/two.npz")
    assert setup.inputs.count() == 4
    asked = []
    setup.data_wanted.connect(lambda: asked.append(True))
    setup.inputs.activated.emit(setup.inputs.count() - 1)
    assert asked
    setup.more.runs.setValue(50)
    setup.more.cool_below.setValue(35)
    found = setup.settings()
    assert (found.runs, found.seconds, found.cool_below) == (50, None, 35)


def test_one_device_or_several(qtbot: QtBot, english: None) -> None:
    choice = DeviceChoice([("this-computer", "This computer")])
    qtbot.addWidget(choice)
    assert choice.chosen() == ("this-computer",)
    choice.set_devices([("this-computer", "This computer"), ("R5", "A & B phone"), ("R6", "Another long-named phone")])
    first, second, third = choice.menu().actions()[:3]
    second.setChecked(True)
    assert choice.chosen() == ("this-computer", "R5")
    assert choice.text() == "This computer, A && B phone"
    third.setChecked(True)
    assert choice.text() == "3 devices"
    for action in (first, second, third):
        action.setChecked(False)
    assert choice.chosen() == ("R6",), "one always stays"
    choice.choose("R5")
    assert choice.chosen() == ("R5",)
    choice.choose("gone")
    assert choice.chosen() == ("R5",)
    choice.set_devices([("this-computer", "This computer"), ("R5", "Phone")])
    assert choice.chosen() == ("R5",)
    choice.set_devices([("this-computer", "This computer")])
    assert choice.chosen() == ("this-computer",)


def batch(t: float, *us: float) -> profiles.Batch:
    return profiles.Batch(t=t, us=us, count=len(us), median=sorted(us)[len(us) // 2])


def test_a_course_grows() -> None:
    course = Course(0, "float", "PC")
    course.add(batch(1.0, 100, 101, 102, 103, 104, 105, 106, 107, 108, 900))
    course.add(profiles.Batch(t=2.0, count=20, median=100, p5=90, p95=120, max=1000))
    course.add(profiles.Batch(t=3.0, count=1, median=100))
    assert course.median == [0.105, 0.1, 0.1]
    assert (course.low[0], course.high[0]) == (0.101, 0.108)
    assert (course.low[1:], course.high[1:]) == ([0.09, 0.1], [0.12, 0.1])
    assert (course.dots_t, course.dots) == ([1.0, 2.0], [0.9, 1.0])
    assert course.count == 31
    assert course.since(1.5) == 1


def run(name: str, us: float, *kinds: tuple[str, float | None]) -> profiles.Run:
    latency = profiles.Latency(median=us, p10=us, p90=us, mean=us, std=0, count=10, ci95=(us, us))
    return profiles.Run(
        model=documents.File(path=f"/{name}", bytes=1, sha256="0"), device=DEVICE, settings=profiles.Settings(),
        started="", program="", ending="complete", latency_us=latency, recipe=None if name == "model" else name,
        operators=tuple(
            profiles.OperatorTime(index=place, type=kind, us=time, share=0.1, attribution="matched" if time else "none")
            for place, (kind, time) in enumerate(kinds)
        ),
        unattributed=(profiles.Unattributed(kernel="Copy (NC)", us=3.0),), unattributed_us=3.0,
    )  # fmt: skip


def profile() -> profiles.Profile:
    one = run("model", 300, ("CONV_2D", 200.0), ("ADD", None), ("TANH", 5.0))
    two = run("int8", 200, ("DEQUANTIZE", 10.0), ("CONV_2D", 90.0), ("ADD", 4.0), ("TANH", 6.0))
    pairs = tuple(
        profiles.OperatorPair(subgraph=0, baseline=place, run=found) for place, found in enumerate([(0, 1), (2,), (3,)])
    )
    comparison = profiles.Comparison(baseline=0, run=1, speedup=1.5, ci95=(1.4, 1.6), pairs=pairs)
    return profiles.Profile(runs=(one, two), comparison=comparison, comparisons=(comparison,))


def test_times_of_operators_are_a_value_others_can_colour_by() -> None:
    found = times.of(profile(), "/model")
    assert found.other == "int8"
    assert found.of[0, 0] == times.Time(200.0, 100.0)
    assert (found.of[0, 0].difference, found.of[0, 0].speedup) == (-100.0, 2.0)
    assert found.microseconds() == {(0, 0): 200.0, (0, 2): 5.0}
    assert found.speedups() == {(0, 0): 2.0, (0, 2): 5 / 6}
    assert times.Time(0.3, 0.1).speedup is None, "too short to tell"
    assert times.Time(0.3, 0.1, 0.01, 0.02).speedup == pytest.approx(3), "timed finely"
    assert times.Time(5.0, 1.5, 0.5, 0.5).speedup is None
    assert found.of[0, 1] == times.Time(None, 4.0)
    assert (found.of[0, 1].difference, found.of[0, 1].speedup) == (None, None)
    assert times.of(profile(), "/another") is times.NO_TIMES
    alone = profiles.Profile(runs=profile().runs[:1])
    assert times.of(alone, "/model").of[0, 2] == times.Time(5.0, None)


def test_how_far_a_time_may_be_off_is_written_where_it_matters() -> None:
    assert formatting.uncertain(200.0, 0.5) == "200\u202fµs"
    assert formatting.uncertain(1.5, 0.5) == "1.50\u202fµs ± 500\u202fns"
    assert formatting.uncertain(0.5, 0.5) == "< 1.00\u202fµs"
    assert formatting.uncertain(1.5, None) == "1.50\u202fµs"
    short = profiles.OperatorTime(index=0, type="ADD", us=0.5, error_us=0.5, attribution="matched")
    kernel = profiles.Unattributed(kernel="Copy (NC)", us=2.5, error_us=0.5)
    alone = msgspec.structs.replace(run("model", 300), operators=(short,), unattributed=(kernel,))
    lines, paired = operators.lines_of(profiles.Profile(runs=(alone,)))
    assert not paired
    assert [operators.COLUMNS[2].text(line) for line in lines] == ["< 1.00\u202fµs", "2.50\u202fµs ± 500\u202fns"]


def test_lines_show_what_is_known_and_what_is_not(theme: Theme) -> None:
    lines, paired = operators.lines_of(profile())
    assert paired
    assert [(line.place, line.us, line.other) for line in lines] == [
        ("0", 200.0, 100.0), ("1", None, 4.0), ("2", 5.0, 6.0), ("", 3.0, None), ("", None, 3.0),
    ]  # fmt: skip
    model = operators.TimesModel(theme)
    model.set_lines(lines)
    texts_of = [[str(model.data(model.index(row, column))) for column in range(7)] for row in range(5)]
    assert texts_of[0][2:5] == ["200\u202fµs", "100\u202fµs", "\u2212100\u202fµs"]
    assert texts_of[1][2] == "—"
    assert texts_of[1][6] == "not attributed"
    assert texts_of[3][6] == "Copy (NC)"
    assert model.data(model.index(0, 2), operators.BAR) == 1.0


def measurement(*standing: profiles.Comparison) -> Measurement:
    found = Measurement(Model(Path("/model.tflite")), (None,), profiles.Settings())
    for number, path in enumerate(("/model.tflite", "/int8.tflite")):
        file = documents.File(path=path, bytes=1, sha256="0")
        found.take(profiles.RunStarted(run=number, model=file, device=DEVICE))
    found.take(profiles.Standing(medians={0: 300.0, 1: 200.0}, comparisons=standing))
    return found


@pytest.mark.parametrize(
    ("speedup", "ends", "words"),
    [
        (2.31, (2.26, 2.37), "2.31× faster (95 % CI 2.26 – 2.37)"),
        (0.5, (0.4, 0.8), "2.00× slower (95 % CI 1.25 – 2.50)"),
    ],
)
def test_the_answer_on_top(qtbot: QtBot, theme: Theme, speedup: float, ends: tuple[float, float], words: str) -> None:
    headline = Headline(theme)
    qtbot.addWidget(headline)
    shown = measurement(profiles.Comparison(baseline=0, run=1, speedup=speedup, ci95=ends))
    sensors = profiles.Sensors(
        t=1,
        celsius=41.6,
        thermal_status=2,
        cpu_khz=(2_000_000,),
        other_load=0.031,
        battery_percent=80,
        battery_ua=-412000,
    )
    shown.take(profiles.Sensed(device="a", sensors=sensors))
    notice = profiles.Notice(code="background-load", text="English.", arguments={"share": 0.5}, t=1.0)
    shown.take(profiles.Noticed(device="a", run=None, notice=notice))
    headline.show_measurement(shown, {}, "Measuring…")
    assert headline.answer.text().endswith(words)
    assert (
        headline.sensors.text() == "42\u202f°C · thermal status 2 of 6 · 2.00\u202fGHz · battery 80\u202f%"
        " · battery current -412\u202fmA · other programs 3\u202f%"
    )
    assert headline.notices.text() == "\u26a0 English. (since 1\u202fs)"
    over = msgspec.structs.replace(notice, until=12.4)
    shown.take(profiles.Noticed(device="a", run=None, notice=over))
    step = profiles.Notice(code="level-shift", text="Step.", t=8.0)
    shown.take(profiles.Standing(medians={}, comparisons=(), marks=(profiles.Noticed(device="a", run=0, notice=step),)))
    headline.show_measurement(shown, {}, "Measuring…")
    assert headline.notices.text() == "\u26a0 Step. (at 8\u202fs)\n\u26a0 English. (1\u202fs \u2013 12\u202fs)"


def test_of_two_devices_one_that_failed_is_told_of(qtbot: QtBot, theme: Theme) -> None:
    """Its words and what to do stand there; the other's answer does too."""
    headline = Headline(theme)
    qtbot.addWidget(headline)
    shown = Measurement(Model(Path("/model.tflite")), (None,), profiles.Settings())
    for number, path in ((2, "/model.tflite"), (3, "/int8.tflite")):
        file = documents.File(path=path, bytes=1, sha256="0")
        shown.take(profiles.RunStarted(run=number, model=file, device=DEVICE))
    failed = msgspec.structs.replace(
        run("model", 1), latency_us=None, ending="failed", failure="R5 is not connected.", remedy="Plug it in, now.",
        failure_code="device-lost",
    )  # fmt: skip
    comparison = profiles.Comparison(baseline=2, run=3, speedup=1.5, ci95=(1.4, 1.6))
    shown.profile = profiles.Profile(
        runs=(failed, failed, run("model", 300), run("int8", 200)), comparison=comparison, comparisons=(comparison,)
    )
    headline.show_measurement(shown, {}, "Measuring…")
    assert "1.50× faster" in headline.answer.text()
    assert headline.notices.text() == "\u26a0 R5 is not connected. Plug it in, now."


def test_state_until_there_is_an_answer(qtbot: QtBot, theme: Theme) -> None:
    headline = Headline(theme)
    qtbot.addWidget(headline)
    empty = Measurement(Model(Path("/model.tflite")), (None,), profiles.Settings())
    headline.show_measurement(empty, {}, "Preparing…")
    assert headline.answer.text() == "Preparing…"


def test_the_chart_marks_notices_and_scrolls(qtbot: QtBot, theme: Theme) -> None:
    chart = LatencyChart(theme)
    qtbot.addWidget(chart)
    chart.resize(600, 300)
    chart.show()
    shown = measurement()
    chart.show_measurement(shown)
    for place in range(200):
        shown.take(profiles.Measured(run=place % 2, batch=batch(place / 5, 100, 110, 120)))
    notice = profiles.Notice(code="throttling", text="Hot.", arguments={"status": 3}, t=20.0)
    shown.take(profiles.Noticed(device="a", run=None, notice=notice))
    chart.refresh()
    qtbot.waitUntil(lambda: chart.drawn_until == 199 / 5)
    low, high = chart.plot.getViewBox().viewRange()[0]
    assert low > 20
    assert high >= 199 / 5
    shown.over = True
    chart.refresh()
    qtbot.waitUntil(lambda: chart.plot.getViewBox().viewRange()[0][0] < 1)
    theme.changed.emit()
    chart.show_measurement(None)


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_everything_that_disturbs_is_marked_with_its_words(
    qtbot: QtBot, theme: Theme, tmp_path: Path, mode: Mode
) -> None:
    theme.set_mode(mode)
    chart = LatencyChart(theme)
    qtbot.addWidget(chart)
    chart.resize(900, 360)
    chart.show()
    shown = measurement()
    chart.show_measurement(shown)
    for place in range(120):
        shown.take(profiles.Measured(run=place % 2, batch=batch(place / 10, *(100 + place / 4 + n for n in range(9)))))
    chart.refresh()
    qtbot.waitUntil(lambda: chart.drawn_until == 11.9)
    bare = chart.grab().toImage()
    for code, t, until, arguments in (
        ("background-load", 1.0, 3.5, {"share": 0.41}),
        ("throttling", 4.0, None, {"status": 3}),
        ("frequency-capped", 5.0, 9.0, {"khz": 1_800_000, "highest": 2_900_000}),
    ):
        notice = profiles.Notice(code=code, text="English.", arguments=arguments, t=t)
        for end in (None, until):  # over, it takes the place of what had begun
            ended = msgspec.structs.replace(notice, until=end)
            shown.take(profiles.Noticed(device=DEVICE.id, run=None, notice=ended))
    drift = profiles.Notice(
        code="drift", text="English.", arguments={"change": 0.26, "begin_us": 104.0, "end_us": 134.0}, t=0.0, until=11.8
    )
    step = profiles.Notice(code="level-shift", text="English.", arguments={"change": -0.07}, t=8.0)
    marks = tuple(profiles.Noticed(device=DEVICE.id, run=run, notice=each) for run, each in enumerate((drift, step)))
    shown.take(profiles.Standing(medians={}, comparisons=(), marks=marks))
    chart.refresh()
    qtbot.waitUntil(lambda: len(chart.marks.marks) == 5)
    assert [(mark.text, mark.begin, mark.end, mark.run, mark.line) for mark in chart.marks.marks] == [
        ("other programs 41\u202f%", 1.0, 3.5, None, None),
        ("heat: status 3", 4.0, 11.9, None, None),
        ("limited to 1.80\u202fGHz", 5.0, 9.0, None, None),
        ("drift +26\u202f%", 0.0, 11.8, 0, (0.104, 0.134)),
        ("level -7\u202f%", 8.0, 8.0, 1, None),
    ]
    picture = chart.grab().toImage()
    picture.save(str(tmp_path / f"marks-{mode}.png"))
    assert picture != bare
    shown.take(profiles.Standing(medians={}, comparisons=()))
    chart.refresh()
    qtbot.waitUntil(lambda: len(chart.marks.marks) == 3)
    chart.show_measurement(None)


def test_words_for_changes_and_unknown_notices(english: None) -> None:
    change = profiles.Change(code="of-the-future", text="12 X did a thing: +8.40 ms", type="X", count=12, us=8400)
    assert texts.change(change) == change.text
    notice = profiles.Notice(code="of-the-future", text="Something.")
    assert texts.notice(notice) == "Something."


def test_durations() -> None:
    found = [formatting.duration(us) for us in (0.0, 0.5, 12.34, 999.6, 4567, 2.5e6)]
    assert found == ["0\u202fµs", "500\u202fns", "12.3\u202fµs", "1.00\u202fms", "4.57\u202fms", "2.50\u202fs"]
    assert formatting.factor(2.306) == "2.31×"


def test_phones_that_are_ready_can_be_chosen(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    panel = open_tab(stage)
    places = [
        Place(id="this-computer", kind="computer", name="PC", state="ready", ready=True, text=""),
        Place(id="R5", kind="phone", name="Pixel 8", state="ready", ready=True, text=""),
        Place(id="R6", kind="phone", name="Galaxy", state="unauthorized", ready=False, text="Tap Allow."),
    ]
    stage.services.device_watch.changed.emit(Devices(server="", places=tuple(places)))
    names = [action.text() for action in panel.setup.device.menu().actions() if action.isCheckable()]
    assert names == ["This computer", "Pixel 8"]
    stage.window.devices.chosen.emit("R5")
    assert panel.setup.device.chosen() == ("R5",)
    assert panel.setup.device.text() == "Pixel 8"
