"""What is said to the process that calibrates, beyond loading a model."""

import msgspec

from quantscope.evaluate import wire
from quantscope.quantize.calibration import Patches

HOOKED_NAME = "quantscope/{subgraph}/{tensor}"


class Watch(msgspec.Struct, frozen=True, tag=True):
    """Which tensors to look at: by subgraph and index. `by_channel` are indices in the subgraph that is run; of
    `patches` moments are taken."""

    tensors: tuple[tuple[int, int], ...]
    by_channel: frozenset[int]
    patches: tuple[Patches, ...]


class Observe(msgspec.Struct, frozen=True, tag=True):
    """Run once on `inputs`, in the order of Loaded.inputs, and look."""

    inputs: tuple[wire.Array, ...]


class Collect(msgspec.Struct, frozen=True, tag=True):
    """Ask for what was seen of one tensor."""

    subgraph: int
    tensor: int


class Watching(msgspec.Struct, frozen=True, tag=True):
    """Ready. `blind`: the runtime has no hook, so that nothing can be seen beyond the subgraph that is run."""

    blind: bool


class Ran(msgspec.Struct, frozen=True, tag=True):
    """The run is done."""


class Statistics(msgspec.Struct, frozen=True, tag=True):
    """What was seen, None where there is nothing. `bins`: exponent and first bin of the histogram."""

    lows: wire.Array | None
    highs: wire.Array | None
    bins: tuple[int, int] | None = None
    counts: wire.Array | None = None
    octaves: wire.Array | None = None
    channels: tuple[wire.Array, wire.Array, wire.Array] | None = None


class CollectMoments(msgspec.Struct, frozen=True, tag=True):
    """Ask for the moments of what a weight is multiplied with."""

    patches: Patches


class Products(msgspec.Struct, frozen=True, tag=True):
    """Mean and second moments, None where there are none."""

    mean: wire.Array | None
    second: wire.Array | None


Request = wire.Load | Watch | Observe | Collect | CollectMoments
Reply = wire.Loaded | Watching | Ran | Statistics | Products | wire.Refused
