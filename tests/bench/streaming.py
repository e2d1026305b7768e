"""The Latency tab while two devices stream: how long the window stands still, and how late a point is drawn.

A scripted engine takes the place of the real one and sends what two devices with two variants each would, 60 batches a
second from each device; every batch carries the time at which it was sent, on the clock that both processes share.
"""

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np

from quantscope import documents
from quantscope.documents import profile as profiles
from quantscope.worker import protocol
from tests.bench import child
from tests.bench.report import Section, at_most

BATCHES_PER_SECOND = 60
DEVICES = ("this-computer", "R5CT")
STANDS_STILL, LATE = 50.0, 100.0


def run(seconds: float) -> Section:
    found = child.call(watch, seconds=seconds)
    rows = (
        ("longest the window stood still, ms of its own CPU time", at_most(found["still_cpu"], STANDS_STILL)),
        ("longest the window stood still, ms by the clock", at_most(found["still_wall"], STANDS_STILL)),
        ("99 % of its steps, ms by the clock", f"{found['still_p99']:.1f}"),
        ("point drawn after it was sent, median ms", at_most(found["late_median"], LATE)),
        ("point drawn after it was sent, 99 % ms", at_most(found["late_p99"], LATE)),
        ("points drawn", str(found["points"])),
    )
    return Section(
        key="streaming",
        title="The live chart",
        notes=(
            f"Two devices with two variants each stream {BATCHES_PER_SECOND} batches a second each for {seconds:g} s "
            "into the real window (offscreen). By the clock counts what other programs take of the two cores, too."
        ),
        header=("what", "value"),
        rows=rows,
    )


def watch(seconds: float) -> dict[str, float]:
    """Shows the window and measures; in a process of its own."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QSettings, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from quantscope_gui.collector import Collector
    from quantscope_gui.engine.process import Command
    from quantscope_gui.latency.chart import LatencyChart
    from quantscope_gui.models.library import Model
    from quantscope_gui.services import Services
    from quantscope_gui.settings import Settings
    from quantscope_gui.theme.theme import Mode, Theme
    from quantscope_gui.window.main_window import MainWindow

    late: list[float] = []
    drawn: dict[int, int] = {}
    draw = LatencyChart._draw

    def timed(chart: Any) -> None:
        draw(chart)
        chart.plot.viewport().repaint()
        measurement = chart._measurement
        now = time.monotonic()
        for course in measurement.courses.values() if measurement is not None else ():
            start = drawn.get(course.run, 0)
            late.extend((now - t) * 1000 for t in course.t[start:])
            drawn[course.run] = len(course.t)

    LatencyChart._draw = timed  # type: ignore[method-assign]
    app = QApplication([])
    with TemporaryDirectory() as folder:
        theme = Theme(app, Mode.LIGHT)
        settings = Settings(QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat))
        environment = {"PYTHONPATH": os.environ["PYTHONPATH"]}
        command = Command(sys.executable, ("-m", "tests.bench.streaming", str(seconds)), environment)
        services = Services(command, settings, Path(folder))
        window = MainWindow(services, theme)
        window.painted.connect(services.client.start)
        window.resize(1440, 900)
        window.show()
        model = Model(Path("/float.tflite"))
        services.library.models.append(model)
        window.pages.setCurrentWidget(window.work)
        window.work.setCurrentIndex(1)
        window.work.tabs.setCurrentWidget(window.work.latency)
        app.processEvents()
        assert window.work.latency.panel.isVisible()
        collector = Collector(window)
        steps: list[tuple[float, float]] = []
        last = [time.perf_counter(), time.thread_time()]

        def tick() -> None:
            now = [time.perf_counter(), time.thread_time()]
            steps.append((now[0] - last[0], now[1] - last[1]))
            last[:] = now

        beat = QTimer()
        beat.setTimerType(Qt.TimerType.PreciseTimer)
        beat.timeout.connect(tick)
        services.measurer.began.connect(
            lambda _: QTimer.singleShot(1000, lambda: (tick(), steps.clear(), beat.start(1)))
        )
        services.measurer.ended.connect(lambda: QTimer.singleShot(200, app.quit))
        services.measurer.measure(model, (None,), DEVICES, profiles.Settings(seconds=seconds))
        app.exec()
        beat.stop()
        collector.stop()
        services.shutdown()
    wall, cpu = np.array(steps).T * 1000
    return {
        "still_cpu": float(cpu.max()),
        "still_wall": float(wall.max()),
        "still_p99": float(np.percentile(wall, 99)),
        "late_median": float(np.median(late)),
        "late_p99": float(np.percentile(late, 99)),
        "points": float(len(late)),
    }


def main() -> None:
    """The scripted engine."""
    seconds = float(sys.argv[1])

    def say(message: protocol.Message) -> None:
        os.write(1, protocol.encode(message))

    say(protocol.Ready(protocol=protocol.PROTOCOL, version="bench", pid=os.getpid()))
    for line in sys.stdin.buffer:
        request = protocol.decode_request(line)
        if isinstance(request, protocol.Profile):
            _stream(request.id, seconds, say)


def _stream(job: int, seconds: float, say: Any) -> None:
    def part(document: documents.Document) -> None:
        say(protocol.Partial(id=job, document=msgspec.Raw(msgspec.json.encode(document))))

    random = np.random.default_rng(0)
    files = [documents.File(path=f"/{name}.tflite", bytes=1, sha256="0") for name in ("float", "int8")]
    for place, device in enumerate(DEVICES):
        for number, file in enumerate(files):
            shown = profiles.Device(id=device, kind="phone", name=device)
            part(profiles.RunStarted(run=2 * place + number, model=file, device=shown))
    began = time.monotonic()
    count = 0
    while (now := time.monotonic()) < began + seconds:
        for place, device in enumerate(DEVICES):
            run = 2 * place + count % 2
            us = (1000 * (2 - count % 2) * (1 + 0.1 * random.exponential(size=20))).tolist()
            batch = profiles.Batch(t=time.monotonic(), us=tuple(us), count=20, median=float(np.median(us)))
            part(profiles.Measured(run=run, batch=batch))
            if count % BATCHES_PER_SECOND == 0:
                part(
                    profiles.Sensed(device=device, sensors=profiles.Sensors(t=now, celsius=40.0, cpu_khz=(2_000_000,)))
                )
        if count % (BATCHES_PER_SECOND // 2) == 0:
            comparisons = tuple(
                profiles.Comparison(baseline=first, run=first + 1, speedup=2.0, ci95=(1.9, 2.1)) for first in (0, 2)
            )
            marks = tuple(
                profiles.Noticed(device=DEVICES[run // 2], run=run, notice=_drift(began, now)) for run in range(4)
            )
            part(profiles.Standing(medians=dict.fromkeys(range(4), 1000.0), comparisons=comparisons, marks=marks))
        count += 1
        time.sleep(max(0.0, began + count / BATCHES_PER_SECOND - time.monotonic()))
    document = msgspec.json.encode(profiles.Profile(runs=()))
    say(protocol.Result(id=job, document=msgspec.Raw(document)))


def _drift(began: float, now: float) -> profiles.Notice:
    arguments: dict[str, str | int | float] = {"change": 0.1, "begin_us": 1000.0, "end_us": 1000.0 + now - began}
    return profiles.Notice(code="drift", text="Latency drifted.", arguments=arguments, t=began, until=now)


if __name__ == "__main__":
    main()
