"""Rounding of weights by what comes out of their products, and the moments that tell, against plain calculations."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from quantscope import api
from quantscope.calibrate.run import calibrate
from quantscope.calibrate.statistics import ROWS
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.compensation import best, compensated, corrections
from quantscope.quantize.decision import Storage
from quantscope.quantize.measured import MeasuredWeight
from quantscope.quantize.rounding import rounded
from quantscope.quantize.static.weights import Needs
from quantscope.recipe import Algorithm, Change, Granularity, Match, Recipe, Rounding, Rule, Setting
from tests.lab import Lab, operators_of, stored, unpacked
from tests.models import Array, ModelBuilder
from tests.operators import conv, depthwise, normal, uneven


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("roundings"))
    yield lab
    lab.close()


def product_errors(rows: Array, scales: Array, codes: Array, second: Array) -> Array:
    errors = codes * np.repeat(scales, rows.shape[1] // scales.shape[1], axis=1) - rows
    return np.einsum("rd,rde,re->r", errors, np.broadcast_to(second, (len(rows), *second.shape[1:])), errors)


def correlated(depth: int, seed: int, groups: int = 1) -> Array:
    """Moments of inputs that go together, as those of neighbouring pixels and channels do."""
    random = np.random.default_rng(seed)
    mixing = random.normal(size=(groups, depth, depth)) + 3 * random.normal(size=(groups, depth, 1))
    return np.asarray(mixing @ mixing.transpose(0, 2, 1) / depth, np.float32)


def scales_of(rows: Array, levels: int = 127, blocks: int = 1) -> Array:
    return np.asarray(np.abs(rows.reshape(len(rows), blocks, -1)).max(axis=2) / levels, np.float32)


def nearest(rows: Array, scales: Array, levels: int = 127) -> Array:
    return rounded(rows, scales, levels, balanced=False)


@given(st.integers(2, 300), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_corrections_are_those_of_the_inverse(depth: int, seed: int) -> None:
    second = correlated(depth, seed)
    (upper,) = corrections(second).astype(np.float64)
    damped = second[0].astype(np.float64) + 0.01 * second[0].diagonal().mean() * np.eye(depth)
    assert np.allclose(upper, np.triu(upper))
    assert np.allclose(upper.T @ upper @ damped, np.eye(depth), atol=1e-2)


@pytest.mark.parametrize("levels", [127, 7])
@pytest.mark.parametrize(("depth", "blocks"), [(9, 1), (40, 1), (200, 1), (500, 1), (192, 6)])
def test_compensating_leaves_less_error_than_rounding(depth: int, blocks: int, levels: int) -> None:
    rows, second = normal(50, depth, seed=1), correlated(depth, 2)
    scales = scales_of(rows, levels, blocks)
    before = product_errors(rows, scales, nearest(rows, scales, levels), second).sum()
    codes = compensated(rows, scales, corrections(second), levels)
    assert np.abs(codes).max() <= levels
    assert product_errors(rows, scales, codes, second).sum() < 0.5 * before
    found, codes = best(rows, scales, np.zeros(50, np.float32), second, levels)
    assert product_errors(rows, found, codes, second).sum() < 0.5 * before
    assert np.all(found <= scales)


def test_inputs_without_correlation_leave_plain_rounding() -> None:
    rows, second = normal(20, 30, seed=1), np.eye(30, dtype=np.float32)[None]
    assert np.array_equal(compensated(rows, scales_of(rows), corrections(second), 127), nearest(rows, scales_of(rows)))


@settings(deadline=None)
@given(depth=st.integers(2, 96), seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-12, 1e-3, 1.0, 1e4]))
def test_inputs_that_hardly_vary_are_no_obstacle(depth: int, seed: int, scale: float) -> None:
    """One sample: its second moments less its mean's are float32's rounding, which need not be positive definite."""
    generator = np.random.default_rng(seed)
    one = (scale * generator.normal(size=depth)).astype(np.float32)
    second = (np.outer(one, one).astype(np.float32) - np.outer(one, one) * np.float32(1 + 1e-7))[None].astype(
        np.float32
    )
    rows = generator.normal(size=(3, depth)).astype(np.float32)
    scales, codes = best(rows, scales_of(rows), np.zeros(3, np.float32), second, 127)
    assert np.isfinite(corrections(second)).all()
    assert np.isfinite(scales).all()
    assert (scales <= scales_of(rows)).all()
    assert codes.shape == rows.shape


def test_groups_are_rounded_each_by_its_own_moments() -> None:
    rows, second = normal(16, 9, seed=1), correlated(9, 2, groups=16)
    together = compensated(rows, scales_of(rows), corrections(second), 127)
    for at in range(16):
        alone = compensated(rows[at : at + 1], scales_of(rows)[at : at + 1], corrections(second[at : at + 1]), 127)
        assert np.array_equal(together[at : at + 1], alone)


@pytest.mark.parametrize(("depth", "groups"), [(9, 1), (9, 40), (150, 1)])
def test_scales_are_searched_below_the_largest_weight(depth: int, groups: int) -> None:
    rows, second = normal(40, depth, seed=1), correlated(depth, 2, groups)
    full = scales_of(rows)
    scales, codes = best(rows, full, np.zeros(40, np.float32), second, 127)
    assert np.all(scales <= full)
    assert np.abs(codes).max() <= 127
    plain = product_errors(rows, full, compensated(rows, full, corrections(second), 127), second)
    found = product_errors(rows, scales, codes, second)
    assert found.sum() <= plain.sum()
    kept, _ = best(rows, full, full[:, 0], second, 127)
    assert np.array_equal(kept, full)


@pytest.mark.parametrize("kind", ["conv", "strided", "dilated", "depthwise", "depthwise strided"])
def test_moments_tell_the_power_of_a_convolution_s_results(lab: Lab, tmp_path: Path, kind: str) -> None:
    """w^T H w is the mean square of what comes out (without bias), if all places of the output are looked at."""
    if kind.startswith("depthwise"):
        weights = uneven(1, 3, 3, 16, axis=3)
        built = depthwise(weights, stride=2 if kind.endswith("strided") else 1)
        rows = weights.reshape(9, 16).T
    else:
        weights = uneven(24, 3, 3, 16)
        built = conv(weights, 16, stride=2 if kind == "strided" else 1, dilation=2 if kind == "dilated" else 1)
        rows = weights.reshape(24, -1)
    graph = built.model.subgraphs[0]
    bias = built.model.buffers[graph.tensors[2].buffer]
    bias.data = np.zeros_like(bias.data)
    path = lab.write(built)
    model = read(path)
    shape = model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]].shape
    x = normal(6, *shape[1:], seed=5) + 0.3
    np.savez(tmp_path / "x.npz", x=x)
    (moments,) = calibrate(model, tmp_path / "x.npz").moments.values()
    lab.runner.load(path, delegate=False)
    results = np.concatenate([lab.runner.run([sample[None]])[0] for sample in x])
    assert results[0].size // results.shape[-1] <= ROWS
    power = np.mean(results.reshape(-1, results.shape[-1]).astype(np.float64) ** 2, axis=0)
    second = np.broadcast_to(moments.second, (len(rows), *moments.second.shape[1:])).astype(np.float64)
    assert np.allclose(np.einsum("rd,rde,re->r", rows, second, rows), power, rtol=1e-3)
    mean = np.einsum("rd,rd->r", rows, np.broadcast_to(moments.mean, rows.shape))
    assert np.allclose(mean, results.reshape(-1, results.shape[-1]).mean(axis=0), atol=1e-3)


def test_bias_gives_scales_that_its_integers_fit_in() -> None:
    values = np.array([[1e-6, 2e-6], [1.0, 2.0], [0.0, 0.0]], np.float32)
    scales = np.zeros(3, np.float32)
    weight = MeasuredWeight("w", lambda: values, values.size, Storage("INT8", 0), scales, lambda: None)
    weight.needs.append(Needs(0.01, 0.02, np.array([5.0, 5.0, 5.0], np.float32), "INT32"))
    found = weight.found_scales()
    assert np.all(5.0 / (0.01 * found) <= 2**30 * 1.001)
    assert found[1] == np.float32(np.float32(2.0) / np.float32(127))
    codes = np.concatenate([*weight.chunks()]).view(np.int8).reshape(3, 2)
    assert codes[1].tolist() == [64, 127]


# In whole models ------------------------------------------------------------------------------------------------------


def two_layers() -> ModelBuilder:
    """Fully connected layers on inputs that go together and have a mean, as behind a ReLU."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (8, 128))
    for at, options in enumerate((tfl.FullyConnectedOptionsT(fusedActivationFunction=1), tfl.FullyConnectedOptionsT())):
        y = graph.tensor(f"y{at}", (8, 128))
        weight, bias = normal(128, 128, seed=at, scale=0.1), normal(128, seed=at + 9)
        graph.operator(
            "FULLY_CONNECTED", [x, graph.constant(f"w{at}", weight), graph.constant(f"b{at}", bias)], [y], options
        )
        x = y
    graph.outputs = [x]
    return model


