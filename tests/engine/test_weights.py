"""Weight numerics: block by block and in threads, yet bit for bit the plain formula in numpy."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from quantscope.errors import ModelUnsupportedError
from quantscope.model.edit import Scales
from quantscope.quantize import weights
from quantscope.quantize.weights import (
    Float16Blob,
    Floats,
    Int8Blob,
    absmax_bits,
    fits_float16,
    one_scale_loss_db,
    per_tensor_error_db,
    scales_from,
)
from tests.models import Array

LARGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.finfo(np.float32).smallest_subnormal)

# Ordinary numbers, and the ones at which float32 has its corners.
corners = st.sampled_from(
    [0.0, -0.0, SMALLEST, -SMALLEST, 1e-39, 1.17549435e-38, 1e-9, 127.0, -127.5, LARGEST, -LARGEST]
)
numbers = st.floats(width=32, allow_nan=False, allow_infinity=False) | corners | st.floats(-4, 4, width=32)
matrices = arrays.arrays(np.float32, arrays.array_shapes(min_dims=1, max_dims=4, max_side=12), elements=numbers)
# Sizes of a block and of a thread's piece, in bytes: small, so that small weights take many of them.
splits = st.sampled_from([(16, 16), (64, 256), (100, 4000), (512 << 10, 4 << 20)])


def plain(values: Floats, axis: int | None) -> tuple[Array, Array]:
    """The formula as one would write it down: scale = max(absmax, 1e-9) / 127, code = rint(weight / scale)."""
    others = tuple(at for at in range(values.ndim) if at != axis) if axis is not None else None
    absmax = np.abs(values).max(axis=others, initial=0, keepdims=True)
    scales = np.maximum(absmax, np.float32(1e-9)) / np.float32(127)
    return np.rint(values / scales).astype(np.int8), scales.reshape(-1)


def quantized(values: Floats, axis: int | None) -> tuple[Array, Array]:
    count = 1 if axis is None else values.shape[axis]
    scales = Scales(np.full(count, np.nan, np.float32), axis or 0)
    done: list[str] = []
    blob = Int8Blob("w", values, scales, axis is None, lambda: done.append("released"))
    codes = joined(blob.chunks())
    assert blob.size == codes.size == values.size
    assert done == ["released"]
    return codes.view(np.int8).reshape(values.shape), scales.values


def joined(chunks: Iterator[Array]) -> Array:
    """Blocks may be reused once the next is asked for, so each is copied."""
    return np.concatenate([np.zeros(0, np.uint8), *(chunk.copy() for chunk in chunks)])


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "BLOCK", 64)
    monkeypatch.setattr(weights, "PIECE", 256)


@settings(max_examples=300, deadline=None)
@given(matrices, st.integers(0, 4), splits)
def test_int8_is_the_plain_formula_to_the_bit(values: Floats, at: int, split: tuple[int, int]) -> None:
    axis = None if at >= values.ndim else at
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore"):
        patch.setattr(weights, "BLOCK", split[0])
        patch.setattr(weights, "PIECE", split[1])
        codes, scales = quantized(values, axis)
        expected, expected_scales = plain(values, axis)
    assert codes.tobytes() == expected.tobytes()
    assert scales.tobytes() == expected_scales.tobytes()
    assert codes.min() >= -127
    assert np.all(scales > 0)


@pytest.mark.parametrize("shape", [(1001, 1023), (3, 700_001), (1, 3, 3, 40_000), (16, 3, 3, 2048), (2_000_003,)])
def test_int8_of_large_weights(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    for axis in (None, *range(len(shape))):
        codes, scales = quantized(values, axis)
        expected, expected_scales = plain(values, axis)
        assert np.array_equal(codes, expected), axis
        assert scales.tobytes() == expected_scales.tobytes(), axis


@pytest.mark.parametrize("shape", [(0,), (0, 8), (8, 0), (4, 0, 3)])
def test_int8_of_nothing(shape: tuple[int, ...]) -> None:
    for axis in (None, *range(len(shape))):
        codes, scales = quantized(np.zeros(shape, np.float32), axis)
        assert codes.size == 0
        assert np.all(scales == np.float32(1e-9) / np.float32(127))


@pytest.mark.usefixtures("small_blocks")
def test_zeros_get_a_tiny_scale_and_zero_codes() -> None:
    values = np.zeros((5, 40), np.float32)
    values[2, 7] = 3
    codes, scales = quantized(values, 0)
    assert np.count_nonzero(codes) == 1
    assert codes[2, 7] == 127
    assert scales.tolist() == [
        np.float32(value) / np.float32(127) for value in map(np.float32, (1e-9, 1e-9, 3, 1e-9, 1e-9))
    ]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("value", [np.nan, -np.nan, np.inf, -np.inf])
def test_int8_refuses_what_is_not_finite(value: float) -> None:
    for shape, axis in itertools.product([(1,), (9, 33), (2, 3, 5, 7)], (None, 0, 1)):
        if axis is None or axis < len(shape):
            for place in (0, -1):
                values = np.ones(shape, np.float32)
                values.reshape(-1)[place] = value
                with pytest.raises(ModelUnsupportedError, match="Weight 'w' holds infinite or NaN"):
                    quantized(values, axis)


@settings(max_examples=200, deadline=None)
@given(matrices)
def test_absmax_by_bit_patterns(values: Floats) -> None:
    for axis in range(values.ndim):
        found = absmax_bits(values, axis).view(np.float32)
        assert found.tobytes() == np.abs(values).max(axis=axis).tobytes()
    assert absmax_bits(values, tuple(range(values.ndim))).view(np.float32) == np.abs(values).max()


def test_absmax_puts_infinity_and_nan_above_all_numbers() -> None:
    for value in (np.inf, -np.inf, np.nan, -np.nan):
        bits = absmax_bits(np.array([LARGEST, value, -1], np.float32), 0)
        with pytest.raises(ModelUnsupportedError):
            scales_from(bits.reshape(1), "w")
    assert scales_from(absmax_bits(np.array([[-LARGEST]], np.float32), 1), "w")[0] == np.float32(LARGEST) / np.float32(
        127
    )


@settings(max_examples=100, deadline=None)
@given(arrays.arrays(np.float32, st.integers(0, 300), elements=st.floats(-65519, 65519, width=32) | st.just(6e-8)))
def test_float16_is_the_nearest_to_the_bit(values: Floats) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "PIECE", 64)
        done: list[str] = []
        blob = Float16Blob("w", values, lambda: done.append("released"))
        data = joined(blob.chunks())
    assert blob.size == data.size == 2 * values.size
    assert data.tobytes() == values.astype(np.float16).tobytes()
    assert done == ["released"]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (0.0, True), (1e-45, True), (65504.0, True), (-65504.0, True), (np.nextafter(np.float32(65504), np.inf), False),
        (65520.0, False), (-65520.0, False), (np.inf, False), (np.nan, False),
    ],
)  # fmt: skip
def test_what_fits_float16(value: float, fits: bool) -> None:
    for place in (0, 50, 99):
        values = np.ones((10, 10), np.float32)
        values.reshape(-1)[place] = value
        assert fits_float16(values) is fits
    assert fits_float16(np.zeros((0, 4), np.float32))


def test_the_error_of_one_scale_is_foretold() -> None:
    random = np.random.default_rng(0)
    even = random.normal(size=(50, 200)).astype(np.float32)
    uneven = even * np.float32(10.0) ** np.linspace(-3, 0, 50, dtype=np.float32)[:, None]
    codes, scales = quantized(even, None)
    noise = even - codes * scales
    rows = np.mean((noise**2).sum(1, dtype=np.float64) / (even**2).sum(1, dtype=np.float64))
    assert per_tensor_error_db(even, "w") == pytest.approx(-10 * np.log10(rows), abs=0.01)
    assert per_tensor_error_db(even, "w") > 30 > 10 > per_tensor_error_db(uneven, "w")
    assert per_tensor_error_db(np.zeros((4, 4), np.float32), "w") == math.inf
    assert per_tensor_error_db(np.full((4, 4), 127, np.float32), "w") == math.inf
    assert one_scale_loss_db(uneven) > 10 > 5 > one_scale_loss_db(even) >= 0
    assert one_scale_loss_db(np.zeros((4, 4), np.float32)) == 0
