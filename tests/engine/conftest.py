"""Fixtures of the engine's tests of files and numbers."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

import quantscope
from quantscope.model.edit import ModelEdit
from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.model.write import FLATBUFFER_LIMIT, write
from quantscope.quantize.apply import write_quantized
from tests.engine.specimens import ZOO, zoo_models

Load = Callable[[bytes], Model]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Reads a model from these bytes."""
    count = 0

    def loaded(content: bytes) -> Model:
        nonlocal count
        count += 1
        path = tmp_path / f"model{count}.tflite"
        path.write_bytes(content)
        return read(path)

    return loaded


def written(model: Model, recipe: str | None, target: str = "xnnpack", limit: int = FLATBUFFER_LIMIT) -> bytes:
    """The file that quantizing writes, or with None for a recipe, that rewriting without any change writes."""
    file = io.BytesIO()
    if recipe is None:
        write(model, ModelEdit({}, {}, ()), file, limit)
    else:
        write_quantized(quantscope.plan(model, recipe, target), file)
    return file.getvalue()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    models = zoo_models()
    what = (
        f"{len(models)} models of the zoo were tried" if models else "no zoo there, tests ran on their own models alone"
    )
    terminalreporter.write_line(f"{ZOO}: {what}")
