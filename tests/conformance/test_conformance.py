"""The fast part of the conformance suite: some cases of each operator. `python -m tests.conformance` tries them all."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from quantscope.quantize.targets import TARGETS
from tests.conformance import reference
from tests.conformance.forms import packed_int4
from tests.conformance.table import rows
from tests.conformance.trial import Laboratory
from tests.operators import CASES, Case

# One plain case of each operator, and those whose forms the tables tell apart.
FAST = {
    "conv 3x3", "conv 3d", "conv grouped", "depthwise 3x3", "fully connected 256 deep",
    "fully connected 256 deep, relu", "batch matmul rank 3", "batch matmul partly broadcast",
    "batch matmul from the left", "transpose conv biased", "lstm everything", "sequence lstm cifg",
    "bidirectional lstm auxiliary", "rnn", "sequence rnn", "bidirectional rnn basic",
    "bidirectional rnn time major", "svdf", "embedding lookup of 256", "embedding lookup rank 3", "gather of 256",
}  # fmt: skip


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with Laboratory(tmp_path_factory.mktemp("conformance")) as laboratory:
        yield laboratory


def test_every_operator_of_the_tables_has_a_case() -> None:
    kinds = {case.kind for case in CASES if case.name in FAST}
    assert {case.name for case in CASES} >= FAST
    assert kinds == {case.kind for case in CASES}
    for target in TARGETS.values():
        for kernels in target.kernels.values():
            assert kernels.keys() <= kinds


@pytest.mark.parametrize("case", [case for case in CASES if case.name in FAST], ids=lambda case: case.name)
def test_the_tables_hold(laboratory: Laboratory, case: Case) -> None:
    found = list(rows(laboratory, case, tuple(TARGETS.values())))
    assert any(row.claimed for row in found)
    assert [str(row) for row in found if not (row.holds and row.foreseen)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_reference_agrees_with_float_kernels(laboratory: Laboratory, case: Case) -> None:
    for outcome in laboratory.outcomes(case.build()):
        assert outcome.decibel > 80


def test_int4_is_packed_and_unpacked_alike(tmp_path: Path) -> None:
    codes = np.random.default_rng(0).integers(-7, 8, 37).astype(np.int8)
    assert np.array_equal(reference.unpacked_int4(packed_int4(codes), 37), codes)
