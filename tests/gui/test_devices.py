"""The Devices panel with the real engine, the real adb, and phones that come, go and need help."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from quantscope.devices.adb.states import STATES
from quantscope.devices.desk import Desk
from quantscope.documents.devices import PhoneSettings, Place
from quantscope.documents.profile import THIS_COMPUTER
from quantscope_gui.devices import texts
from quantscope_gui.devices.cards import DeviceCard
from quantscope_gui.engine.process import Command
from tests.gui.conftest import Stage, real_engine
from tests.phone.adb_server import PrivateServer, free_port
from tests.phone.benchmark import write_program
from tests.phone.emulated import Phone
from tests.phone.pairing_server import PairingServer
from tests.phone.profiles import GALAXY_S24, PIXEL, PhoneProfile

MakePhone = Callable[..., Phone]


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateServer]:
    with PrivateServer(tmp_path_factory.mktemp("adb")) as server:
        yield server


@pytest.fixture
def make_phone(private: PrivateServer, tmp_path: Path) -> Iterator[MakePhone]:
    phones: list[Phone] = []

    def make(profile: PhoneProfile = PIXEL, **options: bool) -> Phone:
        phones.append(Phone(tmp_path / f"phone{len(phones)}", profile, **options).__enter__())  # type: ignore[arg-type]
        return phones[-1]

    yield make
    for phone in phones:
        private.adb("disconnect", phone.serial)
        phone.__exit__()


@pytest.fixture
def panel_stage(
    private: PrivateServer, stage_with: Callable[[Command], Stage], model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> Stage:
    """A window with a model open, the Devices panel shown, and an adb server of its own."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_ADDRESS", private.address.host)
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(private.address.port))
    stage = stage_with(real_engine())
    stage.open(model_file)
    stage.window.panels.devices.show()
    stage.until(lambda: THIS_COMPUTER in stage.window.devices.cards)
    return stage


def card(stage: Stage, phone: Phone) -> DeviceCard | None:
    return stage.window.devices.cards.get(phone.serial)


def known(stage: Stage, phone: Phone) -> bool:
    found = card(stage, phone)
    return found is not None and found.place.device is not None


def test_phones_appear_say_what_they_are_and_vanish(
    panel_stage: Stage, private: PrivateServer, make_phone: MakePhone
) -> None:
    pixel, galaxy = make_phone(PIXEL), make_phone(GALAXY_S24)
    private.connect(pixel.serial)
    private.connect(galaxy.serial)
    panel_stage.until(lambda: known(panel_stage, pixel) and known(panel_stage, galaxy))
    found = card(panel_stage, pixel)
    assert found
    words = found.accessibleName()
    for expected in ("Google Pixel 8", "Google Tensor G3", "Android 14", "Cortex-X3 2.91", "75", "28.3"):
        assert expected in words
    hot = card(panel_stage, galaxy)
    assert hot
    assert "moderate heat" in hot.accessibleName()
    private.adb("disconnect", pixel.serial)
    panel_stage.until(lambda: card(panel_stage, pixel) is None)
    assert card(panel_stage, galaxy)


def test_an_unauthorized_phone_says_tap_allow_and_then_is_ready(
    panel_stage: Stage, private: PrivateServer, make_phone: MakePhone
) -> None:
    phone = make_phone(PIXEL, trusting=False)
    private.adb("connect", phone.serial)
    panel_stage.until(lambda: (found := card(panel_stage, phone)) is not None and "Allow" in found.advice.text())
    panel_stage.until(lambda: bool(phone.asking))
    phone.allow()
    panel_stage.until(lambda: known(panel_stage, phone))
    found = card(panel_stage, phone)
    assert found
    assert found.advice.isHidden()


def test_a_ready_device_is_chosen_by_keyboard_and_mouse(
    panel_stage: Stage, private: PrivateServer, make_phone: MakePhone
) -> None:
    phone = make_phone()
    private.connect(phone.serial)
    panel_stage.until(lambda: known(panel_stage, phone))
    chosen: list[str] = []
    panel = panel_stage.window.devices
    panel.chosen.connect(chosen.append)
    found = card(panel_stage, phone)
    assert found
    panel_stage.bot.mouseClick(found, Qt.MouseButton.LeftButton)
    found.setFocus()
    panel_stage.bot.keyClick(panel.cards[THIS_COMPUTER], Qt.Key.Key_Return)
    assert chosen == [phone.serial, THIS_COMPUTER]


