"""What is said to the process that times operators."""

import msgspec

from quantscope.evaluate.wire import Array, Refused


class Load(msgspec.Struct, frozen=True, tag=True):
    """Compile the model at `path` on these cores, set its inputs (in the order of the subgraph's), run it once."""

    path: str
    delegate: bool
    threads: int
    cpus: tuple[int, ...]
    inputs: tuple[Array, ...]
    order: tuple[int, ...]


class Profile(msgspec.Struct, frozen=True, tag=True):
    """Run `runs` times with the profiler on, after one run that isn't timed."""

    runs: int


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """The model is ready."""


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One timed step of a run: an operator (`builtin`) by subgraph and index, or a delegate's kernel by its index
    within the partition."""

    builtin: bool
    subgraph: int
    node: int
    tag: str


class Timed(msgspec.Struct, frozen=True, tag=True):
    """The steps of a run, the same in every run, with their microseconds [run, step]; `latencies` [run] are of the
    whole runs as they were profiled."""

    steps: tuple[Step, ...]
    us: Array
    latencies: tuple[float, ...]


Request = Load | Profile
Reply = Loaded | Timed | Refused
