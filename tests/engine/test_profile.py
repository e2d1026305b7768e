"""Measuring on this computer with the real runtime, and sessions over devices that do as they are told."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from quantscope import api, documents
from quantscope.documents import profile as profiles
from quantscope.documents.profile import Cluster, Device, Notice, Profile, Sensors, Settings
from quantscope.errors import (
    CancelledError,
    DeviceError,
    ModelReadError,
    QuantscopeError,
    RunError,
    UsageError,
)
from quantscope.live import Unwatched
from quantscope.profile import cores, notices, session
from quantscope.profile.changes import changes
from quantscope.profile.runner import Latencies, OperatorProfile, Prepared
from tests.engine.specimens import ZOO
from tests.gui.specimens import small_network
from tests.models import Input, one_operator, tfl
from tests.operators import lstm

Ask = Callable[[Any], bool]
QUICK = Settings(seconds=0.5, warm_up_seconds=0.05)


@pytest.fixture(autouse=True)
def no_children_left():  # type: ignore[no-untyped-def]
    before = set(psutil.Process().children(recursive=True))
    threads = set(threading.enumerate())
    yield
    assert not [child for child in psutil.Process().children(recursive=True) if child not in before]
    assert set(threading.enumerate()) <= threads


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "small.tflite"
    path.write_bytes(small_network().build())
    return str(path)


@pytest.fixture
def quantized(model: str) -> str:
    path = model.replace("small", "small.dynamic-int8")
    api.quantize_file(model, path)
    return path


def never(_: object) -> bool:
    return False


class Watcher(Unwatched):
    """Notes all that is published; stops or cancels when told to."""

    def __init__(
        self, stop: Callable[["Watcher"], bool] = lambda _: False, cancel: Callable[["Watcher"], bool] = lambda _: False
    ) -> None:
        self.parts: list[documents.Document] = []
        self.stop = stop
        self.cancel = cancel

    def __call__(self, fraction: float, text: str) -> None:
        assert 0 <= fraction <= 1
        if self.cancel(self):
            raise CancelledError("Cancelled.")

    def publish(self, document: documents.Document) -> None:
        self.parts.append(document)

    @property
    def stopping(self) -> bool:  # type: ignore[override]
        return self.stop(self)

    def batches(self, run: int | None = None) -> list[profiles.Measured]:
        return [p for p in self.parts if isinstance(p, profiles.Measured) and run in (None, p.run)]


def test_two_variants_in_turns(model: str, quantized: str) -> None:
    watcher = Watcher()
    found = api.measure([model, quantized], settings=QUICK, live=watcher)
    for run, path in zip(found.runs, (model, quantized), strict=True):
        assert run.model.path == path
        assert run.device.id == profiles.THIS_COMPUTER
        assert run.ending == "complete"
        assert run.program.startswith("ai-edge-litert")
        assert run.latency_us is not None
        assert run.latency_us.count == sum(batch.count for batch in run.batches) == sum(len(b.us) for b in run.batches)
        assert run.latency_us.p10 <= run.latency_us.median <= run.latency_us.p90
        assert run.latency_us.ci95[0] <= run.latency_us.median <= run.latency_us.ci95[1]
        assert run.init_us > 0
        assert run.first_us > 0
        assert run.memory_bytes is not None
        assert run.sensors
    order = [part.run for part in watcher.batches()]
    assert order == ([0, 1, 1, 0] * len(order))[: len(order)]
    assert abs(len(found.runs[0].batches) - len(found.runs[1].batches)) <= 1
    assert found.comparison is not None
    assert (found.comparison.baseline, found.comparison.run) == (0, 1)
    assert found.comparison.ci95[0] <= found.comparison.speedup <= found.comparison.ci95[1]
    assert documents.from_json(documents.to_json(found), Profile) == found
    assert [type(part) for part in watcher.parts if isinstance(part, profiles.RunStarted)] == [profiles.RunStarted] * 2
    assert tuple(part.batch for part in watcher.batches(0)) == found.runs[0].batches


def test_a_number_of_runs(model: str) -> None:
    found = api.measure([model], settings=Settings(seconds=None, runs=37, warm_up_seconds=0))
    assert found.runs[0].latency_us.count == 37
    assert found.comparison is None


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
def test_operator_by_operator(model: str, quantized: str, delegate: str) -> None:
    settings = Settings(seconds=0.2, warm_up_seconds=0.05, per_operator=True, delegate=delegate)
    found = api.measure([model, quantized], settings=settings)
    for run in found.runs:
        plan = api.inspect(api.plan(api.load(run.model.path)))
        operators = plan.subgraphs[0].operators
        assert [(each.index, each.type) for each in run.operators] == [(each.index, each.type) for each in operators]
        assert all(each.attribution != "none" for each in run.operators)
        expected = {"matched", "folded"} if delegate == "xnnpack" else {"exact"}
        assert {each.attribution for each in run.operators} <= expected
        assert run.unattributed_us == 0
        assert sum(each.share for each in run.operators) == pytest.approx(1)
        assert all((each.error_us is None) == (each.attribution == "folded") for each in run.operators)
        assert (run.call_us is None) == (delegate == "none")
        assert run.operators_us > 0
        assert run.profiled_us > 0
        assert run.unprofiled_us > 0
        assert run.per_operator_note is None
    float_types = {each.index: each.type for each in found.runs[0].operators}
    pairs = found.comparison.pairs
    assert [pair.baseline for pair in pairs] == list(float_types)
    for pair in pairs:
        assert float_types[pair.baseline] in {found.runs[1].operators[index].type for index in pair.run}


def test_loops_are_timed_inside(tmp_path: Path) -> None:
    path = ZOO / "g2p_encoder_gru_while.tflite"
    if not path.exists():
        pytest.skip("no zoo here")
    run = api.measure([str(path)], settings=Settings(seconds=0.2, per_operator=True)).runs[0]
    loop = next(each for each in run.operators if each.type == "WHILE")
    assert {each.subgraph for each in run.operators} == {0, 1, 2}
    assert all(each.attribution != "none" for each in run.operators)
    body = sum(each.us for each in run.operators if each.subgraph == 2 and each.type == "FULLY_CONNECTED")
    assert body > 0
    assert 0 < loop.us < run.operators_us


@pytest.mark.parametrize("recipe", [None, "dynamic-int8"])
def test_what_the_profiler_refuses_is_timed_operator_by_operator(tmp_path: Path, recipe: str | None) -> None:
    """A fused LSTM has variable tensors."""
    path = tmp_path / "lstm.tflite"
    path.write_bytes(lstm("UNIDIRECTIONAL_SEQUENCE_LSTM").build())
    if recipe is not None:
        api.quantize_file(path, tmp_path / "quantized.tflite", recipe)
        path = tmp_path / "quantized.tflite"
    run = api.measure([str(path)], settings=Settings(seconds=0.2, per_operator=True)).runs[0]
    assert run.latency_us is not None
    kinds = {each.type: each for each in run.operators}
    assert kinds["UNIDIRECTIONAL_SEQUENCE_LSTM"].attribution == "alone"
    assert kinds["UNIDIRECTIONAL_SEQUENCE_LSTM"].us > 0
    assert all(each.attribution in ("alone", "folded") for each in run.operators)
    assert sum(each.share for each in run.operators) == pytest.approx(1)
    assert run.profiled_us is None
    assert "a model of its own" in run.per_operator_note


def test_models_that_cannot_be_taken_apart_still_have_their_latency(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quantscope.profile.dissected.MOST_OPERATORS", 0)
    path = tmp_path / "lstm.tflite"
    path.write_bytes(lstm("UNIDIRECTIONAL_SEQUENCE_LSTM").build())
    run = api.measure([str(path)], settings=Settings(seconds=0.2, per_operator=True)).runs[0]
    assert run.latency_us is not None
    assert not run.operators
    assert run.unattributed_us is None
    assert run.per_operator_note


def test_inputs_from_a_file_and_zeros(model: str, tmp_path: Path) -> None:
    data = tmp_path / "data.npz"
    np.savez(data, image=np.ones((2, 8, 8, 16), np.float32))
    for inputs in (str(data), "zeros"):
        settings = Settings(seconds=None, runs=3, warm_up_seconds=0, inputs=inputs)
        assert api.measure([model], settings=settings).runs[0].latency_us.count == 3


def test_stop_keeps_what_was_measured(model: str, quantized: str) -> None:
    watcher = Watcher(stop=lambda watcher: len(watcher.batches()) >= 3)
    found = api.measure([model, quantized], settings=Settings(seconds=60, warm_up_seconds=0.05), live=watcher)
    assert all(run.ending == "stopped" and run.latency_us is not None for run in found.runs)
    assert found.comparison is not None


def test_cancel_ends_the_processes(model: str) -> None:
    watcher = Watcher(cancel=lambda watcher: len(watcher.batches()) >= 1)
    with pytest.raises(CancelledError):
        api.measure([model], settings=Settings(seconds=60, warm_up_seconds=0.05), live=watcher)


def test_cancel_in_the_middle_of_a_long_warm_up(model: str) -> None:
    end = time.monotonic() + 1.0
    began = time.monotonic()
    with pytest.raises(CancelledError):
        api.measure(
            [model], settings=Settings(warm_up_seconds=600), live=Watcher(cancel=lambda _: time.monotonic() > end)
        )
    assert time.monotonic() - began < 60


def test_a_model_that_does_not_run_leaves_the_others(model: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tflite"
    bad.write_bytes(one_operator("SOFTMAX", [Input((1, 4), "INT32")], [(1, 4)], tfl.SoftmaxOptionsT(beta=1)).build())
    found = api.measure([model, str(bad)], settings=QUICK)
    assert found.runs[0].ending == "complete"
    assert found.runs[1].ending == "failed"
    assert found.runs[1].latency_us is None
    assert "SOFTMAX" in found.runs[1].failure
    assert found.comparison is None
    with pytest.raises(RunError):
        api.measure([str(bad)], settings=QUICK)


@pytest.mark.parametrize(
    ("settings", "devices"),
    [
        (Settings(threads=0), ["this-computer"]),
        (Settings(cores="small"), ["this-computer"]),
        (Settings(delegate="npu"), ["this-computer"]),
        (Settings(delegate="gpu"), ["this-computer"]),
        (Settings(seconds=None), ["this-computer"]),
        (Settings(seconds=0), ["this-computer"]),
        (Settings(seconds=float("nan")), ["this-computer"]),
        (Settings(seconds=None, runs=0), ["this-computer"]),
        (Settings(), []),
        (Settings(), ["this-computer", "this-computer"]),
    ],
)
def test_settings_that_contradict_themselves(model: str, settings: Settings, devices: list[str]) -> None:
    with pytest.raises(UsageError):
        api.measure([model], devices, settings)


def test_a_model_named_twice(model: str) -> None:
    with pytest.raises(UsageError):
        api.measure([model, f"{Path(model).parent}/./{Path(model).name}"])


def test_files_that_are_no_models_and_devices_that_are_not_there(tmp_path: Path, model: str) -> None:
    with pytest.raises(ModelReadError):
        api.measure([str(tmp_path / "none.tflite")])
    text = tmp_path / "text.tflite"
    text.write_text("no model")
    with pytest.raises(ModelReadError):
        api.measure([str(text)], settings=QUICK)


class Puppet:
    """A device that measures in no time: `speeds` by file name in microseconds; fails where it is told to."""

    def __init__(
        self,
        identity: str,
        speeds: dict[str, float],
        lost_after: int | None = None,
        temperatures: Sequence[float | None] = (30.0,),
        blocks: bool = False,
    ) -> None:
        self.identity = identity
        self.speeds = speeds
        self.lost_after = lost_after
        self.temperatures = list(temperatures)
        self.blocks = blocks
        self.cancelled = threading.Event()
        self.closed = False
        self.batches = 0

    def open(self) -> Device:
        clusters = (Cluster(cpus=(0, 1, 2, 3), max_khz=2_000_000),)
        return Device(id=self.identity, kind="phone", name="Puppet", cores=4, clusters=clusters)

    def prepare(self, variant: documents.File) -> Prepared:
        return Prepared(
            program="puppet 1", first_us=self._speed(variant), notices=(Notice(code="no-gpu", text="No GPU."),)
        )

    def measure(self, variant: documents.File, runs: int) -> Latencies:
        if self.blocks:
            self.cancelled.wait()
        if self.cancelled.is_set():
            raise CancelledError("Cancelled.")
        self.batches += 1
        if self.lost_after is not None and self.batches > self.lost_after:
            raise DeviceError("The phone was unplugged.", "Plug it in again.")
        time.sleep(0.005)
        speed = self._speed(variant)
        return Latencies(count=runs, median=speed, min=speed * 0.9, p5=speed * 0.95, p95=speed * 1.1, max=speed * 2)

    def memory(self, variant: documents.File) -> int | None:
        return None

    def sense(self) -> Sensors:
        celsius = self.temperatures.pop(0) if len(self.temperatures) > 1 else self.temperatures[0]
        return Sensors(t=0, celsius=celsius, thermal_status=3, cap_khz=(1_000_000,), other_load=0.5)

    def operators(self, variant: documents.File, runs: int) -> OperatorProfile:
        raise RunError("No profile today.")

    def cancel(self) -> None:
        self.cancelled.set()

    def close(self) -> None:
        self.closed = True

    def _speed(self, variant: documents.File) -> float:
        return self.speeds[Path(variant.path).name]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = [tmp_path / name for name in ("float", "int8")]
    for path in paths:
        path.write_text(path.name)
    return list(map(str, paths))


def play(puppets: Sequence[Puppet], files: list[str], settings: Settings, watcher: Watcher | None = None) -> Profile:
    by_id = {puppet.identity: puppet for puppet in puppets}
    try:
        return session.measure(
            files,
            [puppet.identity for puppet in puppets],
            settings,
            watcher or Watcher(),
            lambda device, *_: by_id[device],
        )
    finally:
        assert all(puppet.closed for puppet in puppets)


SPEEDS = {"float": 200.0, "int8": 100.0}
ENDLESS = Settings(seconds=600)


def judged(batches: int) -> Watcher:
    """Stops as soon as a standing with so many batches was published, however long they took."""

    def enough(live: Watcher) -> bool:
        return len(live.batches()) >= batches and isinstance(live.parts[-1], profiles.Standing)

    return Watcher(stop=enough)


def test_several_devices_side_by_side(files: list[str]) -> None:
    found = play([Puppet("a", SPEEDS), Puppet("b", {"float": 300.0, "int8": 100.0})], files, Settings(seconds=0.2))
    assert [(run.device.id, Path(run.model.path).name) for run in found.runs] == [
        ("a", "float"),
        ("a", "int8"),
        ("b", "float"),
        ("b", "int8"),
    ]
    assert [(each.baseline, each.run) for each in found.comparisons] == [(0, 1), (2, 3)]
    assert len({run.started for run in found.runs}) == 1, "measured in turns: the history knows by it"
    assert [round(each.speedup, 2) for each in found.comparisons] == [2, 3]


def test_a_device_that_is_lost_leaves_the_other_and_what_it_gave(files: list[str]) -> None:
    puppets = [Puppet("a", SPEEDS), Puppet("b", SPEEDS, lost_after=6)]
    found = play(puppets, files, Settings(seconds=None, runs=2000))
    assert [run.ending for run in found.runs] == ["complete", "complete", "failed", "failed"]
    assert found.runs[2].failure == "The phone was unplugged."
    assert found.runs[2].latency_us is not None
    assert len(found.comparisons) == 2


def test_a_device_that_cannot_be_opened_is_told_of_beside_the_other(files: list[str]) -> None:
    class Absent(Puppet):
        def open(self) -> Device:
            raise DeviceError("The phone isn't there.", "Plug it in.")

    found = play([Absent("a", SPEEDS), Puppet("b", SPEEDS)], files, Settings(seconds=0.2))
    assert [(run.device.id, run.ending) for run in found.runs] == [
        ("a", "failed"), ("a", "failed"), ("b", "complete"), ("b", "complete"),
    ]  # fmt: skip
    assert found.runs[0].failure == "The phone isn't there."
    assert [(each.baseline, each.run) for each in found.comparisons] == [(2, 3)]


def test_the_only_device_lost_at_once_is_an_error(files: list[str]) -> None:
    with pytest.raises(DeviceError, match="unplugged"):
        play([Puppet("a", SPEEDS, lost_after=0)], files, Settings(seconds=0.3))


def test_a_blocked_device_is_cancelled(files: list[str]) -> None:
    end = time.monotonic() + 0.3
    with pytest.raises(CancelledError):
        play([Puppet("a", SPEEDS, blocks=True)], files, Settings(), Watcher(cancel=lambda _: time.monotonic() > end))


def test_notices_are_marked_once_and_said_in_the_result(files: list[str]) -> None:
    watcher = Watcher()
    run = play([Puppet("a", SPEEDS)], files, Settings(seconds=0.2, per_operator=True), watcher).runs[0]
    assert [notice.code for notice in run.warnings][:4] == [
        "no-gpu",
        "background-load",
        "throttling",
        "frequency-capped",
    ]
    marked = [part.notice.code for part in watcher.parts if isinstance(part, profiles.Noticed)]
    assert sorted(marked) == sorted(["no-gpu", "no-gpu", "background-load", "throttling", "frequency-capped"])
    assert run.per_operator_note == "No profile today."


class Changing(Puppet):
    """Each batch after the 60th takes `step` more, each at all `drift` more than the first one."""

    def __init__(self, step: float = 0.0, drift: float = 0.0) -> None:
        super().__init__("a", SPEEDS)
        self.step, self.drift = step, drift

    def _speed(self, variant: documents.File) -> float:
        noise = 1 + 0.01 * (self.batches * 7919 % 11 - 5) / 5
        return super()._speed(variant) * noise * (1 + self.step * (self.batches > 60) + self.drift * self.batches)


def test_a_change_of_level_is_marked_while_it_measures(files: list[str]) -> None:
    watcher = judged(batches=200)
    found = play([Changing(step=1.0)], files[:1], ENDLESS, watcher)
    standing = [part for part in watcher.parts if isinstance(part, profiles.Standing)][-1]
    (mark,) = standing.marks
    assert (mark.device, mark.run, mark.notice.code) == ("a", 0, "level-shift")
    assert mark.notice.t == pytest.approx(found.runs[0].batches[60].t, abs=0.1)
    assert "level-shift" in {notice.code for notice in found.runs[0].warnings}


def test_a_drift_is_a_drift_however_large(files: list[str]) -> None:
    """Its halves differ in level, but a line describes it better than steps do."""
    watcher = judged(batches=200)
    (run,) = play([Changing(drift=0.002)], files[:1], ENDLESS, watcher).runs
    (notice,) = [notice for notice in run.warnings if notice.code in ("drift", "level-shift")]
    assert notice.code == "drift"
    assert (notice.t, notice.until) == (run.batches[0].t, run.batches[-1].t)
    assert notice.arguments["begin_us"] == pytest.approx(run.batches[0].median, rel=0.05)
    assert notice.arguments["end_us"] == pytest.approx(run.batches[-1].median, rel=0.05)
    assert any(part.marks for part in watcher.parts if isinstance(part, profiles.Standing))


def test_a_condition_has_a_beginning_an_end_and_a_worst() -> None:
    device = Device(id="a", kind="phone", name="A", clusters=(Cluster(cpus=(0,), max_khz=2_000_000),))
    conditions = notices.Conditions(device, Settings())
    loads = [0.1, 0.2, 0.6, 0.2, 0.0, 0.9]
    changes = [conditions.take(Sensors(t=t, other_load=load)) for t, load in enumerate(loads)]
    assert [[(notice.t, notice.until, notice.arguments["share"]) for notice in each] for each in changes] == [
        [], [(1, None, 0.2)], [(1, None, 0.6)], [], [(1, 4, 0.6)], [(5, None, 0.9)],
    ]  # fmt: skip
    assert conditions.notices == [changes[4][0], changes[5][0]]
    assert [(notice.t, notice.until) for notice in conditions.over()] == [(1, 4), (5, 5)]
    (cap,) = conditions.take(Sensors(t=6, cap_khz=(1_500_000,)))[1:]
    assert cap.arguments == {"khz": 1_500_000, "highest": 2_000_000}


def test_waiting_until_it_has_cooled_down(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quantscope.profile.work.SENSE_SECONDS", 0.02)
    watcher = Watcher()
    puppet = Puppet("a", SPEEDS, temperatures=[44.0, 42.0, 39.0, 34.0])
    play([puppet], files, Settings(seconds=0.1, cool_below=35.0), watcher)
    waits = [part.celsius for part in watcher.parts if isinstance(part, profiles.Waiting)]
    assert waits == [42.0, 39.0]


@pytest.mark.parametrize(("celsius", "code"), [(44.0, "still-warm"), (None, "no-temperature")])
def test_waiting_has_an_end(files: list[str], celsius: float | None, code: str) -> None:
    settings = Settings(seconds=0.1, cool_below=35.0, cool_seconds=0.1)
    run = play([Puppet("a", SPEEDS, temperatures=[celsius])], files, settings).runs[0]
    assert code in {notice.code for notice in run.warnings}
    assert run.ending == "complete"


def test_cores_by_cluster() -> None:
    clusters = cores.grouped({0: 1_800_000, 1: 1_800_000, 2: 2_400_000, 3: 2_400_000, 4: 2_500_000, 7: 3_000_000})
    assert [cluster.cpus for cluster in clusters] == [(0, 1), (2, 3, 4), (7,)]
    assert cores.chosen(clusters, "all") == (0, 1, 2, 3, 4, 7)
    assert cores.chosen(clusters, "big") == (2, 3, 4, 7)
    assert cores.chosen(clusters, "prime") == (7,)
    assert cores.to_run_on(clusters, "big", 2) == (4, 7)
    assert cores.to_run_on(clusters, "prime", 4) == (7,)
    assert cores.grouped({0: None, 1: 2_000_000}) == (Cluster(cpus=(0, 1)),)
    assert cores.chosen(cores.grouped({0: None}), "big") == (0,)


def test_a_device_that_tells_no_frequency_is_not_called_capped() -> None:
    device = Device(id="a", kind="phone", name="A", clusters=(Cluster(cpus=(0,)),))
    assert notices.Conditions(device, Settings()).take(Sensors(t=0, cap_khz=(1000,))) == []


def timed(*operators: tuple[str, str, float]) -> profiles.Run:
    file = documents.File(path="/m", bytes=1, sha256="0")
    return profiles.Run(
        model=file,
        device=Device(id="a", kind="phone", name="A"),
        settings=Settings(),
        started="",
        program="",
        ending="complete",
        latency_us=None,
        operators=tuple(
            profiles.OperatorTime(index=place, type=type, us=us, share=None, attribution=how)
            for place, (type, how, us) in enumerate(operators)
        ),
    )


def test_where_the_time_went() -> None:
    conv, depthwise, tanh = ("CONV_2D", "matched"), "DEPTHWISE_CONV_2D", ("TANH", "matched", 1)
    before = timed((*conv, 3000), (depthwise, "matched", 500), (depthwise, "matched", 500), tanh)
    after = timed(
        (*conv, 1000), (depthwise, "exact", 5000), (depthwise, "exact", 4400), tanh, ("DEQUANTIZE", "folded", 0)
    )
    found = changes(before, after)
    assert [change.text for change in found] == [
        "2 DEPTHWISE_CONV_2D left the delegate: +8.40 ms",
        "1 CONV_2D got faster: -2.00 ms",
    ]
    assert [change.text for change in changes(timed((*conv, 3)), timed((*conv, 1.5)))] == [
        "1 CONV_2D got faster: -1.5 µs"
    ]
    assert [change.code for change in changes(after, before)] == ["joined-delegate", "slower"]
    assert changes(before, timed()) == ()


def test_errors_of_ours_are_not_swallowed(files: list[str]) -> None:
    class Broken(Puppet):
        def memory(self, variant: documents.File) -> int | None:
            raise KeyError("a fault of ours")

    with pytest.raises(KeyError):
        play([Broken("a", SPEEDS)], files, Settings(seconds=0.05))


def test_device_errors_have_their_exit_code() -> None:
    assert issubclass(DeviceError, QuantscopeError)
    assert DeviceError.exit_code == 4
    with pytest.raises(DeviceError):
        api.measure([str(Path(__file__))], ["no-such-phone"])
