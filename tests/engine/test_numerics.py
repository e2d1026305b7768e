"""Scales by algorithm, codes by rounding, 4-bit packing and blocks: the numbers behind weights of fewer bits."""

import numpy as np
import pytest

from quantscope.errors import ModelUnsupportedError
from quantscope.quantize.budget import BUDGET, Saving, affordable
from quantscope.quantize.clipping import find_scales, noise
from quantscope.quantize.decision import Storage
from quantscope.quantize.rounding import packed, rounded
from quantscope.quantize.stored import WeightBlob, bfloat16, relative_noise, shape_of_scales
from quantscope.recipe import Algorithm, Rounding
from tests.conformance.reference import unpacked_int4
from tests.models import Array
from tests.operators import normal


def heavy(rows: int, width: int, seed: int = 0) -> Array:
    """Weights with a few large ones, as trained nets have them."""
    return normal(rows, width, seed=seed) * np.abs(normal(rows, width, seed=seed + 1))


def error(values: Array, algorithm: Algorithm, levels: int) -> float:
    return float(noise(values, find_scales(values, levels, algorithm, "w"), levels).sum())


# Scales ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [7, 127])
@pytest.mark.parametrize(
    "values",
    [normal(20, 300), heavy(20, 300), normal(1, 5000), heavy(400, 32)],
    ids=["normal", "heavy", "one row", "blocks"],
)
def test_clipping_never_costs_and_auto_is_the_best(values: Array, levels: int) -> None:
    plain = error(values, Algorithm.MINMAX, levels)
    searched, octav, auto = (error(values, each, levels) for each in (Algorithm.MSE, Algorithm.OCTAV, Algorithm.AUTO))
    assert searched <= plain
    assert auto <= min(searched, octav, plain) * (1 + 1e-6)
    if levels == 7:
        assert auto < 0.95 * plain


def test_search_finds_the_best_threshold() -> None:
    """Against every threshold in steps of a thousandth."""
    values = heavy(1, 500)
    largest = np.abs(values).max() / 7
    finest = min(float(noise(values, np.float32([share * largest]), 7)[0]) for share in np.linspace(0.1, 1, 901))
    assert error(values, Algorithm.MSE, 7) <= 1.03 * finest


def test_octav_is_near_the_best_threshold() -> None:
    values = normal(1, 20_000)
    assert error(values, Algorithm.OCTAV, 7) <= 1.05 * error(values, Algorithm.MSE, 7)


@pytest.mark.parametrize("algorithm", [Algorithm.MINMAX, Algorithm.MSE, Algorithm.OCTAV, Algorithm.AUTO])
def test_scales_are_positive_whatever_the_weights(algorithm: Algorithm) -> None:
    odd = np.array([[0, 0, 0, 0], [1, 1, 1, 1], [1e-30, 0, 0, 0], [1e30, 1, -1, 0], [-5, 0, 0, 0]], np.float32)
    scales = find_scales(odd, 7, algorithm, "w")
    assert np.all(scales > np.finfo(np.float32).tiny)
    assert np.all(np.isfinite(scales))
    assert find_scales(np.empty((0, 4), np.float32), 7, algorithm, "w").shape == (0,)


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_weights_that_are_not_finite_are_named(value: float) -> None:
    broken = normal(4, 8)
    broken[2, 3] = value
    with pytest.raises(ModelUnsupportedError, match="'w'"):
        find_scales(broken, 7, Algorithm.AUTO, "w")


# Rounding -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [7, 127])
@pytest.mark.parametrize("shape", [(50, 9), (64, 64), (3, 70_000), (16, 27), (300, 768)])
def test_balanced_rows_keep_their_sums(shape: tuple[int, int], levels: int) -> None:
    values = normal(*shape)
    values[0] = 0  # nothing to move
    values[1] = values[1, 0]  # all errors alike
    scales = np.abs(values).max(1, keepdims=True) / levels + np.float32(1e-9)
    exact = values / scales
    for balanced in (False, True):
        codes = rounded(values, scales, levels, balanced)
        assert codes.dtype == np.int8
        assert np.abs(codes).max() <= levels
        assert np.abs(codes - exact).max() <= (1 if balanced else 0.5 + 1e-4)
        if balanced:
            assert np.abs((codes - exact).astype(np.float64).sum(1)).max() <= 0.52
            assert np.mean(codes == np.rint(exact)) > 0.7
        else:
            assert np.array_equal(codes, np.rint(exact))


