"""Finer times of operators that take a few microseconds, which the runtime's clock counts whole (see `ticks`).

Each is timed alone, too (see `alone`), and given the time it has there as far as the readings in the whole model allow:
those are never overruled.
"""

import time
from collections.abc import Mapping
from typing import Final

import msgspec

from quantscope.documents.profile import OperatorTime
from quantscope.errors import RunError
from quantscope.evaluate.alignment import Pair, align
from quantscope.model.graph import Model
from quantscope.profile.alone import Alone, Bench, call_of

# What is known worse than this is timed alone.
COARSE: Final = 0.05
# Nothing new is begun after so long; the shortest, of which the least is known, go first.
MOST_SECONDS: Final = 10.0


def coarse(model: Model, operators: tuple[OperatorTime, ...]) -> dict[int, Pair]:
    """The operators that are to be timed alone, the shortest first. Only of one subgraph whose shapes are fixed but for
    the batch: alone, others wouldn't be what they are in the model."""
    (subgraph, *others) = model.subgraphs
    if others or not all(size >= 0 for tensor in subgraph.tensors for size in tensor.shape[1:]):
        return {}
    short = {
        each.index: each.us
        for each in operators
        if each.attribution == "matched" and each.us is not None and (each.error_us or 0.0) > COARSE * each.us
    }
    timed = {each.index for each in operators if each.us}
    pairs = {
        pair.operator: pair
        for pair in align(model, model).subgraphs[0]
        if pair.operator in short and timed.intersection(pair.written) == {pair.operator}
    }
    return {index: pairs[index] for index in sorted(pairs, key=lambda index: short[index])}


def refined(
    operators: tuple[OperatorTime, ...], pairs: Mapping[int, Pair], bench: Bench
) -> tuple[tuple[OperatorTime, ...], float | None]:
    """The operators with finer times of those that `coarse` has chosen, and what the call takes besides them."""
    end = time.monotonic() + MOST_SECONDS
    found: dict[int, Alone] = {}
    for index, pair in pairs.items():
        if time.monotonic() > end:
            break
        try:
            found[index] = bench.time(pair)
        except RunError:
            continue  # it doesn't run alone: what is known stands
    return tuple(_within(each, found.get(each.index)) for each in operators), call_of(found.values())


def _within(read: OperatorTime, alone: Alone | None) -> OperatorTime:
    if alone is None or alone.error_us is None or read.us is None or read.error_us is None:
        return read
    us = min(max(alone.us, read.us - read.error_us), read.us + read.error_us)
    error = min(alone.error_us + abs(alone.us - us), read.error_us + abs(read.us - us))
    return msgspec.structs.replace(read, us=us, error_us=error)
