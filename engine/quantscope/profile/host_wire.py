"""What is said to the process that measures a model on this computer. Times in microseconds, memory in bytes."""

import msgspec

from quantscope.evaluate.wire import Array, Refused, TensorInfo


class Load(msgspec.Struct, frozen=True, tag=True):
    """Load the model at `path`, with the default delegate or without, on these cores (empty: wherever the system
    likes)."""

    path: str
    delegate: bool
    threads: int
    cpus: tuple[int, ...]


class Start(msgspec.Struct, frozen=True, tag=True):
    """Set the inputs and run for the first time, then for `warm_up_seconds`."""

    inputs: tuple[Array, ...]
    warm_up_seconds: float


class Measure(msgspec.Struct, frozen=True, tag=True):
    """Measure `runs` consecutive runs, after `unmeasured` ones."""

    unmeasured: int
    runs: int


class AskMemory(msgspec.Struct, frozen=True, tag=True):
    """Ask how much memory the model has needed at most."""


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """The model is loaded and its tensors allocated, or, with open dimensions, may be when the inputs are known."""

    program: str
    inputs: tuple[TensorInfo, ...]
    init_us: float
    load_bytes: int
    pinned: bool


class Started(msgspec.Struct, frozen=True, tag=True):
    """The first run took this long."""

    first_us: float


class Times(msgspec.Struct, frozen=True, tag=True):
    """How long each run took."""

    us: tuple[float, ...]


class Memory(msgspec.Struct, frozen=True, tag=True):
    """Peak memory beyond what the process had before it loaded the model."""

    peak_bytes: int


Request = Load | Start | Measure | AskMemory
Reply = Loaded | Started | Times | Memory | Refused
