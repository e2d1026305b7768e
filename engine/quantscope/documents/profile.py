"""The documents of measuring: `quantscope profile`, what streams from a measurement under way, the history's entries.

Latencies are microseconds (`us`), memory bytes, frequencies kHz, temperatures degrees Celsius. `t` is seconds since the
session began, on the computer's clock; a phone's own clock is never used.
"""

from collections.abc import Callable
from typing import Final

from quantscope.documents import Document, File

PROFILE: Final = "quantscope.profile/1"
THIS_COMPUTER: Final = "this-computer"
DELEGATES: Final = ("xnnpack", "none", "gpu")
CORES: Final = ("all", "big", "prime")
RANDOM: Final = "random"
ZEROS: Final = "zeros"
# An uncertainty below this share of a time isn't worth a word.
NOTICEABLE: Final = 0.05


class Cluster(Document, frozen=True, kw_only=True):
    """Cores of one kind. `max_khz` is None where cpufreq doesn't tell; `name` is the design's, such as Cortex-A55."""

    cpus: tuple[int, ...]
    max_khz: int | None = None
    name: str | None = None


class Device(Document, frozen=True, kw_only=True):
    """What was measured on. `id` is `this-computer` or an adb serial, `kind` `computer` or `phone`; `clusters` go from
    the slowest to the fastest; `build` is a phone's build fingerprint, `abis` what its programs may be built for, the
    best first."""

    id: str
    kind: str
    name: str
    maker: str | None = None
    soc: str | None = None
    os: str = ""
    build: str | None = None
    abi: str = ""
    abis: tuple[str, ...] = ()
    cores: int = 0
    clusters: tuple[Cluster, ...] = ()
    memory_bytes: int | None = None


class Settings(Document, frozen=True, kw_only=True):
    """How to measure.

    `cores` names clusters: `prime` the fastest, `big` all but the slowest (all where there is one kind). The measured
    part of each variant ends after `runs` or after `seconds`, whichever is set; `warm_up_seconds` of runs go before it
    unmeasured. `inputs` is `random`, `zeros`, or the path of an .npz file, whose first sample is used. With
    `cool_below` the measurement starts when the device is below that many degrees, or after `cool_seconds`.
    """

    threads: int = 1
    delegate: str = "xnnpack"
    cores: str = "all"
    seconds: float | None = 5.0
    runs: int | None = None
    warm_up_seconds: float = 0.5
    inputs: str = RANDOM
    per_operator: bool = False
    cool_below: float | None = None
    cool_seconds: float = 180.0


class Latency(Document, frozen=True, kw_only=True):
    """Microseconds per inference over all measured runs; `ci95` is the 95 % interval of the median."""

    median: float
    p10: float
    p90: float
    mean: float
    std: float
    count: int
    ci95: tuple[float, float]


class Batch(Document, frozen=True, kw_only=True):
    """Consecutive runs of one variant, over at `t`. Either every run's latency is in `us`, or, from a program that
    gives no more than that, a summary: `count` runs with their median and what else is known."""

    t: float
    us: tuple[float, ...] = ()
    count: int
    median: float
    min: float | None = None
    p5: float | None = None
    p95: float | None = None
    max: float | None = None
    mean: float | None = None


class Sensors(Document, frozen=True, kw_only=True):
    """What the device said of itself at `t`; None or empty where it doesn't say.

    `cpu_khz` is the frequency of the cores in use, in the order of their numbers, `cap_khz` the present limit on them.
    `thermal_status` is Android's, 0 (none) to 6 (shutdown). `battery_ua` is negative as the battery gives; None where
    the reading's unit or direction can't be told. `other_load` is the share of the device's cores that other programs
    used since the last reading.
    """

    t: float
    celsius: float | None = None
    thermal_status: int | None = None
    cpu_khz: tuple[int, ...] = ()
    cap_khz: tuple[int, ...] = ()
    battery_percent: float | None = None
    battery_ua: int | None = None
    battery_mv: int | None = None
    charging: bool | None = None
    other_load: float | None = None


class Notice(Document, frozen=True, kw_only=True):
    """Something that bears on how far a result can be trusted. `code` is stable, `text` one English sentence,
    `arguments` fill a translation; `t` is when it was or began, None if it concerns the whole, `until` when it ended,
    None where it has no length or has not ended."""

    code: str
    text: str
    arguments: dict[str, str | int | float] = {}
    t: float | None = None
    until: float | None = None


class OperatorTime(Document, frozen=True, kw_only=True):
    """Time of one TFLite operator per inference.

    `share` is of the sum over all operators and `unattributed_us`. `attribution`: `exact` where the runtime timed this
    very operator, `matched` where a delegate's kernels were mapped to it with certainty, `alone` where it was timed in
    a model of its own, `folded` where it runs as part of another or nothing is left of it to run (`us` is 0), `none`
    where its time isn't known (`us` is None). `kernels` are what really ran. `error_us` is how far `us` may be off to
    either side: the resolution of the runtime's clock, or what measurements of it differ by; None where it isn't known.
    """

    subgraph: int = 0
    index: int
    type: str
    name: str = ""
    us: float | None
    error_us: float | None = None
    share: float | None = None
    attribution: str
    kernels: tuple[str, ...] = ()


class Unattributed(Document, frozen=True, kw_only=True):
    """A kernel's time that belongs to no operator with certainty; `error_us` as in OperatorTime."""

    kernel: str
    us: float
    error_us: float | None = None


