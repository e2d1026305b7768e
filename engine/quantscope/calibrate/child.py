"""The process that calibrates: `python -m quantscope.calibrate.child`. Values stay in it; only statistics leave."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from quantscope.calibrate import wire
from quantscope.calibrate.statistics import RunningMoments, RunningTensor
from quantscope.evaluate.child import Session, serve
from quantscope.evaluate.wire import Array, Load, Run

Hook = Callable[[Any, int], Mapping[str, Any]]


def main() -> None:
    """Answers requests on stdin until it closes."""
    serve(_Observer().answer, wire.Request)


class _Observer:
    """One loaded model and what has been seen of its tensors."""

    def __init__(self) -> None:
        self.session = Session()
        self.tensors: dict[tuple[int, int], RunningTensor] = {}
        self.hook: Hook | None = None

    def answer(self, request: wire.Request) -> wire.Reply:
        match request:
            case Load():
                return self.session.load(request)
            case wire.Watch():
                return self._watch(request)
            case wire.Observe():
                return self._observe(request)
            case wire.Collect():
                return self._collect(request)
            case wire.CollectMoments():
                return self._collect_moments(request)

    def _watch(self, request: wire.Watch) -> wire.Watching:
        self.tensors = {
            (subgraph, tensor): RunningTensor(
                by_channel=subgraph == self.session.subgraph and tensor in request.by_channel,
                moments=[
                    RunningMoments(patches) for patches in request.patches if (0, patches.tensor) == (subgraph, tensor)
                ],
            )
            for subgraph, tensor in request.tensors
        }
        bodies = any(subgraph != self.session.subgraph for subgraph, _ in self.tensors)
        self.hook = _runtime_hook() if bodies else None
        return wire.Watching(blind=bodies and self.hook is None)

    def _observe(self, request: wire.Observe) -> wire.Ran:
        self.session.set_inputs(Run(request.inputs))
        if self.hook is None:
            self.session.invoke()
            ranges: Mapping[str, Any] = {}
        else:
            ranges = self.hook(self.session.interpreter, self.session.subgraph)
        for (subgraph, tensor), running in self.tensors.items():
            if subgraph == self.session.subgraph:
                values = self.session.value(tensor)
                if values is not None:
                    running.add(values)
            elif seen := ranges.get(wire.HOOKED_NAME.format(subgraph=subgraph, tensor=tensor)):
                running.add_extremes(float(seen.min), float(seen.max))
        return wire.Ran()

    def _collect(self, request: wire.Collect) -> wire.Statistics:
        seen = self.tensors[request.subgraph, request.tensor].result()
        if seen is None:
            return wire.Statistics(None, None)
        statistics = wire.Statistics(
            lows=Array.of(seen.lows),
            highs=Array.of(seen.highs),
            octaves=None if seen.octaves is None else Array.of(seen.octaves),
        )
        if seen.histogram is not None:
            bins = (seen.histogram.exponent, seen.histogram.first)
            statistics = replace(statistics, bins=bins, counts=Array.of(seen.histogram.counts))
        if seen.channels is not None:
            each = (Array.of(seen.channels.low), Array.of(seen.channels.high), Array.of(seen.channels.mean))
            statistics = replace(statistics, channels=each)
        return statistics

    def _collect_moments(self, request: wire.CollectMoments) -> wire.Products:
        kept = self.tensors[0, request.patches.tensor].moments
        found = next(each for each in kept if each.patches == request.patches).result()
        if found is None:
            return wire.Products(None, None)
        return wire.Products(Array.of(found.mean), Array.of(found.second))


def _runtime_hook() -> Hook | None:
    """Runs a subgraph of an interpreter once and gives every tensor's extremes by name, loop bodies included; None if
    this runtime can't.

    The module is private to the wheel, so it may go or change any day.
    """
    try:
        from ai_edge_litert._pywrap_tfl_calibration import InvokeWithCalibration
    except ImportError:
        return None

    def run(interpreter: Any, subgraph: int) -> Mapping[str, Any]:
        ranges: Mapping[str, Any] = InvokeWithCalibration(interpreter._native_handle(), subgraph)
        return ranges

    return run


if __name__ == "__main__":
    main()
