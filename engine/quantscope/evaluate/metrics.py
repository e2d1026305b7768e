"""How well a model does its task, besides how far its outputs are off: labels hit, or a function of the user's own."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from quantscope import documents
from quantscope.child_process import module_command, module_environment
from quantscope.errors import DataError, MetricError
from quantscope.evaluate.inputs import LABELS, FromFile, arrays_in
from quantscope.evaluate.npz import opened

Array = npt.NDArray[Any]

BEST: Final = (1, 5)
DEFAULT_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.02
LOG_CHARACTERS: Final = 400


class Task(Protocol):
    """Takes in the outputs of both models sample by sample, and judges them at the end."""

    def add(self, index: int, reference: Sequence[Array], other: Sequence[Array]) -> None:
        """The real outputs of sample `index`."""

    def result(self, check: Callable[[], None]) -> tuple[documents.TaskMetric, ...]:
        """The figures; `check` is called while waiting and may raise."""


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What is right for each sample, in the array `name` of their file."""

    name: str
    values: Array


def find_labels(samples: FromFile, name: str | None) -> Labels | None:
    """The labels of samples in their file: the array `name`, or one of those called y or labels; None if there is
    none.

    Raises DataError if the array asked for isn't there, or hasn't a label for each sample of the file.
    """
    path, available = samples.path, samples.available
    arrays = arrays_in(path, (name,) if name is not None else LABELS)
    used, found = next(iter(arrays.items()), ("", None))
    if found is None and name is not None:
        raise DataError(f"'{path}' has no array '{name}' for labels.", "Name one of its arrays.")
    if found is None or found.ndim == 0 or len(found) < available:
        if name is not None:
            raise DataError(f"'{path}' has fewer labels in '{name}' than the {available} samples.")
        return None
    return Labels(used, found[[samples.row(index) for index in range(len(samples))]])


def labels_in(samples: FromFile) -> tuple[str, ...]:
    """The arrays of the samples' file that can hold labels: those that are no input and at least as long."""
    with opened(samples.path) as archive:
        others = [name for name in archive.names if name not in samples.names]
        shapes = {name: archive.shape(name) for name in others}
    return tuple(name for name, shape in shapes.items() if shape and shape[0] >= samples.available)


class Accuracy:
    """Share of samples whose label is the best, or among the five best, of the classes in the first output."""

    def __init__(self, labels: Array) -> None:
        self.labels = labels.reshape(len(labels), -1)
        self.hits = {best: [0, 0] for best in BEST}
        self.classes = 0

    @staticmethod
    def fits(labels: Array, classes: int) -> bool:
        """True if the labels are numbers of so many classes, one for each sample."""
        return bool(
            labels.dtype.kind in "iu"
            and labels.size == len(labels)
            and labels.size
            and 0 <= labels.min() <= labels.max() < classes
        )

    def add(self, index: int, reference: Sequence[Array], other: Sequence[Array]) -> None:
        """Counts hits; of equal scores the first class wins."""
        label = int(self.labels[index, 0])
        for side, outputs in enumerate((reference, other)):
            scores = outputs[0].reshape(-1)
            self.classes = scores.size
            better = int((scores > scores[label]).sum()) + int((scores[:label] == scores[label]).sum())
            for best, hits in self.hits.items():
                hits[side] += better < best

    def result(self, check: Callable[[], None]) -> tuple[documents.TaskMetric, ...]:
        """The shares, "top-1" and, where there are more than five classes, "top-5"."""
        count = len(self.labels)
        return tuple(
            documents.TaskMetric(name=f"top-{best}", float_value=hits[0] / count, quantized_value=hits[1] / count)
            for best, hits in self.hits.items()
            if best < self.classes
        )


@dataclass(frozen=True, slots=True)
class Function:
    """A Python function in a file of the user's: `metric(outputs, labels) -> float`, and the time it may take."""

    path: str
    name: str
    seconds: float = DEFAULT_SECONDS

    @classmethod
    def parse(cls, text: str, seconds: float = DEFAULT_SECONDS) -> "Function":
        """From "file.py:function". Raises DataError if there is no such file."""
        path, colon, name = text.rpartition(":")
        if not colon or not name.isidentifier():
            raise DataError(f"'{text}' doesn't name a function.", "Write it as file.py:function.")
        if not os.path.isfile(path):
            raise DataError(f"The metric's file '{path}' doesn't exist.", "Check the path.")
        return cls(os.path.abspath(path), name, seconds)


