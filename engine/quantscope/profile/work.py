"""One device's part in a session: a thread that takes turns between the variants (A B B A ...), so that drift and heat
hit all alike."""

import contextlib
import os
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import msgspec

from quantscope.documents import File
from quantscope.documents.profile import (
    THIS_COMPUTER,
    Batch,
    Device,
    LivePart,
    Measured,
    Notice,
    Noticed,
    RunStarted,
    Sensed,
    Sensors,
    Settings,
    Waiting,
)
from quantscope.errors import CancelledError, DeviceError, QuantscopeError
from quantscope.profile import notices
from quantscope.profile.runner import Latencies, MakeRunner, OperatorProfile, Prepared

SENSE_SECONDS: Final = 1.0
MOST_RUNS_IN_A_BATCH: Final = 10_000
PROFILED_SECONDS: Final = 1.0
PROFILED_RUNS: Final = (20, 1000)


class _StopNow(CancelledError):
    """The session ends with what it has, at once."""


class Shared:
    """What the devices of a session share: its clock, the queue of what happens, and whether it shall end."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.started = datetime.now(UTC).isoformat(timespec="seconds")
        self.events: queue.Queue[LivePart | None] = queue.Queue()
        self.stopping = threading.Event()
        self.cancelled = threading.Event()

    def ending(self) -> bool:
        """True when the session shall end with what it has; raises CancelledError when it shall end without."""
        if self.cancelled.is_set():
            raise CancelledError("Cancelled.")
        return self.stopping.is_set()

    def now(self) -> float:
        """Seconds since the session began."""
        return time.monotonic() - self.began

    def say(self, event: LivePart) -> None:
        """Queues what happened."""
        self.events.put(event)


@dataclass(slots=True)
class Course:
    """One run as it grows. Written by its device's thread; the other side reads what only ever gets longer."""

    number: int
    model: File
    prepared: Prepared | None = None
    batches: list[Batch] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    memory: int | None = None
    profile: OperatorProfile | None = None
    complete: bool = False
    failure: QuantscopeError | None = None

    @property
    def count(self) -> int:
        return sum(batch.count for batch in self.batches)


