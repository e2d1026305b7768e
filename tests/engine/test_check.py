"""Samples held against a model: what fits is described, what looks odd is remarked on, what doesn't fit is an error."""

from pathlib import Path

import numpy as np
import pytest

from quantscope import documents
from quantscope.calibrate.check import check_data
from quantscope.documents.data import DataCheck
from quantscope.errors import DataError
from quantscope.model.graph import Model
from quantscope.model.read import read
from tests.models import conv
from tests.operators import normal


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    path = tmp_path_factory.mktemp("check") / "model.tflite"
    path.write_bytes(conv(normal(4, 3, 3, 2)).build())
    return read(str(path))


def check(model: Model, folder: Path, values: np.ndarray) -> DataCheck:
    np.savez(folder / "data.npz", x=values)
    found = check_data(model, folder / "data.npz")
    assert documents.from_json(documents.to_json(found), DataCheck) == found
    return found


def test_what_fits_is_described(model: Model, tmp_path: Path) -> None:
    values = np.linspace(-3, 5, 20 * 128).reshape(20, 8, 8, 2).astype(np.float32)
    found = check(model, tmp_path, values)
    assert (found.samples, found.remarks) == (20, ())
    (only,) = found.inputs
    assert (only.low, only.high, only.data_shape, only.remarks) == (-3.0, 5.0, (8, 8, 2), ())


@pytest.mark.parametrize(("fill", "codes"), [(0.0, ["constant"]), (np.nan, ["not-finite"]), (np.inf, ["not-finite"])])
def test_what_looks_odd_is_remarked_on(model: Model, tmp_path: Path, fill: float, codes: list[str]) -> None:
    found = check(model, tmp_path, np.full((3, 8, 8, 2), fill, np.float32))
    assert [remark.code for remark in found.remarks] == ["few-samples"]
    assert [remark.code for remark in found.inputs[0].remarks] == codes


def test_what_does_not_fit_is_an_error(model: Model, tmp_path: Path) -> None:
    for values in (np.zeros((3, 8, 8)), np.zeros((0, 8, 8, 2)), np.array(["a"])):
        with pytest.raises(DataError):
            check(model, tmp_path, values)
