"""Times of operators that are shorter than the runtime's clock can count."""

import math
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from hypothesis import given
from hypothesis import strategies as st

from quantscope import api
from quantscope.cli.live import uncertain
from quantscope.documents.profile import OperatorTime, Settings
from quantscope.errors import RunError
from quantscope.evaluate.alignment import Pair, align
from quantscope.evaluate.dissection import repeat
from quantscope.model.read import read
from quantscope.profile.alone import Alone, Bench
from quantscope.profile.refined import coarse, refined
from quantscope.profile.ticks import Reckoned
from tests.engine.specimens import ZOO
from tests.gui.specimens import small_network

COPIES = 3


@pytest.fixture(params=["float", "dynamic-int8"])
def model(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    path = tmp_path / "small.tflite"
    path.write_bytes(small_network().build())
    if request.param == "float":
        return str(path)
    api.quantize_file(str(path), str(tmp_path / "quantized.tflite"), request.param)
    return str(tmp_path / "quantized.tflite")


@given(st.lists(st.lists(st.floats(0, 30), min_size=1, max_size=20), min_size=1, max_size=4))
def test_what_is_reckoned_from_whole_microseconds_holds_the_truth(kernels: list[list[float]]) -> None:
    reckoned = Reckoned()
    for durations in kernels:
        reckoned.add_kernel(mean(map(math.floor, durations)))
    truth = sum(map(mean, kernels))
    assert abs(reckoned.us - truth) <= reckoned.error_us + 1e-9


def ran(path: str, inputs: list[Any]) -> list[Any]:
    interpreter = Interpreter(model_path=path)
    interpreter.allocate_tensors()
    for detail, values in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], values)
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]


def test_a_repeated_operator_does_its_work_each_time(model: str, tmp_path: Path) -> None:
    source = read(model)
    subgraph = source.subgraphs[0]
    path = str(tmp_path / "repeated.tflite")
    generator = np.random.default_rng(1)
    pairs = align(source, source).subgraphs[0]
    assert pairs
    for pair in pairs:
        shapes = [subgraph.tensors[tensor].shape for tensor in pair.feeds]
        given = [[generator.normal(size=np.abs(shape)).astype(np.float32) for shape in shapes] for _ in range(COPIES)]
        repeat(source, subgraph, pair, COPIES, path)
        together = ran(path, [array for each in given for array in each])
        repeat(source, subgraph, pair, 1, path)
        alone = [array for each in given for array in ran(path, each)]
        assert len(together) == len(alone) == COPIES * len(pair.results)
        for one, other in zip(together, alone, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_operators_run_alone(model: str) -> None:
    source = read(model)
    with Bench(source, Settings(), True, (), lambda: None) as bench:
        found = [bench.time(pair) for pair in align(source, source).subgraphs[0]]
    assert all(each.us > 0 for each in found)
    assert any(each.call_us for each in found)


def timed(index: int, us: float, error: float, attribution: str = "matched") -> OperatorTime:
    return OperatorTime(index=index, type="ADD", us=us, error_us=error, attribution=attribution)


class Puppet:
    """A bench that says what it is told to."""

    def __init__(self, times: dict[int, Alone]) -> None:
        self.times = times
        self.asked: list[int] = []

    def time(self, pair: Pair) -> Alone:
        self.asked.append(pair.operator)
        if pair.operator not in self.times:
            raise RunError("It doesn't run alone.")
        return self.times[pair.operator]


def test_readings_in_the_whole_model_are_never_overruled() -> None:
    operators = tuple(timed(index, 1.5, 0.5) for index in range(4))
    times = {0: Alone(1.2, 0.1, 0.4), 1: Alone(2.3, 0.1, 0.6), 2: Alone(0.2, 0.1, 0.5)}
    pairs = {index: Pair(index, (index,), {}, {}) for index in range(4)}
    found, call = refined(operators, pairs, Puppet(times))  # type: ignore[arg-type]
    assert call == 0.5
    assert [each.us for each in found] == pytest.approx([1.2, 2.0, 1.0, 1.5])
    assert [each.error_us for each in found] == pytest.approx([0.1, 0.4, 0.9, 0.5])


def test_only_what_is_known_badly_is_timed_alone_the_shortest_first(model: str) -> None:
    source = read(model)
    count = len(source.subgraphs[0].operators)
    every = tuple(timed(index, 10.0 - index, 0.6 + index) for index in range(count))
    pairs = align(source, source).subgraphs[0]
    single = [pair.operator for pair in pairs if pair.written == (pair.operator,)]
    assert single
    assert [index for index in coarse(source, every) if index in single] == sorted(single, reverse=True)
    assert not coarse(source, tuple(timed(index, 100.0, 0.5) for index in range(count)))
    assert not coarse(source, tuple(timed(index, 1.0, 0.5, "exact") for index in range(count)))


def test_bodies_of_loops_are_left_as_they_were_read() -> None:
    path = ZOO / "g2p_encoder_gru_while.tflite"
    if not path.exists():
        pytest.skip("no zoo here")
    source = read(str(path))
    assert not coarse(source, tuple(timed(each.index, 1.0, 0.5) for each in source.subgraphs[0].operators))


def test_uncertainty_is_written_where_it_matters() -> None:
    assert uncertain(None, None) == "–"
    assert uncertain(12.0, 0.5) == "12 µs"
    assert uncertain(2.5, 0.5) == "2.5 µs ± 0.5 µs"
    assert uncertain(0.5, 0.5) == "< 1 µs"