def test_measured_on_the_chosen_phone_live_and_operator_by_operator(
    panel_stage: Stage, private: PrivateServer, make_phone: MakePhone, tmp_path: Path
) -> None:
    """The whole way: the phone appears, is chosen, Measure is pressed, batches arrive, a result is there."""
    Desk().save(PhoneSettings(programs={"any": str(write_program(tmp_path / "benchmark_model"))}))
    phone = make_phone()
    private.connect(phone.serial)
    panel_stage.until(lambda: known(panel_stage, phone))
    work = panel_stage.window.work
    work.tabs.setCurrentWidget(work.latency)
    found = card(panel_stage, phone)
    assert found
    panel_stage.bot.mouseClick(found, Qt.MouseButton.LeftButton)
    panel = work.latency.panel
    assert panel.setup.device.chosen() == (phone.serial,)
    panel.setup.seconds.setValue(2)
    panel_stage.bot.mouseClick(panel.go, Qt.MouseButton.LeftButton)
    measurer = panel_stage.services.measurer
    panel_stage.until(lambda: measurer.measurement is not None and bool(measurer.measurement.courses))
    panel_stage.until(lambda: not measurer.busy)
    assert not panel_stage.window.tray.cards, panel_stage.window.tray.cards[0].problem
    assert measurer.measurement
    profile = measurer.measurement.profile
    assert profile
    (run,) = profile.runs
    assert (run.device.id, run.device.name, run.ending) == (phone.serial, "Pixel 8", "complete")
    assert len(run.batches) > 1
    assert any(each.us for each in run.operators)
    panel_stage.until(lambda: "svc power stayon true" in phone.calls() and "settings delete" in phone.calls()[-1])


def test_a_phone_pulled_out_during_a_run_is_waited_for(
    panel_stage: Stage, private: PrivateServer, make_phone: MakePhone, tmp_path: Path
) -> None:
    """The window says so and stays alive; back again, the measurement goes on, and nothing is lost."""
    Desk().save(PhoneSettings(programs={"any": str(write_program(tmp_path / "benchmark_model"))}))
    phone = make_phone()
    private.connect(phone.serial)
    panel_stage.until(lambda: known(panel_stage, phone))
    panel_stage.window.devices.choose(phone.serial)
    work = panel_stage.window.work
    work.tabs.setCurrentWidget(work.latency)
    panel = work.latency.panel
    panel.setup.seconds.setValue(600)
    panel_stage.bot.mouseClick(panel.go, Qt.MouseButton.LeftButton)
    panel_stage.until(lambda: panel.chart.drawn_until > 0)
    phone.unplug()
    told: list[str] = []
    (entry,) = panel_stage.services.board.entries
    entry.job.progressed.connect(lambda _, text: told.append(text))
    panel_stage.until(lambda: any("to come back" in text for text in told))
    before = panel.chart.drawn_until
    phone.plug_in()
    private.connect(phone.serial)
    panel_stage.until(lambda: panel.chart.drawn_until > before)
    panel_stage.bot.mouseClick(panel.stop, Qt.MouseButton.LeftButton)
    measurer = panel_stage.services.measurer
    panel_stage.until(lambda: not measurer.busy)
    assert not panel_stage.window.tray.cards, panel_stage.window.tray.cards[0].problem
    assert measurer.measurement
    assert measurer.measurement.profile
    (run,) = measurer.measurement.profile.runs
    assert run.ending == "stopped"
    assert len(run.batches) > 1
    panel_stage.until(lambda: "settings delete" in phone.calls()[-1])


def test_looking_for_a_phone_opens_the_panel(panel_stage: Stage) -> None:
    window = panel_stage.window
    window.panels.devices.hide()
    window.work.latency.panel.setup.device.phones_wanted.emit()
    assert window.panels.devices.isVisible()