def test_balanced_blocks_keep_the_sums_of_rows() -> None:
    values = heavy(40, 256)
    scales = np.abs(values.reshape(40, 8, 32)).max(2) / 7
    steps = np.repeat(scales, 32, 1)
    nearest, balanced = (rounded(values, scales, 7, each) * steps - values for each in (False, True))
    assert np.abs(balanced.sum(1)).mean() < 0.3 * np.abs(nearest.sum(1)).mean()


def test_clipped_codes_are_not_moved_out_of_range() -> None:
    values = heavy(20, 200)
    codes = rounded(values, np.abs(values).max(1, keepdims=True) / 14, 7, True)
    assert np.abs(codes).max() == 7


@pytest.mark.parametrize("count", [0, 1, 2, 7, 64])
def test_packing(count: int) -> None:
    codes = (np.arange(count) % 15 - 7).astype(np.int8)
    assert packed(codes).size == (count + 1) // 2
    assert np.array_equal(unpacked_int4(packed(codes), count), codes)


# Stored weights -------------------------------------------------------------------------------------------------------

BALANCED = Rounding.BALANCED
FORMS = (
    Storage("INT8", 0, rounding=BALANCED), Storage("INT8", None, rounding=BALANCED),
    Storage("INT8", 1, rows=1, rounding=BALANCED), Storage("INT8", 0, rounding=Rounding.COMPENSATED),
    Storage("INT4", 0, algorithm=Algorithm.AUTO, rounding=BALANCED), Storage("INT4", None, algorithm=Algorithm.MSE),
    Storage("INT4", None, 32, Algorithm.AUTO, rounding=BALANCED), Storage("INT4", None, 64, Algorithm.OCTAV),
    Storage("INT4", 1, rows=1, algorithm=Algorithm.MSE),
)  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("shape", [(33, 64), (1, 64), (4096, 128)])
def test_written_weights_stand_for_the_values(shape: tuple[int, int], form: Storage, dtype: type) -> None:
    values = normal(*shape).astype(dtype)
    scales = np.zeros(shape_of_scales(shape, form), np.float32)
    blob = WeightBlob("w", values, form, scales, lambda: None)
    data = np.concatenate([*blob.chunks()])
    assert data.size == blob.size == -(-values.size * form.bits // 8)
    codes = unpacked_int4(data, values.size) if form.bits == 4 else data.view(np.int8)
    codes = codes.reshape(shape)
    assert np.all(scales > 0)
    if form.block:
        steps = np.repeat(scales.reshape(shape[0], -1), form.block, 1)
    elif form.axis is None:
        steps = np.broadcast_to(scales, shape)
    else:
        steps = np.broadcast_to(scales[:, None] if form.axis == 0 else scales, shape)
    lost = ((codes * steps - values) ** 2).sum() / (values.astype(np.float64) ** 2).sum()
    assert lost < (0.03 if form.bits == 4 else 2e-4)
    assert relative_noise(values.astype(np.float32), form, "w") == pytest.approx(lost, rel=0.2)


def test_scales_of_blocks_are_kept_exactly_by_float16_and_bfloat16() -> None:
    found = bfloat16(np.abs(normal(1000)) * np.float32(1e-2))
    assert np.array_equal(found.astype(np.float16).astype(np.float32), found)
    assert not np.any(found.view(np.uint32) & 0xFFFF)


# The budget -----------------------------------------------------------------------------------------------------------


def test_budget_goes_to_the_cheapest_noise_by_byte() -> None:
    savings = {
        "large": Saving(0.5 * BUDGET, 1_000_000), "small": Saving(0.4 * BUDGET, 1000),
        "tiny and clean": Saving(0.0, 10), "ruinous": Saving(2 * BUDGET, 10**9),
    }  # fmt: skip
    assert affordable(savings) == {"large", "small", "tiny and clean"}
    assert affordable(savings, spent=0.3 * BUDGET) == {"large", "tiny and clean"}
    assert affordable({}) == frozenset()