class Energy(Document, frozen=True, kw_only=True):
    """Energy per inference in millijoule with its 95 % interval, and how it was found."""

    mj: float
    ci95: tuple[float, float]
    method: str


class Run(Document, frozen=True, kw_only=True):
    """One variant on one device. `started` is when the session began, in UTC. `recipe` made the model, where that is
    known; `history_id` is its number in the history, if it was kept there.

    `ending` is `complete`, `stopped` (by the user: what was measured is here) or `failed`: `failure` then says why in
    words, `remedy` what to do, and `failure_code` is the error's stable code (see quantscope.errors).
    `memory_bytes` is the peak the model needed beyond the empty program, `load_bytes` what it took after loading.
    `operators_us` is the sum over `operators`, to be held against `unprofiled_us`, the median latency of plain runs
    made in turns with the profiled ones (or, where that can't be, before them); `profiled_us` is the median of the
    profiled ones, `overhead` what profiling added, as a fraction. `call_us` is what a call takes besides its operators,
    where that was measured (it matters to models of a few microseconds). `per_operator_note` says why there are no
    times, or where they come from if not from one run of the whole model. `energy_note` says why there is no `energy`.
    """

    model: File
    recipe: str | None = None
    device: Device
    settings: Settings
    started: str
    program: str
    ending: str
    failure: str | None = None
    remedy: str | None = None
    failure_code: str | None = None
    latency_us: Latency | None
    init_us: float | None = None
    first_us: float | None = None
    memory_bytes: int | None = None
    load_bytes: int | None = None
    energy: Energy | None = None
    energy_note: str | None = None
    batches: tuple[Batch, ...] = ()
    sensors: tuple[Sensors, ...] = ()
    operators: tuple[OperatorTime, ...] = ()
    unattributed: tuple[Unattributed, ...] = ()
    unattributed_us: float | None = None
    operators_us: float | None = None
    call_us: float | None = None
    profiled_us: float | None = None
    unprofiled_us: float | None = None
    overhead: float | None = None
    per_operator_note: str | None = None
    warnings: tuple[Notice, ...] = ()
    history_id: int | None = None


class Change(Document, frozen=True, kw_only=True):
    """One answer to "where did the time go": operators of `type` and what became of their time (`us`, positive is
    slower). `text` is an English sentence, `code` and `arguments` are for a translation."""

    code: str
    text: str
    type: str
    count: int
    us: float
    arguments: dict[str, str | int | float] = {}


class OperatorPair(Document, frozen=True, kw_only=True):
    """An operator of the baseline, and the operators of the run that do its work."""

    subgraph: int
    baseline: int
    run: tuple[int, ...]


class Comparison(Document, frozen=True, kw_only=True):
    """`runs[run]` against `runs[baseline]`, measured interleaved on one device: `speedup` is the ratio of medians,
    above 1 where the run is the faster, with its 95 % bootstrap interval. `pairs` are there where the operators of both
    were timed."""

    baseline: int
    run: int
    speedup: float
    ci95: tuple[float, float]
    changes: tuple[Change, ...] = ()
    pairs: tuple[OperatorPair, ...] = ()


class Profile(Document, frozen=True, kw_only=True):
    """`quantscope profile`. `comparison` is the second variant against the first on the first device where both were
    measured; `comparisons` holds every variant against the first of its device."""

    schema: str = PROFILE
    runs: tuple[Run, ...]
    comparison: Comparison | None = None
    comparisons: tuple[Comparison, ...] = ()


class RunStarted(Document, frozen=True, kw_only=True, tag="run-started"):
    """Run number `run` exists from now on; batches follow."""

    run: int
    model: File
    device: Device


class Measured(Document, frozen=True, kw_only=True, tag="measured"):
    """A batch of run number `run` is over."""

    run: int
    batch: Batch


class Sensed(Document, frozen=True, kw_only=True, tag="sensed"):
    """A reading of the sensors of device `device`."""

    device: str
    sensors: Sensors


class Noticed(Document, frozen=True, kw_only=True, tag="noticed"):
    """Something to mark on the chart, about run number `run` or, if None, the whole device. It takes the place of what
    was noticed before with the same device, run, code and `t`: a condition has got worse, or is over."""

    device: str
    run: int | None
    notice: Notice


class Waiting(Document, frozen=True, kw_only=True, tag="waiting"):
    """Device `device` is not measuring yet: it cools down from `celsius` to `wanted`, for at most `seconds` more."""

    device: str
    celsius: float
    wanted: float
    seconds: float


class Standing(Document, frozen=True, kw_only=True, tag="standing"):
    """The running answers: medians (us) by run number, comparisons without changes, and the changes of level and drifts
    of each run as they look by now, in place of those said before."""

    medians: dict[int, float]
    comparisons: tuple[Comparison, ...]
    marks: tuple[Noticed, ...] = ()


# What streams from a measurement under way.
LivePart = RunStarted | Measured | Sensed | Noticed | Waiting | Standing


def with_uncertainty(us: float, error_us: float | None, duration: Callable[[float], str]) -> str:
    """A time in the words of `duration`, with how far it may be off where that matters."""
    if error_us is None or error_us <= NOTICEABLE * us:
        return duration(us)
    return f"< {duration(us + error_us)}" if us <= error_us else f"{duration(us)} \u00b1 {duration(error_us)}"