def test_connecting_by_address_says_what_came_of_it(panel_stage: Stage, make_phone: MakePhone) -> None:
    phone = make_phone()
    dialog = panel_stage.window.devices.ask_to_connect()
    assert not dialog.isModal()
    panel_stage.bot.keyClicks(dialog.address, f"127.0.0.1:{free_port()}")
    panel_stage.bot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    panel_stage.until(lambda: "can't be connected" in dialog.said.text())
    dialog.address.clear()
    panel_stage.bot.keyClicks(dialog.address, phone.serial)
    panel_stage.until(dialog.go.isEnabled)
    panel_stage.bot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    panel_stage.until(lambda: phone.serial in dialog.said.text())
    panel_stage.until(lambda: known(panel_stage, phone))
    dialog.code.setText("12345")
    assert not dialog.go.isEnabled()
    dialog.close()


def test_pairing_by_code_says_what_came_of_it(panel_stage: Stage) -> None:
    phone = "192.168.1.20:37001"
    with PairingServer({phone: "482193", "192.168.1.21:37002": "482193"}) as pairing:
        Desk().save(PhoneSettings(server=str(pairing.address)))
        dialog = panel_stage.window.devices.ask_to_connect()
        for address, code, words in (
            ("192.168.1.21:37002", "999999", "doesn't accept that code"),
            ("192.168.1.22:37003", "482193", "Nothing that can be paired answers"),
            (phone, "482193", "Paired. Now connect"),
        ):
            dialog.address.setText(address)
            dialog.code.clear()
            panel_stage.bot.keyClicks(dialog.code, code)
            assert dialog.go.text() == "Pair"
            panel_stage.bot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
            panel_stage.until(lambda words=words: words in dialog.said.text())  # type: ignore[misc]
            panel_stage.until(lambda: not dialog.code.text() or dialog.go.isEnabled())
        assert dialog.code.text() == ""
        dialog.close()


def test_a_chosen_program_is_kept_and_a_bad_one_refused(panel_stage: Stage, tmp_path: Path) -> None:
    program = write_program(tmp_path / "my_benchmark_model")
    dialog = panel_stage.window.devices.ask_to_set_up()
    assert not dialog.isModal()
    panel_stage.until(lambda: bool(dialog.programs["arm64-v8a"].text()))
    dialog.choose("arm64-v8a", str(program))
    panel_stage.until(lambda: "my_benchmark_model" in dialog.programs["arm64-v8a"].text())
    assert Desk().settings.programs["arm64-v8a"] == str(program)
    text = tmp_path / "text"
    text.write_text("no program")
    dialog.choose("x86_64", str(text))
    panel_stage.until(lambda: "no program for a phone" in dialog.programs["x86_64"].text())
    dialog.close()


def test_downloading_asks_first(panel_stage: Stage) -> None:
    dialog = panel_stage.window.devices.ask_to_set_up()
    panel_stage.until(lambda: dialog.fetchers["arm64-v8a"].isEnabled() and bool(dialog.programs["arm64-v8a"].text()))
    assert not dialog.fetchers["x86_64"].isEnabled(), "there is no official one"
    panel_stage.bot.mouseClick(dialog.fetchers["arm64-v8a"], Qt.MouseButton.LeftButton)
    boxes = [each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox) and each.isVisible()]
    assert len(boxes) == 1
    assert "sha256" in boxes[0].informativeText()
    cancel = boxes[0].button(QMessageBox.StandardButton.Cancel)
    assert isinstance(cancel, QPushButton)
    cancel.click()
    assert not panel_stage.services.board.entries
    dialog.close()


def test_a_remote_server_is_used_from_now_on(panel_stage: Stage) -> None:
    dialog = panel_stage.window.devices.ask_to_set_up()
    panel_stage.until(lambda: bool(dialog.programs["arm64-v8a"].text()))
    dialog.server.setText(f"127.0.0.2:{free_port()}")
    panel_stage.bot.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)
    panel_stage.until(lambda: "127.0.0.2" in panel_stage.window.devices.problem_text.text())
    dialog.server.setText("nonsense:port")
    panel_stage.bot.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)
    panel_stage.until(lambda: bool(panel_stage.window.tray.cards))
    assert "no address" in panel_stage.window.tray.cards[0].problem.message
    dialog.close()


def test_states_are_said_as_the_engine_says_them(qtbot: QtBot, english: None) -> None:
    for explanation in STATES.values():
        place = Place(
            id="x",
            kind="phone",
            name="x",
            state=explanation.code,
            ready=explanation.ready,
            text=explanation.text,
            remedy=explanation.remedy,
        )
        assert explanation.code in texts.STATES
        assert texts.state(place) == explanation.text
        assert texts.advice(place) == (explanation.remedy or "")
