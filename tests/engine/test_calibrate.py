"""Calibration: what is seen against plain calculations, order of samples, loops, files, ranges, and what is refused."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from quantscope.calibrate import child, trial
from quantscope.calibrate.run import calibrate
from quantscope.calibrate.statistics import RunningTensor
from quantscope.errors import CancelledError, DataError, ModelReadError, OutputError, RunError, UsageError
from quantscope.evaluate.inputs import Samples
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize.calibration import Calibration, load_calibration
from quantscope.quantize.plan import Plan, make_plan
from quantscope.quantize.ranges import estimate, grid_of, has_far_apart_values
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Ranges, Recipe, Setting
from tests.engine.specimens import loop
from tests.lab import Lab
from tests.models import Array, Input, one_operator
from tests.operators import conv, fully_connected, normal, uneven


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("calibrations"))
    yield lab
    lab.close()


def observed(values: Array) -> RunningTensor:
    """Statistics of samples along the first axis."""
    running = RunningTensor(by_channel=True)
    for sample in values:
        running.add(sample)
    return running


def alike(one: Calibration, two: Calibration) -> bool:
    """True if all that ranges come from is equal, samples' order aside."""
    for key, a in one.tensors.items():
        b = two.tensors[key]
        assert a.histogram is not None
        assert b.histogram is not None
        same = (
            np.array_equal(np.sort(a.lows), np.sort(b.lows))
            and np.array_equal(np.sort(a.highs), np.sort(b.highs))
            and np.array_equal(a.histogram.counts, b.histogram.counts)
            and (a.histogram.exponent, a.histogram.first) == (b.histogram.exponent, b.histogram.first)
            and all(estimate(a, each) == estimate(b, each) for each in Ranges)
        )
        if not same:
            return False
    return one.tensors.keys() == two.tensors.keys()


def test_statistics_are_those_of_the_values(lab: Lab, tmp_path: Path) -> None:
    weights = uneven(24, 1, 1, 16)
    path = lab.write(conv(weights, 16))
    x = normal(9, 6, 6, 16, seed=3) * np.linspace(0.1, 5, 9, dtype=np.float32)[:, None, None, None]
    np.savez(tmp_path / "x.npz", x=x)
    model = read(path)
    calibration = calibrate(model, tmp_path / "x.npz")
    seen = calibration.tensors[0, model.subgraphs[0].inputs[0]]
    assert (calibration.samples, calibration.generated, calibration.source) == (9, False, "x.npz")
    assert np.array_equal(seen.lows, x.min(axis=(1, 2, 3)))
    assert np.array_equal(seen.highs, x.max(axis=(1, 2, 3)))
    assert seen.histogram is not None
    width = 2.0**seen.histogram.exponent
    places, counts = np.unique(np.floor(x / width).astype(int), return_counts=True)
    found = np.flatnonzero(seen.histogram.counts)
    assert np.array_equal(found + seen.histogram.first, places)
    assert np.array_equal(seen.histogram.counts[found], counts)
    assert 1024 <= np.abs(places).max() < 2050
    rows = x.reshape(-1, 16).astype(np.float64)
    assert seen.channels is not None
    assert np.array_equal(seen.channels.high, rows.max(axis=0).astype(np.float32))
    assert np.allclose(seen.channels.mean, rows.mean(axis=0), atol=1e-6)
    (moments,) = calibration.moments.values()
    assert np.allclose(moments.mean[0], rows.mean(axis=0), atol=1e-6)
    assert np.allclose(moments.second[0], rows.T @ rows / len(rows), atol=1e-4)
    output = calibration.tensors[0, model.subgraphs[0].outputs[0]]
    assert output.channels is not None
    assert output.low < 0 < output.high


def test_order_of_samples_makes_no_difference(lab: Lab, tmp_path: Path) -> None:
    model = read(lab.write(fully_connected((5,))))
    x = normal(12, 5, 96, seed=3) * np.geomspace(1e-3, 1e3, 12, dtype=np.float32)[:, None, None]
    for name, order in (("up", slice(None)), ("down", slice(None, None, -1))):
        np.savez(tmp_path / f"{name}.npz", x=x[order])
    up, down = (calibrate(model, tmp_path / f"{name}.npz") for name in ("up", "down"))
    assert alike(up, down)
    np.savez(tmp_path / "other.npz", x=2 * x)
    assert not alike(up, calibrate(model, tmp_path / "other.npz"))


