"""What a device must be able to do to be measured on.

Runners block. A session gives each device a thread of its own, from which it calls everything but `cancel`, one call at
a time; a runner that is asynchronous inside owns its event loop. Threads rather than async, because on this computer
the work is a child process that answers in pipes, and because whoever calls the library needn't be asynchronous.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from quantscope.documents import File
from quantscope.documents.profile import Device, Notice, OperatorTime, Sensors, Settings, Unattributed
from quantscope.progress import Progress


@dataclass(frozen=True, slots=True)
class Prepared:
    """A variant is loaded. Times in microseconds, memory in bytes, None where the device doesn't tell; `program` names
    what runs the model, with its version; `batch_us` is how long a batch should take, longer where each costs a start
    of its own. `notices` are what it said that bears on the result, say that there is no GPU.
    """

    program: str
    init_us: float | None = None
    first_us: float | None = None
    load_bytes: int | None = None
    batch_us: float = 40_000.0
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Latencies:
    """One batch, in microseconds: every run in `us`, or, with `us` empty, what a program printed of `count` runs."""

    us: tuple[float, ...] = ()
    count: int = 0
    median: float = 0.0
    min: float | None = None
    p5: float | None = None
    p95: float | None = None
    max: float | None = None
    mean: float | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class OperatorProfile:
    """Times of each TFLite operator per inference, in execution order; `latency_us` is the median latency of the
    profiled runs themselves, None where there were none of the whole model; `unprofiled_us` of unprofiled runs made
    between them, None where there were none; `call_us` what a call takes besides its operators, where that is known."""

    operators: tuple[OperatorTime, ...] = ()
    unattributed: tuple[Unattributed, ...] = ()
    latency_us: float | None = None
    unprofiled_us: float | None = None
    call_us: float | None = None
    note: str | None = None


class Runner(Protocol):
    """One device to measure on, with the settings of a session. Making one doesn't touch the device yet.

    Any method may raise QuantscopeError: DeviceError where the device is at fault (its runs end there, other devices go
    on), RunError where the model is (that variant's run ends there). After `cancel` a blocked call raises
    CancelledError within two seconds.
    """

    def open(self) -> Device:
        """Finds the device, makes it ready, and says what it is. Called once, before anything else."""

    def prepare(self, variant: File) -> Prepared:
        """Loads a variant and runs it for the first time and the settings' warm-up. Variants stay prepared together."""

    def measure(self, variant: File, runs: int) -> Latencies:
        """A batch of about `runs` consecutive inferences of a prepared variant, after one unmeasured that brings its
        weights back into the caches. Never more than `runs`; fewer may be measured, and are then what it counts."""

    def memory(self, variant: File) -> int | None:
        """Peak memory of a prepared variant so far, beyond the empty program's, in bytes."""

    def sense(self) -> Sensors:
        """A reading of the sensors, with `t` 0. Called between batches, at most once a second; it should take well
        under 100 ms."""

    def operators(self, variant: File, runs: int) -> OperatorProfile:
        """Times per operator from a profiled run of its own, of about `runs` inferences."""

    def cancel(self) -> None:
        """Ends what runs on the device, for good. From any thread, at any time; never raises."""

    def close(self) -> None:
        """Puts everything on the device back as it was, in every ending; nothing is left running. Never raises."""


# Makes the runner of a device by its id. The runner may call the progress (from the thread it is called in) to say what
# takes long, such as copying a model; the fraction is that of this step.
MakeRunner = Callable[[str, Settings, Progress], Runner]