class MetricRequest(msgspec.Struct, frozen=True):
    """What the metric's process is asked: outputs are .npy files by name, and so are the labels."""

    path: str
    function: str
    outputs: dict[str, str]
    labels: str | None
    result: str


class MetricResult(msgspec.Struct, frozen=True):
    """What it answers, in a file: the value, or what went wrong."""

    value: float | None = None
    error: str | None = None


class Judged:
    """A metric of the user's. Outputs are kept in files, not in memory; the function runs in a process of its own.

    Use as a context manager.
    """

    def __init__(self, function: Function, names: Sequence[str], samples: int, labels: Array | None) -> None:
        self.function = function
        self.names = names
        self.samples = samples
        self.folder = tempfile.TemporaryDirectory(prefix="quantscope-")
        self.files: dict[tuple[int, int], Any] = {}
        self.labels: str | None = None
        if labels is not None:
            self.labels = os.path.join(self.folder.name, "labels.npy")
            np.save(self.labels, labels)

    def __enter__(self) -> "Judged":
        return self

    def __exit__(self, *_: object) -> None:
        self.files.clear()
        self.folder.cleanup()

    def add(self, index: int, reference: Sequence[Array], other: Sequence[Array]) -> None:
        """Keeps the outputs. Raises DataError if their shapes differ from sample to sample."""
        for side, outputs in enumerate((reference, other)):
            for number, values in enumerate(outputs):
                if (side, number) not in self.files:
                    self.files[side, number] = np.lib.format.open_memmap(
                        self._path(side, number), "w+", values.dtype, (self.samples, *values.shape)
                    )
                file = self.files[side, number]
                if file.shape[1:] != values.shape:
                    raise DataError(
                        f"Output '{self.names[number]}' has another shape in sample {index + 1}, so the metric can't"
                        " be given all of them as one array."
                    )
                file[index] = values

    def result(self, check: Callable[[], None]) -> tuple[documents.TaskMetric, ...]:
        """The function's value for either model. Raises MetricError if it fails, takes too long, or gives no number."""
        for file in self.files.values():
            file.flush()
        one, two = (self._value(side, check) for side in (0, 1))
        return (documents.TaskMetric(name=self.function.name, float_value=one, quantized_value=two),)

    def _path(self, side: int, number: int) -> str:
        return os.path.join(self.folder.name, f"{side}-{number}.npy")

    def _value(self, side: int, check: Callable[[], None]) -> float:
        outputs = {name: self._path(side, number) for number, name in enumerate(self.names)}
        result = os.path.join(self.folder.name, "result.json")
        request = MetricRequest(self.function.path, self.function.name, outputs, self.labels, result)
        log = os.path.join(self.folder.name, "log.txt")
        with open(log, "wb") as file:
            process = subprocess.Popen(
                module_command("quantscope.evaluate.metric_child", msgspec.json.encode(request).decode()),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=module_environment(),
            )
        what = f"The metric '{self.function.name}'"
        try:
            end = time.monotonic() + self.function.seconds
            while process.poll() is None:
                check()
                if time.monotonic() > end:
                    raise MetricError(
                        f"{what} took longer than {self.function.seconds:g} seconds.", "Allow it more time."
                    )
                time.sleep(POLL_SECONDS)
        finally:
            process.kill()
            process.wait()
        if not os.path.exists(result):
            lines = Path(log).read_text("utf-8", "replace").split("\n")
            last = " ".join(line.strip() for line in lines if line.strip())[-LOG_CHARACTERS:]
            raise MetricError(f"{what} ended its process (exit code {process.returncode}). {last}".strip())
        answer = msgspec.json.decode(Path(result).read_bytes(), type=MetricResult)
        os.unlink(result)
        if answer.value is None:
            raise MetricError(f"{what} failed: {answer.error}")
        return answer.value