def test_bodies_of_loops_are_reached(lab: Lab) -> None:
    model = read(lab.write(loop()))
    calibration = calibrate(model, samples=3)
    bodies = [
        (subgraph.index, index)
        for subgraph in model.subgraphs[1:]
        for operator in subgraph.operators
        for index in operator.outputs
        if subgraph.tensors[index].dtype == "FLOAT32"
    ]
    assert bodies
    for key in bodies:
        assert calibration.tensors[key].histogram is None
        assert calibration.tensors[key].lows.size == 3
        assert calibration.tensors[key].high > calibration.tensors[key].low


def test_runtime_without_the_hook_is_blind_in_bodies_only(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ai_edge_litert._pywrap_tfl_calibration", None)
    assert child._runtime_hook() is None
    monkeypatch.undo()
    assert child._runtime_hook() is not None


def test_generated_samples_are_said_to_be(lab: Lab) -> None:
    calibration = calibrate(read(lab.write(fully_connected())), samples=2)
    assert calibration.generated
    assert "generated" in calibration.source
    assert calibration.samples == 2


def test_file_gives_back_what_was_saved(lab: Lab, tmp_path: Path) -> None:
    model = read(lab.write(conv(uneven(24, 1, 1, 16), 16)))
    calibration = calibrate(model, samples=2)
    calibration.save(tmp_path / "ranges.npz")
    again = load_calibration(tmp_path / "ranges.npz")
    again.check(model)
    assert alike(calibration, again)
    assert (again.source, again.samples, again.generated) == (calibration.source, 2, True)
    for key, before in calibration.tensors.items():
        after = again.tensors[key]
        assert before.octaves is not None
        assert after.octaves is not None
        assert np.array_equal(before.octaves, after.octaves)
    assert calibration.moments.keys() == again.moments.keys()
    for patches, moments in calibration.moments.items():
        assert np.array_equal(moments.mean, again.moments[patches].mean)
        assert np.array_equal(moments.second, again.moments[patches].second)
    with pytest.raises(DataError, match="another model"):
        again.check(read(lab.write(fully_connected())))


def test_what_cant_be_saved_is_said_in_a_sentence(lab: Lab, tmp_path: Path) -> None:
    calibration = calibrate(read(lab.write(fully_connected())), samples=1)
    with pytest.raises(OutputError, match="the folder doesn't exist"):
        calibration.save(tmp_path / "missing" / "ranges.npz")
    assert not list(tmp_path.glob("**/*ranges*"))


@pytest.mark.parametrize("damage", ["missing", "text", "other", "cut"])
def test_files_without_a_calibration_are_refused(lab: Lab, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "ranges.npz"
    if damage == "text":
        path.write_text("not an archive")
    if damage == "other":
        np.savez(path, x=np.zeros(3))
    if damage == "cut":
        calibrate(read(lab.write(fully_connected())), samples=1).save(path)
        path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError):
        load_calibration(path)


def test_what_cant_calibrate_is_refused(lab: Lab, tmp_path: Path) -> None:
    model = read(lab.write(fully_connected()))
    with pytest.raises(UsageError, match="0 samples"):
        calibrate(model, samples=0)
    np.savez(tmp_path / "x.npz", x=np.zeros((3, 7), np.float32))
    with pytest.raises(DataError, match="shape"):
        calibrate(model, tmp_path / "x.npz")
    np.savez(tmp_path / "nan.npz", x=np.full((3, 2, 96), np.nan, np.float32))
    with pytest.raises(DataError, match="finite"):
        calibrate(model, tmp_path / "nan.npz")


def test_cancelling_ends_it_at_the_next_sample(lab: Lab) -> None:
    said: list[str] = []

    def cancel(fraction: float, text: str) -> None:
        said.append(text)
        if "sample 3 of" in text:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        calibrate(read(lab.write(fully_connected())), samples=50, progress=cancel)
    assert not any("sample 4 of" in text for text in said)


def test_values_that_are_not_finite_do_not_count() -> None:
    running = observed(np.array([[1.0, np.inf, -2.0], [np.nan, 0.5, -np.inf]], np.float32))
    seen = running.result()
    assert seen is not None
    assert (seen.low, seen.high) == (-2.0, 1.0)
    assert seen.histogram is not None
    assert seen.histogram.counts.sum() == 3


FINITE = st.floats(-(2.0**100), 2.0**100, width=32)


@given(arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 20)), elements=FINITE))
def test_ranges_lie_within_the_extremes_and_hold_zero(values: Array) -> None:
    seen = observed(values).result()
    assert seen is not None
    widest = estimate(seen, Ranges.MIN_MAX)
    assert widest == (min(float(values.min()), 0.0), max(float(values.max()), 0.0))
    for ranges in Ranges:
        low, high = estimate(seen, ranges)
        assert widest[0] <= low <= 0 <= high <= widest[1]