@pytest.fixture(scope="module")
def measured(lab: Lab) -> tuple[str, Path]:
    """The model's file and data for it."""
    path = lab.write(two_layers())
    data = lab.folder / "x.npz"
    mixing = normal(16, 128, seed=3)
    np.savez(data, x=np.maximum(normal(40, 8, 16, seed=4) @ mixing / 4, 0))
    return path, data


def decibel(path: str, data: Path, recipe: str | Recipe, calibration: Calibration | None) -> float:
    output = Path(f"{path}.out.tflite")
    api.apply(api.plan(api.load(path), recipe, calibration=calibration), output)
    found = api.compare(path, output, data, operators=False).outputs[0].sqnr_db
    assert found is not None
    return found


def asked(precision: Precision, algorithm: Algorithm, rounding: Rounding, granularity: str = "auto") -> Recipe:
    setting = Setting(precision=precision, algorithm=algorithm, rounding=rounding, granularity=Granularity(granularity))
    return Recipe(name="asked", default=setting)


@pytest.mark.parametrize("granularity", ["channel", "block-32"])
def test_four_bits_are_truer_where_inputs_were_measured(measured: tuple[str, Path], granularity: str) -> None:
    path, data = measured
    recipe = asked(Precision.HYBRID_INT4, Algorithm.AUTO, Rounding.AUTO, granularity)
    rule = Rule(match=Match(type="FULLY_CONNECTED"), set=Change(precision=Precision.HYBRID_INT4))
    recipe = replace(recipe, rules=(rule,))
    calibration = api.calibrate(api.load(path), data)
    assert decibel(path, data, recipe, calibration) > decibel(path, data, recipe, None) + 3


