"""Running a model in a process of its own, so that a crash is a result and not an accident."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy.typing as npt

from quantscope.evaluate import wire
from quantscope.evaluate.process import ModelProcess
from quantscope.model.calls import Entry


class Runner(ModelProcess):
    """A model loaded in a child process."""

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        super().__init__("quantscope.evaluate.child", check)

    def load(
        self,
        path: str,
        *,
        delegate: bool = True,
        threads: int = 1,
        keep_tensors: bool = False,
        entry: Entry | None = None,
    ) -> wire.Loaded:
        """Loads and allocates a model, to be run by `entry` (None: by its main subgraph). Raises RunError in the
        runtime's own words."""
        reply = self._ask(wire.Load(path, delegate, threads, keep_tensors, entry))
        assert isinstance(reply, wire.Loaded)
        return reply

    def run(self, inputs: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """Outputs of one run. Raises RunError if the runtime refuses or crashes."""
        reply = self._ask(wire.Run(tuple(wire.Array.of(values) for values in inputs)))
        assert isinstance(reply, wire.Outputs)
        return [array.values() for array in reply.outputs]

    def tensors(self, indices: Sequence[int]) -> dict[int, npt.NDArray[Any]]:
        """Tensors of the main subgraph as the last run (with `keep_tensors`) left them, those never computed left
        out."""
        reply = self._ask(wire.Read(tuple(indices)))
        assert isinstance(reply, wire.Tensors)
        found = zip(indices, reply.tensors, strict=True)
        return {index: array.values() for index, array in found if array is not None}

    def first_not_finite(self) -> str | None:
        """The first operator of the last run (with `keep_tensors`) that gave a value that is not finite."""
        reply = self._ask(wire.FirstNotFinite())
        assert isinstance(reply, wire.Found)
        return reply.operator

    def _ask(self, request: wire.Request) -> wire.Reply:
        reply: wire.Reply = self.answer(request, wire.Reply)
        return reply


@contextlib.contextmanager
def running(
    path: str, check: Callable[[], None] = lambda: None, **options: Any
) -> Iterator[tuple[Runner, wire.Loaded]]:
    """A runner with the model at `path` loaded; `options` as for Runner.load."""
    with Runner(check) as runner:
        yield runner, runner.load(path, **options)