@given(arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 20)), elements=FINITE))
def test_grids_hold_their_range_and_have_zero_as_a_point(values: Array) -> None:
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    for dtype, ends in (("INT8", (-128, 127)), ("INT16", (-32768, 32767))):
        grid = grid_of(low, high, dtype)
        assert ends[0] <= grid.zero_point <= ends[1]
        assert grid.scale == np.float32(grid.scale)
        for value in (low, high):
            code = np.clip(np.rint(value / grid.scale) + grid.zero_point, *ends)
            assert abs((code - grid.zero_point) * grid.scale - value) <= grid.scale * 1.001


def test_mse_finds_the_best_range() -> None:
    """Against trying all clippings on the values themselves."""
    values = np.random.default_rng(0).standard_t(3, (4, 5000)).astype(np.float32)
    seen = observed(values).result()
    assert seen is not None

    def error(low: float, high: float) -> float:
        grid = grid_of(low, high, "INT8")
        codes = np.clip(np.rint(values / grid.scale) + grid.zero_point, -128, 127)
        return float(np.mean(((codes - grid.zero_point) * grid.scale - values) ** 2))

    best = min(
        error(low, high) for low in seen.low * np.linspace(0.1, 1, 25) for high in seen.high * np.linspace(0.1, 1, 25)
    )
    assert error(*estimate(seen, Ranges.MSE)) <= 1.02 * best
    assert error(*estimate(seen, Ranges.MIN_MAX)) > 1.04 * best


def test_mask_among_scores_is_told_apart() -> None:
    scores = normal(2, 4, 100, seed=1)
    masked = scores.copy()
    masked[:, :, ::3] -= 10000
    for values, apart in ((scores, False), (masked, True), (np.where(scores > 0, 0, -10000), False)):
        seen = observed(np.asarray(values, np.float32)).result()
        assert seen is not None
        assert has_far_apart_values(seen) is apart


def test_crash_of_the_runtime_is_an_error(lab: Lab, tmp_path: Path) -> None:
    broken = one_operator("CONV_2D", [Input((1, 4, 4, 3)), normal(2, 3, 3, 5)], [(1, 4, 4, 2)], tfl.Conv2DOptionsT())
    path = tmp_path / "broken.tflite"
    path.write_bytes(broken.build())
    with pytest.raises((RunError, ModelReadError)):
        calibrate(read(path), samples=1)


@pytest.mark.parametrize(("clipped", "chosen"), [(0.5, Ranges.MSE), (0.99, Ranges.MIN_MAX), (2.0, Ranges.MIN_MAX)])
def test_ranges_are_clipped_where_outputs_are_clearly_truer(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clipped: float, chosen: Ranges
) -> None:
    """`clipped` is the noise with clipped ranges over that with all that was seen."""
    path = lab.write(fully_connected((8,)))

    def tried(plan: Plan, samples: Samples, numbers: range, check: Callable[[], None]) -> list[list[Array]]:
        assert plan.calibration is not None
        share = 0.01 * (clipped if plan.calibration.ranges is Ranges.MSE else 1.0) ** 0.5
        return [[output * (1 + share) for output in each] for each in trial._outputs(path, samples, numbers, check)]

    monkeypatch.setattr(trial, "_trial", tried)
    np.savez(tmp_path / "x.npz", x=normal(6, 8, 96))
    assert calibrate(read(path), tmp_path / "x.npz").ranges is chosen


def test_a_recipe_may_choose_the_ranges_itself(lab: Lab, tmp_path: Path) -> None:
    model = read(lab.write(fully_connected((8,))))
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(0).standard_t(3, (24, 8, 96)).astype(np.float32))
    calibration = calibrate(model, tmp_path / "x.npz")
    grids = {}
    for ranges in Ranges:
        recipe = Recipe(name="mine", default=Setting(precision=Precision.INT8), ranges=ranges)
        plan = make_plan(model, recipe, TARGETS["xnnpack"], calibration)
        grids[ranges] = plan.integers[0].scales.grid(model.subgraphs[0].outputs[0], "INT8")
    assert grids[Ranges.AUTO] == grids[calibration.ranges]
    assert len({grid.scale for grid in grids.values()}) == 4
    assert grids[Ranges.MIN_MAX].scale == max(grid.scale for grid in grids.values())