class Work:
    """One device: its thread, its runs."""

    def __init__(
        self,
        identity: str,
        models: Sequence[File],
        first: int,
        settings: Settings,
        make: MakeRunner,
        shared: Shared,
    ) -> None:
        self.identity = identity
        self.settings = settings
        self.shared = shared
        self.courses = [Course(first + place, model) for place, model in enumerate(models)]
        # Until it has said what it is:
        self.device = Device(id=identity, kind="computer" if identity == THIS_COMPUTER else "phone", name=identity)
        self.sensors: list[Sensors] = []
        self.conditions: notices.Conditions | None = None
        self.failure: QuantscopeError | None = None
        self.fault: Exception | None = None
        self.share = 0.0
        self.text = "Starting"
        self.runner = make(identity, settings, self._progress)
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _progress(self, fraction: float, text: str) -> None:
        self.text = text
        if self.shared.ending():  # in the middle of what may take long: copying, or waiting for a phone to come back
            raise _StopNow("Stopped.")

    def _run(self) -> None:
        try:
            self._measure_all()
        except _StopNow:
            pass
        except QuantscopeError as error:
            self.failure = error
        except Exception as error:  # a fault of ours: the caller raises it
            self.fault = error
        finally:
            self.runner.close()
            self.shared.events.put(None)

    def _measure_all(self) -> None:
        self.device = self.runner.open()
        self.conditions = notices.Conditions(self.device, self.settings)
        self._sense()
        for course in self.courses:
            self.text = f"Preparing {_name(course.model)}"
            with self._failing(course):
                course.prepared = self.runner.prepare(course.model)
                course.notices += course.prepared.notices
                self.shared.say(RunStarted(run=course.number, model=course.model, device=self.device))
                self._note(course, course.prepared.notices)
        self._cool_down()
        self._take_turns()
        for course in self._alive():
            with self._failing(course):
                course.memory = self.runner.memory(course.model)
        if self.settings.per_operator:
            self._profile()
        self._sense()
        for course in self._alive():
            course.complete = not self.shared.stopping.is_set()

    def _take_turns(self) -> None:
        self.text = "Measuring"
        began = sensed = time.monotonic()
        seconds = self.settings.seconds
        backwards = False
        while self._alive() and not self.shared.ending():
            for course in reversed(self._alive()) if backwards else self._alive():
                if self.shared.ending():
                    return
                with self._failing(course):
                    self._batch(course)
                if time.monotonic() - sensed >= SENSE_SECONDS:
                    sensed = time.monotonic()
                    self._sense()
            backwards = not backwards
            alive = self._alive()
            if self.settings.runs is not None:
                self.share = min((course.count / self.settings.runs for course in alive), default=1.0)
            elif seconds is not None:
                self.share = (time.monotonic() - began) / (seconds * max(1, len(alive)))
            if self.share >= 1:
                break

    def _batch(self, course: Course) -> None:
        assert course.prepared is not None
        typical = course.batches[-1].median if course.batches else course.prepared.first_us or course.prepared.batch_us
        runs = max(1, min(round(course.prepared.batch_us / max(typical, 0.1)), MOST_RUNS_IN_A_BATCH))
        if self.settings.runs is not None:
            runs = min(runs, self.settings.runs - course.count)
            if runs < 1:
                return
        latencies = self.runner.measure(course.model, runs)
        batch = _batch(latencies, self.shared.now())
        course.batches.append(batch)
        self.shared.say(Measured(run=course.number, batch=batch))
        fresh = [notice for notice in latencies.notices if notice.code not in {old.code for old in course.notices}]
        course.notices += fresh
        self._note(course, fresh)

    def _profile(self) -> None:
        for course in self._alive():
            if self.shared.ending():
                return
            self.text = f"Timing the operators of {_name(course.model)}"
            median = course.batches[-1].median if course.batches else 0.0
            least, most = PROFILED_RUNS
            runs = max(least, min(round(PROFILED_SECONDS * 1e6 / max(median, 1.0)), most))
            try:
                course.profile = _judged(self.runner.operators(course.model, runs))
            except CancelledError:
                raise
            except QuantscopeError as error:  # the latency stands without it
                course.profile = OperatorProfile(note=str(error))

    def _cool_down(self) -> None:
        wanted = self.settings.cool_below
        end = time.monotonic() + self.settings.cool_seconds
        while wanted is not None and not self.shared.ending():
            celsius = self._sense().celsius
            if celsius is None:
                self._note(None, (NO_TEMPERATURE,))
                return
            if celsius < wanted:
                return
            left = end - time.monotonic()
            if left <= 0:
                self._note(None, (_still_warm(celsius, wanted),))
                return
            self.text = f"Waiting for the device to cool down from {celsius:.1f} to {wanted:.1f} degrees"
            self.shared.say(Waiting(device=self.identity, celsius=celsius, wanted=wanted, seconds=left))
            if self.shared.cancelled.wait(min(SENSE_SECONDS, left)):
                raise CancelledError("Cancelled.")

    def _sense(self) -> Sensors:
        reading = msgspec.structs.replace(self.runner.sense(), t=self.shared.now())
        self.sensors.append(reading)
        self.shared.say(Sensed(device=self.identity, sensors=reading))
        assert self.conditions is not None
        self._note(None, self.conditions.take(reading), keep=False)
        return reading

    def _note(self, course: Course | None, found: Sequence[Notice], keep: bool = True) -> None:
        for notice in found:
            if course is None and keep:
                for each in self.courses:
                    each.notices.append(notice)
            number = course.number if course is not None else None
            self.shared.say(Noticed(device=self.identity, run=number, notice=notice))

    def _alive(self) -> list[Course]:
        return [course for course in self.courses if course.failure is None and course.prepared is not None]

    @contextlib.contextmanager
    def _failing(self, course: Course) -> Iterator[None]:
        """What is the model's fault ends its run, not the device's."""
        try:
            yield
        except (CancelledError, DeviceError):
            raise
        except QuantscopeError as error:
            course.failure = error


def _name(model: File) -> str:
    return os.path.basename(model.path)


def _judged(profile: OperatorProfile) -> OperatorProfile:
    """The profile, with a note if the times of its operators can't be held against the model's latency."""
    taken = sum(each.us or 0.0 for each in profile.operators)
    if not profile.unprofiled_us or taken <= INFLATING * profile.unprofiled_us:
        return profile
    return replace(profile, note=" ".join(filter(None, (profile.note, INFLATED))))


def _batch(latencies: Latencies, t: float) -> Batch:
    return Batch(
        t=t,
        us=latencies.us,
        count=latencies.count,
        median=latencies.median,
        min=latencies.min,
        p5=latencies.p5,
        p95=latencies.p95,
        max=latencies.max,
        mean=latencies.mean,
    )


# The profiler reads /proc around every operator that runs outside a delegate, which in a loop costs more than the
# operators do; and it adds some microseconds to each, which is much of a very small model.
INFLATING: Final = 1.5
INFLATED: Final = (
    "Profiling slowed this model so much that the times of its operators are far too long; only compare them with each "
    "other."
)
NO_TEMPERATURE: Final = Notice(
    code="no-temperature", text="The device tells no temperature, so it was not waited for to cool down."
)


def _still_warm(celsius: float, wanted: float) -> Notice:
    return Notice(
        code="still-warm",
        text=f"The device was still at {celsius:.1f} degrees, not below {wanted:.1f}, when the wait was over.",
        arguments={"celsius": round(celsius, 1), "wanted": round(wanted, 1)},
    )