def test_eight_bits_are_truer_where_inputs_were_measured(measured: tuple[str, Path]) -> None:
    path, data = measured
    calibration = api.calibrate(api.load(path), data)
    for recipe in ("weight-only-int8", "weight-only-int4"):
        assert decibel(path, data, recipe, calibration) > decibel(path, data, recipe, None) + 3


def test_integers_obey_the_recipe_s_algorithm_and_rounding(measured: tuple[str, Path]) -> None:
    """Each way gives codes of its own; by the largest weight and to the nearest they are the plain formula's."""
    path, data = measured
    model = api.load(path)
    calibration = api.calibrate(model, data)
    ways = [
        (Algorithm.MINMAX, Rounding.NEAREST), (Algorithm.MINMAX, Rounding.BALANCED),
        (Algorithm.MINMAX, Rounding.COMPENSATED), (Algorithm.OCTAV, Rounding.NEAREST),
    ]  # fmt: skip
    found = set()
    for way in ways:
        output = Path(f"{path}.way.tflite")
        api.apply(api.plan(model, asked(Precision.INT8, *way), calibration=calibration), output)
        written = unpacked(str(output))
        (first, _) = operators_of(written, "FULLY_CONNECTED")
        tensor, codes = stored(written, first.inputs[1])
        found.add(codes.tobytes())
        if way == ways[0]:
            weights = normal(128, 128, seed=0, scale=0.1)
            scales = scales_of(weights)
            assert np.array_equal(tensor.quantization.scale, scales[:, 0])
            assert np.array_equal(codes, nearest(weights, scales))
    assert len(found) == len(ways)
